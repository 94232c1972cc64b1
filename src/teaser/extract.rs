//! The sentences of the body that say most.
//!
//! For now these are the first that can stand by themselves; what weighs them against each other comes here.

use super::{Material, Reason, Style, checks, fit, sentence};
use crate::html::{Block, BlockKind};

/// A long post says what it is about within so many sentences.
const LOOK_AT: usize = 60;

/// Takes the first good sentence, and those right behind it that are good and fit.
pub(super) fn make(material: &Material<'_>, style: &Style) -> Result<String, Reason> {
    if style.max_sentences == 0 {
        return Err("no sentence allowed".into());
    }
    let running = |block: &&Block| block.kind == BlockKind::Paragraph;
    let listed = |block: &&Block| matches!(block.kind, BlockKind::ListItem | BlockKind::Quote);
    from_blocks(material, material.blocks.iter().filter(running), style)
        .or_else(|| from_blocks(material, material.blocks.iter().filter(listed), style))
        .ok_or(Reason::Borrowed("no good sentence within the limits"))
}

fn from_blocks<'a>(material: &Material<'_>, blocks: impl Iterator<Item = &'a Block>, style: &Style) -> Option<String> {
    let mut teaser = String::new();
    let mut taken = 0;
    let sentences = blocks.flat_map(|block| sentence::sentences(&block.text)).take(LOOK_AT);
    for sentence in sentences {
        let sentence = fit::one_line(sentence);
        let good = checks::is_good_sentence(&sentence, material);
        let longer = if teaser.is_empty() { sentence } else { join(&teaser, &sentence) };
        if good && fit::fits(&longer, style) {
            teaser = longer;
            taken += 1;
            if taken < style.max_sentences {
                continue;
            }
        }
        if taken > 0 {
            break;
        }
    }
    (taken > 0).then_some(teaser)
}

/// Chinese and Japanese sentences stand without a space between them.
fn join(first: &str, second: &str) -> String {
    let space = if second.starts_with(fit::is_unspaced) { "" } else { " " };
    format!("{first}{space}{second}")
}

/// The sentences that say most, in the order of the post, at most `n`: what a language model is shown.
pub(super) fn best(material: &Material<'_>, n: usize) -> Vec<String> {
    let running = |block: &&Block| matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Quote);
    let sentences = material.blocks.iter().filter(running).flat_map(|block| sentence::sentences(&block.text));
    let good = |sentence: &String| checks::is_good_sentence(sentence, material);
    sentences.take(LOOK_AT).map(fit::one_line).filter(good).take(n).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Maker, tests::made};
    use crate::html::BlockKind::{self, Caption, Code, Heading, ListItem, Paragraph};

    #[track_caller]
    fn check(blocks: &[(BlockKind, &str)], expect: Option<&str>) {
        assert_eq!(made(Maker::Extract, "", blocks).ok().as_deref(), expect);
    }

    #[test]
    fn furniture_is_skipped() {
        let found = (Paragraph, "Divers found a hole in the quay. It is as wide as a door.");
        let expect = Some("Divers found a hole in the quay. It is as wide as a door.");
        check(&[found], expect);
        check(&[(Heading(2), "This is a heading, not a sentence."), found], expect);
        check(
            &[(Caption, "A diver looks at the quay on Sunday."), (Code, "let a = 1; // That is all there is."), found],
            expect,
        );
        check(&[(Paragraph, "By Jane Doe"), (Paragraph, "Posted January 09, 2025."), found], expect);
        check(&[(Paragraph, "Here is what they found below:"), found], expect);
        check(&[(Paragraph, "The quay is closed."), found], expect);
        check(
            &[(Paragraph, "Share"), (ListItem, "The repair will take until May.")],
            Some("The repair will take until May."),
        );
        check(&[(Code, "only code.")], None);
        check(&[], None);
    }

    #[test]
    fn sentences_that_are_too_long_are_passed_over() {
        let long = format!("The {}quay.", "old and very long ".repeat(9));
        let text = format!("{long} The repair will take until May.");
        check(&[(Paragraph, &text)], Some("The repair will take until May."));
        check(&[(Paragraph, &long)], None);
    }

    #[test]
    fn chinese_and_japanese_sentences_stand_close() {
        check(
            &[(Paragraph, "朝の港はとても静かだった。"), (Paragraph, "漁船が沖へ出ていった。")],
            Some("朝の港はとても静かだった。漁船が沖へ出ていった。"),
        );
    }
}
