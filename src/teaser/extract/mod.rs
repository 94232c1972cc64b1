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

use self::{
    features::{Parts, SentenceFacts, Stamps},
    reading::{Reading, Sentence},
};
use super::{Material, Reason, Style, checks, fit};
use crate::{html::Block, post::Post};

pub use features::FACTS as CANDIDATE_FACTS;
pub use words::FACTS as WORD_FACTS;

/// The second sentence is among so many behind the first.
const NEAR: usize = 4;
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
    let offer = Offer::of(material, style, &weights::WEIGHTS);
    offer
        .heaviest(material, checks::defect)
        .map_err(|defect| defect.unwrap_or("no good sentence within the limits").into())
}

/// The same where nothing better is left: it may be short, and it may be a question.
pub(super) fn shorten(material: &Material<'_>, style: &Style) -> Option<String> {
    Offer::of(material, style, &weights::WEIGHTS).heaviest(material, checks::hard_defect).ok()
}

/// The sentences that weigh most, in the order of the post: what a model is told of it.
pub(super) fn best(material: &Material<'_>, n: usize) -> Vec<String> {
    let style = Style { max_chars: 1_000, max_sentences: 1, ..Style::default() };
    let offer = Offer::of(material, &style, &weights::WEIGHTS);
    let mut worth = offer.unknown_worth();
    let mut best: Vec<usize> = Vec::new();
    for candidate in offer.ranked() {
        let whole = offer.sentence(candidate.first).is_some_and(|sentence| !sentence.trimmed && sentence.rolled == 0);
        if whole && offer.holds(candidate, material, &mut worth) {
            best.push(candidate.first);
            if best.len() == n {
                break;
            }
        }
    }
    best.sort_unstable();
    best.into_iter().filter_map(|at| Some(offer.sentence(at)?.text.clone().into_owned())).collect()
}

/// All that could stand for a post.
struct Offer<'a> {
    /// The sentences of the post that could be in a teaser, their shorter forms, and the roll-ups.
    sentences: Vec<Sentence<'a>>,
    facts: Vec<SentenceFacts>,
    candidates: Vec<Candidate>,
}

/// One or two sentences, by their places among those of the offer.
#[derive(Debug, Clone)]
struct Candidate {
    first: usize,
    second: Option<usize>,
    whole: features::WholeFacts,
    weight: f64,
}

/// What a sentence can be in a teaser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// Nothing is wrong with it by itself.
    Good,
    /// It refers to the sentence before it, and may stand behind that one.
    Follower,
    /// Nothing.
    None,
}

impl<'a> Offer<'a> {
    /// Weighs all candidates of a post; the checks are too dear to put them all to these.
    fn of(material: &Material<'a>, style: &Style, weights: &Weights) -> Self {
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

    fn sentence(&self, at: usize) -> Option<&Sentence<'a>> {
        self.sentences.get(at)
    }

    fn ranked(&self) -> Vec<&Candidate> {
        let mut ranked: Vec<&Candidate> = self.candidates.iter().collect();
        ranked.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        ranked
    }

