use std::{collections::BTreeMap, sync::Arc};

use chrono::DateTime;
use mail_parser::{MessageParser, MimeHeaders as _};
use proptest::prelude::*;

use super::{whole::build_whole, *};
use crate::{
    edition::{Edition, EditionId, ImageUse, Publication, Slot},
    render::Rendered,
    subscriber::{Status, Subscriber},
    token::{Keys, Purpose, Subject},
};

pub(super) fn edition() -> Edition {
    Edition {
        id: EditionId::new([0xab; 16]),
        digest: "weekly".into(),
        number: 3,
        date: DateTime::from_timestamp(1_795_334_400, 0).unwrap(),
        publication: Publication {
            name: "Harbour Notes".into(),
            from: "Harbour Notes <notes@harbour.example>".into(),
            reply_to: None,
            language: "en".into(),
            timezone: crate::zone::Zone::utc(),
            address: None,
        },
        title: "Harbour Weekly".into(),
        subject: String::new(),
        preheader: String::new(),
        template: "classic".into(),
        language: "en".into(),
        intro: None,
        image: ImageUse::Link,
        sections: crate::edition::Sections::None,
        images: Vec::new(),
        theme: BTreeMap::new(),
        texts: BTreeMap::new(),
        posts: Vec::new(),
        overflow: 0,
        waiting: Vec::new(),
        has_unsubscribe: true,
        archive_url: None,
    }
}

pub(super) fn parts(subject: &str, html: &str, text: &str) -> Rendered {
    Rendered {
        subject: subject.into(),
        preheader: String::new(),
        html: html.into(),
        text: text.into(),
        mjml: String::new(),
        problems: Vec::new(),
    }
}

pub(super) fn subscriber(address: &str, name: Option<&str>) -> Subscriber {
    Subscriber {
        id: 42,
        address: address.parse().unwrap(),
        name: name.map(str::to_owned),
        language: None,
        timezone: None,
        tags: Vec::new(),
        status: Status::Active,
    }
}

pub(super) fn sender() -> Sender {
    Sender {
        keys: Keys::new((1, [9; 32]), []),
        public_url: Some("https://news.harbour.example/mail/".parse().unwrap()),
        unsubscribe_mailto: Some("leave@harbour.example".parse().unwrap()),
        return_path: Some("bounce+{{ token }}@harbour.example".into()),
        signers: Arc::default(),
        echoes: Vec::new(),
    }
}

fn plain() -> Message {
    let parts = parts("Tides", "<p>Tides</p>\n", "Tides\n");
    build_whole(&edition(), &parts, &subscriber("ana@lisbon.example", Some("Ana")), &sender(), Occasion::Send).unwrap()
}

fn header_of(message: &Message) -> String {
    let octets = String::from_utf8_lossy(&message.octets).into_owned();
    octets.split_once("\r\n\r\n").unwrap().0.to_owned()
}

/// The value of a field, unfolded.
#[track_caller]
fn field(message: &Message, name: &str) -> String {
    let unfolded = header_of(message).replace("\r\n ", " ");
    let found: Vec<&str> =
        unfolded.split("\r\n").filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect();
    assert_eq!(found.len(), 1, "{name} in {unfolded}");
    found[0].to_owned()
}

#[track_caller]
fn check_form(message: &Message) {
    let octets = &message.octets;
    assert!(octets.ends_with(b"\r\n"));
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        assert!(line.ends_with(b"\r\n") && line.len() <= 1000, "{}", String::from_utf8_lossy(line));
        assert!(!line[..line.len() - 2].contains(&b'\r'));
    }
    assert!(message.needs_smtputf8 || octets.is_ascii());
    for name in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Id"] {
        field(message, name);
    }
    assert!(!header_of(message).to_ascii_lowercase().contains("\r\nbcc:"));
    for word in header_of(message).split_ascii_whitespace().filter(|word| word.starts_with("=?")) {
        assert!(word.len() <= 75, "{word}");
    }
}

