//! The preflight rules of a digest mail, each a row.
//!
//! The octets of one finished message in, rows out: one for every place that breaks a rule, one for every rule
//! that holds. What needs the network, `check --online` asks elsewhere.

mod header;
mod page;
mod words;

use dom_query::Document;
use mail_parser::{Message, MessageParser, PartType};
use serde::Serialize;

use crate::edition::Edition;

/// What one rule says of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The rule's id: `H1`, `S1`.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, or what was found right.
    pub message: String,
    /// The part, header or post.
    pub place: Option<String>,
    /// How to mend it.
    pub hint: Option<String>,
}

/// How bad a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Better mended.
    Warning,
    /// Must be mended.
    Error,
}

/// Judges one finished message by the rules that need no network.
///
/// `octets` are what goes over the wire, header and body. `own_words` is the text that posts and editor wrote,
/// titles, teasers, names and all: what looks like a template's residue is none where they wrote it.
pub fn lint(octets: &[u8], own_words: &str) -> Vec<Row> {
    let parsed = MessageParser::default().parse(octets);
    let message = Seen::new(octets, parsed.as_ref(), own_words);
    let mut rows = Vec::new();
    for (rule, holds, judge) in RULES {
        let findings = judge(&message);
        if findings.is_empty() {
            rows.push(Row { rule, level: Level::Ok, message: holds.to_owned(), place: None, hint: None });
        }
        rows.extend(findings.into_iter().map(|finding| Row {
            rule,
            level: finding.level,
            message: finding.message,
            place: finding.place,
            hint: finding.hint,
        }));
    }
    rows
}

/// The text that the posts' authors and the editor wrote, for [`lint`].
///
/// What holds template marks of its own says nothing here: subject, preheader, such an intro.
pub fn own_words(edition: &Edition) -> String {
    let publication = &edition.publication;
    let mut words = vec![edition.title.as_str(), publication.name.as_str()];
    words.extend(publication.address.as_deref());
    words.extend(edition.intro.as_deref().filter(|intro| !intro.contains("{{") && !intro.contains("{%")));
    words.extend(edition.texts.values().map(String::as_str));
    for item in &edition.posts {
        words.extend([item.post.title.as_str(), item.teaser.text.as_str(), item.post.body.as_str()]);
        words.extend(item.post.authors.iter().chain(&item.post.tags).map(String::as_str));
        words.extend(item.post.image.as_ref().and_then(|image| image.alt.as_deref()));
        words.extend(item.post.url.as_ref().map(url::Url::as_str));
    }
    words.join("\n")
}

/// Says whether `send` must refuse: an error of a rule on header, list, format or MIME structure.
pub fn refuses(rows: &[Row]) -> bool {
    rows.iter().any(|row| row.level == Level::Error && row.rule.starts_with(['H', 'L', 'F', 'M']))
}

/// A rule: its id, what to say where it holds, and who judges.
type Rule = (&'static str, &'static str, fn(&Seen) -> Vec<Finding>);

const RULES: [Rule; 15] = [
    ("H1", "every header that must be there is there once", header::once),
    ("H4", "the Message-ID is of the sender's domain", header::message_id),
    ("L1", "one click unsubscribes", header::unsubscribe),
    ("L7", "the list has its name", header::list_id),
    ("L8", "the mail says that it is bulk mail", header::bulk),
    ("F1", "line ends, lengths and header octets are as they should be", header::format),
    ("M1", "text comes first, then HTML", header::structure),
    ("T1", "the text part says what the HTML says", words::text_part),
    ("S1", "the HTML part is small enough", page::size),
    ("X1", "the page tells clients what they need", page::frame),
    ("X11", "nothing in the page runs, asks or moves", page::active),
    ("K1", "every link leads somewhere", page::links),
    ("I1", "every picture has words, a width and a safe address", page::images),
    ("A1", "everyone can read it", page::access),
    ("R1", "no residue of templates", words::residue),
];

/// One place that breaks a rule.
struct Finding {
    level: Level,
    message: String,
    place: Option<String>,
    hint: Option<String>,
}

fn error(message: impl Into<String>) -> Finding {
    Finding { level: Level::Error, message: message.into(), place: None, hint: None }
}

fn warning(message: impl Into<String>) -> Finding {
    Finding { level: Level::Warning, ..error(message) }
}

impl Finding {
    fn at(mut self, place: impl Into<String>) -> Self {
        let place: String = place.into();
        let short: String = place.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect();
        self.place = Some(short);
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A message, taken apart once for all rules.
struct Seen<'a> {
    octets: &'a [u8],
    /// Header and body, without the empty line between them.
    head: &'a [u8],
    headers: Vec<(String, String)>,
    parsed: Option<&'a Message<'a>>,
    html: String,
    text: String,
    page: Document,
    own: &'a str,
}

impl<'a> Seen<'a> {
    fn new(octets: &'a [u8], parsed: Option<&'a Message<'a>>, own: &'a str) -> Self {
        let end = octets.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(octets.len());
        let head = &octets[..end];
        let body = |html: bool| {
            let parts = parsed.map(|message| message.parts.as_slice()).unwrap_or_default();
            let found = parts.iter().find_map(|part| match &part.body {
                PartType::Html(text) if html => Some(text.to_string()),
                PartType::Text(text) if !html => Some(text.to_string()),
                _ => None,
            });
            found.unwrap_or_default()
        };
        let html = body(true);
        let page = Document::from(html.as_str());
        Self { octets, head, headers: unfold(head), parsed, html, text: body(false), page, own }
    }

    /// The values of a header, unfolded.
    fn header(&self, name: &str) -> Vec<&str> {
        let same = |header: &&(String, String)| header.0.eq_ignore_ascii_case(name);
        self.headers.iter().filter(same).map(|(_, value)| value.as_str()).collect()
    }

    /// The addresses between angle brackets of List-Unsubscribe.
    fn unsubscribe_links(&self) -> Vec<&str> {
        let values = self.header("List-Unsubscribe").into_iter();
        values.flat_map(|value| value.split('<').skip(1).filter_map(|rest| rest.split('>').next())).collect()
    }
}

/// Splits a header block into names and values (RFC 5322 2.2.3).
fn unfold(head: &[u8]) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in String::from_utf8_lossy(head).lines() {
        match headers.last_mut() {
            Some((_, value)) if line.starts_with([' ', '\t']) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            _ => {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }
    headers
}

#[cfg(test)]
mod tests;
