//! Lines that nobody can take for the end of a message (RFC 5321 4.5.2).

use std::borrow::Cow;

/// Doubles the dot at the start of each line and makes every line end CRLF, the last one too; a message that needs
/// neither, as ours do, stays where it is.
pub(super) fn stuff(octets: &[u8]) -> Cow<'_, [u8]> {
    if is_fit(octets) { Cow::Borrowed(octets) } else { Cow::Owned(rewrite(octets)) }
}

/// Says whether every CR and LF stands in a CRLF, the last octets are one, and no dot follows one. Without branches
/// in its loop, this takes a few microseconds for a whole mail.
fn is_fit(octets: &[u8]) -> bool {
    if octets.is_empty() {
        return true;
    }
    let is_wrong = |pair: &[u8; 2], after: u8| {
        let (cr, lf) = (pair[0] == b'\r', pair[1] == b'\n');
        (cr != lf) | (lf & (after == b'.'))
    };
    let wrong = octets.array_windows::<3>().fold(false, |wrong, &[a, b, c]| wrong | is_wrong(&[a, b], c));
    let (first, last) = (octets[0], &octets[octets.len().saturating_sub(2)..]);
    !wrong && first != b'.' && first != b'\n' && last == b"\r\n"
}

fn rewrite(octets: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(octets.len() + octets.len() / 64 + 5);
    let mut starts_line = true;
    let mut rest = octets;
    while !rest.is_empty() {
        if starts_line && rest[0] == b'.' {
            wire.push(b'.');
        }
        let end = rest.iter().position(|octet| matches!(octet, b'\r' | b'\n'));
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        wire.extend_from_slice(line);
        starts_line = end.is_some();
        if starts_line {
            wire.extend_from_slice(b"\r\n");
        }
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
    }
    if !starts_line {
        wire.extend_from_slice(b"\r\n");
    }
    wire
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(octets: &str, expect: &str) {
        assert_eq!(String::from_utf8(stuff(octets.as_bytes()).into_owned()).unwrap(), expect);
    }

    #[test]
    fn dots_are_doubled_and_line_ends_made_whole() {
        check("", "");
        check("a", "a\r\n");
        check(".", "..\r\n");
        check("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n");
        check("a\n.\nb", "a\r\n..\r\nb\r\n");
        check("a\r.\rb", "a\r\n..\r\nb\r\n");
        check("..a\r\n\r\n", "...a\r\n\r\n");
    }

    proptest! {
        #[test]
        fn no_message_ends_early(octets in "[.\r\na]{0,60}") {
            let body = String::from_utf8(stuff(octets.as_bytes()).into_owned()).unwrap();
            prop_assert!(!["\r\n", &body].concat().contains("\r\n.\r\n"));
            prop_assert!(!body.replace("\r\n", "").contains(['\r', '\n']));
            let undone: String = body.split_inclusive("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            let lines = octets.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
            let whole = if lines.is_empty() || lines.ends_with("\r\n") { lines } else { lines + "\r\n" };
            prop_assert_eq!(undone, whole);
        }

        #[test]
        fn what_is_fit_stays_as_it_is(octets in "[.\r\na]{0,20}") {
            prop_assert_eq!(is_fit(octets.as_bytes()), rewrite(octets.as_bytes()) == octets.as_bytes());
        }
    }
}
