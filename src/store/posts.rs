//! What was seen: sources and their posts.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    db::{Row, Transaction, json, to_json, values},
    error::Error,
    open::Store,
};
use crate::{
    diagnostic::Diagnostic,
    post::{Post, PostId},
    select::{DigestHistory, Fingerprint, KnownPosts, PastPost, SentPost, past_post},
    source::{FetchState, Fetched, Gathered, Kind, Problem, Source, Validators},
};

/// So many of a source's newest posts are held for the day it shows them no longer. Feeds show ten to fifty.
const MAX_HELD: usize = 1_000;

/// A post that waits is new again so long after the edition that it did not fit into.
const AFTER: TimeDelta = TimeDelta::milliseconds(1);

/// What `status` tells of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// How the last reading ended.
    pub state: String,
    /// When that was.
    pub checked: DateTime<Utc>,
    /// When it was last read well.
    pub read: Option<DateTime<Utc>>,
    /// Failed readings in a row.
    pub failures: i64,
    /// What went wrong the last time.
    pub problems: Vec<Problem>,
}

/// What comes of gathered posts, once they are held against those known.
#[derive(Debug, Clone, PartialEq)]
pub struct Ingested {
    /// Every post that may stand for selection.
    pub posts: Vec<Post>,
    /// What is wrong with a source by what it gave before.
    pub problems: Vec<Problem>,
}

