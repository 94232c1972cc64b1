//! The rules of a selection, as the config says them.

use std::time::Duration;

use serde::Deserialize;

use crate::post::{Filter, Languages};

/// `[digest.X.select]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// How many posts go in at most; pinned posts go in besides. Default: `10`.
    pub max: usize,
    /// How many posts an edition needs; fewer wait for the next one. Default: `1`.
    pub min: usize,
    /// Which posts are new: those `last-edition` did not have, or those of a time as `7d`. Default: `last-edition`.
    pub since: Since,
    /// Posts published longer ago never go in, as `30d`. Default: none.
    #[serde(with = "humantime_serde")]
    pub max_age: Option<Duration>,
    /// Which tags a post must have, as `{ any = ["release"], all = [], none = ["draft"] }`. Default: all posts.
    pub tags: Filter,
    /// Which authors a post must have, in the same form. Default: all posts.
    pub authors: Filter,
    /// Languages a post may have, as `["en", "de"]`; a post that names none has the publication's. Default: all.
    pub language: Languages,
    /// URLs or ids of posts that are always in, and first. Default: none.
    pub pin: Vec<String>,
    /// URLs or ids of posts that are never in. Default: none.
    pub drop: Vec<String>,
    /// How many posts of one source go in at most. Default: no limit.
    pub per_source: Option<usize>,
    /// What becomes of new posts beyond `max`: `drop`, or `wait` (for the next edition). Default: `drop`.
    pub overflow: Overflow,
    /// The order of posts: `newest`, `oldest`, `source` (as in the config) or `weight` (of the front matter). Default:
    /// `newest`.
    pub order: Order,
    /// What becomes of the same story from two sources: `merge` (one goes in) or `keep`. Default: `merge`.
    pub duplicates: Duplicates,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            max: 10,
            min: 1,
            since: Since::LastEdition,
            max_age: None,
            tags: Filter::default(),
            authors: Filter::default(),
            language: Languages::default(),
            pin: Vec::new(),
            drop: Vec::new(),
            per_source: None,
            overflow: Overflow::Drop,
            order: Order::Newest,
            duplicates: Duplicates::Merge,
        }
    }
}

/// Which posts are new: `since`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Since {
    /// First seen or published since the last edition of this digest.
    LastEdition,
    /// Published within this time, and not in an earlier edition.
    Within(Duration),
}

impl TryFrom<String> for Since {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "last-edition" {
            return Ok(Self::LastEdition);
        }
        humantime::parse_duration(&text)
            .map(Self::Within)
            .map_err(|_| format!("`{text}` is neither `last-edition` nor a time like `7d`"))
    }
}

/// What becomes of new posts beyond `max`: `overflow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overflow {
    /// They are not new any more.
    Drop,
    /// They are as new for the next edition.
    Wait,
}

/// The order of the posts: `order`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
    /// As the sources stand in the config, the newest of each first.
    Source,
    /// By the posts' `weight`, then the newest first.
    Weight,
}

/// The same story from two sources: `duplicates`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// One of them goes in, with the earliest source's link.
    Merge,
    /// Both go in.
    Keep,
}
