//! The header of an edition's messages: what all of them share is written once, a recipient's own for each.

use chrono::{DateTime, Utc};

use crate::{
    edition::Edition,
    render::Rendered,
    subscriber::{Address, Subscriber},
    token::{Keys, Purpose, Subject as TokenSubject},
};

use super::{
    Error, Message, Occasion, Sender, header,
    ids::{self, ReturnPath},
    slots::{self, Leave, Piece, Values},
};

/// A field's name and its value as it stands in the header: ASCII but for an address that is not, and folded.
pub(super) type Field = (&'static str, String);

/// All that the header and the envelope of an edition's messages are made of.
#[derive(Debug)]
pub(super) struct Fields {
    /// Who the publication is: the From address.
    pub(super) from: Address,
    /// Stand before the recipient's own fields.
    pub(super) first: Vec<Field>,
    /// Stand after them.
    pub(super) last: Vec<Field>,
    subject: Subject,
    return_path: ReturnPath,
    leave: Leave,
    keys: Keys,
    edition: String,
    digest: String,
    name: String,
    is_ascii: bool,
}

/// What one recipient's message has for itself, but for its octets.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) message: Message,
    pub(super) fields: Vec<Field>,
    pub(super) values: Values,
}

#[derive(Debug)]
enum Subject {
    /// The same for all: written once.
    Shared(String),
    Slots(Vec<Piece>),
}

impl Fields {
    /// Writes what all recipients share.
    ///
    /// # Errors
    /// When the sender's own mailboxes or the return path are not valid.
    pub(super) fn new(edition: &Edition, parts: &Rendered, sender: &Sender) -> Result<Self, Error> {
        let (from_name, from) = mailbox(&edition.publication.from)?;
        let reply_to = edition.publication.reply_to.as_deref().map(mailbox).transpose()?;
        let answers = reply_to.as_ref().map_or(&from, |(_, address)| address);
        let leave = Leave::new(sender);

        let mut first = Vec::new();
        add(&mut first, "Date", |_| date(edition.date));
        add(&mut first, "From", |column| header::mailbox(from_name.as_deref(), from.as_str(), column));
        if let Some((name, address)) = &reply_to {
            add(&mut first, "Reply-To", |column| header::mailbox(name.as_deref(), address.as_str(), column));
        }
        let mut last = Vec::new();
        if leave.is_one_click() {
            add(&mut last, "List-Unsubscribe-Post", |_| "List-Unsubscribe=One-Click".to_owned());
        }
        list_fields(&mut last, edition, &from, answers, sender);
        bulk_fields(&mut last, edition, &from);

        let pieces = slots::cut(edition, &parts.subject);
        let subject = if pieces.iter().any(|piece| matches!(piece, Piece::Slot(_))) {
            Subject::Slots(pieces)
        } else {
            Subject::Shared(subject(&parts.subject))
        };
        Ok(Self {
            subject,
            return_path: match &sender.return_path {
                Some(template) => ReturnPath::read(template)?,
                None => ReturnPath::Shared(from.to_string()),
            },
            leave,
            keys: sender.keys.clone(),
            edition: edition.id.as_str().to_owned(),
            digest: edition.digest.clone(),
            name: format!("{}-{}", label(&edition.digest, 63), edition.number),
            is_ascii: from.as_str().is_ascii() && answers.as_str().is_ascii(),
            from,
            first,
            last,
        })
    }