impl Store {
    /// What servers told us before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn validators(&self) -> Result<Validators, Error> {
        let rows = self.db.all("SELECT url, value FROM validator", []).await?;
        rows.iter().map(|row| Ok((row.get("url"), row.json("value", "validator")?))).collect()
    }

    /// Ingests what was gathered and gives back every post that may stand for selection.
    ///
    /// First-seen times are kept for posts that are eligible at `now`. A source that could not be read, or did not
    /// change, gives the posts that are held from before. Feeds and listings show only their newest posts: those that
    /// scrolled off stay candidates beside the present ones.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn ingest(&self, gathered: &Gathered, sources: &[Source], now: DateTime<Utc>) -> Result<Ingested, Error> {
        let validators = gathered.validators.iter().map(|(url, value)| Ok(values![url, to_json(value, "validator")?]));
        let validators = validators.collect::<Result<Vec<_>, Error>>()?;
        let mut write = self.db.begin().await?;
        write.run("DELETE FROM validator", []).await?;
        write.insert("INSERT INTO validator (url, value)", validators, "").await?;
        let seen = seen_at(&mut write, now).await?;
        let mut posts = Vec::new();
        let mut emptied = Vec::new();
        for fetched in &gathered.fetched {
            let kind = sources.iter().find(|source| source.name == fetched.source).map(|source| &source.kind);
            let holds = !matches!(kind, Some(Kind::Folder { .. }));
            let scrolls = matches!(kind, Some(Kind::Feed(_) | Kind::Listing(..)));
            let mut known = known_posts(&mut write, &fetched.source).await?;
            let problem = became_empty(fetched, &known).filter(|_| scrolls);
            let problems: Vec<_> =
                gathered.problems.iter().filter(|p| p.source == fetched.source).chain(&problem).collect();
            record_source(&mut write, fetched, &problems, now).await?;
            emptied.extend(problem);
            if fetched.state == FetchState::Read {
                let moved = known_anew(fetched, &mut known, now)?;
                let rows = new_rows(fetched, &known, holds, now, seen)?;
                let rows = rows.into_iter().map(|row| {
                    values![
                        &fetched.source,
                        row.post.id.as_str(),
                        row.first_seen,
                        row.held,
                        &row.post.title,
                        row.post.published
                    ]
                });
                let hold = "ON CONFLICT (source, id) DO UPDATE SET held = excluded.held, title = excluded.title,
                     published_ms = excluded.published_ms, first_seen_ms = excluded.first_seen_ms";
                let insert = "INSERT INTO post (source, id, first_seen_ms, held, title, published_ms)";
                write.insert(insert, rows.collect(), hold).await?;
                let mut left = left_behind(fetched, known, scrolls)?;
                left.withdrawn.extend(moved);
                let forget = "UPDATE post SET held = NULL WHERE source = $1
                     AND id IN (SELECT value FROM json_each($2))";
                write.run(forget, values![&fetched.source, to_json(&left.withdrawn, "post")?]).await?;
                posts.extend(fetched.posts.iter().cloned());
                posts.extend(left.scrolled_off);
            } else {
                let held = known.into_values().filter_map(|known| known.held).map(|held| json(&held, "post"));
                let mut held = held.collect::<Result<Vec<Post>, Error>>()?;
                newest_first(&mut held);
                posts.extend(held);
            }
        }
        write.commit().await?;
        Ok(Ingested { posts, problems: emptied })
    }

    /// What one digest's past says to `select`. An edition that was stopped before any reader had it is no past.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn history(&self, digest: &str) -> Result<DigestHistory, Error> {
        // An edition's posts return where it was stopped, and no reader has them.
        let editions = "SELECT e.id, e.frozen_ms, e.finished_ms, e.number,
                e.state IN ('vetoed', 'cancelled') AND NOT EXISTS (SELECT 1 FROM delivery d
                    WHERE d.edition = e.id AND d.state IN ('attempting', 'sent', 'in_doubt')) AS is_returned
             FROM edition e WHERE e.digest = $1";
        let last = format!("SELECT max(frozen_ms) FROM ({editions}) past WHERE NOT is_returned");
        let sent = format!(
            "SELECT p.source, p.id, p.link, p.title, p.published_ms, p.fingerprint, past.number, past.finished_ms, past.is_returned
             FROM edition_post p JOIN ({editions}) past ON past.id = p.edition ORDER BY past.number"
        );
        let first_seen = self.db.all("SELECT source, id, first_seen_ms FROM post", []).await?;
        let sent = self.db.all(&sent, values![digest]).await?;
        let (returned, sent): (Vec<_>, Vec<_>) = sent.iter().partition(|row| row.get("is_returned"));
        let id = |row: &Row| PostId::new(Some(&row.get::<String>("id")), None, "");
        let sent_post = |row: &Row| {
            let post = PastPost {
                source: row.get("source"),
                id: row.get("id"),
                link: row.get("link"),
                title: row.get("title"),
                published: row.get("published_ms"),
                fingerprint: Fingerprint::from_octets(&row.get::<Vec<u8>>("fingerprint")),
            };
            SentPost { post, edition: row.get("number") }
        };
        // What did not fit into the last edition is as new as if it had come right after it.
        let last: Option<DateTime<Utc>> = self.db.value(&last, values![digest]).await?;
        let waiting = "SELECT w.value ->> 0 AS source, w.value ->> 1 AS id
             FROM edition e, json_each(e.content, '$.waiting') w WHERE e.digest = $1 AND e.frozen_ms = $2";
        let waiting = self.db.all(waiting, values![digest, last]).await?;
        let waiting = waiting.iter().map(|row| ((row.get("source"), id(row)), last.unwrap_or_default() + AFTER));
        let returned_at = |row: &Row| row.get::<Option<DateTime<Utc>>>("finished_ms").unwrap_or_default();
        Ok(DigestHistory {
            last_edition: last,
            first_seen: first_seen.iter().map(|row| ((row.get("source"), id(row)), row.get("first_seen_ms"))).collect(),
            sent: sent.into_iter().map(sent_post).collect(),
            returned: returned
                .into_iter()
                .map(|row| ((row.get("source"), id(row)), returned_at(row)))
                .chain(waiting)
                .collect(),
        })
    }

    /// What `status` tells of the sources, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn source_statuses(&self) -> Result<Vec<SourceStatus>, Error> {
        let select = "SELECT name, state, checked_ms, read_ms, failures, problems FROM source ORDER BY name";
        let status = |row: &Row| {
            Ok(SourceStatus {
                name: row.get("name"),
                state: row.get("state"),
                checked: row.get("checked_ms"),
                read: row.get("read_ms"),
                failures: row.get("failures"),
                problems: row.json("problems", "source")?,
            })
        };
        self.db.all(select, []).await?.iter().map(status).collect()
    }
}

