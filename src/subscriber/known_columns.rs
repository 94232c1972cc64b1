//! What is known of other tools' columns: the file `columns.toml`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::record::Status;

/// The file, as it explains itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownColumns {
    pub fields: BTreeMap<Field, Vec<String>>,
    words: BTreeMap<Status, Vec<String>>,
    answers: Answers,
    languages: BTreeMap<String, Vec<String>>,
    filled: BTreeMap<Status, Vec<String>>,
    yes: BTreeMap<Status, Vec<String>>,
    no: BTreeMap<Status, Vec<String>>,
    empty: BTreeMap<Status, Vec<String>>,
    about_consent: AboutConsent,
    file_names: BTreeMap<Status, Vec<String>>,
    #[serde(rename = "tool")]
    pub tools: Vec<Tool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    yes: Vec<String>,
    no: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AboutConsent {
    parts: Vec<String>,
    harmless: Vec<String>,
}

/// A tool that writes files of subscribers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tool {
    pub name: String,
    /// Where its columns are described.
    #[allow(dead_code, reason = "for those who read the file")]
    source: String,
    /// Columns that it alone writes together.
    pub known_by: Vec<String>,
    /// What is otherwise than in files of other tools.
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    words: BTreeMap<String, Status>,
}

/// A field of a subscriber that a column can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Where mail goes.
    Email,
    /// The whole name.
    Name,
    /// Its first part.
    FirstName,
    /// Its last part.
    LastName,
    /// A BCP 47 tag.
    Language,
    /// An IANA name.
    Timezone,
    /// What `audience` asks for.
    Tags,
    /// Whether mail may go there.
    Status,
    /// The digests that were left, by their names.
    Left,
    /// When and where they agreed, kept as the proof.
    Consent,
    /// Not read.
    Ignore,
}

/// What is read out of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnUse {
    Field(Field),
    /// Filled: this status.
    Filled(Status),
    /// A yes: this status.
    Yes(Status),
    /// A no: this status.
    No(Status),
    /// Empty: this status.
    Empty(Status),
    /// Nobody knows it, and it says nothing of consent.
    Unread,
    /// Nobody knows it, and it may say that somebody does not want mail.
    Unclear,
}

pub(super) static KNOWN: LazyLock<KnownColumns> =
    LazyLock::new(|| toml::from_str(include_str!("columns.toml")).expect("a test reads the columns"));

impl KnownColumns {
    /// The tool that writes such columns.
    pub(super) fn tool_of(&self, columns: &[String]) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.known_by.iter().all(|column| columns.contains(column)))
    }

    /// What a column is read as in a file of `tool`; `None` for a field or a rule that does not exist.
    pub(super) fn use_of(&self, column: &str, tool: Option<&Tool>) -> ColumnUse {
        if let Some(own) = tool.and_then(|tool| tool.columns.get(column)) {
            return match own.split_once(' ') {
                Some(("filled", status)) => ColumnUse::Filled(status.parse().unwrap_or(Status::Unsubscribed)),
                _ => own.parse().map_or(ColumnUse::Unclear, ColumnUse::Field),
            };
        }
        let is_harmless = || self.about_consent.harmless.iter().any(|known| known == column);
        key_of(&self.fields, column)
            .map(ColumnUse::Field)
            .or_else(|| key_of(&self.filled, column).map(ColumnUse::Filled))
            .or_else(|| key_of(&self.yes, column).map(ColumnUse::Yes))
            .or_else(|| key_of(&self.no, column).map(ColumnUse::No))
            .or_else(|| key_of(&self.empty, column).map(ColumnUse::Empty))
            .unwrap_or_else(|| match self.about_consent.parts.iter().any(|part| column.contains(part.as_str())) {
                true if !is_harmless() => ColumnUse::Unclear,
                _ => ColumnUse::Unread,
            })
    }

    /// What a word in a column of status says.
    pub(super) fn status(&self, word: &str, tool: Option<&Tool>) -> Option<Status> {
        let word = simplify(word);
        tool.and_then(|tool| tool.words.get(&word).copied()).or_else(|| key_of(&self.words, &word))
    }

    /// Whether a cell says yes; `None` where it says neither.
    pub(super) fn answer(&self, cell: &str) -> Option<bool> {
        let cell = cell.trim().to_lowercase();
        let holds = |list: &[String]| list.contains(&cell);
        if holds(&self.answers.yes) { Some(true) } else { holds(&self.answers.no).then_some(false) }
    }

    /// The tag of a language that is written as its name.
    pub(super) fn language(&self, name: &str) -> Option<&str> {
        let name = name.to_lowercase();
        self.languages.iter().find(|(_, names)| names.contains(&name)).map(|(tag, _)| tag.as_str())
    }

    /// What a file's name says of everybody in it.
    pub(super) fn status_by_file_name(&self, name: &str) -> Option<Status> {
        let name = simplify(name);
        let says = |words: &Vec<String>| words.iter().any(|word| name.contains(word.as_str()));
        self.file_names.iter().find(|(_, words)| says(words)).map(|(status, _)| *status)
    }
}

