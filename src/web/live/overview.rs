//! All that stands around the mail: what there is to choose from, the inbox row, when it goes out and to how many.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    diagnostics::to_json,
    reader_view::{ReaderView, ViewQuery},
    session::PreviewSession,
    snapshot::{BuiltEdition, Snapshot},
};
use crate::{
    config::Config,
    digest::Next,
    message,
    store::{self, Store},
    subscriber::Subscriber,
    zone::Zone,
};

/// So many readers of each language stand in the list.
const READERS_PER_LANGUAGE: i64 = 3;

/// So many editions stand in the list.
const MAX_EDITIONS: i64 = 40;

/// Gmail cuts a page off here, and so much is wanted: octets.
const CLIPPED_FROM: usize = 102 * 1024;
const WANTED_BELOW: usize = 80 * 1024;

/// Gathers it. What the store cannot say is left out: the mail matters more.
pub(super) async fn overview(session: &Arc<PreviewSession>, query: &ViewQuery) -> Value {
    let snapshot = session.snapshot(query.digest.as_deref()).await;
    let mut shown = json!({
        "version": snapshot.version,
        "fault": snapshot.fault.as_ref().map(to_json),
        "isStale": query.edition.is_none() && snapshot.is_stale(query.fresh),
        "canSkip": snapshot.fault.is_some() && snapshot.current.is_some() && snapshot.last_good.is_some(),
        "file": session.project.config.display().to_string(),
    });
    let Some(config) = &snapshot.config else { return shown };
    let digests = config.digests.values().map(
        |digest| json!({ "name": digest.name, "title": digest.title.as_deref().unwrap_or(&config.publication.name) }),
    );
    shown["publication"] = json!(config.publication.name);
    shown["digests"] = digests.collect();
    shown["digest"] = json!(snapshot.digest);
    if let (Some(name), Ok(store)) = (&snapshot.digest, session.store(config).await) {
        shown["editions"] = editions(&store, name, config.publication.timezone).await.unwrap_or_default();
        shown["readers"] = readers(&store).await.unwrap_or_default();
        shown["run"] = next_run(session, config, name, &store).await;
    }
    match ReaderView::of_snapshot(session, &snapshot, query).await {
        Ok(view) => {
            shown["mail"] = mail(&view);
            shown["reader"] = reader(&view.reader);
            shown["nothing"] = reason_for_nothing(&snapshot, &view.built);
        }
        Err(fault) if snapshot.fault.is_none() => shown["fault"] = to_json(&fault),
        Err(_) => {}
    }
    shown
}

fn reason_for_nothing(snapshot: &Snapshot, built: &BuiltEdition) -> Value {
    match &built.next {
        Next::Nothing(_, reason) if snapshot.fault.is_none() => json!(reason),
        _ => Value::Null,
    }
}

async fn editions(store: &Store, digest: &str, zone: Zone) -> Result<Value, store::Error> {
    let titles = store.newest_editions(digest, MAX_EDITIONS).await?.into_iter().map(|title| {
        let date = title.frozen.with_timezone(&zone).format("%-d %b %Y").to_string();
        json!({ "number": title.number, "state": title.state, "subject": title.subject, "date": date })
    });
    Ok(titles.collect())
}

async fn readers(store: &Store) -> Result<Value, store::Error> {
    Ok(store.sample_subscribers(READERS_PER_LANGUAGE).await?.iter().map(reader).collect())
}

fn reader(reader: &Subscriber) -> Value {
    json!({
        "address": reader.address.as_str(),
        "name": reader.name,
        "language": reader.language,
        "isKnown": reader.id != 0,
        "isSample": *reader == Subscriber::sample(),
    })
}

/// When the digest goes out next, and to how many.
async fn next_run(session: &PreviewSession, config: &Config, name: &str, store: &Store) -> Value {
    let Some(chosen) = config.digests.get(name) else { return Value::Null };
    let (now, zone) = (session.now(), config.publication.timezone);
    let next = chosen.schedule.next(now, zone);
    let at = |at: DateTime<Utc>| {
        json!({
            "local": at.with_timezone(&zone).format("%A, %-d %B %Y, %H:%M").to_string(),
            "zone": zone.name(),
            "utc": at.to_rfc3339_opts(SecondsFormat::Secs, true),
            "in": in_words(at - now),
        })
    };
    json!({
        "schedule": chosen.schedule.to_string(),
        "next": next.map(at),
        "recipients": store.audience_size(name, &chosen.audience).await.ok(),
    })
}

/// How long it is until then, in the largest unit.
fn in_words(ahead: TimeDelta) -> String {
    let units = [(ahead.num_days(), "day"), (ahead.num_hours(), "hour"), (ahead.num_minutes().max(1), "minute")];
    let (number, unit) = units.into_iter().find(|(number, _)| *number > 0).unwrap_or((1, "minute"));
    format!("in {number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// What an inbox and a meter show of it.
fn mail(view: &ReaderView) -> Value {
    let Some((edition, parts, personal)) = view.mail() else { return Value::Null };
    let from = &edition.publication.from;
    let (name, address) = match message::parse_mailbox(from) {
        Ok((name, address)) => (name, address.to_string()),
        Err(_) => (None, from.clone()),
    };
    let zone = edition.publication.timezone;
    json!({
        "number": edition.number,
        "isFrozen": matches!(view.built.next, Next::Unfinished(_)),
        "from": name.unwrap_or_else(|| address.clone()),
        "address": address,
        "subject": personal.subject,
        "preheader": parts.preheader,
        "snippet": snippet(&personal.html),
        "date": edition.date.with_timezone(&zone).format("%H:%M").to_string(),
        "posts": edition.posts.len(),
        // As it is encoded: lines end with two octets.
        "size": personal.html.len() + personal.html.matches('\n').count(),
        "wanted": WANTED_BELOW,
        "clipped": CLIPPED_FROM,
        "problems": view.problems(),
    })
}

/// What an inbox shows after the subject: the words of the page from its first on, those that nobody sees in it too.
fn snippet(html: &str) -> String {
    let page = dom_query::Document::from(html);
    page.select("head, style, script, title").remove();
    let text = page.select("body").text();
    let words = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_ahead_are_told_in_one_unit() {
        assert_eq!(in_words(TimeDelta::minutes(200)), "in 3 hours");
        assert_eq!(in_words(TimeDelta::hours(25)), "in 1 day");
        assert_eq!(in_words(TimeDelta::seconds(5)), "in 1 minute");
    }

    #[test]
    fn an_inbox_shows_what_comes_first_on_the_page() {
        let page = "<html><head><title>t</title></head><body><style>p{}</style><div style=\"display:none\">Before\u{34f}</div>\
            <p>After it &amp; on</p></body></html>";
        assert_eq!(snippet(page), "Before\u{34f}After it & on");
    }
}
