//! The first sentences of the body, as they stand.

use super::{checks, input::TeaserInput, limits, result::RefusalReason, sentence};
use crate::html::{Block, BlockKind};

/// So many sentences are looked at.
const MAX_SENTENCES_READ: usize = 200;

/// Takes whole sentences from the first one on that can stand in a teaser.
pub(super) fn tease(input: &TeaserInput<'_>) -> Result<String, RefusalReason> {
    let mut reason = None;
    let found = starts(input).find_map(|(block, sentence)| {
        if checks::find_sentence_defect(sentence, input).is_some() {
            return None;
        }
        longest(input, block, sentence, |text| {
            let defect = checks::find_defect(text, input);
            reason = reason.or(defect);
            defect.is_none()
        })
    });
    found.ok_or_else(|| reason.unwrap_or("no good sentence within the limits").into())
}

/// The first sentences that pass the checks where nothing better is left: they may be short or a question.
pub(super) fn fallback(input: &TeaserInput<'_>) -> Option<String> {
    starts(input).find_map(|(block, sentence)| {
        longest(input, block, sentence, |text| checks::find_hard_defect(text, input).is_none())
    })
}

/// As many sentences from `sentence` on as are within the limits and `good`; `None` where not even the first is.
fn longest(
    input: &TeaserInput<'_>,
    block: usize,
    sentence: &str,
    mut good: impl FnMut(&str) -> bool,
) -> Option<String> {
    let blocks = input.blocks.get(block..)?;
    let mut following = spoken(blocks).flat_map(|(_, block)| sentence::split_sentences(&block.text));
    following.find(|next| std::ptr::eq(*next, sentence))?;
    let mut text = limits::one_line(sentence);
    let mut texts = Vec::new();
    for _ in 0..input.options.max_sentences.min(4) {
        if !limits::fits(&text, input.options) {
            break;
        }
        texts.push(text.clone());
        let Some(next) = following.next() else { break };
        let space = if next.starts_with(limits::is_unspaced) { "" } else { " " };
        text = format!("{text}{space}{}", limits::one_line(next));
    }
    texts.into_iter().rev().find(|text| good(text))
}

/// The sentences of the body with the number of their block: running text, lists and quotations in their order.
fn starts<'a>(input: &TeaserInput<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    let sentences =
        |(number, block): (usize, &'a Block)| sentence::split_sentences(&block.text).map(move |next| (number, next));
    spoken(input.blocks).flat_map(sentences).take(MAX_SENTENCES_READ)
}

fn spoken(blocks: &[Block]) -> impl Iterator<Item = (usize, &Block)> {
    let spoken = |kind: BlockKind| matches!(kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Quote);
    blocks.iter().enumerate().filter(move |(_, block)| spoken(block.kind))
}

#[cfg(test)]
mod tests {
    use super::super::{TeaserMethod, tests::made};
    use crate::html::BlockKind::{self, Heading, Paragraph};

    #[track_caller]
    fn check(blocks: &[(BlockKind, &str)], expect: Result<&str, &str>) {
        assert_eq!(made(TeaserMethod::Lead, "", blocks), expect.map(str::to_owned).map_err(Into::into));
    }

    #[test]
    fn the_first_sentences_as_they_stand() {
        let two = Ok("The pump broke. Divers saw it.");
        check(&[(Paragraph, "The pump broke. Divers saw it. They left.")], two);
        check(&[(Heading(1), "A heading."), (Paragraph, "The pump broke."), (Paragraph, "Divers saw it.")], two);
        check(&[(Paragraph, "The pump broke."), (Paragraph, "Divers and")], Ok("The pump broke."));
        check(
            &[(Paragraph, "By Jane Doe"), (Paragraph, "9 May 2025"), (Paragraph, "The pump broke.")],
            Ok("The pump broke."),
        );
        check(&[(Paragraph, "It broke. Divers saw the pump.")], Ok("Divers saw the pump."));
        check(&[(Paragraph, "–"), (Paragraph, "no end")], Err("no good sentence within the limits"));
        check(&[], Err("no good sentence within the limits"));
    }

    #[test]
    fn a_short_sentence_takes_the_next_one_along() {
        let next = "It had run for thirty years without anybody looking at it.";
        let both = format!("The pump broke. {next}");
        check(&[(Paragraph, &both)], Ok(&both));
    }
}
