//! What no teaser may be: one table, a row for each defect.
//!
//! [`defect`] judges a whole teaser, [`sentence_defect`] a sentence that may become part of one.

mod balance;
mod boilerplate;
mod datelines;
mod idle;
mod language;
mod line;
mod marks;
mod openers;
mod repeats;

use unicode_segmentation::UnicodeSegmentation;

use self::line::Line;
use super::{
    Material, fit, instruction,
    sentence::{is_ended, sentences},
};
use crate::html::BlockKind;

pub use self::repeats::Told;
pub(super) use self::{
    datelines::without_dateline,
    language::of_post,
    marks::{is_cut, without_mark},
    repeats::letters,
};

/// A defect: its name in words for an editor, what it is looked for in, and what finds it.
struct Check {
    name: &'static str,
    of: Scope,
    wrong: fn(&Line<'_>, &Material<'_>) -> bool,
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
    Wish,
}

/// What [`sentence_defect`] says of a sentence that may not open a teaser but may be the second one.
pub(super) const DANGLING: &str = "begins with a word that refers to what is not there";

/// In this order: cheap before dear, and the opener behind all else that a sentence is judged by.
#[rustfmt::skip]
const CHECKS: &[Check] = &[
    Check { name: "empty", of: Scope::Sentence, wrong: |line, _| !line.text.contains(char::is_alphanumeric) },
    Check { name: "cut off", of: Scope::Sentence, wrong: |line, _| marks::is_cut_off(line) },
    Check { name: "markup", of: Scope::Sentence, wrong: |line, _| marks::has_markup(line) },
    Check { name: "characters that nobody can read", of: Scope::Sentence, wrong: |line, _| marks::has_residue(line.text) },
    Check { name: "only the title again", of: Scope::Sentence, wrong: |line, about| is_title_again(line, about) },
    Check { name: "announces a list", of: Scope::Sentence, wrong: |line, _| announces(line) },
    Check { name: "boilerplate", of: Scope::Sentence, wrong: |line, _| boilerplate::is_furniture(line) },
    Check { name: "says nothing of the post", of: Scope::Sentence, wrong: |line, _| idle::is_idle(line) },
    Check { name: "speaks to a machine", of: Scope::Teaser, wrong: |line, _| instruction::speaks_to_a_machine(line.text) },
    Check { name: "a date or a dateline", of: Scope::Sentence, wrong: |line, _| datelines::is_dateline(line) },
    Check { name: "an item of a list", of: Scope::Sentence, wrong: |line, _| datelines::begins_with_number(line.text) },
    Check { name: "in many posts of this source", of: Scope::Sentence, wrong: is_common },
    Check { name: "all in capitals", of: Scope::Sentence, wrong: |line, _| is_shouted(line.text) },
    Check { name: "begins in the middle of a sentence", of: Scope::Sentence, wrong: begins_within },
    Check { name: "a quotation or bracket that is not closed", of: Scope::Sentence, wrong: |line, _| balance::is_unbalanced(line.text) },
    Check { name: "does not end as a sentence", of: Scope::Sentence, wrong: |line, _| !ends(line.text) },
    Check { name: DANGLING, of: Scope::Opening, wrong: dangles },
    Check { name: "too long", of: Scope::Teaser, wrong: |line, about| !fit::fits(line.text, about.style) },
    Check { name: "too many sentences", of: Scope::Teaser, wrong: |line, about| sentences(line.text).nth(about.style.max_sentences).is_some() },
    Check { name: "not in the post's language", of: Scope::Teaser, wrong: is_foreign },
    Check { name: "the same as the teaser of an earlier post", of: Scope::Teaser, wrong: |line, about| repeats::is_told(line.text, about.around.earlier) },
    Check { name: "too short", of: Scope::Wish, wrong: |line, about| is_short(line.text, about) },
    Check { name: "only a question", of: Scope::Wish, wrong: |line, _| is_question(line.text) },
];

