//! Frozen editions and the plan of who gets them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row as _, sqlite::SqliteRow};

use super::{Error, Owner, State, Store, claim::list, images, instant, json, runs, standing::OPEN, to_json};
use crate::{
    edition::Edition,
    post::{Filter, canonical},
    render::{Rendered, Variants},
    select::fingerprint,
};

/// Stands for the publication's own language in the table `variant`.
const MAIN: &str = "";

/// Who may get an edition of the digest `?1`, whatever their tags.
const EVERYBODY: &str = "FROM subscriber s WHERE s.status = 'active' AND s.listed = 1
    AND NOT EXISTS (SELECT 1 FROM departure d WHERE d.subscriber = s.id AND d.digest = ?1)";

/// Rows planned by one statement where tags decide; a plan of a million recipients never stands in memory whole.
const PAGE: i64 = 10_000;

/// An edition as it was frozen.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// Its row in the store.
    pub row: i64,
    /// What it holds.
    pub edition: Edition,
    /// How it looks.
    pub variants: Variants,
    /// When nothing was left to do for it; `None` while something is.
    pub finished: Option<DateTime<Utc>>,
}

/// How an edition begins.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// `Sending`, or one of those before it.
    pub state: State,
    /// Why it is held.
    pub why: Option<&'a str>,
    /// The run that it is for: its number, when it was due, and who plans it.
    pub run: Option<(i64, DateTime<Utc>, &'a Owner)>,
}

impl Start<'_> {
    /// On its way at once, by a person's own act.
    pub const BY_HAND: Self = Self { state: State::Sending, why: None, run: None };
}

/// An edition on one line, for `editions list` and `status`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The digest's name.
    pub digest: String,
    /// Its number.
    pub edition: i64,
    /// The name of its [`State`].
    pub state: String,
    /// Its subject.
    pub subject: String,
    /// How many posts it holds.
    pub posts: i64,
    /// When it was frozen.
    pub date: DateTime<Utc>,
    /// What became of its deliveries.
    #[serde(flatten)]
    pub counts: Counts,
}

/// An edition in a list of them, without what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Title {
    /// Its number.
    pub number: i64,
    /// `sending` or `sent`.
    pub state: String,
    /// Its subject.
    pub subject: String,
    /// When it was frozen.
    pub date: DateTime<Utc>,
}

/// Deliveries by state; `attempting` counts as pending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The sum of the others.
    pub recipients: i64,
    /// Taken on by the relay.
    pub sent: i64,
    /// To be tried again.
    pub deferred: i64,
    /// Refused for good.
    pub bounced: i64,
    /// Left or suppressed after the edition was frozen.
    pub skipped: i64,
    /// Handed over, and the reply never came.
    pub in_doubt: i64,
    /// Not tried yet.
    pub pending: i64,
}

