//! Subscribers from a file: staged beside the store, then brought in by one transaction.

use chrono::{DateTime, Utc};

use super::{
    db::{Writer, values},
    error::Error,
    open::Store,
    subscriptions::leave,
};
use crate::subscriber::SubscriberRow;

/// What an import changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// New to the store.
    pub new: u64,
    /// Known, and brought up to date or left as they were.
    pub known: u64,
}

/// An import that has begun.
#[derive(Debug)]
pub struct SubscriberImport {
    writer: Writer,
    staged: u64,
}

impl Store {
    /// Adds subscribers, or brings known ones up to date, as `SubscriberImport` does.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn import_subscribers(
        &self,
        rows: &[SubscriberRow],
        origin: &str,
        now: DateTime<Utc>,
    ) -> Result<ImportCounts, Error> {
        let mut import = self.begin_import().await?;
        import.stage(rows).await?;
        import.finish(origin, None, now).await
    }

    /// Begins to import subscribers, however many.
    ///
    /// # Errors
    /// When the store cannot be opened for it.
    pub async fn begin_import(&self) -> Result<SubscriberImport, Error> {
        let mut writer = self.db.writer().await?;
        // One that was begun and given up.
        writer.run("DROP TABLE IF EXISTS temp.intake", []).await?;
        let create = "CREATE TEMP TABLE intake (place INTEGER PRIMARY KEY, folded TEXT, address TEXT, name TEXT,
             language TEXT, timezone TEXT, tags TEXT, status TEXT, consent TEXT, left_digests TEXT)";
        writer.run(create, []).await?;
        Ok(SubscriberImport { writer, staged: 0 })
    }

    /// How many are on the list of those whom the last reading of the subscribers file brought.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn count_synced(&self) -> Result<u64, Error> {
        let count = "SELECT count(*) FROM subscriber WHERE listed = 1 AND sync = (SELECT max(sync) FROM subscriber)";
        Ok(self.db.value::<i64>(count, []).await?.unsigned_abs())
    }

    /// The number for the next reading of the subscribers file.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_sync(&self) -> Result<i64, Error> {
        self.db.value("SELECT coalesce(max(sync), 0) + 1 FROM subscriber", []).await
    }

    /// Takes off the list those who came from the subscribers file and are not in it any more; says how many.
    /// A later reading of the file, by a program beside this one, knows better than this one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn unlist_missing(&self, sync: i64) -> Result<u64, Error> {
        self.db.run("UPDATE subscriber SET listed = 0 WHERE listed = 1 AND sync < $1", values![sync]).await
    }
}

impl SubscriberImport {
    /// Puts rows beside the store; nothing of it is there before [`SubscriberImport::finish`].
    ///
    /// # Errors
    /// When there is no room for them.
    pub async fn stage(&mut self, rows: &[SubscriberRow]) -> Result<(), Error> {
        let rows = rows.iter().map(|row| {
            values![
                row.address.as_str().to_lowercase(),
                row.address.as_str(),
                row.name.as_deref(),
                row.language.as_deref(),
                row.timezone.map(|zone| zone.name()),
                row.tags.join(" "),
                row.status.as_str(),
                row.consent.as_deref(),
                row.left.join(" "),
            ]
        });
        let rows = rows.collect();
        let insert = "INSERT INTO temp.intake
             (folded, address, name, language, timezone, tags, status, consent, left_digests)";
        self.staged += self.writer.insert(insert, rows, "").await?;
        Ok(())
    }

    /// How many rows were staged.
    pub fn staged(&self) -> u64 {
        self.staged
    }

    /// Adds what was staged, or brings known subscribers up to date, in one transaction. An address that left or is
    /// suppressed stays so, whatever the row says: only its owner brings it back.
    ///
    /// `origin` says where they came from, for who asks later; `sync` marks the rows as being in the subscribers file at
    /// its reading of that number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn finish(mut self, origin: &str, sync: Option<i64>, now: DateTime<Utc>) -> Result<ImportCounts, Error> {
        let count = "SELECT count(*) FROM subscriber";
        // A row that says `pending` about somebody who has confirmed would stop their mail: it does not.
        let merge = "INSERT INTO subscriber
                (folded, address, name, language, timezone, tags, status, consent, sync, added_ms, origin)
             SELECT folded, address, name, language, timezone, tags, status, consent, $1, $2, $3 FROM temp.intake
             WHERE true ORDER BY folded, place
             ON CONFLICT (folded) DO UPDATE SET address = excluded.address, name = excluded.name,
                language = excluded.language, timezone = excluded.timezone, tags = excluded.tags, listed = 1,
                consent = coalesce(excluded.consent, subscriber.consent),
                origin = coalesce(subscriber.origin, excluded.origin),
                sync = CASE WHEN excluded.sync < subscriber.sync THEN subscriber.sync ELSE excluded.sync END,
                status = CASE
                    WHEN subscriber.status IN ('unsubscribed', 'suppressed') THEN subscriber.status
                    WHEN subscriber.status = 'active' AND excluded.status = 'pending' THEN subscriber.status
                    ELSE excluded.status END";
        let suppressed = "INSERT INTO suppression (subscriber, at_ms, why)
             SELECT s.id, $1, $2 FROM temp.intake i JOIN subscriber s ON s.folded = i.folded
             WHERE i.status = 'suppressed' AND s.status = 'suppressed'
             AND NOT EXISTS (SELECT 1 FROM suppression p WHERE p.subscriber = s.id AND p.lifted_ms IS NULL)
             ON CONFLICT DO NOTHING";
        let left = "SELECT s.id, i.left_digests FROM temp.intake i JOIN subscriber s ON s.folded = i.folded
             WHERE i.left_digests <> ''";
        let mut write = self.writer.begin().await?;
        let before: i64 = write.value(count, []).await?;
        write.run(merge, values![sync, now, origin]).await?;
        let after: i64 = write.value(count, []).await?;
        write.run(suppressed, values![now, format!("suppressed in {origin}")]).await?;
        for row in write.all(left, []).await? {
            for digest in row.get::<String>("left_digests").split(' ') {
                leave(&mut write, row.get("id"), digest, now).await?;
            }
        }
        write.commit().await?;
        self.writer.run("DROP TABLE temp.intake", []).await?;
        let new = (after - before).unsigned_abs();
        Ok(ImportCounts { new, known: self.staged.saturating_sub(new) })
    }
}
