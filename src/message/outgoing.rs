use std::sync::Arc;

use url::Url;

use super::dkim;
use crate::{subscriber::Address, token::Keys};

/// One message to one recipient, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Stays the same on every try, and is fit for a file's name: `weekly-3-000042`.
    pub name: String,
    /// The envelope's sender.
    pub return_path: String,
    /// The envelope's only recipient.
    pub recipient: Address,
    /// With its angle brackets.
    pub message_id: String,
    /// Says that an address of the envelope or the header is not ASCII: the relay must speak SMTPUTF8 (RFC 6531).
    pub needs_smtputf8: bool,
    /// Header and body, CRLF line ends and no other, not dot-stuffed.
    pub octets: Vec<u8>,
}

/// Why a message is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The edition itself: the same Message-ID on every try.
    Send,
    /// A test or a preview: links change nothing; the Message-ID is its own, told from others by the number.
    Sample(u64),
}

/// What every message of a publication shares.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Signs links, Message-IDs and return paths.
    pub keys: Keys,
    /// Where unsubscribe links lead: `web.public_url`.
    pub public_url: Option<Url>,
    /// `smtp.unsubscribe_mailto`.
    pub unsubscribe_mailto: Option<Address>,
    /// `smtp.return_path`, `{{ token }}` in it for VERP; the From address where left out.
    pub return_path: Option<String>,
    /// `[[dkim]]`: each puts its signature before the message.
    pub signers: Arc<[dkim::Signer]>,
    /// What the relay's events give back, where they do not give the Message-ID.
    pub echoes: Vec<EchoField>,
}

/// A field of a relay's own that its events give back; the left side of the Message-ID stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EchoField {
    /// The field's name.
    pub name: &'static str,
    /// What stands before the Message-ID's left side.
    pub before: &'static str,
    /// What stands after it.
    pub after: &'static str,
}
