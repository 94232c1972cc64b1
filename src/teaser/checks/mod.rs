//! What no teaser may be: one table, a row for each defect.
//!
//! [`find_defect`] judges a whole teaser, [`find_sentence_defect`] a sentence that may become part of one.

mod balance;
mod boilerplate;
mod checked_text;
mod dangling_start;
mod datelines;
mod filler;
mod markers;

use unicode_segmentation::UnicodeSegmentation;

use self::checked_text::CheckedText;
use super::{
    input::TeaserInput,
    language,
    languages::entries,
    limits, prompt_injection, repetition, script,
    sentence::{is_ended, split_sentences},
};
use crate::{html::BlockKind, source};

pub(super) use self::{
    datelines::strip_dateline,
    markers::{ends_cut_off, strip_cut_marker},
};

/// A defect: its name in words for an editor, what it is looked for in, and what finds it.
struct Check {
    name: &'static str,
    of: Scope,
    by: Author,
    wrong: fn(&CheckedText<'_>, &TeaserInput<'_>) -> bool,
}

/// Whose words a check refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    /// Everybody's; of the publisher's own if it is true of all of them.
    Anyone,
    /// Those that we chose.
    Us,
    /// The publisher's own: what is no teaser at all.
    Publisher,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Each sentence of a teaser.
    Sentence,
    /// The beginning of a teaser; a second sentence may do it.
    Opening,
    /// The teaser as a whole.
    Teaser,
    /// The teaser as a whole, where anything better exists.
    Preference,
}

/// What [`find_sentence_defect`] says of a sentence that may not open a teaser but may be the second one.
pub(super) const DANGLING: &str = "begins with a word that refers to what is not there";

/// In this order: cheap before dear, and the dangling start behind all else that a sentence is judged by.
#[rustfmt::skip]
const CHECKS: &[Check] = &[
    Check { name: "empty", of: Scope::Sentence, by: Author::Anyone, wrong: |text, _| !text.original.contains(char::is_alphanumeric) },
    Check { name: "cut off", of: Scope::Sentence, by: Author::Anyone, wrong: |text, _| markers::is_cut_off(text) },
    Check { name: "markup", of: Scope::Sentence, by: Author::Us, wrong: |text, _| markers::has_markup(text) },
    Check { name: "markup", of: Scope::Sentence, by: Author::Publisher, wrong: |text, _| markers::has_debris(text) },
    Check { name: "characters that nobody can read", of: Scope::Sentence, by: Author::Anyone, wrong: |text, _| markers::has_unreadable_characters(text.original) },
    Check { name: "only the title again", of: Scope::Sentence, by: Author::Anyone, wrong: |text, input| is_title_again(text, input) },
    Check { name: "announces a list", of: Scope::Sentence, by: Author::Us, wrong: |text, _| announces_list(text) },
    Check { name: "boilerplate", of: Scope::Sentence, by: Author::Us, wrong: |text, _| boilerplate::is_boilerplate(text) },
    Check { name: "boilerplate", of: Scope::Sentence, by: Author::Publisher, wrong: |text, _| is_nothing_but_boilerplate(text) },
    Check { name: "says nothing of the post", of: Scope::Sentence, by: Author::Us, wrong: |text, _| filler::is_filler(text) },
    Check { name: "speaks to a machine", of: Scope::Teaser, by: Author::Anyone, wrong: |text, _| prompt_injection::is_prompt_injection(text.original) },
    Check { name: "a date or a dateline", of: Scope::Sentence, by: Author::Anyone, wrong: |text, _| datelines::is_dateline(text) },
    Check { name: "an item of a list", of: Scope::Sentence, by: Author::Us, wrong: |text, _| datelines::begins_as_list_item(text.original) },
    Check { name: "a byline", of: Scope::Sentence, by: Author::Anyone, wrong: |text, _| source::is_byline(text.original) },
    Check { name: "in many posts of this source", of: Scope::Sentence, by: Author::Anyone, wrong: is_shared_text },
    Check { name: "all in capitals", of: Scope::Sentence, by: Author::Us, wrong: |text, _| is_all_capitals(text.original) },
    Check { name: "begins in the middle of a sentence", of: Scope::Sentence, by: Author::Us, wrong: begins_within },
    Check { name: "a quotation or bracket that is not closed", of: Scope::Sentence, by: Author::Us, wrong: |text, _| balance::is_unbalanced(text.original) },
    Check { name: "does not end as a sentence", of: Scope::Sentence, by: Author::Us, wrong: |text, _| !ends(text.original) },
    Check { name: DANGLING, of: Scope::Opening, by: Author::Us, wrong: has_dangling_start },
    Check { name: "too long", of: Scope::Teaser, by: Author::Anyone, wrong: |text, input| !limits::fits(text.original, input.options) },
    Check { name: "too many sentences", of: Scope::Teaser, by: Author::Us, wrong: |text, input| split_sentences(text.original).nth(input.options.max_sentences).is_some() },
    Check { name: "not in the post's language", of: Scope::Teaser, by: Author::Us, wrong: is_other_language },
    Check { name: "not in the post's language", of: Scope::Teaser, by: Author::Publisher, wrong: |text, input| is_other_language(text, input) && !is_language_of_tag(text, input) },
    Check { name: "the same as the teaser of an earlier post", of: Scope::Teaser, by: Author::Anyone, wrong: |text, input| repetition::repeats_previous(text.original, input.context.earlier) },
    Check { name: "too short", of: Scope::Preference, by: Author::Us, wrong: |text, input| is_too_short(text.original, input) },
    Check { name: "only a question", of: Scope::Preference, by: Author::Us, wrong: |text, _| is_question(text.original) },
];

