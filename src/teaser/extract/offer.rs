//! All that could stand for a post, weighed.

use super::{
    Weights,
    features::{self, Parts, SentenceFacts, Stamps},
    reading::{self, Reading, Sentence},
    roll, trim,
};
use crate::teaser::{Material, Style, checks, fit};

/// The second sentence is among so many behind the first.
const NEAR: usize = 4;
/// How many of the best candidates are put to the checks.
const TRIED: usize = 40;

/// All that could stand for a post.
pub(super) struct Offer<'a> {
    /// The sentences of the post that could be in a teaser, their shorter forms, and the roll-ups.
    sentences: Vec<Sentence<'a>>,
    facts: Vec<SentenceFacts>,
    pub candidates: Vec<Candidate>,
}

/// One or two sentences, by their places among those of the offer.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub first: usize,
    second: Option<usize>,
    whole: features::WholeFacts,
    weight: f64,
}

/// What a sentence can be in a teaser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// Nothing is wrong with it by itself.
    Good,
    /// It refers to the sentence before it, and may stand behind that one.
    Follower,
    /// Nothing.
    None,
}

impl<'a> Offer<'a> {
    /// Weighs all candidates of a post; the checks are too dear to put them all to these.
    pub fn of(material: &Material<'a>, style: &Style, weights: &Weights) -> Self {
        let mut reading = reading::read(material);
        let mut sentences = std::mem::take(&mut reading.plausible);
        let single = sentences.len();
        sentences.extend(rolls(material, style, &reading));
        for at in 0..single {
            let forms = sentences.get(at).map_or_else(Vec::new, |sentence| trims(sentence, &reading));
            sentences.extend(forms);
        }
        #[expect(clippy::cast_precision_loss, reason = "a length needs no more digits")]
        let max = style.max_chars as f64;
        let mut seen = Stamps::new(reading.words.list.len());
        let facts: Vec<SentenceFacts> =
            sentences.iter().map(|sentence| features::of_sentence(sentence, &reading, max, &mut seen)).collect();
        let mut offer = Self { sentences, facts, candidates: Vec::new() };
        if style.max_sentences > 0 {
            offer.weigh(&reading, style, single, weights);
        }
        offer
    }

    fn weigh(&mut self, reading: &Reading<'_>, style: &Style, single: usize, weights: &Weights) {
        let likely = reading.words.likely(&weights.word, reading.count);
        let all_likely = likely.iter().sum();
        let mut seen = Stamps::new(reading.words.list.len());
        #[expect(clippy::cast_precision_loss, reason = "a length needs no more digits")]
        let max = style.max_chars as f64;
        let (by_sentence, by_whole) = weights.candidate.split_at(features::SENTENCE);
        let weigh = |facts: &[f32], weights: &[f64]| -> f64 {
            facts.iter().zip(weights).map(|(fact, weight)| f64::from(*fact) * weight).sum()
        };
        let own: Vec<f64> = self.facts.iter().map(|facts| weigh(facts, by_sentence)).collect();
        for (first, sentence) in self.sentences.iter().enumerate() {
            let near = if first < single && style.max_sentences > 1 {
                first + 1..(first + 1 + NEAR).min(single)
            } else {
                0..0
            };
            for second in std::iter::once(None).chain(near.map(Some)) {
                let parts = Parts { first: sentence, second: second.and_then(|second| self.sentences.get(second)) };
                if !parts.fit(style) {
                    continue;
                }
                let whole = features::of_whole(&parts, reading, max, &likely, all_likely, &mut seen);
                let share = parts.share();
                let second_weight = second.and_then(|second| own.get(second)).copied().unwrap_or_default();
                let weight = own.get(first).copied().unwrap_or_default() * share
                    + second_weight * (1.0 - share)
                    + weigh(&whole, by_whole);
                self.candidates.push(Candidate { first, second, whole, weight });
            }
        }
    }

