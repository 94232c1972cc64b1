//! What a source is, as the config says it.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

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
