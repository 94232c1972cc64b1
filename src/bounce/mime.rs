//! A mail as its header and its parts (RFC 2045, RFC 2046); `Name: value` lines, as they stand in a header (RFC 5322 2.2)
//! and in a delivery status (RFC 3464 2.1).
//!
//! Only as much of MIME as reports need, and no recursion: a mail of ten megabytes can hold a hundred thousand
//! messages, each in the one before it.

use std::borrow::Cow;

use mail_parser::{
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
    parsers::MessageStream,
};

/// Multiparts within multiparts that are looked into.
const MAX_DEPTH: usize = 8;
/// Parts of one mail that are looked at.
const MAX_PARTS: usize = 100;
/// More fields than this no mailer writes.
const MAX_FIELDS: usize = 1_000;
/// So much of a value is kept.
const MAX_VALUE: usize = 8 * 1024;

/// A mail taken apart.
#[derive(Debug)]
pub(super) struct Mail<'a> {
    pub(super) header: Fields,
    body: &'a [u8],
    /// The parts that are not themselves multiparts, in their order; a mail without parts is one part.
    pub(super) parts: Vec<Part<'a>>,
}

/// One part, decoded.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Type and subtype in lower case, `message/delivery-status`.
    pub(super) kind: String,
    pub(super) body: Cow<'a, [u8]>,
    charset: Option<String>,
}

impl Part<'_> {
    /// So many octets of the part as text at most, in whatever characters it is written, markup left out.
    pub(super) fn text(&self, max: usize) -> String {
        let octets = &self.body[..self.body.len().min(max)];
        let label = self.charset.as_deref().unwrap_or("utf-8");
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        let text = encoding.decode(octets).0.replace("\r\n", "\n").replace('\r', "\n");
        if self.kind == "text/html" { without_markup(&text) } else { text }
    }
}

/// The words of a page, each block on lines of its own.
fn without_markup(html: &str) -> String {
    let mut text = String::new();
    for (at, piece) in html.split('<').enumerate() {
        match piece.split_once('>').filter(|_| at > 0) {
            Some((tag, words)) => {
                let name =
                    tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
                if ["p", "div", "br", "tr", "h1", "h2", "h3", "li", "table", "pre"]
                    .contains(&name.to_ascii_lowercase().as_str())
                {
                    text.push('\n');
                }
                text.push_str(words);
            }
            None => text.push_str(piece),
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&nbsp;", " ").replace("&amp;", "&")
}

impl<'a> Mail<'a> {
    /// Takes a mail apart; any octets are one.
    pub(super) fn read(octets: &'a [u8]) -> Self {
        let (header, whole) = split(octets);
        let mut parts = Vec::new();
        // Taken from the end, so that parts come out in their order.
        let mut open = vec![(octets, 0)];
        while let Some((octets, depth)) = open.pop() {
            let (header, body) = split(octets);
            let ContentType { kind, boundary, charset } = content_type(&header);
            match boundary.filter(|_| kind.starts_with("multipart/") && depth < MAX_DEPTH) {
                Some(boundary) => {
                    let inner = pieces(body, boundary.as_bytes());
                    open.extend(inner.into_iter().rev().map(|piece| (piece, depth + 1)));
                }
                None => parts.push(Part { kind, body: decode(&header, body), charset }),
            }
            if parts.len() == MAX_PARTS {
                break;
            }
        }
        Self { header, body: whole, parts }
    }

    /// So many octets of its body as text at most, whatever parts it may have.
    pub(super) fn text(&self, max: usize) -> String {
        String::from_utf8_lossy(&self.body[..self.body.len().min(max)]).replace('\r', "")
    }

    /// The first part of this kind.
    pub(super) fn part(&self, kinds: &[&str]) -> Option<&Part<'a>> {
        self.parts.iter().find(|part| kinds.contains(&part.kind.as_str()))
    }
}

/// The subject of a mail, its encoded words decoded (RFC 2047).
pub(super) fn subject(header: &Fields) -> String {
    let value = format!("{}\n", header.first("subject").unwrap_or_default());
    let decoded = MessageStream::new(value.as_bytes()).parse_unstructured();
    decoded.as_text().unwrap_or_default().to_owned()
}

/// Splits a header from what follows its empty line.
fn split(octets: &[u8]) -> (Fields, &[u8]) {
    let mut start = 0;
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        let end = start + line.len();
        if line.trim_ascii().is_empty() {
            return (Fields::read(&octets[..start]), &octets[end..]);
        }
        start = end;
    }
    (Fields::read(octets), &[])
}

