//! How teasers are made, as the config says it.

use serde::{Deserialize, Serialize};

/// `[digest.X.teaser]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TeaserOptions {
    /// How a teaser is made, tried in this order: `description`, `extract`, `lead`, `llm`. Default: `["description",
    /// "extract"]`.
    pub from: Vec<TeaserMethod>,
    /// How many characters (graphemes) a teaser has at most. Default: `240`.
    pub max_chars: usize,
    /// How many sentences a teaser has at most; the publisher's own words may have more where they are short enough.
    /// Default: `2`.
    pub max_sentences: usize,
    /// Holds the publisher's own words to every check that the extractor's have to pass; without it they are refused
    /// only where they are no teaser at all: cut off, the beginning of the body, the title, boilerplate, markup.
    /// Default: `false`.
    pub strict: bool,
}

impl Default for TeaserOptions {
    fn default() -> Self {
        Self {
            from: vec![TeaserMethod::Description, TeaserMethod::Extract],
            max_chars: 240,
            max_sentences: 2,
            strict: false,
        }
    }
}

/// The ways of making a teaser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TeaserMethod {
    /// The publisher's own words, where they are a real teaser.
    Description,
    /// The sentences of the body that say most.
    Extract,
    /// The first sentences of the body.
    Lead,
    /// A language model's words.
    Llm,
}

impl TeaserMethod {
    /// The word for it in the config, in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Extract => "extract",
            Self::Lead => "lead",
            Self::Llm => "llm",
        }
    }
}