#[test]
fn a_message_has_the_fields_that_a_list_needs() {
    let message = plain();
    check_form(&message);
    assert_eq!(field(&message, "From"), "Harbour Notes <notes@harbour.example>");
    assert_eq!(field(&message, "To"), "Ana <ana@lisbon.example>");
    assert_eq!(field(&message, "Date"), "Sun, 22 Nov 2026 08:00:00 +0000");
    assert_eq!(field(&message, "List-Id"), "Harbour Weekly <weekly.harbour.example>");
    assert_eq!(field(&message, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(field(&message, "List-Help"), "<mailto:notes@harbour.example>");
    assert_eq!(field(&message, "Feedback-ID"), "3:weekly:tidings:harbour-example");
    assert_eq!(field(&message, "Precedence"), "bulk");
    assert_eq!(field(&message, "X-Auto-Response-Suppress"), "All");
    assert_eq!(message.name, "weekly-3-000042");
    let leave = field(&message, "List-Unsubscribe");
    let token = leave.strip_prefix("<https://news.harbour.example/mail/u/").unwrap().split('>').next().unwrap();
    assert!(leave.ends_with(&format!("<mailto:leave@harbour.example?subject={token}>")), "{leave}");
    let payload = sender().keys.verify(Purpose::Unsubscribe, token).unwrap();
    assert_eq!(Subject::read(&payload), Some(Subject { subscriber: 42, of: "weekly".into() }));
    assert!(!header_of(&message).split("List-Unsubscribe").nth(1).unwrap().contains("ana"));
}

#[test]
fn the_same_input_gives_the_same_octets() {
    assert_eq!(plain(), plain());
}

#[test]
fn ids_lead_back_to_the_recipient() {
    let (message, keys) = (plain(), sender().keys);
    let subject = Subject { subscriber: 42, of: edition().id.as_str().into() };
    assert_eq!(read_message_id(&keys, &message.message_id), Some(subject));
    let local = message.return_path.split('@').next().unwrap();
    assert!(local.len() <= 64);
    let token = local.strip_prefix("bounce+").unwrap();
    assert_eq!(token, token.to_lowercase());
    assert_eq!(read_return_path(&keys, token), Some(Subject { subscriber: 42, of: "abababab".into() }));
}

#[test]
fn a_sample_has_ids_of_its_own_and_links_that_change_nothing() {
    let parts = parts("Tides", &edition().marker(Slot::Unsubscribe), "Tides");
    let make = |occasion| {
        build_whole(&edition(), &parts, &subscriber("ana@lisbon.example", None), &sender(), occasion).unwrap()
    };
    let (sent, one, two) = (make(Occasion::Send), make(Occasion::Sample(1)), make(Occasion::Sample(2)));
    assert!(sent.message_id != one.message_id && one.message_id != two.message_id);
    assert_eq!(two.name, "weekly-3-sample-2");
    assert_eq!(read_message_id(&sender().keys, &one.message_id), None);
    let link = unsubscribe(&sender(), Occasion::Sample(1)).unwrap();
    let token = link.rsplit('/').next().unwrap();
    assert!(sender().keys.verify(Purpose::Sample, token).is_some());
    assert!(sender().keys.verify(Purpose::Unsubscribe, token).is_none());
}

fn unsubscribe(sender: &Sender, occasion: Occasion) -> Option<String> {
    unsubscribe_link(&edition(), &subscriber("ana@lisbon.example", None), sender, occasion)
}

#[test]
fn the_link_follows_what_the_publisher_has() {
    let without_slash = Sender { public_url: Some("https://news.harbour.example/mail".parse().unwrap()), ..sender() };
    assert_eq!(unsubscribe(&without_slash, Occasion::Send), unsubscribe(&sender(), Occasion::Send));
    let by_mail = Sender { public_url: None, ..sender() };
    assert!(unsubscribe(&by_mail, Occasion::Send).unwrap().starts_with("mailto:leave@harbour.example?subject="));
    let neither = Sender { public_url: None, unsubscribe_mailto: None, ..sender() };
    assert_eq!(unsubscribe(&neither, Occasion::Send), None);
    let parts = parts("Tides", "Tides", "Tides");
    let make =
        |sender| build_whole(&edition(), &parts, &subscriber("a@b.example", None), sender, Occasion::Send).unwrap();
    assert!(!header_of(&make(&neither)).contains("List-Unsubscribe"));
    assert!(!header_of(&make(&by_mail)).contains("List-Unsubscribe-Post"));
    // The archive is where the pages are.
    let archive = "List-Archive: <https://news.harbour.example/mail/archive/>\r\n";
    assert!(header_of(&make(&without_slash)).contains(archive));
    assert!(!header_of(&make(&by_mail)).contains("List-Archive"));
}

#[test]
fn slots_are_filled_once_and_escaped_in_html() {
    let slot = |slot| edition().marker(slot);
    let all = format!("[{}] [{}] slot-x {}", slot(Slot::Name), slot(Slot::Address), &slot(Slot::Name)[..30]);
    let name = format!("<b>&\r\n{}", slot(Slot::Address));
    let who = subscriber("ana@lisbon.example", Some(&name));
    let personal = personalise(&edition(), &parts(&all, &all, &all), &who, &sender(), Occasion::Send);
    let expect = all.replacen(&slot(Slot::Address), "ana@lisbon.example", 1);
    let shown = format!("<b>& {}", slot(Slot::Address));
    assert_eq!(personal.text, expect.replacen(&slot(Slot::Name), &shown, 1));
    assert_eq!(personal.subject, personal.text);
    assert!(personal.html.starts_with("[&lt;b&gt;&amp; slot-"), "{}", personal.html);
}

#[test]
fn mailboxes_are_read_or_refused() {
    #[track_caller]
    fn check(text: &str, name: Option<&str>, address: &str) {
        let (read, at) = parse_mailbox(text).unwrap();
        assert_eq!((read.as_deref(), at.as_str()), (name, address));
    }
    check("notes@harbour.example", None, "notes@harbour.example");
    check("Zoë, Dr. <z@bücher.example>", Some("Zoë, Dr."), "z@xn--bcher-kva.example");
    check("\"A \\\"B\\\" C\" <a@b.example>", Some("A \"B\" C"), "a@b.example");
    check("<a@b.example>", None, "a@b.example");
    for wrong in ["", "nobody", "a@b.example>", "A <a@b.example, c@d.example>", "A <a@b.example\r\nBcc: x@y.example>"] {
        assert!(parse_mailbox(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_return_path_that_mail_cannot_carry_is_refused() {
    let check = |template: &str| {
        let sender = Sender { return_path: Some(template.into()), ..sender() };
        build_whole(&edition(), &parts("", "", ""), &subscriber("a@b.example", None), &sender, Occasion::Send)
            .map(|message| message.return_path)
    };
    assert_eq!(check("bounce@harbour.example").unwrap(), "bounce@harbour.example");
    for wrong in ["bounce-of-a-long-name+{{ token }}@harbour.example", "{{ name }}@harbour.example", "{{token}}"] {
        assert!(matches!(check(wrong), Err(Error::ReturnPath(..))), "{wrong}");
    }
}

#[test]
fn an_address_beyond_ascii_is_marked() {
    let make = |address: &str| {
        let who = subscriber(address, None);
        build_whole(&edition(), &parts("", "", ""), &who, &sender(), Occasion::Send).unwrap()
    };
    assert!(make("zoë@lisbon.example").needs_smtputf8);
    let idn = make("ana@bücher.example");
    assert!(!idn.needs_smtputf8 && header_of(&idn).contains("xn--bcher-kva"));
}

#[test]
fn parts_that_are_hardly_ascii_go_as_base64() {
    #[track_caller]
    fn check(text: &str, expect: &str) {
        let parts = parts("x", text, text);
        let message =
            build_whole(&edition(), &parts, &subscriber("a@b.example", None), &sender(), Occasion::Send).unwrap();
        let octets = String::from_utf8(message.octets).unwrap();
        assert_eq!(octets.matches(&format!("Content-Transfer-Encoding: {expect}\r\n")).count(), 2);
    }
    check("Plain words", "quoted-printable");
    check("Ein paar Wörter über Möwen am Hafen", "quoted-printable");
    check("港のたより、第三号。", "base64");
    check("أخبار الميناء", "base64");
}

pub(super) fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,40}",
        any::<String>(),
        "[a-zäø港\r\n\0\u{2028}\"\\\\<>@,;:=?._ -]{0,120}",
        Just("x".repeat(1500)),
        Just("港".repeat(700)),
        Just("a\r\nBcc: b@c.example\r\n\r\nbody".to_owned()),
        Just(".\r\n.\n.\r--=_abab\n".to_owned()),
    ]
}

proptest! {
    #[test]
    fn what_is_written_can_be_read_back(title in nasty(), name in nasty(), digest in "\\PC{0,40}", text in nasty(), html in nasty()) {
        let edition = Edition { title: title.clone(), digest, ..edition() };
        let who = subscriber("ana@lisbon.example", Some(&name));
        let parts = parts(&title, &html, &text);
        let message = build_whole(&edition, &parts, &who, &sender(), Occasion::Send).unwrap();
        check_form(&message);
        let personal = personalise(&edition, &parts, &who, &sender(), Occasion::Send);

        let read = MessageParser::default().parse(&message.octets).unwrap();
        prop_assert_eq!(read.subject().unwrap_or_default(), &personal.subject);
        let to = read.to().unwrap().first().unwrap();
        prop_assert_eq!(to.address().unwrap(), "ana@lisbon.example");
        prop_assert_eq!(to.name().unwrap_or_default(), header_text::line(&name));
        prop_assert_eq!(read.parts.len(), 3);
        for (part, kind, expect) in [(1, "plain", &personal.text), (2, "html", &personal.html)] {
            prop_assert_eq!(read.parts[part].content_type().unwrap().subtype(), Some(kind));
            let decoded = String::from_utf8(read.parts[part].contents().to_vec()).unwrap();
            prop_assert_eq!(decoded.replace("\r\n", "\n"), expect.as_str());
        }
    }
}
