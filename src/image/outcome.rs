use url::Url;

use super::size::{self, Size};
use crate::post::Image;

/// What becomes of one picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImageOutcome {
    /// The picture as the mail shows it; none where it is left out.
    pub image: Option<Image>,
    /// What is wrong with it, and what follows.
    pub problem: Option<String>,
}

impl ImageOutcome {
    pub(super) fn shown(image: Image) -> Self {
        Self { image: Some(image), problem: None }
    }

    pub(super) fn left_out(why: &str) -> Self {
        Self { image: None, problem: Some(format!("its picture is left out: {why}")) }
    }
}

/// The picture by its address alone, as large as it is.
pub(super) fn linked(image: &Image, size: Option<Size>) -> Image {
    let (width, height) = match size {
        Some(Size { width, height }) => (Some(width), Some(height)),
        None => (image.width, image.height),
    };
    Image { width, height, file: None, ..image.clone() }
}

/// Says whether its publisher states a size at which it shows nothing.
pub(super) fn is_invisible(image: &Image) -> bool {
    [image.width, image.height].into_iter().flatten().any(|side| side < size::MIN_SIDE)
}

/// Says why a mail cannot name this address.
pub(super) fn unusable_address(url: &Url, allow_private: bool) -> Option<String> {
    match url.scheme() {
        "file" => Some("no `base_url` leads to its file".to_owned()),
        "http" if !allow_private => Some("its address does not begin with https://".to_owned()),
        "https" | "http" if url.password().is_some() => Some("its address holds a password".to_owned()),
        "https" | "http" => None,
        other => Some(format!("its address begins with `{other}:`")),
    }
}
