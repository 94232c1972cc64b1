//! Where posts come from. [`gather`] reads every source at the same time and never fails: what went wrong
//! is part of its answer.

pub mod byline;
pub mod charset;
pub mod copied;
pub mod date;
pub mod feed;
pub mod fetch;
pub mod folder;
mod front_matter;
mod full_text;
pub mod furniture;
mod gather;
pub mod guard;
pub mod layout;
pub mod listing;
pub mod page;
pub mod repair;

pub use gather::gather;

use std::{collections::BTreeMap, fmt, path::PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    post::{Image, Post},
    zone::Zone,
};

/// One `[[source]]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its name in the config.
    pub name: String,
    /// What it is and where.
    pub kind: Kind,
    /// Added to the tags of each of its posts.
    pub tags: Vec<String>,
    /// Fetch each post's page and take the article from there.
    pub full_text: bool,
}

/// The four kinds of source.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// RSS, Atom, RDF or JSON Feed.
    Feed(Location),
    /// A folder of `.md`, `.html` and `.txt` files.
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the posts' links begin with; without it a post has a link only if its front matter says so.
        base_url: Option<Url>,
    },
    /// One page that holds one article.
    Page(Location),
    /// A page that lists posts.
    Listing(Location, Selectors),
}

/// Something to read: over HTTP or from a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Location {
    /// An `http:` or `https:` address.
    Web(Url),
    /// A file.
    File(PathBuf),
}

/// CSS selectors of a listing, `[source.select]`; what is left out is guessed.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selectors {
    /// The element that holds one post. Default: guessed.
    pub item: Option<String>,
    /// Within the item: its title. Default: guessed.
    pub title: Option<String>,
    /// Within the item: the link to the article. Default: guessed.
    pub link: Option<String>,
    /// Within the item: its date. Default: guessed.
    pub date: Option<String>,
    /// Within the item: its author. Default: guessed.
    pub author: Option<String>,
    /// Within the item: its teaser. Default: guessed.
    pub teaser: Option<String>,
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

/// Something that a reader of `status` should know about a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The source's name.
    pub source: String,
    /// The file, URL, line or entry.
    pub place: Option<String>,
    /// What is wrong and what follows.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}: {place}: {}", self.source, self.message),
            None => write!(f, "{}: {}", self.source, self.message),
        }
    }
}

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

/// What a parser made of a [`Document`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The posts that could be read.
    pub posts: Vec<Post>,
    /// What was wrong with some of them.
    pub problems: Vec<Problem>,
}

/// What one source gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Harvest {
    /// The source's name.
    pub source: String,
    /// How reading it ended.
    pub state: State,
    /// Its posts, cleaned; drafts and future posts among them.
    pub posts: Vec<Post>,
}

/// How reading a source ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
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
    pub harvests: Vec<Harvest>,
    /// What went wrong, the sources' own troubles and single posts'.
    pub problems: Vec<Problem>,
    /// What to hand in the next time; replaces the past ones.
    pub validators: Validators,
}

/// What [`gather`] has to know besides the sources.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Limits of fetching.
    pub limits: &'a fetch::Limits,
    /// What servers told us before.
    pub past: &'a Validators,
    /// The zone of dates without one: a bare date is midnight there.
    pub zone: Zone,
    /// The present.
    pub now: DateTime<Utc>,
}

/// The picture that stands for an article whose publisher names none: the first in its body.
fn first_image(body: &str) -> Option<Image> {
    crate::html::first_image(body).map(|picture| Image {
        url: picture.url,
        alt: picture.alt,
        width: picture.width,
        height: picture.height,
        file: None,
    })
}
