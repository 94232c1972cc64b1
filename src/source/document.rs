//! A document, and what a parser makes of it.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::charset;
use crate::{
    diagnostic::Diagnostic,
    html,
    post::{Image, Post},
};

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
