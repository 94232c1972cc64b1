//! What of an edition is not shown as it was given.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;

/// Something that the layout could not show as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Problem {
    /// What it is about.
    pub about: ProblemSubject,
    /// What readers see instead.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
}

/// What a [`Problem`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemSubject {
    /// A key of `digest.X.theme`.
    Theme(String),
    /// The title of a post that breaks the layout.
    Post(String),
    /// The size of the page.
    Size,
    /// The template.
    Template,
}

impl Problem {
    pub(super) fn new(about: ProblemSubject, diagnostic: impl Into<Diagnostic>) -> Self {
        Self { about, diagnostic: diagnostic.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

/// As it stands in a store: early versions kept the words alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Words(String),
    Whole {
        about: ProblemSubject,
        #[serde(flatten)]
        diagnostic: Diagnostic,
    },
}

impl From<Stored> for Problem {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Words(words) => Self::new(ProblemSubject::Template, words),
            Stored::Whole { about, diagnostic } => Self { about, diagnostic },
        }
    }
}
