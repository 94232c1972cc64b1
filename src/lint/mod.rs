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
mod inspected_message;
mod row;
mod scheme;
mod sheet;
mod words;

pub use clients::{Client, Clients};
use inspected_message::InspectedMessage;
pub use origin::Origin;
use row::Violation;
pub use row::{Level, Row};
pub(crate) use scheme::css_color;

/// Checks one finished message by the rules that need no network.
///
/// `octets` are what goes over the wire, header and body; `origin` knows what of it posts, editor and templates wrote.
pub fn lint(octets: &[u8], origin: &Origin) -> Vec<Row> {
    let parsed = mail_parser::MessageParser::default().parse(octets);
    let message = InspectedMessage::new(octets, parsed.as_ref(), origin);
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
type Rule = (&'static str, &'static str, fn(&InspectedMessage) -> Vec<Violation>);

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
    ("W1", "no words that filters take for a trap", words::tone),
    ("R1", "no residue of templates", words::residue),
];

#[cfg(test)]
mod tests;
