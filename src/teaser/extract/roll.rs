//! Roll-ups: the news of a list in one line, for posts that are mostly lists.

use crate::{
    html::{Block, BlockKind},
    teaser::fit::one_line,
};

/// An item longer than this is no headline.
const LONGEST: usize = 110;
/// Nobody reads a longer row.
const MOST: usize = 12;

/// What the list items of a post are about, in their order: what stands before the colon or the dash of an item, or
/// a short item as a whole.
pub(super) fn headlines(blocks: &[Block]) -> Vec<String> {
    let items = blocks.iter().filter(|block| block.kind == BlockKind::ListItem);
    let mut found: Vec<String> = Vec::new();
    for item in items.take(200) {
        if let Some(headline) = headline(&item.text).filter(|headline| !found.contains(headline)) {
            found.push(headline);
            if found.len() == MOST {
                break;
            }
        }
    }
    found
}

/// What one item is about.
fn headline(item: &str) -> Option<String> {
    let item = one_line(item);
    let item = item.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"“„«「『¿¡".contains(c));
    let head = [": ", "：", " – ", " — ", " -- "].iter().filter_map(|sign| item.find(sign)).min();
    let head = match head {
        Some(at) => item.get(..at)?,
        None => item.trim_end_matches(['.', '。', ';', '；', ',']),
    };
    let head = head.trim();
    let words = head.chars().filter(|c| c.is_alphabetic()).count();
    let whole = !head.contains(['.', '?', '!', '。', '！', '？', ';', '；', '\u{fffd}']) || head.ends_with(['?', '!']);
    let whole = whole || head.split(['.', '?', '!']).skip(1).all(|rest| rest.starts_with(char::is_alphanumeric));
    (words >= 6 && head.len() <= LONGEST && whole && balanced(head)).then(|| head.to_owned())
}

/// The row of the first `count` headlines, with what parts and ends them in the script of the post.
pub(super) fn roll(headlines: &[String]) -> String {
    let wide = headlines.iter().any(|headline| headline.ends_with(super::stop::is_character_word));
    let (between, end) = if wide { ("；", "。") } else { ("; ", ".") };
    let mut row = headlines.join(between);
    if !row.ends_with(['?', '!']) {
        row.push_str(end);
    }
    row
}

fn balanced(text: &str) -> bool {
    [('(', ')'), ('“', '”'), ('[', ']')]
        .iter()
        .all(|(open, close)| text.matches(*open).count() == text.matches(*close).count())
        && text.matches('"').count() % 2 == 0
}
