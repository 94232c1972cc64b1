//! The pictures of posts: what their files say, and what a mail shows of them.
//!
//! [`link`] takes pictures by their addresses and finds out how large they are and whether anybody can see them;
//! [`embed`] makes octets that go along with the mail. Both never fail: a picture that is no good is left out, and
//! the answer says why.

mod budget;
mod embed;
mod link;
mod look;
mod shrink;
mod size;
mod workers;

use std::{collections::BTreeMap, sync::Arc};

use url::Url;

use crate::post::Image;

pub use embed::{Wish, embed};
pub use link::link;
pub use look::{Look, State};
pub use size::Size;

/// Pictures are shown as wide as the column of the layout, or as wide as they are: pixels.
pub const COLUMN: u32 = 552;

/// A logo is shown no wider than this: pixels.
pub const LOGO: u32 = 220;

/// All pictures that go along with one edition have no more octets than these, before they are encoded for mail.
pub const BUDGET: usize = 1_000_000;

/// A picture that goes along with the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// What `cid:` addresses call it, without angle brackets: the same for the same octets.
    pub cid: String,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// The file.
    pub octets: Arc<[u8]>,
}

impl Embedded {
    /// The address by which the HTML part shows it.
    pub fn address(&self) -> String {
        format!("cid:{}", self.cid)
    }

    /// A name for who saves it.
    pub fn file_name(&self) -> String {
        let ending = if self.media_type == "image/png" { "png" } else { "jpg" };
        format!("{}.{ending}", self.cid.split('@').next().unwrap_or_default())
    }
}

/// What is known of pictures, by their addresses.
pub type Looks = BTreeMap<String, Look>;

/// What becomes of one picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settled {
    /// The picture as the mail shows it; none where it is left out.
    pub image: Option<Image>,
    /// What is wrong with it, and what follows.
    pub problem: Option<String>,
}

impl Settled {
    fn shown(image: Image) -> Self {
        Self { image: Some(image), problem: None }
    }

    fn left_out(why: &str) -> Self {
        Self { image: None, problem: Some(format!("its picture is left out: {why}")) }
    }
}

/// The picture by its address alone, as large as it is.
fn linked(image: &Image, size: Option<Size>) -> Image {
    let (width, height) = match size {
        Some(Size { width, height }) => (Some(width), Some(height)),
        None => (image.width, image.height),
    };
    Image { width, height, file: None, ..image.clone() }
}

/// Says whether its publisher states a size at which it shows nothing.
fn is_nothing(image: &Image) -> bool {
    [image.width, image.height].into_iter().flatten().any(|side| side < size::LEAST)
}

/// Says why a mail cannot name this address.
fn unfit(url: &Url, allow_private: bool) -> Option<String> {
    match url.scheme() {
        "file" => Some("no `base_url` leads to its file".to_owned()),
        "http" if !allow_private => Some("its address does not begin with https://".to_owned()),
        "https" | "http" if url.password().is_some() => Some("its address holds a password".to_owned()),
        "https" | "http" => None,
        other => Some(format!("its address begins with `{other}:`")),
    }
}

#[cfg(test)]
mod tests;
