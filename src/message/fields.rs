//! The header of an edition's messages: what all of them share is written once, a recipient's own for each.

use chrono::{DateTime, Utc};

use crate::{
    edition::{Edition, Slot},
    render::Rendered,
    subscriber::{Address, Subscriber},
    token::Keys,
};

use super::{
    error::Error,
    header_text as text,
    header_text::parse_mailbox,
    ids::{self, ReturnPath},
    outgoing::{EchoField, Message, Occasion, Sender},
    slots::{self, Piece, Values},
    unsubscribe::{self, UnsubscribeWays},
};

/// A field's name and its value as it stands in the header: ASCII but for an address that is not, and folded.
pub(super) type Field = (&'static str, String);

/// All that the header and the envelope of an edition's messages are made of.
#[derive(Debug)]
pub(super) struct Fields {
    /// Who the publication is: the From address.
    from: Address,
    /// Stand before the recipient's own fields.
    first: Vec<Field>,
    /// Stand after them.
    last: Vec<Field>,
    subject: Subject,
    return_path: ReturnPath,
    ways: UnsubscribeWays,
    keys: Keys,
    echoes: Vec<EchoField>,
    edition: String,
    digest: String,
    name: String,
    is_ascii: bool,
}

/// The fields that are a recipient's own, written.
#[derive(Debug)]
pub(super) struct OwnFields {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) message_id: String,
    /// What stands in the fields that events give back.
    pub(super) echo: String,
    /// None where there is no way to leave.
    pub(super) list_unsubscribe: Option<String>,
}

#[derive(Debug)]
enum Subject {
    /// The same for all: written once.
    Shared(String),
    Personal(Vec<Piece<Slot>>),
}

impl Fields {
    /// Writes what all recipients share.
    ///
    /// # Errors
    /// When the sender's own mailboxes or the return path are not valid.
    pub(super) fn new(edition: &Edition, parts: &Rendered, sender: &Sender) -> Result<Self, Error> {
        let (from_name, from) = parse_mailbox(&edition.publication.from)?;
        let reply_to = edition.publication.reply_to.as_deref().map(parse_mailbox).transpose()?;
        let answers = reply_to.as_ref().map_or(&from, |(_, address)| address);
        let ways = UnsubscribeWays::new(sender);

        let mut first =
            vec![("Date", date(edition.date)), ("From", mailbox_field("From", from_name.as_deref(), &from))];
        if let Some((name, address)) = &reply_to {
            first.push(("Reply-To", mailbox_field("Reply-To", name.as_deref(), address)));
        }
        let mut last = Vec::new();
        if ways.is_one_click() {
            last.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        last.extend(list_fields(edition, &from, answers, sender));
        last.extend(bulk_fields(edition, &from));

        let pieces = slots::cut(&parts.subject, &slots::markers(edition));
        let subject = if pieces.iter().any(|piece| matches!(piece, Piece::Slot(_))) {
            Subject::Personal(pieces)
        } else {
            Subject::Shared(subject(&parts.subject))
        };
        Ok(Self {
            subject,
            return_path: match &sender.return_path {
                Some(template) => ReturnPath::read(template)?,
                None => ReturnPath::Shared(from.to_string()),
            },
            ways,
            keys: sender.keys.clone(),
            echoes: sender.echoes.clone(),
            edition: edition.id.as_str().to_owned(),
            digest: edition.digest.clone(),
            name: format!("{}-{}", label(&edition.digest, 63), edition.number),
            is_ascii: from.as_str().is_ascii() && answers.as_str().is_ascii(),
            from,
            first,
            last,
        })
    }

    /// The whole header in its order, with `own` in its place.
    pub(super) fn header(&self, own: OwnFields) -> Vec<Field> {
        let mut fields = self.first.clone();
        fields.extend([("To", own.to), ("Subject", own.subject), ("Message-ID", own.message_id)]);
        fields.extend(own.list_unsubscribe.map(|ways| ("List-Unsubscribe", ways)));
        fields.extend(self.echoes.iter().map(|field| {
            let EchoField { name, before, after } = field;
            (*name, format!("{before}{}{after}", own.echo))
        }));
        fields.extend_from_slice(&self.last);
        fields
    }

    /// Says whether there is a way to leave that the header names.
    pub(super) fn has_list_unsubscribe(&self) -> bool {
        self.ways.field("").is_some()
    }

    /// Writes what is the recipient's own: the message but for its octets, its fields, and what stands in its slots.
    pub(super) fn own(&self, subscriber: &Subscriber, occasion: Occasion) -> (Message, OwnFields, Values) {
        let token = unsubscribe::token(&self.keys, &self.digest, subscriber, occasion);
        let values = Values::new(subscriber, self.ways.link(&token));
        let message_id = ids::message_id(&self.keys, &self.edition, subscriber, occasion, &self.from);
        let return_path = self.return_path.of(&self.keys, &self.edition, subscriber, occasion);
        let own = OwnFields {
            to: mailbox_field("To", subscriber.name.as_deref(), &subscriber.address),
            subject: match &self.subject {
                Subject::Shared(written) => written.clone(),
                Subject::Personal(pieces) => subject(&slots::fill(pieces, |slot| values.of(slot).into())),
            },
            message_id: message_id.clone(),
            echo: match self.echoes[..] {
                [] => String::new(),
                _ => ids::echo(&self.keys, &self.edition, subscriber, occasion),
            },
            list_unsubscribe: self.ways.field(&token),
        };
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
        (message, own, values)
    }
}

/// Writes the value of a field that names one mailbox.
pub(super) fn mailbox_field(field: &str, name: Option<&str>, address: &Address) -> String {
    text::mailbox(name, address.as_str(), field.len() + 2)
}

/// Writes a Subject.
pub(super) fn subject(words: &str) -> String {
    text::unstructured(words, "Subject: ".len())
}

/// What says that this is a list, and who helps (RFC 2369, 2919).
fn list_fields(edition: &Edition, from: &Address, answers: &Address, sender: &Sender) -> Vec<Field> {
    let id = format!("{}.{}", label(&edition.digest, 63), from.domain());
    let column = "List-Id: ".len();
    let mut fields = vec![
        ("List-Id", text::bracketed(text::phrase(&edition.title, column), &id, column)),
        ("List-Help", format!("<{}>", unsubscribe::mailto(answers))),
    ];
    let archive = sender.public_url.as_ref().and_then(|url| unsubscribe::page_url(url, &["archive", ""]));
    fields.extend(archive.map(|archive| ("List-Archive", format!("<{archive}>"))));
    fields
}

/// What keeps machines from answering and lets receivers tell our mailings apart.
fn bulk_fields(edition: &Edition, from: &Address) -> [Field; 3] {
    let digest = label(&edition.digest, 32);
    // Feedback-ID wants five characters of a sender at least.
    let sender = format!("{:-<5}", label(from.domain(), 15));
    [
        ("Feedback-ID", format!("{}:{digest}:tidings:{sender}", edition.number)),
        ("Precedence", "bulk".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
    ]
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
