//! The picture of a post as templates see it.

use serde::Serialize;

use crate::{
    edition::{ImageUse, Item},
    image::COLUMN_WIDTH,
};

/// Who listens to a page does not want to hear more of a picture: characters.
const MAX_ALT: usize = 200;

/// What a template sees of a picture; lengths are in pixels.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Picture {
    url: String,
    alt: String,
    width: Option<u32>,
    height: Option<u32>,
    shown_width: u32,
    /// None where the height of the original is not known.
    shown_height: Option<u32>,
}

/// A picture that a mail may show, with words for those who do not see it.
pub(super) fn picture(item: &Item, wanted: ImageUse, title: &str) -> Option<Picture> {
    let image = item.post.image.as_ref().filter(|_| wanted != ImageUse::None)?;
    if !matches!(image.url.scheme(), "https" | "http" | "cid") {
        return None;
    }
    let alt = image.alt.as_deref().map(str::trim).filter(|alt| !alt.is_empty()).unwrap_or(title);
    let size = image.width.zip(image.height).filter(|(width, height)| *width > 0 && *height > 0);
    let shown_width = image.width.filter(|width| *width > 0).map_or(COLUMN_WIDTH, |width| width.min(COLUMN_WIDTH));
    let shown_height = size.map(|(width, height)| {
        let shown = u64::from(height) * u64::from(shown_width) / u64::from(width);
        u32::try_from(shown).unwrap_or(u32::MAX).max(1)
    });
    Some(Picture {
        url: image.url.to_string(),
        alt: one_line(alt),
        width: image.width,
        height: image.height,
        shown_width,
        shown_height,
    })
}

/// Makes one line of it, and cuts that after a word.
fn one_line(words: &str) -> String {
    let words = words.split(|char: char| char == ' ' || char.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(MAX_ALT - 1) else { return line };
    if line[end..].chars().nth(1).is_none() {
        return line;
    }
    let head = &line[..end];
    let is_whole = line[end..].starts_with(' ');
    let cut = head.rfind(' ').filter(|cut| !is_whole && *cut > end / 2).unwrap_or(end);
    format!("{}…", head[..cut].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{post::Image, render::tests::post};

    #[track_caller]
    fn check(url: &str, size: (Option<u32>, Option<u32>), expect: Option<(u32, Option<u32>)>) {
        let mut item = post("Title", "Teaser.");
        let url = url::Url::parse(url).unwrap();
        item.post.image = Some(Image { url, alt: None, width: size.0, height: size.1, file: None });
        let shown = picture(&item, ImageUse::Embed, "Title");
        assert_eq!(shown.map(|picture| (picture.shown_width, picture.shown_height)), expect);
    }

    #[test]
    fn pictures_are_shown_within_the_column() {
        check("https://harbour.example/a.png", (Some(1200), Some(675)), Some((552, Some(310))));
        check("cid:a@harbour.example", (Some(300), Some(200)), Some((300, Some(200))));
        check("cid:a@harbour.example", (None, Some(200)), Some((552, None)));
        check("https://harbour.example/a.png", (Some(0), Some(0)), Some((552, None)));
        check("file:///a.png", (Some(300), Some(200)), None);
    }

    #[test]
    fn words_for_those_who_do_not_see_it_are_one_short_line() {
        let check = |words: &str, expect: &str| assert_eq!(one_line(words), expect);
        check(" A lamp\r\n lit ", "A lamp lit");
        check(&"a".repeat(200), &"a".repeat(200));
        check(&"a".repeat(201), &format!("{}…", "a".repeat(199)));
        check(&"word ".repeat(60), &format!("{}…", "word ".repeat(39) + "word"));
    }
}
