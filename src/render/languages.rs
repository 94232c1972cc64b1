//! The languages that we speak: our own words in mails and on pages.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use chrono::Locale;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::script::primary;
use crate::languages::tables;

/// What a language's file says in its table `render`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Language {
    /// Names the months.
    #[serde(deserialize_with = "locale")]
    pub(super) locale: Locale,
    /// A strftime form of the long date.
    pub(super) date: String,
    /// Stands between names in a row.
    pub(super) names: String,
    /// Our words in mails.
    pub(super) mail: HashMap<String, String>,
    /// Our words on pages.
    pub(super) pages: HashMap<String, String>,
}

/// What we speak where we do not speak a reader's language.
pub(super) static ENGLISH: LazyLock<&Language> = LazyLock::new(|| &LANGUAGES["en"]);

static LANGUAGES: LazyLock<BTreeMap<&str, Language>> = LazyLock::new(|| tables("render").into_iter().collect());

/// The language of a BCP 47 tag, where we speak it.
pub(super) fn language(tag: &str) -> Option<&'static Language> {
    LANGUAGES.get(primary(tag).as_str())
}

fn locale<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Locale, D::Error> {
    let name = String::deserialize(deserializer)?;
    Locale::try_from(name.as_str()).map_err(|_| D::Error::custom(format!("no locale is called `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::texts::TEXTS;

    /// The names in braces.
    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        names.sort_unstable();
        names
    }

    /// What `own` lacks of `english`, and what it has that nobody asks for.
    fn lacks(own: &HashMap<String, String>, english: &HashMap<String, String>) -> Vec<String> {
        let missing = english.iter().filter_map(|(key, word)| match own.get(key) {
            None => Some(format!("no `{key}`")),
            Some(text) if text.is_empty() => Some(format!("`{key}` is empty")),
            Some(text) if placeholders(text) != placeholders(word) => {
                Some(format!("`{key}` fills in {:?}, and English {:?}", placeholders(text), placeholders(word)))
            }
            Some(_) => None,
        });
        let unknown =
            own.keys().filter(|key| !english.contains_key(*key)).map(|key| format!("`{key}` is not asked for"));
        missing.chain(unknown).collect()
    }

    #[test]
    fn no_language_lacks_a_word() {
        let mut lacking = Vec::new();
        for (tag, own) in LANGUAGES.iter() {
            let found = [lacks(&own.mail, &ENGLISH.mail), lacks(&own.pages, &ENGLISH.pages)].concat();
            lacking.extend(found.into_iter().map(|what| format!("{tag}.toml: {what}")));
        }
        assert!(lacking.is_empty(), "{}", lacking.join("\n"));
    }

    #[test]
    fn english_has_every_text_of_the_config() {
        let mut keys: Vec<&str> = ENGLISH.mail.keys().map(String::as_str).collect();
        let mut texts = TEXTS.to_vec();
        keys.sort_unstable();
        texts.sort_unstable();
        assert_eq!(keys, texts);
    }
}
