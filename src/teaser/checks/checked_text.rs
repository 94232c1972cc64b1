//! A text as the checks read it: made lower-case once, its first words parted once.

/// A text and its lower-case form.
pub(super) struct CheckedText<'a> {
    /// As it stands.
    pub original: &'a str,
    /// In lower case, every apostrophe straight.
    pub lower: String,
}

impl<'a> CheckedText<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut lower = String::with_capacity(text.len() + 8);
        for c in text.chars() {
            match c {
                '\u{2019}' | '\u{2bc}' => lower.push('\''),
                _ if c.is_ascii() => lower.push(c.to_ascii_lowercase()),
                _ => lower.extend(c.to_lowercase()),
            }
        }
        Self { original: text, lower }
    }

    /// The first words; see [`FirstWords`].
    pub fn first_words(&self) -> FirstWords {
        FirstWords::new(&self.lower)
    }
}

/// So many words a phrase has at most.
const MAX_PHRASE_WORDS: usize = 6;

/// The first words of a text with one space between them; a comma or a full stop counts as a word.
pub(super) struct FirstWords {
    words: String,
    ends: [usize; MAX_PHRASE_WORDS],
    count: usize,
}

impl FirstWords {
    fn new(lower: &str) -> Self {
        let mut first = Self { words: String::with_capacity(64), ends: [0; MAX_PHRASE_WORDS], count: 0 };
        let mut in_word = false;
        for c in lower.chars() {
            let letter = c.is_alphanumeric() || matches!(c, '\'' | '-' | '\u{301}');
            if letter && (in_word || !matches!(c, '\'' | '-')) {
                if !in_word {
                    first.part();
                }
                in_word = true;
                first.words.push(c);
                continue;
            }
            if in_word && !first.close() {
                return first;
            }
            in_word = false;
            if matches!(c, ',' | '.') && first.count > 0 {
                first.part();
                first.words.push(c);
                if !first.close() {
                    return first;
                }
            }
        }
        if in_word {
            first.close();
        }
        first
    }

    fn part(&mut self) {
        if !self.words.is_empty() {
            self.words.push(' ');
        }
    }

    /// Notes the end of a word; says whether there is room for another.
    fn close(&mut self) -> bool {
        if let Some(end) = self.ends.get_mut(self.count) {
            *end = self.words.len();
            self.count += 1;
        }
        self.count < MAX_PHRASE_WORDS
    }

    /// The beginnings of it that end with a word, the longest first.
    pub fn phrases(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().take(self.count).rev().filter_map(|end| self.words.get(..*end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_word_by_word() {
        let text = CheckedText::new("“However, it’s a well-known QUAY. Yes.");
        let first = text.first_words();
        let phrases: Vec<&str> = first.phrases().collect();
        assert_eq!(phrases.first(), Some(&"however , it's a well-known quay"));
        assert_eq!(phrases.last(), Some(&"however"));
        assert_eq!(CheckedText::new(" – ").first_words().phrases().count(), 0);
    }
}
