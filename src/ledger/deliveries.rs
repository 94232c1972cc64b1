//! The outbox: one row for each edition and recipient, claimed before anything leaves and settled after.
//!
//! A claim is committed before the first octet goes out, a verdict before the next claim. Whoever dies in between
//! leaves rows that say `attempting` under a dead owner: those become `in_doubt`, and nobody guesses.

use chrono::{DateTime, Utc};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::{Error, Ledger, Owner, owner, subscribers};
use crate::{
    deliver::{InDoubt, Reply},
    subscriber::Subscriber,
};

/// A delivery that this process may attempt now.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Whom it goes to.
    pub subscriber: Subscriber,
    /// How often it was tried before.
    pub tries: u32,
}

/// What became of a claimed delivery.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The subscriber's number.
    pub subscriber: i64,
    /// The new state.
    pub verdict: Verdict,
    /// What the other side said.
    pub reply: Reply,
}

/// The state that an attempt leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Taken on.
    Sent,
    /// To be tried again, not before then.
    Deferred(DateTime<Utc>),
    /// Refused for good.
    Bounced,
    /// Refused for good, and so is the address.
    Suppressed,
    /// Handed over without an answer; where there is a time, it may be resent from then on.
    InDoubt(Option<DateTime<Utc>>),
    /// Nothing happened, and it was no try: as it was before the claim.
    Pending,
}

impl Ledger {
    /// Becomes an owner of deliveries.
    ///
    /// # Errors
    /// When the lock file cannot be made beside the store.
    pub fn owner(&self) -> Result<Owner, Error> {
        owner::sweep(&self.path);
        Owner::new(&self.path).map_err(|source| Error::Open { path: self.path.clone(), source })
    }

    /// Puts deliveries that a dead owner was attempting in doubt; says how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn reclaim(&self, edition: i64, now: DateTime<Utc>) -> Result<u64, Error> {
        let owners: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT owner FROM delivery WHERE edition = ? AND state = 'attempting' AND owner IS NOT NULL",
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

    /// Claims up to `window` deliveries that are due: one transaction, committed before this returns.
    ///
    /// Subscribers who left or were suppressed since the edition was frozen are skipped here, in the same
    /// transaction: nobody who left is mailed.
    ///
    /// # Errors
    /// When the claim cannot be made durable; then nothing may be sent.
    pub async fn claim(
        &self,
        edition: i64,
        owner: &Owner,
        window: usize,
        in_doubt: InDoubt,
        now: DateTime<Utc>,
    ) -> Result<Vec<Claim>, Error> {
        // SQLite would go on writing into a file that no longer has a name, and nobody would ever read it.
        std::fs::metadata(&self.path).map_err(|source| Error::Open { path: self.path.clone(), source })?;
        // Looked at in larger and larger pieces where everybody left; never more than `window` are claimed.
        let mut piece = window.max(1);
        loop {
            let mut write = self.write().await?;
            let due = due(&mut write, edition, piece, in_doubt, now).await?;
            let (wanted, left): (Vec<_>, Vec<_>) = due.iter().partition(|row| row.get("wanted"));
            let mut claims = Vec::with_capacity(window);
            for &row in wanted.iter().take(window) {
                claims.push(Claim { subscriber: subscribers::read(row)?, tries: row.get("tries") });
            }
            let claimed: Vec<i64> = claims.iter().map(|claim| claim.subscriber.id).collect();
            let skipped: Vec<i64> = left.iter().map(|row| row.get("id")).collect();
            mark(&mut write, edition, "attempting", Some(owner), &claimed, now).await?;
            mark(&mut write, edition, "skipped", None, &skipped, now).await?;
            write.commit().await?;
            if !claims.is_empty() || due.is_empty() {
                return Ok(claims);
            }
            piece = (piece * 4).min(1_000);
        }
    }

