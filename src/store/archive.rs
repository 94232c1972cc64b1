//! What everybody may read of the store: editions that are out. And what is counted for those who watch it.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row as _, sqlite::SqliteRow};

use super::{Error, Frozen, Store, instant, json};
use crate::edition::Edition;

/// An edition as the archive lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The digest's name.
    pub digest: String,
    /// Its number.
    pub number: i64,
    /// Its random id.
    pub uid: String,
    /// When it was frozen.
    pub at: DateTime<Utc>,
    /// Its subject in the publication's own language, slots in it.
    pub subject: String,
    /// The line after it, slots in it.
    pub preheader: String,
}

/// The newest edition of a digest, as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// The digest's name.
    pub digest: String,
    /// The name of its state.
    pub state: String,
    /// When it was frozen.
    pub at: DateTime<Utc>,
    /// Its row in the store.
    pub row: i64,
}

/// Editions that are out: everybody may see them.
const OUT: &str = "(e.state IN ('sending', 'sent') OR e.state = 'cancelled'
    AND EXISTS (SELECT 1 FROM delivery d WHERE d.edition = e.id AND d.state = 'sent'))";

const ISSUE: &str = "SELECT e.digest, e.number, e.uid, e.frozen_ms, v.subject, v.preheader FROM edition e
    JOIN variant v ON v.edition = e.id AND v.language = ''";

impl Store {
    /// The digests that have an edition which is out, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn published_digests(&self) -> Result<Vec<String>, Error> {
        let query = AssertSqlSafe(format!("SELECT DISTINCT digest FROM edition e WHERE {OUT} ORDER BY digest"));
        Ok(sqlx::query_scalar(query).fetch_all(&self.readers).await?)
    }

    /// The page of the archive after `skip` editions, the newest first; of one digest, or of all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn issues(&self, digest: Option<&str>, skip: i64, limit: i64) -> Result<Vec<Issue>, Error> {
        let query = format!(
            "{ISSUE} WHERE {OUT} AND (?1 IS NULL OR e.digest = ?1) ORDER BY e.frozen_ms DESC, e.id DESC LIMIT ?2 OFFSET ?3"
        );
        let query = sqlx::query(AssertSqlSafe(query)).bind(digest).bind(limit).bind(skip);
        Ok(query.fetch_all(&self.readers).await?.iter().map(issue).collect())
    }

    /// What such an edition holds, but for its pictures.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn content(&self, issue: &Issue) -> Result<Edition, Error> {
        let query = "SELECT content FROM edition WHERE uid = ?";
        let content: String = sqlx::query_scalar(query).bind(&issue.uid).fetch_one(&self.readers).await?;
        json(&content, "edition")
    }

    /// One edition that is out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn published(&self, digest: &str, number: i64) -> Result<Option<Frozen>, Error> {
        let query = AssertSqlSafe(format!("SELECT * FROM edition e WHERE digest = ? AND number = ? AND {OUT}"));
        let row = sqlx::query(query).bind(digest).bind(number).fetch_optional(&self.readers).await?;
        self.frozen(row).await
    }

    /// The newest edition of each digest, by name, however it stands.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest(&self) -> Result<Vec<Newest>, Error> {
        // The other columns are those of the row with the greatest number.
        let query = "SELECT digest, max(number), state, frozen_ms, id FROM edition GROUP BY digest ORDER BY digest";
        let rows = sqlx::query(query).fetch_all(&self.readers).await?;
        let newest = rows.iter().map(|row| Newest {
            digest: row.get(0),
            state: row.get(2),
            at: instant(row.get(3)),
            row: row.get(4),
        });
        Ok(newest.collect())
    }
}

fn issue(row: &SqliteRow) -> Issue {
    Issue {
        digest: row.get("digest"),
        number: row.get("number"),
        uid: row.get("uid"),
        at: instant(row.get("frozen_ms")),
        subject: row.get("subject"),
        preheader: row.get("preheader"),
    }
}
