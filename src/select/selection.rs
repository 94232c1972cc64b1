//! What comes of a selection.

use chrono::{DateTime, Utc};

use super::reason::Reason;
use crate::post::Post;

/// What became of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The post.
    pub post: Post,
    /// When it was first eligible: now, where the store has not seen it; `None` for one not eligible yet.
    pub first_seen: Option<DateTime<Utc>>,
    /// In or out, and why.
    pub reason: Reason,
}

/// The posts of an edition, and what became of the others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Indices into `candidates` of the selected posts, in the order of the edition.
    pub picked: Vec<usize>,
    /// Every post that was offered, in the order it was offered.
    pub candidates: Vec<Candidate>,
}

impl Selection {
    /// The posts that did not fit under `max`.
    pub fn overflow(&self) -> impl Iterator<Item = &Post> {
        let over = self.candidates.iter().filter(|candidate| matches!(candidate.reason, Reason::Max(_)));
        over.map(|candidate| &candidate.post)
    }

    /// How many new posts would be in, were they not fewer than `min`.
    pub fn waiting(&self) -> usize {
        let found = |candidate: &Candidate| match candidate.reason {
            Reason::Waits { found, .. } => Some(found),
            _ => None,
        };
        self.candidates.iter().find_map(found).unwrap_or(0)
    }
}
