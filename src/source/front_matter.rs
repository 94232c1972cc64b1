//! The head of a post's file: `---` YAML, `+++` TOML or a `{` JSON object.

use std::{collections::BTreeMap, sync::LazyLock};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::date;
use crate::{html, zone::Zone};

/// What keys are called, as `front_matter.toml` explains them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    pub(super) published: Vec<String>,
    pub(super) published_from: Vec<String>,
    pub(super) updated: Vec<String>,
    pub(super) expires: Vec<String>,
    pub(super) picture: Vec<String>,
    pub(super) picture_alt: Vec<String>,
    kept_off_by_yes: Vec<String>,
    kept_off_by_no: Vec<String>,
    kept_off_by_word: BTreeMap<String, Vec<String>>,
    pub(super) redirect: Vec<String>,
}

/// What keys are called.
pub static KEYS: LazyLock<Keys> =
    LazyLock::new(|| toml::from_str(include_str!("front_matter.toml")).expect("every test of front matter reads it"));

/// What a front matter says; nothing where it says nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FrontMatter {
    keys: Map<String, Value>,
    /// What of it could not be read as it stands; the rest was.
    pub broken: Option<FrontMatterError>,
}

/// A front matter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontMatterError {
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// Splits a file into its front matter and its body, and reads the former.
///
/// # Errors
/// [`FrontMatterError`], when there is a front matter and it cannot be read.
pub fn split(text: &str) -> Result<(FrontMatter, &str), FrontMatterError> {
    let text = text.trim_start_matches('\u{feff}');
    // Empty lines before the first fence are forgiven.
    let start = text.trim_start();
    let skipped = text[..text.len() - start.len()].matches('\n').count();
    let first = start.lines().next().unwrap_or_default().trim_end();
    match first {
        "---" => fenced(start, "---", skipped, forgiving_yaml),
        "+++" => fenced(start, "+++", skipped, |text| toml(text).map(|value| (value, None))),
        _ if first.starts_with('{') && !first.starts_with("{{") && !first.starts_with("{%") => json(start, skipped),
        _ => Ok((FrontMatter::default(), text)),
    }
}

/// What a front matter says, and what of it could not be read.
type Read = Result<(Value, Option<FrontMatterError>), FrontMatterError>;

fn fenced<'a>(
    text: &'a str,
    fence: &str,
    skipped: usize,
    read: fn(&str) -> Read,
) -> Result<(FrontMatter, &'a str), FrontMatterError> {
    let begin = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut at = begin;
    let end = text[begin..].split_inclusive('\n').find_map(|line| {
        let here = at;
        at += line.len();
        let line = line.trim_end();
        (line == fence || (fence == "---" && line == "...")).then_some(here)
    });
    let Some(end) = end else {
        // A Markdown file may begin with a rule; then the first line after it is no key.
        let second = text[begin..].lines().next().unwrap_or_default();
        if !second.contains([':', '=']) {
            return Ok((FrontMatter::default(), text));
        }
        return Err(FrontMatterError {
            line: skipped + 1,
            message: format!("the front matter is not closed by a line `{fence}`"),
        });
    };
    let in_file = |broken: FrontMatterError| FrontMatterError { line: broken.line + skipped + 1, ..broken };
    let (value, broken) = read(&text[begin..end]).map_err(in_file)?;
    match value {
        Value::Object(keys) => Ok((FrontMatter { keys, broken: broken.map(in_file) }, &text[at..])),
        Value::Null => Ok((FrontMatter::default(), &text[at..])),
        _ => Err(FrontMatterError {
            line: skipped + 2,
            message: "the front matter is no list of keys and values".to_owned(),
        }),
    }
}

/// Reads YAML. Where it is broken, each key is read by itself: a key that stands twice, a tab or a stray quotation mark
/// costs nothing else. Of two, the last counts.
fn forgiving_yaml(text: &str) -> Read {
    let whole = match yaml(text) {
        Ok(value) => return Ok((value, None)),
        Err(broken) => broken,
    };
    let (mut keys, mut broken, mut line) = (Map::new(), None, 1);
    for block in yaml_blocks(text) {
        match yaml(&block.replace('\t', "  ")) {
            Ok(Value::Object(map)) => keys.extend(map),
            Ok(_) => {}
            Err(error) => {
                broken.get_or_insert(FrontMatterError { line: line + error.line - 1, ..error });
                if let Some((key, value)) = block.lines().next().and_then(|line| line.split_once(':')) {
                    let value = value.trim().trim_matches(['"', '\'', '[']);
                    keys.insert(key.trim().to_owned(), Value::String(value.to_owned()));
                }
            }
        }
        line += block.matches('\n').count();
    }
    if keys.is_empty() { Err(whole) } else { Ok((Value::Object(keys), broken)) }
}

