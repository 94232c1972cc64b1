//! A mail that came back in; whom it is about and what it says out.
//!
//! Delivery status notifications (RFC 3464), complaints (RFC 5965) and mails to `smtp.unsubscribe_mailto`. Anybody
//! can write one: so a mail that carries no token of ours says nothing, whatever stands in it, and whom it is about
//! is read from tokens alone. [`Store::apply`](crate::store::Store::apply) does what follows from it.

mod clues;
mod codes;
mod fields;
mod mime;
mod plain;
mod status;

use crate::{
    deliver::{BounceKind, Reply, classify_bounce},
    subscriber::Address,
    token::{Keys, Subject},
};
use clues::Clues;
use fields::Fields;
use mime::{Mail, Part};

/// So much of a mail is read; what a report says stands before the message that it returns.
pub const OCTETS: u64 = 10_000_000;

/// Reports are looked for in mails that are attached to mails, so deep.
const DEPTH: usize = 3;

/// A mail that speaks of a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// What became of a message (RFC 3464).
    Delivery {
        /// The subscriber and the edition's id, or its first digits.
        about: Subject,
        /// What became of it at each address it was passed on to.
        recipients: Vec<Recipient>,
    },
    /// What its reader thinks of a message (RFC 5965).
    Feedback {
        /// The subscriber and the edition's id, or its first digits.
        about: Subject,
        /// What they say.
        kind: Feedback,
    },
    /// A reader's wish to leave a digest: the subscriber and the digest.
    Unsubscribe(Subject),
}

/// One address that a report speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// As the report writes it; what we sent it to first, where it says so.
    pub addresses: Vec<String>,
    /// What became of the message there.
    pub fate: Fate,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It went on its way or arrived (`delivered`, `relayed`, `expanded`).
    Arrived,
    /// Not yet, or not this time (`delayed`, 4.x.x): says nothing of the address.
    Delayed(Reply),
    /// Never (`failed`).
    Failed(Reply),
}

/// What a reader says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feedback {
    /// That they never want such mail (`abuse`, `fraud`).
    Complaint,
    /// That they want to leave (`opt-out`).
    OptOut,
}

/// Why a mail changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// It is something else: an answer, an absence, a receipt.
    NoReport,
    /// It speaks of nothing that asks for anything: feedback such as `not-spam`.
    Idle,
    /// It carries no token of ours, or one of a test or a preview, or those of two messages.
    NotOurs,
}

impl std::fmt::Display for Ignored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoReport => "it is neither a bounce nor a complaint nor an unsubscription",
            Self::Idle => "its feedback asks for nothing",
            Self::NotOurs => "it speaks of no message of ours",
        })
    }
}

/// Reads a mail.
///
/// # Errors
/// Says why it is to be ignored: that is no fault of whoever hands it in.
pub fn read(octets: &[u8], keys: &Keys) -> Result<Report, Ignored> {
    let octets = octets.trim_ascii_start();
    let Some((said, clues)) = find(octets, DEPTH) else {
        let subject = mime::subject(&Fields::read(octets));
        return clues::unsubscription(keys, &subject).map(Report::Unsubscribe).ok_or(Ignored::NoReport);
    };
    let about = clues.about(keys).ok_or(Ignored::NotOurs)?;
    match said {
        Said::Fates(recipients) => Ok(Report::Delivery { about, recipients }),
        Said::Feedback(kind) => kind.map(|kind| Report::Feedback { about, kind }).ok_or(Ignored::Idle),
    }
}

/// What became of a message that went to `address`: where a report speaks of several addresses, what it says of
/// this one; where it does not name it, because others stand behind it, the mildest that it says.
pub fn fate_of<'a>(recipients: &'a [Recipient], address: &Address) -> Option<&'a Fate> {
    let names = |recipient: &&Recipient| recipient.addresses.iter().any(|named| is_same(named, address));
    let mildest =
        |fates: &mut dyn Iterator<Item = &'a Recipient>| fates.map(|one| &one.fate).min_by_key(|fate| weight(fate));
    mildest(&mut recipients.iter().filter(names)).or_else(|| mildest(&mut recipients.iter()))
}