/// When a post that nobody saw before is first seen: now, but after every edition there is, even where the clock
/// was set back since. Or it would count as seen by editions that could not hold it.
async fn seen_at(write: &mut Transaction<'_>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let last: Option<DateTime<Utc>> = write.value("SELECT max(frozen_ms) FROM edition", []).await?;
    Ok(last.map_or(now, |last| now.max(last + TimeDelta::milliseconds(1))))
}

async fn record_source(
    write: &mut Transaction<'_>,
    fetched: &Fetched,
    problems: &[&Problem],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let state = match fetched.state {
        FetchState::Read => "read",
        FetchState::Unchanged => "unchanged",
        FetchState::Failed => "failed",
        FetchState::Kept => return Ok(()),
    };
    // "Not now" is no failure, and no reading either.
    let read = fetched.state == FetchState::Read || (fetched.state == FetchState::Unchanged && problems.is_empty());
    let record = "INSERT INTO source (name, state, checked_ms, read_ms, failures, problems)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET state = excluded.state,
            checked_ms = excluded.checked_ms, read_ms = coalesce(excluded.read_ms, source.read_ms),
            failures = CASE excluded.failures WHEN 0 THEN 0 ELSE source.failures + 1 END,
            problems = excluded.problems";
    let (failed, problems) = (fetched.state == FetchState::Failed, to_json(&problems, "source")?);
    write.run(record, values![&fetched.source, state, now, read.then_some(now), failed, problems]).await?;
    Ok(())
}

/// Says where a source that had posts gives none: that is a fault far more often than an end.
fn became_empty(fetched: &Fetched, known: &HashMap<String, KnownPost>) -> Option<Problem> {
    let held = known.values().filter(|known| known.held.is_some()).count();
    let is_empty = fetched.state == FetchState::Read && fetched.posts.is_empty() && held > 0;
    let wrong = || Diagnostic::new(format!("it is read well and gives no post, although it had {held}"));
    is_empty.then(|| Problem::new(&fetched.source, wrong().hint("open its address, and see whether it moved")))
}

/// What the store knows of a post.
struct KnownPost {
    first_seen: DateTime<Utc>,
    /// The post itself, where it is held.
    held: Option<String>,
    title: Option<String>,
    published: Option<DateTime<Utc>>,
}

impl KnownPost {
    fn past(&self, source: &str, id: &str) -> Result<PastPost, Error> {
        if let Some(held) = &self.held {
            return Ok(past_post(&json(held, "post")?));
        }
        let (title, published) = (self.title.clone(), self.published);
        Ok(PastPost { source: source.to_owned(), id: id.to_owned(), title, published, ..PastPost::default() })
    }
}

/// A source's known posts by their ids.
async fn known_posts(write: &mut Transaction<'_>, source: &str) -> Result<HashMap<String, KnownPost>, Error> {
    let select = "SELECT id, first_seen_ms, held, title, published_ms FROM post WHERE source = $1";
    let known = |row: &Row| KnownPost {
        first_seen: row.get("first_seen_ms"),
        held: row.get("held"),
        title: row.get("title"),
        published: row.get("published_ms"),
    };
    Ok(write.all(select, values![source]).await?.iter().map(|row| (row.get("id"), known(row))).collect())
}

