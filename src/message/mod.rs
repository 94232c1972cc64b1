//! Parts and a recipient in, the octets of one message out.

use url::Url;

use crate::{
    edition::Edition,
    render::Rendered,
    subscriber::{Address, Subscriber},
    token::Keys,
};

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
    /// The envelope's sender.
    pub return_path: String,
    /// The envelope's only recipient.
    pub recipient: Address,
    /// With its angle brackets.
    pub message_id: String,
    /// Header and body, CRLF line ends, not dot-stuffed.
    pub octets: Vec<u8>,
}

/// Why a message cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `publication.from` or `publication.reply_to` is no mailbox.
    #[error("`{0}` is not a mailbox")]
    Mailbox(String),
    /// The builder refused.
    #[error("the message cannot be built")]
    Build(#[source] lettre::error::Error),
}

/// Makes the message of `edition` for one subscriber.
///
/// # Errors
/// When the sender's own mailboxes are not valid.
pub fn compose(
    edition: &Edition,
    parts: &Rendered,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Result<Message, Error> {
    let _ = (edition, parts, subscriber, sender, occasion);
    Err(Error::Mailbox(edition.publication.from.clone()))
}
