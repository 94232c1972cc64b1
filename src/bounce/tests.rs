use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::DateTime;
use proptest::prelude::*;

mod forms;
mod imap;
mod webhooks;

use super::*;
use crate::{
    edition::{Edition, EditionId, ImageUse, Publication},
    message::{Message, Occasion, Sender, fill_once},
    render::Rendered,
    subscriber::{Status, Subscriber},
    token::{Keys, Purpose, Subject},
};

const ADA: i64 = 42;

fn keys() -> Keys {
    Keys::new((1, [7; 32]), [])
}

/// A message of edition `abab…` as it went out.
fn sent(subscriber: i64, occasion: Occasion) -> Message {
    let edition = Edition {
        id: EditionId::new([0xab; 16]),
        digest: "weekly".into(),
        number: 3,
        date: DateTime::UNIX_EPOCH,
        publication: Publication {
            name: "Harbour Notes".into(),
            from: "notes@harbour.example".into(),
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
    };
    let part = || "part".to_owned();
    let parts =
        Rendered { subject: part(), preheader: part(), html: part(), text: part(), mjml: part(), problems: Vec::new() };
    let ada = Subscriber {
        id: subscriber,
        address: "ada@readers.example".parse().unwrap(),
        name: None,
        language: None,
        timezone: None,
        tags: Vec::new(),
        status: Status::Active,
    };
    let sender = Sender {
        keys: keys(),
        public_url: None,
        unsubscribe_mailto: None,
        return_path: Some("bounce+{{ token }}@harbour.example".into()),
        signers: std::sync::Arc::default(),
        echoes: Vec::new(),
    };
    fill_once(&edition, &parts, &ada, &sender, occasion).unwrap()
}

/// One of `tests/fixtures/bounces/`, with the tokens of a message to Ada in their places.
fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/bounces/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    let mut text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let (message, other) = (sent(ADA, Occasion::Send), sent(7, Occasion::Send));
    let sample = sent(0, Occasion::Sample(1));
    let unsubscribe = keys().sign(Purpose::Unsubscribe, &Subject { subscriber: ADA, of: "weekly".into() }.payload());
    let (start, end) = unsubscribe.split_at(20);
    let token = message.message_id.trim_start_matches('<').split('@').next().unwrap().to_owned();
    for (name, value) in [
        ("return_path", message.return_path.clone()),
        ("RETURN_PATH", message.return_path.to_uppercase()),
        ("message_id", message.message_id.clone()),
        ("message_token", token),
        ("other_message_id", other.message_id),
        ("sample_message_id", sample.message_id),
        ("sample_return_path", sample.return_path),
        ("returned_in_base64", STANDARD.encode(format!("Message-ID: {}\r\n\r\nnotes", message.message_id))),
        ("unsubscribe_start", start.to_owned()),
        ("unsubscribe_end", end.to_owned()),
        ("unsubscribe_quoted", unsubscribe.replace('_', "=5F")),
        ("unsubscribe", unsubscribe.clone()),
    ] {
        text = text.replace(&format!("{{{{{name}}}}}"), &value);
    }
    assert!(!text.contains("{{"), "{text}");
    text
}

/// What a mail says about `address`, in one line.
fn said(octets: &[u8], address: &str) -> String {
    match read(octets, &keys()) {
        Err(ignored) => format!("{ignored:?}"),
        Ok(Report::Unsubscribe { about, .. }) => format!("{} leaves {}", about.subscriber, about.of),
        Ok(Report::Feedback { about, kind }) => format!("{} {} {kind:?}", about.subscriber, about.of),
        Ok(Report::Delivery { about, recipients }) => {
            let fate = match fate_of(&recipients, &address.parse().unwrap()) {
                None => "nothing".to_owned(),
                Some(Fate::Arrived) => "arrived".to_owned(),
                Some(Fate::Delayed(reply)) => format!("delayed: {reply}"),
                Some(Fate::Failed(reply)) => format!("failed: {reply}"),
            };
            format!("{} {} {fate}", about.subscriber, about.of)
        }
    }
}

