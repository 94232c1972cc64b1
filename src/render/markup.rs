//! Says whether HTML stays in its cell.

use crate::html::{Token, scan};

/// Tags may be nested this deep; clients give up on much less.
const DEPTH: usize = 100;

/// Says whether every tag is closed, the last opened first, and none is nested too deep.
///
/// Cleaning leaves nothing else (`html::clean`); what got past it would spill over into the posts after it.
pub(super) fn is_sound(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for token in scan(html) {
        match token {
            Token::Start(tag) if tag.is_empty() => {}
            Token::Start(tag) => open.push(tag.name),
            Token::End(tag) if open.pop() == Some(tag.name) => {}
            Token::Text(text) if !text.contains('<') => {}
            Token::End(_) | Token::Text(_) | Token::Comment(_) => return false,
        }
        if open.len() > DEPTH {
            return false;
        }
    }
    open.is_empty()
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
