//! The news of a list in one line, for posts that are mostly lists.

use super::{
    super::{checks, limits::one_line},
    stop_words::is_character_word,
};
use crate::html::{Block, BlockKind};

/// An item longer than this is no headline.
const MAX_HEADLINE_BYTES: usize = 110;
/// So many items are read.
const MAX_ITEMS_READ: usize = 80;
/// Nobody reads a longer row.
const MAX_HEADLINES: usize = 12;

/// What the list items of a post are about, in their order: what stands before the colon or the dash of an item;
/// where no items have such a label, the short items themselves.
pub(super) fn headlines(blocks: &[Block]) -> Vec<String> {
    let items = blocks.iter().filter(|block| block.kind == BlockKind::ListItem).take(MAX_ITEMS_READ);
    let (mut labels, mut short): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for (headline, labelled) in items.filter_map(|item| headline(&item.text)) {
        let found = if labelled { &mut labels } else { &mut short };
        if found.len() < MAX_HEADLINES && !found.contains(&headline) {
            found.push(headline);
        }
        if labels.len() == MAX_HEADLINES {
            break;
        }
    }
    if labels.len() >= 2 { labels } else { short }
}

/// What one item is about, and whether the item says more than that.
fn headline(item: &str) -> Option<(String, bool)> {
    // Only the beginning can be a headline.
    let item = one_line(item.get(..item.floor_char_boundary(3 * MAX_HEADLINE_BYTES))?);
    let item = item.trim_start_matches(|c: char| !c.is_alphanumeric() && !"\"“„«「『¿¡".contains(c));
    let label = [": ", "：", " – ", " — ", " -- "].iter().filter_map(|sign| item.find(sign)).min();
    let head =
        label.map_or(item.trim_end_matches(['.', '。', ';', '；', ',']), |at| item.get(..at).unwrap_or_default());
    let head = head.trim();
    let letters = head.chars().filter(|c| c.is_alphabetic()).map(|c| 1 + u8::from(is_character_word(c)));
    let letters: usize = letters.map(usize::from).sum();
    // "the first of three reasons" is a part of an enumeration; "Node.js 24" is one headline, "Yes. No" is two.
    let begins = !head.starts_with(char::is_lowercase);
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| !c.is_whitespace());
    let whole = head.split(['.', '?', '!']).skip(1).all(ends) && !head.contains(['。', '！', '？', ';', '；']);
    // A colon at its end has its news in a list of its own.
    let whole = whole && !head.ends_with([':', '：', ',', '，', '、']);
    // "2 cups of flour" is an ingredient, and a hash names a change and no news.
    let whole = whole && (label.is_some() || !head.starts_with(|c: char| c.is_ascii_digit()));
    let good = letters >= 6 && head.len() <= MAX_HEADLINE_BYTES && begins && whole && checks::is_usable_phrase(head);
    good.then(|| (head.to_owned(), label.is_some()))
}

/// The row of the first `count` headlines, with what parts and ends them in the script of the post.
pub(super) fn join_headlines(headlines: &[String]) -> String {
    let wide = headlines.iter().any(|headline| headline.ends_with(is_character_word));
    let (between, end) = if wide { ("；", "。") } else { ("; ", ".") };
    let mut row = headlines.join(between);
    if !row.ends_with(['?', '!']) {
        row.push_str(end);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(items: &[&str], expect: &str) {
        let block = |text: &&str| Block { kind: BlockKind::ListItem, text: (*text).to_owned() };
        let blocks: Vec<Block> = items.iter().map(block).collect();
        assert_eq!(join_headlines(&headlines(&blocks)), expect);
    }

    #[test]
    fn lists_become_a_row() {
        check(
            &["New crane: it lifts forty tonnes.", "Ferry timetable: two more boats.", "None.", "a part of it: no."],
            "New crane; Ferry timetable.",
        );
        check(&["The crane of the north quay", "A ferry at night?"], "The crane of the north quay; A ferry at night?");
        check(&["Night ferry", "Jane of the quay:", "New lamps"], "Night ferry; New lamps.");
        check(&["3 potatoes from the quay", "Salt of the harbour"], "Salt of the harbour.");
        check(&["新的起重机：它能吊四十吨。", "渡轮时刻表更新：多两班船。"], "新的起重机；渡轮时刻表更新。");
        check(
            &["Node.js 24 – what is new in it", "See (below: it closes", "Tide tables – the year"],
            "Node.js 24; Tide tables.",
        );
    }
}
