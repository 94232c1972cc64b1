//! A whole page, made safe for tree builders.

use std::borrow::Cow;

use super::{
    clean::{MOST, SELF_ENDING},
    plain::is_one_of,
    token::{Token, tokens},
};

/// Deeper than this, tags are left out and their content stays.
const DEEPEST: usize = 250;

/// Gives a page back as it is, or without the tags that would make its tree deeper or larger than a tree
/// builder bears.
pub fn shallow(page: &str) -> Cow<'_, str> {
    if bears(page) { Cow::Borrowed(page) } else { Cow::Owned(flattened(page)) }
}

fn ends_itself(name: &str, raw: &str) -> bool {
    raw.ends_with('/') || is_one_of(name, SELF_ENDING) || is_one_of(name, &["meta", "link", "input", "source", "col"])
}

fn bears(page: &str) -> bool {
    let (mut depth, mut elements) = (0usize, 0usize);
    for token in tokens(page) {
        match token {
            Token::Start(name, raw) if !ends_itself(name, raw) => (depth, elements) = (depth + 1, elements + 1),
            Token::End(name) if !ends_itself(name, "") => depth = depth.saturating_sub(1),
            Token::Start(..) => elements += 1,
            _ => {}
        }
        if depth > DEEPEST || elements > MOST {
            return false;
        }
    }
    true
}

fn flattened(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut open: Vec<&str> = Vec::new();
    let mut elements = 0;
    for token in tokens(page) {
        match token {
            Token::Text(text) => out.push_str(text),
            Token::Start(name, raw) => {
                elements += 1;
                let ends = ends_itself(name, raw);
                if elements > MOST || (!ends && open.len() >= DEEPEST) {
                    continue;
                }
                if !ends {
                    open.push(name);
                }
                out.extend(["<", name, raw, ">"]);
            }
            Token::End(name) => {
                let there = open.iter().rposition(|there| there.eq_ignore_ascii_case(name));
                if let Some(at) = there {
                    open.truncate(at);
                }
                if there.is_some() || ends_itself(name, "") {
                    out.extend(["</", name, ">"]);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_that_are_too_deep_change() {
        let page = "<html><body><p>a<br>b</body></html>";
        assert!(matches!(shallow(page), Cow::Borrowed(_)));
        let deep = shallow(&"<div>".repeat(100_000)).into_owned();
        assert_eq!(deep.matches("<div>").count(), DEEPEST);
    }
}
