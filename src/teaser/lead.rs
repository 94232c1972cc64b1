//! The first sentences of the body, as they stand.

use super::{Material, Reason, Style, checks, fit, sentence};
use crate::html::BlockKind;

/// Takes whole sentences from the start of the first paragraph that has one.
pub(super) fn make(material: &Material<'_>, style: &Style) -> Result<String, Reason> {
    let (first, rest) = first_paragraph(material).ok_or("empty")?;
    if !sentence::is_ended(&first) {
        return Err("does not end as a sentence".into());
    }
    let lead = fit::whole(&first, style).ok_or("no whole sentence within the limits")?;
    // A paragraph of one short sentence takes the next one along.
    let longer = rest.map(|next| format!("{first} {next}"));
    Ok(longer
        .filter(|_| lead == first)
        .and_then(|both| fit::whole(&both, style))
        .filter(|both| sentence::is_ended(both))
        .unwrap_or(lead))
}

/// The beginning of the body's first words, whatever they are, cut behind a word.
pub(super) fn shorten(material: &Material<'_>, style: &Style) -> Option<String> {
    let text = first_paragraph(material).map(|(first, _)| first).or_else(|| {
        let spoken = |kind: BlockKind| matches!(kind, BlockKind::ListItem | BlockKind::Quote);
        let block = material.blocks.iter().find(|block| spoken(block.kind) && has_words(&block.text))?;
        Some(fit::one_line(&block.text))
    })?;
    first_words(&text, style)
}

/// The first sentence of `text`, cut behind a word where it is too long or does not end.
pub(super) fn first_words(text: &str, style: &Style) -> Option<String> {
    let first = sentence::sentences(text).next().filter(|first| has_words(first))?;
    if fit::fits(first, style) && sentence::is_ended(first) {
        return Some(first.to_owned());
    }
    fit::cut(first, style)
}

/// The first paragraph with words in it that is no byline or the like, and the one behind it.
fn first_paragraph(material: &Material<'_>) -> Option<(String, Option<String>)> {
    let paragraphs = material.blocks.iter().filter(|block| block.kind == BlockKind::Paragraph);
    let good = |text: &String| has_words(text) && !checks::is_boilerplate(text);
    let mut paragraphs = paragraphs.map(|block| fit::one_line(&block.text)).filter(good);
    Some((paragraphs.next()?, paragraphs.next()))
}

fn has_words(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::super::{Maker, tests::made};
    use crate::html::BlockKind::{self, Heading, Paragraph};

    #[track_caller]
    fn check(blocks: &[(BlockKind, &str)], expect: Result<&str, &str>) {
        assert_eq!(made(Maker::Lead, "", blocks), expect.map(str::to_owned).map_err(Into::into));
    }

    #[test]
    fn the_first_sentences_as_they_stand() {
        check(&[(Paragraph, "It broke. Divers saw it. They left.")], Ok("It broke. Divers saw it."));
        check(
            &[(Heading(1), "A heading."), (Paragraph, "It broke."), (Paragraph, "Divers saw it.")],
            Ok("It broke. Divers saw it."),
        );
        check(&[(Paragraph, "It broke."), (Paragraph, "Divers and")], Ok("It broke."));
        check(&[(Paragraph, "–"), (Paragraph, "no end")], Err("does not end as a sentence"));
        check(&[], Err("empty"));
    }
}