/// A key with what belongs to it, each; what stands before the first is a block of its own.
fn yaml_blocks(text: &str) -> Vec<&str> {
    let (mut blocks, mut begin, mut at) = (Vec::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        let begins =
            line.contains(':') && line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '\'' | '_'));
        if begins && at > begin {
            blocks.push(&text[begin..at]);
            begin = at;
        }
        at += line.len();
    }
    blocks.push(&text[begin..]);
    blocks
}

/// Reads a document of YAML.
///
/// # Errors
/// [`FrontMatterError`] where it is broken.
pub(super) fn yaml(text: &str) -> Result<Value, FrontMatterError> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    // YAML 1.2: only `true` and `false` are booleans, and a tag `y` or `no` is a word.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
        // The parser counts from the start of the front matter, and we from that of the file.
        let message = error.without_snippet().to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        FrontMatterError { line, message: one_line(message) }
    })
}

/// Reads a document of TOML.
///
/// # Errors
/// [`FrontMatterError`] where it is broken.
pub(super) fn toml(text: &str) -> Result<Value, FrontMatterError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        FrontMatterError {
            line: text.as_bytes()[..at].iter().filter(|c| **c == b'\n').count() + 1,
            message: one_line(error.message()),
        }
    })
}

fn json(text: &str, skipped: usize) -> Result<(FrontMatter, &str), FrontMatterError> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match stream.next() {
        Some(Ok(Value::Object(keys))) => Ok((FrontMatter { keys, broken: None }, &text[stream.byte_offset()..])),
        // A body that begins with a brace is no front matter unless a key follows.
        Some(Err(error)) if text[1..].trim_start().starts_with('"') => {
            let broken = FrontMatterError::json(&error);
            Err(FrontMatterError { line: broken.line + skipped, ..broken })
        }
        _ => Ok((FrontMatter::default(), text)),
    }
}

impl FrontMatterError {
    /// Where JSON is broken.
    pub(super) fn json(error: &serde_json::Error) -> Self {
        Self { line: error.line().max(1), message: one_line(&error.to_string()) }
    }
}

