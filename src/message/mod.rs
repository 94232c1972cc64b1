//! Parts and a recipient in, the octets of one message out.
//!
//! The same edition, subscriber and occasion give the same octets, on every try and every machine.

mod base64;
mod compose;
pub mod dkim;
mod fields;
mod form;
mod header;
mod ids;
mod neutral;
mod note;
mod part;
mod quoted_printable;
mod related;
mod slots;

use std::sync::Arc;

use url::Url;

use crate::{
    diagnostic::{Diagnostic, Explain},
    subscriber::Address,
    token::Keys,
};

pub use compose::compose;
pub use fields::mailbox;
pub use form::{Form, make};
pub use ids::{check_return_path, read_message_id, read_return_path};
pub use neutral::{neutral, neutral_line};
pub use note::{Note, editor_link, note};
pub use related::stand_alone;
pub use slots::{Personal, page, personalise, unsubscribe_link};

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
}

/// Why a message is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The edition itself: the same Message-ID on every try.
    Send,
    /// A test or a preview: links change nothing; the Message-ID is its own, told from others by the number.
    Sample(u64),
}

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

/// Why a message cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `publication.from` or `publication.reply_to` is no mailbox.
    #[error("`{0}` is not a mailbox: {1}")]
    Mailbox(String, String),
    /// `smtp.return_path` gives no address.
    #[error("`{0}` is not a return path: {1}")]
    ReturnPath(String, String),
    /// The builder refused.
    #[error("the message cannot be built")]
    Build(#[source] lettre::error::Error),
    /// It cannot be signed.
    #[error(transparent)]
    Sign(#[from] dkim::Error),
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Sign(error) => error.diagnostic(),
            _ => Diagnostic::of_causes(self),
        }
    }
}

#[cfg(test)]
mod tests;
