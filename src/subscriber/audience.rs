//! Who of the subscribers gets a digest.

use serde::Deserialize;

use crate::post::{Filter, Languages};

/// `audience` of a digest: what a subscriber's tags and language must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "AudienceKeys")]
pub struct Audience {
    /// The condition on their tags.
    pub tags: Filter,
    /// The languages that they may read.
    pub languages: Languages,
}

/// The keys of the table.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AudienceKeys {
    any: Vec<String>,
    all: Vec<String>,
    none: Vec<String>,
    language: Languages,
}

impl From<AudienceKeys> for Audience {
    fn from(AudienceKeys { any, all, none, language }: AudienceKeys) -> Self {
        Self { tags: Filter { any, all, none }, languages: language }
    }
}

impl Audience {
    /// Says whether every active subscriber is in it.
    pub fn is_everybody(&self) -> bool {
        self.tags == Filter::default() && self.languages.is_any()
    }

    /// Says whether a subscriber with these tags, parted by spaces, and this language is in it.
    pub fn holds(&self, tags: &str, language: Option<&str>) -> bool {
        self.languages.holds(language) && self.tags.holds(&tags.split_whitespace().collect::<Vec<_>>())
    }
}
