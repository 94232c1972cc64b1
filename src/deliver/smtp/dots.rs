//! The end of a message that no message can fake (RFC 5321 4.5.2).

/// Doubles the dot at the start of each line, makes every line end CRLF, and adds the final dot.
pub(super) fn stuff(octets: &[u8]) -> Vec<u8> {
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
    wire.extend_from_slice(b".\r\n");
    wire
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(octets: &str, expect: &str) {
        assert_eq!(String::from_utf8(stuff(octets.as_bytes())).unwrap(), expect);
    }

    #[test]
    fn dots_are_doubled_and_line_ends_made_whole() {
        check("", ".\r\n");
        check("a", "a\r\n.\r\n");
        check(".", "..\r\n.\r\n");
        check("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n");
        check("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n");
        check("a\r.\rb", "a\r\n..\r\nb\r\n.\r\n");
        check("..a\r\n\r\n", "...a\r\n\r\n.\r\n");
    }

    proptest! {
        #[test]
        fn no_message_ends_early(octets in "[.\r\na]{0,60}") {
            let wire = stuff(octets.as_bytes());
            let text = String::from_utf8(wire).unwrap();
            let body = text.strip_suffix(".\r\n").unwrap();
            prop_assert!(!["\r\n", body].concat().contains("\r\n.\r\n"));
            prop_assert!(!body.replace("\r\n", "").contains(['\r', '\n']));
            let undone: String = body.split_inclusive("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            let lines = octets.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
            let whole = if lines.is_empty() || lines.ends_with("\r\n") { lines } else { lines + "\r\n" };
            prop_assert_eq!(undone, whole);
        }
    }
}
