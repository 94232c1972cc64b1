//! `/archive/`: the editions that are out, and each as everybody may see it: nobody's name, address or token in it.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    fresh, missing, paper,
    state::{Present, Public},
    unsubscribe::{Part, short, text},
};
use crate::{
    diagnostic::error_report,
    message,
    render::Words,
    store::{self, Frozen, Issue},
};

/// Editions on a page, and of each digest where there are several.
const PAGE: i64 = 50;
const FEW: i64 = 10;

/// Nobody turns more pages.
const PAGES: i64 = 100_000;

/// Which page is asked for: the first, where it is not said in a way that we know.
fn turned(RawQuery(query): RawQuery) -> i64 {
    let query = query.unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let page = pairs.find(|(name, _)| name == "page").and_then(|(_, page)| page.parse().ok());
    page.unwrap_or(1).clamp(1, PAGES)
}

/// The newest editions of each digest; of the only one, page by page.
pub(super) async fn all(State(public): State<Arc<Public>>, turn: RawQuery, asked: HeaderMap) -> Response {
    let present = public.present();
    let digests = match public.site.store.published_digests().await {
        Ok(digests) => digests,
        Err(error) => return failed(&present, &error),
    };
    if let [only] = &digests[..] {
        return listed(&public, &present, only, turned(turn), &asked, "archive/").await;
    }
    let mut issues = Vec::new();
    for digest in &digests {
        match public.site.store.issues(Some(digest), 0, FEW).await {
            Ok(found) => issues.push((digest.as_str(), found)),
            Err(error) => return failed(&present, &error),
        }
    }
    let more = |digest: &str, found: &[Issue]| found.len() as i64 == FEW && !digest.is_empty();
    let more: Vec<_> = issues.iter().filter(|(digest, found)| more(digest, found)).map(|(digest, _)| *digest).collect();
    page(&present, &issues, &more, (None, None), &asked)
}

/// The editions of one digest, page by page.
pub(super) async fn one(
    State(public): State<Arc<Public>>,
    digest: Part<String>,
    turn: RawQuery,
    asked: HeaderMap,
) -> Response {
    let digest = text(digest);
    let present = public.present();
    match public.site.store.published_digests().await {
        Ok(known) if known.contains(&digest) => {}
        Ok(_) => return missing(State(public)).await,
        Err(error) => return failed(&present, &error),
    }
    let way = format!("archive/{}/", segment(&digest));
    listed(&public, &present, &digest, turned(turn), &asked, &way).await
}

/// One edition.
pub(super) async fn edition(
    State(public): State<Arc<Public>>,
    parts: Part<(String, String)>,
    asked: HeaderMap,
) -> Response {
    let Ok(Path((digest, number))) = parts else { return missing(State(public)).await };
    let present = public.present();
    // `+3`, `03` and the like are no second address of the same page.
    let id = number.parse::<i64>().ok().filter(|id| id.to_string() == number);
    let Some(id) = id else { return missing(State(public)).await };
    match public.site.store.published(&digest, id).await {
        Ok(Some(frozen)) => {
            let body = shown(&present, &frozen);
            fresh::answer(&asked, "text/html; charset=utf-8", paper::POLICY, Some(frozen.edition.date), body)
        }
        Ok(None) => missing(State(public)).await,
        Err(error) => failed(&present, &error),
    }
}

/// An edition as everybody may see it.
pub(super) fn shown(present: &Present, frozen: &Frozen) -> String {
    let edition = &frozen.edition;
    let personal = message::neutral(edition, frozen.variants.main());
    let address = address(present, &edition.digest, edition.number);
    paper::page(&message::stand_alone(edition, &personal.html), &address, &present.link("feed.xml"))
}

/// Where an edition stands in the archive.
pub(super) fn address(present: &Present, digest: &str, number: i64) -> String {
    present.link(&format!("archive/{}/{number}", segment(digest)))
}

/// The page that says that the store cannot be read.
pub(super) fn failed(present: &Present, error: &store::Error) -> Response {
    tracing::error!("{}", error_report(error));
    short(present, &present.words(None), "failed", StatusCode::SERVICE_UNAVAILABLE)
}

async fn listed(
    public: &Public,
    present: &Present,
    digest: &str,
    number: i64,
    asked: &HeaderMap,
    way: &str,
) -> Response {
    match public.site.store.issues(Some(digest), (number - 1) * PAGE, PAGE + 1).await {
        Ok(mut found) => {
            let older = found.len() as i64 > PAGE;
            found.truncate(PAGE as usize);
            let turned = |number: i64| present.link(&format!("{way}?page={number}"));
            let newer = (number > 1).then(|| turned(number - 1));
            page(present, &[(digest, found)], &[], (newer, older.then(|| turned(number + 1))), asked)
        }
        Err(error) => failed(present, &error),
    }
}

/// The page of these editions; of the digests in `more` there are others.
fn page(
    present: &Present,
    issues: &[(&str, Vec<Issue>)],
    more: &[&str],
    (newer, older): (Option<String>, Option<String>),
    asked: &HeaderMap,
) -> Response {
    let words = present.words(None);
    let digest = if let [(only, _)] = issues { Some(*only) } else { None };
    let look = present.look(digest, &words);
    let link = |href: Option<String>, key: &str| href.map(|href| json!({ "href": href, "label": words.word(key) }));
    let feed = present.link("feed.xml");
    let sections: Vec<Value> = issues
        .iter()
        .filter(|(_, found)| !found.is_empty())
        .map(|(digest, found)| {
            let all = more.contains(digest).then(|| present.link(&format!("archive/{}/", segment(digest))));
            json!({
                "title": present.title(digest), "more": link(all, "older"),
                "issues": found.iter().map(|issue| line(present, &words, issue)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let body = present.page(
        "archive.html",
        &json!({
            "lang": words.lang, "dir": words.dir, "publication": present.config.publication.name, "style": look.style,
            "title": words.word("archive"), "pages": words.word("archive"), "empty": words.word("empty"),
            "head": [{ "rel": "alternate", "type": "application/atom+xml", "title": words.word("feed"), "href": feed }],
            "feed": { "href": feed, "label": words.word("feed") }, "sections": sections,
            "newer": link(newer, "newer"), "older": link(older, "older"),
        }),
    );
    let newest = issues.iter().flat_map(|(_, found)| found.iter().map(|issue| issue.at)).max();
    fresh::answer(asked, "text/html; charset=utf-8", &look.policy, newest, body)
}

fn line(present: &Present, words: &Words, issue: &Issue) -> Value {
    json!({
        "href": address(present, &issue.digest, issue.number),
        "subject": message::neutral_line(&issue.uid, &issue.subject),
        "number": words.number(issue.number),
        "date": words.date(issue.at, present.config.publication.timezone),
        "at": issue.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    })
}

/// A digest's name as a part of an address.
fn segment(digest: &str) -> String {
    let plain = |octet: &u8| octet.is_ascii_alphanumeric() || b"-._~".contains(octet);
    digest
        .bytes()
        .map(|octet| if plain(&octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") })
        .collect()
}
