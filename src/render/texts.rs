//! Our own words in a mail, the editor's replacements among them, and the form of dates.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    error::Error,
    languages::{ENGLISH, Language, language},
};

use crate::{diagnostic::Diagnostic, zone::Zone};

/// The keys of `[digest.X.texts]`.
pub const TEXTS: [&str; 11] =
    ["number", "posted", "by", "and", "read_on", "why", "unsubscribe", "other", "more", "more_left", "view"];

/// The words of one edition.
pub(super) struct Texts {
    own: &'static Language,
    american: bool,
    words: BTreeMap<&'static str, String>,
}

impl Texts {
    /// Takes the words of `language`, English where we do not speak it, with the editor's replacements.
    ///
    /// # Errors
    /// A replacement for a word that there is not.
    pub(super) fn new(language: &str, digest: &str, own: &BTreeMap<String, String>) -> Result<Self, Error> {
        let found = self::language(language).unwrap_or(&ENGLISH);
        let mut words: BTreeMap<_, _> =
            TEXTS.iter().map(|key| (*key, found.mail.get(*key).cloned().unwrap_or_default())).collect();
        for (name, text) in own {
            let key = TEXTS.iter().find(|key| **key == name.as_str()).ok_or_else(|| {
                let nearest = TEXTS.iter().max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
                let unknown = Diagnostic::new(format!("unknown word `{name}`")).at(format!("digest.{digest}.texts"));
                let near = nearest.unwrap_or(&TEXTS[0]);
                Error::Template(unknown.hint(format!("did you mean `{near}`? there are {}", TEXTS.join(", "))))
            })?;
            words.insert(key, text.clone());
        }
        Ok(Self { own: found, american: language.eq_ignore_ascii_case("en-US"), words })
    }

    /// The words of `language` as they are, English where we do not speak it.
    pub(super) fn in_language(language: &str) -> Self {
        Self::new(language, "", &BTreeMap::new()).unwrap_or_else(|_| Self {
            own: &ENGLISH,
            american: false,
            words: BTreeMap::new(),
        })
    }

    /// A word, with `{name}` in it filled in.
    pub(super) fn word(&self, key: &str, name: &str, value: &str) -> String {
        self.words.get(key).map(|word| word.replace(&format!("{{{name}}}"), value)).unwrap_or_default()
    }

    /// The long date on the calendar of `zone`: `9 January 2025`.
    pub(super) fn date(&self, at: DateTime<Utc>, zone: Zone) -> String {
        let form = if self.american { "%B %-d, %Y" } else { &self.own.date };
        at.with_timezone(&zone).format_localized(form, self.own.locale).to_string()
    }

    /// Names in a row: `A, B and C`.
    pub(super) fn list(&self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{}{}{last}", first.join(&self.own.names), self.word("and", "", "")),
        }
    }

    /// The words for templates, those of the whole edition filled in.
    pub(super) fn all(&self, number: i64, title: &str) -> BTreeMap<&'static str, String> {
        let fill = |word: &String| word.replace("{number}", &number.to_string()).replace("{title}", title);
        self.words.iter().map(|(key, word)| (*key, fill(word))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[track_caller]
    fn date(language: &str, expect: &str) {
        let texts = Texts::new(language, "weekly", &BTreeMap::new()).unwrap();
        let at = Utc.with_ymd_and_hms(2025, 1, 8, 23, 30, 0).unwrap();
        assert_eq!(texts.date(at, "Europe/Berlin".parse().unwrap()), expect);
    }

    #[test]
    fn dates_speak_the_language_in_the_zone() {
        date("en", "9 January 2025");
        date("en-US", "January 9, 2025");
        date("de", "9. Januar 2025");
        date("fr-CA", "9 janvier 2025");
        date("es", "9 de enero de 2025");
        date("pt", "9 de janeiro de 2025");
        date("it", "9 gennaio 2025");
        date("nl", "9 januari 2025");
        date("pl", "9 stycznia 2025");
        date("ja", "2025年1月9日");
        date("zh", "2025年1月9日");
        date("ar", "9 يناير 2025");
        date("tlh", "9 January 2025");
    }

    #[test]
    fn words_can_be_replaced_but_not_invented() {
        let own = |key: &str| BTreeMap::from([(key.to_owned(), "Keep reading".to_owned())]);
        assert_eq!(Texts::new("en", "weekly", &own("read_on")).unwrap().word("read_on", "", ""), "Keep reading");
        let error = Texts::new("en", "weekly", &own("raed_on")).err().unwrap().to_string();
        assert!(error.contains("`raed_on`") && error.contains("`read_on`") && error.contains("digest.weekly.texts"));
    }

    #[test]
    fn names_are_listed() {
        let names = ["A", "B", "C"].map(str::to_owned);
        let texts = |language| Texts::new(language, "weekly", &BTreeMap::new()).unwrap();
        assert_eq!(texts("en").list(&names), "A, B and C");
        assert_eq!(texts("ja").list(&names), "A、B、C");
        assert_eq!(texts("en").list(&names[..1]), "A");
    }
}
