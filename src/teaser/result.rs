//! What comes of making a teaser.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::options::TeaserMethod;

/// A teaser and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teaser {
    /// Plain text of one line; empty where nothing honest could be made.
    pub text: String,
    /// Where it came from.
    pub from: TeaserSource,
}

/// Where a teaser came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TeaserSource {
    /// An editor wrote it, in the config or the front matter.
    Editor,
    /// There is none.
    None,
    /// It was made of the post.
    #[serde(untagged)]
    Method(TeaserMethod),
}

impl TeaserSource {
    /// The word for it in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::None => "none",
            Self::Method(method) => method.as_str(),
        }
    }
}

impl From<TeaserMethod> for TeaserSource {
    fn from(method: TeaserMethod) -> Self {
        Self::Method(method)
    }
}

/// A teaser, and what the methods before it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeaserResult {
    /// The teaser.
    pub teaser: Teaser,
    /// Methods that had none, and why.
    pub skipped: Vec<SkippedMethod>,
}

/// Why a method has no teaser for a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedMethod {
    /// Which method.
    #[serde(rename = "maker")]
    pub method: TeaserMethod,
    /// In words for an editor.
    pub reason: RefusalReason,
}

/// Words for an editor.
pub type RefusalReason = Cow<'static, str>;
