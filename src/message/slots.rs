//! The recipient's own values into the slots of the rendered parts.

use std::borrow::Cow;

use crate::{
    edition::{Edition, Slot},
    html,
    render::Rendered,
    subscriber::{Address, Subscriber},
};

use super::{Occasion, Sender, fields, header};

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
    let values = Values::new(subscriber, unsubscribe_link(edition, subscriber, sender, occasion));
    let plain = |slot| values.of(slot).into();
    Personal {
        subject: header::line(&fill(&cut(edition, &parts.subject), plain)),
        html: fill(&cut(edition, &line_feeds(&parts.html)), |slot| values.in_html(slot).into()),
        text: fill(&cut(edition, &line_feeds(&parts.text)), plain),
    }
}

/// The recipient's link to leave the digest: a page where there is one, else a mail to write.
pub fn unsubscribe_link(
    edition: &Edition,
    subscriber: &Subscriber,
    sender: &Sender,
    occasion: Occasion,
) -> Option<String> {
    let token = fields::unsubscribe_token(&sender.keys, &edition.digest, subscriber, occasion);
    Leave::new(sender).link(&token)
}

/// What stands in the slots for one recipient: single lines.
#[derive(Debug)]
pub(super) struct Values {
    name: String,
    address: String,
    leave: String,
}

impl Values {
    /// Takes a subscriber, and the link to leave where there is one.
    pub(super) fn new(subscriber: &Subscriber, leave: Option<String>) -> Self {
        Self {
            name: header::line(subscriber.name.as_deref().unwrap_or_default()),
            address: subscriber.address.to_string(),
            leave: leave.unwrap_or_default(),
        }
    }

    /// The value as plain text.
    pub(super) fn of(&self, slot: Slot) -> &str {
        match slot {
            Slot::Name => &self.name,
            Slot::Address => &self.address,
            Slot::Unsubscribe => &self.leave,
        }
    }

    /// The value as HTML, fit for attributes.
    pub(super) fn in_html(&self, slot: Slot) -> String {
        html::escape(self.of(slot))
    }
}

/// `public_url` with `name/` after it, whether or not it ends in a slash.
pub(super) fn page(sender: &Sender, name: &str) -> Option<String> {
    let mut page = sender.public_url.clone()?;
    page.set_query(None);
    page.set_fragment(None);
    page.path_segments_mut().ok()?.pop_if_empty().extend([name, ""]);
    Some(page.into())
}

/// The ways to leave a digest, up to the token that ends each of them.
#[derive(Debug)]
pub(super) struct Leave {
    page: Option<String>,
    mail: Option<String>,
}

impl Leave {
    /// The page at `u/`; a mail with the token as its subject.
    pub(super) fn new(sender: &Sender) -> Self {
        let page = page(sender, "u");
        let mail = sender.unsubscribe_mailto.as_ref().map(|address| format!("{}?subject=", mailto(address)));
        Self { page, mail }
    }

    /// The link that the parts show.
    pub(super) fn link(&self, token: &str) -> Option<String> {
        self.page.as_ref().or(self.mail.as_ref()).map(|way| format!("{way}{token}"))
    }

    /// The value of List-Unsubscribe, where there is a way at all (RFC 2369 3.2).
    pub(super) fn field(&self, token: &str) -> Option<String> {
        let ways: Vec<&String> = [&self.page, &self.mail].into_iter().flatten().collect();
        let ways: Vec<String> = ways.iter().map(|way| format!("<{way}{token}>")).collect();
        (!ways.is_empty()).then(|| ways.join(",\r\n "))
    }

    /// Says whether a single POST suffices (RFC 8058: https only).
    pub(super) fn is_one_click(&self) -> bool {
        self.page.as_ref().is_some_and(|page| page.starts_with("https:"))
    }
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

/// A piece of a rendered part: what all recipients share, or a place for a recipient's own.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<Literal = String> {
    Literal(Literal),
    Slot(Slot),
}

/// Cuts a text at its markers; no literal is empty.
pub(super) fn cut(edition: &Edition, text: &str) -> Vec<Piece> {
    let slots = Slot::ALL.map(|slot| (slot, edition.marker(slot)));
    let start = common_start(slots.iter().map(|(_, marker)| marker.as_str()));
    let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find(&start) {
        let (before, from) = rest.split_at(at);
        literal.push_str(before);
        match slots.iter().find(|(_, marker)| from.starts_with(marker)) {
            Some((slot, marker)) => {
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Slot(*slot));
                rest = &from[marker.len()..];
            }
            None => {
                literal.push_str(&start);
                rest = &from[start.len()..];
            }
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    pieces
}

/// Joins pieces with a recipient's values; a value that looks like a marker stays a value.
pub(super) fn fill<'a>(pieces: &'a [Piece], value: impl Fn(Slot) -> Cow<'a, str>) -> String {
    let text = pieces.iter().map(|piece| match piece {
        Piece::Literal(literal) => Cow::from(literal),
        Piece::Slot(slot) => value(*slot),
    });
    text.collect()
}

fn common_start<'a>(mut markers: impl Iterator<Item = &'a str>) -> String {
    let first = markers.next().unwrap_or_default();
    let shared = markers.fold(first.len(), |shared, marker| {
        first.bytes().zip(marker.bytes()).take(shared).take_while(|(a, b)| a == b).count()
    });
    first[..shared].to_owned()
}

/// Makes every line end LF, a lone CR too, so that the message has CRLF and nothing else.
pub(super) fn line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}
