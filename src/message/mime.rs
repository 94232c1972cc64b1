//! The MIME of every message, written by lettre (RFC 2045, 2046, 2387).

use lettre::{
    address::{Address, Envelope},
    message::{
        Attachment, Body, MessageBuilder, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use crate::{edition::Edition, image::Embedded};

use super::{error::Error, fields::Field};

/// Begins a message with header fields that stand as they are given.
pub(super) fn header(fields: Vec<Field>) -> Result<MessageBuilder, Error> {
    // lettre wants an envelope and a From that it can read, and uses neither for what it writes: ours may be
    // addresses that it refuses.
    let nobody =
        Address::new("nobody", "tidings.invalid").map_err(|_| Error::Build(lettre::error::Error::MissingFrom))?;
    let from = nobody.to_string();
    let envelope = Envelope::new(Some(nobody.clone()), vec![nobody]).map_err(Error::Build)?;
    let builder = lettre::Message::builder().envelope(envelope);
    Ok(fields.into_iter().fold(builder, |builder, (name, written)| {
        let read = if name == "From" { from.clone() } else { written.clone() };
        let name = HeaderName::new_from_ascii_str(name);
        builder.raw_header(HeaderValue::dangerous_new_pre_encoded(name, read, written))
    }))
}

/// One part of text whose body is encoded already.
pub(super) fn text_part(kind: ContentType, encoding: ContentTransferEncoding, encoded: Vec<u8>) -> SinglePart {
    SinglePart::builder().content_type(kind).body(Body::dangerous_pre_encoded(encoded, encoding))
}

/// The parts of an edition's message, the pictures with the HTML part that shows them.
pub(super) fn alternative(edition: &Edition, text: SinglePart, html: SinglePart, images: &[&Embedded]) -> MultiPart {
    // No part can contain these: quoted-printable never has `=_`, base64 never has `_`, and neither begins the other.
    let (outer, inner) = (format!("=_{}", edition.id.as_str()), format!("=_r_{}", edition.id.as_str()));
    let parts = MultiPart::alternative().boundary(outer).singlepart(text);
    if images.is_empty() {
        return parts.singlepart(html);
    }
    let related = content_type(&format!("multipart/related; type=\"text/html\"; boundary=\"{inner}\""));
    parts.multipart(images.iter().fold(MultiPart::builder().header(related).singlepart(html), |parts, image| {
        let attachment = Attachment::new_inline_with_name(image.cid.clone(), image.file_name());
        let octets = encode(image.octets.to_vec(), ContentTransferEncoding::Base64);
        let body = Body::dangerous_pre_encoded(octets, ContentTransferEncoding::Base64);
        parts.singlepart(attachment.body(body, content_type(&image.media_type)))
    }))
}

/// A text with a mail beside it: as a message where it is 7-bit, which a `message/rfc822` has to be (RFC 2046 5.2.1), else
/// as a file.
pub(super) fn with_mail(boundary: String, text: SinglePart, mail: &[u8]) -> MultiPart {
    let is_7_bit =
        mail.is_ascii() && !mail.contains(&0) && mail.split(|octet| *octet == b'\n').all(|line| line.len() < 998);
    let (kind, encoding) = if is_7_bit {
        ("message/rfc822", ContentTransferEncoding::SevenBit)
    } else {
        ("application/octet-stream", ContentTransferEncoding::Base64)
    };
    let octets = if is_7_bit { with_crlf(mail) } else { encode(mail.to_vec(), encoding) };
    let attached = Attachment::new("mail.eml".to_owned());
    let attached = attached.body(Body::dangerous_pre_encoded(octets, encoding), content_type(kind));
    MultiPart::mixed().boundary(boundary).singlepart(text).singlepart(attached)
}

/// Ends every line as mail does, and none otherwise.
fn with_crlf(mail: &[u8]) -> Vec<u8> {
    let lines = mail.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines: Vec<Vec<u8>> =
        lines.map(|line| line.iter().copied().filter(|octet| *octet != b'\r').collect()).collect();
    lines.join(&b"\r\n"[..])
}

/// Encodes octets from column 0.
pub(super) fn encode(octets: Vec<u8>, encoding: ContentTransferEncoding) -> Vec<u8> {
    match Body::new_with_encoding(octets, encoding) {
        Ok(body) => body.into_vec(),
        // Neither quoted-printable nor base64 is ever refused.
        Err(octets) => octets,
    }
}

fn content_type(text: &str) -> ContentType {
    ContentType::parse(text).unwrap_or(ContentType::TEXT_PLAIN)
}
