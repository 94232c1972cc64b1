//! The words that a text is about, by which two texts are compared.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use unicode_segmentation::UnicodeSegmentation as _;

use super::super::{languages::LANGUAGES, post_text::PostText, prompt_injection};
use crate::{html::Block, post::Post};

/// The content words of a text, each by its first letters, so that endings do not part them; of scripts without
/// spaces, the pairs of neighbours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentWords(HashSet<String>);

impl ContentWords {
    /// The words of a post's title and body.
    pub fn of_post(post: &Post, text: &PostText) -> Self {
        Self::of(&text_of(post, &text.blocks))
    }

    /// The words of a text.
    pub fn of(text: &str) -> Self {
        let mut words = HashSet::new();
        let mut before = None;
        for word in text.unicode_words() {
            match single(word) {
                Some(c) => {
                    words.extend(before.map(|before| format!("{before}{c}")));
                    before = Some(c);
                }
                None => {
                    before = None;
                    let word = word.to_lowercase();
                    // ContentWords of two letters, and the smallest ones of each language, say nothing of a text.
                    if word.chars().nth(2).is_some() && !is_grammar_word(&word) {
                        words.insert(word.chars().take(STEM_LETTERS).collect());
                    }
                }
            }
        }
        Self(words)
    }

    /// Which share of these words `other` has, too; 0 where there are none.
    pub fn share_in(&self, other: &Self) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        self.0.iter().filter(|word| other.0.contains(*word)).count() as f64 / self.0.len() as f64
    }
}

/// ContentWords are cut behind so many letters: a stemmer that is as good as most in most languages.
const STEM_LETTERS: usize = 5;

/// The one character of a word of a script without spaces.
fn single(word: &str) -> Option<char> {
    let mut chars = word.chars();
    let first = chars.next()?;
    (chars.next().is_none() && super::super::limits::is_unspaced(first)).then_some(first)
}

/// What a post says of itself, without what speaks to machines.
pub(super) fn text_of(post: &Post, blocks: &[Block]) -> String {
    let title = Some(post.title.as_str()).filter(|title| !prompt_injection::is_prompt_injection(title));
    let blocks = blocks.iter().flat_map(|block| ["\n", &block.text]);
    title.into_iter().chain(blocks).collect()
}

/// Says whether a word, in lower case, is one of those that hold sentences together.
pub(super) fn is_grammar_word(word: &str) -> bool {
    GRAMMAR_WORDS.contains_key(word)
}

/// The language whose small words a text uses most, where one is clearly ahead.
pub(super) fn dominant_language(text: &str) -> Option<&'static str> {
    let mut counts: Vec<(usize, &str)> = LANGUAGES.iter().map(|language| (0, language.tag)).collect();
    for word in text.unicode_words().take(2_000) {
        for place in GRAMMAR_WORDS.get(word.to_lowercase().as_str()).into_iter().flatten() {
            counts[*place].0 += 1;
        }
    }
    counts.sort_by(|a, b| b.cmp(a));
    match counts[..] {
        [(first, tag), (second, _), ..] if first >= 3 && first > second * 3 / 2 => Some(tag),
        _ => None,
    }
}

/// The words that hold sentences together, each with the places of the languages that have it.
static GRAMMAR_WORDS: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut words: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, language) in LANGUAGES.iter().enumerate() {
        for word in &language.grammar_words {
            words.entry(word).or_default().push(place);
        }
    }
    words
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_content_words() {
        let post = ContentWords::of("Divers found a hole in the old quay. The repair takes weeks.");
        let share = |text: &str| ContentWords::of(text).share_in(&post);
        assert!(share("The diver repaired the quay.") > 0.6);
        assert!(share("The bakery sells bread.") < 0.1);
        assert!(share("") < 0.1);
        let chinese = ContentWords::of("港口码头关闭到五月底");
        assert!(
            ContentWords::of("码头关闭").share_in(&chinese) > 0.9
                && ContentWords::of("面包店").share_in(&chinese) < 0.1
        );
    }

    #[test]
    fn languages_are_told_by_their_small_words() {
        assert_eq!(dominant_language("The quay is closed and the repair takes weeks."), Some("en"));
        assert_eq!(dominant_language("Der Kai ist gesperrt und die Reparatur dauert Wochen."), Some("de"));
        assert_eq!(dominant_language("Le quai est fermé et les travaux dureront des semaines."), Some("fr"));
        assert_eq!(dominant_language("Quay closed."), None);
    }
}
