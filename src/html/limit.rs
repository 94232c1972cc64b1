//! A whole page, made safe for tree builders.

use std::borrow::Cow;

use super::{
    clean::{MAX_ELEMENTS, SELF_ENDING},
    scan::{Tag, Token, scan},
};

/// Deeper than this, tags are left out and their content stays.
const MAX_DEPTH: usize = 250;

/// Gives a page back as it is, or without the tags that would make its tree deeper or larger than a tree
/// builder bears.
pub fn limit_depth(page: &str) -> Cow<'_, str> {
    if is_within_limits(page) { Cow::Borrowed(page) } else { Cow::Owned(flattened(page)) }
}

fn ends_itself(tag: Tag<'_>) -> bool {
    tag.is_empty() || tag.is(SELF_ENDING)
}

fn is_within_limits(page: &str) -> bool {
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
    let mut out = String::with_capacity(page.len());
    let mut open: Vec<&str> = Vec::new();
    let mut elements = 0;
    for token in scan(page) {
        match token {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_are_too_deep_change() {
        let page = "<html><body><p>a<br>b</body></html>";
        assert!(matches!(limit_depth(page), Cow::Borrowed(_)));
        let deep = limit_depth(&"<div>".repeat(100_000)).into_owned();
        assert_eq!(deep.matches("<div>").count(), MAX_DEPTH);
    }
}
