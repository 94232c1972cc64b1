//! What everybody may read of the store: editions that are out. And what is counted for those who watch it.

use chrono::{DateTime, Utc};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Error, Frozen, Ledger, instant, json};
use crate::edition::Edition;

/// An edition as the archive lists it.
#[derive(Debug, Clone)]
pub struct Issue {
    /// All that it holds but its pictures.
    pub edition: Edition,
    /// Its subject as it was sent, in the publication's own language, slots in it.
    pub subject: String,
    /// The line after it.
    pub preheader: String,
}

/// Editions that are out: everybody may see them.
const OUT: &str = "FROM edition e JOIN variant v ON v.edition = e.id AND v.language = ''
    WHERE e.state IN ('sending', 'sent')";

impl Ledger {
    /// The page of the archive after `skip` editions, the newest first; of one digest, or of all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn issues(&self, digest: Option<&str>, skip: i64, limit: i64) -> Result<Vec<Issue>, Error> {
        let query = format!(
            "SELECT e.content, v.subject, v.preheader {OUT} AND (?1 IS NULL OR e.digest = ?1)
             ORDER BY e.frozen_ms DESC, e.id DESC LIMIT ?2 OFFSET ?3"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(digest).bind(limit).bind(skip);
        query.fetch_all(&self.readers).await?.iter().map(issue).collect()
    }

    /// One edition that is out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn published(&self, digest: &str, number: i64) -> Result<Option<Frozen>, Error> {
        let query = "SELECT * FROM edition WHERE digest = ? AND number = ? AND state IN ('sending', 'sent')";
        let row = sqlx::query(query).bind(digest).bind(number).fetch_optional(&self.readers).await?;
        self.frozen(row).await
    }

    /// The newest edition of each digest: its name, number, state, when it was frozen, and its row.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest(&self) -> Result<Vec<(String, i64, String, DateTime<Utc>, i64)>, Error> {
        let query = "SELECT digest, max(number), state, frozen_ms, id FROM edition GROUP BY digest ORDER BY digest";
        let rows: Vec<(String, i64, String, i64, i64)> = sqlx::query_as(query).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(digest, number, state, at, row)| (digest, number, state, instant(at), row)).collect())
    }
}

fn issue(row: &SqliteRow) -> Result<Issue, Error> {
    Ok(Issue {
        edition: json(row.get("content"), "edition")?,
        subject: row.get("subject"),
        preheader: row.get("preheader"),
    })
}