impl Store {
    /// The number that the next edition of `digest` gets.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_number(&self, digest: &str) -> Result<i64, Error> {
        Ok(sqlx::query_scalar("SELECT coalesce(max(number), 0) + 1 FROM edition WHERE digest = ?")
            .bind(digest)
            .fetch_one(&self.pool)
            .await?)
    }

    /// Freezes an edition and plans a delivery for each subscriber of its audience, in one transaction: after it
    /// there is an edition with all its recipients, or none.
    ///
    /// # Errors
    /// When the store cannot be written; [`Error::Overtaken`] when another program froze this number first, or has
    /// the run.
    pub async fn publish(
        &self,
        edition: &Edition,
        variants: &Variants,
        audience: &Filter,
        start: &Start<'_>,
    ) -> Result<i64, Error> {
        let mut write = self.write().await?;
        let taken: i64 = sqlx::query_scalar("SELECT count(*) FROM edition WHERE digest = ? AND number >= ?")
            .bind(&edition.digest)
            .bind(edition.number)
            .fetch_one(&mut *write)
            .await?;
        if taken > 0 {
            return Err(Error::Overtaken(edition.number));
        }
        let row = sqlx::query(
            "INSERT INTO edition (uid, digest, number, state, why, due_ms, frozen_ms, content, subject)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(edition.id.as_str())
        .bind(&edition.digest)
        .bind(edition.number)
        .bind(start.state.as_str())
        .bind(start.why)
        .bind(start.run.map(|(_, due, _)| due.timestamp_millis()))
        .bind(edition.date.timestamp_millis())
        .bind(to_json(edition, "edition")?)
        .bind(&variants.main().subject)
        .execute(&mut *write)
        .await?
        .last_insert_rowid();
        for (language, parts) in std::iter::once((MAIN, variants.main())).chain(variants.others()) {
            insert_parts(&mut write, row, language, parts).await?;
        }
        images::insert(&mut write, row, &edition.images).await?;
        for item in &edition.posts {
            sqlx::query("INSERT INTO edition_post (edition, source, id, link, fingerprint) VALUES (?, ?, ?, ?, ?)")
                .bind(row)
                .bind(&item.post.source)
                .bind(item.post.id.as_str())
                .bind(item.post.url.as_ref().map(canonical))
                .bind(fingerprint(&item.post).to_octets())
                .execute(&mut *write)
                .await?;
        }
        plan(&mut write, row, &edition.digest, audience).await?;
        if let Some((run, _, owner)) = start.run
            && !runs::froze(&mut write, run, owner, row).await?
        {
            return Err(Error::Overtaken(edition.number));
        }
        write.commit().await?;
        Ok(row)
    }

    /// How many subscribers an edition of `digest` would go to now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn audience(&self, digest: &str, audience: &Filter) -> Result<i64, Error> {
        let mut read = self.pool.begin().await?;
        if *audience == Filter::default() {
            let count = AssertSqlSafe(format!("SELECT count(*) {EVERYBODY}"));
            return Ok(sqlx::query_scalar(count).bind(digest).fetch_one(&mut *read).await?);
        }
        let (mut after, mut count) = (0, 0);
        while let Some((last, chosen)) = audience_page(&mut read, digest, audience, after).await? {
            after = last;
            count += chosen.len() as i64;
        }
        Ok(count)
    }

    /// The edition of `digest` that is frozen and not finished: one that waits or is held before one on its way.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn unfinished(&self, digest: &str) -> Result<Option<Frozen>, Error> {
        let open = format!(
            "SELECT * FROM edition WHERE digest = ? AND state IN {OPEN} ORDER BY state = 'sending', number LIMIT 1"
        );
        let row = sqlx::query(AssertSqlSafe(open)).bind(digest).fetch_optional(&self.pool).await?;
        self.frozen(row).await
    }

    /// One edition by its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn edition(&self, digest: &str, number: i64) -> Result<Option<Frozen>, Error> {
        let row = sqlx::query("SELECT * FROM edition WHERE digest = ? AND number = ?")
            .bind(digest)
            .bind(number)
            .fetch_optional(&self.pool)
            .await?;
        self.frozen(row).await
    }

    pub(super) async fn frozen(&self, row: Option<SqliteRow>) -> Result<Option<Frozen>, Error> {
        let Some(row) = row else { return Ok(None) };
        let id: i64 = row.get("id");
        let parts = sqlx::query("SELECT * FROM variant WHERE edition = ?").bind(id).fetch_all(&self.readers).await?;
        let mut variants = BTreeMap::new();
        for part in parts {
            let rendered = Rendered {
                subject: part.get("subject"),
                preheader: part.get("preheader"),
                html: part.get("html"),
                text: part.get("text"),
                mjml: part.get("mjml"),
                problems: json(part.get("problems"), "variant")?,
            };
            variants.insert(part.get::<String, _>("language"), rendered);
        }
        let main = variants.remove(MAIN).ok_or(sqlx::Error::RowNotFound)?;
        let edition: Edition = json(row.get("content"), "edition")?;
        Ok(Some(Frozen {
            row: id,
            edition: Edition { images: self.images(id).await?, ..edition },
            variants: Variants::new(main, variants),
            finished: row
                .get::<Option<i64>, _>("finished_ms")
                .filter(|_| matches!(row.get("state"), "sent" | "vetoed" | "cancelled"))
                .map(instant),
        }))
    }

    /// Every edition, or those of one digest, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn editions(&self, digest: Option<&str>) -> Result<Vec<Line>, Error> {
        let rows = sqlx::query(
            "SELECT e.id, e.digest, e.number, e.state, e.subject, e.frozen_ms,
             (SELECT count(*) FROM edition_post p WHERE p.edition = e.id) AS posts
             FROM edition e WHERE ?1 IS NULL OR e.digest = ?1 ORDER BY e.frozen_ms DESC, e.id DESC",
        )
        .bind(digest)
        .fetch_all(&self.pool)
        .await?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            lines.push(Line {
                digest: row.get("digest"),
                edition: row.get("number"),
                state: row.get("state"),
                subject: row.get("subject"),
                posts: row.get("posts"),
                date: instant(row.get("frozen_ms")),
                counts: self.counts(row.get("id")).await?,
            });
        }
        Ok(lines)
    }

    /// The newest editions of a digest, at most so many.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn titles(&self, digest: &str, most: i64) -> Result<Vec<Title>, Error> {
        let rows: Vec<(i64, String, String, i64)> = sqlx::query_as(
            "SELECT number, state, subject, frozen_ms FROM edition WHERE digest = ? ORDER BY number DESC LIMIT ?",
        )
        .bind(digest)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        let title = |(number, state, subject, ms)| Title { number, state, subject, date: instant(ms) };
        Ok(rows.into_iter().map(title).collect())
    }

    /// What became of an edition's deliveries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn counts(&self, edition: i64) -> Result<Counts, Error> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, count(*) FROM delivery WHERE edition = ? GROUP BY state")
                .bind(edition)
                .fetch_all(&self.pool)
                .await?;
        let mut counts = Counts::default();
        for (state, count) in rows {
            counts.recipients += count;
            match state.as_str() {
                "sent" => counts.sent += count,
                "deferred" => counts.deferred += count,
                "bounced" => counts.bounced += count,
                "skipped" => counts.skipped += count,
                "in_doubt" => counts.in_doubt += count,
                _ => counts.pending += count,
            }
        }
        Ok(counts)
    }

    /// Notes that nothing is left to do for an edition, if that is so.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn finish(&self, edition: i64, now: DateTime<Utc>) -> Result<bool, Error> {
        let done = sqlx::query(
            "UPDATE edition SET state = 'sent', finished_ms = ? WHERE id = ? AND state = 'sending' AND NOT EXISTS
             (SELECT 1 FROM delivery WHERE edition = ? AND state IN ('pending', 'attempting', 'deferred', 'in_doubt'))",
        )
        .bind(now.timestamp_millis())
        .bind(edition)
        .bind(edition)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

