//! What HTML tells of itself by its tags alone: whether it stays in its cell, where a tag ends.

/// Tags may be nested this deep; clients give up on much less.
const DEPTH: usize = 100;

/// Says whether every tag is closed, the last opened first, and none is nested too deep.
///
/// Cleaning leaves nothing else (`html::clean`); what got past it would spill over into the posts after it.
pub(super) fn is_sound(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let Some(end) = rest.find('>') else { return false };
        let tag = &rest[..end];
        let name = tag.trim_start_matches('/').split([' ', '/', '\n', '\t']).next().unwrap_or_default();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !name.starts_with(|char: char| char.is_ascii_alphabetic()) {
            return false;
        } else if !tag.ends_with('/') && !is_void(name) {
            open.push(name);
            if open.len() > DEPTH {
                return false;
            }
        }
        rest = &rest[end + 1..];
    }
    open.is_empty()
}

/// Says whether an element has no end tag (HTML, 13.1.2).
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// The octets of the tag at the start, up to and with its `>`; all where it has none.
pub(super) fn tag_length(rest: &str) -> usize {
    let mut quote = None;
    for (at, octet) in rest.bytes().enumerate() {
        match (quote, octet) {
            (None, b'"' | b'\'') => quote = Some(octet),
            (Some(open), _) if open == octet => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_closed_markup_is_sound() {
        for sound in ["", "words &lt; more", "<p>a <b>b</b><br>c<img src=\"x\"></p>", "<p>a</p><hr/>"] {
            assert!(is_sound(sound), "{sound}");
        }
        for broken in ["<p>a", "</p>", "<p><b></p></b>", "5 < 6", "<!-- x -->", "<p", &"<b>".repeat(101)] {
            assert!(!is_sound(broken), "{broken}");
        }
    }
}
