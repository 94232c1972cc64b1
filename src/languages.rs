//! What the rooms know of each language: one file a language, `languages/en.toml` and so on, with a table for each room.
//!
//! A language is added by adding its file and its tag to the list below. A table or a list may be left out: then nobody
//! knows of that language what it says. `languages/lacks.txt` names all such gaps, and a test holds it.

use std::sync::LazyLock;

use serde::{Deserialize, de::DeserializeOwned};

macro_rules! files {
    ($($tag:literal)*) => { [$(($tag, include_str!(concat!("languages/", $tag, ".toml")))),*] };
}

/// So many languages there are.
pub(crate) const COUNT: usize = FILES.len();

/// The files by the BCP 47 tags of their languages, the commonest first.
const FILES: [(&str, &str); 30] = files!(
    "en" "de" "fr" "es" "pt" "it" "nl" "ru" "zh" "ja" "ko" "pl" "cs" "sv" "da" "fi" "hu" "ro" "tr" "el" "uk" "bg" "ca" "id"
    "vi" "hi" "bn" "ar" "he" "th"
);

/// What dates are written with, in lower case: the words of Unicode CLDR, and short forms that blogs use.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DateWords {
    /// The months in their order, each with its forms.
    pub months: Vec<Vec<String>>,
    /// The short forms of each month.
    pub short_months: Vec<Vec<String>>,
    /// The days of the week.
    pub weekdays: Vec<String>,
}

/// The words of dates of each language that has them.
pub(crate) static DATES: LazyLock<Vec<(&str, DateWords)>> = LazyLock::new(|| tables("dates"));

/// Reads the table of one room out of each file that has it, the commonest language first.
pub(crate) fn tables<T: DeserializeOwned>(room: &str) -> Vec<(&'static str, T)> {
    let read = |(tag, file): (&'static str, &'static str)| {
        let mut file: toml::Table = toml::from_str(&table(file, room)?).expect("a test reads every file");
        Some((tag, file.remove(room)?.try_into().unwrap_or_else(|error| panic!("languages/{tag}.toml: {error}"))))
    };
    FILES.into_iter().filter_map(read).collect()
}

/// Cuts the table `room` and those within it out of a file: reading all of it for each room takes four times as long.
fn table(file: &str, room: &str) -> Option<String> {
    let start = file.find(&format!("\n[{room}]"))?;
    let within = format!("\n[{room}.");
    let end = file[start + 1..].match_indices("\n[").map(|(at, _)| start + 1 + at);
    let end = end.into_iter().find(|end| !file[*end..].starts_with(&within)).unwrap_or(file.len());
    Some(file[start..end].to_owned())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fmt::Write as _};

    use super::*;

    #[test]
    fn every_file_is_named_and_cut_as_a_whole_reading_would() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/languages")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        assert_eq!(names.filter(|name| name.ends_with(".toml")).count(), COUNT, "a file is not in the list");
        for (tag, file) in FILES {
            let whole: toml::Table = toml::from_str(file).unwrap_or_else(|error| panic!("{tag}.toml: {error}"));
            for (room, value) in &whole {
                let cut = toml::from_str::<toml::Table>(&table(file, room).unwrap()).unwrap();
                assert_eq!(&cut[room], value, "{tag}.toml: {room}");
            }
        }
    }

    #[test]
    fn every_language_with_months_has_twelve_and_they_do_not_clash() {
        let mut numbers = std::collections::HashMap::new();
        for (tag, dates) in DATES.iter() {
            for months in [&dates.months, &dates.short_months] {
                assert!([0, 12].contains(&months.len()), "{tag}");
                for (number, names) in (1..).zip(months) {
                    for name in names {
                        assert_eq!(*name, name.to_lowercase(), "{tag}");
                        let known = *numbers.entry(name).or_insert(number);
                        assert_eq!(known, number, "{tag}: `{name}` is two months");
                    }
                }
            }
        }
    }

    /// A list that is mended is one gap less; a language that is added shows its gaps. What only some languages need,
    /// teasers have, and is no gap.
    #[test]
    fn what_each_language_lacks_is_known() {
        const OF_TEASERS: [&str; 7] = [
            "function_words",
            "stop_words",
            "boilerplate",
            "dangling_starts",
            "sentence_starters",
            "injection_phrases",
            "number_sizes",
        ];
        let mut lacks = String::new();
        for room in ["dates", "source", "teaser", "lint", "bounce", "render"] {
            let tables: Vec<(&str, toml::Table)> = tables(room);
            let lists: BTreeSet<&String> = tables.iter().flat_map(|(_, table)| table.keys()).collect();
            for list in lists.into_iter().filter(|list| room != "teaser" || OF_TEASERS.contains(&list.as_str())) {
                let has = |tag: &str| tables.iter().any(|(of, table)| *of == tag && table.contains_key(list));
                let lacking: Vec<&str> = FILES.iter().map(|(tag, _)| *tag).filter(|tag| !has(tag)).collect();
                if !lacking.is_empty() {
                    writeln!(lacks, "{room}.{list}: {}", lacking.join(" ")).unwrap();
                }
            }
        }
        assert_eq!(lacks, include_str!("languages/lacks.txt"), "{lacks}");
    }
}
