//! The pictures that go along with the HTML part, in a `multipart/related` with it (RFC 2387, RFC 2392).

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::message::{
    Attachment, Body, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType},
};

use super::base64::push_lines;
use crate::{edition::Edition, image::Embedded};

/// The pictures that this HTML part shows; all others stay behind.
pub(super) fn shown<'a>(edition: &'a Edition, html: &str) -> Vec<&'a Embedded> {
    edition.images.iter().filter(|image| html.contains(&image.address())).collect()
}

/// A boundary that no part can contain, and that is no beginning of the outer one.
fn boundary(edition: &Edition) -> String {
    format!("=_r_{}", edition.id.as_str())
}

/// What stands before the header of the HTML part, and what stands after that part, both the same for all recipients;
/// nothing where there are no pictures.
pub(super) fn around(edition: &Edition, images: &[&Embedded]) -> (String, Vec<u8>) {
    if images.is_empty() {
        return (String::new(), Vec::new());
    }
    let boundary = boundary(edition);
    let before = format!(
        "Content-Type: multipart/related; type=\"text/html\";\r\n boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n"
    );
    let mut after = Vec::with_capacity(images.iter().map(|image| 500 + image.octets.len() / 57 * 78).sum());
    for image in images {
        let header = format!(
            "\r\n--{boundary}\r\nContent-Type: {}\r\nContent-ID: <{}>\r\n\
             Content-Disposition: inline; filename=\"{}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            image.media_type,
            image.cid,
            image.file_name()
        );
        after.extend_from_slice(header.as_bytes());
        push_lines(&image.octets, &mut after);
    }
    after.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (before, after)
}

/// The same for a general builder.
pub(super) fn built(edition: &Edition, html: SinglePart, images: &[&Embedded]) -> MultiPart {
    let kind = |text: &str| ContentType::parse(text).unwrap_or(ContentType::TEXT_PLAIN);
    let related = kind(&format!("multipart/related; type=\"text/html\"; boundary=\"{}\"", boundary(edition)));
    let mut parts = MultiPart::builder().header(related).singlepart(html);
    for image in images {
        let body = Body::new_with_encoding(image.octets.to_vec(), ContentTransferEncoding::Base64)
            .unwrap_or_else(|octets| Body::dangerous_pre_encoded(octets, ContentTransferEncoding::Binary));
        let attachment = Attachment::new_inline_with_name(image.cid.clone(), image.file_name());
        parts = parts.singlepart(attachment.body(body, kind(&image.media_type)));
    }
    parts
}

/// The HTML part as a page that stands alone: pictures stand in it as `data:` addresses (RFC 2397).
pub fn stand_alone<'a>(edition: &Edition, html: &'a str) -> Cow<'a, str> {
    let mut page = Cow::Borrowed(html);
    for image in shown(edition, html) {
        let data = format!("data:{};base64,{}", image.media_type, STANDARD.encode(&image.octets));
        page = page.replace(&image.address(), &data).into();
    }
    page
}
