//! Quoted-printable in pieces that no relay has a reason to touch (RFC 2045 6.7).
//!
//! Every piece is encoded from column 0 and soft line breaks stand between pieces, so that what is encoded once
//! fits after anything. No line begins with a dot, none ends in white space, and no two white spaces stand side by
//! side: nothing needs dot-stuffing, and a body is its own relaxed canonical form (RFC 6376 3.4.4).
//!
//! lettre encodes what all recipients share. Their values are encoded here: lettre's encoder builds a text character
//! by character, which would take longer than all the rest of a message.

use lettre::message::header::ContentTransferEncoding;

use super::mime;

/// Octets of a line of a value before its soft line break.
const MAX_VALUE_LINE: usize = 75;
/// Octets of a line, its soft line break in it.
const MAX_LINE: usize = 76;
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// A piece that all recipients share, encoded.
#[derive(Debug)]
pub(super) struct Shared {
    octets: Vec<u8>,
    is_open: bool,
}

impl Shared {
    /// Encodes `text`, LF line ends.
    pub(super) fn new(text: &str) -> Self {
        Self { octets: encode(text).into_bytes(), is_open: !(text.is_empty() || text.ends_with('\n')) }
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
    pub(super) fn shared(&mut self, shared: &Shared) {
        self.separate();
        self.out.extend_from_slice(&shared.octets);
        self.is_open = shared.is_open;
    }

    /// Appends a recipient's value, a single line; nothing where it is empty.
    pub(super) fn value(&mut self, value: &str) {
        if !value.is_empty() {
            self.separate();
            push_value(value, self.out);
            self.is_open = true;
        }
    }

    fn separate(&mut self) {
        if self.is_open {
            self.out.extend_from_slice(b"=\r\n");
        }
    }
}

/// Has lettre encode a text, and guards what a relay might touch.
pub(super) fn encode(text: &str) -> String {
    // lettre leaves tabs and runs of spaces as they are, but no octet that UTF-8 never has: those stand in for them.
    const TAB: u8 = 0xfe;
    const SPACE: u8 = 0xff;
    let mut octets = Vec::with_capacity(text.len() + text.len() / 16);
    for octet in text.bytes() {
        match octet {
            b'\n' => octets.extend_from_slice(b"\r\n"),
            b'\t' => octets.push(TAB),
            b' ' if octets.last() == Some(&b' ') => octets.push(SPACE),
            _ => octets.push(octet),
        }
    }
    let encoded = mime::encode(octets, ContentTransferEncoding::QuotedPrintable);
    let encoded = String::from_utf8_lossy(&encoded).replace("=FE", "=09").replace("=FF", "=20");

    let mut guarded = String::with_capacity(encoded.len() + 64);
    let mut lines = encoded.split("\r\n").peekable();
    while let Some(mut line) = lines.next() {
        // A soft line break may come after the last line, and takes a place in it.
        let (max, end) = if lines.peek().is_some() { (MAX_LINE, "\r\n") } else { (MAX_LINE - 1, "") };
        while line.starts_with('.') || line.len() > max {
            let (first, rest) = line.split_at(if line.starts_with('=') { 3 } else { 1 });
            guarded.push_str(if first == "." { "=2E" } else { first });
            line = rest;
            if "=2E".len() + rest.len() <= max {
                break;
            }
            guarded.push_str("=\r\n");
        }
        guarded.push_str(line);
        guarded.push_str(end);
    }
    guarded
}

/// Encodes a single line from column 0.
fn push_value(value: &str, out: &mut Vec<u8>) {
    let mut column = 0;
    for octet in value.bytes() {
        let stands = match octet {
            // It may come to stand at the beginning of a line only where the one before it is full.
            b'.' => (1..MAX_VALUE_LINE).contains(&column),
            b'=' => false,
            _ => octet.is_ascii_graphic(),
        };
        let width = if stands { 1 } else { 3 };
        if column + width > MAX_VALUE_LINE {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if stands {
            out.push(octet);
        } else {
            out.extend_from_slice(&[b'=', HEX[usize::from(octet >> 4)], HEX[usize::from(octet & 15)]]);
        }
        column += width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(encode(text), expect);
    }

    #[track_caller]
    fn check_value(value: &str, expect: &str) {
        let mut out = Vec::new();
        push_value(value, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expect);
    }

    #[test]
    fn only_what_must_be_is_encoded() {
        check("", "");
        check("Tides & <b>boats</b>", "Tides & <b>boats</b>");
        check("a=b\0é\u{7f}", "a=3Db=00=C3=A9=7F");
        check_value("a=b é", "a=3Db=20=C3=A9");
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
        check(&format!("{}.y", "x".repeat(75)), &format!("{}=\r\n=2Ey", "x".repeat(75)));
        check(&".".repeat(80), &format!("=2E=\r\n=2E=\r\n=2E{}=\r\n=2E....", ".".repeat(72)));
        check_value(".a.b", "=2Ea.b");
        check_value(&format!("{}.", "x".repeat(75)), &format!("{}=\r\n=2E", "x".repeat(75)));
        check_value(&format!("{}..", "x".repeat(74)), &format!("{}.=\r\n=2E", "x".repeat(74)));
    }

    #[test]
    fn lines_are_broken_between_octets() {
        check(&"x".repeat(76), &format!("x=\r\n{}", "x".repeat(75)));
        check(&"x".repeat(77), &format!("{}=\r\nxx", "x".repeat(75)));
        check_value(&format!("{}é", "x".repeat(70)), &format!("{}=C3=\r\n=A9", "x".repeat(70)));
    }

    #[test]
    fn pieces_begin_their_own_lines() {
        let mut out = Vec::new();
        let mut joint = Joint::new(&mut out);
        for (shared, value) in [("a ", ".b"), ("\nc\n", ""), ("d", ""), ("e", "f g")] {
            joint.shared(&Shared::new(shared));
            joint.value(value);
        }
        assert_eq!(String::from_utf8(out).unwrap(), "a=20=\r\n=2Eb=\r\n\r\nc\r\nd=\r\ne=\r\nf=20g");
    }
}
