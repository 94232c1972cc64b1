//! `/feed.xml`: the archive as Atom (RFC 4287).

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::{
    archive::{address, failed},
    fresh,
    state::{Present, Public, held},
};
use crate::{
    edition::Edition,
    message,
    store::{self, Issue},
};

/// Editions in the feed.
const ENTRIES: i64 = 20;

/// The feed as it was made last, and what it was made of.
pub(super) struct Kept {
    of: (Arc<Present>, Vec<Issue>),
    text: String,
}

/// The newest editions, each with its posts and their teasers.
pub(super) async fn feed(State(public): State<Arc<Public>>, asked: HeaderMap) -> Response {
    let present = public.present();
    let issues = match public.site.store.issues(None, 0, ENTRIES).await {
        Ok(issues) => issues,
        Err(error) => return failed(&present, &error),
    };
    let newest = issues.first().map(|issue| issue.at);
    let known = |kept: &&Kept| Arc::ptr_eq(&kept.of.0, &present) && kept.of.1 == issues;
    let kept = held(&public.feed).as_ref().filter(known).map(|kept| kept.text.clone());
    let text = match kept {
        Some(text) => text,
        None => match made(&public, &present, &issues).await {
            Ok(text) => {
                *held(&public.feed) = Some(Kept { of: (Arc::clone(&present), issues), text: text.clone() });
                text
            }
            Err(error) => return failed(&present, &error),
        },
    };
    fresh::answer(&asked, "application/atom+xml; charset=utf-8", "default-src 'none'", newest, text)
}

async fn made(public: &Public, present: &Present, issues: &[Issue]) -> Result<String, store::Error> {
    let mut entries = Vec::with_capacity(issues.len());
    for issue in issues {
        entries.push(entry(present, issue, &public.site.store.content(issue).await?));
    }
    let newest = issues.first().map_or(DateTime::UNIX_EPOCH, |issue| issue.at);
    let text = present.page(
        "feed.xml",
        &json!({
            "lang": present.config.publication.language, "publication": present.config.publication.name,
            "self_url": present.link("feed.xml"), "archive_url": present.link("archive/"), "updated": instant(newest),
            "entries": entries,
        }),
    );
    Ok(text.chars().filter(is_xml).collect())
}

fn entry(present: &Present, issue: &Issue, edition: &Edition) -> Value {
    let posts = edition.posts.iter().map(|item| {
        let url = item.post.url.as_ref().filter(|url| matches!(url.scheme(), "http" | "https"));
        json!({ "title": item.post.title, "url": url, "teaser": item.teaser.text })
    });
    let posts: Vec<Value> = posts.collect();
    json!({
        "id": urn(&issue.uid),
        "title": message::neutral_line(&issue.uid, &issue.subject),
        "summary": message::neutral_line(&issue.uid, &issue.preheader),
        "at": instant(issue.at),
        "href": address(present, &issue.digest, issue.number),
        "digest": issue.digest,
        "digest_title": present.title(&issue.digest),
        "lang": edition.language,
        "content": present.page("entry.html", &json!({ "posts": posts })),
    })
}

/// An edition's random id as a name that stays, wherever the archive moves (RFC 9562).
fn urn(uid: &str) -> String {
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