/// What a part is.
struct ContentType {
    /// In lower case.
    kind: String,
    boundary: Option<String>,
    charset: Option<String>,
}

fn content_type(header: &Fields) -> ContentType {
    let plain = || ContentType { kind: "text/plain".to_owned(), boundary: None, charset: None };
    let Some(value) = header.first("content-type") else { return plain() };
    let value = format!("{value}\n");
    let parsed = MessageStream::new(value.as_bytes()).parse_content_type().into_content_type();
    let Some(parsed) = parsed else { return plain() };
    let kind = format!("{}/{}", parsed.ctype(), parsed.subtype().unwrap_or_default());
    let boundary = parsed.attribute("boundary").map(|boundary| boundary.trim_end().to_owned());
    let boundary = boundary.filter(|boundary| (1..=200).contains(&boundary.len()));
    ContentType { kind: kind.to_ascii_lowercase(), boundary, charset: parsed.attribute("charset").map(str::to_owned) }
}

/// What stands between the delimiter lines (RFC 2046 5.1.1); the last piece need not be closed.
fn pieces<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let (mut pieces, mut begin, mut start) = (Vec::new(), None, 0);
    for line in body.split_inclusive(|octet| *octet == b'\n') {
        let end = start + line.len();
        let mark = line.trim_ascii_end().strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary));
        if let Some(rest) = mark.filter(|rest| rest.is_empty() || *rest == b"--") {
            if let Some(begin) = begin {
                pieces.push(&body[begin..start]);
            }
            begin = Some(end);
            if !rest.is_empty() || pieces.len() == MAX_PARTS {
                return pieces;
            }
        }
        start = end;
    }
    pieces.extend(begin.map(|begin| &body[begin..]));
    pieces
}

/// Undoes the transfer encoding (RFC 2045 6); what cannot be decoded stays as it is.
fn decode<'a>(header: &Fields, body: &'a [u8]) -> Cow<'a, [u8]> {
    let encoding = header.first("content-transfer-encoding").unwrap_or_default().to_ascii_lowercase();
    let decoded = match encoding.as_str() {
        "base64" => base64_decode(body),
        "quoted-printable" => quoted_printable_decode(body),
        _ => None,
    };
    decoded.map_or(Cow::Borrowed(body), Cow::Owned)
}

/// The fields of a header or of a group: the names in lower case, the values on one line each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads lines up to the end, or up to the first empty one; what is no field is passed over.
    pub(super) fn read(octets: &[u8]) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        // What is passed over takes the lines with it that go on with it.
        let mut is_open = false;
        for line in lines(octets) {
            let text = String::from_utf8_lossy(&line[..line.len().min(MAX_VALUE)]);
            let text = text.trim_end();
            if text.trim_start().is_empty() {
                break;
            } else if text.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut().filter(|(_, value)| is_open && value.len() < MAX_VALUE) {
                    value.push(' ');
                    value.push_str(text.trim_start());
                }
            } else if let Some((name, value)) = text.split_once(':')
                && is_name(name.trim_end())
                && fields.len() < MAX_FIELDS
            {
                fields.push((name.trim_end().to_ascii_lowercase(), value.trim_start().to_owned()));
                is_open = true;
            } else {
                is_open = false;
            }
        }
        Self(fields)
    }

    /// Reads groups of fields with empty lines between them.
    pub(super) fn groups(octets: &[u8]) -> Vec<Self> {
        let mut groups = Vec::new();
        let mut group = Vec::new();
        for line in lines(octets).chain([&b""[..]]) {
            if !line.trim_ascii().is_empty() {
                group.extend_from_slice(line);
                group.push(b'\n');
            } else if !group.is_empty() {
                groups.push(Self::read(&group));
                group.clear();
            }
        }
        groups
    }

    /// The value of the first field of this name, which is given in lower case.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of all fields of this name, which is given in lower case.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The lines of some octets without their ends, LF or CRLF.
