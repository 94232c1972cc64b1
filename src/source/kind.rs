//! What a source is, as the config says it.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::site::glob;

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
        /// How its files are read.
        options: FolderOptions,
    },
    /// One page that holds one article.
    Page(Location),
    /// A page that lists posts.
    Listing(Location, Selectors),
}

/// How the files of a folder are read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FolderOptions {
    /// The site's address; without it, and without a generator's config that names one, a post has a link only if its
    /// front matter says so.
    pub base_url: Option<Url>,
    /// How addresses are made of dates and slugs, as `/:year/:month/:day/:slug/`; else as the site's generator does.
    pub permalink: Option<String>,
    /// Globs of paths within the folder that are no posts.
    pub exclude: Vec<Glob>,
    /// Whether a page without a date is a post, new on the day on which it is first seen.
    pub takes_undated: bool,
    /// Keys of front matter that name a picture, before those that are known.
    pub image_keys: Vec<String>,
}

/// A pattern of paths: `*` within a part, `**` over parts, `?`, `{a,b}`, `[ab]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// Takes a pattern; `None` where it is none.
    pub fn new(pattern: &str) -> Option<Self> {
        glob(pattern).map(|_| Self(pattern.to_owned()))
    }

    /// Says whether a path is meant.
    pub(super) fn regex(&self) -> Option<regex_lite::Regex> {
        glob(&self.0)
    }
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
