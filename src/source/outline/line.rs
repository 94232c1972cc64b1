//! The lines of a page.

use crate::{
    html,
    source::{boilerplate, byline},
};

/// One line or block of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageLine {
    /// Its words.
    pub text: String,
    /// Its markup, clean.
    pub html: String,
    /// The first link in it.
    pub link: Option<String>,
    /// It is marked as a heading.
    pub heading: bool,
}

impl PageLine {
    /// The level of its heading; 7 for what is none.
    pub(super) fn rank(&self) -> u8 {
        let level = || self.html.strip_prefix("<h")?.bytes().next().filter(u8::is_ascii_digit);
        if self.heading { level().map_or(6, |digit| digit - b'0') } else { 7 }
    }
}

/// The lines of clean HTML; line breaks inside a block part lines where one of them is a byline or furniture.
pub fn lines(cleaned: &str) -> Vec<PageLine> {
    let mut all = Vec::new();
    for piece in html::markup_blocks(cleaned) {
        let heading = piece.heading.is_some();
        if piece.html.contains("<br />") && !heading {
            let parts: Vec<String> = piece.html.split("<br />").map(|part| html::clean(part, None)).collect();
            let words: Vec<String> = parts.iter().map(|part| plain(part)).collect();
            if words
                .iter()
                .any(|words| byline::read(words).is_some() || (!words.is_empty() && boilerplate::is_boilerplate(words)))
            {
                for (part, text) in parts.into_iter().zip(words).filter(|(_, text)| !text.is_empty()) {
                    let link = html::markup_blocks(&part).into_iter().find_map(|piece| piece.link);
                    let html = if part.starts_with("<p>") { part } else { format!("<p>{part}</p>") };
                    all.push(PageLine { text, html, link, heading });
                }
                continue;
            }
        }
        all.push(PageLine { text: piece.text, html: piece.html, link: piece.link, heading });
    }
    all
}

fn plain(cleaned: &str) -> String {
    html::plain_line(&html::text(cleaned).replace('&', "&amp;").replace('<', "&lt;"))
}

/// Compares titles without regard to case, space and what a site adds behind them.
pub fn same_title(a: &str, b: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (a, b) = (plain(a), plain(b));
    !a.is_empty() && a == b
}
