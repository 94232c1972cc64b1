//! All that could stand for a post, weighed.

use super::{
    super::{checks, input::TeaserInput, limits, options::TeaserOptions},
    features::{self, CandidateParts, SeenWords, SentenceFeatures},
    list_summary,
    parsed_post::{self, ParsedPost, Sentence},
    shorten,
    weights::Weights,
};
use crate::html::BlockKind;

/// The second sentence is among so many behind the first.
const MAX_DISTANCE: usize = 4;
/// How many of the best candidates are put to the checks.
const MAX_CHECKED: usize = 40;

/// With so many of its sentences in lists a post is little else.
const MOSTLY_LISTS: f64 = 0.5;

/// All that could stand for a post.
pub(super) struct Candidates<'a> {
    /// The sentences of the post that could be in a teaser, their shorter forms, and the summaries of lists.
    sentences: Vec<Sentence<'a>>,
    facts: Vec<SentenceFeatures>,
    /// The share of the post's sentences that stand in lists.
    listed: f64,
    pub candidates: Vec<TeaserCandidate>,
}

/// One or two sentences, by their places among those of the offer.
#[derive(Debug, Clone)]
pub(super) struct TeaserCandidate {
    pub first: usize,
    second: Option<usize>,
    whole: features::CandidateFeatures,
    weight: f64,
}

/// What a sentence can be in a teaser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SentenceQuality {
    /// Nothing is wrong with it by itself.
    Good,
    /// It refers to the sentence before it, and may stand behind that one.
    NeedsContext,
    /// It can be nothing.
    Bad,
}

impl<'a> Candidates<'a> {
    /// Weighs all candidates of a post; the checks are too dear to put them all to these.
    pub fn of(input: &TeaserInput<'a>, options: &TeaserOptions, weights: &Weights) -> Self {
        let mut post = parsed_post::parse_post(input);
        let mut sentences = std::mem::take(&mut post.plausible);
        let single = sentences.len();
        sentences.extend(list_summaries(input, options, &post));
        for at in 0..single {
            let forms = sentences.get(at).map_or_else(Vec::new, |sentence| shortened_forms(sentence, &post));
            sentences.extend(forms);
        }
        #[expect(clippy::cast_precision_loss, reason = "a length needs no more digits")]
        let max = options.max_chars as f64;
        let mut seen = SeenWords::new(post.words.list.len());
        let facts: Vec<SentenceFeatures> =
            sentences.iter().map(|sentence| features::sentence_features(sentence, &post, max, &mut seen)).collect();
        let mut candidates = Self { sentences, facts, listed: post.listed, candidates: Vec::new() };
        if options.max_sentences > 0 {
            candidates.weigh(&post, options, single, weights);
        }
        candidates
    }

    fn weigh(&mut self, post: &ParsedPost<'_>, options: &TeaserOptions, single: usize, weights: &Weights) {
        let likely = post.words.likely(&weights.word, post.count);
        let all_likely = likely.iter().sum();
        let mut seen = SeenWords::new(post.words.list.len());
        #[expect(clippy::cast_precision_loss, reason = "a length needs no more digits")]
        let max = options.max_chars as f64;
        let (by_sentence, by_whole) = weights.candidate.split_at(features::SENTENCE);
        let weigh = |facts: &[f32], weights: &[f64]| -> f64 {
            facts.iter().zip(weights).map(|(fact, weight)| f64::from(*fact) * weight).sum()
        };
        let own: Vec<f64> = self.facts.iter().map(|facts| weigh(facts, by_sentence)).collect();
        for (first, sentence) in self.sentences.iter().enumerate() {
            let near = if first < single && options.max_sentences > 1 {
                first + 1..(first + 1 + MAX_DISTANCE).min(single)
            } else {
                0..0
            };
            for second in std::iter::once(None).chain(near.map(Some)) {
                let parts =
                    CandidateParts { first: sentence, second: second.and_then(|second| self.sentences.get(second)) };
                if !parts.fits(options) {
                    continue;
                }
                let whole = features::candidate_features(&parts, post, max, &likely, all_likely, &mut seen);
                let share = parts.share();
                let second_weight = second.and_then(|second| own.get(second)).copied().unwrap_or_default();
                let weight = own.get(first).copied().unwrap_or_default() * share
                    + second_weight * (1.0 - share)
                    + weigh(&whole, by_whole);
                self.candidates.push(TeaserCandidate { first, second, whole, weight });
            }
        }
    }

