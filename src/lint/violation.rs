//! What a rule finds where it does not hold, and the row that becomes of it.

use super::{
    origin::Origin,
    row::{Level, Row},
};
use crate::diagnostic::Place;

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
