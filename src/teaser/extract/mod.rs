//! The sentences of the body that say best what the post is about.
//!
//! Candidates are one or two good sentences in their order, shortened where that loses nothing, and roll-ups of lists.
//! A linear model weighs what is known of each; the best that passes every check is taken. The weights stand in
//! [`weights`], a generated file; the program that fits them is `tests/bench/fit.rs`.

mod features;
mod reading;
mod roll;
mod stop;
mod trim;
mod weights;
mod words;

use std::borrow::Cow;

use self::{
    features::{Parts, SentenceFacts, Stamps},
    reading::{Reading, Sentence, Worth, length},
};
use super::{Material, Reason, Style, checks, fit};
use crate::{
    html::{Block, BlockKind},
    post::Post,
};

pub use features::FACTS as CANDIDATE_FACTS;
pub use words::FACTS as WORD_FACTS;

/// How many good sentences are looked at.
const GOOD: usize = 30;
/// The second sentence is among so many good ones behind the first.
const NEAR: usize = 5;
/// How many of the best candidates are put to the checks.
const TRIED: usize = 40;

/// What the fitting program finds out.
#[derive(Debug, Clone)]
pub struct Weights {
    /// Of the facts about a word.
    pub word: [f64; words::FACTS],
    /// Of the facts about a candidate.
    pub candidate: [f64; features::FACTS],
}

/// Takes the candidate that weighs most of those that have no defect.
pub(super) fn make(material: &Material<'_>, style: &Style) -> Result<String, Reason> {
    heaviest(candidates(material, style, &weights::WEIGHTS), |text| checks::defect(text, material))
        .map_err(|defect| defect.unwrap_or("no good sentence within the limits").into())
}

/// The same where nothing better is left: it may be short, and it may be a question.
pub(super) fn shorten(material: &Material<'_>, style: &Style) -> Option<String> {
    heaviest(candidates(material, style, &weights::WEIGHTS), |text| checks::hard_defect(text, material)).ok()
}

/// The heaviest candidate without a defect, or the defect of the heaviest of all.
fn heaviest(
    mut candidates: Vec<Candidate>,
    defect: impl Fn(&str) -> Option<&'static str>,
) -> Result<String, Option<&'static str>> {
    candidates.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut first = None;
    for candidate in candidates.into_iter().take(TRIED) {
        match defect(&candidate.text) {
            None => return Ok(candidate.text),
            Some(defect) => first = first.or(Some(defect)),
        }
    }
    Err(first)
}

/// The sentences that weigh most, in the order of the post: what a model is told of it.
pub(super) fn best(material: &Material<'_>, n: usize) -> Vec<String> {
    let style = Style { max_chars: 1_000, max_sentences: 1, ..Style::default() };
    let mut ranked = candidates(material, &style, &weights::WEIGHTS);
    ranked.retain(|candidate| !candidate.changed);
    ranked.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    ranked.truncate(n);
    ranked.sort_by_key(|candidate| candidate.place);
    ranked.into_iter().map(|candidate| candidate.text).collect()
}

/// A text that could stand for the post.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// One line.
    pub text: String,
    /// What is weighed about it.
    pub facts: [f32; features::FACTS],
    /// What it weighs.
    pub weight: f64,
    place: u32,
    changed: bool,
}

/// All candidates of a post, in the order of their first sentences.
fn candidates(material: &Material<'_>, style: &Style, weights: &Weights) -> Vec<Candidate> {
    if style.max_sentences == 0 {
        return Vec::new();
    }
    let reading = reading::read(material, GOOD);
    let rolls = rolls(material, style, &reading);
    let trims = trims(material, style, &reading);
    let sentences = u32::try_from(reading.sentences.len()).unwrap_or(u32::MAX);
    let likely = reading.words.likely(&weights.word, sentences);
    let all_likely = likely.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "a length needs no more digits")]
    let max = style.max_chars as f64;
    let mut seen = Stamps::new(reading.words.list.len());

    let single: Vec<&Sentence<'_>> =
        reading.sentences.iter().filter(|sentence| sentence.worth != Worth::None).collect();
    let others: Vec<&Sentence<'_>> = trims.iter().chain(&rolls).collect();
    let mut facts = |sentence: &&Sentence<'_>| features::of_sentence(sentence, &reading, max, &mut seen);
    let single_facts: Vec<SentenceFacts> = single.iter().map(&mut facts).collect();
    let other_facts: Vec<SentenceFacts> = others.iter().map(&mut facts).collect();

    let mut found: Vec<(Parts<'_, '_>, &SentenceFacts, Option<&SentenceFacts>)> = Vec::new();
    for (at, (first, facts)) in single.iter().zip(&single_facts).enumerate() {
        if first.worth != Worth::Good {
            continue;
        }
        found.push((Parts { first, second: None }, facts, None));
        if style.max_sentences > 1 {
            for (second, second_facts) in single.iter().zip(&single_facts).skip(at + 1).take(NEAR) {
                if second.worth == Worth::Follower && second.place != first.place + 1 {
                    continue;
                }
                found.push((Parts { first, second: Some(second) }, facts, Some(second_facts)));
            }
        }
    }
    for (first, facts) in others.iter().zip(&other_facts) {
        found.push((Parts { first, second: None }, facts, None));
    }
    let mut candidates = Vec::new();
    for (parts, first, second) in found {
        if parts.chars() > max * 1.7 {
            continue;
        }
        let text = joined(&parts);
        if !fit::fits(&text, style) {
            continue;
        }
        let whole = features::of_whole(&parts, &reading, max, &likely, all_likely, &mut seen);
        let facts = together(&parts, first, second, &whole);
        let weight = facts.iter().zip(&weights.candidate).map(|(fact, weight)| f64::from(*fact) * weight).sum();
        let changed = parts.first.trimmed || parts.first.rolled > 0;
        candidates.push(Candidate { text, facts, weight, place: parts.first.place, changed });
    }
    candidates
}

