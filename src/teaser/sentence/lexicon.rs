//! The words that say whether a dot ends a sentence.
//!
//! Where two languages write the same abbreviation, it stands in the file of one of them.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::super::languages::{LANGUAGES, MARKERS, entries, holds, language};

/// What a dot behind an abbreviation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Abbreviation {
    /// Something always follows: "e.g.", "z. B.".
    Always,
    /// A name follows, else it was none: "Mr.", "ул.".
    Title,
    /// The same, but only written with a capital: "Gen.", while "col." may be a word.
    Rank,
    /// An abbreviation before a number, else a word: "No. 5", "S. 12".
    Number,
    /// A sentence goes on in most cases: "the U.S. Navy"; it ends before words that begin sentences.
    Seldom,
    /// Before a capital it mostly ends a sentence: "etc.", "Inc.", "p.m.".
    Mostly,
}

/// Looks up an abbreviation in lower case without its last dot and without spaces.
pub(super) fn abbreviation(word: &str) -> Option<Abbreviation> {
    static ABBREVIATIONS: LazyLock<HashMap<&str, Abbreviation>> = LazyLock::new(|| {
        let lists = LANGUAGES.iter().flat_map(|language| {
            let of = &language.abbreviations;
            [
                (&of.always, Abbreviation::Always),
                (&of.title, Abbreviation::Title),
                (&of.rank, Abbreviation::Rank),
                (&of.number, Abbreviation::Number),
                (&of.seldom, Abbreviation::Seldom),
                (&of.mostly, Abbreviation::Mostly),
            ]
        });
        lists.flat_map(|(words, kind)| words.iter().map(move |word| (word.as_str(), kind))).collect()
    });
    ABBREVIATIONS.get(word).copied()
}

type Words = LazyLock<HashSet<&'static str>>;

/// Says whether `word` seldom follows an initial or an abbreviation but often begins a sentence.
pub(super) fn often_begins_sentence(word: &str) -> bool {
    static WORDS: Words = Words::new(|| entries(|language| &language.sentence_starters).collect());
    WORDS.contains(word)
}

/// Says whether `word` is an article, preposition or the like that may also begin a name: "M. Le Goff", "Mr. De Vries".
pub(super) fn is_particle(word: &str) -> bool {
    static WORDS: Words = Words::new(|| entries(|language| &language.name_particles).collect());
    WORDS.contains(word)
}

/// Says whether a single letter behind `word` is a name and no initial: "plan B", "Halle C".
pub(super) fn is_label(word: &str) -> bool {
    static WORDS: Words = Words::new(|| entries(|language| &language.label_nouns).collect());
    WORDS.contains(word)
}

/// Says whether German writes an ordinal behind `word` with its dot: "am 9. Januar", "der 2. Platz".
pub(super) fn is_before_ordinal(word: &str) -> bool {
    static WORDS: Words = Words::new(|| entries(|language| &language.ordinal_leads).collect());
    let pronoun = || {
        let stems = ["ein", "kein", "mein", "dein", "sein", "ihr", "unser", "euer", "eur"];
        let ends = |stem| word.strip_prefix(stem).is_some_and(|end| matches!(end, "e" | "en" | "em" | "er" | "es"));
        stems.into_iter().any(ends)
    };
    WORDS.contains(word) || pronoun()
}

/// Says whether German counts `word`, in lower case, with ordinals; months are among such words.
pub(super) fn is_counted(word: &str) -> bool {
    static WORDS: Words = Words::new(|| {
        let counting = LANGUAGES.iter().filter(|language| !language.counted_nouns.is_empty());
        let lists = counting.flat_map(|of| [&of.counted_nouns, &of.months, &of.month_abbreviations]);
        lists.flatten().map(String::as_str).collect()
    });
    WORDS.contains(word)
}

/// Says whether `word` is a weekday, a month or a time zone, which follow "5 p.m." in the same sentence.
pub(super) fn is_behind_hour(word: &str) -> bool {
    let is_day = || {
        let lower = word.to_lowercase();
        let one = lower.strip_suffix('s').unwrap_or(&lower);
        // "May" also begins questions.
        lower != "may"
            && language("en").is_some_and(|english| {
                english.is_day_or_month(&lower)
                    || english.is_day_or_month(one)
                    || holds(&english.month_abbreviations, &lower)
            })
    };
    static ZONES: Words = Words::new(|| entries(|language| &language.time_zones).collect());
    ZONES.contains(word) || word.starts_with(char::is_uppercase) && is_day()
}

/// Says whether `word` follows the form of a company in the same sentence: "Acme Inc. CEO Jane Doe".
pub(super) fn follows_company_form(word: &str) -> bool {
    static WORDS: Words = Words::new(|| entries(|language| &language.after_company_forms).collect());
    WORDS.contains(word)
}

/// Says whether `word` reports speech behind a quotation: "“Why?” Ms. Reed asked."
pub(super) fn is_speech_verb(word: &str) -> bool {
    static WORDS: Words = Words::new(|| entries(|language| &language.speech_verbs).collect());
    WORDS.contains(word)
}

/// Says whether `word` is a name that keeps its lower case at the beginning of a sentence; those with a capital inside
/// need no list.
pub(super) fn is_lowercase_name(word: &str) -> bool {
    MARKERS.lowercase_names.iter().any(|name| name == word)
}

/// Says whether `word` is a name that ends with an exclamation mark.
pub(super) fn is_exclaimed_name(word: &str) -> bool {
    MARKERS.exclaimed_names.iter().any(|name| name == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_as_the_look_up_needs_them() {
        let mut seen = HashSet::new();
        for of in LANGUAGES.iter().map(|language| &language.abbreviations) {
            for word in [&of.always, &of.title, &of.rank, &of.number, &of.seldom, &of.mostly].into_iter().flatten() {
                assert_eq!(*word, word.to_lowercase());
                assert!(!word.ends_with('.'), "{word}: the last dot is not part of the look-up");
                assert!(word.len() <= super::super::abbreviation::MAX_ABBREVIATION_BYTES, "{word}");
                assert!(seen.insert(word), "{word} stands twice");
            }
        }
    }
}
