//! What everybody may read of the store: editions that are out.

use chrono::{DateTime, Utc};

use super::{
    db::{Row, json, values},
    edition_record::FrozenEdition,
    error::Error,
    open::Store,
};
use crate::edition::Edition;

/// An edition as the archive lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveEntry {
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

impl Store {
    /// The digests that have an edition which is out, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn published_digests(&self) -> Result<Vec<String>, Error> {
        let select = "SELECT DISTINCT e.digest FROM edition e WHERE e.state IN ('sending', 'sent')
             OR (e.state = 'cancelled' AND EXISTS
                (SELECT 1 FROM delivery d WHERE d.edition = e.id AND d.state = 'sent')) ORDER BY e.digest";
        Ok(self.db.all(select, []).await?.iter().map(|row| row.get("digest")).collect())
    }

    /// The page of the archive after `skip` editions, the newest first; of one digest, or of all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn archive_page(&self, digest: Option<&str>, skip: i64, limit: i64) -> Result<Vec<ArchiveEntry>, Error> {
        let select = "SELECT e.digest, e.number, e.uid, e.frozen_ms, v.subject, v.preheader
             FROM edition e JOIN variant v ON v.edition = e.id AND v.language = ''
             WHERE ($1 IS NULL OR e.digest = $1) AND (e.state IN ('sending', 'sent') OR (e.state = 'cancelled'
                AND EXISTS (SELECT 1 FROM delivery d WHERE d.edition = e.id AND d.state = 'sent')))
             ORDER BY e.frozen_ms DESC, e.id DESC LIMIT $2 OFFSET $3";
        let entry = |row: &Row| ArchiveEntry {
            digest: row.get("digest"),
            number: row.get("number"),
            uid: row.get("uid"),
            at: row.get("frozen_ms"),
            subject: row.get("subject"),
            preheader: row.get("preheader"),
        };
        Ok(self.db.all(select, values![digest, limit, skip]).await?.iter().map(entry).collect())
    }

    /// What such an edition holds, but for its pictures.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn archived_content(&self, entry: &ArchiveEntry) -> Result<Edition, Error> {
        let select = "SELECT content FROM edition WHERE uid = $1";
        let content: String = self.db.value(select, values![&entry.uid]).await?;
        json(&content, "edition")
    }

    /// One edition that is out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn published_edition(&self, digest: &str, number: i64) -> Result<Option<FrozenEdition>, Error> {
        let select = "SELECT e.* FROM edition e WHERE e.digest = $1 AND e.number = $2
             AND (e.state IN ('sending', 'sent') OR (e.state = 'cancelled'
                AND EXISTS (SELECT 1 FROM delivery d WHERE d.edition = e.id AND d.state = 'sent')))";
        self.with_contents(self.db.first(select, values![digest, number]).await?).await
    }
}
