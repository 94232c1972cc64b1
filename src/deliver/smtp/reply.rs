//! Replies: foreign octets in, three digits and to_printable words out (RFC 5321 4.2, RFC 2034).

use crate::deliver::reply::Reply;

/// The longest line taken; RFC 5321 4.5.3.1.5 allows 512.
pub(super) const MAX_LINE: usize = 8 * 1024;
/// The longest reply taken, all lines together.
pub(super) const MAX_REPLY: usize = 64 * 1024;
/// So much of a reply's words is kept.
const MAX_TEXT: usize = 500;

/// Class, subject and detail of an enhanced status code.
type Enhanced = (u8, u16, u16);

/// One line of a reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) code: u16,
    pub(super) is_last: bool,
    pub(super) text: &'a [u8],
}

/// Reads one line without its line end; `None` for what is no reply.
pub(super) fn line(octets: &[u8]) -> Option<Line<'_>> {
    let octets = octets.strip_suffix(b"\r").unwrap_or(octets);
    let (&[a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9'], rest) = octets.split_first_chunk()? else { return None };
    let code = [a, b, c].iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Some(Line { code, is_last: true, text: b"" }),
        Some((b' ', text)) => Some(Line { code, is_last: true, text }),
        Some((b'-', text)) => Some(Line { code, is_last: false, text }),
        Some(_) => None,
    }
}

/// Joins the texts of all lines: the enhanced code once, then the words on one line.
pub(in crate::deliver) fn join(code: u16, texts: &[Vec<u8>]) -> Reply {
    let enhanced = texts.first().and_then(|text| enhanced(text)).map(|(enhanced, _)| enhanced);
    let words: Vec<String> = texts
        .iter()
        .map(|text| match self::enhanced(text) {
            Some((found, rest)) if Some(found) == enhanced => to_printable(rest),
            _ => to_printable(text),
        })
        .filter(|words| !words.is_empty())
        .collect();
    Reply { code, enhanced, text: words.join(" ").chars().take(MAX_TEXT).collect() }
}

/// Splits `5.1.1 No such user` (RFC 3463 2).
fn enhanced(text: &[u8]) -> Option<(Enhanced, &[u8])> {
    let end = text.iter().position(|octet| *octet == b' ').unwrap_or(text.len());
    let (code, rest) = text.split_at(end);
    let code = std::str::from_utf8(code).ok()?;
    let mut numbers = code.split('.').map(|number| {
        let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|octet| octet.is_ascii_digit());
        if is_number { number.parse::<u16>().ok() } else { None }
    });
    let class = u8::try_from(numbers.next()??).ok().filter(|class| [2, 4, 5].contains(class))?;
    let found = (class, numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some((found, rest))
}

/// Makes foreign octets fit for a log: to_printable ASCII, `?` for anything else.
pub(in crate::deliver) fn to_printable(octets: &[u8]) -> String {
    let show = |octet: &u8| match octet {
        b' '..=b'~' => char::from(*octet),
        b'\t' | b'\r' | b'\n' => ' ',
        _ => '?',
    };
    octets.iter().take(MAX_LINE).map(show).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_read_strictly() {
        #[track_caller]
        fn check(text: &str, expect: Option<(u16, bool, &str)>) {
            let read =
                line(text.as_bytes()).map(|line| (line.code, line.is_last, std::str::from_utf8(line.text).unwrap()));
            assert_eq!(read, expect);
        }
        check("250 ok\r", Some((250, true, "ok")));
        check("250-ok", Some((250, false, "ok")));
        check("250", Some((250, true, "")));
        check("2500 ok", None);
        check("25 ok", None);
        check("999 ok", None);
        check("150 ok", None);
        check("", None);
        check("HTTP/1.1 400", None);
    }

    #[test]
    fn enhanced_codes_are_found() {
        #[track_caller]
        fn check(texts: &[&str], enhanced: Option<(u8, u16, u16)>, words: &str) {
            let texts: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
            assert_eq!(join(550, &texts), Reply { code: 550, enhanced, text: words.into() });
        }
        check(&["5.1.1 No such user"], Some((5, 1, 1)), "No such user");
        check(&["5.1.1 No", "5.1.1 such user"], Some((5, 1, 1)), "No such user");
        check(&["5.1.1"], Some((5, 1, 1)), "");
        check(&["5.7.515 Access denied"], Some((5, 7, 515)), "Access denied");
        check(&["5.1.1111 No"], None, "5.1.1111 No");
        check(&["3.1.1 No"], None, "3.1.1 No");
        check(&["192.0.2.1 is listed"], None, "192.0.2.1 is listed");
        check(&["n\u{fc}\u{1b}[31m"], None, "n???[31m");
    }

    proptest! {
        #[test]
        fn garbage_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..200), code in 200u16..600) {
            let _ = line(&octets);
            let reply = join(code, &[octets]);
            prop_assert!(reply.text.bytes().all(|octet| matches!(octet, b' '..=b'~')));
        }
    }
}
