//! A message, taken apart once for all rules.

use std::collections::HashSet;

use dom_query::Document;
use mail_parser::{Message, PartType};

use super::{origin::Origin, scheme::Painted, sheet::Sheet};

/// A message, and what is known of where it comes from.
pub(super) struct InspectedMessage<'a> {
    pub(super) octets: &'a [u8],
    /// Header and body, without the empty line between them.
    pub(super) head: &'a [u8],
    pub(super) headers: Vec<(String, String)>,
    pub(super) parsed: Option<&'a Message<'a>>,
    pub(super) html: String,
    pub(super) text: String,
    pub(super) page: Document,
    pub(super) sheet: Sheet,
    /// The page by day.
    pub(super) light: Painted,
    pub(super) origin: &'a Origin<'a>,
}

impl<'a> InspectedMessage<'a> {
    pub(super) fn new(octets: &'a [u8], parsed: Option<&'a Message<'a>>, origin: &'a Origin<'a>) -> Self {
        let end = octets.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(octets.len());
        let head = &octets[..end];
        let body = |html: bool| {
            let parts = parsed.map(|message| message.parts.as_slice()).unwrap_or_default();
            let found = parts.iter().find_map(|part| match &part.body {
                PartType::Html(text) if html => Some(text.to_string()),
                PartType::Text(text) if !html => Some(text.to_string()),
                _ => None,
            });
            found.unwrap_or_default()
        };
        let html = body(true);
        let page = Document::from(html.as_str());
        let sheet = Sheet::of(&page);
        let light = Painted::by_day(&page, &sheet);
        Self { octets, head, headers: unfold(head), parsed, html, text: body(false), page, sheet, light, origin }
    }

    /// The values of a header, unfolded.
    pub(super) fn header(&self, name: &str) -> Vec<&str> {
        let same = |header: &&(String, String)| header.0.eq_ignore_ascii_case(name);
        self.headers.iter().filter(same).map(|(_, value)| value.as_str()).collect()
    }

    /// The subject as a reader sees it.
    pub(super) fn subject(&self) -> &str {
        self.parsed.and_then(|parsed| parsed.subject()).unwrap_or_default()
    }

    /// The addresses between angle brackets of List-Unsubscribe.
    pub(super) fn unsubscribe_links(&self) -> Vec<&str> {
        let values = self.header("List-Unsubscribe").into_iter();
        values.flat_map(|value| value.split('<').skip(1).filter_map(|rest| rest.split('>').next())).collect()
    }

    /// The address of every link, each once.
    pub(super) fn hrefs(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut known = HashSet::new();
        for node in self.page.select("a").nodes() {
            let href = node.attr("href").unwrap_or_default().to_string();
            if !href.is_empty() && known.insert(href.clone()) {
                found.push(href);
            }
        }
        found
    }

    /// What a reader sees of the body.
    pub(super) fn visible_text(&self) -> String {
        let mut out = String::new();
        for node in self.page.select("body, body *").nodes() {
            let name = super::sheet::name(node);
            if !["style", "script", "title"].contains(&name.as_str()) && self.light.shows_words(node, 1.0) {
                out.push_str(&node.immediate_text());
                out.push(' ');
            }
        }
        out
    }
}

/// Splits a header block into names and values (RFC 5322 2.2.3).
fn unfold(head: &[u8]) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in String::from_utf8_lossy(head).lines() {
        match headers.last_mut() {
            Some((_, value)) if line.starts_with([' ', '\t']) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            _ => {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }
    headers
}
