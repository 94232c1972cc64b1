//! What became of deliveries, and what a person decides about them.
//!
//! Whoever dies leaves rows that say `attempting` under a dead owner: those become `in_doubt`, and nobody guesses.

use chrono::{DateTime, Utc};

use super::{Error, Owner, Store, owner};
use crate::deliver::InDoubt;

impl Store {
    /// Becomes an owner of deliveries.
    ///
    /// # Errors
    /// When the lock file cannot be made beside the store.
    pub fn owner(&self) -> Result<Owner, Error> {
        owner::sweep(&self.path);
        Owner::new(&self.path).map_err(|source| Error::Open { path: self.path.clone(), source })
    }

    /// Says whether a program is at work on the store that plans or sends.
    pub fn is_worked_on(&self) -> bool {
        owner::sweep(&self.path)
    }

    /// Puts deliveries that a dead owner was attempting in doubt; says how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn reclaim(&self, edition: i64, now: DateTime<Utc>) -> Result<u64, Error> {
        let owners: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT owner FROM delivery INDEXED BY delivery_state
             WHERE edition = ? AND state = 'attempting' AND owner IS NOT NULL",
        )
        .bind(edition)
        .fetch_all(&self.pool)
        .await?;
        let mut put = 0;
        for dead in owners.iter().filter(|id| !owner::is_alive(&self.path, id)) {
            put += sqlx::query(
                "UPDATE delivery SET state = 'in_doubt', owner = NULL, at_ms = ?1, next_ms = ?1,
                 reply = 'the program ended before an answer came'
                 WHERE edition = ?2 AND state = 'attempting' AND owner = ?3",
            )
            .bind(now.timestamp_millis())
            .bind(edition)
            .bind(dead)
            .execute(&self.pool)
            .await
            .map_err(|error| super::locked(error, &self.path))?
            .rows_affected();
        }
        Ok(put)
    }

    /// The addresses of an edition's deliveries in one state, at most `limit` of them, with what was said.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deliveries(
        &self,
        edition: i64,
        state: &str,
        limit: i64,
    ) -> Result<Vec<(String, Option<String>)>, Error> {
        Ok(sqlx::query_as(
            "SELECT s.address, d.reply FROM delivery d JOIN subscriber s ON s.id = d.subscriber
             WHERE d.edition = ? AND d.state = ? ORDER BY d.subscriber LIMIT ?",
        )
        .bind(edition)
        .bind(state)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?)
    }

    /// When the next delivery of an edition is due that is not to be tried before; those in doubt count where they
    /// are resent.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_due(&self, edition: i64, in_doubt: InDoubt) -> Result<Option<DateTime<Utc>>, Error> {
        let next: Option<i64> = sqlx::query_scalar(
            "SELECT min(next_ms) FROM delivery WHERE edition = ?
             AND (state = 'deferred' OR (? AND state = 'in_doubt'))",
        )
        .bind(edition)
        .bind(in_doubt == InDoubt::Resend)
        .fetch_one(&self.pool)
        .await?;
        Ok(next.map(super::instant))
    }

    /// When there is something to do for an edition: at the beginning of time where a delivery was never tried, or may
    /// be a dead owner's; `None` where nothing is left but what a person decides.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn due_of(&self, edition: i64, in_doubt: InDoubt) -> Result<Option<DateTime<Utc>>, Error> {
        let open: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_state WHERE edition = ?
             AND state IN ('pending', 'attempting')) OR NOT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_state
             WHERE edition = ? AND state IN ('deferred', 'in_doubt'))",
        )
        .bind(edition)
        .bind(edition)
        .fetch_one(&self.pool)
        .await?;
        if open { Ok(Some(DateTime::<Utc>::MIN_UTC)) } else { self.next_due(edition, in_doubt).await }
    }

    /// Ends a doubt by a person's word; says whether there was one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn end_doubt(&self, edition: i64, address: &str, sent: bool, now: DateTime<Utc>) -> Result<bool, Error> {
        let (state, word) = if sent { ("sent", "settled as sent") } else { ("pending", "settled to be resent") };
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE delivery SET state = ?, at_ms = ?, next_ms = NULL, tries = 0, reply = ? WHERE edition = ? AND state = 'in_doubt'
             AND subscriber = (SELECT id FROM subscriber WHERE folded = ?)",
        )
        .bind(state)
        .bind(now.timestamp_millis())
        .bind(word)
        .bind(edition)
        .bind(address.to_lowercase())
        .execute(&mut *write)
        .await?;
        if !sent {
            sqlx::query("UPDATE edition SET state = 'sending' WHERE id = ? AND state = 'sent'")
                .bind(edition)
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Plans an edition again for those of its audience who have not got it: `editions replay`. Says how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn replay(&self, edition: i64, digest: &str, audience: &crate::post::Filter) -> Result<u64, Error> {
        let mut write = self.write().await?;
        let mut planned = sqlx::query(
            "UPDATE delivery SET state = 'pending', next_ms = NULL, tries = 0 WHERE edition = ?1 AND state IN ('bounced', 'skipped', 'deferred')
             AND subscriber IN (SELECT id FROM subscriber s WHERE status = 'active' AND listed = 1 AND NOT EXISTS
                (SELECT 1 FROM departure d WHERE d.subscriber = s.id AND d.digest = ?2))",
        )
        .bind(edition)
        .bind(digest)
        .execute(&mut *write)
        .await?
        .rows_affected();
        planned += super::editions::plan(&mut write, edition, digest, audience).await?;
        sqlx::query(
            "UPDATE edition SET state = 'sending' WHERE id = ?1 AND state = 'sent' AND EXISTS
             (SELECT 1 FROM delivery WHERE edition = ?1 AND state = 'pending')",
        )
        .bind(edition)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(planned)
    }
}
