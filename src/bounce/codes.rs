//! Status codes out of the words of servers (RFC 3463, RFC 5321 4.2).

use crate::deliver::Reply;

/// So many characters of a server's words are kept.
const MAX_TEXT: usize = 500;
/// So many are looked at.
const MAX_WORDS: usize = 2_000;

/// Class, subject and detail.
type Enhanced = (u8, u16, u16);

/// Puts together what the reporting server says (`Status`) and what it heard (`Diagnostic-Code`).
///
/// The code that was heard is nearer to the mailbox, and counts where it says more than `5.0.0`.
pub(super) fn reply(status: Option<&str>, diagnostic: Option<&str>) -> Reply {
    let mut reply = diagnostic.map(parse_reply).unwrap_or_default();
    let status = status.and_then(enhanced).map(|(status, _)| status);
    // `5.0.0` beside `smtp; 451` is only what a server says when it gives up.
    let says_little = |code: Enhanced| (code.1, code.2) == (0, 0);
    let status = status.filter(|status| reply.code == 0 || !says_little(*status));
    if reply.enhanced.is_none_or(|said| says_little(said) && status.is_some()) {
        reply.enhanced = status;
    }
    reply
}

/// Reads what a server said: `smtp; 550 5.1.1 no such user`, `550-5.1.1 no`, `5.1.2 - no such host`.
pub(super) fn parse_reply(words: &str) -> Reply {
    let words = match words.split_once(';') {
        Some((kind, rest)) if kind.trim().bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-') => rest,
        _ => words,
    };
    let words = line(words, MAX_WORDS);
    let (code, rest) = code(&words).map_or((0, words.as_str()), |(code, rest)| (code, rest));
    let (enhanced, rest) = enhanced(rest).map_or((None, rest), |(found, rest)| (Some(found), rest));
    let text = match enhanced {
        // Each line of a reply begins with the same codes (RFC 2034 4).
        Some((a, b, c)) if code > 0 => {
            rest.replace(&format!(" {code}-{a}.{b}.{c} "), " ").replace(&format!(" {code} {a}.{b}.{c} "), " ")
        }
        _ => rest.to_owned(),
    };
    Reply { code, enhanced, text: text.chars().take(MAX_TEXT).collect() }
}

/// Makes foreign words one line that is fit for a terminal: nothing that moves, hides or turns text.
pub(super) fn line(words: &str, max: usize) -> String {
    let show = |c: char| if c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(show).take(max).collect()
}

/// Says whether a text begins with a code, of either kind.
pub(super) fn is_code(text: &str) -> bool {
    let is_basic = code(text).is_some_and(|(_, rest)| !rest.starts_with(['/', '%']));
    is_basic || enhanced(text).is_some()
}

/// Splits three digits from what follows them.
fn code(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(3)?;
    let is_code = digits.starts_with(['2', '4', '5']) && digits.bytes().all(|digit| digit.is_ascii_digit());
    let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    (is_code && ends).then(|| (digits.parse().unwrap_or(0), rest.trim_start_matches([' ', '-', ':'])))
}

/// Splits `5.1.1 no such user`, also `#5.1.1`, `(5.1.1)` and `5.1.1 (unknown)`.
fn enhanced(text: &str) -> Option<(Enhanced, &str)> {
    let text = text.trim_start_matches([' ', '#', '(', '[']);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let mut numbers = digits
        .trim_end_matches('.')
        .split('.')
        .map(|number| if (1..=3).contains(&number.len()) { number.parse::<u16>().ok() } else { None });
    let class = u8::try_from(numbers.next()??).ok().filter(|class| [2, 4, 5].contains(class))?;
    let found = (class, numbers.next()??, numbers.next()??);
    let rest = rest.trim_start_matches([' ', '-', ')', ']', ':']);
    numbers.next().is_none().then_some((found, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_say_is_read() {
        #[track_caller]
        fn check(words: &str, code: u16, enhanced: Option<Enhanced>, text: &str) {
            assert_eq!(parse_reply(words), Reply { code, enhanced, text: text.into() });
        }
        check("smtp; 550 5.1.1 <a@b.example>: no", 550, Some((5, 1, 1)), "<a@b.example>: no");
        check(
            "smtp;550-5.1.1 The account 550-5.1.1 does not 550 5.1.1 exist",
            550,
            Some((5, 1, 1)),
            "The account does not exist",
        );
        check("SMTP; 550 #5.1.10 no", 550, Some((5, 1, 10)), "no");
        check(
            "smtp; 5.4.7 - Delivery expired (message too old)",
            0,
            Some((5, 4, 7)),
            "Delivery expired (message too old)",
        );
        check(
            "smtp; 550 Requested action not taken; mailbox unavailable",
            550,
            None,
            "Requested action not taken; mailbox unavailable",
        );
        check("X-Postfix; Host not found", 0, None, "Host not found");
        check("550 5.7.1 a; b", 550, Some((5, 7, 1)), "a; b");
        check(
            "connect to mx.b.example[192.0.2.1]:25: Connection timed out",
            0,
            None,
            "connect to mx.b.example[192.0.2.1]:25: Connection timed out",
        );
        check("smtp; 5.9.12.8 said no", 0, None, "5.9.12.8 said no");
        check("smtp; 5501 no", 0, None, "5501 no");
        check("smtp; 550", 550, None, "");
        check("smtp; 554 5.0.0", 554, Some((5, 0, 0)), "");
        check("smtp; 550 5.1.1 häfen\u{0}\r\n b\u{202e}c", 550, Some((5, 1, 1)), "häfen? b?c");
        check("", 0, None, "");
    }

    #[test]
    fn what_was_heard_counts_where_it_says_more() {
        #[track_caller]
        fn check(status: &str, diagnostic: &str, code: u16, enhanced: Option<Enhanced>) {
            let reply = reply(Some(status), Some(diagnostic));
            assert_eq!((reply.code, reply.enhanced), (code, enhanced));
        }
        check("5.1.1", "smtp; 550 no", 550, Some((5, 1, 1)));
        check("5.0.0 (unknown)", "smtp; 550 5.1.1 no", 550, Some((5, 1, 1)));
        check("5.1.1", "smtp; 550 5.0.0 no", 550, Some((5, 1, 1)));
        check("5.7.1", "smtp; 550 5.1.1 no", 550, Some((5, 1, 1)));
        check("5.0.0", "smtp; 451 later", 451, None);
        check("5.0.0", "x-unix; no", 0, Some((5, 0, 0)));
        check("4.4.7", "X-Postfix; timed out", 0, Some((4, 4, 7)));
        check("nonsense", "nonsense", 0, None);
    }
}
