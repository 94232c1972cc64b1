//! The pictures in clean HTML.

use url::Url;

use super::{
    escape::escape,
    plain::{decode_entities, plain_line},
    scan::{Token, scan},
};

/// A picture as an `img` element names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Absolute `http:` or `https:` address.
    pub url: Url,
    /// Its `alt`, where it says something.
    pub alt: Option<String>,
    /// Width in pixels, where given.
    pub width: Option<u32>,
    /// Height in pixels, where given.
    pub height: Option<u32>,
}

/// A picture with a shorter side is an icon or counts readers: pixels.
pub const MIN_SIDE: u32 = 40;

/// Says whether the file of a picture is named as icons, share buttons and invisible pictures are.
pub fn is_icon(url: &Url) -> bool {
    let file = url.path().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let (stem, ending) = file.rsplit_once('.').unwrap_or((&file, ""));
    let words: Vec<&str> = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // "how-the-crews-share-a-pixel.png" is a picture of something.
    let named = |word: &&str| ["icon", "icons", "share", "sharing", "pixel", "spacer", "blank", "1x1"].contains(word);
    ending == "ico"
        || stem.contains("favicon")
        || stem.starts_with("apple-touch-icon")
        || words.len() <= 3 && words.iter().any(named)
}

/// Finds the first picture in clean HTML that is larger than an icon.
pub fn first_image(html: &str) -> Option<Picture> {
    if !html.contains("<img") {
        return None;
    }
    scan(html).find_map(|token| match token {
        Token::Start(tag) if tag.name == "img" => {
            let number = |name| tag.attribute(name).and_then(|value| value.parse().ok());
            let (width, height): (Option<u32>, Option<u32>) = (number("width"), number("height"));
            if [width, height].into_iter().flatten().any(|side| side < MIN_SIDE) {
                return None;
            }
            let url = Url::parse(&decode_entities(tag.attribute("src")?)).ok()?;
            (matches!(url.scheme(), "http" | "https") && !is_icon(&url)).then_some(())?;
            let alt = tag.attribute("alt").map(plain_line).filter(|alt| !alt.is_empty());
            Some(Picture { url, alt, width, height })
        }
        _ => None,
    })
}

/// Gives pictures other addresses. `address` is asked with what a picture's `src` (or `data-src`) names, its `alt`, and
/// whether it is no larger than an icon; where it says nothing the picture stays as it is.
pub fn with_sources(html: &str, mut address: impl FnMut(&str, Option<&str>, bool) -> Option<String>) -> String {
    if !html.contains("<img") && !html.contains("<IMG") {
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len() + 64);
    for token in scan(html) {
        let source = token.source();
        let is_small = |value: &str| value.trim_end_matches("px").parse::<u32>().is_ok_and(|size| size < 40);
        let found = match token {
            Token::Start(tag) if tag.is(&["img"]) => {
                let lazy = tag.attribute("data-src").or_else(|| tag.attribute("data-original"));
                let is_icon = ["width", "height"].iter().any(|name| tag.attribute(name).is_some_and(is_small));
                let src = lazy.or_else(|| tag.attribute("src")).map(decode_entities);
                src.and_then(|src| address(&src, tag.attribute("alt"), is_icon))
            }
            _ => None,
        };
        match found {
            // Of two attributes with one name the first counts.
            Some(address) => out.push_str(&format!("<img src=\"{}\" {}", escape(&address), &source[4..])),
            None => out.push_str(source),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_are_known_by_their_names() {
        for name in
            ["favicon.ico", "apple-touch-icon-180x180.png", "share.png", "facebook-share.jpg", "1x1.gif", "icon.svg"]
        {
            assert!(is_icon(&Url::parse(&format!("https://a.example/x/{name}")).unwrap()), "{name}");
        }
        for name in ["boat.png", "how-the-crews-share-a-berth.jpg", "iconic.png", "cover"] {
            assert!(!is_icon(&Url::parse(&format!("https://a.example/icons/{name}?share=1")).unwrap()), "{name}");
        }
    }

    #[test]
    fn icons_and_unfinished_addresses_are_passed_over() {
        let html = "<p><img src=\"https://a.example/i.png\" width=\"16\" /><img src=\"b.png\" /><img src=\"https://a.example/c.png?a=1&amp;b=2\" alt=\"A boat\" /></p>";
        let picture = first_image(html).unwrap();
        assert_eq!(picture.url.as_str(), "https://a.example/c.png?a=1&b=2");
        assert_eq!(picture.alt.as_deref(), Some("A boat"));
        assert_eq!(first_image("<p>none</p>"), None);
    }

    #[test]
    fn pictures_get_other_addresses() {
        let html = "<p>a</p><IMG class=x data-src='b&amp;c.png' src=\"blank.gif\"><img src=d.png>";
        let seen = with_sources(html, |src, _, _| (src == "b&c.png").then(|| "https://a.example/?e&f".to_owned()));
        assert_eq!(
            seen,
            "<p>a</p><img src=\"https://a.example/?e&amp;f\"  class=x data-src='b&amp;c.png' src=\"blank.gif\"><img src=d.png>"
        );
    }
}
