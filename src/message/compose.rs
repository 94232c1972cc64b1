//! The plain path: one message built whole, by lettre's builder.

use chrono::{DateTime, Utc};
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

use super::{Error, Message, Occasion, Sender, header, ids, slots};

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
    let personal = slots::personalise(edition, parts, subscriber, sender, occasion);
    let (from_name, from) = mailbox(&edition.publication.from)?;
    let reply_to = edition.publication.reply_to.as_deref().map(mailbox).transpose()?;
    let message_id = ids::message_id(edition, subscriber, sender, occasion, &from);
    let return_path = ids::return_path(edition, subscriber, sender, occasion, &from)?;

    let mut fields = Fields(Vec::new());
    fields.add("Date", |_| date(edition.date));
    fields.add("From", |column| header::mailbox(from_name.as_deref(), from.as_str(), column));
    if let Some((name, address)) = &reply_to {
        fields.add("Reply-To", |column| header::mailbox(name.as_deref(), address.as_str(), column));
    }
    fields.add("To", |column| header::mailbox(subscriber.name.as_deref(), subscriber.address.as_str(), column));
    fields.add("Subject", |column| header::unstructured(&personal.subject, column));
    fields.add("Message-ID", |_| message_id.clone());
    let answers = reply_to.as_ref().map_or(&from, |(_, address)| address);
    list_fields(&mut fields, edition, subscriber, sender, occasion, (&from, answers));
    bulk_fields(&mut fields, edition, &from);

    let needs_smtputf8 = !(return_path.is_ascii()
        && from.as_str().is_ascii()
        && answers.as_str().is_ascii()
        && subscriber.address.as_str().is_ascii());
    Ok(Message {
        name: name(edition, subscriber, occasion),
        return_path,
        recipient: subscriber.address.clone(),
        message_id,
        needs_smtputf8,
        octets: build(fields, edition, parts, subscriber, &from, personal)?,
    })
}

/// Reads `Name <address>` or a bare address; the name comes back as one clean line.
///
/// # Errors
/// When there is no one valid address in it.
pub fn mailbox(text: &str) -> Result<(Option<String>, Address), Error> {
    let wrong = |why: String| Error::Mailbox(header::line(text), why);
    let trimmed = text.trim();
    let Some(inner) = trimmed.strip_suffix('>') else {
        return Ok((None, trimmed.parse().map_err(wrong)?));
    };
    let (name, address) = inner.rsplit_once('<').ok_or_else(|| wrong("a `>` without its `<`".to_owned()))?;
    let name = header::line(name);
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name,
    };
    Ok((Some(name).filter(|name| !name.is_empty()), address.parse().map_err(wrong)?))
}

/// The fields of the header that are ours, in order.
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// Adds a field; `write` is told how many octets of its first line are taken.
    fn add(&mut self, name: &'static str, write: impl FnOnce(usize) -> String) {
        self.0.push((name, write(name.len() + 2)));
    }
}

/// What says that this is a list and how to leave it (RFC 2369, 2919, 8058).
fn list_fields(
    fields: &mut Fields,
    edition: &Edition,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
    (from, answers): (&Address, &Address),
) {
    let token = slots::unsubscribe_token(edition, subscriber, sender, occasion);
    let page = slots::unsubscribe_page(sender, &token);
    let one_click = page.as_ref().is_some_and(|page| page.starts_with("https:"));
    let ways: Vec<String> = [page, slots::unsubscribe_mail(sender, &token)].into_iter().flatten().collect();
    if !ways.is_empty() {
        fields.add("List-Unsubscribe", |_| format!("<{}>", ways.join(">,\r\n <")));
    }
    if one_click {
        fields.add("List-Unsubscribe-Post", |_| "List-Unsubscribe=One-Click".to_owned());
    }
    let id = format!("{}.{}", label(&edition.digest, 63), from.domain());
    fields.add("List-Id", |column| header::bracketed(header::phrase(&edition.title, column), &id, column));
    fields.add("List-Help", |_| format!("<{}>", slots::mailto(answers)));
}

