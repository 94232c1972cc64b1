//! What teasers know of each language: the files of `languages`, and `markers.toml` for what belongs to none.
//!
//! To add a language, write `languages/TAG.toml` and put its tag into the list below. Every key may be left out;
//! `languages/en.toml` has nearly all of them, each with a comment. The test at the end says what each language lacks.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::script::Script;

macro_rules! files {
    ($($tag:literal)*) => { &[$(($tag, include_str!(concat!("languages/", $tag, ".toml")))),*] };
}

const FILES: &[(&str, &str)] = files!(
    "en" "de" "fr" "es" "pt" "it" "nl" "ru" "zh" "ja" "ko" "pl" "cs" "sv" "da" "fi" "hu" "ro" "tr" "el" "uk" "bg" "ca" "id"
    "vi" "hi" "bn" "ar" "he" "th"
);

/// So many languages there are.
pub(super) const COUNT: usize = FILES.len();

/// The lists of one language, as its file explains them.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Language {
    /// Its BCP 47 tag.
    #[serde(skip)]
    pub tag: &'static str,
    pub tags: Vec<String>,
    pub script: Option<Script>,
    pub own_letters: Vec<String>,
    pub function_words: Vec<String>,
    pub grammar_words: Vec<String>,
    pub stop_words: Vec<String>,
    pub months: Vec<String>,
    pub month_abbreviations: Vec<String>,
    pub weekdays: Vec<String>,
    pub date_words: Vec<String>,
    pub read_more: Vec<String>,
    pub read_on: Vec<String>,
    pub cut_endings: Vec<String>,
    pub boilerplate: Vec<String>,
    pub boilerplate_starts: Vec<String>,
    pub short_boilerplate_starts: Vec<String>,
    pub first_published_notices: Vec<(String, String)>,
    pub greetings: Vec<String>,
    pub welcomes: Vec<String>,
    pub publications: Vec<String>,
    pub pointers: Vec<String>,
    pub see_endings: Vec<String>,
    pub first_person_starts: Vec<String>,
    pub list_announcements: Vec<String>,
    pub unfinished_abbreviations: Vec<String>,
    pub dangling_starts: Vec<String>,
    pub dangling_starts_of: Option<String>,
    pub dangling_unless_paired: Vec<String>,
    pub dangling_unless_before_noun: Vec<String>,
    pub edition_nouns: Vec<String>,
    pub self_contained_starts: Vec<String>,
    pub pair_words: Vec<String>,
    pub dangling_before_comma: Vec<String>,
    pub clause_openers: Vec<String>,
    pub time_words: Vec<String>,
    pub impersonal_it_followers: Vec<String>,
    pub droppable_starts: Vec<String>,
    pub after_said: Vec<String>,
    pub sentence_starters: Vec<String>,
    pub name_particles: Vec<String>,
    pub label_nouns: Vec<String>,
    pub ordinal_leads: Vec<String>,
    pub counted_nouns: Vec<String>,
    pub time_zones: Vec<String>,
    pub after_company_forms: Vec<String>,
    pub speech_verbs: Vec<String>,
    pub speech_endings: Vec<String>,
    pub no_speech_endings: Vec<String>,
    pub speech_going_on: Vec<String>,
    pub nobody_speaks: Vec<String>,
    pub speech_before_quotations: Vec<String>,
    pub speech_after_exclamations: Vec<String>,
    pub particles_after_quotations: Vec<String>,
    pub words_like_particles: Vec<String>,
    pub predicates_after_quotations: Vec<String>,
    pub negations: Vec<String>,
    pub model_starts: Vec<String>,
    pub model_phrases: Vec<String>,
    pub sales_phrases: Vec<String>,
    pub number_sizes: Vec<String>,
    pub injection_phrases: Vec<String>,
    pub injection_verbs: Vec<String>,
    pub injection_earlier_words: Vec<String>,
    pub injection_order_words: Vec<String>,
    pub no_news: NoNewsPhrases,
    pub number_words: BTreeMap<String, Vec<String>>,
    pub number_units: BTreeMap<String, Vec<String>>,
    pub abbreviations: Abbreviations,
}

/// Words that together say that there is no news.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoNewsPhrases {
    pub none: Vec<String>,
    pub news: Vec<String>,
    pub now: Vec<String>,
}

