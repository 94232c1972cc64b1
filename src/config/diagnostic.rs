//! Where in the config something is wrong, and what would be right.

use std::{fmt, ops::Range, path::Path};

use toml::de::{DeTable, DeValue};

use super::way::{Step, variable, variable_inside};

/// One thing wrong in the config, shown with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    message: String,
    place: Option<Box<Place>>,
    hint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: String,
    /// Line and column from 1; none where the fault lies in no line, as a missing table.
    line: Option<(usize, usize)>,
    /// The line itself, and how many of its columns are meant.
    text: String,
    width: usize,
}

impl Diagnostic {
    /// A fault that has no place in the file.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, hint: None }
    }

    /// Adds how to mend it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The file, with line and column where there are any.
    fn place(&self) -> Option<String> {
        let place = self.place.as_ref()?;
        let at = place.line.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
        Some(format!("{}{at}", place.file))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n --> {}", place.file)?;
            if let Some((line, column)) = place.line {
                let number = line.to_string();
                let margin = " ".repeat(number.len());
                let (indent, mark) = (" ".repeat(column - 1), "^".repeat(place.width.max(1)));
                write!(f, ":{line}:{column}\n{margin} |\n{number} | {}\n{margin} | {indent}{mark}", place.text)?;
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// The config as text, to point into.
#[derive(Debug)]
pub(super) struct Document<'a> {
    path: &'a Path,
    text: &'a str,
    environment: &'a [(String, String)],
}

impl<'a> Document<'a> {
    /// `environment` are the variables that come before the text.
    pub(super) fn new(path: &'a Path, text: &'a str, environment: &'a [(String, String)]) -> Self {
        Self { path, text, environment }
    }

    pub(super) fn path(&self) -> &'a Path {
        self.path
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn environment(&self) -> &'a [(String, String)] {
        self.environment
    }

    /// Points at the value that `way` leads to, or as near as the file comes to it.
    pub(super) fn value(&self, way: &[Step], message: impl Into<String>) -> Diagnostic {
        self.point(way, false, message)
    }

    /// Points at the last key of `way` itself.
    pub(super) fn key(&self, way: &[Step], message: impl Into<String>) -> Diagnostic {
        self.point(way, true, message)
    }

    /// Where the value at `way` is: the file with line and column, as near as the file comes to it, or the variable that
    /// sets it.
    pub(super) fn place(&self, way: &[Step]) -> String {
        let shown = self.path.display().to_string();
        let variable = || variable(way, self.environment).map(str::to_owned);
        variable().or_else(|| self.value(way, "").place()).unwrap_or(shown)
    }

    /// Points at a key that nobody knows, and names the nearest of those that are known there.
    pub(super) fn unknown<'k>(&self, way: &[Step], known: impl IntoIterator<Item = &'k str> + Clone) -> Diagnostic {
        let Some(Step::Key(key)) = way.last() else { return self.key(way, "unknown key") };
        self.unknown_name(way, &format!("unknown key `{key}`"), known)
    }

    /// The same for a name that is no key of ours.
    pub(super) fn unknown_name<'k>(
        &self,
        way: &[Step],
        message: &str,
        known: impl IntoIterator<Item = &'k str> + Clone,
    ) -> Diagnostic {
        let Some(Step::Key(key)) = way.last() else { return self.key(way, message) };
        let fault = self.key(way, message);
        match nearest(key, known.clone()) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint(format!("known here: {}", known.into_iter().collect::<Vec<_>>().join(", "))),
        }
    }

    /// Where the file does not come as far as `way`, the nearest table on it is meant; where a variable set the
    /// value, no line of the file is to blame.
    fn point(&self, way: &[Step], key: bool, message: impl Into<String>) -> Diagnostic {
        let whole = self.range(way, key);
        let inside = || variable_inside(way, self.environment).filter(|_| whole.is_none());
        if let Some(name) = variable(way, self.environment).or_else(inside) {
            return Diagnostic::new(format!("{name}: {}", message.into()));
        }
        let whole = whole.into_iter();
        let nearer = (1..way.len()).rev().filter_map(|depth| self.range(&way[..depth], false));
        match whole.chain(nearer).next() {
            Some(range) => self.span(range, message),
            None => self.whole(message),
        }
    }

    /// Names the file and no line.
    pub(super) fn whole(&self, message: impl Into<String>) -> Diagnostic {
        let place = Place { file: self.path.display().to_string(), line: None, text: String::new(), width: 0 };
        Diagnostic { message: message.into(), place: Some(Box::new(place)), hint: None }
    }

    /// Points at a range of octets.
    pub(super) fn span(&self, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let start = range.start.min(self.text.len());
        let before = &self.text.as_bytes()[..start];
        let line = before.iter().filter(|&&octet| octet == b'\n').count() + 1;
        let line_start = before.iter().rposition(|&octet| octet == b'\n').map_or(0, |at| at + 1);
        let text = self.text[line_start..].lines().next().unwrap_or_default().replace('\t', " ");
        let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
        let rest = text.chars().count() + 1 - column.min(text.chars().count() + 1);
        let meant = self.text.get(range.clone()).map_or(1, |meant| meant.lines().next().unwrap_or("").chars().count());
        let place = Place {
            file: self.path.display().to_string(),
            line: Some((line, column)),
            width: meant.min(rest),
            text: text.trim_end().to_owned(),
        };
        Diagnostic { message: message.into(), place: Some(Box::new(place)), hint: None }
    }

    /// The octets of a value, or of its key.
    fn range(&self, way: &[Step], key: bool) -> Option<Range<usize>> {
        let (root, _) = DeTable::parse_recoverable(self.text);
        let (first, rest) = way.split_first()?;
        let Step::Key(name) = first else { return None };
        let (found, value) = root.get_ref().iter().find(|(known, _)| known.get_ref() == name)?;
        let mut range = if key && rest.is_empty() { found.span() } else { value.span() };
        let mut value = value.get_ref();
        for (index, step) in rest.iter().enumerate() {
            let last = index + 1 == rest.len();
            match (step, value) {
                (Step::Key(name), DeValue::Table(table)) => {
                    let (found, next) = table.iter().find(|(known, _)| known.get_ref() == name)?;
                    range = if key && last { found.span() } else { next.span() };
                    value = next.get_ref();
                }
                (Step::Index(index), DeValue::Array(array)) => {
                    let next = array.get(*index)?;
                    range = next.span();
                    value = next.get_ref();
                }
                _ => return None,
            }
        }
        Some(range)
    }
}

/// The candidate nearest to `word`, if any is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(word.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
