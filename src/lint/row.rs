//! What `check` says: a row for each rule that holds, and for each place that breaks one.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Place};

/// What one rule says of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The rule's id: `H1`, `S1`.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, or what was found right. All that is wrong has a place (the file with line and column, the post, the
    /// header, or the part) and a hint.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
}

impl Row {
    /// A rule that holds.
    pub fn holds(rule: &'static str, message: impl Into<String>) -> Self {
        Self { rule, level: Level::Ok, diagnostic: Diagnostic::new(message) }
    }

    /// What must be mended: what, where, and how.
    pub fn error(
        rule: &'static str,
        message: impl Into<String>,
        place: impl Into<Place>,
        hint: impl Into<String>,
    ) -> Self {
        Self { rule, level: Level::Error, diagnostic: Diagnostic::new(message).at(place).hint(hint) }
    }

    /// What had better be mended: what, where, and how.
    pub fn warning(
        rule: &'static str,
        message: impl Into<String>,
        place: impl Into<Place>,
        hint: impl Into<String>,
    ) -> Self {
        Self { level: Level::Warning, ..Self::error(rule, message, place, hint) }
    }
}

/// How bad a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Better mended.
    Warning,
    /// Must be mended.
    Error,
}
