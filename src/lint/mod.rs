//! The preflight rules of a digest mail, each a row.
//!
//! The octets of one finished message in, rows out: one for every place that breaks a rule, one for every rule
//! that holds. What needs the network, `check --online` asks elsewhere.

mod access;
mod clients;
mod header;
mod links;
mod origin;
mod page;
mod scheme;
mod seen;
mod sheet;
mod tone;
mod words;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Place};

pub use clients::{Client, Clients};
pub use origin::Origin;
use seen::Seen;

/// What one rule says of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The rule's id: `H1`, `S1`.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, or what was found right. All that is wrong has a place (the file with line and column, the post, the
    /// header, or the part) and a hint.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
}

impl Row {
    /// A rule that holds.
    pub fn holds(rule: &'static str, message: impl Into<String>) -> Self {
        Self { rule, level: Level::Ok, diagnostic: Diagnostic::new(message) }
    }

    /// What must be mended: what, where, and how.
    pub fn error(
        rule: &'static str,
        message: impl Into<String>,
        place: impl Into<Place>,
        hint: impl Into<String>,
    ) -> Self {
        Self { rule, level: Level::Error, diagnostic: Diagnostic::new(message).at(place).hint(hint) }
    }

    /// What had better be mended: what, where, and how.
    pub fn warning(
        rule: &'static str,
        message: impl Into<String>,
        place: impl Into<Place>,
        hint: impl Into<String>,
    ) -> Self {
        Self { level: Level::Warning, ..Self::error(rule, message, place, hint) }
    }
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

/// Checks one finished message by the rules that need no network.
///
/// `octets` are what goes over the wire, header and body; `origin` knows what of it posts, editor and templates wrote.
pub fn lint(octets: &[u8], origin: &Origin) -> Vec<Row> {
    let parsed = mail_parser::MessageParser::default().parse(octets);
    let message = Seen::new(octets, parsed.as_ref(), origin);
    let mut rows = Vec::new();
    for (rule, holds, check) in RULES {
        let violations = check(&message);
        if violations.is_empty() {
            rows.push(Row::holds(rule, holds));
        }
        rows.extend(violations.into_iter().map(|violation| violation.row(rule, origin)));
    }
    rows
}

/// Says whether `send` must refuse: an error of a rule on header, list, format or MIME structure.
pub fn refuses(rows: &[Row]) -> bool {
    rows.iter().any(|row| row.level == Level::Error && row.rule.starts_with(['H', 'L', 'F', 'M']))
}

/// A rule: its id, what to say where it holds, and what finds where it does not.
type Rule = (&'static str, &'static str, fn(&Seen) -> Vec<Violation>);

const RULES: [Rule; 18] = [
    ("H1", "every header that must be there is there once", header::once),
    ("H4", "the Message-ID is of the sender's domain", header::message_id),
    ("P6", "what signs the message covers what receivers look at", header::signatures),
    ("L1", "one click unsubscribes", header::unsubscribe),
    ("L7", "the list has its name", header::list_id),
    ("L8", "the mail says that it is bulk mail", header::bulk),
    ("F1", "line ends, lengths and header octets are as they should be", header::format),
    ("M1", "text comes first, then HTML", header::structure),
    ("T1", "the text part says what the HTML says", words::text_part),
    ("S1", "the HTML part is small enough", page::size),
    ("X1", "the page tells clients what they need", page::frame),
    ("X11", "nothing in the page runs, asks or moves", page::active),
    ("C1", "what the page is made of, the readers' clients show", clients::support),
    ("K1", "every link leads somewhere", links::links),
    ("I1", "every picture has words, a width and a safe address", links::images),
    ("A1", "everyone can read it, by day and by night", access::access),
    ("W1", "no words that filters take for a trap", tone::tone),
    ("R1", "no residue of templates", words::residue),
];

/// One place that breaks a rule.
#[derive(Debug)]
struct Violation {
    level: Level,
    message: String,
    /// Where in the message.
    place: String,
    hint: String,
    /// What a post may have brought in: a link, a picture, words.
    about: Option<String>,
    /// What a template or the config may have brought in, as it stands there.
    sign: Option<String>,
}

/// What must be mended: what, where in the message, and how.
fn error(message: impl Into<String>, place: impl Into<String>, hint: impl Into<String>) -> Violation {
    let (message, place, hint) = (message.into(), place.into(), hint.into());
    Violation { level: Level::Error, message, place, hint, about: None, sign: None }
}

/// What had better be mended.
fn warning(message: impl Into<String>, place: impl Into<String>, hint: impl Into<String>) -> Violation {
    Violation { level: Level::Warning, ..error(message, place, hint) }
}

impl Violation {
    fn about(self, about: impl Into<String>) -> Self {
        Self { about: Some(about.into()), ..self }
    }

    fn sign(self, sign: impl Into<String>) -> Self {
        Self { sign: Some(sign.into()), ..self }
    }

    fn row(self, rule: &'static str, origin: &Origin) -> Row {
        let short: String = self.place.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect();
        let post = self.about.as_deref().and_then(|about| origin.post(about));
        let post = post.map(|post| Place::from(format!("{post}: {short}")));
        let place = post.or_else(|| origin.file(self.sign.as_deref()?)).unwrap_or_else(|| short.into());
        Row { level: self.level, ..Row::error(rule, self.message, place, self.hint) }
    }
}

#[cfg(test)]
mod tests;