    /// The heaviest candidate without a defect, or the defect of the heaviest of all.
    fn heaviest(
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
    fn unknown_worth(&self) -> Vec<Option<Worth>> {
        vec![None; self.sentences.len()]
    }

    /// Says whether the sentences of a candidate are good by themselves; what was found out stays in `worth`.
    fn holds(&self, candidate: &Candidate, material: &Material<'_>, worth: &mut [Option<Worth>]) -> bool {
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

    /// Says whether one sentence stands right behind the other in the post.
    fn text_follows(&self, first: usize, second: usize) -> bool {
        let place = |at: usize| self.sentence(at).map(|sentence| sentence.place);
        place(first).map(|place| place + 1) == place(second)
    }

    /// Chinese and Japanese sentences stand without a space between them.
    fn text(&self, candidate: &Candidate) -> String {
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

/// What the fitting program sees of a post.
#[derive(Debug)]
pub struct Study {
    /// Every word of the text: its key as [`keys`] gives it, and the facts about it.
    pub words: Vec<(u64, [f64; words::FACTS])>,
    /// Everything that could stand for the post and is good by itself: its text, and the facts about it.
    pub candidates: Vec<(String, [f32; features::FACTS])>,
}

/// Reads a post as the extractor does, for the fitting program.
pub fn study(post: &Post, blocks: &[Block], style: &Style, weights: &Weights) -> Study {
    let around = super::Around::default();
    let material = Material::new(post, blocks, style, &around);
    let offer = Offer::of(&material, style, weights);
    let mut worth = offer.unknown_worth();
    let good = offer.candidates.iter().filter(|candidate| offer.holds(candidate, &material, &mut worth));
    let candidates = good.map(|candidate| (offer.text(candidate), offer.all_facts(candidate))).collect();
    Study { words: reading::read(&material).facts(), candidates }
}

impl Offer<'_> {
    /// The facts of a candidate: those of its sentences, each by its share of the length, and those of the whole.
    fn all_facts(&self, candidate: &Candidate) -> [f32; features::FACTS] {
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
}

/// The teaser that these weights choose.
pub fn choose(post: &Post, blocks: &[Block], style: &Style, weights: &Weights) -> Option<String> {
    let around = super::Around::default();
    let material = Material::new(post, blocks, style, &around);
    Offer::of(&material, style, weights).heaviest(&material, checks::defect).ok()
}

/// The words of a text as the extractor tells them apart.
pub fn keys(text: &str) -> Vec<u64> {
    let mut keys = Vec::new();
    words::tokens(text, |token| keys.push(token.key));
    keys
}

#[cfg(test)]
mod tests {
    use super::super::{Maker, tests::made};
    use crate::html::BlockKind::{self, Caption, Code, Heading, ListItem, Paragraph, Quote};

    #[track_caller]
    fn check(blocks: &[(BlockKind, &str)], expect: Option<&str>) {
        assert_eq!(made(Maker::Extract, "", blocks).ok().as_deref(), expect);
    }

    const FOUND: (BlockKind, &str) =
        (Paragraph, "Divers of the harbour office found a hole in the north quay on Sunday.");
    const TOLD: Option<&str> = Some(FOUND.1);

    #[test]
    fn furniture_is_skipped() {
        check(&[FOUND], TOLD);
        check(&[(Heading(2), "This is a heading, not a sentence of the text."), FOUND], TOLD);
        check(
            &[(Caption, "A diver looks at the north quay on a Sunday."), (Code, "let quay = 1; // Closed."), FOUND],
            TOLD,
        );
        check(&[(Paragraph, "By Jane Doe"), (Paragraph, "Posted January 09, 2025."), FOUND], TOLD);
        check(&[(Paragraph, "Here is what they found below the quay:"), FOUND], TOLD);
        check(&[(Paragraph, "The quay is closed."), FOUND], TOLD);
        check(&[(Paragraph, &format!("PORTO SERENO — {}", FOUND.1))], TOLD);
    }

    #[test]
    fn what_refers_to_a_sentence_stands_right_behind_it_or_nowhere() {
        let hole = "It is as wide as a door.";
        check(&[(Paragraph, "It is as wide as a door and goes through all of the wall.")], None);
        let behind = [FOUND.1, hole].join(" ");
        assert!([TOLD, Some(&behind)].contains(&made(Maker::Extract, "", &[(Paragraph, &behind)]).ok().as_deref()));
        check(&[(Paragraph, &[FOUND.1, "But why so?", hole].join(" "))], TOLD);
    }

    #[test]
    fn titles_and_early_words_weigh() {
        let blocks = [
            (Paragraph, "I had a long day at the office and drank a cup of cold coffee in the kitchen."),
            (Paragraph, "The north quay is closed until May, because divers found a hole in it."),
            (Paragraph, "Somebody left a blue umbrella on the bench in front of the chandler's shop."),
        ];
        check(&blocks, Some("The north quay is closed until May, because divers found a hole in it."));
    }

    #[test]
    fn lists_are_rolled_up() {
        let blocks = [
            (Heading(2), "News"),
            (ListItem, "A crane for the quay: it lifts forty tonnes and was built in Vigo in the spring."),
            (ListItem, "More ferries in May: two boats more each day, and one of them carries bicycles."),
            (ListItem, "Price of ice: it costs as much as in the last year, the market's board has decided."),
        ];
        check(&blocks, Some("A crane for the quay; More ferries in May; Price of ice."));
    }

    #[test]
    fn quotations_and_lists_will_do() {
        check(
            &[(Quote, "The sea gives and the sea takes, my father said.")],
            Some("The sea gives and the sea takes, my father said."),
        );
        check(&[(Code, "fn main() {}")], None);
        check(&[], None);
    }

    #[test]
    fn all_that_is_read_counts_the_same_on_every_run() {
        let body =
            "The quay was mended on a Sunday by divers. The ferries leave from the pier until then. ".repeat(3_000);
        let blocks = [(Paragraph, body.as_str())];
        assert_eq!(made(Maker::Extract, "", &blocks), made(Maker::Extract, "", &blocks));
    }
}
