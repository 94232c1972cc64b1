//! Plain text: entities decoded, what is invisible removed, white space folded, one line.

use std::borrow::Cow;

use super::{
    escape::{has_no_text, is_block, is_known, is_one_of},
    scan::{Tag, Token, scan},
};

/// Makes one line of plain text out of whatever a publisher put into a title or a name.
///
/// Tags go, entities become what they stand for (twice, where they were escaped twice), control characters,
/// bidirectional overrides and zero-width junk go, white space folds to single spaces. The joiners that
/// emoji and several scripts need stay.
pub fn plain_line(untrusted: &str) -> String {
    if !untrusted.contains(['<', '&']) {
        return fold(untrusted);
    }
    let mut stripped = String::with_capacity(untrusted.len());
    let mut closed: Vec<&str> = Vec::new();
    for token in scan(untrusted) {
        if let Token::End(tag) = token
            && is_known(tag.name)
            && !is_one_of(tag.name, &closed)
        {
            closed.push(tag.name);
        }
    }
    let mut rest = scan(untrusted);
    let mut read = 0;
    while let Some(token) = rest.next() {
        read += usize::from(!matches!(token, Token::Comment(_)));
        match token {
            Token::Text(text) => stripped.push_str(text),
            Token::Start(tag) if has_no_text(tag.name) && is_markup(tag, &closed) => rest.skip_content(tag.name),
            // `Vec<T>` and "The <main> element" are no markup: only what HTML knows, and what is closed, is taken for tags.
            Token::Start(tag) | Token::End(tag) if !is_markup(tag, &closed) => {
                stripped.extend(["&lt;", &tag.source[1..tag.source.len() - 1], "&gt;"]);
            }
            Token::Start(tag) | Token::End(tag) if parts_words(tag.name) => stripped.push(' '),
            Token::Start(_) | Token::End(_) | Token::Comment(_) => {}
        }
    }
    if read == 0 && untrusted.contains('<') {
        // Nothing but an unfinished tag: it was a `<` in a sentence.
        stripped.push_str(untrusted);
    }
    let once = decode_entities(&stripped);
    fold(&decode_entities(&once))
}

/// Replaces entities by what they stand for.
pub(crate) fn decode_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity(rest) {
            Some((meaning, length)) => {
                out.push_str(&meaning);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Reads the entity at the start of `text`: its meaning and its length.
fn entity(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let end = text.as_bytes().iter().take(40).position(|byte| *byte == b';')?;
    let name = &text[1..end];
    let meaning = match name {
        "amp" => "&".into(),
        "lt" => "<".into(),
        "gt" => ">".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        "nbsp" => "\u{a0}".into(),
        _ if name.starts_with('#') => numeric(&name[1..])?.to_string().into(),
        _ if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            // The parser knows all 2,231 names; one that it does not know comes back as it was.
            let parsed = dom_query::Document::fragment(&text[..=end]).text().to_string();
            if parsed.starts_with('&') && parsed.len() > 1 {
                return None;
            }
            parsed.into()
        }
        _ => return None,
    };
    Some((meaning, end + 1))
}

/// Reads the number of a numeric entity; 128 to 159 mean what Windows-1252 means by them.
fn numeric(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    if let (0x80..=0x9f, Ok(octet)) = (code, u8::try_from(code)) {
        let octets = [octet];
        return encoding_rs::WINDOWS_1252.decode_without_bom_handling(&octets).0.chars().next();
    }
    char::from_u32(code).or(Some('\u{fffd}'))
}

/// Folds white space, removes what is not seen, and trims.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_folded(&mut out, text);
    while out.ends_with([' ', '\u{200c}', '\u{200d}']) {
        out.pop();
    }
    out
}

/// Appends `text` to a line; no white space at its start or after white space.
pub(super) fn push_folded(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii_graphic() {
            out.push(c);
        } else if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if matches!(c, '\u{200c}' | '\u{200d}') {
            // A joiner joins two letters or two emoji; elsewhere it is junk.
            let joins = |c: char| !c.is_ascii() && !c.is_whitespace() && !is_invisible(c);
            if out.chars().next_back().is_some_and(joins) && chars.peek().copied().is_some_and(joins) {
                out.push(c);
            }
        } else if !is_invisible(c) || is_flag_part(out, c) {
            out.push(c);
        }
    }
}

/// Says whether `c` is a control character, an override of direction, or has no width and no meaning.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// The flags of England, Scotland and Wales are spelt with tag characters after a black flag.
fn is_flag_part(before: &str, c: char) -> bool {
    let tag = |c: char| ('\u{e0020}'..='\u{e007f}').contains(&c);
    tag(c) && before.chars().next_back().is_some_and(|last| last == '\u{1f3f4}' || tag(last))
}

/// Says whether a tag marks something up, rather than being spoken of: HTML knows it, and it is one of the `closed`.
fn is_markup(tag: Tag<'_>, closed: &[&str]) -> bool {
    is_known(tag.name)
        && (tag.source.starts_with("</")
            || tag.has_attributes()
            || tag.is(&["br", "wbr", "p", "li"])
            || is_one_of(tag.name, closed))
}

fn parts_words(name: &str) -> bool {
    is_block(name) || is_one_of(name, &["br", "td", "th", "img"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(untrusted: &str, expect: &str) {
        assert_eq!(plain_line(untrusted), expect);
    }

    #[test]
    fn titles_become_one_plain_line() {
        check("A boat", "A boat");
        check("  A \n\t boat\r\n", "A boat");
        check("A <b>bold</b> boat", "A bold boat");
        check("One<br>two<p>three</p>", "One two three");
        check("Fish &amp; chips", "Fish & chips");
        check("Caf&eacute; &hellip; &#8212; &#x2014; &#151;", "Café … — — —");
        check("&amp;lt;b&amp;gt; and &amp;amp;", "<b> and &");
        check("R&D &unknown; AT&T;", "R&D &unknown; AT&T;");
        check("5 < 6 and 7 > 6", "5 < 6 and 7 > 6");
        check("Vec<T> or Option<Boat>", "Vec<T> or Option<Boat>");
        check("<script>alert(1)</script>Safe<style>b{}</style>", "Safe");
        check("<3", "<3");
        check("How I failed the <a>", "How I failed the <a>");
        check("Why <script> and <style> block", "Why <script> and <style> block");
        check("The &lt;main&gt; element", "The <main> element");
        check("The <b>", "The <b>");
        check("", "");
    }

    #[test]
    fn what_is_not_seen_goes_and_what_joins_stays() {
        check("a\0b\u{7}c\u{85}d", "abc d");
        check("evil\u{202e}gpj.exe\u{2066}", "evilgpj.exe");
        check("a\u{200b}b\u{feff}c\u{ad}d", "abcd");
        check("a\u{2028}b\u{2029}c", "a b c");
        check("👩\u{200d}🚀 می\u{200c}خواهم", "👩\u{200d}🚀 می\u{200c}خواهم");
        check("a\u{200d}b\u{200d}", "ab");
        check("🏴\u{e0067}\u{e0062}\u{e007f}x\u{e0041}", "🏴\u{e0067}\u{e0062}\u{e007f}x");
        check("Bcc: x\r\nSubject: y", "Bcc: x Subject: y");
    }

    proptest! {
        #[test]
        fn a_line_is_a_line(untrusted in "\\PC{0,20}[<>&;#a-b\r\n\u{2028}\0é ]{0,40}") {
            let line = plain_line(&untrusted);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert_eq!(line.trim(), &line);
        }
    }
}