const WHOLE: &str = "abababababababababababababababab";

#[test]
fn reports_are_understood() {
    #[track_caller]
    fn check(name: &str, expect: &str) {
        let text = fixture(name);
        assert_eq!(said(text.as_bytes(), "ada@readers.example"), expect);
        assert_eq!(said(text.replace('\n', "\r\n").as_bytes(), "ada@readers.example"), expect);
    }
    let by_id = |fate: &str| format!("42 {WHOLE} {fate}");
    check(
        "postfix-unknown-user",
        &by_id(
            "failed: 550 5.1.1 <ada@readers.example>: Recipient address rejected: User unknown in virtual mailbox table",
        ),
    );
    let timeout = "connect to mx.readers.example[192.0.2.20]:25: Connection timed out";
    check("postfix-pipe-delayed", &by_id(&format!("delayed: 4.4.1 {timeout}")));
    check("postfix-expired", &by_id(&format!("failed: 4.4.1 {timeout}")));
    check("exim-generic-status", &by_id("failed: 550 5.2.1 The account is disabled"));
    check("exim-plain-text", &by_id("failed: 552 5.2.2 Mailbox full Mailbox full"));
    check(
        "exchange-not-found",
        &by_id("failed: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
    );
    check(
        "outlook-policy",
        "42 abababab failed: 550 5.7.515 Access denied, sending domain harbour.example does not meet the required authentication level.",
    );
    check(
        "gmail-many-lines",
        &by_id(
            "failed: 550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the \
             recipient's address for typos or unnecessary spaces.",
        ),
    );
    check("ses-full-mailbox", "42 abababab failed: 552 5.2.2 mailbox is over quota");
    check("qmail-remote-said", &by_id("failed: 550 5.1.1 no such user here Giving up on 192.0.2.20."));
    check("qmail-unknown-status", &by_id("failed: This account went overboard."));
    check("sendmail-several", &by_id("failed: 452 4.2.2 Over quota"));
    check("base64-status", &by_id("failed: 550 5.4.4 no such host"));
    check("nested", &by_id("failed: 5.1.1 "));
    check("broken-off", "42 abababab failed: 550 Requested action not taken: mailbox unav");
    check("delivered", "42 abababab arrived");
    check("arf-abuse", &by_id("Complaint"));
    check("arf-redacted", &by_id("Complaint"));
    check("arf-opt-out", &by_id("OptOut"));
    check("arf-not-spam", "Idle");
    for name in ["unsubscribe", "unsubscribe-wrapped", "unsubscribe-encoded"] {
        check(name, "42 leaves weekly");
    }
    check("away", "Answer");
    check("receipt", "Answer");
    check("stranger", "NotOurs");
    check("two-messages", "NotOurs");
    check("sample", "OfNoReader");
}

#[test]
fn of_several_addresses_ours_counts_and_else_the_mildest() {
    let text = fixture("sendmail-several");
    assert!(said(text.as_bytes(), "ada@readers.example").contains("4.2.2"));
    assert!(said(text.as_bytes(), "bob@elsewhere.example").contains("5.1.1"));
    assert!(said(text.as_bytes(), "dan@readers.example").ends_with("arrived"));
    let text = fixture("utf8-address");
    for address in ["jörg@readers.example", "ada@readers.example"] {
        assert!(said(text.as_bytes(), address).ends_with("failed: 550 5.1.1 kein Postfach für jörg"), "{address}");
    }
}

#[test]
fn a_return_path_is_found_in_what_a_forwarder_made_of_it() {
    let path = sent(ADA, Occasion::Send).return_path;
    for made in [
        format!("SRS0=hash=tt=harbour.example={}@forward.example", path.split('@').next().unwrap()),
        path.to_uppercase(),
        format!("\"Bounces\" <{path}>, someone@harbour.example"),
        path.replace("bounce+", "b"),
    ] {
        let text = fixture("stranger").replace("To: notes@harbour.example", &format!("To: {made}"));
        assert_eq!(said(text.as_bytes(), "ada@readers.example"), "42 abababab failed: 5.1.1 ", "{made}");
    }
}

#[test]
fn tokens_made_for_something_else_are_none() {
    let about = Subject { subscriber: ADA, of: "ab".repeat(16) };
    for purpose in [Purpose::Unsubscribe, Purpose::Sample, Purpose::ReturnPath] {
        let token = keys().sign(purpose, &about.payload());
        let text = fixture("stranger").replace("weekly-1-000042", &token);
        let expect = if purpose == Purpose::Sample { "OfNoReader" } else { "NotOurs" };
        assert_eq!(said(text.as_bytes(), "ada@readers.example"), expect, "{purpose:?}");
    }
    for purpose in [Purpose::MessageId, Purpose::Sample] {
        let text = format!("Subject: {}\n\n", keys().sign(purpose, &about.payload()));
        assert_eq!(said(text.as_bytes(), "ada@readers.example"), "NoReport", "{purpose:?}");
    }
}

#[test]
fn a_huge_report_takes_no_long_time() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(100_000);
    assert_eq!(said(nested.as_bytes(), "ada@readers.example"), "NoReport");
    let long = format!("{}{}", fixture("stranger").replace("\n\n--b1--", ""), "x-y: z\n".repeat(500_000));
    assert_eq!(said(long.as_bytes(), "ada@readers.example"), "NotOurs");
    let words = format!("Subject: {}\n\n", "abcdefgh ".repeat(500_000));
    assert_eq!(said(words.as_bytes(), "ada@readers.example"), "NoReport");
}

