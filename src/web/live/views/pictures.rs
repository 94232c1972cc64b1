//! A mail whose client loads no pictures: what stands for them is all there is.

use super::rewrite;
use crate::html::{self, Token};

/// A picture that no browser asks anybody for, and that is none.
const NOTHING: &str = "data:,";

/// Takes every picture away: of elements, of attributes, of styles.
pub(super) fn hide(html: &str) -> String {
    let without = |body: &str| {
        let plain = |name: &str, value: &str| !(name.starts_with("background") && has_picture(value));
        rewrite::declarations(body, plain)
    };
    let sheet = |text: &str| text.replace("url(", &format!("url({NOTHING}"));
    let html = rewrite::styles(html, sheet, |_, style| Some(without(style)));
    let mut out = String::with_capacity(html.len());
    for token in html::scan(&html) {
        match token {
            Token::Start(tag) => out.push_str(&rewrite::attributes(tag, |name, value| {
                let name = name.to_ascii_lowercase();
                match name.as_str() {
                    "src" if tag.is(&["img", "input", "source"]) => Some(NOTHING.to_owned()),
                    "srcset" | "background" => None,
                    _ => Some(value.to_owned()),
                }
            })),
            token => out.push_str(token.source()),
        }
    }
    out
}

fn has_picture(value: &str) -> bool {
    value.to_ascii_lowercase().contains("url(")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_for_a_picture_is_left() {
        let page = "<style>p { background: url(https://a.example/b.png) }</style><td background=\"c.png\" \
            style=\"color:red;background:#fff url('d.png')\"><img src=\"e.png\" srcset=\"f.png 2x\" alt=\"A lamp\">";
        let bare = hide(page);
        for file in ["c.png", "d.png", "e.png", "f.png"] {
            assert!(!bare.contains(file), "{file}: {bare}");
        }
        assert!(!bare.contains("url(https://a.example"), "{bare}");
        assert!(bare.contains("alt=\"A lamp\"") && bare.contains("color:red"), "{bare}");
    }
}
