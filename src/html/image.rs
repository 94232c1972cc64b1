//! The pictures in clean HTML.

use url::Url;

use super::{
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

/// Finds the first picture in clean HTML that is larger than an icon.
pub fn first_image(html: &str) -> Option<Picture> {
    if !html.contains("<img") {
        return None;
    }
    scan(html).find_map(|token| match token {
        Token::Start(tag) if tag.name == "img" => {
            let number = |name| tag.attribute(name).and_then(|value| value.parse().ok());
            let (width, height): (Option<u32>, Option<u32>) = (number("width"), number("height"));
            if width.is_some_and(|width| width < 40) || height.is_some_and(|height| height < 40) {
                return None;
            }
            let url = Url::parse(&decode_entities(tag.attribute("src")?)).ok()?;
            matches!(url.scheme(), "http" | "https").then_some(())?;
            let alt = tag.attribute("alt").map(plain_line).filter(|alt| !alt.is_empty());
            Some(Picture { url, alt, width, height })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_and_unfinished_addresses_are_passed_over() {
        let html = "<p><img src=\"https://a.example/i.png\" width=\"16\" /><img src=\"b.png\" /><img src=\"https://a.example/c.png?a=1&amp;b=2\" alt=\"A boat\" /></p>";
        let picture = first_image(html).unwrap();
        assert_eq!(picture.url.as_str(), "https://a.example/c.png?a=1&b=2");
        assert_eq!(picture.alt.as_deref(), Some("A boat"));
        assert_eq!(first_image("<p>none</p>"), None);
    }
}
