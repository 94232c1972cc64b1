//! A mail's HTML as a client would show it: by night, without pictures, as Gmail strips it, as Outlook for Windows
//! (which lays out with Word) takes it.
//!
//! Text in, text out, and no browser asked: what a client takes away is taken away here, by facts of caniemail.com.
//! The page itself is never written anew from a parser's tree, because what stands in conditional comments would not
//! survive that.

mod gmail;
mod options;
mod outlook;
mod pictures;
mod rewrite;
mod scheme;

pub(super) use options::DisplayOptions;

use crate::html::{self, Token};
use options::{Client, Images};

/// Makes of `html` what is shown so.
pub(super) fn simulate(html: &str, options: DisplayOptions) -> String {
    let html = match options.client {
        Client::Any => html.to_owned(),
        Client::Gmail => gmail::simulate(html),
        Client::Outlook => outlook::simulate(html),
    };
    let html = scheme::simulate(&html, options.scheme);
    match options.images {
        Images::On => html,
        Images::Off => pictures::hide(&html),
    }
}

/// Makes links open nowhere: the frame may open no windows, so a click does nothing.
pub(super) fn block_navigation(html: &str) -> String {
    const AWAY: &str = "<base target=\"_blank\">";
    let mut out = String::with_capacity(html.len() + AWAY.len());
    let mut done = false;
    for token in html::scan(html) {
        match token {
            Token::Start(tag) if tag.is(&["base"]) || is_refresh(tag) => continue,
            Token::Start(tag) if tag.attribute("target").is_some() => {
                out.push_str(&rewrite::without_attributes(tag, |name, _| name.eq_ignore_ascii_case("target")));
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

/// Says whether a tag sends its reader to another page.
fn is_refresh(tag: html::Tag<'_>) -> bool {
    tag.is(&["meta"]) && tag.attribute("http-equiv").is_some_and(|asked| asked.eq_ignore_ascii_case("refresh"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><html><head><base href=\"https://a.example/\"><meta http-equiv=\"refresh\" \
        content=\"0;url=https://a.example/\"><style>p { color: red }</style></head><body><a href=\"https://a.example/\" \
        target=\"_top\">a</a></body></html>";

    #[test]
    fn no_link_leads_out_of_the_frame() {
        let page = block_navigation(PAGE);
        assert!(page.contains("<head><base target=\"_blank\"><style>"), "{page}");
        assert!(page.contains("<a href=\"https://a.example/\">a</a>"), "{page}");
        assert!(!page.contains("refresh") && !page.contains("_top"), "{page}");
        assert!(block_navigation("a").starts_with("<base"));
    }

    #[test]
    fn options_left_out_change_nothing() {
        assert_eq!(simulate(PAGE, DisplayOptions::default()), PAGE);
    }
}