pub(super) fn lines(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    octets.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Says whether this is the name of a field (RFC 5322 3.6.8).
fn is_name(name: &str) -> bool {
    (1..=100).contains(&name.len()) && name.bytes().all(|octet| matches!(octet, b'!'..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_what_is_none_is_passed_over() {
        let fields = Fields::read(
            b"From x\r\n went on\r\nSTATUS: 5.1.1\r\nDiagnostic-Code : smtp; 550\r\n\t5.1.1 no\r\n such\r\nstatus:4\r\n\r\nAction: no\r\n",
        );
        assert_eq!(fields.all("status").collect::<Vec<_>>(), ["5.1.1", "4"]);
        assert_eq!(fields.first("diagnostic-code"), Some("smtp; 550 5.1.1 no such"));
        assert_eq!(fields.first("action"), None);
    }

    #[test]
    fn groups_have_any_number_of_empty_lines_between_them() {
        let groups = Fields::groups(b"\n\na: 1\nb: 2\n \r\n\nc: 3");
        let first: Vec<_> = groups.iter().map(|group| (group.first("a"), group.first("c"))).collect();
        assert_eq!(first, [(Some("1"), None), (None, Some("3"))]);
    }

    #[track_caller]
    fn check(mail: &str, expect: &[(&str, &str)]) {
        for mail in [mail.to_owned(), mail.replace('\n', "\r\n")] {
            let mail = Mail::read(mail.as_bytes());
            let found: Vec<(&str, String)> = mail
                .parts
                .iter()
                .map(|part| (part.kind.as_str(), String::from_utf8_lossy(&part.body).trim().to_owned()))
                .collect();
            let found: Vec<(&str, &str)> = found.iter().map(|(kind, body)| (*kind, body.as_str())).collect();
            assert_eq!(found, expect);
        }
    }

    #[test]
    fn parts_are_found_in_their_order() {
        check("Subject: x\n\nhello\n", &[("text/plain", "hello")]);
        check("no header at all", &[("text/plain", "")]);
        check(
            "Content-Type: Multipart/Report; boundary=\"a b\"\n\npre\n--a b\n\none\n--a b \nContent-Type: text/html\n\ntwo\n--a b--\npost\n",
            &[("text/plain", "one"), ("text/html", "two")],
        );
        check(
            "Content-Type: multipart/mixed;\n boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=xx\n\n--xx\n\nin\n--xx--\n--x\n\nout\n",
            &[("text/plain", "in"), ("text/plain", "out")],
        );
        check(
            "Content-Type: text/plain\nContent-Transfer-Encoding: BASE64\n\naGVs\nbG8=\n",
            &[("text/plain", "hello")],
        );
        check("Content-Transfer-Encoding: quoted-printable\n\nh=65l=\nlo\n", &[("text/plain", "hello")]);
        check("Content-Transfer-Encoding: base64\n\n*** no base64 ***\n", &[("text/plain", "*** no base64 ***")]);
    }

    #[test]
    fn a_hundred_thousand_nested_messages_end_nothing() {
        let nested = "Content-Type: message/rfc822\n\n".repeat(100_000);
        assert_eq!(Mail::read(nested.as_bytes()).parts.len(), 1);
        let mut nested = String::new();
        for level in 0..10_000 {
            nested.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
        }
        assert_eq!(Mail::read(nested.as_bytes()).parts.len(), 1);
        let many = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(10_000));
        assert_eq!(Mail::read(many.as_bytes()).parts.len(), MAX_PARTS);
    }
}
