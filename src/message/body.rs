//! The body of one part of a variant, encoded once: pieces that stand ready, and slots between them.

use lettre::message::{
    SinglePart,
    header::{ContentTransferEncoding, ContentType},
};

use crate::edition::{Edition, Slot};

use super::{
    base64, mime, quoted_printable,
    slots::{self, Piece, Values},
};

/// A body as it goes over the wire, but for the recipient's own values.
#[derive(Debug)]
pub(super) struct PartBody {
    kind: PartKind,
    encoded: Encoded,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    Text,
    Html,
}

#[derive(Debug)]
enum Encoded {
    QuotedPrintable(Vec<Piece<Slot, quoted_printable::Shared>>),
    Base64(Vec<Piece<Slot, base64::Shared>>),
}

impl PartBody {
    /// Encodes what all recipients share of `text`.
    pub(super) fn new(kind: PartKind, edition: &Edition, text: &str) -> Self {
        let pieces = slots::cut(&slots::line_feeds(text), &slots::markers(edition));
        let encoded = match encoding_of(text) {
            ContentTransferEncoding::Base64 => Encoded::Base64(each(pieces, base64::Shared::new)),
            _ => Encoded::QuotedPrintable(each(pieces, quoted_printable::Shared::new)),
        };
        Self { kind, encoded }
    }

    /// How the octets are carried.
    pub(super) fn encoding(&self) -> ContentTransferEncoding {
        match self.encoded {
            Encoded::QuotedPrintable(_) => ContentTransferEncoding::QuotedPrintable,
            Encoded::Base64(_) => ContentTransferEncoding::Base64,
        }
    }

    /// Appends the body with a recipient's values; a line may be left open at its end.
    pub(super) fn push(&self, values: &Values, out: &mut Vec<u8>) {
        match &self.encoded {
            Encoded::QuotedPrintable(pieces) => {
                let mut joint = quoted_printable::Joint::new(out);
                for piece in pieces {
                    match piece {
                        Piece::Shared(shared) => joint.shared(shared),
                        Piece::Slot(slot) => self.kind.value(values, *slot, |value| joint.value(value)),
                    }
                }
            }
            Encoded::Base64(pieces) => {
                let mut joint = base64::Joint::new(out);
                for piece in pieces {
                    match piece {
                        Piece::Shared(shared) => joint.shared(shared),
                        Piece::Slot(slot) => self.kind.value(values, *slot, |value| joint.value(value)),
                    }
                }
                joint.finish();
            }
        }
    }
}

impl PartKind {
    /// Its media type, always in UTF-8.
    pub(super) fn content_type(self) -> ContentType {
        match self {
            Self::Text => ContentType::TEXT_PLAIN,
            Self::Html => ContentType::TEXT_HTML,
        }
    }

    fn value(self, values: &Values, slot: Slot, take: impl FnOnce(&str)) {
        match self {
            Self::Text => take(values.of(slot)),
            Self::Html => take(&values.in_html(slot)),
        }
    }
}

/// The shorter of the two encodings, without trying either. What all recipients share decides, so that it is the same
/// for all.
pub(super) fn encoding_of(shared: &str) -> ContentTransferEncoding {
    let escaped =
        shared.bytes().filter(|octet| !matches!(octet, b'\n' | b'\r' | b'\t' | b' '..=b'~') || *octet == b'=');
    if escaped.count() * 6 > shared.len() {
        ContentTransferEncoding::Base64
    } else {
        ContentTransferEncoding::QuotedPrintable
    }
}

/// A message's only part, the same whoever reads it.
pub(super) fn only_part(kind: PartKind, text: &str) -> SinglePart {
    let (text, encoding) = (slots::line_feeds(text), encoding_of(text));
    let octets = match encoding {
        ContentTransferEncoding::Base64 => mime::encode(text.replace('\n', "\r\n").into_bytes(), encoding),
        // lettre ends the message with a line break.
        _ => quoted_printable::encode(text.strip_suffix('\n').unwrap_or(&text)).into_bytes(),
    };
    mime::text_part(kind.content_type(), encoding, octets)
}

fn each<Shared>(pieces: Vec<Piece<Slot>>, encode: impl Fn(&str) -> Shared) -> Vec<Piece<Slot, Shared>> {
    let encoded = pieces.into_iter().map(|piece| match piece {
        Piece::Shared(text) => Piece::Shared(encode(&text)),
        Piece::Slot(slot) => Piece::Slot(slot),
    });
    encoded.collect()
}
