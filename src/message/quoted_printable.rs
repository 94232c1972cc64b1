//! Quoted-printable that no relay has a reason to touch (RFC 2045 6.7).
//!
//! Every piece is encoded from column 0 and soft line breaks stand between pieces, so that what is encoded once
//! fits after anything. No line begins with a dot, none ends in white space, and no two white spaces stand side by
//! side: nothing needs dot-stuffing, and a body is its own relaxed canonical form (RFC 6376 3.4.4).

/// Octets of a line before its soft line break.
const LINE: usize = 75;
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// A piece that all recipients share, encoded.
#[derive(Debug)]
pub(super) struct Literal {
    octets: Vec<u8>,
    is_open: bool,
}

impl Literal {
    /// Encodes `text`, LF line ends.
    pub(super) fn new(text: &str) -> Self {
        let mut octets = Vec::with_capacity(text.len() + text.len() / 16);
        let is_open = encode(text, &mut octets);
        Self { octets, is_open }
    }
}

/// Puts pieces one after the other.
#[derive(Debug)]
pub(super) struct Joint<'a> {
    out: &'a mut Vec<u8>,
    /// The last line holds something and has no end.
    is_open: bool,
}

impl<'a> Joint<'a> {
    /// Begins at column 0.
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, is_open: false }
    }

    /// Appends what was encoded before.
    pub(super) fn literal(&mut self, literal: &Literal) {
        self.separate();
        self.out.extend_from_slice(&literal.octets);
        self.is_open = literal.is_open;
    }

    /// Appends a recipient's value; nothing where it is empty.
    pub(super) fn value(&mut self, value: &str) {
        if !value.is_empty() {
            self.separate();
            self.is_open = encode(value, self.out);
        }
    }

    fn separate(&mut self) {
        if self.is_open {
            self.out.extend_from_slice(b"=\r\n");
        }
    }
}

/// Encodes from column 0, and says whether the last line has no end.
fn encode(text: &str, out: &mut Vec<u8>) -> bool {
    let octets = text.as_bytes();
    let (mut column, mut after_space) = (0, false);
    for (at, &octet) in octets.iter().enumerate() {
        if octet == b'\n' {
            out.extend_from_slice(b"\r\n");
            (column, after_space) = (0, false);
            continue;
        }
        let is_last = matches!(octets.get(at + 1), None | Some(b'\n'));
        let stands = match octet {
            b' ' => !(after_space || is_last),
            // It may come to stand at the beginning of a line only where the one before it is full.
            b'.' => (1..LINE).contains(&column),
            b'=' => false,
            b'!'..=b'~' => true,
            _ => false,
        };
        let width = if stands { 1 } else { 3 };
        if column + width > LINE {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if stands {
            out.push(octet);
        } else {
            out.extend_from_slice(&[b'=', HEX[usize::from(octet >> 4)], HEX[usize::from(octet & 15)]]);
        }
        column += width;
        after_space = stands && octet == b' ';
    }
    column > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let mut out = Vec::new();
        let is_open = encode(text, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expect);
        assert_eq!(is_open, !(expect.is_empty() || expect.ends_with('\n')));
    }

    #[test]
    fn only_what_must_be_is_encoded() {
        check("", "");
        check("Tides & <b>boats</b>", "Tides & <b>boats</b>");
        check("a=b\0é\u{7f}", "a=3Db=00=C3=A9=7F");
    }

    #[test]
    fn white_space_stands_alone_and_never_last() {
        check("a b  c   d\te", "a b =20c =20 d=09e");
        check("a \n b \t\n \n", "a=20\r\n b =09\r\n=20\r\n");
        check("a ", "a=20");
    }

    #[test]
    fn no_line_begins_with_a_dot() {
        check(".a.b\n..\n", "=2Ea.b\r\n=2E.\r\n");
        check(&format!("{}.", "x".repeat(75)), &format!("{}=\r\n=2E", "x".repeat(75)));
        check(&format!("{}..", "x".repeat(74)), &format!("{}.=\r\n=2E", "x".repeat(74)));
    }

    #[test]
    fn lines_are_broken_between_octets() {
        check(&"x".repeat(76), &format!("{}=\r\nx", "x".repeat(75)));
        check(&format!("{}é", "x".repeat(70)), &format!("{}=C3=\r\n=A9", "x".repeat(70)));
    }

    #[test]
    fn pieces_begin_their_own_lines() {
        let mut out = Vec::new();
        let mut joint = Joint::new(&mut out);
        for (literal, value) in [("a ", ".b"), ("\nc\n", ""), ("d", ""), ("e", "f ")] {
            joint.literal(&Literal::new(literal));
            joint.value(value);
        }
        assert_eq!(String::from_utf8(out).unwrap(), "a=20=\r\n=2Eb=\r\n\r\nc\r\nd=\r\ne=\r\nf=20");
    }
}
