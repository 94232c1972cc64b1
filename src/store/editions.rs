//! Editions with their contents, and what became of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    db::{Row, values},
    edition_record::{DeliveryCounts, EditionRecord, EditionSummary, FrozenEdition},
    error::Error,
    open::Store,
};
use crate::{
    edition::Edition,
    render::{Rendered, Variants},
};

/// Stands for the publication's own language in the table `variant`.
pub(super) const MAIN_LANGUAGE: &str = "";

impl Store {
    /// The edition of `digest` that is frozen and not finished: one that waits or is held before one on its way.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn unfinished_edition(&self, digest: &str) -> Result<Option<FrozenEdition>, Error> {
        let select = "SELECT * FROM edition WHERE digest = $1 AND state IN ('waiting', 'approved', 'held', 'sending')
             ORDER BY CASE state WHEN 'sending' THEN 1 ELSE 0 END, number LIMIT 1";
        self.with_contents(self.db.first(select, values![digest]).await?).await
    }

    /// One edition by its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn frozen_edition(&self, digest: &str, number: i64) -> Result<Option<FrozenEdition>, Error> {
        let select = "SELECT * FROM edition WHERE digest = $1 AND number = $2";
        self.with_contents(self.db.first(select, values![digest, number]).await?).await
    }

    /// Adds to a row of the table `edition` how it looks, and its pictures.
    pub(super) async fn with_contents(&self, row: Option<Row>) -> Result<Option<FrozenEdition>, Error> {
        let Some(row) = row else { return Ok(None) };
        let record = EditionRecord::read(&row)?;
        let mut variants = BTreeMap::new();
        for part in self.db.all("SELECT * FROM variant WHERE edition = $1", values![record.row]).await? {
            let rendered = Rendered {
                subject: part.get("subject"),
                preheader: part.get("preheader"),
                html: part.get("html"),
                text: part.get("text"),
                mjml: part.get("mjml"),
                problems: part.json("problems", "variant")?,
            };
            variants.insert(part.get::<String>("language"), rendered);
        }
        let no_main = || Error::Corrupt { place: "variant", source: format!("{} has none", record.uid).into() };
        let main = variants.remove(MAIN_LANGUAGE).ok_or_else(no_main)?;
        let edition: Edition = row.json("content", "edition")?;
        Ok(Some(FrozenEdition {
            row: record.row,
            edition: Edition { images: self.edition_images(record.row).await?, ..edition },
            variants: Variants::new(main, variants),
            finished: record.finished,
        }))
    }

    /// Every edition, or those of one digest, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn edition_summaries(&self, digest: Option<&str>) -> Result<Vec<EditionSummary>, Error> {
        let select = "SELECT e.id, e.digest, e.number, e.state, e.subject, e.frozen_ms,
             (SELECT count(*) FROM edition_post p WHERE p.edition = e.id) AS posts
             FROM edition e WHERE $1 IS NULL OR e.digest = $1 ORDER BY e.frozen_ms DESC, e.id DESC";
        let rows = self.db.all(select, values![digest]).await?;
        let mut summaries = Vec::with_capacity(rows.len());
        for row in rows {
            summaries.push(EditionSummary {
                digest: row.get("digest"),
                edition: row.get("number"),
                state: row.parse("state", "edition")?,
                subject: row.get("subject"),
                posts: row.get("posts"),
                date: row.get("frozen_ms"),
                counts: self.delivery_counts(row.get("id")).await?,
            });
        }
        Ok(summaries)
    }

    /// What became of an edition's deliveries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn delivery_counts(&self, edition: i64) -> Result<DeliveryCounts, Error> {
        let select = "SELECT state, count(*) AS count FROM delivery WHERE edition = $1 GROUP BY state";
        let mut counts = DeliveryCounts::default();
        for row in self.db.all(select, values![edition]).await? {
            let count: i64 = row.get("count");
            counts.recipients += count;
            match row.get::<String>("state").as_str() {
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

    /// When the last edition of `digest` was frozen that a person sent by hand.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_manual_edition(&self, digest: &str) -> Result<Option<DateTime<Utc>>, Error> {
        let select = "SELECT max(frozen_ms) FROM edition WHERE digest = $1 AND due_ms IS NULL";
        self.db.value(select, values![digest]).await
    }

    /// Notes that nothing is left to do for an edition, if that is so.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn finish_edition(&self, edition: i64, now: DateTime<Utc>) -> Result<bool, Error> {
        let finish = "UPDATE edition SET state = 'sent', finished_ms = $2 WHERE id = $1 AND state = 'sending'
             AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.edition = $1
                AND d.state IN ('pending', 'attempting', 'deferred', 'in_doubt'))";
        Ok(self.db.run(finish, values![edition, now]).await? > 0)
    }
}