    /// Writes what became of claimed deliveries, in one transaction.
    ///
    /// # Errors
    /// When the store cannot be written: the rows then stay `attempting` and will be in doubt.
    pub async fn settle(
        &self,
        edition: i64,
        owner: &Owner,
        settled: &[Settled],
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let mut write = self.write().await?;
        for one in settled {
            let (state, next) = match one.verdict {
                Verdict::Sent => ("sent", None),
                Verdict::Deferred(at) => ("deferred", Some(at)),
                Verdict::Bounced | Verdict::Suppressed => ("bounced", None),
                Verdict::InDoubt(at) => ("in_doubt", at),
                // Behind those that were never tried: one that breaks each connection must not stand in their way.
                Verdict::Pending => ("pending", Some(now)),
            };
            sqlx::query(
                "UPDATE delivery SET state = ?, owner = NULL, at_ms = ?, next_ms = ?, tries = tries + ?, code = ?,
                 reply = ? WHERE edition = ? AND subscriber = ? AND state = 'attempting' AND owner = ?",
            )
            .bind(state)
            .bind(now.timestamp_millis())
            .bind(next.map(|at| at.timestamp_millis()))
            .bind(i64::from(one.verdict != Verdict::Pending))
            .bind(i64::from(one.reply.code))
            .bind(&one.reply.text)
            .bind(edition)
            .bind(one.subscriber)
            .bind(owner.id())
            .execute(&mut *write)
            .await?;
            if one.verdict == Verdict::Suppressed {
                sqlx::query("UPDATE subscriber SET status = 'suppressed' WHERE id = ? AND status = 'active'")
                    .bind(one.subscriber)
                    .execute(&mut *write)
                    .await?;
            }
        }
        write.commit().await?;
        Ok(())
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
            sqlx::query("UPDATE edition SET state = 'sending' WHERE id = ?").bind(edition).execute(&mut *write).await?;
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
            "UPDATE edition SET state = 'sending' WHERE id = ?1 AND EXISTS
             (SELECT 1 FROM delivery WHERE edition = ?1 AND state = 'pending')",
        )
        .bind(edition)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(planned)
    }
}

/// The rows that are due: those never tried, then those tried longest ago. Each part is a walk along the index,
/// however many rows an edition has.
async fn due(
    write: &mut SqliteConnection,
    edition: i64,
    limit: usize,
    in_doubt: InDoubt,
    now: DateTime<Utc>,
) -> Result<Vec<SqliteRow>, Error> {
    let mut due = Vec::new();
    for state in ["pending", "deferred", "in_doubt"] {
        if due.len() >= limit || (state == "in_doubt" && in_doubt == InDoubt::Hold) {
            break;
        }
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT s.*, d.tries, s.status = 'active' AND s.listed = 1 AND NOT EXISTS (SELECT 1 FROM departure p
                JOIN edition e ON e.id = d.edition WHERE p.subscriber = s.id AND p.digest = e.digest) AS wanted
             FROM delivery d CROSS JOIN subscriber s ON s.id = d.subscriber WHERE d.edition = ",
        );
        query.push_bind(edition).push(" AND d.state = ").push_bind(state);
        if state != "pending" {
            query.push(" AND d.next_ms <= ").push_bind(now.timestamp_millis());
        }
        let left = i64::try_from(limit - due.len()).unwrap_or(i64::MAX);
        query.push(" ORDER BY d.next_ms, d.subscriber LIMIT ").push_bind(left);
        due.extend(query.build().fetch_all(&mut *write).await?);
    }
    Ok(due)
}

/// Puts these rows into `state`.
async fn mark(
    write: &mut SqliteConnection,
    edition: i64,
    state: &str,
    owner: Option<&Owner>,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::<Sqlite>::new("UPDATE delivery SET next_ms = NULL, state = ");
    query.push_bind(state).push(", owner = ").push_bind(owner.map(Owner::id));
    query.push(", at_ms = ").push_bind(now.timestamp_millis());
    query.push(" WHERE edition = ").push_bind(edition).push(" AND subscriber IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    query.push(")").build().persistent(false).execute(&mut *write).await?;
    Ok(())
}