/// The key under which a word stands.
fn key_of<K: Copy>(lists: &BTreeMap<K, Vec<String>>, word: &str) -> Option<K> {
    lists.iter().find(|(_, words)| words.iter().any(|known| known == word)).map(|(key, _)| *key)
}

/// A name as names are compared: lower case, one space for each run of spaces, `-`, `_` and `.`.
pub(super) fn simplify(name: &str) -> String {
    let lower = name.to_lowercase();
    let words =
        lower.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '.')).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

impl std::str::FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(text)).map_err(|_| {
            format!(
                "unknown field `{text}`, one of email, name, first_name, last_name, language, timezone, tags, status, left, \
                 consent, ignore"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_as_it_is_compared() {
        let mut seen = std::collections::HashSet::new();
        let lists = [&KNOWN.filled, &KNOWN.yes, &KNOWN.no, &KNOWN.empty].into_iter().flat_map(BTreeMap::values);
        for name in KNOWN.fields.values().chain(lists).flatten() {
            assert_eq!(*name, simplify(name));
            assert!(seen.insert(name), "`{name}` stands twice");
        }
        let mut words = std::collections::HashSet::new();
        for word in KNOWN.words.values().flatten() {
            assert!(words.insert(word), "`{word}` says two things");
        }
        for tool in &KNOWN.tools {
            for (column, usage) in &tool.columns {
                assert_ne!(KNOWN.use_of(column, Some(tool)), ColumnUse::Unclear, "{}: {usage}", tool.name);
            }
        }
    }

    #[test]
    fn what_may_say_no_is_told_from_what_says_nothing() {
        for (column, expect) in [
            ("Unsubscribed From", ColumnUse::Unclear),
            ("GDPR consent", ColumnUse::Unclear),
            ("SMS_BLACKLIST", ColumnUse::Unread),
            ("Shoe size", ColumnUse::Unread),
            ("EMAIL_BLACKLIST", ColumnUse::Yes(Status::Unsubscribed)),
            ("E-Mail-Adresse", ColumnUse::Field(Field::Email)),
        ] {
            assert_eq!(KNOWN.use_of(&simplify(column), None), expect, "{column}");
        }
    }

    #[test]
    fn the_name_of_a_file_says_whom_it_holds() {
        for (name, expect) in [
            ("nonsubscribed_members_export_1.csv", Some(Status::Pending)),
            ("unsubscribed_members_export_1.csv", Some(Status::Unsubscribed)),
            ("cleaned_members_export_1.csv", Some(Status::Suppressed)),
            ("subscribed_members_export_1.csv", None),
            ("readers.csv", None),
        ] {
            assert_eq!(KNOWN.status_by_file_name(name), expect, "{name}");
        }
    }
}
