//! A post as the extractor reads it: its sentences in order, each with its place and its words.

use std::borrow::Cow;

use super::{
    super::{
        checks,
        input::TeaserInput,
        limits,
        sentence::{is_ended, split_sentences},
    },
    stop_words,
    word_model::{self, Words, tokens},
};
use crate::html::{Block, BlockKind};

/// So many octets of a post say what it is about; the rest is not read, so that a book costs no more than an article.
const MAX_BYTES_READ: usize = 7_000;

/// So many sentences are looked at more closely, the first.
const MAX_SENTENCES: usize = 22;

/// A sentence of fewer characters says too little.
const MIN_CHARS: f64 = 24.0;

/// One sentence, or a summary of a list that stands for several.
#[derive(Debug, Clone)]
pub(super) struct Sentence<'a> {
    pub text: Cow<'a, str>,
    /// The numbers of its words, in order.
    pub words: Vec<u32>,
    /// Its length in characters as wide as Latin letters.
    pub chars: f64,
    /// Its characters.
    pub count: usize,
    /// Each of its characters is a grapheme.
    pub simple: bool,
    /// Its place among all sentences of the post.
    pub place: u32,
    pub first_in_block: bool,
    pub last_in_block: bool,
    pub kind: BlockKind,
    /// The number of its block among all blocks of the post.
    pub block: usize,
    /// How many headings stand before it.
    pub headings: u32,
    /// It was shortened.
    pub shortened: bool,
    /// How many list items it sums up.
    pub list_items: u32,
}

/// All that is known of a post before anything is weighed.
#[derive(Debug)]
pub(super) struct ParsedPost<'a> {
    /// The first sentences that could be in a teaser, for all that their ends tell.
    pub plausible: Vec<Sentence<'a>>,
    /// The first list item.
    pub item: Option<Sentence<'a>>,
    /// How many sentences there are.
    pub count: u32,
    pub words: Words,
    /// How many words the title has, function words too.
    pub title: u32,
    /// How many words of the title say something.
    pub title_words: u32,
    /// The share of the sentences that stand in lists.
    pub listed: f64,
}

impl ParsedPost<'_> {
    /// Every word of the text: its key, and the facts about it.
    pub fn facts(&self) -> Vec<(u64, [f64; word_model::FEATURES])> {
        let words = self.words.ids.iter().filter_map(|(key, id)| Some((*key, self.words.list.get(*id as usize)?)));
        let words = words.filter(|(_, word)| word.count > 0);
        let mut facts: Vec<_> = words.map(|(key, word)| (key, self.words.facts(word, self.count))).collect();
        facts.sort_unstable_by_key(|(key, _)| *key);
        facts
    }
}

impl<'a> Sentence<'a> {
    /// The same place with other words of the post.
    pub fn with(&self, text: String, words: Vec<u32>) -> Self {
        let (chars, count, simple) = (length(&text), text.chars().count(), text.chars().all(is_simple));
        Self { text: Cow::Owned(text), words, chars, count, simple, ..self.clone() }
    }
}

/// Reads the running text, the lists and the quotations.
pub(super) fn parse_post<'a>(input: &TeaserInput<'a>) -> ParsedPost<'a> {
    let mut words = Words::default();
    let mut title = 0;
    tokens(&input.post.title, |token| {
        title += 1;
        let id = words.id(&token);
        if let Some(word) = words.list.get_mut(id as usize).filter(|word| !word.stop) {
            word.in_title = true;
        }
    });
    let title_words = words.list.iter().filter(|word| word.in_title).count();
    let title_words = u32::try_from(title_words).unwrap_or(0);
    let mut post = ParsedPost { plausible: Vec::new(), item: None, count: 0, words, title, title_words, listed: 0.0 };
    let (mut headings, mut left, mut listed) = (0, MAX_BYTES_READ, 0);
    for (number, block) in input.blocks.iter().enumerate() {
        if left == 0 {
            break;
        }
        let text = beginning(block, left);
        match block.kind {
            BlockKind::Heading(_) => {
                headings += 1;
                read_heading(&mut post.words, text);
            }
            BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Quote => {
                left -= text.len();
                let before = post.count;
                read_block(&mut post, number, block.kind, text, headings);
                if block.kind == BlockKind::ListItem {
                    listed += post.count - before;
                }
            }
            BlockKind::Code | BlockKind::Caption | BlockKind::Table => {}
        }
    }
    post.listed = f64::from(listed) / f64::from(post.count.max(1));
    post
}

