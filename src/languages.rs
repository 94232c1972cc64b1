//! Word lists as data: a room has one TOML file a language, `languages/en.toml` and so on, each compiled in.
//!
//! A language is added by adding its file and its code to the room's list. What a file leaves out, nobody knows of that
//! language; a test of the room names all such gaps.

use serde::de::DeserializeOwned;

/// Lists the files of the folder `languages` beside the file that asks, each with the code of its language.
macro_rules! language_files {
    ($($code:literal),+ $(,)?) => {
        &[$(($code, include_str!(concat!("languages/", $code, ".toml")))),+]
    };
}

pub(crate) use language_files;

/// Files by the codes of their languages.
pub(crate) type LanguageFiles = &'static [(&'static str, &'static str)];

/// Reads the files.
pub(crate) fn read<T: DeserializeOwned>(files: LanguageFiles) -> Vec<(&'static str, T)> {
    let read = |file: &str, code: &str| {
        // Compiled in, and read by a test of each room.
        toml::from_str(file).unwrap_or_else(|error| panic!("languages/{code}.toml: {error}"))
    };
    files.iter().map(|(code, file)| (*code, read(file, code))).collect()
}

/// Names the lists that some languages have and others lack, and those languages: `sections: de fr`.
#[cfg(test)]
pub(crate) fn gaps(files: LanguageFiles) -> Vec<String> {
    let tables: Vec<(&str, toml::Table)> = read(files);
    let lists: std::collections::BTreeSet<&String> = tables.iter().flat_map(|(_, table)| table.keys()).collect();
    let gap = |list: &String| {
        let lacking = tables.iter().filter(|(_, table)| !table.contains_key(list)).map(|(code, _)| *code);
        let lacking = lacking.collect::<Vec<_>>().join(" ");
        (!lacking.is_empty()).then(|| format!("{list}: {lacking}"))
    };
    lists.into_iter().filter_map(gap).collect()
}
