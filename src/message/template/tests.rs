use mail_parser::{MessageParser, MimeHeaders as _};
use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{
    edition::{Edition, Slot},
    image::Embedded,
    message::{
        EchoField, inline_images, personalise,
        tests::{edition, nasty, parts, sender, subscriber},
        whole::build_whole,
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
    let boundary = format!("\r\n--=_{}", edition().id.as_str());
    let mut parts = text.split(&boundary).skip(1).map(|part| part.split_once("\r\n\r\n").map_or("", |(_, body)| body));
    let (text, html) = (parts.next().unwrap(), parts.next().unwrap());
    // With pictures, the HTML part stands in a part of its own.
    let inner =
        html.split("--=_r_").nth(1).and_then(|part| Some(part.split_once("\r\n\r\n")?.1.trim_end_matches("\r\n")));
    [text, inner.unwrap_or(html)]
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
    check_edition(&edition(), parts, name, sender)
}

#[track_caller]
fn check_edition(edition: &Edition, parts: &Rendered, name: Option<&str>, sender: &Sender) -> Message {
    let who = subscriber("ana@lisbon.example", name);
    let images: Vec<_> = edition.images.iter().filter(|image| parts.html.contains(&image.address())).collect();
    // The text part, and the HTML part, which stands in a part of its own with its pictures.
    let (text, html) = (1, if images.is_empty() { 2 } else { 3 });
    for occasion in [Occasion::Sample(7), Occasion::Send] {
        let form =
            MessageTemplate::new(edition, parts, sender).unwrap().fill(&who, occasion, b"left over".to_vec()).unwrap();
        let plain = build_whole(edition, parts, &who, sender, occasion).unwrap();
        assert_eq!(fields(&form.octets), fields(&plain.octets));
        assert_eq!(Message { octets: vec![], ..form.clone() }, Message { octets: vec![], ..plain.clone() });
        check_lines(&form.octets);

        let parser = MessageParser::default();
        let (read, other) = (parser.parse(&form.octets).unwrap(), parser.parse(&plain.octets).unwrap());
        let count = html + 1 + images.len();
        assert_eq!((read.parts.len(), other.parts.len()), (count, count));
        let personal = personalise(edition, parts, &who, sender, occasion);
        for (at, expect) in [(text, &personal.text), (html, &personal.html)] {
            let (part, same) = (&read.parts[at], &other.parts[at]);
            assert_eq!(part.content_type(), same.content_type());
            assert_eq!(part.content_transfer_encoding(), same.content_transfer_encoding());
            assert_eq!(part.contents(), same.contents());
            assert_eq!(String::from_utf8_lossy(part.contents()).replace("\r\n", "\n"), expect.as_str());
        }
        for (at, image) in (html + 1..).zip(&images) {
            let (part, same) = (&read.parts[at], &other.parts[at]);
            assert_eq!((part.contents(), same.contents()), (&image.octets[..], &image.octets[..]));
            assert_eq!(part.content_id(), Some(image.cid.as_str()));
            for (one, two) in [(part, same), (&read.parts[2], &other.parts[2])] {
                assert_eq!(one.content_type(), two.content_type());
                assert_eq!(one.content_id(), two.content_id());
                assert_eq!(one.content_disposition(), two.content_disposition());
                assert_eq!(one.content_transfer_encoding(), two.content_transfer_encoding());
            }
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
    let form = MessageTemplate::new(&edition(), &parts("Tides", "<p>", "p"), &sender()).unwrap();
    let who = subscriber("ana@lisbon.example", None);
    let first = form.fill(&who, Occasion::Send, Vec::with_capacity(9_000)).unwrap();
    let (place, copy) = (first.octets.as_ptr(), first.octets.clone());
    let second = form.fill(&who, Occasion::Send, first.octets).unwrap();
    assert_eq!((second.octets.as_ptr(), second.octets), (place, copy));
}

fn with_images(files: &[Vec<u8>]) -> Edition {
    let image = |(index, octets): (usize, &Vec<u8>)| Embedded {
        cid: format!("{index}{index}@harbour.example"),
        media_type: if index % 2 == 0 { "image/jpeg" } else { "image/png" }.into(),
        octets: octets.as_slice().into(),
    };
    Edition { images: files.iter().enumerate().map(image).collect(), ..edition() }
}

#[test]
fn a_message_with_pictures_is_written_so() {
    let edition = with_images(&[b"abc".to_vec(), b"not shown".to_vec()]);
    let html = format!("<img src=\"{}\">", edition.images[0].address());
    let form = check_edition(&edition, &parts("Tides", &html, "Tides"), None, &sender());
    let id = edition.id.as_str();
    let text = String::from_utf8(form.octets).unwrap();
    let start = format!(
        "\r\nTides\r\n--=_{id}\r\nContent-Type: multipart/related; type=\"text/html\";\r\n boundary=\"=_r_{id}\"\r\n\r\n--=_r_{id}\r\nContent-Type: text/html"
    );
    assert!(text.contains(&start), "{text}");
    let end = format!(
        "\r\n--=_r_{id}\r\nContent-ID: <00@harbour.example>\r\nContent-Disposition: inline; filename=\"00.jpg\"\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--=_r_{id}--\r\n--=_{id}--\r\n"
    );
    assert!(text.ends_with(&end), "{text}");
    assert_eq!(inline_images(&edition, &html), "<img src=\"data:image/jpeg;base64,YWJj\">");
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
    fn pictures_go_along_on_both_paths(
        files in vec(vec(any::<u8>(), 0..300), 0..4), shown in any::<u8>(), text in cut_text(), name in nasty(),
    ) {
        let edition = with_images(&files);
        let addresses = edition.images.iter().enumerate().filter(|(index, _)| shown >> index & 1 == 1);
        let html = addresses.map(|(_, image)| format!("<img src=\"{}\">\n", image.address())).collect::<String>();
        check_edition(&edition, &parts("Tides", &(html + &text), &text), Some(&name), &sender());
    }

    #[test]
    fn a_form_says_what_the_plain_path_says(subject in cut_text(), html in cut_text(), text in cut_text(), name in nasty()) {
        check_same(&parts(&subject, &html, &text), Some(&name), &sender());
    }
}

#[test]
fn what_events_give_back_is_the_left_side_of_the_message_id() {
    let field = |name, before, after| EchoField { name, before, after };
    let echoes = vec![field("X-Own", "", ""), field("X-Json", "{\"a\":\r\n {\"b\":\"", "\"}}")];
    let sender = Sender { echoes, ..sender() };
    check_same(&parts("Tides", "<p>Tides</p>\n", "Tides\n"), Some("Ana"), &sender);
    let parts = parts("Tides", "<p>Tides</p>\n", "Tides\n");
    let template = MessageTemplate::new(&edition(), &parts, &sender).unwrap();
    let ana = subscriber("ana@lisbon.example", None);
    let message = template.fill(&ana, Occasion::Send, Vec::new()).unwrap();
    let token = message.message_id.trim_start_matches('<').split('@').next().unwrap();
    let text = String::from_utf8(message.octets).unwrap();
    assert!(text.contains(&format!("\r\nX-Own: {token}\r\n")), "{text}");
    let sample = template.fill(&ana, Occasion::Sample(u64::MAX), Vec::new()).unwrap();
    let text_of_sample = String::from_utf8(sample.octets).unwrap();
    let own = text_of_sample.split("\r\nX-Own: ").nth(1).unwrap().split("\r\n").next().unwrap();
    assert!(own.len() <= 80 && crate::message::is_own_message_id(&sender.keys, own), "{own}");
    assert!(text.contains(&format!("\r\nX-Json: {{\"a\":\r\n {{\"b\":\"{token}\"}}}}\r\n")), "{text}");
}
