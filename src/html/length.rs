//! The length of a text as its reader counts it, in graphemes, with a bound on octets: one letter may carry a million
//! marks. A whole page is made safe for tree builders in the same way.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    clean::{MAX_ELEMENTS, SELF_ENDING},
    scan::{Tag, Token, scan},
};

/// No grapheme that people write has more octets; a kiss between two people of different skins has 35.
const MAX_GRAPHEME: usize = 48;

/// Says whether `text` has at most `most` graphemes, none of which weighs more than people write.
pub fn fits(text: &str, most: usize) -> bool {
    // No grapheme is shorter than an octet, so most texts need no counting.
    text.len() <= most && (text.len() <= MAX_GRAPHEME || text.is_ascii())
        || text.len() <= most.saturating_mul(MAX_GRAPHEME)
            && text.graphemes(true).enumerate().all(|(at, grapheme)| at < most && grapheme.len() <= MAX_GRAPHEME)
}

/// The first `most` graphemes of a line, cut after a word where one ends near; marks that nobody can read go.
pub fn shorten(text: &str, most: usize) -> String {
    let text = text.trim();
    if fits(text, most) {
        return text.to_owned();
    }
    let mut head = String::new();
    let mut is_whole = true;
    for (at, grapheme) in text.graphemes(true).enumerate() {
        if at >= most {
            is_whole = false;
            break;
        }
        head.push_str(&grapheme[..grapheme.floor_char_boundary(MAX_GRAPHEME)]);
    }
    if is_whole {
        return head;
    }
    let space = head.rfind(char::is_whitespace).filter(|space| *space > head.len() / 2).unwrap_or(head.len());
    format!("{}…", head[..space].trim_end_matches([' ', ',', '.', ';', ':', '·', '、', '。', '،']))
}

/// Deeper than this, tags are left out and their content stays.
const MAX_DEPTH: usize = 250;

/// A tree weighs ten times its page, so what a larger one says after so many octets is left out, and first of all what
/// is not said: scripts, styles, drawings, pictures inside of tags.
const MAX_PAGE: usize = 2 << 20;

/// Longer tags carry a picture, not an attribute.
const MAX_TAG: usize = 64 << 10;

/// Gives a page back as it is, or without what would make its tree deeper or larger than a tree builder bears.
pub fn limit(page: &str) -> Cow<'_, str> {
    if page.len() <= MAX_PAGE && is_within_limits(page) { Cow::Borrowed(page) } else { Cow::Owned(flattened(page)) }
}

fn ends_itself(tag: Tag<'_>) -> bool {
    tag.is_empty() || tag.is(SELF_ENDING)
}

/// Says whether a tree builder bears what stands here: not too deep, and not too many elements.
pub fn is_within_limits(page: &str) -> bool {
    let (mut depth, mut elements) = (0usize, 0usize);
    for token in scan(page) {
        match token {
            Token::Start(tag) if !ends_itself(tag) => (depth, elements) = (depth + 1, elements + 1),
            Token::End(tag) if !ends_itself(tag) => depth = depth.saturating_sub(1),
            Token::Start(_) => elements += 1,
            _ => {}
        }
        if depth > MAX_DEPTH || elements > MAX_ELEMENTS {
            return false;
        }
    }
    true
}

fn flattened(page: &str) -> String {
    let is_large = page.len() > MAX_PAGE;
    let mut out = String::with_capacity(page.len().min(MAX_PAGE));
    let mut open: Vec<&str> = Vec::new();
    let mut elements = 0;
    let mut rest = scan(page);
    while let Some(token) = rest.next().filter(|_| out.len() <= MAX_PAGE) {
        match token {
            Token::Start(tag) if is_large && tag.is(&["script", "style", "svg"]) && !is_linked_data(tag) => {
                rest.skip_content(tag.name);
                continue;
            }
            Token::Start(tag) if tag.source.len() > MAX_TAG => continue,
            Token::Start(tag) => {
                elements += 1;
                let ends = ends_itself(tag);
                if elements > MAX_ELEMENTS || (!ends && open.len() >= MAX_DEPTH) {
                    continue;
                }
                if !ends {
                    open.push(tag.name);
                }
            }
            Token::End(tag) => match open.iter().rposition(|there| tag.is(&[there])) {
                Some(at) => open.truncate(at),
                None if ends_itself(tag) => {}
                None => continue,
            },
            Token::Comment(_) => continue,
            Token::Text(_) => {}
        }
        out.push_str(token.source());
    }
    out
}

/// JSON-LD names an article's title, author and date.
fn is_linked_data(tag: Tag<'_>) -> bool {
    tag.attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_cut_after_a_word() {
        assert_eq!(shorten("The quay is closed", 40), "The quay is closed");
        assert_eq!(shorten("The quay, the mole", 12), "The quay…");
        assert_eq!(shorten("Hafenmeisterei", 5), "Hafen…");
        assert!(fits("👩🏿\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👩🏽", 1) && !fits("ab", 1));
    }

    #[test]
    fn marks_that_nobody_can_read_go() {
        let zalgo = format!("e{} boat", "\u{301}".repeat(20_000));
        assert!(!fits(&zalgo, 200));
        let cut = shorten(&zalgo, 200);
        assert!(cut.len() < 80 && cut.ends_with(" boat"), "{} octets", cut.len());
        assert!(fits(&cut, 200));
    }

    proptest! {
        #[test]
        fn what_was_cut_fits(text in "(\\PC|e\u{301}{0,90}| ){0,60}", most in 1_usize..40) {
            let cut = shorten(&text, most);
            prop_assert!(fits(&cut, most + 1), "{cut:?}");
            prop_assert!(cut.len() <= most * MAX_GRAPHEME + 3);
        }
    }

    #[test]
    fn only_pages_that_are_too_deep_change() {
        let page = "<html><body><p>a<br>b</body></html>";
        assert!(matches!(limit(page), Cow::Borrowed(_)));
        let deep = limit(&"<div>".repeat(100_000)).into_owned();
        assert_eq!(deep.matches("<div>").count(), MAX_DEPTH);
    }

    #[test]
    fn a_large_page_loses_what_it_does_not_say() {
        let filler = "x".repeat(MAX_PAGE);
        let page = format!(
            "<script type=\"application/ld+json\">{{}}</script><script>{filler}</script><style>{filler}</style>\
             <img src=\"data:{filler}\"><p>Said.</p>{filler}<p>Not said.</p>"
        );
        let small = limit(&page);
        assert!(small.starts_with("<script type=\"application/ld+json\">{}</script><p>Said.</p>xx"));
        assert!(!small.contains("Not said."));
    }
}