/// What keeps machines from answering and lets receivers tell our mailings apart.
fn bulk_fields(fields: &mut Fields, edition: &Edition, from: &Address) {
    let digest = label(&edition.digest, 32);
    let mut who = label(from.domain(), 15);
    while who.len() < 5 {
        who.push('-');
    }
    fields.add("Feedback-ID", |_| format!("{}:{digest}:tidings:{who}", edition.number));
    fields.add("Precedence", |_| "bulk".to_owned());
    fields.add("X-Auto-Response-Suppress", |_| "All".to_owned());
}

/// Reduces a name to lower-case letters, digits and hyphens.
fn label(name: &str, most: usize) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let label: String = name.chars().map(plain).take(most).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "digest".to_owned() } else { label.to_owned() }
}

fn name(edition: &Edition, subscriber: &Subscriber, occasion: Occasion) -> String {
    let digest = label(&edition.digest, 63);
    match occasion {
        Occasion::Send => format!("{digest}-{}-{:06}", edition.number, subscriber.id),
        Occasion::Sample(number) => format!("{digest}-{}-sample-{number}", edition.number),
    }
}

/// A date as RFC 5322 3.3 writes it; years it cannot write become the nearest it can.
fn date(date: DateTime<Utc>) -> String {
    let last = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::UNIX_EPOCH);
    date.clamp(DateTime::UNIX_EPOCH, last).format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn build(
    fields: Fields,
    edition: &Edition,
    parts: &Rendered,
    subscriber: &Subscriber,
    from: &Address,
    personal: slots::Personal,
) -> Result<Vec<u8>, Error> {
    let lettre_address = |address: &Address| {
        let wrong = |_| Error::Mailbox(address.to_string(), "it is not an address".to_owned());
        address.as_str().parse::<lettre::Address>().map_err(wrong)
    };
    // The builder would otherwise read the envelope back out of the header.
    let envelope = Envelope::new(Some(lettre_address(from)?), vec![lettre_address(&subscriber.address)?]);
    let mut builder = lettre::Message::builder().envelope(envelope.map_err(Error::Build)?);
    for (name, written) in fields.0 {
        // The builder reads From and writes the rest as it stands.
        let read = if name == "From" { from.to_string() } else { written.clone() };
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::dangerous_new_pre_encoded(name, read, written));
    }
    let body = MultiPart::alternative()
        .boundary(boundary(edition, subscriber))
        .singlepart(part(ContentType::TEXT_PLAIN, &parts.text, personal.text))
        .singlepart(part(ContentType::TEXT_HTML, &parts.html, personal.html));
    Ok(builder.multipart(body).map_err(Error::Build)?.formatted())
}

/// A boundary that no part can contain: quoted-printable never has `=_`, base64 never has `_`.
fn boundary(edition: &Edition, subscriber: &Subscriber) -> String {
    format!("=_{}_{}", edition.id.as_str(), subscriber.id)
}

/// One encoded part. What all recipients share decides the encoding, so that it is the same for all.
fn part(kind: ContentType, shared: &str, own: String) -> SinglePart {
    // The builder would insert each CR on its own, in quadratic time.
    let own = own.replace('\n', "\r\n");
    let encoding = encoding(shared);
    let body = Body::new_with_encoding(own, encoding)
        .unwrap_or_else(|own| Body::dangerous_pre_encoded(own, ContentTransferEncoding::Binary));
    SinglePart::builder().content_type(kind).body(body)
}

/// The shorter of quoted-printable and base64, without trying either.
fn encoding(shared: &str) -> ContentTransferEncoding {
    let escaped =
        shared.bytes().filter(|octet| !matches!(octet, b'\n' | b'\r' | b'\t' | b' '..=b'~') || *octet == b'=');
    if escaped.count() * 6 > shared.len() {
        ContentTransferEncoding::Base64
    } else {
        ContentTransferEncoding::QuotedPrintable
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
