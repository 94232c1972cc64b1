//! The words that stand for a post in the digest.

use serde::{Deserialize, Serialize};

use crate::post::Post;

/// `[digest.X.teaser]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    /// Makers, tried in this order.
    pub from: Vec<Maker>,
    /// At most so many graphemes.
    pub max_chars: usize,
    /// At most so many sentences.
    pub max_sentences: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { from: vec![Maker::Description, Maker::Extract], max_chars: 240, max_sentences: 2 }
    }
}

/// The ways of making a teaser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Maker {
    /// The publisher's own words, where they are a real teaser.
    Description,
    /// The sentences of the body that say most.
    Extract,
    /// The first sentences of the body.
    Lead,
    /// A language model's words.
    Llm,
}

/// A teaser and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teaser {
    /// Plain text of one line; empty where nothing honest could be made.
    pub text: String,
    /// Where it came from.
    pub from: Origin,
}

/// Where a teaser came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// An editor wrote it, in the config or the front matter.
    Editor,
    /// The publisher's own description.
    Description,
    /// Extracted from the body.
    Extract,
    /// The first sentences of the body.
    Lead,
    /// A language model.
    Llm,
    /// There is none.
    None,
}

/// Makes the teaser of one post; `pinned` is an editor's own from `[digest.X.teasers]`.
pub fn tease(post: &Post, style: &Style, pinned: Option<&str>) -> Teaser {
    let _ = (post, style, pinned);
    Teaser { text: String::new(), from: Origin::None }
}
