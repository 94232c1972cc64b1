//! The past of a digest, as a selection needs it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::known::PastPost;
use crate::post::PostId;

/// What the store remembers of one digest's past.
#[derive(Debug, Clone, Default)]
pub struct DigestHistory {
    /// When the last sent edition of this digest was frozen; `None` before the first.
    pub last_edition: Option<DateTime<Utc>>,
    /// When each post was first eligible, by source and id.
    pub first_seen: HashMap<(String, PostId), DateTime<Utc>>,
    /// What went out in an edition of this digest.
    pub sent: Vec<SentPost>,
    /// Posts of editions that were stopped before they went out, and those that wait because they did not fit, each with
    /// when that was: new again from then on.
    pub returned: HashMap<(String, PostId), DateTime<Utc>>,
}

/// A post that went out.
#[derive(Debug, Clone, PartialEq)]
pub struct SentPost {
    /// What it was.
    pub post: PastPost,
    /// The number of the edition.
    pub edition: i64,
}