/// Gives a post that came back under another id what is known under its old one, and takes away what is known of
/// another post that had its id; the old ids of those that came back are returned.
fn known_anew(
    fetched: &Fetched,
    known: &mut HashMap<String, KnownPost>,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Error> {
    let is_clear =
        |post: &Post| known.get(post.id.as_str()).is_some_and(|known| known.title.as_ref() == Some(&post.title));
    let unclear: Vec<&Post> = fetched.posts.iter().filter(|post| is_eligible(post, now) && !is_clear(post)).collect();
    if known.is_empty() || unclear.is_empty() {
        return Ok(Vec::new());
    }
    let past = known.iter().map(|(id, known)| known.past(&fetched.source, id)).collect::<Result<Vec<_>, Error>>()?;
    let index = KnownPosts::new(past.iter(), &fetched.posts);
    let mut moved = Vec::new();
    for post in unclear {
        let id = post.id.as_str();
        match index.find_in_source(post).and_then(|at| past.get(at)) {
            Some(past) if past.id != id => {
                if let Some(old) = known.get_mut(&past.id) {
                    old.held = None;
                    let again = KnownPost { first_seen: old.first_seen, held: None, title: None, published: None };
                    known.insert(id.to_owned(), again);
                    moved.push(past.id.clone());
                }
            }
            Some(_) => {}
            None => drop(known.remove(id)),
        }
    }
    Ok(moved)
}

fn is_eligible(post: &Post, now: DateTime<Utc>) -> bool {
    !post.draft && post.published.is_none_or(|at| at <= now)
}

struct NewRow<'a> {
    post: &'a Post,
    first_seen: DateTime<Utc>,
    held: Option<String>,
}

/// The eligible posts that the store does not know, or knows otherwise.
fn new_rows<'a>(
    fetched: &'a Fetched,
    known: &HashMap<String, KnownPost>,
    hold: bool,
    now: DateTime<Utc>,
    seen: DateTime<Utc>,
) -> Result<Vec<NewRow<'a>>, Error> {
    let mut eligible: Vec<&Post> = fetched.posts.iter().filter(|post| is_eligible(post, now)).collect();
    eligible.sort_by_key(|post| std::cmp::Reverse(post.published.unwrap_or(now)));
    let mut rows = Vec::new();
    for (rank, post) in eligible.into_iter().enumerate() {
        let held = if hold && rank < MAX_HELD { Some(to_json(post, "post")?) } else { None };
        let known = known.get(post.id.as_str());
        let is_same = |known: &KnownPost| known.held == held && known.title.as_ref() == Some(&post.title);
        if !known.is_some_and(is_same) {
            rows.push(NewRow { post, first_seen: known.map_or(seen, |known| known.first_seen), held });
        }
    }
    Ok(rows)
}

/// Held posts that the source does not show any more.
struct LeftBehind {
    /// Older than all it shows: they only scrolled off, and stay candidates.
    scrolled_off: Vec<Post>,
    /// Taken back by the publisher.
    withdrawn: Vec<String>,
}

fn left_behind(fetched: &Fetched, known: HashMap<String, KnownPost>, scrolls: bool) -> Result<LeftBehind, Error> {
    let shown: HashSet<&str> = fetched.posts.iter().map(|post| post.id.as_str()).collect();
    let oldest = fetched.posts.iter().filter_map(|post| post.published).min();
    let mut left = LeftBehind { scrolled_off: Vec::new(), withdrawn: Vec::new() };
    for (id, known) in known {
        let Some(held) = known.held else { continue };
        if shown.contains(id.as_str()) {
            continue;
        }
        let post: Post = json(&held, "post")?;
        // Where dates are missing nobody can tell: then the post is rather shown late than lost.
        let newer = oldest.zip(post.published).is_some_and(|(oldest, at)| at > oldest);
        if scrolls && !newer {
            left.scrolled_off.push(post);
        } else {
            left.withdrawn.push(id);
        }
    }
    newest_first(&mut left.scrolled_off);
    let forgotten = left.scrolled_off.drain(MAX_HELD.min(left.scrolled_off.len())..);
    left.withdrawn.extend(forgotten.map(|post| post.id.as_str().to_owned()));
    Ok(left)
}

fn newest_first(posts: &mut [Post]) {
    posts.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
}
