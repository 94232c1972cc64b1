//! Which posts go into an edition, and why; pure.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::post::{Filter, Post, PostId};

/// `[digest.X.select]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// At most so many posts.
    pub max: usize,
    /// Fewer: no edition, the posts wait.
    pub min: usize,
    /// Which posts are new.
    pub since: Since,
    /// Posts published longer ago never go in.
    #[serde(with = "humantime_serde")]
    pub max_age: Option<Duration>,
    /// What a post's tags must be.
    pub tags: Filter,
    /// Who its authors must be.
    pub authors: Filter,
    /// URLs or ids: always in, first, in this order.
    pub pin: Vec<String>,
    /// URLs or ids: never in.
    pub drop: Vec<String>,
    /// At most so many of one source.
    pub per_source: Option<usize>,
    /// The order of the edition.
    pub order: Order,
    /// What becomes of the same story from two sources.
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
            pin: Vec::new(),
            drop: Vec::new(),
            per_source: None,
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

/// What the ledger remembers of one digest's past.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// When the last sent edition of this digest was frozen; `None` before the first.
    pub last_edition: Option<DateTime<Utc>>,
    /// When each post was first eligible, by source and id.
    pub first_seen: HashMap<(String, PostId), DateTime<Utc>>,
    /// What went out in an edition of this digest.
    pub sent: Vec<SentPost>,
}

/// A post that went out.
#[derive(Debug, Clone, PartialEq)]
pub struct SentPost {
    /// Its source.
    pub source: String,
    /// Its id.
    pub id: PostId,
    /// Its canonical link ([`canonical`](crate::post::canonical)).
    pub link: Option<String>,
    /// [`fingerprint`] of its text.
    pub fingerprint: u64,
    /// The number of the edition.
    pub edition: i64,
}

/// What became of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The post.
    pub post: Post,
    /// When it was first eligible: now, where the ledger has not seen it; `None` for one not eligible yet.
    pub first_seen: Option<DateTime<Utc>>,
    /// In or out, and why.
    pub reason: Reason,
}

/// Why a post is in or out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// In: new since the last edition.
    New,
}

/// The posts of an edition, and what became of the others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Indices into `candidates` of the selected posts, in the order of the edition.
    pub picked: Vec<usize>,
    /// Every post that was offered, in the order it was offered.
    pub candidates: Vec<Candidate>,
}

/// Judges every post.
///
/// `posts` come in the order of the config's sources; `now` decides what lies in the future.
pub fn select(posts: Vec<Post>, rules: &Rules, seen: &Seen, now: DateTime<Utc>) -> Selection {
    let _ = (posts, rules, seen, now);
    Selection::default()
}

/// A simhash of the post's words: near-duplicates differ in few bits.
pub fn fingerprint(post: &Post) -> u64 {
    let _ = post;
    0
}
