//! What is weighed about a candidate.

use std::sync::LazyLock;

use super::{
    super::{languages::entries, limits, options::TeaserOptions, phrases::Phrases},
    parsed_post::{ParsedPost, Sentence},
    word_model::Word,
};
use crate::html::BlockKind;

/// Facts about one sentence.
pub(super) const SENTENCE: usize = 34;
/// Facts about the candidate as a whole.
const WHOLE: usize = 20;
/// Facts about the words it is expected to share with a person's teaser.
const SHARED: usize = 11;
/// Facts that mean something else in a post that is mostly a list.
const LISTED: usize = 7;
/// How many facts about a candidate are weighed.
pub const FEATURES: usize = SENTENCE + WHOLE + SHARED + LISTED;

/// Facts about a sentence.
pub(super) type SentenceFeatures = [f32; SENTENCE];

const fn is(yes: bool) -> f32 {
    if yes { 1.0 } else { 0.0 }
}

/// Facts about a candidate as a whole.
pub(super) type CandidateFeatures = [f32; WHOLE + SHARED + LISTED];

/// What is weighed about one sentence; `max` is the longest teaser.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "facts need no more digits")]
pub(super) fn sentence_features(
    sentence: &Sentence<'_>,
    post: &ParsedPost<'_>,
    max: f64,
    seen: &mut SeenWords,
) -> SentenceFeatures {
    let (mut content, mut title, mut heading) = (0.0_f32, 0.0_f32, 0.0_f32);
    let (mut content_types, mut chars, mut capitals) = (0.0_f32, 0.0_f32, 0.0_f32);
    seen.start();
    for id in &sentence.words {
        let Some(word) = post.words.list.get(*id as usize) else { continue };
        chars += word.chars as f32;
        content += is(!word.stop);
        capitals += is(word.capital);
        if !seen.first(*id) {
            continue;
        }
        content_types += is(!word.stop);
        title += is(word.in_title);
        heading += is(word.in_heading);
    }
    let words = sentence.words.len().max(1) as f32;
    let place = sentence.place as f32;
    let title_words = post.title_words.max(1) as f32;
    let length = (sentence.chars / max) as f32;
    let signs = Signs::of(&sentence.text);
    [
        is(sentence.place == 0),
        is(sentence.place == 1),
        is(sentence.place == 2),
        is(sentence.place <= 4),
        is(sentence.place <= 9),
        place.ln_1p(),
        place / post.count.max(1) as f32,
        is(sentence.first_in_block),
        is(sentence.last_in_block),
        is(sentence.kind == BlockKind::ListItem),
        is(sentence.kind == BlockKind::Quote),
        is(sentence.headings == 0),
        (sentence.headings as f32).ln_1p(),
        title,
        title / title_words,
        title / content_types.max(1.0),
        heading,
        heading / content_types.max(1.0),
        is(title >= (title_words - 1.0).max(1.0)),
        length,
        (length - 0.5).abs() * 2.0,
        is(length < 0.21),
        is(length > 0.71),
        signs.commas / 3.0,
        is(signs.bracket),
        is(signs.digit),
        is(signs.quote),
        is(sentence.text.ends_with(['?', '？'])),
        is(sentence.text.ends_with(['!', '！'])),
        content / words,
        capitals / words,
        chars / words,
        is(signs.dash),
        is(tells_subject(&sentence.text)),
    ]
}

/// Says whether a sentence tells what the post is about: "This post shows …".
fn tells_subject(text: &str) -> bool {
    static CUES: LazyLock<Phrases> = LazyLock::new(|| Phrases::anywhere(entries(|language| &language.post_cues)));
    CUES.find_in(&text.to_lowercase()).next().is_some()
}

/// The signs in a sentence.
#[derive(Debug, Default)]
struct Signs {
    commas: f32,
    bracket: bool,
    digit: bool,
    quote: bool,
    dash: bool,
}

impl Signs {
    fn of(text: &str) -> Self {
        let mut signs = Self::default();
        for c in text.chars() {
            match c {
                'a'..='z' | 'A'..='Z' | ' ' => {}
                '0'..='9' => signs.digit = true,
                ',' | '、' | '，' | '،' => signs.commas += 1.0,
                '(' | '（' => signs.bracket = true,
                '"' | '“' | '„' | '«' | '「' => signs.quote = true,
                '—' | '–' | ';' | '；' => signs.dash = true,
                _ => signs.digit |= !c.is_ascii() && c.is_numeric(),
            }
        }
        signs
    }
}

/// A candidate: one sentence, or two in their order.
#[derive(Debug, Clone, Copy)]
pub(super) struct CandidateParts<'a, 'b> {
    pub first: &'a Sentence<'b>,
    pub second: Option<&'a Sentence<'b>>,
}

impl CandidateParts<'_, '_> {
    /// The length of the whole in characters.
    pub fn chars(&self) -> f64 {
        self.first.chars + self.second.map_or(0.0, |second| second.chars + 1.0)
    }

