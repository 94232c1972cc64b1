//! What `check` says: a row for each rule that holds, and for each violation that a rule found.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Place};

use super::origin::Origin;

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

/// One place that breaks a rule.
#[derive(Debug)]
pub(super) struct Violation {
    level: Level,
    pub(super) message: String,
    /// Where in the message.
    place: String,
    hint: String,
    /// What a post may have brought in: a link, a picture, words.
    about: Option<String>,
    /// What a template or the config may have brought in, as it stands there.
    sign: Option<String>,
}

/// What must be mended: what, where in the message, and how.
pub(super) fn error(message: impl Into<String>, place: impl Into<String>, hint: impl Into<String>) -> Violation {
    let (message, place, hint) = (message.into(), place.into(), hint.into());
    Violation { level: Level::Error, message, place, hint, about: None, sign: None }
}

/// What had better be mended.
pub(super) fn warning(message: impl Into<String>, place: impl Into<String>, hint: impl Into<String>) -> Violation {
    Violation { level: Level::Warning, ..error(message, place, hint) }
}

impl Violation {
    pub(super) fn about(self, about: impl Into<String>) -> Self {
        Self { about: Some(about.into()), ..self }
    }

    pub(super) fn sign(self, sign: impl Into<String>) -> Self {
        Self { sign: Some(sign.into()), ..self }
    }

    pub(super) fn row(self, rule: &'static str, origin: &Origin) -> Row {
        let short: String = self.place.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect();
        let post = self.about.as_deref().and_then(|about| origin.post(about));
        let post = post.map(|post| Place::from(format!("{post}: {short}")));
        let place = post.or_else(|| origin.file(self.sign.as_deref()?)).unwrap_or_else(|| short.into());
        Row { level: self.level, ..Row::error(rule, self.message, place, self.hint) }
    }
}
