//! Rules on the header and on the structure of a message.

use mail_parser::{MimeHeaders, PartType};

use super::{
    inspected_message::InspectedMessage,
    row::{Violation, error, warning},
};

/// An unsubscribe token has at least so many characters: 128 bits in base64.
const TOKEN: usize = 22;

/// How to mend what no config and no template can cause.
const OURS: &str = "this is not for you to mend: please report it with the message (`tidings preview --eml`)";

/// H1, RFC 5322 3.6.
pub(super) fn once(message: &InspectedMessage) -> Vec<Violation> {
    let mut found = Vec::new();
    for name in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"] {
        match message.header(name).len() {
            1 => {}
            0 => found.push(error(format!("there is no {name}"), name, OURS)),
            count => found.push(error(format!("{name} is there {count} times"), name, OURS)),
        }
    }
    if message.header("Subject").len() == 1 && message.subject().trim().is_empty() {
        let hint = "write words into the digest's `subject`, or look what its template gives";
        found.push(error("the subject says nothing", "Subject", hint).sign("subject ="));
    }
    if !message.header("Bcc").is_empty() {
        found.push(error("a Bcc shows who else gets the mail", "Bcc", OURS));
    }
    let recipients = message.parsed.and_then(|parsed| parsed.to()).map_or(0, |to| to.iter().count());
    if recipients > 1 || !message.header("Cc").is_empty() {
        found.push(error("a message has one recipient", "To", OURS));
    }
    found
}

/// H4.
pub(super) fn message_id(message: &InspectedMessage) -> Vec<Violation> {
    let Some(id) = message.header("Message-ID").first().copied() else { return vec![] };
    let bare = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).and_then(|id| id.rsplit_once('@'));
    let Some((_, domain)) = bare.filter(|(left, _)| !left.is_empty() && !id.contains(' ')) else {
        return vec![error("the Message-ID has not the form `<left@domain>`", id, OURS)];
    };
    let from = sender(message);
    let own = from.rsplit_once('@').map_or("", |(_, domain)| domain);
    if domain.eq_ignore_ascii_case(own) {
        return vec![];
    }
    vec![error(format!("the Message-ID's domain is not the sender's, `{own}`"), id, OURS)]
}

fn sender(message: &InspectedMessage) -> String {
    let address = message.parsed.and_then(|parsed| parsed.from()).and_then(|from| from.first());
    address.and_then(|address| address.address()).unwrap_or_default().to_owned()
}

/// P6, RFC 6376 3.5 and 8058 4.
pub(super) fn signatures(message: &InspectedMessage) -> Vec<Violation> {
    const COVERED: [&str; 9] = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "mime-version",
        "content-type",
    ];
    let mut found = Vec::new();
    let mut push = |what: String| found.push(error(what, "DKIM-Signature", OURS));
    for signature in message.header("DKIM-Signature") {
        let tags: Vec<(&str, String)> = signature
            .split(';')
            .filter_map(|tag| tag.split_once('='))
            .map(|(name, value)| (name.trim(), value.split_whitespace().collect::<String>().to_lowercase()))
            .collect();
        let tag = |name: &str| tags.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str());
        let signed: Vec<&str> = tag("h").split(':').collect();
        let missing = COVERED.iter().find(|name| !message.header(name).is_empty() && !signed.contains(name));
        if let Some(name) = missing {
            push(format!("the signature does not cover {name}"));
        }
        let times = |name: &str| signed.iter().filter(|known| **known == name).count();
        let open = ["from", "subject", "to", "date", "reply-to", "cc", "sender"];
        if let Some(name) = open.iter().find(|name| times(name) <= message.header(name).len()) {
            push(format!("another {name} could be added to the signed message"));
        }
        if tag("c") != "relaxed/relaxed" {
            push(format!("the signature is not relaxed/relaxed, but `{}`", tag("c")));
        }
        if !["rsa-sha256", "ed25519-sha256"].contains(&tag("a")) {
            push(format!("`{}` is no algorithm that receivers take", tag("a")));
        }
        if !tag("l").is_empty() {
            push("the signature covers a part of the body only, `l=`".to_owned());
        }
    }
    found
}

/// L1, RFC 2369 and 8058.
pub(super) fn unsubscribe(message: &InspectedMessage) -> Vec<Violation> {
    let place = "List-Unsubscribe";
    let links = message.unsubscribe_links();
    let hint = "set `web.public_url` to an https address that this program serves";
    let Some(web) = links.iter().find(|link| link.starts_with("https://")) else {
        return if links.iter().any(|link| link.starts_with("mailto:")) {
            vec![warning("only a mail unsubscribes, no click", place, hint).sign("unsubscribe_mailto")]
        } else {
            vec![error("there is no one-click link to unsubscribe", place, hint).sign("public_url")]
        };
    };
    let mut found = Vec::new();
    if message.header("List-Unsubscribe-Post") != ["List-Unsubscribe=One-Click"] {
        found.push(error("`List-Unsubscribe=One-Click` is missing", "List-Unsubscribe-Post", OURS));
    }
    if web.rsplit('/').next().is_none_or(|token| token.len() < TOKEN) || !web.is_ascii() || web.contains(' ') {
        found.push(error("the token is too short or no plain ASCII", place, OURS));
    }
    let to = message.parsed.and_then(|parsed| parsed.to()).and_then(|to| to.first());
    let to = to.and_then(|to| to.address()).unwrap_or_default().to_ascii_lowercase();
    let told = web.to_ascii_lowercase();
    if !to.is_empty() && (told.contains(&to) || told.contains(&to.replace('@', "%40"))) {
        found.push(error("the link tells the recipient's address", place, OURS));
    }
    found
}

