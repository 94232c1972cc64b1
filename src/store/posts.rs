//! What was seen: sources and their posts.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite, sqlite::SqliteRow};

use super::{Error, Store, instant, json, standing::RETURNED, to_json};
use crate::{
    post::{Post, PostId},
    select::{DigestHistory, Fingerprint, SentPost},
    source::{Gathered, Harvest, Kind, Problem, Source, State, Validators},
};

/// So many of a source's newest posts are held for the day it shows them no longer. Feeds show ten to fifty.
const HELD: usize = 1_000;

/// SQLite takes at most 32,766 bound values in a statement; a post needs four.
const ROWS: usize = 4_000;

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

impl Store {
    /// What servers told us before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn validators(&self) -> Result<Validators, Error> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT url, value FROM validator").fetch_all(&self.pool).await?;
        rows.into_iter().map(|(url, value)| Ok((url, json(&value, "validator")?))).collect()
    }

    /// Takes in what was gathered and gives back every post that may stand for selection.
    ///
    /// First-seen times are kept for posts that are eligible at `now`. A source that could not be read, or did not
    /// change, gives the posts that are held from before. Feeds and listings show only their newest posts: those that
    /// scrolled off stay candidates beside the present ones.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn take_in(
        &self,
        gathered: &Gathered,
        sources: &[Source],
        now: DateTime<Utc>,
    ) -> Result<Vec<Post>, Error> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM validator").execute(&mut *write).await?;
        for (url, validator) in &gathered.validators {
            sqlx::query("INSERT INTO validator (url, value) VALUES (?, ?)")
                .bind(url)
                .bind(to_json(validator, "validator")?)
                .execute(&mut *write)
                .await?;
        }
        let seen = seen_at(&mut write, now).await?;
        let mut posts = Vec::new();
        for harvest in &gathered.harvests {
            let problems: Vec<_> = gathered.problems.iter().filter(|p| p.source == harvest.source).collect();
            note_source(&mut write, harvest, &problems, now).await?;
            let known = known_posts(&mut write, &harvest.source).await?;
            if harvest.state == State::Read {
                let kind = sources.iter().find(|source| source.name == harvest.source).map(|source| &source.kind);
                let holds = !matches!(kind, Some(Kind::Folder { .. }));
                let scrolls = matches!(kind, Some(Kind::Feed(_) | Kind::Listing(..)));
                let rows = new_rows(harvest, &known, holds, now, seen)?;
                insert(&mut write, &harvest.source, &rows).await?;
                let left = left_behind(harvest, known, scrolls)?;
                for id in &left.withdrawn {
                    sqlx::query("UPDATE post SET held = NULL WHERE source = ? AND id = ?")
                        .bind(&harvest.source)
                        .bind(id)
                        .execute(&mut *write)
                        .await?;
                }
                posts.extend(harvest.posts.iter().cloned());
                posts.extend(left.scrolled_off);
            } else {
                let held = known.into_values().flatten().map(|held| json(&held, "post"));
                let mut held = held.collect::<Result<Vec<Post>, Error>>()?;
                newest_first(&mut held);
                posts.extend(held);
            }
        }
        write.commit().await?;
        Ok(posts)
    }

    /// What one digest's past says to `select`. An edition that was stopped before any reader had it is no past.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn seen(&self, digest: &str) -> Result<DigestHistory, Error> {
        let last = format!("SELECT max(e.frozen_ms) FROM edition e WHERE e.digest = ? AND NOT ({RETURNED})");
        let last: Option<i64> = sqlx::query_scalar(AssertSqlSafe(last)).bind(digest).fetch_one(&self.pool).await?;
        let first: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT source, id, first_seen_ms FROM post").fetch_all(&self.pool).await?;
        let sent = format!(
            "SELECT p.source, p.id, p.link, p.fingerprint, e.number, e.finished_ms, {RETURNED} FROM edition_post p
             JOIN edition e ON e.id = p.edition WHERE e.digest = ? ORDER BY e.number"
        );
        let sent = sqlx::query(AssertSqlSafe(sent)).bind(digest).fetch_all(&self.pool).await?;
        let (returned, sent): (Vec<_>, Vec<_>) = sent.into_iter().partition(|row| row.get(6));
        let id = |row: &SqliteRow| PostId::new(Some(row.get(1)), None, "");
        Ok(DigestHistory {
            last_edition: last.map(instant),
            first_seen: first
                .into_iter()
                .map(|(source, id, ms)| ((source, PostId::new(Some(&id), None, "")), instant(ms)))
                .collect(),
            sent: sent
                .iter()
                .map(|row| SentPost {
                    source: row.get(0),
                    id: id(row),
                    link: row.get(2),
                    fingerprint: Fingerprint::from_octets(row.get(3)),
                    edition: row.get(4),
                })
                .collect(),
            returned: returned
                .iter()
                .map(|row| ((row.get(0), id(row)), instant(row.get::<Option<i64>, _>(5).unwrap_or_default())))
                .collect(),
        })
    }

    /// What `status` tells of the sources, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>, Error> {
        let rows = sqlx::query("SELECT name, state, checked_ms, read_ms, failures, problems FROM source ORDER BY name")
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(SourceStatus {
                    name: row.get(0),
                    state: row.get(1),
                    checked: instant(row.get(2)),
                    read: row.get::<Option<i64>, _>(3).map(instant),
                    failures: row.get(4),
                    problems: json(row.get(5), "source")?,
                })
            })
            .collect()
    }
}

