//! What repairing gives.

use feed_rs::model::Feed;

/// What could be read of a feed.
pub struct Repaired {
    /// The feed with all its readable entries.
    pub feed: Feed,
    /// How many entries could not be read.
    pub lost: usize,
    /// The document ends before its root element does.
    pub truncated: bool,
}