    pub fn sentence(&self, at: usize) -> Option<&Sentence<'a>> {
        self.sentences.get(at)
    }

    pub fn ranked(&self) -> Vec<&TeaserCandidate> {
        let mut ranked: Vec<&TeaserCandidate> = self.candidates.iter().collect();
        ranked.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        ranked
    }

    /// The heaviest candidate without a defect, or the defect of the heaviest of all.
    pub fn best_without_defect(
        &self,
        input: &TeaserInput<'_>,
        find_defect: impl Fn(&str, &TeaserInput<'_>) -> Option<&'static str>,
    ) -> Result<String, Option<&'static str>> {
        let mut quality = self.unknown_quality();
        let holding = self.ranked().into_iter().filter(|candidate| self.is_usable(candidate, input, &mut quality));
        let mut first = None;
        for candidate in holding.take(MAX_CHECKED) {
            let text = self.text(candidate);
            match find_defect(&text, input) {
                None => return Ok(text),
                Some(defect) => first = first.or(Some(defect)),
            }
        }
        Err(first)
    }

    /// What is known of the worth of each sentence: nothing.
    pub fn unknown_quality(&self) -> Vec<Option<SentenceQuality>> {
        vec![None; self.sentences.len()]
    }

    /// Says whether the sentences of a candidate are good by themselves; what was found out stays in `quality`.
    pub fn is_usable(
        &self,
        candidate: &TeaserCandidate,
        input: &TeaserInput<'_>,
        quality: &mut [Option<SentenceQuality>],
    ) -> bool {
        let mut of = |at: usize| match (quality.get_mut(at), self.sentence(at)) {
            (Some(Some(known)), _) => *known,
            (Some(unknown), Some(sentence)) => *unknown.insert(sentence_quality(sentence, input)),
            _ => SentenceQuality::Bad,
        };
        if of(candidate.first) != SentenceQuality::Good {
            return false;
        }
        let Some(first) = self.sentence(candidate.first) else { return false };
        let Some(at) = candidate.second else { return self.stands_alone(first) };
        let quality = of(at);
        self.sentence(at).is_some_and(|second| self.belong(first, second, quality))
    }

    /// Says whether two sentences belong together: adjacent, or the second opens a paragraph and leans on nothing.
    fn belong(&self, first: &Sentence<'_>, second: &Sentence<'_>, quality: SentenceQuality) -> bool {
        let follows = first.place + 1 == second.place;
        let fits = match quality {
            SentenceQuality::Good => follows || second.first_in_block,
            // "It" may be the picture or the code between two paragraphs.
            SentenceQuality::NeedsContext => follows && second.block <= first.block + 1,
            SentenceQuality::Bad => false,
        };
        let (one, other) = (self.stands_alone(first), self.stands_alone(second));
        fits && one == other && (one || !is_label(first) && !is_label(second))
    }

    /// Says whether it is no item of a list. An item is a part of its list, but where the post is little else.
    fn stands_alone(&self, sentence: &Sentence<'_>) -> bool {
        sentence.kind != BlockKind::ListItem || sentence.list_items > 0 || self.listed >= MOSTLY_LISTS
    }

    /// Lets items of lists stand for any post, where nothing else is left.
    pub fn with_list_items(mut self) -> Self {
        self.listed = 1.0;
        self
    }

    /// The facts of a candidate: those of its sentences, each by its share of the length, and those of the whole.
    pub fn features_of(&self, candidate: &TeaserCandidate) -> [f32; features::FEATURES] {
        let mut facts = [0.0; features::FEATURES];
        let (sentence, whole) = facts.split_at_mut(features::SENTENCE);
        whole.copy_from_slice(&candidate.whole);
        let (Some(first), Some(own)) = (self.sentence(candidate.first), self.facts.get(candidate.first)) else {
            return facts;
        };
        let second = candidate.second.and_then(|at| Some((self.sentence(at)?, self.facts.get(at)?)));
        #[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
        let share = CandidateParts { first, second: second.map(|(sentence, _)| sentence) }.share() as f32;
        for (at, fact) in sentence.iter_mut().enumerate() {
            let other = second.and_then(|(_, facts)| facts.get(at)).copied().unwrap_or_default();
            *fact = own.get(at).copied().unwrap_or_default() * share + other * (1.0 - share);
        }
        facts
    }

    /// Chinese and Japanese sentences stand without a space between them.
    pub fn text(&self, candidate: &TeaserCandidate) -> String {
        let Some(first) = self.sentence(candidate.first) else { return String::new() };
        let Some(second) = candidate.second.and_then(|at| self.sentence(at)) else { return first.text.to_string() };
        let space = if second.text.starts_with(limits::is_unspaced) { "" } else { " " };
        [&first.text, space, &second.text].concat()
    }
}

/// Says whether an item of a list is short or begins with what it is about: "Night ferry: two boats more."
fn is_label(item: &Sentence<'_>) -> bool {
    item.chars < 50.0 || item.text.find([':', '：', '–', '—']).is_some_and(|at| at < 50)
}

fn sentence_quality(sentence: &Sentence<'_>, input: &TeaserInput<'_>) -> SentenceQuality {
    match checks::find_sentence_defect(&sentence.text, input) {
        None => SentenceQuality::Good,
        Some(checks::DANGLING) => SentenceQuality::NeedsContext,
        Some(_) => SentenceQuality::Bad,
    }
}

/// Shorter forms of a sentence; one that begins with "However," is better for it.
fn shortened_forms<'a>(sentence: &Sentence<'a>, post: &ParsedPost<'a>) -> Vec<Sentence<'a>> {
    let forms = shorten::shortened_forms(&sentence.text).into_iter();
    forms
        .map(|text| {
            let words = post.words.known_in(&text);
            Sentence { shortened: true, ..sentence.with(text, words) }
        })
        .collect()
}

/// Rows of the headlines of a list, from two headlines to all that fit.
fn list_summaries<'a>(input: &TeaserInput<'_>, options: &TeaserOptions, post: &ParsedPost<'a>) -> Vec<Sentence<'a>> {
    let Some(item) = post.item.as_ref().filter(|_| post.listed >= 0.3) else { return Vec::new() };
    let headlines = list_summary::headlines(input.blocks);
    let (mut found, mut words) = (Vec::new(), Vec::new());
    for (count, headline) in (1..).zip(&headlines) {
        words.extend(post.words.known_in(headline));
        if count < 2 {
            continue;
        }
        let text = list_summary::join_headlines(headlines.get(..count).unwrap_or_default());
        if !limits::fits(&text, options) {
            break;
        }
        let list_items = u32::try_from(count).unwrap_or(u32::MAX);
        found.push(Sentence { list_items, ..item.with(text, words.clone()) });
    }
    found
}
