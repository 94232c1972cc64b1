//! A document, and what a parser makes of it.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
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