/// The facts of a candidate: those of its sentences, each by its share of the length, and those of the whole.
fn together(
    parts: &Parts<'_, '_>,
    first: &SentenceFacts,
    second: Option<&SentenceFacts>,
    whole: &[f32],
) -> [f32; features::FACTS] {
    #[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
    let share = (parts.first.chars / (parts.first.chars + parts.second.map_or(0.0, |second| second.chars))) as f32;
    let mut facts = [0.0; features::FACTS];
    for (at, fact) in facts.iter_mut().enumerate() {
        *fact = match (first.get(at), second.and_then(|second| second.get(at))) {
            (Some(first), None) => *first,
            (Some(first), Some(second)) => first * share + second * (1.0 - share),
            (None, _) => whole.get(at - first.len()).copied().unwrap_or_default(),
        };
    }
    facts
}

/// Chinese and Japanese sentences stand without a space between them.
fn joined(parts: &Parts<'_, '_>) -> String {
    let Some(second) = parts.second else { return parts.first.text.clone().into_owned() };
    let space = if second.text.starts_with(fit::is_unspaced) { "" } else { " " };
    [&parts.first.text, space, &second.text].concat()
}

/// Shorter forms of the sentences; one that begins with "However," is better for it.
fn trims<'a>(material: &Material<'_>, style: &Style, reading: &Reading<'a>) -> Vec<Sentence<'a>> {
    let mut found = Vec::new();
    for sentence in reading.sentences.iter().filter(|sentence| sentence.worth != Worth::None) {
        let forms = trim::trims(&sentence.text).into_iter().filter(|text| fit::fits(text, style));
        for text in forms.filter(|text| checks::sentence_defect(text, material).is_none()) {
            let words = reading.words.known_in(&text);
            let chars = length(&text);
            let worth = Worth::Good;
            found.push(Sentence { text: Cow::Owned(text), words, chars, worth, trimmed: true, ..sentence.clone() });
        }
    }
    found
}

/// Rows of the headlines of a list, the longest that fit.
fn rolls<'a>(material: &Material<'_>, style: &Style, reading: &Reading<'a>) -> Vec<Sentence<'a>> {
    let Some(item) = reading.sentences.iter().find(|s| s.kind == BlockKind::ListItem).cloned() else {
        return Vec::new();
    };
    if reading.listed < 0.3 {
        return Vec::new();
    }
    let headlines = roll::headlines(material.blocks);
    let mut found = Vec::new();
    for count in 2..=headlines.len() {
        let text = roll::roll(headlines.get(..count).unwrap_or_default());
        if !fit::fits(&text, style) {
            break;
        }
        let words = reading.words.known_in(&text);
        let chars = length(&text);
        let rolled = u32::try_from(count).unwrap_or(u32::MAX);
        found.push(Sentence { text: Cow::Owned(text), words, chars, rolled, ..item.clone() });
    }
    found
}

/// What the fitting program sees of a post.
#[derive(Debug)]
pub struct Study {
    /// Every word of the text: its key as [`keys`] gives it, and the facts about it.
    pub words: Vec<(u64, [f64; words::FACTS])>,
    /// Everything that could stand for the post.
    pub candidates: Vec<Candidate>,
}

/// Reads a post as the extractor does, for the fitting program.
pub fn study(post: &Post, blocks: &[Block], style: &Style, weights: &Weights) -> Study {
    let around = super::Around::default();
    let material = Material::new(post, blocks, style, &around);
    let words = reading::read(&material, 0).facts();
    Study { words, candidates: candidates(&material, style, weights) }
}

/// The teaser that these weights choose.
pub fn choose(post: &Post, blocks: &[Block], style: &Style, weights: &Weights) -> Option<String> {
    let around = super::Around::default();
    let material = Material::new(post, blocks, style, &around);
    heaviest(candidates(&material, style, weights), |text| checks::defect(text, &material)).ok()
}

/// The words of a text as the extractor tells them apart.
pub fn keys(text: &str) -> Vec<u64> {
    let mut keys = Vec::new();
    words::tokens(text, |token| keys.push(token.key));
    keys
}
