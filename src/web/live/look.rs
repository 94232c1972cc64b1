//! All that stands around the mail: what there is to choose from, the inbox row, when it goes out and to how many.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    answers::Ask,
    parts::Seen,
    room::{Built, Look, Room},
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
const EACH: i64 = 3;

/// So many editions stand in the list.
const EDITIONS: i64 = 40;

/// Gmail cuts a page off here, and so much is wanted: octets.
const CLIPPED: usize = 102 * 1024;
const WANTED: usize = 80 * 1024;

/// Gathers it. What the store cannot say is left out: the mail matters more.
pub(super) async fn look(room: &Arc<Room>, ask: &Ask) -> Value {
    let look = room.look(ask.digest.as_deref()).await;
    let mut said = json!({
        "version": look.version,
        "fault": look.fault,
        "isStale": ask.edition.is_none() && look.is_stale(ask.fresh),
        "canSkip": look.fault.is_some() && look.fresh.is_some() && look.good.is_some(),
        "file": room.project.config.display().to_string(),
    });
    let Some(config) = &look.config else { return said };
    let digests = config.digests.values().map(
        |digest| json!({ "name": digest.name, "title": digest.title.as_deref().unwrap_or(&config.publication.name) }),
    );
    said["publication"] = json!(config.publication.name);
    said["digests"] = digests.collect();
    said["digest"] = json!(look.name);
    if let (Some(name), Ok(store)) = (&look.name, room.store(config).await) {
        said["editions"] = editions(&store, name, config.publication.timezone).await.unwrap_or_default();
        said["readers"] = readers(&store).await.unwrap_or_default();
        said["run"] = run(room, config, name, &store).await;
    }
    match Seen::of_look(room, &look, ask).await {
        Ok(seen) => {
            said["mail"] = mail(&seen);
            said["reader"] = reader(&seen.reader);
            said["nothing"] = nothing(&look, &seen.built);
        }
        Err(fault) if look.fault.is_none() => said["fault"] = json!(fault),
        Err(_) => {}
    }
    said
}

fn nothing(look: &Look, built: &Built) -> Value {
    match &built.next {
        Next::Nothing(_, reason) if look.fault.is_none() => json!(reason),
        _ => Value::Null,
    }
}

async fn editions(store: &Store, digest: &str, zone: Zone) -> Result<Value, store::Error> {
    let titles = store.titles(digest, EDITIONS).await?.into_iter().map(|title| {
        let date = title.date.with_timezone(&zone).format("%-d %b %Y").to_string();
        json!({ "number": title.number, "state": title.state, "subject": title.subject, "date": date })
    });
    Ok(titles.collect())
}

async fn readers(store: &Store) -> Result<Value, store::Error> {
    Ok(store.samples(EACH).await?.iter().map(reader).collect())
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
async fn run(room: &Room, config: &Config, name: &str, store: &Store) -> Value {
    let Some(chosen) = config.digests.get(name) else { return Value::Null };
    let (now, zone) = (room.now(), config.publication.timezone);
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
        "recipients": store.audience(name, &chosen.audience).await.ok(),
    })
}

/// How long it is until then, in the largest unit.
fn in_words(ahead: TimeDelta) -> String {
    let units = [(ahead.num_days(), "day"), (ahead.num_hours(), "hour"), (ahead.num_minutes().max(1), "minute")];
    let (number, unit) = units.into_iter().find(|(number, _)| *number > 0).unwrap_or((1, "minute"));
    format!("in {number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// What an inbox and a meter show of it.
fn mail(seen: &Seen) -> Value {
    let Some((edition, parts, personal)) = seen.mail() else { return Value::Null };
    let from = &edition.publication.from;
    let (name, address) = match message::mailbox(from) {
        Ok((name, address)) => (name, address.to_string()),
        Err(_) => (None, from.clone()),
    };
    let zone = edition.publication.timezone;
    json!({
        "number": edition.number,
        "isFrozen": matches!(seen.built.next, Next::Unfinished(_)),
        "from": name.unwrap_or_else(|| address.clone()),
        "address": address,
        "subject": personal.subject,
        "preheader": parts.preheader,
        "snippet": snippet(&personal.html),
        "date": edition.date.with_timezone(&zone).format("%H:%M").to_string(),
        "posts": edition.posts.len(),
        // As it is encoded: lines end with two octets.
        "size": personal.html.len() + personal.html.matches('\n').count(),
        "wanted": WANTED,
        "clipped": CLIPPED,
        "problems": seen.problems(),
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
