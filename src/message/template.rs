//! An edition's variant, built once by lettre and cut at what is a recipient's own: a message is a join.

use std::sync::Arc;

use lettre::message::SinglePart;

use crate::{edition::Edition, render::Rendered, subscriber::Subscriber};

use super::{
    body::{PartBody, PartKind},
    dkim::{self, Signer},
    error::Error,
    fields::{Fields, OwnFields},
    mime,
    outgoing::{Message, Occasion, Sender},
    pictures,
    slots::{self, Piece},
};

/// One variant of an edition, ready to be filled in for any number of recipients.
///
/// No template, no layout and no builder runs for a recipient, and nobody looks through the parts again.
#[derive(Debug)]
pub struct MessageTemplate {
    fields: Fields,
    text: PartBody,
    html: PartBody,
    pieces: Vec<Piece<Place, Vec<u8>>>,
    signers: Arc<[Signer]>,
}

/// A place in what lettre wrote that differs from recipient to recipient.
#[derive(Debug, Clone, Copy)]
enum Place {
    To,
    Subject,
    MessageId,
    Echo,
    ListUnsubscribe,
    Text,
    Html,
}

impl Place {
    const ALL: [(Self, &str); 7] = [
        (Self::To, "to"),
        (Self::Subject, "subject"),
        (Self::MessageId, "message-id"),
        (Self::Echo, "echo"),
        (Self::ListUnsubscribe, "list-unsubscribe"),
        (Self::Text, "text"),
        (Self::Html, "html"),
    ];
}

impl MessageTemplate {
    /// Builds what all recipients of a variant share.
    ///
    /// # Errors
    /// When the sender's own mailboxes or the return path are not valid.
    pub fn new(edition: &Edition, parts: &Rendered, sender: &Sender) -> Result<Self, Error> {
        let fields = Fields::new(edition, parts, sender)?;
        let text = PartBody::new(PartKind::Text, edition, &parts.text);
        let html = PartBody::new(PartKind::Html, edition, &parts.html);

        let markers = Place::ALL.map(|(place, name)| (place, format!("place-{}-{name}", edition.id.as_str())));
        let [to, subject, message_id, echo, list_unsubscribe, in_text, in_html] =
            markers.each_ref().map(|(_, marker)| marker.clone());
        let list_unsubscribe = fields.has_list_unsubscribe().then_some(list_unsubscribe);
        let header = fields.header(OwnFields { to, subject, message_id, echo, list_unsubscribe });
        let part = |kind: PartKind, body: &PartBody, marker: String| -> SinglePart {
            mime::text_part(kind.content_type(), body.encoding(), marker.into_bytes())
        };
        let images = pictures::shown(edition, &parts.html);
        let (text_part, html_part) = (part(PartKind::Text, &text, in_text), part(PartKind::Html, &html, in_html));
        let built = mime::alternative(edition, text_part, html_part, &images);
        let built = mime::header(header)?.multipart(built).map_err(Error::Build)?.formatted();

        let pieces = slots::cut(&String::from_utf8_lossy(&built), &markers).into_iter().map(|piece| match piece {
            Piece::Shared(text) => Piece::Shared(text.into_bytes()),
            Piece::Slot(place) => Piece::Slot(place),
        });
        Ok(Self { pieces: pieces.collect(), signers: Arc::clone(&sender.signers), fields, text, html })
    }

    /// Makes the message for one subscriber, in a buffer that an earlier message may have left.
    ///
    /// # Errors
    /// When a key cannot sign.
    pub fn fill(&self, subscriber: &Subscriber, occasion: Occasion, mut buffer: Vec<u8>) -> Result<Message, Error> {
        let (message, own, values) = self.fields.own(subscriber, occasion);
        buffer.clear();
        for piece in &self.pieces {
            let octets = match piece {
                Piece::Shared(octets) => octets,
                Piece::Slot(Place::To) => own.to.as_bytes(),
                Piece::Slot(Place::Subject) => own.subject.as_bytes(),
                Piece::Slot(Place::MessageId) => own.message_id.as_bytes(),
                Piece::Slot(Place::Echo) => own.echo.as_bytes(),
                Piece::Slot(Place::ListUnsubscribe) => own.list_unsubscribe.as_deref().unwrap_or_default().as_bytes(),
                Piece::Slot(Place::Text) => {
                    self.text.push(&values, &mut buffer);
                    continue;
                }
                Piece::Slot(Place::Html) => {
                    self.html.push(&values, &mut buffer);
                    continue;
                }
            };
            buffer.extend_from_slice(octets);
        }
        dkim::sign(&self.signers, &mut buffer)?;
        Ok(Message { octets: buffer, ..message })
    }
}

/// Makes one message, where there is no second to fill the same template for.
///
/// # Errors
/// As [`MessageTemplate::new`] and [`MessageTemplate::fill`].
pub fn fill_once(
    edition: &Edition,
    parts: &Rendered,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Result<Message, Error> {
    MessageTemplate::new(edition, parts, sender)?.fill(subscriber, occasion, Vec::new())
}

#[cfg(test)]
mod tests;