const NAMES: [&str; 4] = ["postfix-unknown-user", "arf-abuse", "qmail-remote-said", "unsubscribe-wrapped"];

proptest! {
    #[test]
    fn garbage_says_nothing(octets in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(read(&octets, &keys()).is_err());
    }

    #[test]
    fn a_spoilt_report_never_speaks_of_anybody_else(
        name in proptest::sample::select(&NAMES[..]),
        spoils in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..20),
        keep in any::<usize>(),
    ) {
        let mut octets = fixture(name).into_bytes();
        for (at, octet) in spoils {
            let at = at % octets.len();
            octets[at] = octet;
        }
        octets.truncate(keep % (2 * octets.len()));
        match read(&octets, &keys()) {
            Ok(Report::Delivery { about, .. } | Report::Feedback { about, .. }) => {
                prop_assert!(about.subscriber == ADA && WHOLE.starts_with(&about.of));
            }
            Ok(Report::Unsubscribe { about, .. }) => prop_assert_eq!(about, Subject { subscriber: ADA, of: "weekly".into() }),
            Err(_) => {}
        }
    }

    #[test]
    fn a_changed_token_is_none(at in 0usize..75, to in "[A-Za-z0-9_-]") {
        let message = sent(ADA, Occasion::Send);
        let mut changed = message.message_id.clone();
        changed.replace_range(at + 1..at + 2, &to);
        prop_assume!(changed != message.message_id);
        let text = fixture("stranger").replace("<weekly-1-000042@harbour.example>", &changed);
        prop_assert_eq!(said(text.as_bytes(), "ada@readers.example"), "NotOurs");
        let mut changed = message.return_path.clone();
        let at = "bounce+".len() + at % 52;
        changed.replace_range(at..at + 1, &to.replace(['-', '_'], "w"));
        prop_assume!(!changed.eq_ignore_ascii_case(&message.return_path));
        let text = fixture("stranger").replace("To: notes@harbour.example", &format!("To: {changed}"));
        prop_assert_eq!(said(text.as_bytes(), "ada@readers.example"), "NotOurs");
    }
}