    /// How much of the whole the first sentence is.
    pub fn share(&self) -> f64 {
        self.first.chars / (self.first.chars + self.second.map_or(0.0, |second| second.chars))
    }

    /// Says whether the whole is within the limits.
    pub fn fits(&self, options: &TeaserOptions) -> bool {
        // No grapheme has less than one character, and few have more.
        let count = self.first.count + self.second.map_or(0, |second| second.count + 1);
        count <= options.max_chars
            || (count <= 2 * options.max_chars
                && !(self.first.simple && self.second.is_none_or(|second| second.simple))
                && {
                    let second = self.second.map_or("", |second| &second.text);
                    limits::fits(&[&self.first.text, " ", second].concat(), options)
                })
    }
}

/// What is weighed about a candidate as a whole; `likely` is how likely each word is to be in a person's teaser.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "facts need no more digits")]
pub(super) fn candidate_features(
    parts: &CandidateParts<'_, '_>,
    post: &ParsedPost<'_>,
    max: f64,
    likely: &[f32],
    all_likely: f32,
    seen: &mut SeenWords,
) -> CandidateFeatures {
    let (mut title, mut heading, mut content) = (0.0_f32, 0.0_f32, 0.0_f32);
    let (mut expected, mut expected_content, mut words) = (0.0_f32, 0.0_f32, 0.0_f32);
    seen.start();
    for id in parts.first.words.iter().chain(parts.second.iter().flat_map(|second| &second.words)) {
        words += 1.0;
        let Some(word) = post.words.list.get(*id as usize).filter(|_| seen.first(*id)) else { continue };
        let likely = likely.get(*id as usize).copied().unwrap_or_default();
        let Word { stop, in_title, in_heading, .. } = word;
        title += is(*in_title);
        heading += is(*in_heading);
        content += is(!stop);
        expected += likely;
        expected_content += if *stop { 0.0 } else { likely };
    }
    let length = (parts.chars() / max) as f32;
    let all = post.count as f32;
    let place = parts.first.place as f32;
    let two = parts.second.is_some();
    let adjacent = parts.second.is_some_and(|second| second.place == parts.first.place + 1);
    let list_items = (parts.first.list_items + parts.second.map_or(0, |second| second.list_items)) as f32;
    let shortened = parts.first.shortened || parts.second.is_some_and(|second| second.shortened);
    let facts = [
        length,
        length * length,
        (length - 0.714).abs() * 1.4,
        is(length < 0.286),
        is(length > 0.857),
        is(two),
        is(adjacent),
        title / post.title_words.max(1) as f32,
        heading,
        (post.words.total as f32).ln_1p() * length,
        post.title as f32 * length / 10.0,
        is(length < 0.18),
        is(length > 0.57),
        all.ln_1p() * place / 10.0,
        is(place == 0.0) * all.ln_1p(),
        is(place == 0.0) * is(all < 12.0),
        is(list_items > 0.0),
        list_items,
        is(list_items > 0.0) * post.listed as f32,
        is(shortened),
        2.0 * expected / (words + 15.0),
        2.0 * expected / (words + 25.0),
        2.0 * expected / (words + 40.0),
        2.0 * expected / (words + 1.3 * all_likely + 1.0),
        2.0 * expected_content / (content + 6.0),
        2.0 * expected_content / (content + 12.0),
        2.0 * expected_content / (content + 20.0),
        expected,
        expected_content,
        expected / words.max(1.0),
        expected_content / (content + 1.0),
    ];
    let listed = [length, length * length, is(two), is(place == 0.0), place.ln_1p(), facts[7], facts[21]];
    let mut all = [0.0; WHOLE + SHARED + LISTED];
    all[..WHOLE + SHARED].copy_from_slice(&facts);
    for (to, fact) in all[WHOLE + SHARED..].iter_mut().zip(listed) {
        *to = fact * post.listed as f32;
    }
    all
}

/// Tells the first of several equal words without clearing a table each time.
#[derive(Debug)]
pub(super) struct SeenWords {
    at: Vec<u32>,
    now: u32,
}

impl SeenWords {
    pub fn new(words: usize) -> Self {
        Self { at: vec![0; words], now: 0 }
    }

    /// Forgets all words.
    pub fn start(&mut self) {
        self.now += 1;
    }

    /// Says whether the word comes for the first time.
    pub fn first(&mut self, id: u32) -> bool {
        self.at.get_mut(id as usize).is_some_and(|at| std::mem::replace(at, self.now) != self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_post_speaks_of_itself() {
        for text in
            ["This post shows how a quay is built.", "本文介绍码头如何修建。", "この記事では岸壁の直し方を紹介します。"]
        {
            assert!(tells_subject(text), "{text}");
        }
        assert!(!tells_subject("The postman came to the quay."));
    }
}
