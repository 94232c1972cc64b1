//! Words that say little.

use std::{collections::HashSet, sync::LazyLock};

use super::{
    super::languages::entries,
    word_key::{KeyHasher, key},
};

/// Says whether `word`, in lower case, is one that any text is full of.
pub(super) fn is_stop_word(word: &str) -> bool {
    static STOP_WORDS: LazyLock<HashSet<u64, KeyHasher>> =
        LazyLock::new(|| entries(|language| &language.stop_words).map(key).collect());
    STOP_WORDS.contains(&key(word))
}

/// Says whether a character stands in any text of a script without spaces between words.
pub(super) fn is_stop_character(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}') || is_stop_word(c.encode_utf8(&mut [0; 4]))
}

/// Characters of scripts without spaces between words.
pub(super) fn is_character_word(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{e7f}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_are_found() {
        for word in ["the", "и", "für", "para"] {
            assert!(is_stop_word(word), "{word}");
        }
        for word in ["harbour", "причал", ""] {
            assert!(!is_stop_word(word), "{word}");
        }
        assert!(is_stop_character('の') && is_stop_character('的') && !is_stop_character('港'));
    }
}