fn read_heading(words: &mut Words, text: &str) {
    tokens(text, |token| {
        let id = words.id(&token);
        if let Some(word) = words.list.get_mut(id as usize).filter(|word| !word.stop) {
            word.in_heading = true;
        }
    });
}

fn read_block<'a>(post: &mut ParsedPost<'a>, block: usize, kind: BlockKind, text: &'a str, headings: u32) {
    let opening = post.count == 0;
    let mut first_in_block = true;
    let mut all = split_sentences(text).peekable();
    while let Some(sentence) = all.next() {
        let place = post.count;
        post.count += 1;
        let last_in_block = all.peek().is_none();
        let item = post.item.is_none() && kind == BlockKind::ListItem;
        if post.plausible.len() >= MAX_SENTENCES && !item {
            post.words.read(sentence, place, opening);
            continue;
        }
        let simple = sentence.chars().all(is_simple);
        let text = if simple { Cow::Borrowed(sentence) } else { Cow::Owned(limits::one_line(sentence)) };
        // An agency's place and date are not what it reports.
        let text = match Some(&text).filter(|_| place < 3).and_then(|text| checks::strip_dateline(text)) {
            Some(rest) => Cow::Owned(rest.to_owned()),
            None => text,
        };
        let words = post.words.read(&text, place, opening);
        let plausible = post.plausible.len() < MAX_SENTENCES && is_plausible(&text);
        if plausible || item {
            let (chars, count) = (length(&text), text.chars().count());
            let sentence = Sentence {
                text,
                words,
                chars,
                count,
                simple,
                place,
                first_in_block,
                last_in_block,
                kind,
                block,
                headings,
                shortened: false,
                list_items: 0,
            };
            if item {
                post.item = Some(sentence.clone());
            }
            if plausible {
                post.plausible.push(sentence);
            }
        }
        first_in_block = false;
    }
}

/// Says whether it is worth looking at more closely: "None this week." is whole and says nothing.
fn is_plausible(text: &str) -> bool {
    length(text) >= MIN_CHARS
        && !text.starts_with(char::is_lowercase)
        && !text.ends_with([':', '：', ',', ';', '…'])
        && is_ended(text)
}

/// Says whether a character is a grapheme that is seen and that nothing needs to be done about, as most are.
fn is_simple(c: char) -> bool {
    matches!(
        c,
        ' '..='~'
            | '\u{a1}'..='\u{ac}'
            | '\u{ae}'..='\u{2ff}'
            | '\u{370}'..='\u{482}'
            | '\u{48a}'..='\u{58f}'
            | '\u{2010}'..='\u{2027}'
            | '\u{2030}'..='\u{205e}'
            | '\u{3001}'..='\u{3029}'
            | '\u{3041}'..='\u{3096}'
            | '\u{30a0}'..='\u{9fff}'
            | '가'..='힣'
            | '\u{ff01}'..='\u{ff60}'
    )
}

/// The length of `text` in characters as wide as Latin letters.
#[expect(clippy::cast_precision_loss, reason = "a length needs no more digits")]
pub(super) fn length(text: &str) -> f64 {
    if text.is_ascii() {
        return text.len() as f64;
    }
    text.chars().map(|c| if stop_words::is_character_word(c) { 1.6 } else { 1.0 }).sum()
}

/// As much of a block as may still be read.
fn beginning(block: &Block, left: usize) -> &str {
    block.text.get(..block.text.floor_char_boundary(left)).unwrap_or_default()
}
