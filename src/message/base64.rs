//! Base64 in pieces (RFC 2045 6.8).
//!
//! Three octets make four characters, so a piece looks different for each number of octets left over before it: a
//! shared piece is encoded for all three, by lettre. Lines are short where pieces meet; padding stands at the end only.
//! What depends on the column, a recipient's values and the groups where pieces meet, is encoded here.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::message::header::ContentTransferEncoding;

use super::mime;

/// Octets in a line of 76 characters.
const MAX_LINE: usize = 57;
/// Octets that make four characters.
const GROUP: usize = 3;

/// A piece that all recipients share, encoded for 0, 1 and 2 octets left over before it.
#[derive(Debug)]
pub(super) struct Shared {
    octets: Vec<u8>,
    lines: [Vec<u8>; GROUP],
}

impl Shared {
    /// Encodes `text`, LF line ends.
    pub(super) fn new(text: &str) -> Self {
        let octets = text.replace('\n', "\r\n").into_bytes();
        let lines = std::array::from_fn(|left_over| {
            mime::encode(whole(&octets, missing(left_over)).to_vec(), ContentTransferEncoding::Base64)
        });
        Self { octets, lines }
    }
}

/// Puts pieces one after the other.
#[derive(Debug)]
pub(super) struct Joint<'a> {
    out: &'a mut Vec<u8>,
    left_over: Vec<u8>,
    is_open: bool,
}

impl<'a> Joint<'a> {
    /// Begins at column 0 with nothing left over.
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, left_over: Vec::with_capacity(GROUP), is_open: false }
    }

    /// Appends what was encoded before.
    pub(super) fn shared(&mut self, shared: &Shared) {
        let left_over = self.left_over.len();
        self.join(&shared.octets, |_, out| out.extend_from_slice(&shared.lines[left_over]));
    }

    /// Appends a recipient's value, a single line; nothing where it is empty.
    pub(super) fn value(&mut self, value: &str) {
        self.join(value.as_bytes(), push_lines);
    }

    /// Pads what is left over.
    pub(super) fn finish(mut self) {
        let left_over = std::mem::take(&mut self.left_over);
        self.line(&left_over, push_lines);
    }

    /// Completes what is left over, has the whole groups written, and keeps the rest.
    fn join(&mut self, octets: &[u8], write: impl FnOnce(&[u8], &mut Vec<u8>)) {
        let missing = missing(self.left_over.len());
        let (first, _) = octets.split_at(missing.min(octets.len()));
        self.left_over.extend_from_slice(first);
        if first.len() < missing {
            return;
        }
        let group = std::mem::take(&mut self.left_over);
        self.line(&group, push_lines);
        let groups = whole(octets, missing);
        self.line(groups, write);
        self.left_over.extend_from_slice(&octets[missing + groups.len()..]);
    }

    fn line(&mut self, octets: &[u8], write: impl FnOnce(&[u8], &mut Vec<u8>)) {
        if octets.is_empty() {
            return;
        }
        if self.is_open {
            self.out.extend_from_slice(b"\r\n");
        }
        write(octets, self.out);
        self.is_open = true;
    }
}

/// So many octets complete the group of those left over.
fn missing(left_over: usize) -> usize {
    (GROUP - left_over) % GROUP
}

/// The octets after the first `skipped` ones, as far as they make whole groups.
fn whole(octets: &[u8], skipped: usize) -> &[u8] {
    let octets = octets.get(skipped..).unwrap_or_default();
    &octets[..octets.len() / GROUP * GROUP]
}

/// Appends lines of 76 characters, CRLF between them.
fn push_lines(octets: &[u8], out: &mut Vec<u8>) {
    for (index, line) in octets.chunks(MAX_LINE).enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(STANDARD.encode(line).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn joined_pieces_are_what_they_were(pieces in proptest::collection::vec((any::<bool>(), "[aé港\n]{0,90}"), 0..8)) {
            let mut out = Vec::new();
            let mut joint = Joint::new(&mut out);
            for (is_shared, text) in &pieces {
                if *is_shared { joint.shared(&Shared::new(text)) } else { joint.value(&text.replace('\n', " ")) }
            }
            joint.finish();
            let written = String::from_utf8(out).unwrap();
            prop_assert!(written.split("\r\n").all(|line| line.len() <= 76 && (!line.is_empty() || written.is_empty())));
            let expect: Vec<String> = pieces
                .iter()
                .map(|(is_shared, text)| text.replace('\n', if *is_shared { "\r\n" } else { " " }))
                .collect();
            let decoded = STANDARD.decode(written.replace("\r\n", "")).unwrap();
            prop_assert_eq!(String::from_utf8(decoded).unwrap(), expect.concat());
        }
    }
}
