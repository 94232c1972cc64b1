//! The words of a post: how often, how early and where each stands, and how likely a person would use it in a teaser.
//!
//! The likelihood is logistic: people repeat words of the title, early words and frequent words. A candidate is then
//! weighed by the words that it is expected to share with what a person would have written, which is what ROUGE
//! (Lin, 2004) counts.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    stop_words,
    word_key::{KeyHasher, key},
};

/// How many facts about a word are weighed.
pub const FEATURES: usize = 25;

/// One word of the post, in all its places.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    pub count: u32,
    /// The first sentence that has it.
    pub first: u32,
    /// The last sentence that has it.
    pub last: u32,
    /// How many sentences have it.
    pub sentences: u32,
    pub stop: bool,
    pub in_title: bool,
    pub in_heading: bool,
    /// It stands in the first block.
    pub opens: bool,
    /// It has a capital where no sentence begins.
    pub capital: bool,
    pub digit: bool,
    pub chars: u32,
}

/// The vocabulary of one post.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Numbers by key.
    pub ids: HashMap<u64, u32, KeyHasher>,
    pub list: Vec<Word>,
    /// All words of all sentences.
    pub total: u32,
}

impl Words {
    /// The word's number in [`Self::list`].
    pub fn id(&mut self, token: &Token) -> u32 {
        let next = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        *self.ids.entry(token.key).or_insert_with(|| {
            self.list.push(Word { stop: token.stop, digit: token.digit, chars: token.chars, ..Word::default() });
            next
        })
    }

    /// The numbers of the words of a text that is made of the post's own.
    pub fn known_in(&self, text: &str) -> Vec<u32> {
        let mut known = Vec::new();
        tokens(text, |token| known.extend(self.ids.get(&token.key)));
        known
    }

    /// Reads one sentence: the numbers of its words in order.
    pub fn read(&mut self, text: &str, sentence: u32, opens: bool) -> Vec<u32> {
        let mut read = Vec::with_capacity(text.len() / 5 + 1);
        tokens(text, |token| {
            let id = self.id(&token);
            let inside = !read.is_empty();
            read.push(id);
            self.total += 1;
            let Some(word) = self.list.get_mut(id as usize) else { return };
            if word.count == 0 {
                word.first = sentence;
            }
            if word.count == 0 || word.last != sentence {
                word.sentences += 1;
            }
            word.last = sentence;
            word.count += 1;
            word.opens |= opens;
            word.capital |= inside && token.capital;
        });
        read
    }

    /// How likely each word is to stand in a teaser that a person writes.
    pub fn likely(&self, weights: &[f64; FEATURES], sentences: u32) -> Vec<f32> {
        let one = |word: &Word| {
            let sum: f64 = self.facts(word, sentences).iter().zip(weights).map(|(fact, weight)| fact * weight).sum();
            #[expect(clippy::cast_possible_truncation, reason = "a likelihood needs no more digits")]
            let sum = sum as f32;
            1.0 / (1.0 + (-sum).exp())
        };
        self.list.iter().map(|word| if word.count == 0 { 0.0 } else { one(word) }).collect()
    }

    /// What is weighed about one word.
    pub fn facts(&self, word: &Word, sentences: u32) -> [f64; FEATURES] {
        let is = |yes: bool| f64::from(u8::from(yes));
        let (stop, title, heading) = (is(word.stop), is(word.in_title), is(word.in_heading));
        let count = ln(word.count);
        let early = is(word.first <= 2);
        let share = (f64::from(word.count) + 0.5) / f64::from(self.total.max(1)) * 100.0;
        [
            1.0,
            stop,
            title,
            heading,
            count,
            is(word.count >= 2),
            is(word.count >= 4),
            is(word.count >= 8),
            ln(word.first + 1),
            is(word.first == 0),
            early,
            is(word.first <= 5),
            is(word.opens),
            is(word.capital),
            is(word.digit),
            is(word.chars <= 3),
            f64::from(word.chars.min(10)) / 10.0,
            (1.0 - stop) * is(word.last + 3 >= sentences),
            count * stop,
            (1.0 - stop) * (share + 1.0).ln(),
            title * count,
            title * early,
            heading * is(word.first <= 5),
            ln(word.sentences) - ln(sentences),
            (1.0 - stop) * early * is(word.count >= 4),
        ]
    }
}