/// L7, RFC 2919.
pub(super) fn list_id(message: &InspectedMessage) -> Vec<Violation> {
    let place = "List-Id";
    match message.header(place)[..] {
        [value] => {
            let label = value.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
            let fits = label.is_some_and(|label| label.contains('.') && !label.contains([' ', '@']));
            if fits { vec![] } else { vec![error("the List-Id has not the form `Name <label.domain>`", place, OURS)] }
        }
        [] => vec![error("there is no List-Id", place, OURS)],
        _ => vec![error("there is more than one List-Id", place, OURS)],
    }
}

/// L8, RFC 2369, 3834.
pub(super) fn bulk(message: &InspectedMessage) -> Vec<Violation> {
    let has = |name: &str| !message.header(name).is_empty();
    let mut found = Vec::new();
    if message.header("Feedback-ID").first().is_none_or(|value| value.split(':').count() != 4) {
        found.push(warning("there is no Feedback-ID of four parts", "Feedback-ID", OURS));
    }
    if !has("Precedence") && !has("Auto-Submitted") {
        found.push(warning("neither Precedence nor Auto-Submitted is there", "Precedence", OURS));
    }
    if !has("X-Auto-Response-Suppress") {
        found.push(warning("out-of-office replies will come back", "X-Auto-Response-Suppress", OURS));
    }
    // Without a public address there is no archive; L1 says that one is missing.
    let is_served = message.unsubscribe_links().iter().any(|link| link.starts_with("http"));
    if is_served && !has("List-Archive") {
        found.push(warning("there is no List-Archive", "List-Archive", OURS));
    }
    if !has("List-Help") {
        found.push(warning("there is no List-Help", "List-Help", OURS));
    }
    found
}

/// F1, RFC 5322 2.1.1 and RFC 2047.
pub(super) fn format(message: &InspectedMessage) -> Vec<Violation> {
    let mut found = Vec::new();
    let octets = message.octets;
    let bare = octets.iter().enumerate().any(|(at, octet)| match octet {
        b'\n' => at == 0 || octets[at - 1] != b'\r',
        b'\r' => octets.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    if bare {
        found.push(error("a line ends without CR LF", "message", OURS));
    }
    if let Some(number) = octets.split(|octet| *octet == b'\n').position(|line| line.len() > 999) {
        found.push(error("a line is longer than 998 octets", format!("line {} of the message", number + 1), OURS));
    }
    if !message.head.is_ascii() || message.head.contains(&0) {
        let hint = "take addresses of ASCII letters (`publication.from`, `reply_to`): few servers take others";
        found.push(error("the header is not plain ASCII", "header", hint).sign("from ="));
    }
    for (name, value) in &message.headers {
        if value.split(' ').any(|word| word.starts_with("=?") && word.ends_with("?=") && word.len() > 75) {
            found.push(error("an encoded word is longer than 75 characters", name.as_str(), OURS));
        }
    }
    found
}

/// M1, RFC 2046 5.1.4.
pub(super) fn structure(message: &InspectedMessage) -> Vec<Violation> {
    let Some(parsed) = message.parsed else { return vec![] };
    let mut found = Vec::new();
    let alternative = parsed.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| kind.ctype() == "multipart" && kind.subtype() == Some("alternative"))
    });
    match alternative.map(|part| &part.body) {
        Some(PartType::Multipart(children)) => {
            let child = |index: usize| children.get(index).and_then(|id| parsed.parts.get(*id as usize));
            if !child(0).is_some_and(|part| matches!(part.body, PartType::Text(_))) || child(1).is_none() {
                found.push(error("the first of the alternatives is not text/plain", "multipart/alternative", OURS));
            }
        }
        _ => found.push(error("there is no multipart/alternative", "Content-Type", OURS)),
    }
    for part in &parsed.parts {
        let name = match part.body {
            PartType::Text(_) => "text/plain",
            PartType::Html(_) => "text/html",
            _ => continue,
        };
        let charset = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
        if !charset.eq_ignore_ascii_case("utf-8") {
            found.push(error("the part is not in UTF-8", name, OURS));
        }
        let coding = part.content_transfer_encoding().unwrap_or("7bit").to_ascii_lowercase();
        if !["7bit", "quoted-printable", "base64"].contains(&coding.as_str()) {
            found.push(error(format!("the transfer encoding is `{coding}`"), name, OURS));
        }
    }
    found
}
