//! What teasers know of each language: the table `teaser` of its file, and `markers.toml` for what belongs to none.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::script::Script;
use crate::languages::{DATES, tables};

/// The lists of one language, as `languages/en.toml` explains them.
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
    #[serde(skip)]
    pub months: Vec<String>,
    #[serde(skip)]
    pub month_abbreviations: Vec<String>,
    #[serde(skip)]
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
    pub unseen_pointers: Vec<String>,
    pub hanging_words: Vec<String>,
    pub not_hanging_after: Vec<String>,
    pub post_cues: Vec<String>,
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
    pub code_signs: Vec<String>,
    pub shortcodes: Vec<String>,
    pub chat_markers: Vec<String>,
    pub lowercase_names: Vec<String>,
    pub exclaimed_names: Vec<String>,
}

/// All languages, the commonest first.
pub(super) static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let dated = |(tag, language): (&'static str, Language)| {
        let Some((_, dates)) = DATES.iter().find(|(of, _)| *of == tag) else { return Language { tag, ..language } };
        let (months, month_abbreviations) = (dates.months.concat(), dates.short_months.concat());
        Language { tag, months, month_abbreviations, weekdays: dates.weekdays.clone(), ..language }
    };
    tables("teaser").into_iter().map(dated).collect()
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
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_phrase_stands_once() {
        assert!(!MARKERS.chat_markers.is_empty());
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