type Write = sqlx::Transaction<'static, Sqlite>;

/// When a post that nobody saw before is first seen: now, but after every edition there is, even where the clock
/// was set back since. Or it would count as seen by editions that could not hold it.
async fn seen_at(write: &mut Write, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let last: Option<i64> = sqlx::query_scalar("SELECT max(frozen_ms) FROM edition").fetch_one(&mut **write).await?;
    Ok(last.map_or(now, |last| now.max(instant(last.saturating_add(1)))))
}

async fn note_source(
    write: &mut Write,
    harvest: &Harvest,
    problems: &[&Problem],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let state = match harvest.state {
        State::Read => "read",
        State::Unchanged => "unchanged",
        State::Failed => "failed",
        State::Kept => return Ok(()),
    };
    let failed = harvest.state == State::Failed;
    // "Not now" is no failure, and no reading either.
    let read = harvest.state == State::Read || (harvest.state == State::Unchanged && problems.is_empty());
    sqlx::query(
        "INSERT INTO source (name, state, checked_ms, read_ms, failures, problems) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (name) DO UPDATE SET state = ?2, checked_ms = ?3, read_ms = coalesce(?4, read_ms),
         failures = CASE ?5 WHEN 0 THEN 0 ELSE failures + 1 END, problems = ?6",
    )
    .bind(&harvest.source)
    .bind(state)
    .bind(now.timestamp_millis())
    .bind(read.then(|| now.timestamp_millis()))
    .bind(i64::from(failed))
    .bind(to_json(&problems, "source")?)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// A source's known posts: id, and the post itself where it is held.
async fn known_posts(write: &mut Write, source: &str) -> Result<HashMap<String, Option<String>>, Error> {
    let rows: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT id, held FROM post WHERE source = ?").bind(source).fetch_all(&mut **write).await?;
    Ok(rows.into_iter().collect())
}

struct NewRow<'a> {
    id: &'a str,
    first_seen_ms: i64,
    held: Option<String>,
}

/// The eligible posts that the store does not know, or knows otherwise.
fn new_rows<'a>(
    harvest: &'a Harvest,
    known: &HashMap<String, Option<String>>,
    hold: bool,
    now: DateTime<Utc>,
    seen: DateTime<Utc>,
) -> Result<Vec<NewRow<'a>>, Error> {
    let mut eligible: Vec<&Post> =
        harvest.posts.iter().filter(|post| !post.draft && post.published.is_none_or(|at| at <= now)).collect();
    eligible.sort_by_key(|post| std::cmp::Reverse(post.published.unwrap_or(now)));
    let mut rows = Vec::new();
    for (rank, post) in eligible.into_iter().enumerate() {
        let held = if hold && rank < HELD { Some(to_json(post, "post")?) } else { None };
        if known.get(post.id.as_str()) != Some(&held) {
            rows.push(NewRow { id: post.id.as_str(), first_seen_ms: seen.timestamp_millis(), held });
        }
    }
    Ok(rows)
}

async fn insert(write: &mut Write, source: &str, rows: &[NewRow<'_>]) -> Result<(), Error> {
    for rows in rows.chunks(ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO post (source, id, first_seen_ms, held) ");
        query.push_values(rows, |mut values, row| {
            values.push_bind(source).push_bind(row.id).push_bind(row.first_seen_ms).push_bind(row.held.as_deref());
        });
        query.push(" ON CONFLICT (source, id) DO UPDATE SET held = excluded.held");
        query.build().persistent(false).execute(&mut **write).await?;
    }
    Ok(())
}

/// Held posts that the source does not show any more.
struct LeftBehind {
    /// Older than all it shows: they only scrolled off, and stay candidates.
    scrolled_off: Vec<Post>,
    /// Taken back by the publisher.
    withdrawn: Vec<String>,
}

fn left_behind(harvest: &Harvest, known: HashMap<String, Option<String>>, scrolls: bool) -> Result<LeftBehind, Error> {
    let shown: HashSet<&str> = harvest.posts.iter().map(|post| post.id.as_str()).collect();
    let oldest = harvest.posts.iter().filter_map(|post| post.published).min();
    let mut left = LeftBehind { scrolled_off: Vec::new(), withdrawn: Vec::new() };
    for (id, held) in known {
        let Some(held) = held else { continue };
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
    let forgotten = left.scrolled_off.drain(HELD.min(left.scrolled_off.len())..);
    left.withdrawn.extend(forgotten.map(|post| post.id.as_str().to_owned()));
    Ok(left)
}

fn newest_first(posts: &mut [Post]) {
    posts.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id)));
}
