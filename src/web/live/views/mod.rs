//! A mail's HTML as a client would show it: by night, without pictures, as Gmail strips it, as Outlook for Windows
//! (which lays out with Word) takes it.
//!
//! Text in, text out, and no browser asked: what a client takes away is taken away here, by facts of caniemail.com.
//! The page itself is never written anew from a parser's tree, because what stands in conditional comments would not
//! survive that.

mod gmail;
mod outlook;
mod page;
mod pictures;
mod scheme;

use serde::Deserialize;

use crate::html::{self, Token};

/// How the mail is to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct View {
    /// Whose eyes it is seen with.
    pub(super) client: Client,
    /// By day or by night.
    pub(super) scheme: Scheme,
    /// Whether pictures are shown.
    pub(super) images: Images,
}

/// A mail client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Client {
    /// One that takes everything.
    #[default]
    Any,
    /// Gmail in a browser.
    Gmail,
    /// Outlook for Windows.
    Outlook,
}

/// The colours that the reader's system asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scheme {
    /// By day.
    #[default]
    Light,
    /// By night.
    Dark,
}

/// Whether the client loads pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Images {
    /// Yes.
    #[default]
    On,
    /// Only what stands for them.
    Off,
}

impl View {
    /// Shows `html` so.
    pub(super) fn of(self, html: &str) -> String {
        let html = match self.client {
            Client::Any => html.to_owned(),
            Client::Gmail => gmail::stripped(html),
            Client::Outlook => outlook::taken(html),
        };
        let html = scheme::asked(&html, self.scheme);
        match self.images {
            Images::On => html,
            Images::Off => pictures::hidden(&html),
        }
    }
}

/// Makes links open nowhere: the frame may open no windows, so a click does nothing.
pub(super) fn without_ways_out(html: &str) -> String {
    const AWAY: &str = "<base target=\"_blank\">";
    let mut out = String::with_capacity(html.len() + AWAY.len());
    let mut done = false;
    for token in html::scan(html) {
        match token {
            Token::Start(tag) if tag.is(&["base"]) || page::refreshes(tag) => continue,
            Token::Start(tag) if tag.attribute("target").is_some() => {
                out.push_str(&page::without(tag, |name, _| name.eq_ignore_ascii_case("target")));
            }
            token => out.push_str(token.source()),
        }
        if !done && matches!(token, Token::Start(tag) if tag.is(&["head"])) {
            out.push_str(AWAY);
            done = true;
        }
    }
    if done { out } else { format!("{AWAY}{out}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><html><head><base href=\"https://a.example/\"><meta http-equiv=\"refresh\" \
        content=\"0;url=https://a.example/\"><style>p { color: red }</style></head><body><a href=\"https://a.example/\" \
        target=\"_top\">a</a></body></html>";

    #[test]
    fn no_link_leads_out_of_the_frame() {
        let page = without_ways_out(PAGE);
        assert!(page.contains("<head><base target=\"_blank\"><style>"), "{page}");
        assert!(page.contains("<a href=\"https://a.example/\">a</a>"), "{page}");
        assert!(!page.contains("refresh") && !page.contains("_top"), "{page}");
        assert!(without_ways_out("a").starts_with("<base"));
    }

    #[test]
    fn a_view_that_asks_for_nothing_changes_nothing() {
        assert_eq!(View::default().of(PAGE), PAGE);
    }
}
