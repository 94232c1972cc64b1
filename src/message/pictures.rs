use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{edition::Edition, image::Embedded};

/// The pictures that this HTML part shows; all others stay behind.
pub(super) fn shown<'a>(edition: &'a Edition, html: &str) -> Vec<&'a Embedded> {
    edition.images.iter().filter(|image| html.contains(&image.address())).collect()
}

/// The HTML part as a page that stands alone: pictures stand in it as `data:` addresses (RFC 2397).
pub fn inline_images<'a>(edition: &Edition, html: &'a str) -> Cow<'a, str> {
    let mut page = Cow::Borrowed(html);
    for image in shown(edition, html) {
        let data = format!("data:{};base64,{}", image.media_type, STANDARD.encode(&image.octets));
        page = page.replace(&image.address(), &data).into();
    }
    page
}
