//! A document, what a parser makes of it, and what all sources gave.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    diagnostic::Diagnostic,
    html,
    post::{Image, Post},
};

use super::charset;

/// What was fetched, before anybody has looked at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its octets.
    pub octets: Vec<u8>,
    /// The encoding that the server named.
    pub charset: Option<String>,
    /// Where it is, after redirects; `None` for a file.
    pub url: Option<Url>,
}

impl Document {
    /// What it says, in the encoding that it or its server names.
    pub fn text(&self) -> String {
        charset::decode(self.octets.clone(), self.charset.as_deref()).text
    }
}

/// What a server told us last time about one URL, so that we ask politely the next time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Validator {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
    /// It asked not to be asked before (`Retry-After`).
    pub not_before: Option<DateTime<Utc>>,
    /// It said that the resource is gone for good (410); not asked again.
    pub gone: bool,
}

/// [`Validator`]s by URL.
pub type Validators = BTreeMap<String, Validator>;

/// What a parser made of a [`Document`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// The posts that could be read.
    pub posts: Vec<Post>,
    /// What was wrong with some of them.
    pub problems: Vec<Problem>,
    /// Of a folder: what it is.
    pub folder: FolderReport,
}

/// What a folder of posts is, and which of its files are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderReport {
    /// The generator whose site it belongs to, as `Hugo`.
    pub generator: Option<&'static str>,
    /// The files that are no posts.
    pub passed_over: Vec<PassedOver>,
}

impl FolderReport {
    /// Says in a line how many files are no posts, and why; nothing where all are.
    pub fn summary(&self) -> Option<String> {
        let mut reasons: Vec<(usize, &str)> = Vec::new();
        for PassedOver { reason, .. } in &self.passed_over {
            match reasons.iter_mut().find(|(_, known)| known == reason) {
                Some((count, _)) => *count += 1,
                None => reasons.push((1, reason)),
            }
        }
        reasons.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let all = self.passed_over.len();
        let each: Vec<String> = reasons.iter().map(|(count, reason)| format!("{reason} ({count})")).collect();
        let files = if all == 1 { "1 file is no post".to_owned() } else { format!("{all} files are no posts") };
        (all > 0).then(|| format!("{files}: {}", each.join(", ")))
    }

    /// Says how pages without a date become posts, where some are none for that.
    pub fn hint(&self) -> &'static str {
        if self.passed_over.iter().any(|one| one.reason == NO_DATE) {
            "give them a `date`; or `undated = \"first-seen\"` takes them, and `exclude` says that they are meant to stay out"
        } else {
            "`explain --json` names each"
        }
    }
}

/// Why a page without a date is no post.
pub(super) const NO_DATE: &str = "it has no date";

/// A file of a folder that is no post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// Its path within the folder.
    pub path: String,
    /// Why it is none.
    pub reason: &'static str,
}

/// Something that a reader of `status` should know about a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The source's name.
    pub source: String,
    /// What is wrong and what follows, in which file, URL, line or entry, and how to mend it.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
}

impl Problem {
    /// Says what is wrong with a source.
    pub fn new(source: impl Into<String>, diagnostic: impl Into<Diagnostic>) -> Self {
        Self { source: source.into(), diagnostic: diagnostic.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.diagnostic)
    }
}

/// The picture that stands for an article whose publisher names none: the first in its body.
pub(super) fn first_image(body: &str) -> Option<Image> {
    html::first_image(body).map(|picture| Image {
        url: picture.url,
        alt: picture.alt,
        width: picture.width,
        height: picture.height,
        file: None,
    })
}

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