/// The logarithm of a count, of which most are small.
fn ln(count: u32) -> f64 {
    static SMALL: LazyLock<Vec<f64>> =
        LazyLock::new(|| (0..256_u32).map(|count| f64::from(count.max(1)).ln()).collect());
    SMALL.get(count as usize).copied().unwrap_or_else(|| f64::from(count).ln())
}

/// A word as it stands in the text.
#[derive(Debug)]
pub(super) struct Token {
    /// The same for all forms of a word, as far as its ending tells.
    pub key: u64,
    pub capital: bool,
    pub digit: bool,
    pub chars: u32,
    pub stop: bool,
}

/// Gives every word of `text` to `take`; where words are written without spaces, every character.
pub(super) fn tokens(text: &str, mut take: impl FnMut(Token)) {
    let mut folded = String::with_capacity(32);
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || is_mark(c)) {
        rest = rest.get(start..).unwrap_or_default();
        let octets = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (word, behind) = rest.split_at_checked(octets).unwrap_or((rest, ""));
        if let Some(c) = rest.chars().next().filter(|c| stop_words::is_character_word(*c)) {
            let (word, behind) = rest.split_at_checked(c.len_utf8()).unwrap_or((rest, ""));
            take(Token {
                key: key(word),
                capital: false,
                digit: false,
                chars: 1,
                stop: stop_words::is_stop_character(c),
            });
            rest = behind;
            continue;
        }
        let ascii = octets > 0 && behind.as_bytes().first().is_none_or(u8::is_ascii);
        let word = if ascii { word } else { rest.get(..word_end(rest)).unwrap_or(rest) };
        folded.clear();
        if ascii {
            folded.push_str(word);
            folded.make_ascii_lowercase();
        } else {
            folded.extend(word.chars().flat_map(char::to_lowercase));
        }
        take(Token {
            key: key(stem(&folded)),
            capital: word.starts_with(char::is_uppercase),
            digit: word.contains(char::is_numeric),
            chars: u32::try_from(if ascii { octets } else { folded.chars().count() }).unwrap_or(u32::MAX),
            stop: stop_words::is_stop_word(&folded),
        });
        rest = rest.get(word.len().max(1)..).unwrap_or_default();
    }
}

/// Where the word at the beginning of `text` ends: behind its first character where that is a word.
fn word_end(text: &str) -> usize {
    for (at, c) in text.char_indices() {
        if stop_words::is_character_word(c) {
            return if at == 0 { c.len_utf8() } else { at };
        }
        if !(c.is_alphanumeric() || is_mark(c)) {
            return at;
        }
    }
    text.len()
}

/// Vowel signs and the like, without which words of many scripts would fall apart.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{5b0}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}' | '\u{200c}' | '\u{200d}')
}

/// The word without its commonest endings: rough, quick, and the same for the title as for the text.
fn stem(word: &str) -> &str {
    if word.len() <= 3 || !word.is_ascii() {
        // Inflected languages put their endings last, so long words are known by their beginnings.
        return word.char_indices().nth(6).map_or(word, |(at, _)| word.get(..at).unwrap_or(word));
    }
    let mut word = word;
    if word.ends_with('s') && !word.ends_with("ss") {
        word = word.get(..word.len() - 1).unwrap_or(word);
    }
    for ending in ["ing", "ed"] {
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| rest.len() >= 4) {
            word = rest;
            break;
        }
    }
    word = word.strip_suffix('e').filter(|rest| rest.len() >= 3).unwrap_or(word);
    word.get(..8).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_same(words: &str) {
        let mut keys: Vec<u64> = words.split(' ').map(|word| key(stem(word))).collect();
        keys.dedup();
        assert_eq!(keys.len(), 1, "{words}");
    }

    #[test]
    fn forms_of_a_word_are_one() {
        check_same("announce announces announced announcing");
        check_same("guide guides");
        check_same("boat boats");
        check_same("гаванями гаванях");
        assert_ne!(key(stem("class")), key(stem("clas")));
    }

    #[test]
    fn words_are_counted_where_they_stand() {
        let mut words = Words::default();
        let read = words.read("The quay, and the Quays", 0, true);
        assert_eq!(read, [0, 1, 2, 0, 1]);
        assert!(words.list[1].capital && words.list[0].stop && words.list[1].count == 2);
        assert_eq!(words.list[1].sentences, 1);
        words.read("港口 2026", 1, false);
        assert_eq!(words.list.len(), 6);
        assert!(words.list[5].digit && words.list[5].first == 1);
    }
}