/// Reads the lines `Key: value` that a file of Pelican begins with, up to an empty line.
pub fn header(text: &str) -> (FrontMatter, &str) {
    let (mut keys, mut at) = (Map::new(), 0);
    let mut last: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        match (line.split_once(':').filter(|(key, _)| is_key(key)), &last) {
            (Some((key, value)), _) => {
                let key = key.to_lowercase();
                keys.insert(key.clone(), Value::String(value.trim().to_owned()));
                last = Some(key);
            }
            (None, Some(key)) if line.starts_with("    ") => {
                if let Some(Value::String(value)) = keys.get_mut(key) {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
            _ => break,
        }
        at += line.len();
    }
    // A text that begins with a word and a colon is none.
    let is_header = keys.contains_key("title") || keys.contains_key("date");
    if is_header { (FrontMatter { keys, broken: None }, &text[at..]) } else { (FrontMatter::default(), text) }
}

fn one_line(message: &str) -> String {
    let line = html::plain_line(&message.replace('<', "&lt;"));
    format!("the front matter cannot be read: {line}")
}

impl FrontMatter {
    /// Takes from elsewhere what it does not say itself.
    pub fn with_defaults(mut self, defaults: Map<String, Value>) -> Self {
        for (key, value) in defaults {
            match (find(&self.keys, &key), value) {
                (None, value) => drop(self.keys.insert(key, value)),
                (Some(Value::Object(_)), Value::Object(inner)) => {
                    if let Some(Value::Object(known)) = self.keys.get_mut(&key) {
                        for (key, value) in inner {
                            known.entry(key).or_insert(value);
                        }
                    }
                }
                _ => {}
            }
        }
        self
    }

    /// Looks for a key as it is, under `[extra]`, and under `[params]` (Hugo).
    fn find(&self, key: &str) -> Option<&Value> {
        if let Some((table, key)) = key.split_once('.') {
            return self.find(table)?.get(key).filter(|value| !value.is_null());
        }
        let nested = |table: &str| find(&self.keys, table).and_then(Value::as_object).and_then(|map| find(map, key));
        find(&self.keys, key).or_else(|| nested("extra")).or_else(|| nested("params")).filter(|value| !value.is_null())
    }

    /// What a key holds, whatever that is.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.find(key)
    }

    /// Every text that one of these keys holds, in their order.
    pub fn texts(&self, keys: &[String]) -> Vec<String> {
        let mut all = Vec::new();
        for value in keys.iter().filter_map(|key| self.find(key)) {
            match value {
                Value::Array(values) => all.extend(values.iter().filter_map(text)),
                value => all.extend(text(value)),
            }
        }
        all.retain(|text| !text.trim().is_empty());
        all
    }

    /// The words of keys, each from a list or from a text with spaces between them.
    pub fn words(&self, keys: &[&str]) -> Vec<String> {
        let mut all = Vec::new();
        for value in keys.iter().filter_map(|key| self.find(key)) {
            match value {
                Value::Array(values) => all.extend(values.iter().filter_map(text)),
                Value::String(text) => all.extend(text.split_whitespace().map(str::to_owned)),
                _ => {}
            }
        }
        all
    }

    /// The first of these keys that holds text, as one plain line.
    pub fn line(&self, keys: &[impl AsRef<str>]) -> Option<String> {
        keys.iter()
            .filter_map(|key| self.find(key.as_ref()).and_then(text))
            .map(|text| html::plain_line(&text))
            .find(|line| !line.is_empty())
    }

    /// The first of these keys that holds text, as it is.
    pub fn raw(&self, keys: &[impl AsRef<str>]) -> Option<String> {
        keys.iter()
            .filter_map(|key| self.find(key.as_ref()).and_then(text))
            .map(|text| text.trim().to_owned())
            .find(|text| !text.is_empty())
    }

    /// All values of these keys, once each; a list, a table's `name`, or a text that `part` splits.
    pub fn list(&self, keys: &[&str], part: fn(&str) -> Vec<&str>) -> Vec<String> {
        let taxonomies = self.keys.get("taxonomies").and_then(Value::as_object);
        let mut all: Vec<String> = Vec::new();
        for key in keys {
            let values = [self.find(key), taxonomies.and_then(|map| map.get(*key))];
            for value in values.into_iter().flatten() {
                let words: Vec<String> = match value {
                    Value::Array(values) => values.iter().filter_map(name).collect(),
                    Value::String(text) => part(text).into_iter().map(str::to_owned).collect(),
                    value => name(value).into_iter().collect(),
                };
                for word in words {
                    let word = html::plain_line(&word);
                    if !word.is_empty() && !all.contains(&word) {
                        all.push(word);
                    }
                }
            }
        }
        all
    }

    /// The first of these keys that holds a date; `Err` with the words of one that is none.
    pub fn date(&self, keys: &[String], zone: Zone) -> Result<Option<DateTime<Utc>>, String> {
        let Some(text) = keys.iter().find_map(|key| self.find(key).and_then(text)) else { return Ok(None) };
        match date::parse(&text, zone).filter(date::is_plausible) {
            Some(date) => Ok(Some(date)),
            None => Err(html::plain_line(&text)),
        }
    }

    /// A whole number.
    pub fn number(&self, key: &str) -> Option<i64> {
        let value = self.find(key)?;
        value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// Says whether the generator keeps the page off the site or off its lists.
    pub fn is_kept_off(&self) -> bool {
        let says = |keys: &[String], answer| keys.iter().any(|key| self.flag(key) == Some(answer));
        says(&KEYS.kept_off_by_yes, true)
            || says(&KEYS.kept_off_by_no, false)
            || KEYS.kept_off_by_word.iter().any(|(key, words)| {
                self.find(key).and_then(text).is_some_and(|word| words.contains(&word.trim().to_lowercase()))
            })
    }

    /// A yes or a no.
    fn flag(&self, key: &str) -> Option<bool> {
        match self.find(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(word) => match word.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => Some(true),
                "false" | "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Finds a key in capital or small letters.
pub(super) fn find<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    map.get(key).or_else(|| map.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        // What a TOML date is to a format that has none; a table with an address, as Hugo's and Jekyll's
        // themes have for images.
        Value::Object(map) => {
            ["$__toml_private_datetime", "url", "src", "path", "feature", "image", "light", "large", "default"]
                .iter()
                .find_map(|key| map.get(*key)?.as_str())
                .map(str::to_owned)
        }
        Value::Array(values) => values.first().and_then(text),
        Value::Null => None,
    }
}

fn name(value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => map.get("name").and_then(text),
        value => text(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn title(text: &str, expect: &str, body: &str) {
        let (matter, rest) = split(text).unwrap();
        assert_eq!((matter.line(&["title"]).as_deref().unwrap_or("none"), rest), (expect, body));
    }

    #[test]
    fn all_three_forms_are_read() {
        title("---\ntitle: \"A: b\"\n---\nbody", "A: b", "body");
        title("---\r\ntitle: A\r\n---\r\nbody", "A", "body");
        title("+++\ntitle = 'A'\n+++\nbody", "A", "body");
        title("{\"title\": \"A\"}\nbody", "A", "\nbody");
        title("\u{feff}\n---\ntitle: 2025\n---\n", "2025", "");
        title("---\n---\nbody", "none", "body");
        title("no front matter", "none", "no front matter");
        title("---\n\nA rule first.", "none", "---\n\nA rule first.");
        title("{{ liquid }}", "none", "{{ liquid }}");
    }

    #[track_caller]
    fn broken(text: &str, line: usize) {
        assert_eq!(split(text).unwrap_err().line, line, "{text}");
    }

    #[test]
    fn what_is_broken_is_named_by_line() {
        broken("+++\ntitle = 'a'\ntags = b\n+++\n", 3);
        broken("{\"title\": \"a\",\n\"tags\": }\n", 2);
        broken("---\ntitle: a\n", 1);
        broken("---\njust words\n---\n", 2);
    }

    #[test]
    fn a_broken_key_costs_no_other() {
        let check = |text: &str, key: &str, expect: &str, line: Option<usize>| {
            let (matter, _) = split(text).unwrap();
            let broken = matter.broken.as_ref().map(|broken| broken.line);
            assert_eq!((matter.raw(&[key]).as_deref(), broken), (Some(expect), line), "{text}");
        };
        check("---\ntitle: a\ntags: [b\n---\n", "title", "a", Some(3));
        check("---\ntitle: a\ntitle: b\nlead: c\n---\n", "title", "b", None);
        check("---\ntitle: a\ntags:\n\t- x\nlead: c\n---\n", "lead", "c", None);
        check("---\ntitle: The \"big\" one\": a story\ndate: 2025-01-02\n---\n", "date", "2025-01-02", Some(2));
        check("---\ntitle: \"A \"big\" one\"\ndate: 2025-01-02\n---\n", "title", "A \"big\" one", Some(2));
        let (matter, body) = header("Title: A: b\nTags: x,\n    y\n\nBody");
        assert_eq!((matter.raw(&["title"]).as_deref(), matter.raw(&["tags"]).as_deref()), (Some("A: b"), Some("x, y")));
        assert_eq!(body, "\nBody");
        assert_eq!(header("Note: well\n\nBody").1, "Note: well\n\nBody");
    }

    #[test]
    fn lists_come_in_every_form() {
        let words = |text: &str| split(text).unwrap().0.list(&["tags"], |text| text.split_whitespace().collect());
        assert_eq!(words("---\ntags: [a, b]\n---\n"), ["a", "b"]);
        assert_eq!(words("---\ntags: a b\n---\n"), ["a", "b"]);
        assert_eq!(words("+++\n[taxonomies]\ntags = ['a', 'b']\n+++\n"), ["a", "b"]);
        assert_eq!(words("---\ntags:\n  - name: a\n---\n"), ["a"]);
    }

    #[test]
    fn dates_come_in_every_form() {
        for text in [
            "---\ndate: 2025-01-09\n---\n",
            "+++\ndate = 2025-01-09\n+++\n",
            "{\"date\":\"2025-01-09\"}",
            "---\ndate: 2025-01-09 00:00:00 +0000\n---\n",
            "+++\ndate = 2025-01-09T00:00:00Z\n+++\n",
        ] {
            let date = split(text).unwrap().0.date(&["date".to_owned()], Zone::utc()).unwrap().unwrap();
            assert_eq!(date.to_rfc3339(), "2025-01-09T00:00:00+00:00", "{text}");
        }
        assert_eq!(
            split("---\ndate: soon\n---\n").unwrap().0.date(&["date".to_owned()], Zone::utc()),
            Err("soon".to_owned())
        );
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(---|\\+\\+\\+|\\{|\\}|\n|title|: |= |\"|\\[|\\PC){0,20}") {
            let _ = split(&text);
        }
    }
}
