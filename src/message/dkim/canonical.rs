//! The relaxed canonical forms of header fields and bodies (RFC 6376 3.4.2, 3.4.4).

use std::borrow::Cow;

/// One field of a header, its folds in it and no line end after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> Field<'a> {
    /// Reads `Name: value`.
    pub(super) fn new(octets: &'a [u8]) -> Self {
        let colon = octets.iter().position(|octet| *octet == b':').unwrap_or(octets.len());
        Self { name: octets[..colon].trim_ascii(), value: octets.get(colon + 1..).unwrap_or_default() }
    }

    /// Says whether the field has this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The canonical form: name in lower case, unfolded, one space for each run of white space.
    pub(super) fn relaxed(&self) -> Vec<u8> {
        let mut out = self.name.to_ascii_lowercase();
        out.push(b':');
        let start = out.len();
        for &octet in self.value {
            match octet {
                b'\r' | b'\n' => {}
                b' ' | b'\t' if out.len() == start || out.ends_with(b" ") => {}
                b' ' | b'\t' => out.push(b' '),
                _ => out.push(octet),
            }
        }
        if out.len() > start && out.ends_with(b" ") {
            out.pop();
        }
        out
    }
}

/// Splits a message into its header and its body, the empty line in neither.
pub(super) fn split(message: &[u8]) -> (&[u8], &[u8]) {
    match message.windows(4).position(|octets| octets == b"\r\n\r\n") {
        Some(at) => (&message[..at], &message[at + 4..]),
        None => (message, &[]),
    }
}

/// The fields of a header in their order.
pub(super) fn fields(header: &[u8]) -> Vec<Field<'_>> {
    let (mut fields, mut start) = (Vec::with_capacity(24), 0);
    for (at, octets) in header.windows(3).enumerate() {
        if octets[..2] == *b"\r\n" && !matches!(octets[2], b' ' | b'\t') {
            fields.push(Field::new(&header[start..at]));
            start = at + 2;
        }
    }
    fields.push(Field::new(&header[start..]));
    fields
}

/// The canonical form of a body; one that is canonical already is not copied.
pub(super) fn body(body: &[u8]) -> Cow<'_, [u8]> {
    if is_canonical(body) {
        return Cow::Borrowed(body);
    }
    let mut out = Vec::with_capacity(body.len() + 2);
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|octets| octets == b"\r\n");
        let (line, after) = end.map_or((rest, &[][..]), |end| (&rest[..end], &rest[end + 2..]));
        let start = out.len();
        for &octet in line {
            match octet {
                b' ' | b'\t' if out.len() > start && out.ends_with(b" ") => {}
                b' ' | b'\t' => out.push(b' '),
                _ => out.push(octet),
            }
        }
        if out.len() > start && out.ends_with(b" ") {
            out.pop();
        }
        out.extend_from_slice(b"\r\n");
        rest = after;
    }
    while out.ends_with(b"\r\n\r\n") {
        out.truncate(out.len() - 2);
    }
    if out == b"\r\n" {
        out.clear();
    }
    Cow::Owned(out)
}

/// Says whether a body is its own canonical form, without a branch for each octet: what Tidings makes always is.
fn is_canonical(body: &[u8]) -> bool {
    let next = body.get(1..).unwrap_or_default();
    let wrong = body.iter().zip(next).fold(0, |wrong, (&octet, &next)| {
        let is_space = u8::from(octet == b' ') & (u8::from(next == b' ') | u8::from(next == b'\r'));
        wrong | is_space | u8::from(octet == b'\t')
    });
    wrong == 0 && body.len() > 2 && body.ends_with(b"\r\n") && !body.ends_with(b"\r\n\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_rfc() {
        let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (header, rest) = split(message);
        let relaxed: Vec<Vec<u8>> = fields(header).iter().map(Field::relaxed).collect();
        assert_eq!(relaxed, [b"a:X".to_vec(), b"b:Y Z".to_vec()]);
        assert_eq!(*body(rest), *b" C\r\nD E\r\n");
    }

    #[test]
    fn bodies_end_in_one_line_end_or_are_empty() {
        #[track_caller]
        fn check(text: &str, expect: &str) {
            assert_eq!(String::from_utf8_lossy(&body(text.as_bytes())), expect);
        }
        check("", "");
        check("\r\n", "");
        check(" \r\n\t\r\n", "");
        check("a", "a\r\n");
        check("a\r\n\r\n", "a\r\n");
        check("a\tb\r\n", "a b\r\n");
        check(" a\r\n", " a\r\n");
    }

    #[test]
    fn a_canonical_body_is_not_copied() {
        for (text, expect) in [("a b\r\n c\r\n", true), ("a  b\r\n", false), ("a \r\n", false), ("a\tb\r\n", false)] {
            assert_eq!(matches!(body(text.as_bytes()), Cow::Borrowed(_)), expect, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_canonical_form_is_its_own(text in "[a \t\r\n]{0,40}|(a|b| |\t|\r\n){0,40}") {
            let once = body(text.as_bytes()).into_owned();
            prop_assert_eq!(&*body(&once), &once[..]);
        }
    }
}
