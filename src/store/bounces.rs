//! What reports change: a delivery bounces, a subscriber is suppressed or leaves a digest.

use chrono::{DateTime, Utc};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{Error, Store};
use crate::{
    bounce::{Fate, Feedback, Report, fate_of},
    deliver::{Blame, Reply, blame},
    subscriber::Address,
    token::Subject,
};

/// What a report came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Whom it is about.
    pub address: Address,
    /// The digest.
    pub digest: String,
    /// The edition's number, where it is about an edition.
    pub edition: Option<i64>,
    /// What changed.
    pub change: Change,
}

/// What a report changed; the last that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing: it was so before, or asks for nothing.
    Nothing,
    /// A delay is noted beside the delivery.
    Noted,
    /// The delivery bounced.
    Bounced,
    /// The subscriber left the digest.
    Unsubscribed,
    /// The subscriber gets no mail any more.
    Suppressed,
}

impl Store {
    /// Does what a report asks for, in one transaction; `None` where the store knows nothing of what it is about.
    /// A report that comes again changes nothing more.
    ///
    /// # Errors
    /// When the store cannot be written: then nothing changed.
    pub async fn apply(&self, report: &Report, now: DateTime<Utc>) -> Result<Option<Applied>, Error> {
        let mut write = self.write().await?;
        let applied = match report {
            Report::Unsubscribe(about) => unsubscription(&mut write, about, now).await?,
            Report::Delivery { about, recipients } => match delivery(&mut write, about).await? {
                None => None,
                Some(found) => {
                    let change = match fate_of(recipients, &found.address) {
                        None | Some(Fate::Arrived) => Change::Nothing,
                        Some(Fate::Delayed(reply)) => note(&mut write, &found, reply).await?,
                        Some(Fate::Failed(reply)) => bounce(&mut write, &found, reply, now).await?,
                    };
                    Some((found, change))
                }
            },
            Report::Feedback { about, kind } => match delivery(&mut write, about).await? {
                None => None,
                Some(found) => {
                    let (changed, change) = match kind {
                        Feedback::Complaint => (suppress(&mut write, found.subscriber).await?, Change::Suppressed),
                        Feedback::OptOut => {
                            (leave(&mut write, found.subscriber, &found.digest, now).await?, Change::Unsubscribed)
                        }
                    };
                    Some((found, if changed { change } else { Change::Nothing }))
                }
            },
        };
        write.commit().await?;
        let Some((found, change)) = applied else { return Ok(None) };
        if let (Some(row), Change::Bounced | Change::Suppressed) = (found.edition, change) {
            // It may have been the last delivery that an edition waited for.
            self.finish(row, now).await?;
        }
        Ok(Some(Applied { address: found.address, digest: found.digest, edition: found.number, change }))
    }
}

/// Suppresses a subscriber whose three newest editions bounced in a way that speaks against the address (the column
/// `blamed`), and says whether it did. Editions that are still on their way, or were skipped, say nothing.
///
/// Walks from the newest edition back, by primary keys alone: three steps for most subscribers, however many
/// deliveries there are.
///
/// # Errors
/// When the store cannot be written.
pub(super) async fn suppress_after_three(write: &mut SqliteConnection, subscriber: i64) -> Result<bool, Error> {
    let blamed: Vec<bool> = sqlx::query_scalar(THREE_NEWEST).bind(subscriber).fetch_all(&mut *write).await?;
    if blamed.len() < 3 || blamed.contains(&false) {
        return Ok(false);
    }
    suppress(write, subscriber).await
}

/// The words CROSS JOIN keep SQLite from beginning with the deliveries.
const THREE_NEWEST: &str = "SELECT d.state = 'bounced' AND d.blamed = 1 FROM edition e CROSS JOIN delivery d
     ON d.edition = e.id AND d.subscriber = ? WHERE d.state IN ('sent', 'bounced') ORDER BY e.id DESC LIMIT 3";

/// What a report is about, as the store knows it.
#[derive(Debug)]
struct Found {
    subscriber: i64,
    address: Address,
    digest: String,
    edition: Option<i64>,
    number: Option<i64>,
    state: String,
}

/// The delivery to a subscriber in the edition whose id begins so.
async fn delivery(write: &mut SqliteConnection, about: &Subject) -> Result<Option<Found>, Error> {
    let row = sqlx::query(
        "SELECT s.address, e.digest, e.id, e.number, d.state FROM edition e
         JOIN delivery d ON d.edition = e.id AND d.subscriber = ?1 JOIN subscriber s ON s.id = d.subscriber
         WHERE e.uid >= ?2 AND e.uid < ?2 || '~' ORDER BY e.id DESC LIMIT 1",
    )
    .bind(about.subscriber)
    .bind(&about.of)
    .fetch_optional(write)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Found {
        subscriber: about.subscriber,
        address: address(&row)?,
        digest: row.get("digest"),
        edition: row.get("id"),
        number: row.get("number"),
        state: row.get("state"),
    }))
}