/// The first defect of `text` as a teaser, in words for an editor.
pub(super) fn defect(text: &str, material: &Material<'_>) -> Option<&'static str> {
    first(text, material, |_| true)
}

/// The first defect of `text` as a teaser where nothing better is left: it may be short, and it may be a question.
pub(super) fn hard_defect(text: &str, material: &Material<'_>) -> Option<&'static str> {
    first(text, material, |of| of != Scope::Wish)
}

/// Says whether `words` could stand in a teaser if they were a sentence.
pub(super) fn sentence_like(words: &str) -> bool {
    let line = Line::new(words);
    !marks::has_markup(&line)
        && !marks::has_residue(words)
        && !balance::is_unbalanced(words)
        && !boilerplate::is_furniture(&line)
        && !datelines::is_dateline(&line)
}

/// The first defect of one sentence of a body, by its own words alone.
///
/// It is [`DANGLING`] only where the sentence has no other.
pub(super) fn sentence_defect(text: &str, material: &Material<'_>) -> Option<&'static str> {
    let line = Line::new(text);
    let of_sentence = |check: &&Check| matches!(check.of, Scope::Sentence | Scope::Opening);
    CHECKS.iter().filter(of_sentence).find(|check| (check.wrong)(&line, material)).map(|check| check.name)
}

fn first(text: &str, material: &Material<'_>, asked: fn(Scope) -> bool) -> Option<&'static str> {
    let whole = Line::new(text);
    let of_whole = CHECKS.iter().filter(|check| asked(check.of)).find(|check| (check.wrong)(&whole, material));
    if let Some(check) = of_whole {
        return Some(check.name);
    }
    let mut parts = sentences(text).peekable();
    let first = parts.next()?;
    // Of one sentence all is said.
    parts.peek()?;
    std::iter::once(first).chain(parts).find_map(|part| {
        let line = Line::new(part);
        let mut rows = CHECKS.iter().filter(|check| check.of == Scope::Sentence);
        rows.find(|check| (check.wrong)(&line, material)).map(|check| check.name)
    })
}

fn is_title_again(line: &Line<'_>, material: &Material<'_>) -> bool {
    let title = &material.post.title;
    repeats::is_title(line.text, title) || repeats::is_nearly_title(line.text, title)
}

fn is_common(line: &Line<'_>, material: &Material<'_>) -> bool {
    material.around.common.is_some_and(|common| common.has_sentence(&material.post.source, line.text))
}

/// Says whether `text` is boilerplate: a publisher's software wrote it, or it speaks of the site and not of the post.
pub(super) fn is_boilerplate(text: &str) -> bool {
    boilerplate::is_furniture(&Line::new(text))
}

/// Ends of sentences that announce what comes below.
const ANNOUNCING: &[&str] = &[
    "the following",
    "as follows",
    "here's why",
    "here's how",
    "here is why",
    "here is how",
    "here they are",
    " below",
    "here's what happened",
    "here's the list",
    "these are they",
    "and here they are",
    "let's dive in",
    "let's get started",
    "let's begin",
    "let's go",
    "wie folgt",
    "folgende",
    "folgendes",
    "siehe unten",
    "hier ist der grund",
    "los geht's",
    "comme suit",
    "ci-dessous",
    "ci-après",
    "voici pourquoi",
    "voici comment",
    "les suivants",
    "les suivantes",
    "lo siguiente",
    "a continuación",
    "los siguientes",
    "las siguientes",
    "como sigue",
    "por esto",
    "o seguinte",
    "a seguir",
    "abaixo",
    "os seguintes",
    "as seguintes",
    "следующее",
    "следующие",
    "ниже",
    "вот почему",
    "вот как",
    "如下",
    "见下文",
    "見下文",
    "以下几点",
    "以下の通り",
    "以下の通りです",
    "以下のとおり",
    "以下のとおりです",
    "次の通りです",
    "次のとおりです",
    "come segue",
    "di seguito",
    "als volgt",
    "hieronder",
];

fn announces(line: &Line<'_>) -> bool {
    let text = line.lower.trim_end();
    if text.ends_with([':', '：', ',', ';', '、', '，', '；']) {
        return true;
    }
    let end = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    // "the following reasons."
    let tail = end.get(end.ceil_char_boundary(end.len().saturating_sub(36))..).unwrap_or_default();
    let following = tail.rsplit_once("the following ").is_some_and(|(_, rest)| rest.split(' ').count() <= 2);
    following || ANNOUNCING.iter().any(|words| end.ends_with(words))
}

/// Says whether most letters are capitals.
fn is_shouted(text: &str) -> bool {
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
fn begins_within(line: &Line<'_>, material: &Material<'_>) -> bool {
    let text = line.text.trim_start_matches(|c: char| !c.is_alphanumeric());
    if !text.starts_with(char::is_lowercase) {
        return false;
    }
    let word = text.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
    // "iPhone", "e-mail", "sqlite3", "d'Artagnan".
    let name = word.contains(|c: char| {
        c.is_uppercase() || c.is_numeric() || matches!(c, '_' | '/' | '(' | '.') && !word.ends_with(c)
    });
    !name && !material.post.title.starts_with(char::is_lowercase)
}

/// Says whether it ends as sentences do, or is in a script that has no mark for it.
fn ends(text: &str) -> bool {
    is_ended(text) || text.ends_with(language::has_no_stops)
}

fn dangles(line: &Line<'_>, material: &Material<'_>) -> bool {
    openers::dangles(line, material.language.or_else(|| language::of_text(line.text)).unwrap_or("en"))
}

fn is_foreign(line: &Line<'_>, material: &Material<'_>) -> bool {
    material.language.is_some_and(|language| language::is_foreign(line.text, language))
}

/// Says whether there is nothing but a question.
fn is_question(text: &str) -> bool {
    let ends = |sentence: &str| {
        sentence
            .trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '?' | '？' | '؟' | '!'))
            .ends_with(['?', '？', '؟'])
    };
    ends(text) && sentences(text).all(ends)
}

/// A teaser has at least so many graphemes, and half as many as are allowed where fewer are allowed than twice that.
const ENOUGH: usize = 60;

/// The same in Chinese, Japanese and Korean.
const ENOUGH_WIDE: usize = 20;

/// Says whether it is shorter than a teaser should be though the post has more to say.
fn is_short(text: &str, material: &Material<'_>) -> bool {
    let wide = is_wide(text);
    let most = material.style.max_chars;
    let enough = if wide { ENOUGH_WIDE.min(most / 4) } else { ENOUGH.min(most / 2) };
    let length = text.graphemes(true).take(enough).count();
    length < enough && offers(material, enough)
}

/// Says whether most of the first letters are Chinese, Japanese or Korean.
fn is_wide(text: &str) -> bool {
    let (mut wide, mut all) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()).take(60) {
        all += 1;
        wide += usize::from(language::is_han_or_kana(c) || matches!(c, '가'..='힣'));
    }
    wide * 2 > all
}

/// So many sentences are looked at for what a post has to say.
const LOOK_AT: usize = 60;

/// Says whether sentences of the body that could be a teaser, or stand second in one, have `enough` graphemes.
fn offers(material: &Material<'_>, enough: usize) -> bool {
    let spoken = |kind: BlockKind| matches!(kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Quote);
    let blocks = material.blocks.iter().filter(|block| spoken(block.kind));
    let mut length = 0;
    for sentence in blocks.flat_map(|block| sentences(&block.text)).take(LOOK_AT) {
        if fit::fits(sentence, material.style) && matches!(sentence_defect(sentence, material), None | Some(DANGLING)) {
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
