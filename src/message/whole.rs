//! One message built whole by lettre, no template and no join: what a template is compared with.

use lettre::message::header::ContentTransferEncoding;

use crate::{edition::Edition, render::Rendered, subscriber::Subscriber};

use super::{
    body::{PartKind, encoding_of},
    dkim,
    error::Error,
    fields::Fields,
    mime,
    outgoing::{Message, Occasion, Sender},
    personal::personalise,
    pictures,
};

/// Makes the message of `edition` for one subscriber: parts filled in as text, then encoded and put together.
pub(super) fn build_whole(
    edition: &Edition,
    parts: &Rendered,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Result<Message, Error> {
    let fields = Fields::new(edition, parts, sender)?;
    let (message, own, _) = fields.own(subscriber, occasion);
    let personal = personalise(edition, parts, subscriber, sender, occasion);
    let part = |kind: PartKind, encoding: ContentTransferEncoding, text: &str| {
        let octets = text.replace('\n', "\r\n").into_bytes();
        mime::text_part(kind.content_type(), encoding, mime::encode(octets, encoding))
    };
    let body = mime::alternative(
        edition,
        part(PartKind::Text, encoding_of(&parts.text), &personal.text),
        part(PartKind::Html, encoding_of(&parts.html), &personal.html),
        &pictures::shown(edition, &parts.html),
    );
    let mut octets = mime::header(fields.header(own))?.multipart(body).map_err(Error::Build)?.formatted();
    dkim::sign(&sender.signers, &mut octets)?;
    Ok(Message { octets, ..message })
}
