use mail_parser::{MessageParser, MimeHeaders as _};
use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{
    edition::Slot,
    message::{
        compose, personalise,
        tests::{edition, nasty, parts, sender, subscriber},
    },
};

/// The fields of a header, unfolded, sorted.
fn fields(octets: &[u8]) -> Vec<String> {
    let text = String::from_utf8(octets.to_vec()).unwrap();
    let (header, _) = text.split_once("\r\n\r\n").unwrap();
    let mut fields: Vec<String> = header.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect();
    fields.sort();
    fields
}

/// The body of the message as raw octets by part.
fn bodies(octets: &[u8]) -> [&str; 2] {
    let text = std::str::from_utf8(octets).unwrap();
    let boundary = format!("\r\n--{}", boundary(&edition()));
    let mut parts = text.split(&boundary).skip(1).map(|part| part.split_once("\r\n\r\n").map_or("", |(_, body)| body));
    [parts.next().unwrap(), parts.next().unwrap()]
}

#[track_caller]
fn check_lines(octets: &[u8]) {
    for body in bodies(octets) {
        for line in body.split("\r\n") {
            assert!(line.len() <= 76, "{line:?} is long");
            assert!(line.is_ascii() && !line.contains(['\r', '\n', '\t']), "{line:?} is not plain");
            assert!(!line.starts_with('.'), "{line:?} begins with a dot");
            assert!(!line.ends_with(' ') && !line.contains("  "), "{line:?} is not canonical");
        }
        assert!(!body.ends_with("=\r\n"), "ends in a soft line break");
    }
}

/// The message of the form says what the plain path's says: the same fields, the same parts octet for octet.
#[track_caller]
fn check_same(parts: &Rendered, name: Option<&str>, sender: &Sender) -> Message {
    let (edition, who) = (edition(), subscriber("ana@lisbon.example", name));
    for occasion in [Occasion::Sample(7), Occasion::Send] {
        let form = Form::new(&edition, parts, sender).unwrap().fill(&who, occasion, b"left over".to_vec()).unwrap();
        let plain = compose(&edition, parts, &who, sender, occasion).unwrap();
        assert_eq!(fields(&form.octets), fields(&plain.octets));
        assert_eq!(Message { octets: vec![], ..form.clone() }, Message { octets: vec![], ..plain.clone() });
        check_lines(&form.octets);

        let parser = MessageParser::default();
        let (read, other) = (parser.parse(&form.octets).unwrap(), parser.parse(&plain.octets).unwrap());
        assert_eq!((read.parts.len(), other.parts.len()), (3, 3));
        let personal = personalise(&edition, parts, &who, sender, occasion);
        for (at, expect) in [(1, &personal.text), (2, &personal.html)] {
            let (part, same) = (&read.parts[at], &other.parts[at]);
            assert_eq!(part.content_type(), same.content_type());
            assert_eq!(part.content_transfer_encoding(), same.content_transfer_encoding());
            assert_eq!(part.contents(), same.contents());
            assert_eq!(String::from_utf8_lossy(part.contents()).replace("\r\n", "\n"), expect.as_str());
        }
        if occasion == Occasion::Send {
            return form;
        }
    }
    unreachable!()
}

fn marker(slot: Slot) -> String {
    edition().marker(slot)
}

#[test]
fn slots_may_stand_anywhere() {
    let (name, address, leave) = (marker(Slot::Name), marker(Slot::Address), marker(Slot::Unsubscribe));
    let by_mail = Sender { public_url: None, ..sender() };
    for html in [
        String::new(),
        "no slots at all".into(),
        name.clone(),
        format!("{name}{address}{leave}{name}"),
        format!("<a title=\"{name}\" href='{leave}'>{address}</a>"),
        format!(" {name} "),
        format!("\r{name}\n{name}\r\n"),
        format!("a \n {name} \n.\n {name}.\n"),
        format!("slot-{name}-slot-{}", &name[..name.len() - 2]),
        format!("港{name}港港{address}港のたより{leave}"),
        format!("=港\n{name}\n"),
    ] {
        for who in [None, Some(""), Some("Ana"), Some(" A=.é\r\n.\u{2028}B <&\"'> "), Some(address.as_str()), Some(".")]
        {
            check_same(&parts(&html, &html, &html), who, &sender());
            check_same(&parts("Tides", &html, &html), who, &by_mail);
        }
    }
}

#[test]
fn a_value_is_escaped_in_html_only() {
    let name = marker(Slot::Name);
    let form = check_same(&parts("Tides", &name, &name), Some("<b>&\"'"), &sender());
    let [text, html] = bodies(&form.octets);
    assert_eq!((text, html), ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"));
}

#[test]
fn literals_are_joined_by_soft_line_breaks() {
    let text = format!("Dear {}, bye.\n{}\n", marker(Slot::Name), marker(Slot::Address));
    let form = check_same(&parts("Tides", "", &text), Some("Zoë"), &sender());
    assert_eq!(bodies(&form.octets)[0], "Dear=20=\r\nZo=C3=AB=\r\n, bye.\r\nana@lisbon.example=\r\n\r\n");
}

#[test]
fn a_buffer_is_used_again() {
    let form = Form::new(&edition(), &parts("Tides", "<p>", "p"), &sender()).unwrap();
    let who = subscriber("ana@lisbon.example", None);
    let first = form.fill(&who, Occasion::Send, Vec::with_capacity(9_000)).unwrap();
    let (place, copy) = (first.octets.as_ptr(), first.octets.clone());
    let second = form.fill(&who, Occasion::Send, first.octets).unwrap();
    assert_eq!((second.octets.as_ptr(), second.octets), (place, copy));
}

/// A text of words, slots, and what may break a join.
fn cut_text() -> impl Strategy<Value = String> {
    let bits = [
        "a",
        "word ",
        " ",
        ".",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "=",
        "é",
        "港のたより",
        "<p>",
        "slot-",
        "=\r\n",
        "\u{2028}",
        "--=_ab",
    ];
    let piece = prop_oneof![
        4 => select(bits.map(str::to_owned).to_vec()),
        2 => select(Slot::ALL.map(marker).to_vec()),
        1 => "[ -~]{0,200}",
        1 => "\\PC{0,90}",
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_form_says_what_the_plain_path_says(subject in cut_text(), html in cut_text(), text in cut_text(), name in nasty()) {
        check_same(&parts(&subject, &html, &text), Some(&name), &sender());
    }
}
