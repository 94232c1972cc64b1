//! A whole page, made safe for tree builders.

use std::borrow::Cow;

use super::{
    clean::{MAX_ELEMENTS, SELF_ENDING},
    scan::{Tag, Token, scan},
};

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