/// Plans a delivery for each subscriber of the audience who has none yet; says how many.
pub(super) async fn plan(
    write: &mut sqlx::SqliteConnection,
    edition: i64,
    digest: &str,
    audience: &Filter,
) -> Result<u64, Error> {
    if *audience == Filter::default() {
        let insert = format!(
            "INSERT INTO delivery (subscriber, edition) SELECT s.id, ?2 {EVERYBODY} ORDER BY s.id ON CONFLICT DO NOTHING"
        );
        let inserted = sqlx::query(AssertSqlSafe(insert)).bind(digest).bind(edition).execute(write).await?;
        return Ok(inserted.rows_affected());
    }
    let (mut after, mut planned) = (0, 0);
    while let Some((last, chosen)) = audience_page(write, digest, audience, after).await? {
        after = last;
        let insert = "INSERT INTO delivery (edition, subscriber) SELECT ?, value FROM json_each(?) WHERE true
             ON CONFLICT DO NOTHING";
        planned += sqlx::query(insert).bind(edition).bind(list(&chosen)).execute(&mut *write).await?.rows_affected();
    }
    Ok(planned)
}

/// The next page of those who may get an edition of `digest`: the last number looked at, and who is in the audience.
/// Words compare without regard to case in every script, which SQLite cannot.
async fn audience_page(
    connection: &mut sqlx::SqliteConnection,
    digest: &str,
    audience: &Filter,
    after: i64,
) -> Result<Option<(i64, Vec<i64>)>, Error> {
    let page = AssertSqlSafe(format!("SELECT s.id, s.tags {EVERYBODY} AND s.id > ?2 ORDER BY s.id LIMIT ?3"));
    let page: Vec<(i64, String)> =
        sqlx::query_as(page).bind(digest).bind(after).bind(PAGE).fetch_all(connection).await?;
    let last = page.last().map(|(id, _)| *id);
    let chosen = page.iter().filter(|(_, tags)| wanted(audience, tags)).map(|(id, _)| *id).collect();
    Ok(last.map(|last| (last, chosen)))
}

async fn insert_parts(
    write: &mut sqlx::SqliteConnection,
    edition: i64,
    language: &str,
    parts: &Rendered,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO variant (edition, language, subject, preheader, html, text, mjml, problems)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(edition)
    .bind(language)
    .bind(&parts.subject)
    .bind(&parts.preheader)
    .bind(&parts.html)
    .bind(&parts.text)
    .bind(&parts.mjml)
    .bind(to_json(&parts.problems, "variant")?)
    .execute(write)
    .await?;
    Ok(())
}

fn wanted(audience: &Filter, tags: &str) -> bool {
    audience.holds(&tags.split_whitespace().collect::<Vec<_>>())
}
