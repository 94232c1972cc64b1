//! What became of deliveries, and what a person decides about them.
//!
//! Whoever dies leaves rows that say `attempting` under a dead owner: those become `in_doubt`, and nobody guesses.

use chrono::{DateTime, Utc};

use super::{
    db::values,
    error::Error,
    open::Store,
    owner::{self, Owner},
    publish::plan_deliveries,
};
use crate::{deliver::InDoubt, subscriber::Audience};

impl Store {
    /// Becomes an owner of deliveries.
    ///
    /// # Errors
    /// When the lock file cannot be made beside the store.
    pub fn new_owner(&self) -> Result<Owner, Error> {
        owner::remove_dead(self.path());
        Owner::new(self.path()).map_err(|source| Error::Open { path: self.path().to_owned(), source })
    }

    /// Says whether a program is at work on the store that plans or sends.
    pub fn has_live_owner(&self) -> bool {
        owner::remove_dead(self.path())
    }

    /// Puts deliveries that a dead owner was attempting in doubt; says how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn reclaim_from_dead(&self, edition: i64, now: DateTime<Utc>) -> Result<u64, Error> {
        let owners = "SELECT DISTINCT owner FROM delivery INDEXED BY delivery_state
             WHERE edition = $1 AND state = 'attempting' AND owner IS NOT NULL";
        let doubt = "UPDATE delivery SET state = 'in_doubt', owner = NULL, at_ms = $1, next_ms = $1,
                reply = 'the program ended before an answer came'
             WHERE edition = $2 AND state = 'attempting' AND owner = $3";
        let mut put = 0;
        for row in self.db.all(owners, values![edition]).await? {
            let owner: String = row.get("owner");
            if !owner::is_alive(self.path(), &owner) {
                put += self.db.run(doubt, values![now, edition, owner]).await?;
            }
        }
        Ok(put)
    }

    /// The addresses of an edition's deliveries in one state, at most `limit` of them, with what was said.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deliveries_in_state(
        &self,
        edition: i64,
        state: &str,
        limit: i64,
    ) -> Result<Vec<(String, Option<String>)>, Error> {
        let select = "SELECT s.address, d.reply FROM delivery d JOIN subscriber s ON s.id = d.subscriber
             WHERE d.edition = $1 AND d.state = $2 ORDER BY d.subscriber LIMIT $3";
        let rows = self.db.all(select, values![edition, state, limit]).await?;
        Ok(rows.iter().map(|row| (row.get("address"), row.get("reply"))).collect())
    }

    /// When the next delivery of an edition is due that is not to be tried before; those in doubt count where they
    /// are resent.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_due_delivery(&self, edition: i64, in_doubt: InDoubt) -> Result<Option<DateTime<Utc>>, Error> {
        let next = "SELECT min(next_ms) FROM delivery WHERE edition = $1
             AND (state = 'deferred' OR ($2 = 1 AND state = 'in_doubt'))";
        self.db.value(next, values![edition, in_doubt == InDoubt::Resend]).await
    }

    /// When there is something to do for an edition: at the beginning of time where a delivery was never tried, or may
    /// be a dead owner's; `None` where nothing is left but what a person decides.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_work(&self, edition: i64, in_doubt: InDoubt) -> Result<Option<DateTime<Utc>>, Error> {
        let is_due = "SELECT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_state
                WHERE edition = $1 AND state IN ('pending', 'attempting'))
             OR NOT EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_state
                WHERE edition = $1 AND state IN ('deferred', 'in_doubt'))";
        if self.db.value(is_due, values![edition]).await? {
            return Ok(Some(DateTime::<Utc>::MIN_UTC));
        }
        self.next_due_delivery(edition, in_doubt).await
    }

    /// Ends a doubt by a person's word; says whether there was one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn settle_doubt(
        &self,
        edition: i64,
        address: &str,
        sent: bool,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let (state, word) = if sent { ("sent", "settled as sent") } else { ("pending", "settled to be resent") };
        let settle = "UPDATE delivery SET state = $1, at_ms = $2, next_ms = NULL, tries = 0, reply = $3
             WHERE edition = $4 AND state = 'in_doubt'
             AND subscriber = (SELECT s.id FROM subscriber s WHERE s.folded = $5)";
        let mut write = self.db.begin().await?;
        let settled = write.run(settle, values![state, now, word, edition, address.to_lowercase()]).await?;
        if !sent {
            let reopen = "UPDATE edition SET state = 'sending' WHERE id = $1 AND state = 'sent'";
            write.run(reopen, values![edition]).await?;
        }
        write.commit().await?;
        Ok(settled > 0)
    }

    /// Plans an edition again for those of its audience who have not got it: `editions replay`. Says how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn replay(&self, edition: i64, digest: &str, audience: &Audience) -> Result<u64, Error> {
        let retry = "UPDATE delivery SET state = 'pending', next_ms = NULL, tries = 0
             WHERE edition = $1 AND state IN ('bounced', 'skipped', 'deferred')
             AND subscriber IN (SELECT s.id FROM subscriber s WHERE s.status = 'active' AND s.listed = 1
                AND NOT EXISTS (SELECT 1 FROM departure d WHERE d.subscriber = s.id AND d.digest = $2))";
        let reopen = "UPDATE edition SET state = 'sending' WHERE id = $1 AND state = 'sent'
             AND EXISTS (SELECT 1 FROM delivery d WHERE d.edition = $1 AND d.state = 'pending')";
        let mut write = self.db.begin().await?;
        let retried = write.run(retry, values![edition, digest]).await?;
        let planned = plan_deliveries(&mut write, edition, digest, audience).await?;
        write.run(reopen, values![edition]).await?;
        write.commit().await?;
        Ok(retried + planned)
    }
}
