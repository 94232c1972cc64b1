//! `/archive/`: the editions that are out, and each as everybody may see it: nobody's name, address or token in it.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use crate::{message, render::PageTexts, store::ArchiveEntry};

use super::{
    conditional,
    edition_page::{self, edition_page},
    extract::{PageError, PathPart},
    page_context::PageContext,
    state::PublicState,
};

/// Editions on a page, and of each digest where there are several.
const PAGE_LENGTH: i64 = 50;
const SECTION_LENGTH: i64 = 10;

/// Nobody turns more pages.
const MAX_PAGES: i64 = 100_000;

/// Lists the newest editions of each digest; of the only one, page by page.
pub(super) async fn list(
    State(state): State<Arc<PublicState>>,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let context = state.page_context();
    let digests = state.store.published_digests().await?;
    if let [only] = &digests[..] {
        return digest_page(&state, &context, only, query, &headers, &context.link("archive/")).await;
    }
    let mut sections = Vec::new();
    for digest in &digests {
        sections.push((digest.as_str(), state.store.archive_page(Some(digest), 0, SECTION_LENGTH).await?));
    }
    Ok(page(&context, &sections, (None, None), &headers))
}

/// Lists the editions of one digest, page by page.
pub(super) async fn list_digest(
    State(state): State<Arc<PublicState>>,
    PathPart(digest): PathPart,
    query: RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    if !state.store.published_digests().await?.contains(&digest) {
        return Err(PageError::NotFound);
    }
    let context = state.page_context();
    digest_page(&state, &context, &digest, query, &headers, &context.archive_link(&digest)).await
}

/// Shows one edition.
pub(super) async fn edition(
    State(state): State<Arc<PublicState>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let Path((digest, number)) = path.map_err(|_| PageError::NotFound)?;
    // `+3`, `03` and the like are no second address of the same page.
    let id = number.parse::<i64>().ok().filter(|id| id.to_string() == number).ok_or(PageError::NotFound)?;
    let frozen = state.store.published_edition(&digest, id).await?.ok_or(PageError::NotFound)?;
    let body = edition_page(&state.page_context(), &frozen);
    Ok(conditional::respond(&headers, conditional::HTML, edition_page::POLICY, Some(frozen.edition.date), body))
}

async fn digest_page(
    state: &PublicState,
    context: &PageContext,
    digest: &str,
    query: RawQuery,
    headers: &HeaderMap,
    address: &str,
) -> Result<Response, PageError> {
    let number = page_number(query);
    let mut found = state.store.archive_page(Some(digest), (number - 1) * PAGE_LENGTH, PAGE_LENGTH + 1).await?;
    let has_older = found.len() as i64 > PAGE_LENGTH;
    found.truncate(PAGE_LENGTH as usize);
    let link = |number: i64| format!("{address}?page={number}");
    let turns = ((number > 1).then(|| link(number - 1)), has_older.then(|| link(number + 1)));
    Ok(page(context, &[(digest, found)], turns, headers))
}

/// Says which page is asked for: the first, where it is not said in a way that we know.
fn page_number(RawQuery(query): RawQuery) -> i64 {
    let query = query.unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let page = pairs.find(|(name, _)| name == "page").and_then(|(_, page)| page.parse().ok());
    page.unwrap_or(1).clamp(1, MAX_PAGES)
}

/// Makes the page of these editions, a section for each digest.
fn page(
    context: &PageContext,
    sections: &[(&str, Vec<ArchiveEntry>)],
    (newer, older): (Option<String>, Option<String>),
    headers: &HeaderMap,
) -> Response {
    let words = context.words(None);
    let only = if let [(only, _)] = sections { Some(*only) } else { None };
    let style = context.style(only, &words);
    let link = |href: Option<String>, key: &str| href.map(|href| json!({ "href": href, "label": words.word(key) }));
    let feed = context.link("feed.xml");
    let shown: Vec<Value> = sections
        .iter()
        .filter(|(_, entries)| !entries.is_empty())
        .map(|(digest, entries)| {
            let has_more = only.is_none() && entries.len() as i64 == SECTION_LENGTH;
            json!({
                "title": context.config.digest_title(digest),
                "more": link(has_more.then(|| context.archive_link(digest)), "older"),
                "issues": entries.iter().map(|entry| entry_json(context, &words, entry)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let body = context.render(
        "archive.html",
        &json!({
            "lang": words.lang, "dir": words.dir, "publication": context.config.publication.name, "style": style.style,
            "title": words.word("archive"), "pages": words.word("archive"), "empty": words.word("empty"),
            "head": [{ "rel": "alternate", "type": "application/atom+xml", "title": words.word("feed"), "href": feed }],
            "feed": { "href": feed, "label": words.word("feed") }, "sections": shown,
            "newer": link(newer, "newer"), "older": link(older, "older"),
        }),
    );
    let newest = sections.iter().flat_map(|(_, entries)| entries.iter().map(|entry| entry.at)).max();
    conditional::respond(headers, conditional::HTML, &style.policy, newest, body)
}

fn entry_json(context: &PageContext, words: &PageTexts, entry: &ArchiveEntry) -> Value {
    json!({
        "href": context.edition_link(&entry.digest, entry.number),
        "subject": message::anonymise_line(&entry.uid, &entry.subject),
        "number": words.number(entry.number),
        "date": words.date(entry.at, context.config.publication.timezone),
        "at": entry.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    })
}