    /// Writes what is the recipient's own.
    pub(super) fn own(&self, subscriber: &Subscriber, occasion: Occasion) -> Own {
        let token = unsubscribe_token(&self.keys, &self.digest, subscriber, occasion);
        let values = Values::new(subscriber, self.leave.link(&token));
        let message_id = ids::message_id(&self.keys, &self.edition, subscriber, occasion, &self.from);
        let return_path = self.return_path.of(&self.keys, &self.edition, subscriber, occasion);

        let mut fields = Vec::with_capacity(4);
        add(&mut fields, "To", |column| {
            header::mailbox(subscriber.name.as_deref(), subscriber.address.as_str(), column)
        });
        fields.push((
            "Subject",
            match &self.subject {
                Subject::Shared(written) => written.clone(),
                Subject::Slots(pieces) => subject(&slots::fill(pieces, |slot| values.of(slot).into())),
            },
        ));
        fields.push(("Message-ID", message_id.clone()));
        fields.extend(self.leave.field(&token).map(|ways| ("List-Unsubscribe", ways)));

        let needs_smtputf8 = !(self.is_ascii && return_path.is_ascii() && subscriber.address.as_str().is_ascii());
        let message = Message {
            name: match occasion {
                Occasion::Send => format!("{}-{:06}", self.name, subscriber.id),
                Occasion::Sample(number) => format!("{}-sample-{number}", self.name),
            },
            return_path,
            recipient: subscriber.address.clone(),
            message_id,
            needs_smtputf8,
            octets: Vec::new(),
        };
        Own { message, fields, values }
    }
}

/// The token of a recipient's unsubscribe link: the subscriber's number and the digest, signed; the address
/// nowhere in it.
pub(super) fn unsubscribe_token(keys: &Keys, digest: &str, subscriber: &Subscriber, occasion: Occasion) -> String {
    let purpose = match occasion {
        Occasion::Send => Purpose::Unsubscribe,
        Occasion::Sample(_) => Purpose::Sample,
    };
    keys.sign(purpose, &TokenSubject { subscriber: subscriber.id, of: digest.to_owned() }.payload())
}

/// Reads `Name <address>` or a bare address; the name comes back as one clean line.
///
/// # Errors
/// When there is no one valid address in it.
pub fn mailbox(text: &str) -> Result<(Option<String>, Address), Error> {
    let wrong = |why: String| Error::Mailbox(header::line(text), why);
    let trimmed = text.trim();
    let Some(inner) = trimmed.strip_suffix('>') else {
        return Ok((None, trimmed.parse().map_err(wrong)?));
    };
    let (name, address) = inner.rsplit_once('<').ok_or_else(|| wrong("a `>` without its `<`".to_owned()))?;
    let name = header::line(name);
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name,
    };
    Ok((Some(name).filter(|name| !name.is_empty()), address.parse().map_err(wrong)?))
}

/// Adds a field; `write` is told how many octets of its first line are taken.
fn add(fields: &mut Vec<Field>, name: &'static str, write: impl FnOnce(usize) -> String) {
    fields.push((name, write(name.len() + 2)));
}

fn subject(text: &str) -> String {
    header::unstructured(text, "Subject: ".len())
}

/// What says that this is a list, and who helps (RFC 2369, 2919).
fn list_fields(fields: &mut Vec<Field>, edition: &Edition, from: &Address, answers: &Address, sender: &Sender) {
    let id = format!("{}.{}", label(&edition.digest, 63), from.domain());
    add(fields, "List-Id", |column| header::bracketed(header::phrase(&edition.title, column), &id, column));
    add(fields, "List-Help", |_| format!("<{}>", slots::mailto(answers)));
    if let Some(archive) = sender.public_url.as_ref().and_then(|url| slots::page(url, &["archive", ""])) {
        add(fields, "List-Archive", |_| format!("<{archive}>"));
    }
}

/// What keeps machines from answering and lets receivers tell our mailings apart.
fn bulk_fields(fields: &mut Vec<Field>, edition: &Edition, from: &Address) {
    let digest = label(&edition.digest, 32);
    let mut who = label(from.domain(), 15);
    while who.len() < 5 {
        who.push('-');
    }
    add(fields, "Feedback-ID", |_| format!("{}:{digest}:tidings:{who}", edition.number));
    add(fields, "Precedence", |_| "bulk".to_owned());
    add(fields, "X-Auto-Response-Suppress", |_| "All".to_owned());
}

/// Reduces a name to lower-case letters, digits and hyphens.
fn label(name: &str, most: usize) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let label: String = name.chars().map(plain).take(most).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "digest".to_owned() } else { label.to_owned() }
}

/// A date as RFC 5322 3.3 writes it; years it cannot write become the nearest it can.
pub(super) fn date(date: DateTime<Utc>) -> String {
    let last = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::UNIX_EPOCH);
    date.clamp(DateTime::UNIX_EPOCH, last).format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
