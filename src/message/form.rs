//! The fast path: an edition's variant encoded once, a message by joining its literals with a recipient's values.

use std::sync::Arc;

use crate::{edition::Edition, render::Rendered, subscriber::Subscriber};

use super::{
    Error, Message, Occasion, Sender,
    dkim::{self, Signer},
    fields::{Field, Fields, Own},
    part::{Kind, Part, boundary},
    related,
};

/// One variant of an edition, ready to be filled in for any number of recipients.
///
/// No template, no layout and no builder runs for a recipient, and nobody looks through the parts again.
#[derive(Debug)]
pub struct Form {
    fields: Fields,
    /// The fields before the recipient's own, written.
    first: Vec<u8>,
    /// The fields after them, and all up to the text part.
    last: Vec<u8>,
    text: Part,
    /// What stands between the parts.
    between: Vec<u8>,
    html: Part,
    /// What stands after it: the pictures, encoded.
    end: Vec<u8>,
    signers: Arc<[Signer]>,
}

impl Form {
    /// Encodes what all recipients of a variant share.
    ///
    /// # Errors
    /// When the sender's own mailboxes or the return path are not valid.
    pub fn new(edition: &Edition, parts: &Rendered, sender: &Sender) -> Result<Self, Error> {
        let fields = Fields::new(edition, parts, sender)?;
        let boundary = boundary(edition);
        let (text, html) = (Part::new(Kind::Text, edition, &parts.text), Part::new(Kind::Html, edition, &parts.html));
        let (mut first, mut last) = (Vec::new(), Vec::new());
        write(&fields.first, &mut first);
        write(&fields.last, &mut last);
        let images = related::shown(edition, &parts.html);
        let (before_html, mut end) = related::around(edition, &images);
        let mime = format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n\
             --{boundary}\r\n{}",
            text.header()
        );
        last.extend_from_slice(mime.as_bytes());
        end.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Ok(Self {
            between: format!("\r\n--{boundary}\r\n{before_html}{}", html.header()).into_bytes(),
            end,
            signers: Arc::clone(&sender.signers),
            fields,
            first,
            last,
            text,
            html,
        })
    }

    /// Makes the message for one subscriber, in a buffer that an earlier message may have left.
    ///
    /// # Errors
    /// When a key cannot sign.
    pub fn fill(&self, subscriber: &Subscriber, occasion: Occasion, mut buffer: Vec<u8>) -> Result<Message, Error> {
        let Own { message, fields, values } = self.fields.own(subscriber, occasion);
        buffer.clear();
        buffer.extend_from_slice(&self.first);
        write(&fields, &mut buffer);
        buffer.extend_from_slice(&self.last);
        self.text.push(&values, &mut buffer);
        buffer.extend_from_slice(&self.between);
        self.html.push(&values, &mut buffer);
        buffer.extend_from_slice(&self.end);
        dkim::sign(&self.signers, &mut buffer)?;
        Ok(Message { octets: buffer, ..message })
    }
}

/// Makes one message, where there is no second to fill the same form for.
///
/// # Errors
/// As [`Form::new`] and [`Form::fill`].
pub fn make(
    edition: &Edition,
    parts: &Rendered,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Result<Message, Error> {
    Form::new(edition, parts, sender)?.fill(subscriber, occasion, Vec::new())
}

fn write(fields: &[Field], out: &mut Vec<u8>) {
    for (name, value) in fields {
        for octets in [name.as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            out.extend_from_slice(octets);
        }
    }
}

#[cfg(test)]
mod tests;
