//! The plain path: one message built whole, by lettre's builder.

use lettre::{
    address::Envelope,
    message::{
        Body, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use crate::{
    edition::Edition,
    render::Rendered,
    subscriber::{Address, Subscriber},
};

use super::{
    Error, Message, Occasion, Sender, dkim,
    fields::{Fields, Own},
    part::{self, Encoding},
    related, slots,
};

/// Makes the message of `edition` for one subscriber the plain way: parts filled in as text, then encoded and put
/// together by a general builder.
///
/// A [`Form`](super::Form) gives the same header and the same parts many times faster, and is what sends; this is
/// what it is compared with.
///
/// # Errors
/// When the sender's own mailboxes or the return path are not valid.
pub fn compose(
    edition: &Edition,
    parts: &Rendered,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Result<Message, Error> {
    let fields = Fields::new(edition, parts, sender)?;
    let Own { message, fields: own, .. } = fields.own(subscriber, occasion);
    let personal = slots::personalise(edition, parts, subscriber, sender, occasion);

    // The builder would otherwise read the envelope back out of the header.
    let envelope = Envelope::new(Some(lettre_address(&fields.from)?), vec![lettre_address(&subscriber.address)?]);
    let mut builder = lettre::Message::builder().envelope(envelope.map_err(Error::Build)?);
    for (name, written) in fields.first.into_iter().chain(own).chain(fields.last) {
        // The builder reads From and writes the rest as it stands.
        let read = if name == "From" { fields.from.to_string() } else { written.clone() };
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::dangerous_new_pre_encoded(name, read, written));
    }
    let images = related::shown(edition, &parts.html);
    let text = single(ContentType::TEXT_PLAIN, &parts.text, personal.text);
    let html = single(ContentType::TEXT_HTML, &parts.html, personal.html);
    let body = MultiPart::alternative().boundary(part::boundary(edition)).singlepart(text);
    let body = match images[..] {
        [] => body.singlepart(html),
        _ => body.multipart(related::built(edition, html, &images)),
    };
    let mut octets = builder.multipart(body).map_err(Error::Build)?.formatted();
    dkim::sign(&sender.signers, &mut octets)?;
    Ok(Message { octets, ..message })
}

fn lettre_address(address: &Address) -> Result<lettre::Address, Error> {
    let wrong = |_| Error::Mailbox(address.to_string(), "it is not an address".to_owned());
    address.as_str().parse().map_err(wrong)
}

fn single(kind: ContentType, shared: &str, own: String) -> SinglePart {
    // The builder would insert each CR on its own, in quadratic time.
    let own = own.replace('\n', "\r\n");
    let encoding = match Encoding::of(shared) {
        Encoding::QuotedPrintable => ContentTransferEncoding::QuotedPrintable,
        Encoding::Base64 => ContentTransferEncoding::Base64,
    };
    let body = Body::new_with_encoding(own, encoding)
        .unwrap_or_else(|own| Body::dangerous_pre_encoded(own, ContentTransferEncoding::Binary));
    SinglePart::builder().content_type(kind).body(body)
}
