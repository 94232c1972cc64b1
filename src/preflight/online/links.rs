//! K1, I1: what the edition links to and shows is there.

use std::collections::HashSet;

use dom_query::Document;
use futures::StreamExt as _;
use url::Url;

use crate::{
    lint::{Origin, Row},
    source::{
        address_guard,
        fetch::{Fetcher, Limits, Probe},
    },
};

/// So many addresses wait for their answers at the same time; the fetcher holds back where one host has many.
const MAX_PARALLEL_PROBES: usize = 16;

/// Asks for every link and picture of a page but those of our own server.
pub(super) async fn rows(html: &str, own: Option<&Url>, origin: &Origin<'_>, limits: &Limits) -> Vec<Row> {
    let asked = addresses(html, own);
    let fetcher = &Fetcher::new(limits);
    let probes = asked.iter().map(|(url, is_picture)| async move {
        // Nobody is there to ask (RFC 2606), and no fault of the edition's author either: its sample has such links.
        let is_reserved = address_guard::is_reserved(url, limits.allow_private);
        let probe = if is_reserved { None } else { Some(fetcher.probe(url).await) };
        (url, *is_picture, probe)
    });
    let answers: Vec<_> = futures::stream::iter(probes).buffered(MAX_PARALLEL_PROBES).collect().await;
    let mut rows = Vec::new();
    let (mut there, mut unasked) = (0, 0);
    for (url, is_picture, probe) in answers {
        let Some(probe) = probe else {
            unasked += 1;
            continue;
        };
        match classify(&probe, is_picture) {
            None => there += 1,
            Some((is_error, what, hint)) => {
                let rule = if is_picture { "I1" } else { "K1" };
                let message = format!("`{url}`: {what}");
                let place = origin.place(url.as_str()).unwrap_or_else(|| "text/html".into());
                rows.push(match is_error {
                    true => Row::error(rule, message, place, hint),
                    false => Row::warning(rule, message, place, hint),
                });
            }
        }
    }
    if there > 0 {
        rows.push(Row::holds("K1", format!("{there} links and pictures are there")));
    }
    if unasked > 0 {
        rows.push(Row::holds("K1", format!("{unasked} addresses of example domains were not asked for")));
    }
    rows
}

/// Every http address of the page once, and whether it is a picture's.
fn addresses(html: &str, own: Option<&Url>) -> Vec<(Url, bool)> {
    let page = Document::from(html);
    let mut known = HashSet::new();
    let mut found = Vec::new();
    for (selector, attribute, is_picture) in [("a[href]", "href", false), ("img[src]", "src", true)] {
        for node in page.select(selector).nodes() {
            let address = node.attr(attribute).unwrap_or_default();
            let Ok(mut url) = Url::parse(&address) else { continue };
            url.set_fragment(None);
            let is_own = own.is_some_and(|own| own.origin() == url.origin() && url.path().starts_with(own.path()));
            if matches!(url.scheme(), "http" | "https") && !is_own && known.insert(url.clone()) {
                found.push((url, is_picture));
            }
        }
    }
    found
}

/// Whether it is an error, what is wrong and how to mend it; none where the address is in order.
fn classify(probe: &Probe, is_picture: bool) -> Option<(bool, String, &'static str)> {
    let away = "mend the address, or take it out";
    let later = "look at it in a browser, and run this again later";
    match probe {
        Probe::Status { code: 200..300, kind } if is_picture => match kind {
            Some(kind) if !kind.trim_start().to_ascii_lowercase().starts_with("image/") => {
                Some((true, format!("it is no picture, but `{kind}`"), away))
            }
            _ => None,
        },
        Probe::Status { code: 200..300, .. } => None,
        Probe::Status { code: 404, .. } => Some((true, "the server does not have it (404)".to_owned(), away)),
        Probe::Status { code: 410, .. } => Some((true, "it is gone for good (410)".to_owned(), away)),
        Probe::Status { code: code @ 500.., .. } => {
            Some((true, format!("the server has trouble of its own ({code})"), later))
        }
        // Many sites refuse whoever is no browser: that says nothing about readers.
        Probe::Status { code: code @ (401 | 403 | 405 | 406 | 429 | 451), .. } => {
            (is_picture).then(|| (false, format!("the server refuses us, and perhaps readers as well ({code})"), later))
        }
        Probe::Status { code, .. } => Some((true, format!("the server refused the request ({code})"), away)),
        Probe::Failed(why) => Some((true, why.message.clone(), away)),
    }
}
