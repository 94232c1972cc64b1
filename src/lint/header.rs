//! Rules on the header and on the structure of a message.

use mail_parser::{MimeHeaders, PartType};

use super::{Finding, Seen, error, warning};

/// An unsubscribe token has at least so many characters: 128 bits in base64.
const TOKEN: usize = 22;

/// H1, RFC 5322 3.6.
pub(super) fn once(message: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"] {
        match message.header(name).len() {
            1 => {}
            0 => found.push(error(format!("there is no {name}")).at(name)),
            count => found.push(error(format!("{name} is there {count} times")).at(name)),
        }
    }
    if !message.header("Bcc").is_empty() {
        found.push(error("a Bcc shows who else gets the mail").at("Bcc"));
    }
    let recipients = message.parsed.and_then(|parsed| parsed.to()).map_or(0, |to| to.iter().count());
    if recipients > 1 || !message.header("Cc").is_empty() {
        found.push(error("a message has one recipient").at("To"));
    }
    found
}

/// H4.
pub(super) fn message_id(message: &Seen) -> Vec<Finding> {
    let Some(id) = message.header("Message-ID").first().copied() else { return vec![] };
    let bare = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).and_then(|id| id.rsplit_once('@'));
    let Some((left, domain)) = bare.filter(|(left, _)| !left.is_empty() && !id.contains(' ')) else {
        return vec![error("the Message-ID has not the form `<left@domain>`").at(id)];
    };
    let from = sender(message);
    let own = from.rsplit_once('@').map_or("", |(_, domain)| domain);
    if domain.eq_ignore_ascii_case(own) || left.is_empty() {
        vec![]
    } else {
        vec![error(format!("the Message-ID's domain is not the sender's, `{own}`")).at(id)]
    }
}

fn sender(message: &Seen) -> String {
    let address = message.parsed.and_then(|parsed| parsed.from()).and_then(|from| from.first());
    address.and_then(|address| address.address()).unwrap_or_default().to_owned()
}

/// L1, RFC 2369 and 8058.
pub(super) fn unsubscribe(message: &Seen) -> Vec<Finding> {
    let place = "List-Unsubscribe";
    let links = message.unsubscribe_links();
    let Some(web) = links.iter().find(|link| link.starts_with("https://")) else {
        return if links.iter().any(|link| link.starts_with("mailto:")) {
            vec![warning("only a mail unsubscribes, no click").at(place).hint("set `web.public_url`")]
        } else {
            vec![error("there is no way to unsubscribe").at(place).hint("set `web.public_url` to an https address")]
        };
    };
    let mut found = Vec::new();
    if message.header("List-Unsubscribe-Post") != ["List-Unsubscribe=One-Click"] {
        found.push(error("`List-Unsubscribe=One-Click` is missing").at("List-Unsubscribe-Post"));
    }
    if web.rsplit('/').next().is_none_or(|token| token.len() < TOKEN) || !web.is_ascii() || web.contains(' ') {
        found.push(error("the token is too short or no plain ASCII").at(place));
    }
    let to = message.parsed.and_then(|parsed| parsed.to()).and_then(|to| to.first());
    let to = to.and_then(|to| to.address()).unwrap_or_default().to_ascii_lowercase();
    let told = web.to_ascii_lowercase();
    if !to.is_empty() && (told.contains(&to) || told.contains(&to.replace('@', "%40"))) {
        found.push(error("the link tells the recipient's address").at(place));
    }
    found
}

/// L7, RFC 2919.
pub(super) fn list_id(message: &Seen) -> Vec<Finding> {
    let place = "List-Id";
    match message.header(place)[..] {
        [value] => {
            let label = value.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
            let fits = label.is_some_and(|label| label.contains('.') && !label.contains([' ', '@']));
            if fits { vec![] } else { vec![error("the List-Id has not the form `Name <label.domain>`").at(place)] }
        }
        [] => vec![error("there is no List-Id").at(place)],
        _ => vec![error("there is more than one List-Id").at(place)],
    }
}

/// L8.
pub(super) fn bulk(message: &Seen) -> Vec<Finding> {
    let has = |name: &str| !message.header(name).is_empty();
    let mut found = Vec::new();
    if message.header("Feedback-ID").first().is_none_or(|value| value.split(':').count() != 4) {
        found.push(warning("there is no Feedback-ID of four parts").at("Feedback-ID"));
    }
    if !has("Precedence") && !has("Auto-Submitted") {
        found.push(warning("neither Precedence nor Auto-Submitted is there").at("Precedence"));
    }
    if !has("X-Auto-Response-Suppress") {
        found.push(warning("out-of-office replies will come back").at("X-Auto-Response-Suppress"));
    }
    found
}

/// F1, RFC 5322 2.1.1 and RFC 2047.
pub(super) fn format(message: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    let octets = message.octets;
    let bare = octets.iter().enumerate().any(|(at, octet)| match octet {
        b'\n' => at == 0 || octets[at - 1] != b'\r',
        b'\r' => octets.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    if bare {
        found.push(error("a line ends without CR LF").at("message"));
    }
    if let Some(number) = octets.split(|octet| *octet == b'\n').position(|line| line.len() > 999) {
        found.push(error("a line is longer than 998 octets").at(format!("line {}", number + 1)));
    }
    if !message.head.is_ascii() || message.head.contains(&0) {
        found.push(error("the header is not plain ASCII").at("header"));
    }
    for (name, value) in &message.headers {
        if value.split(' ').any(|word| word.starts_with("=?") && word.ends_with("?=") && word.len() > 75) {
            found.push(error("an encoded word is longer than 75 characters").at(name.as_str()));
        }
    }
    found
}

/// M1, RFC 2046 5.1.4.
pub(super) fn structure(message: &Seen) -> Vec<Finding> {
    let Some(parsed) = message.parsed else { return vec![] };
    let mut found = Vec::new();
    let alternative = parsed.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| kind.ctype() == "multipart" && kind.subtype() == Some("alternative"))
    });
    match alternative.map(|part| &part.body) {
        Some(PartType::Multipart(children)) => {
            let child = |index: usize| children.get(index).and_then(|id| parsed.parts.get(*id as usize));
            if !child(0).is_some_and(|part| matches!(part.body, PartType::Text(_))) || child(1).is_none() {
                found.push(error("the first of the alternatives is not text/plain").at("multipart/alternative"));
            }
        }
        _ => found.push(error("there is no multipart/alternative").at("Content-Type")),
    }
    for part in &parsed.parts {
        let name = match part.body {
            PartType::Text(_) => "text/plain",
            PartType::Html(_) => "text/html",
            _ => continue,
        };
        let charset = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
        if !charset.eq_ignore_ascii_case("utf-8") {
            found.push(error("the part is not in UTF-8").at(name));
        }
        let coding = part.content_transfer_encoding().unwrap_or("7bit").to_ascii_lowercase();
        if !["7bit", "quoted-printable", "base64"].contains(&coding.as_str()) {
            found.push(error(format!("the transfer encoding is `{coding}`")).at(name));
        }
    }
    found
}
