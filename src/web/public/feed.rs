//! `/feed.xml`: the archive as Atom (RFC 4287).

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::{
    edition::Edition,
    message,
    store::{self, ArchiveEntry},
};

use super::{
    conditional,
    extract::PageError,
    page_context::{PageContext, lock},
    state::{CachedFeed, PublicState},
};

/// Editions in the feed.
const MAX_ENTRIES: i64 = 20;

/// Gives the newest editions, each with its posts and their teasers.
pub(super) async fn feed(State(state): State<Arc<PublicState>>, headers: HeaderMap) -> Result<Response, PageError> {
    let context = state.page_context();
    let entries = state.store.archive_page(None, 0, MAX_ENTRIES).await?;
    let newest = entries.first().map(|entry| entry.at);
    let is_current = |feed: &&CachedFeed| Arc::ptr_eq(&feed.context, &context) && feed.entries == entries;
    let cached = lock(&state.feed).as_ref().filter(is_current).map(|feed| feed.text.clone());
    let text = match cached {
        Some(text) => text,
        None => {
            let text = render(&state, &context, &entries).await?;
            *lock(&state.feed) = Some(CachedFeed { context: Arc::clone(&context), entries, text: text.clone() });
            text
        }
    };
    Ok(conditional::respond(&headers, "application/atom+xml; charset=utf-8", "default-src 'none'", newest, text))
}

async fn render(state: &PublicState, context: &PageContext, entries: &[ArchiveEntry]) -> Result<String, store::Error> {
    let mut shown = Vec::with_capacity(entries.len());
    for entry in entries {
        shown.push(entry_json(context, entry, &state.store.archived_content(entry).await?));
    }
    let newest = entries.first().map_or(DateTime::UNIX_EPOCH, |entry| entry.at);
    let text = context.render(
        "feed.xml",
        &json!({
            "lang": context.config.publication.language, "publication": context.config.publication.name,
            "self_url": context.link("feed.xml"), "archive_url": context.link("archive/"), "updated": instant(newest),
            "entries": shown,
        }),
    );
    Ok(text.chars().filter(is_xml).collect())
}

fn entry_json(context: &PageContext, entry: &ArchiveEntry, edition: &Edition) -> Value {
    let posts = edition.posts.iter().map(|item| {
        let url = item.post.url.as_ref().filter(|url| matches!(url.scheme(), "http" | "https"));
        json!({ "title": item.post.title, "url": url, "teaser": item.teaser.text })
    });
    let posts: Vec<Value> = posts.collect();
    json!({
        "id": edition_urn(&entry.uid),
        "title": message::anonymise_line(&entry.uid, &entry.subject),
        "summary": message::anonymise_line(&entry.uid, &entry.preheader),
        "at": instant(entry.at),
        "href": context.edition_link(&entry.digest, entry.number),
        "digest": entry.digest,
        "digest_title": context.config.digest_title(&entry.digest),
        "lang": edition.language,
        "content": context.render("entry.html", &json!({ "posts": posts })),
    })
}

/// Writes an edition's random id as a name that stays, wherever the archive moves (RFC 9562).
fn edition_urn(uid: &str) -> String {
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| uid.get(part).unwrap_or_default());
    format!("urn:uuid:{}", parts.join("-"))
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Says whether XML 1.0 knows the character.
fn is_xml(char: &char) -> bool {
    matches!(u32::from(*char), 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..)
}
