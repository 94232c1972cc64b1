//! A post as the extractor reads it: its sentences in order, each with its place and its words.

use std::borrow::Cow;

use super::{
    stop,
    words::{self, Words, tokens},
};
use crate::{
    html::{Block, BlockKind},
    teaser::{Material, checks, fit, sentence::sentences},
};

/// So many octets of a post say what it is about; the rest is not read, so that a book costs no more than an article.
const READ: usize = 60_000;

/// A sentence of fewer characters says too little.
const SHORTEST: f64 = 24.0;

/// One sentence, or a roll-up that stands for several.
#[derive(Debug, Clone)]
pub(super) struct Sentence<'a> {
    pub text: Cow<'a, str>,
    /// The numbers of its words, in order.
    pub words: Vec<u32>,
    /// Its length in characters.
    pub chars: f64,
    /// Its place among all sentences of the post.
    pub place: u32,
    pub first_in_block: bool,
    pub last_in_block: bool,
    pub kind: BlockKind,
    /// How many headings stand before it.
    pub headings: u32,
    /// What it can be in a teaser.
    pub worth: Worth,
    /// It was shortened.
    pub trimmed: bool,
    /// How many list items it rolls up.
    pub rolled: u32,
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

/// All that is known of a post before anything is weighed.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub sentences: Vec<Sentence<'a>>,
    pub words: Words,
    /// How many words the title has, function words too.
    pub title: u32,
    /// How many words of the title say something.
    pub title_words: u32,
    /// The share of the sentences that stand in lists.
    pub listed: f64,
}

impl Reading<'_> {
    /// Every word of the text: its key, and the facts about it.
    pub fn facts(&self) -> Vec<(u64, [f64; words::FACTS])> {
        let sentences = u32::try_from(self.sentences.len()).unwrap_or(u32::MAX);
        let words = self.words.ids.iter().filter_map(|(key, id)| Some((*key, self.words.list.get(*id as usize)?)));
        let mut facts: Vec<_> = words
            .filter(|(_, word)| word.count > 0)
            .map(|(key, word)| (key, self.words.facts(word, sentences)))
            .collect();
        facts.sort_unstable_by_key(|(key, _)| *key);
        facts
    }
}

/// Reads the running text, the lists and the quotations; at most `good` sentences are looked at for defects.
pub(super) fn read<'a>(material: &Material<'a>, good: usize) -> Reading<'a> {
    let mut words = Words::default();
    let mut title = 0;
    tokens(&material.post.title, |token| {
        title += 1;
        let id = words.id(&token);
        if let Some(word) = words.list.get_mut(id as usize).filter(|word| !word.stop) {
            word.in_title = true;
        }
    });
    let title_words = words.list.iter().filter(|word| word.in_title).count();
    let mut reading = Reading {
        sentences: Vec::new(),
        words,
        title,
        title_words: u32::try_from(title_words).unwrap_or(0),
        listed: 0.0,
    };
    let (mut headings, mut left, mut looked_at, mut opening) = (0, READ, 0, true);
    for block in material.blocks {
        if left == 0 {
            break;
        }
        match block.kind {
            BlockKind::Heading(_) => {
                headings += 1;
                read_heading(&mut reading.words, beginning(block, left));
            }
            BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Quote => {
                let text = beginning(block, left);
                left -= text.len();
                read_block(&mut reading, block, text, headings, opening, material, &mut looked_at, good);
                opening = false;
            }
            BlockKind::Code | BlockKind::Caption | BlockKind::Table => {}
        }
    }
    let listed = reading.sentences.iter().filter(|sentence| sentence.kind == BlockKind::ListItem).count();
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
    let share = listed as f64 / reading.sentences.len().max(1) as f64;
    reading.listed = share;
    reading
}

fn read_heading(words: &mut Words, text: &str) {
    tokens(text, |token| {
        let id = words.id(&token);
        if let Some(word) = words.list.get_mut(id as usize).filter(|word| !word.stop) {
            word.in_heading = true;
        }
    });
}

#[expect(clippy::too_many_arguments, reason = "one step of one loop")]
fn read_block<'a>(
    reading: &mut Reading<'a>,
    block: &Block,
    text: &'a str,
    headings: u32,
    opening: bool,
    material: &Material<'_>,
    looked_at: &mut usize,
    good: usize,
) {
    let mut first_in_block = true;
    for sentence in sentences(text) {
        let place = u32::try_from(reading.sentences.len()).unwrap_or(u32::MAX);
        let text = if sentence.is_ascii() && !sentence.contains(|c: char| c.is_control() || c == '\u{a0}') {
            Cow::Borrowed(sentence)
        } else {
            Cow::Owned(fit::one_line(sentence))
        };
        // An agency's place and date are not what it reports.
        let text = match checks::without_dateline(&text) {
            Some(rest) => Cow::Owned(rest.to_owned()),
            None => text,
        };
        let words = reading.words.read(&text, place, opening);
        let worth = if *looked_at < good { worth(&text, material) } else { Worth::None };
        *looked_at += usize::from(worth == Worth::Good);
        reading.sentences.push(Sentence {
            chars: length(&text),
            text,
            words,
            place,
            first_in_block,
            last_in_block: false,
            kind: block.kind,
            headings,
            worth,
            trimmed: false,
            rolled: 0,
        });
        first_in_block = false;
    }
    if let Some(last) = reading.sentences.last_mut().filter(|_| !first_in_block) {
        last.last_in_block = true;
    }
}

fn worth(text: &str, material: &Material<'_>) -> Worth {
    // "None this week." is whole and says nothing.
    if length(text) < SHORTEST {
        return Worth::None;
    }
    match checks::sentence_defect(text, material) {
        None => Worth::Good,
        Some(checks::DANGLING) => Worth::Follower,
        Some(_) => Worth::None,
    }
}

/// The length of `text` in characters as wide as Latin letters.
#[expect(clippy::cast_precision_loss, reason = "a length needs no more digits")]
pub(super) fn length(text: &str) -> f64 {
    if text.is_ascii() {
        return text.len() as f64;
    }
    text.chars().map(|c| if stop::is_character_word(c) { 1.6 } else { 1.0 }).sum()
}

/// As much of a block as may still be read.
fn beginning(block: &Block, left: usize) -> &str {
    let mut end = block.text.len().min(left);
    while !block.text.is_char_boundary(end) {
        end -= 1;
    }
    block.text.get(..end).unwrap_or_default()
}
