//! What all sources gave.

use serde::{Deserialize, Serialize};

use super::document::{FolderReport, Problem, Validators};
use crate::post::Post;

/// What one source gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The source's name.
    pub source: String,
    /// How reading it ended.
    pub state: FetchState,
    /// Its posts, cleaned; drafts and future posts among them.
    pub posts: Vec<Post>,
    /// Of a folder: what it is.
    pub folder: FolderReport,
}

/// How reading a source ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FetchState {
    /// Read: the posts are those that it holds now.
    Read,
    /// The server says that nothing changed (304), or asked to be left alone for now: what was seen holds.
    Unchanged,
    /// Could not be read: what was seen holds.
    Failed,
    /// Not asked this time, because it was a moment ago: what was seen holds.
    Kept,
}

/// What all sources gave, in the order of the config.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gathered {
    /// One for each source.
    pub fetched: Vec<Fetched>,
    /// What went wrong, the sources' own troubles and single posts'.
    pub problems: Vec<Problem>,
    /// What to hand in the next time; replaces the past ones.
    pub validators: Validators,
}