/// The first defect of `text` as a teaser, in words for an editor.
pub(super) fn find_defect(text: &str, input: &TeaserInput<'_>) -> Option<&'static str> {
    first_defect(text, input, |_| true)
}

/// The first defect of `text` as a teaser where nothing better is left: it may be short, and it may be a question.
pub(super) fn find_hard_defect(text: &str, input: &TeaserInput<'_>) -> Option<&'static str> {
    first_defect(text, input, |of| of != Scope::Preference)
}

/// What makes `text`, the publisher's own words, no teaser at all. One sentence of several may be what it likes.
pub(super) fn find_defect_of_publisher(text: &str, input: &TeaserInput<'_>) -> Option<&'static str> {
    let text = CheckedText::new(text);
    checks_of(Author::Publisher).find(|check| (check.wrong)(&text, input)).map(|check| check.name)
}

/// The checks that the words of `author` have to pass.
fn checks_of(author: Author) -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().filter(move |check| [author, Author::Anyone].contains(&check.by))
}

/// Says whether `words` could stand in a teaser if they were a sentence.
pub(super) fn is_usable_phrase(words: &str) -> bool {
    let text = CheckedText::new(words);
    !markers::has_markup(&text)
        && !markers::has_unreadable_characters(words)
        && !balance::is_unbalanced(words)
        && !boilerplate::is_boilerplate(&text)
        && !datelines::is_dateline(&text)
}

/// The first defect of one sentence of a body, by its own words alone.
///
/// It is [`DANGLING`] only where the sentence has no other.
pub(super) fn find_sentence_defect(text: &str, input: &TeaserInput<'_>) -> Option<&'static str> {
    let text = CheckedText::new(text);
    let of_sentence = |check: &&Check| matches!(check.of, Scope::Sentence | Scope::Opening);
    checks_of(Author::Us).filter(of_sentence).find(|check| (check.wrong)(&text, input)).map(|check| check.name)
}

fn first_defect(text: &str, input: &TeaserInput<'_>, asked: fn(Scope) -> bool) -> Option<&'static str> {
    let whole = CheckedText::new(text);
    let of_whole = checks_of(Author::Us).filter(|check| asked(check.of)).find(|check| (check.wrong)(&whole, input));
    if let Some(check) = of_whole {
        return Some(check.name);
    }
    let mut parts = split_sentences(text).peekable();
    let first = parts.next()?;
    // Of one sentence all is said.
    parts.peek()?;
    std::iter::once(first).chain(parts).find_map(|part| {
        let text = CheckedText::new(part);
        let mut rows = checks_of(Author::Us).filter(|check| check.of == Scope::Sentence);
        rows.find(|check| (check.wrong)(&text, input)).map(|check| check.name)
    })
}

fn is_title_again(text: &CheckedText<'_>, input: &TeaserInput<'_>) -> bool {
    let title = &input.post.title;
    repetition::is_title(text.original, title) || repetition::is_almost_title(text.original, title)
}

fn is_shared_text(text: &CheckedText<'_>, input: &TeaserInput<'_>) -> bool {
    input.context.shared.is_some_and(|shared| shared.has_sentence(&input.post.source, text.original))
}

/// Says whether `text` is boilerplate: a publisher's software wrote it, or it speaks of the site and not of the post.
pub(super) fn is_boilerplate(text: &str) -> bool {
    boilerplate::is_boilerplate(&CheckedText::new(text))
}

/// Says whether each sentence is boilerplate: a publisher may end or begin good words with it.
fn is_nothing_but_boilerplate(text: &CheckedText<'_>) -> bool {
    let is_boilerplate = |part: &str| boilerplate::is_boilerplate_of_publisher(&CheckedText::new(part));
    split_sentences(text.original).all(is_boilerplate)
}

fn announces_list(text: &CheckedText<'_>) -> bool {
    let text = text.lower.trim_end();
    if text.ends_with([':', '：', ',', ';', '、', '，', '；']) {
        return true;
    }
    let end = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    // "the following reasons."
    let tail = end.get(end.ceil_char_boundary(end.len().saturating_sub(36))..).unwrap_or_default();
    let following = tail.rsplit_once("the following ").is_some_and(|(_, rest)| rest.split(' ').count() <= 2);
    following || entries(|language| &language.list_announcements).any(|words| end.ends_with(words))
}

/// Says whether most letters are capitals.
fn is_all_capitals(text: &str) -> bool {
    let (mut upper, mut lower) = (0_usize, 0_usize);
    // Letters of scripts without capitals are no capitals.
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let capital = if c.is_ascii() { c.is_ascii_uppercase() } else { c.is_uppercase() };
        upper += usize::from(capital);
        lower += usize::from(!capital);
    }
    upper >= 6 && upper > lower
}

/// Says whether it begins with a small letter where the author does not always do so.
fn begins_within(text: &CheckedText<'_>, input: &TeaserInput<'_>) -> bool {
    let text = text.original.trim_start_matches(|c: char| !c.is_alphanumeric());
    if !text.starts_with(char::is_lowercase) {
        return false;
    }
    let word = text.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
    // "iPhone", "e-mail", "sqlite3", "d'Artagnan".
    let name = word.contains(|c: char| {
        c.is_uppercase() || c.is_numeric() || matches!(c, '_' | '/' | '(' | '.') && !word.ends_with(c)
    });
    !name && !input.post.title.starts_with(char::is_lowercase)
}

/// Says whether it ends as sentences do, or is in a script that has no mark for it.
fn ends(text: &str) -> bool {
    is_ended(text) || text.ends_with(script::has_no_sentence_marks)
}

fn has_dangling_start(text: &CheckedText<'_>, input: &TeaserInput<'_>) -> bool {
    dangling_start::has_dangling_start(
        text,
        input.language.or_else(|| language::detect_language(text.original)).unwrap_or("en"),
    )
}

fn is_other_language(text: &CheckedText<'_>, input: &TeaserInput<'_>) -> bool {
    input.language.is_some_and(|language| language::is_other_language(text.original, language))
}

/// Says whether it is in the language that the publisher names, whatever most of the body is in.
fn is_language_of_tag(text: &CheckedText<'_>, input: &TeaserInput<'_>) -> bool {
    let tagged = input.post.language.as_deref().and_then(language::of_tag);
    tagged.is_some_and(|tag| !language::is_other_language(text.original, tag))
}

/// Says whether there is nothing but a question.
fn is_question(text: &str) -> bool {
    let ends = |sentence: &str| {
        sentence
            .trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '?' | '？' | '؟' | '!'))
            .ends_with(['?', '？', '؟'])
    };
    ends(text) && split_sentences(text).all(ends)
}

/// A teaser has at least so many graphemes, and half as many as are allowed where fewer are allowed than twice that.
const MIN_GRAPHEMES: usize = 60;

/// The same in Chinese, Japanese and Korean.
const MIN_WIDE_GRAPHEMES: usize = 20;

/// Says whether it is shorter than a teaser should be though the post has more to say.
fn is_too_short(text: &str, input: &TeaserInput<'_>) -> bool {
    let wide = is_wide(text);
    let most = input.options.max_chars;
    let enough = if wide { MIN_WIDE_GRAPHEMES.min(most / 4) } else { MIN_GRAPHEMES.min(most / 2) };
    let length = text.graphemes(true).take(enough).count();
    length < enough && has_more_to_say(input, enough)
}

/// Says whether most of the first letters are Chinese, Japanese or Korean.
fn is_wide(text: &str) -> bool {
    let (mut wide, mut all) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()).take(60) {
        all += 1;
        wide += usize::from(script::is_han_or_kana(c) || matches!(c, '가'..='힣'));
    }
    wide * 2 > all
}

/// So many sentences are looked at for what a post has to say.
const MAX_SENTENCES_READ: usize = 60;

/// Says whether sentences of the body that could be a teaser, or stand second in one, have `enough` graphemes.
fn has_more_to_say(input: &TeaserInput<'_>, enough: usize) -> bool {
    let spoken = |kind: BlockKind| matches!(kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Quote);
    let blocks = input.blocks.iter().filter(|block| spoken(block.kind));
    let mut length = 0;
    for sentence in blocks.flat_map(|block| split_sentences(&block.text)).take(MAX_SENTENCES_READ) {
        if limits::fits(sentence, input.options)
            && matches!(find_sentence_defect(sentence, input), None | Some(DANGLING))
        {
            length += sentence.graphemes(true).take(enough).count();
            if length >= enough {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests;