    pub fn sentence(&self, at: usize) -> Option<&Sentence<'a>> {
        self.sentences.get(at)
    }

    pub fn ranked(&self) -> Vec<&Candidate> {
        let mut ranked: Vec<&Candidate> = self.candidates.iter().collect();
        ranked.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        ranked
    }

    /// The heaviest candidate without a defect, or the defect of the heaviest of all.
    pub fn heaviest(
        &self,
        material: &Material<'_>,
        defect: impl Fn(&str, &Material<'_>) -> Option<&'static str>,
    ) -> Result<String, Option<&'static str>> {
        let mut worth = self.unknown_worth();
        let holding = self.ranked().into_iter().filter(|candidate| self.holds(candidate, material, &mut worth));
        let mut first = None;
        for candidate in holding.take(TRIED) {
            let text = self.text(candidate);
            match defect(&text, material) {
                None => return Ok(text),
                Some(defect) => first = first.or(Some(defect)),
            }
        }
        Err(first)
    }

    /// What is known of the worth of each sentence: nothing.
    pub fn unknown_worth(&self) -> Vec<Option<Worth>> {
        vec![None; self.sentences.len()]
    }

    /// Says whether the sentences of a candidate are good by themselves; what was found out stays in `worth`.
    pub fn holds(&self, candidate: &Candidate, material: &Material<'_>, worth: &mut [Option<Worth>]) -> bool {
        let mut of = |at: usize| match (worth.get_mut(at), self.sentence(at)) {
            (Some(Some(known)), _) => *known,
            (Some(unknown), Some(sentence)) => *unknown.insert(judge(sentence, material)),
            _ => Worth::None,
        };
        let first = of(candidate.first) == Worth::Good;
        first
            && candidate.second.is_none_or(|second| match of(second) {
                Worth::Good => true,
                Worth::Follower => self.text_follows(candidate.first, second),
                Worth::None => false,
            })
    }

    /// The facts of a candidate: those of its sentences, each by its share of the length, and those of the whole.
    pub fn all_facts(&self, candidate: &Candidate) -> [f32; features::FACTS] {
        let mut facts = [0.0; features::FACTS];
        let (sentence, whole) = facts.split_at_mut(features::SENTENCE);
        whole.copy_from_slice(&candidate.whole);
        let (Some(first), Some(own)) = (self.sentence(candidate.first), self.facts.get(candidate.first)) else {
            return facts;
        };
        let second = candidate.second.and_then(|at| Some((self.sentence(at)?, self.facts.get(at)?)));
        #[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
        let share = Parts { first, second: second.map(|(sentence, _)| sentence) }.share() as f32;
        for (at, fact) in sentence.iter_mut().enumerate() {
            let other = second.and_then(|(_, facts)| facts.get(at)).copied().unwrap_or_default();
            *fact = own.get(at).copied().unwrap_or_default() * share + other * (1.0 - share);
        }
        facts
    }

    /// Says whether one sentence stands right behind the other in the post.
    fn text_follows(&self, first: usize, second: usize) -> bool {
        let place = |at: usize| self.sentence(at).map(|sentence| sentence.place);
        place(first).map(|place| place + 1) == place(second)
    }

    /// Chinese and Japanese sentences stand without a space between them.
    pub fn text(&self, candidate: &Candidate) -> String {
        let Some(first) = self.sentence(candidate.first) else { return String::new() };
        let Some(second) = candidate.second.and_then(|at| self.sentence(at)) else { return first.text.to_string() };
        let space = if second.text.starts_with(fit::is_unspaced) { "" } else { " " };
        [&first.text, space, &second.text].concat()
    }
}

fn judge(sentence: &Sentence<'_>, material: &Material<'_>) -> Worth {
    match checks::sentence_defect(&sentence.text, material) {
        None => Worth::Good,
        Some(checks::DANGLING) => Worth::Follower,
        Some(_) => Worth::None,
    }
}

/// Shorter forms of a sentence; one that begins with "However," is better for it.
fn trims<'a>(sentence: &Sentence<'a>, reading: &Reading<'a>) -> Vec<Sentence<'a>> {
    let forms = trim::trims(&sentence.text).into_iter();
    forms
        .map(|text| {
            let words = reading.words.known_in(&text);
            Sentence { trimmed: true, ..sentence.with(text, words) }
        })
        .collect()
}

/// Rows of the headlines of a list, from two headlines to all that fit.
fn rolls<'a>(material: &Material<'_>, style: &Style, reading: &Reading<'a>) -> Vec<Sentence<'a>> {
    let Some(item) = reading.item.as_ref().filter(|_| reading.listed >= 0.3) else { return Vec::new() };
    let headlines = roll::headlines(material.blocks);
    let (mut found, mut words) = (Vec::new(), Vec::new());
    for (count, headline) in (1..).zip(&headlines) {
        words.extend(reading.words.known_in(headline));
        if count < 2 {
            continue;
        }
        let text = roll::roll(headlines.get(..count).unwrap_or_default());
        if !fit::fits(&text, style) {
            break;
        }
        let rolled = u32::try_from(count).unwrap_or(u32::MAX);
        found.push(Sentence { rolled, ..item.with(text, words.clone()) });
    }
    found
}
