//! One part of a variant, encoded once: literals that stand ready, and slots between them.

use crate::edition::{Edition, Slot};

use super::{
    base64,
    quoted_printable::{self as quoted},
    slots::{self, Piece, Values},
};

/// A part as it goes over the wire, but for the recipient's own values.
#[derive(Debug)]
pub(super) struct Part {
    kind: Kind,
    body: Body,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Html,
}

/// How the octets of a part are carried (RFC 2045 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    QuotedPrintable,
    Base64,
}

#[derive(Debug)]
enum Body {
    QuotedPrintable(Vec<Piece<quoted::Literal>>),
    Base64(Vec<Piece<base64::Literal>>),
}

impl Part {
    /// Encodes what all recipients share of `text`.
    pub(super) fn new(kind: Kind, edition: &Edition, text: &str) -> Self {
        let pieces = slots::cut(edition, &slots::line_feeds(text));
        let body = match Encoding::of(text) {
            Encoding::QuotedPrintable => Body::QuotedPrintable(each(pieces, quoted::Literal::new)),
            Encoding::Base64 => Body::Base64(each(pieces, base64::Literal::new)),
        };
        Self { kind, body }
    }

    /// The header of the part, as [`compose`](super::compose()) has it.
    pub(super) fn header(&self) -> String {
        let kind = match self.kind {
            Kind::Text => "text/plain",
            Kind::Html => "text/html",
        };
        let encoding = match self.body {
            Body::QuotedPrintable(_) => "quoted-printable",
            Body::Base64(_) => "base64",
        };
        format!("Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n")
    }

    /// Appends the part with a recipient's values; a line may be left open at its end.
    pub(super) fn push(&self, values: &Values, out: &mut Vec<u8>) {
        match &self.body {
            Body::QuotedPrintable(pieces) => {
                let mut joint = quoted::Joint::new(out);
                for piece in pieces {
                    match piece {
                        Piece::Literal(literal) => joint.literal(literal),
                        Piece::Slot(slot) => self.kind.value(values, *slot, |value| joint.value(value)),
                    }
                }
            }
            Body::Base64(pieces) => {
                let mut joint = base64::Joint::new(out);
                for piece in pieces {
                    match piece {
                        Piece::Literal(literal) => joint.literal(literal),
                        Piece::Slot(slot) => self.kind.value(values, *slot, |value| joint.value(value)),
                    }
                }
                joint.finish();
            }
        }
    }
}

impl Kind {
    fn value(self, values: &Values, slot: Slot, take: impl FnOnce(&str)) {
        match self {
            Self::Text => take(values.of(slot)),
            Self::Html => take(&values.in_html(slot)),
        }
    }
}

impl Encoding {
    /// The shorter of the two, without trying either. What all recipients share decides, so that it is the same for
    /// all.
    pub(super) fn of(shared: &str) -> Self {
        let escaped =
            shared.bytes().filter(|octet| !matches!(octet, b'\n' | b'\r' | b'\t' | b' '..=b'~') || *octet == b'=');
        if escaped.count() * 6 > shared.len() { Self::Base64 } else { Self::QuotedPrintable }
    }
}

/// A boundary that no part can contain: quoted-printable never has `=_`, base64 never has `_`.
pub(super) fn boundary(edition: &Edition) -> String {
    format!("=_{}", edition.id.as_str())
}

fn each<Literal>(pieces: Vec<Piece>, encode: impl Fn(&str) -> Literal) -> Vec<Piece<Literal>> {
    let encoded = pieces.into_iter().map(|piece| match piece {
        Piece::Literal(text) => Piece::Literal(encode(&text)),
        Piece::Slot(slot) => Piece::Slot(slot),
    });
    encoded.collect()
}