/// Lets a subscriber leave a digest.
async fn unsubscription(
    write: &mut SqliteConnection,
    about: &Subject,
    now: DateTime<Utc>,
) -> Result<Option<(Found, Change)>, Error> {
    let known = sqlx::query("SELECT address FROM subscriber WHERE id = ?").bind(about.subscriber);
    let Some(row) = known.fetch_optional(&mut *write).await? else { return Ok(None) };
    let changed = leave(write, about.subscriber, &about.of, now).await?;
    let found = Found {
        subscriber: about.subscriber,
        address: address(&row)?,
        digest: about.of.clone(),
        edition: None,
        number: None,
        state: String::new(),
    };
    Ok(Some((found, if changed { Change::Unsubscribed } else { Change::Nothing })))
}

/// Notes a delay beside a delivery that the relay took; nothing else knows of it, and it changes nothing.
async fn note(write: &mut SqliteConnection, found: &Found, reply: &Reply) -> Result<Change, Error> {
    let noted = sqlx::query(
        "UPDATE delivery SET reply = ?1 WHERE edition = ?2 AND subscriber = ?3 AND state = 'sent' AND reply IS NOT ?1",
    )
    .bind(format!("delayed: {reply}"))
    .bind(found.edition)
    .bind(found.subscriber)
    .execute(write)
    .await?;
    Ok(if noted.rows_affected() > 0 { Change::Noted } else { Change::Nothing })
}

/// Marks a delivery bounced and judges the address by it (rule E4).
///
/// A bounce can come before its own hand-over is settled, and it ends a doubt: whoever sends it back took it. So
/// `attempting` and `in_doubt` become `bounced`; the settling that comes after finds the row no more in its claim
/// and leaves it. A delivery that waits for another try (`deferred`, or replayed) keeps its plan, because the report
/// may be about an earlier try, and the next one will tell: but an address that is not there is suppressed all the
/// same, and the claim then skips it.
async fn bounce(
    write: &mut SqliteConnection,
    found: &Found,
    reply: &Reply,
    now: DateTime<Utc>,
) -> Result<Change, Error> {
    let blame = blame(reply);
    let changed = match found.state.as_str() {
        "sent" | "attempting" | "in_doubt" => {
            sqlx::query(
                "UPDATE delivery SET state = 'bounced', owner = NULL, next_ms = NULL, at_ms = ?, code = ?, reply = ?,
                 blamed = ? WHERE edition = ? AND subscriber = ?",
            )
            .bind(now.timestamp_millis())
            .bind(i64::from(reply.code))
            .bind(words(reply))
            .bind(blame != Blame::Nobody)
            .bind(found.edition)
            .bind(found.subscriber)
            .execute(&mut *write)
            .await?;
            true
        }
        "bounced" if blame != Blame::Nobody => {
            sqlx::query("UPDATE delivery SET blamed = 1 WHERE edition = ? AND subscriber = ?")
                .bind(found.edition)
                .bind(found.subscriber)
                .execute(&mut *write)
                .await?;
            false
        }
        _ => false,
    };
    let suppressed = match blame {
        Blame::Address => suppress(write, found.subscriber).await?,
        Blame::Perhaps => suppress_after_three(write, found.subscriber).await?,
        Blame::Nobody => false,
    };
    Ok(match (suppressed, changed) {
        (true, _) => Change::Suppressed,
        (false, true) => Change::Bounced,
        (false, false) => Change::Nothing,
    })
}

/// What a reply says after its three digits, which have a column of their own.
fn words(reply: &Reply) -> String {
    Reply { code: 0, ..reply.clone() }.to_string()
}

/// Suppresses a subscriber who gets mail or waits to; who left stays so.
pub(super) async fn suppress(write: &mut SqliteConnection, subscriber: i64) -> Result<bool, Error> {
    let query = "UPDATE subscriber SET status = 'suppressed' WHERE id = ? AND status IN ('active', 'pending')";
    Ok(sqlx::query(query).bind(subscriber).execute(write).await?.rows_affected() > 0)
}

/// Takes a subscriber off one digest.
pub(super) async fn leave(
    write: &mut SqliteConnection,
    subscriber: i64,
    digest: &str,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let query = "INSERT INTO departure (subscriber, digest, at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    let left = sqlx::query(query).bind(subscriber).bind(digest).bind(now.timestamp_millis()).execute(write).await?;
    Ok(left.rows_affected() > 0)
}

fn address(row: &SqliteRow) -> Result<Address, Error> {
    let unreadable = |what: String| Error::Sql(sqlx::Error::Decode(what.into()));
    row.get::<&str, _>("address").parse().map_err(unreadable)
}

#[cfg(test)]
mod tests;
