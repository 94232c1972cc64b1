//! Texts cut at the places that differ from recipient to recipient, and what stands there.

use std::borrow::Cow;

use crate::{
    edition::{Edition, Slot},
    html,
    subscriber::Subscriber,
};

use super::header_text;

/// A piece of a text: what all recipients share, or a place for a recipient's own.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<Place, Shared = String> {
    Shared(Shared),
    Slot(Place),
}

/// The marker of each slot, which stands in the rendered parts.
pub(super) fn markers(edition: &Edition) -> [(Slot, String); 3] {
    Slot::ALL.map(|slot| (slot, edition.marker(slot)))
}

/// Cuts a text at its markers; no shared piece is empty.
pub(super) fn cut<Place: Copy>(text: &str, markers: &[(Place, String)]) -> Vec<Piece<Place>> {
    let start = common_start(markers.iter().map(|(_, marker)| marker.as_str()));
    let (mut pieces, mut shared, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find(start) {
        let (before, from) = rest.split_at(at);
        shared.push_str(before);
        match markers.iter().find(|(_, marker)| from.starts_with(marker)) {
            Some((place, marker)) => {
                if !shared.is_empty() {
                    pieces.push(Piece::Shared(std::mem::take(&mut shared)));
                }
                pieces.push(Piece::Slot(*place));
                rest = &from[marker.len()..];
            }
            None => {
                shared.push_str(start);
                rest = &from[start.len()..];
            }
        }
    }
    shared.push_str(rest);
    if !shared.is_empty() {
        pieces.push(Piece::Shared(shared));
    }
    pieces
}

/// Joins pieces with a recipient's values; a value that looks like a marker stays a value.
pub(super) fn fill<'a>(pieces: &'a [Piece<Slot>], value: impl Fn(Slot) -> Cow<'a, str>) -> String {
    let text = pieces.iter().map(|piece| match piece {
        Piece::Shared(shared) => Cow::from(shared),
        Piece::Slot(slot) => value(*slot),
    });
    text.collect()
}

fn common_start<'a>(mut markers: impl Iterator<Item = &'a str>) -> &'a str {
    let first = markers.next().unwrap_or_default();
    let shared = markers.fold(first.len(), |shared, marker| {
        first.bytes().zip(marker.bytes()).take(shared).take_while(|(a, b)| a == b).count()
    });
    &first[..shared]
}

/// Makes every line end LF, a lone CR too, so that the message has CRLF and nothing else.
pub(super) fn line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// What stands in the slots for one recipient: single lines.
#[derive(Debug)]
pub(super) struct Values {
    name: String,
    address: String,
    unsubscribe: String,
}

impl Values {
    /// Takes a subscriber, and the link to leave where there is one.
    pub(super) fn new(subscriber: &Subscriber, unsubscribe: Option<String>) -> Self {
        Self {
            name: header_text::line(subscriber.name.as_deref().unwrap_or_default()),
            address: subscriber.address.to_string(),
            unsubscribe: unsubscribe.unwrap_or_default(),
        }
    }

    /// The value as plain text.
    pub(super) fn of(&self, slot: Slot) -> &str {
        match slot {
            Slot::Name => &self.name,
            Slot::Address => &self.address,
            Slot::Unsubscribe => &self.unsubscribe,
        }
    }

    /// The value as HTML, fit for attributes.
    pub(super) fn in_html(&self, slot: Slot) -> String {
        html::escape(self.of(slot))
    }
}
