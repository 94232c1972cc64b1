//! Foreign text into header fields: ASCII only, folded, never a new field (RFC 5322 2.2, RFC 2047).
//!
//! lettre's own encoding will not do for values that others write: it panics on a line break in a display name, leaves a
//! word of a thousand letters on one line, and lets `=?` through, which a reader takes for an encoded word.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::subscriber::Address;

use super::{error::Error, header_text as text};

/// Lines are folded to stay within this many octets (RFC 2047 2 asks it of lines with encoded words).
const MAX_LINE: usize = 76;
/// A word longer than this is encoded, because only encoded words can be cut.
const MAX_WORD: usize = 60;
/// The octets of an encoded word between `=?utf-8?q?` and `?=`.
const MAX_ENCODED: usize = 60;

/// Makes one clean line: every run of spaces, line breaks and control characters becomes a single space.
///
/// Other white space, such as the wide space of Japanese names, is part of the text.
pub fn line(text: &str) -> String {
    let breaks = |c: char| c == ' ' || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    text.split(breaks).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Writes unstructured text such as a Subject; `column` octets of the first line are already taken.
pub fn unstructured(text: &str, column: usize) -> String {
    let text = line(text);
    if is_plain(&text) { fold(&text, column) } else { encode(&text, column) }
}

/// Writes a display name: plain words, a quoted string or encoded words (RFC 5322 3.2.5).
pub fn phrase(text: &str, column: usize) -> String {
    let text = line(text);
    if !is_plain(&text) {
        encode(&text, column)
    } else if text.bytes().all(|octet| octet == b' ' || is_atom(octet)) {
        fold(&text, column)
    } else {
        fold(&format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")), column)
    }
}

/// Writes `Name <address>`, or the address alone where there is no name.
pub fn mailbox(name: Option<&str>, address: &str, column: usize) -> String {
    let name = name.map(|name| phrase(name, column)).filter(|name| !name.is_empty());
    match name {
        None => address.to_owned(),
        Some(name) => bracketed(name, address, column),
    }
}

/// Puts `<inner>` after a phrase, on a line of its own where it would be too long.
pub fn bracketed(phrase: String, inner: &str, column: usize) -> String {
    if phrase.is_empty() {
        return format!("<{inner}>");
    }
    let last = phrase.rsplit("\r\n").next().map_or(0, str::len);
    let taken = if phrase.contains("\r\n") { last } else { column + last };
    let gap = if taken + inner.len() + 3 > MAX_LINE { "\r\n " } else { " " };
    format!("{phrase}{gap}<{inner}>")
}

/// Says whether text may stand as it is: printable ASCII, words that lines can be folded between, and
/// nothing that a reader would take for an encoded word.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|octet| matches!(octet, b' '..=b'~'))
        && !text.contains("=?")
        && text.split(' ').all(|word| word.len() <= MAX_WORD)
}

/// The characters of an atom (RFC 5322 3.2.3).
fn is_atom(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet)
}

fn fold(text: &str, mut column: usize) -> String {
    let mut folded = String::with_capacity(text.len() + 8);
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            if column + 1 + word.len() > MAX_LINE {
                folded.push_str("\r\n");
                column = 0;
            }
            folded.push(' ');
            column += 1;
        }
        folded.push_str(word);
        column += word.len();
    }
    folded
}

/// Writes encoded words of at most 75 octets, no character cut in two (RFC 2047 2 and 5).
fn encode(text: &str, column: usize) -> String {
    let quoted: usize = text.bytes().map(quoted_len).sum();
    // Mostly Latin text stays readable in its source.
    let in_base64 = quoted > text.len() * 2;
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    // The first line holds the field's name as well.
    let mut room = MAX_ENCODED.min(MAX_LINE.saturating_sub(column + 12)).max(12);
    while !rest.is_empty() {
        let (mut end, mut used) = (0, 0);
        for (at, character) in rest.char_indices() {
            let next = at + character.len_utf8();
            let cost = if in_base64 {
                next.div_ceil(3) * 4
            } else {
                used + rest.as_bytes()[at..next].iter().map(|octet| quoted_len(*octet)).sum::<usize>()
            };
            if cost > room && end > 0 {
                break;
            }
            (end, used) = (next, cost);
        }
        let (word, after) = rest.split_at(end);
        words.push(if in_base64 {
            format!("=?utf-8?b?{}?=", STANDARD.encode(word))
        } else {
            format!("=?utf-8?q?{}?=", word.bytes().map(quote).collect::<String>())
        });
        (rest, room) = (after, MAX_ENCODED);
    }
    words.join("\r\n ")
}

fn quoted_len(octet: u8) -> usize {
    if octet == b' ' || octet.is_ascii_alphanumeric() { 1 } else { 3 }
}

/// Writes one octet in the form that is safe in phrases too (RFC 2047 5 (3)).
fn quote(octet: u8) -> String {
    match octet {
        b' ' => "_".to_owned(),
        _ if octet.is_ascii_alphanumeric() => char::from(octet).to_string(),
        _ => format!("={octet:02X}"),
    }
}

/// Reads `Name <address>` or a bare address; the name comes back as one clean line.
///
/// # Errors
/// When there is no one valid address in it.
pub fn parse_mailbox(written: &str) -> Result<(Option<String>, Address), Error> {
    let wrong = |why: String| Error::Mailbox(text::line(written), why);
    let trimmed = written.trim();
    let Some(inner) = trimmed.strip_suffix('>') else {
        return Ok((None, trimmed.parse().map_err(wrong)?));
    };
    let (name, address) = inner.rsplit_once('<').ok_or_else(|| wrong("a `>` without its `<`".to_owned()))?;
    let name = text::line(name);
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name,
    };
    Ok((Some(name).filter(|name| !name.is_empty()), address.parse().map_err(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_what_could_start_a_field() {
        assert_eq!(line(" a\r\nBcc: b\0\u{2028}c\t\u{85}d "), "a Bcc: b c d");
        assert_eq!(line("山田\u{3000}太郎"), "山田\u{3000}太郎");
    }

    #[test]
    fn names_take_the_plainest_form() {
        #[track_caller]
        fn check(name: &str, expect: &str) {
            assert_eq!(phrase(name, 4), expect);
        }
        check("Harbour Notes", "Harbour Notes");
        check("Dr. Who, \"X\"", "\"Dr. Who, \\\"X\\\"\"");
        check("Zoë", "=?utf-8?q?Zo=C3=AB?=");
        check("港のたより", "=?utf-8?b?5riv44Gu44Gf44KI44KK?=");
        check("=?utf-8?q?x?=", "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?=");
    }

    #[test]
    fn long_text_is_folded() {
        for text in ["word ".repeat(60), "ë".repeat(300), "港".repeat(300), "x".repeat(2000)] {
            let folded = unstructured(&text, 9);
            assert!(folded.split("\r\n").all(|line| line.len() <= MAX_LINE), "{folded}");
            assert!(folded.split("\r\n ").next().is_some_and(|first| first.len() <= MAX_LINE - 9), "{folded}");
        }
    }

    #[test]
    fn an_address_gets_its_own_line_where_the_name_is_long() {
        let written = mailbox(Some(&"Harbour ".repeat(9)), "someone@harbour.example", 4);
        assert!(written.ends_with("\r\n <someone@harbour.example>"), "{written}");
    }
}
