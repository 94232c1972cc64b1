//! The config as text, to point into: where something is wrong, and what would be right.

use std::{ops::Range, path::Path};

use toml::de::{DeTable, DeValue};

use super::variables::{Variables, variable_for, variable_inside};
use crate::diagnostic::{Diagnostic, Place};

/// The config's text, and the variables that come before it.
///
/// A path leads to a value by its keys, an entry of a list by its number: `["source", "0", "feed"]`.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) file: &'a Path,
    pub(super) text: &'a str,
    pub(super) variables: &'a Variables,
}

impl Document<'_> {
    /// Refuses the value at `path` unless something `holds`.
    pub(super) fn ensure(
        &self,
        holds: bool,
        path: &[&str],
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Result<(), Diagnostic> {
        if holds { Ok(()) } else { Err(self.value(path, message).hint(hint)) }
    }

    /// Points at the value that `path` leads to, or as near as the file comes to it.
    pub(super) fn value(&self, path: &[&str], message: impl Into<String>) -> Diagnostic {
        self.point(path, false, message)
    }

    /// Points at the last key of `path` itself.
    pub(super) fn key(&self, path: &[&str], message: impl Into<String>) -> Diagnostic {
        self.point(path, true, message)
    }

    /// Where the value at `path` is: the file with line and column, as near as the file comes to it, or the variable that
    /// sets it.
    pub(super) fn place(&self, path: &[&str]) -> Place {
        match variable_for(path, self.variables) {
            Some(variable) => variable.into(),
            None => self.value(path, "").place.unwrap_or_else(|| self.name().into()),
        }
    }

    /// Points at a key that nobody knows, and names the nearest of those that are known there.
    pub(super) fn unknown<'k>(&self, path: &[&str], known: impl IntoIterator<Item = &'k str> + Clone) -> Diagnostic {
        let key = path.last().copied().unwrap_or_default();
        let mut shown = self.key(path, format!("unknown key `{key}`"));
        // Beside a login it may be a password, under whatever name.
        if path.first().is_some_and(|table| LOGIN_TABLES.contains(table))
            && let Some(excerpt) = &mut shown.excerpt
            && let Some((name, value)) = excerpt.line.split_once('=')
            && value.trim_start().starts_with(['"', '\''])
        {
            excerpt.line = format!("{name}= \"…\"");
        }
        shown.hint(suggestion(key, known, "known here:"))
    }

    /// Where the file does not come as far as `path`, the nearest table on it is meant; where a variable set the
    /// value, no line of the file is to blame.
    fn point(&self, path: &[&str], key: bool, message: impl Into<String>) -> Diagnostic {
        let whole = self.range(path, key);
        let inside = || variable_inside(path, self.variables).filter(|_| whole.is_none());
        if let Some(name) = variable_for(path, self.variables).or_else(inside) {
            return Diagnostic::new(message).context(name);
        }
        let nearer = (1..path.len()).rev().filter_map(|depth| self.range(&path[..depth], false));
        match whole.into_iter().chain(nearer).next() {
            Some(range) => self.span(range, message),
            None => self.whole(message),
        }
    }

    /// Names the file and no line.
    pub(super) fn whole(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(message).below(self.name())
    }

    fn name(&self) -> String {
        self.file.display().to_string()
    }

    /// Points at a range of octets.
    pub(super) fn span(&self, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let start = range.start.min(self.text.len());
        let before = &self.text.as_bytes()[..start];
        let line = before.iter().filter(|&&octet| octet == b'\n').count() + 1;
        let line_start = before.iter().rposition(|&octet| octet == b'\n').map_or(0, |at| at + 1);
        let text = self.text[line_start..].lines().next().unwrap_or_default().replace('\t', " ");
        let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
        let rest = (text.chars().count() + 1).saturating_sub(column);
        let meant = self.text.get(range).map_or(1, |meant| meant.lines().next().unwrap_or("").chars().count());
        Diagnostic::new(message)
            .below(Place::new(self.name(), line, column))
            .excerpt(text.trim_end(), Some(meant.min(rest)))
    }

    /// The octets of a value, or of its key.
    fn range(&self, path: &[&str], key: bool) -> Option<Range<usize>> {
        let (root, _) = DeTable::parse_recoverable(self.text);
        let root = DeValue::Table(root.into_inner());
        let (mut value, mut range) = (&root, None);
        for (index, step) in path.iter().enumerate() {
            let is_last = index + 1 == path.len();
            let (found, next) = match value {
                DeValue::Table(table) => {
                    let (found, next) = table.iter().find(|(known, _)| known.get_ref() == step)?;
                    (if key && is_last { found.span() } else { next.span() }, next)
                }
                DeValue::Array(array) => {
                    let next = array.get(step.parse::<usize>().ok()?)?;
                    (next.span(), next)
                }
                _ => return None,
            };
            (range, value) = (Some(found), next.get_ref());
        }
        range
    }
}

/// Tables of the config that stand for a login.
const LOGIN_TABLES: [&str; 5] = ["smtp", "llm", "dkim", "bounce", "store"];

/// Says which of the names that are known was meant, or which there are.
pub(super) fn suggestion<'k>(name: &str, known: impl IntoIterator<Item = &'k str> + Clone, all: &str) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{all} {}", known.into_iter().collect::<Vec<_>>().join(", ")),
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
