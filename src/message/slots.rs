//! The recipient's own values into the slots of the rendered parts.

use crate::{
    edition::{Edition, Slot},
    html,
    render::Rendered,
    subscriber::{Address, Subscriber},
    token::{Purpose, Subject},
};

use super::{Occasion, Sender, header};

/// The parts of an edition as one recipient sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// One line of plain text.
    pub subject: String,
    /// The HTML part, LF line ends.
    pub html: String,
    /// The text part, LF line ends.
    pub text: String,
}

/// Puts one recipient's values into the slots of the parts: a preview and a message show the same.
pub fn personalise(
    edition: &Edition,
    parts: &Rendered,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Personal {
    let leave = unsubscribe_link(edition, subscriber, sender, occasion).unwrap_or_default();
    let value = |slot| match slot {
        Slot::Name => header::line(subscriber.name.as_deref().unwrap_or_default()),
        Slot::Address => subscriber.address.to_string(),
        Slot::Unsubscribe => leave.clone(),
    };
    Personal {
        subject: header::line(&fill(edition, &parts.subject, value)),
        html: line_feeds(&fill(edition, &parts.html, |slot| html::escape(&value(slot)))),
        text: line_feeds(&fill(edition, &parts.text, value)),
    }
}

/// The recipient's link to leave the digest: a page where there is one, else a mail to write.
pub fn unsubscribe_link(
    edition: &Edition,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Option<String> {
    let token = unsubscribe_token(edition, subscriber, sender, occasion);
    unsubscribe_page(sender, &token).or_else(|| unsubscribe_mail(sender, &token))
}

/// The address nowhere in it: the subscriber's number and the digest, signed.
pub(super) fn unsubscribe_token(
    edition: &Edition,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> String {
    let purpose = match occasion {
        Occasion::Send => Purpose::Unsubscribe,
        Occasion::Sample(_) => Purpose::Sample,
    };
    sender.keys.sign(purpose, &Subject { subscriber: subscriber.id, of: edition.digest.clone() }.payload())
}

/// `public_url` with `u/TOKEN` after it, whether or not it ends in a slash.
pub(super) fn unsubscribe_page(sender: &Sender, token: &str) -> Option<String> {
    let mut page = sender.public_url.clone()?;
    page.set_query(None);
    page.set_fragment(None);
    page.path_segments_mut().ok()?.pop_if_empty().extend(["u", token]);
    Some(page.into())
}

pub(super) fn unsubscribe_mail(sender: &Sender, token: &str) -> Option<String> {
    let address = sender.unsubscribe_mailto.as_ref()?;
    Some(format!("{}?subject={token}", mailto(address)))
}

/// Writes an address as a URI (RFC 6068).
pub(super) fn mailto(address: &Address) -> String {
    let mut uri = String::from("mailto:");
    for octet in address.as_str().bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~@+!$*".contains(&octet) {
            uri.push(char::from(octet));
        } else {
            uri.push_str(&format!("%{octet:02X}"));
        }
    }
    uri
}

/// Replaces every marker in one pass, so that a value that looks like a marker stays a value.
fn fill(edition: &Edition, text: &str, value: impl Fn(Slot) -> String) -> String {
    let slots = Slot::ALL.map(|slot| (slot, edition.marker(slot)));
    let start: String = common_start(slots.iter().map(|(_, marker)| marker.as_str()));
    let mut filled = String::with_capacity(text.len() + 256);
    let mut rest = text;
    while let Some(at) = rest.find(&start) {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        match slots.iter().find(|(_, marker)| from.starts_with(marker)) {
            Some((slot, marker)) => {
                filled.push_str(&value(*slot));
                rest = &from[marker.len()..];
            }
            None => {
                filled.push_str(&start);
                rest = &from[start.len()..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn common_start<'a>(mut markers: impl Iterator<Item = &'a str>) -> String {
    let first = markers.next().unwrap_or_default();
    let shared = markers.fold(first.len(), |shared, marker| {
        first.bytes().zip(marker.bytes()).take(shared).take_while(|(a, b)| a == b).count()
    });
    first[..shared].to_owned()
}

/// Makes every line end LF, a lone CR too, so that the message has CRLF and nothing else.
fn line_feeds(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}