fn is_same(named: &str, address: &Address) -> bool {
    let is =
        |named: &str| named.parse().is_ok_and(|named: Address| named.as_str().eq_ignore_ascii_case(address.as_str()));
    is(named) || status::decoded(named).is_some_and(|named| is(&named))
}

fn weight(fate: &Fate) -> u8 {
    match fate {
        Fate::Arrived => 0,
        Fate::Delayed(_) => 1,
        Fate::Failed(reply) => match classify_bounce(reply) {
            BounceKind::NotAddress => 2,
            BounceKind::MaybeBadAddress => 3,
            BounceKind::BadAddress => 4,
        },
    }
}

/// What a report says, whoever it is about.
#[derive(Debug)]
enum Said {
    Fates(Vec<Recipient>),
    Feedback(Option<Feedback>),
}

/// Finds the report in a mail, or in a mail that is attached to it, and what may hold a token of ours.
fn find(octets: &[u8], depth: usize) -> Option<(Said, Clues)> {
    let mail = Mail::read(octets);
    let mut clues = Clues::default();
    let found = said(&mail, &mut clues).or_else(|| {
        let attached = mail.parts.iter().filter(|part| is_message(part)).take_while(|_| depth > 0);
        let (said, inner) = attached.filter_map(|part| find(&part.body, depth - 1)).next()?;
        clues = inner;
        Some(said)
    })?;
    // Whom the report itself was sent to, as each server on its way wrote it down.
    let envelope = ["delivered-to", "x-delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to"];
    clues.take(&mail.header, &envelope, &["in-reply-to", "references"]);
    Some((found, clues))
}

fn said(mail: &Mail, clues: &mut Clues) -> Option<Said> {
    let said = if let Some(part) = mail.part(&["message/delivery-status", "message/global-delivery-status"]) {
        let groups = Fields::groups(&part.body);
        for group in &groups {
            clues.take(group, &[], &["original-envelope-id", "original-message-id", "x-original-message-id"]);
        }
        Said::Fates(status::recipients(&groups))
    } else if let Some(part) = mail.part(&["message/feedback-report"]) {
        let fields = Fields::read(part.body.trim_ascii_start());
        clues.take(&fields, &["original-mail-from"], &["original-envelope-id"]);
        Said::Feedback(feedback(fields.first("feedback-type")?))
    } else {
        let text = mail.part(&["text/plain"])?;
        let text = String::from_utf8_lossy(&text.body[..text.body.len().min(64 * 1024)]).replace('\r', "");
        let recipients = match mail.header.first("x-failed-recipients") {
            Some(failed) => plain::exim(failed, &text),
            None => plain::qmail(&text),
        };
        if recipients.is_empty() {
            return None;
        }
        // The message itself stands somewhere below.
        clues.paths.push(text.clone());
        clues.ids.push(text);
        Said::Fates(recipients)
    };
    for returned in mail.parts.iter().filter(|part| is_message(part) || is_header(part)) {
        clues.take(&Fields::read(returned.body.trim_ascii_start()), &["return-path"], &["message-id"]);
    }
    match said {
        Said::Fates(recipients) if recipients.is_empty() => None,
        said => Some(said),
    }
}

/// Reads a `Feedback-Type` (RFC 5965 3.1, and `opt-out` from before it).
fn feedback(kind: &str) -> Option<Feedback> {
    match kind.trim().to_ascii_lowercase().as_str() {
        "abuse" | "fraud" => Some(Feedback::Complaint),
        "opt-out" | "opt-out-list" => Some(Feedback::OptOut),
        _ => None,
    }
}

fn is_message(part: &Part) -> bool {
    matches!(part.kind.as_str(), "message/rfc822" | "message/global" | "text/rfc822")
}

fn is_header(part: &Part) -> bool {
    matches!(part.kind.as_str(), "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers")
}

#[cfg(test)]
mod tests;