/// Abbreviations by what the dot behind them says.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Abbreviations {
    pub always: Vec<String>,
    pub title: Vec<String>,
    pub rank: Vec<String>,
    pub number: Vec<String>,
    pub seldom: Vec<String>,
    pub mostly: Vec<String>,
}

/// What belongs to no language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Markers {
    pub cut_marks: Vec<String>,
    pub boilerplate: Vec<String>,
    pub boilerplate_starts: Vec<String>,
    pub photo_agencies: Vec<String>,
    pub markup_signs: Vec<String>,
    pub shortcodes: Vec<String>,
    pub chat_markers: Vec<String>,
    pub lowercase_names: Vec<String>,
    pub exclaimed_names: Vec<String>,
}

/// All languages, the commonest first.
pub(super) static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let read = |(tag, text): &(&'static str, &str)| {
        let language = toml::from_str(text).expect("a test reads every language");
        Language { tag, ..language }
    };
    FILES.iter().map(read).collect()
});

/// What belongs to no language.
pub(super) static MARKERS: LazyLock<Markers> =
    LazyLock::new(|| toml::from_str(include_str!("markers.toml")).expect("a test reads the markers"));

/// The language with this tag, or one that it is read as.
pub(super) fn language(tag: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.tag == tag || language.tags.iter().any(|other| other == tag))
}

/// The entries of one list, of all languages.
pub(super) fn entries(list: fn(&Language) -> &Vec<String>) -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().flat_map(list).map(String::as_str)
}

impl Language {
    /// Says whether `word`, in lower case, is a month or a day of the week.
    pub(super) fn is_day_or_month(&self, word: &str) -> bool {
        holds(&self.months, word) || holds(&self.weekdays, word)
    }
}

/// Says whether `word` stands in the list.
pub(super) fn holds(list: &[String], word: &str) -> bool {
    list.iter().any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fmt::Write as _};

    use super::*;

    type List = (&'static str, fn(&Language) -> &Vec<String>);

    /// What decides whether a sentence can be in a teaser: the lists that a new language needs first.
    const PARTS: [List; 8] = [
        ("function_words", |language| &language.function_words),
        ("stop_words", |language| &language.stop_words),
        ("months", |language| &language.months),
        ("boilerplate", |language| &language.boilerplate),
        ("dangling_starts", |language| &language.dangling_starts),
        ("sentence_starters", |language| &language.sentence_starters),
        ("injection_phrases", |language| &language.injection_phrases),
        ("number_sizes", |language| &language.number_sizes),
    ];

    #[test]
    fn what_each_language_lacks_is_known() {
        let mut lacks = String::new();
        for language in LANGUAGES.iter() {
            let missing = PARTS.iter().filter(|(_, list)| list(language).is_empty()).map(|(name, _)| *name);
            let missing: Vec<&str> = missing.collect();
            if !missing.is_empty() {
                writeln!(lacks, "{}: {}", language.tag, missing.join(" ")).unwrap();
            }
        }
        assert_eq!(lacks, include_str!("languages/lacks.txt"));
    }

    #[test]
    fn every_file_is_read_and_every_phrase_stands_once() {
        assert!(!MARKERS.chat_markers.is_empty());
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/teaser/languages")).unwrap();
        let files = files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "toml"));
        assert_eq!(files.count(), COUNT, "a file is not in the list of languages");
        for language in LANGUAGES.iter() {
            let starts = [
                &language.boilerplate_starts,
                &language.short_boilerplate_starts,
                &language.read_on,
                &language.greetings,
                &language.pointers,
            ];
            let anywhere = [&language.boilerplate, &language.read_more];
            let dangling = [
                &language.dangling_starts,
                &language.dangling_unless_paired,
                &language.dangling_unless_before_noun,
                &language.self_contained_starts,
            ];
            for lists in [&starts[..], &anywhere, &dangling] {
                let mut seen = HashSet::new();
                for phrase in lists.iter().copied().flatten() {
                    assert!(seen.insert(phrase), "{}: `{phrase}` stands twice", language.tag);
                    assert_eq!(*phrase, phrase.to_lowercase(), "{}", language.tag);
                }
            }
        }
    }
}
