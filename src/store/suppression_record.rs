//! Why nothing goes to an address any more, and the way back.

use chrono::{DateTime, Utc};

use super::{
    db::{Transaction, values},
    error::Error,
    open::Store,
};
use crate::subscriber::Address;

/// A suppression, one that was lifted too.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Suppression {
    /// Since when.
    pub at: DateTime<Utc>,
    /// Why, in our words or a person's.
    pub why: String,
    /// What the server said.
    pub words: Option<String>,
    /// The edition that bounced, as `weekly 3`.
    pub edition: Option<String>,
    /// When it was lifted.
    pub lifted: Option<DateTime<Utc>>,
    /// Why it was.
    pub lifted_why: Option<String>,
}

/// Where a subscriber came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriberOrigin {
    /// When.
    pub added: DateTime<Utc>,
    /// Out of which file, or how.
    pub origin: Option<String>,
    /// When and how they agreed, in the words of the file.
    pub consent: Option<String>,
}

/// An edition to a subscriber, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DeliveryRecord {
    /// The digest.
    pub digest: String,
    /// The edition's number.
    pub edition: i64,
    /// What became of it.
    pub state: String,
    /// Since when.
    pub at: Option<DateTime<Utc>>,
    /// What the server said, its code first.
    pub reply: Option<String>,
}

/// Why an address is suppressed: in our words, in the server's, and the edition's row.
pub(super) type Reason<'a> = (&'a str, Option<&'a str>, Option<i64>);

/// Suppresses a subscriber who gets mail or waits to; who left stays so. Says whether it changed something.
pub(super) async fn suppress(
    write: &mut Transaction<'_>,
    subscriber: i64,
    (why, words, edition): Reason<'_>,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let suppress = "UPDATE subscriber SET status = 'suppressed' WHERE id = $1 AND status IN ('active', 'pending')";
    let changed = write.run(suppress, values![subscriber]).await? > 0;
    if changed {
        let record = "INSERT INTO suppression (subscriber, at_ms, why, words, edition) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING";
        write.run(record, values![subscriber, now, why, words, edition]).await?;
    }
    Ok(changed)
}

impl Store {
    /// Suppresses an address because a person says so; `None` for nobody we know, else whether it changed something.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn suppress(&self, address: &Address, why: &str, now: DateTime<Utc>) -> Result<Option<bool>, Error> {
        let mut write = self.db.begin().await?;
        let Some(subscriber) = number_of(&mut write, address).await? else { return Ok(None) };
        let changed = suppress(&mut write, subscriber, (why, None, None), now).await?;
        write.commit().await?;
        Ok(Some(changed))
    }

    /// Lets mail go to a suppressed address again, and forgets what was held against it; `None` for nobody we know, else
    /// whether it was suppressed. Who left stays so.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn lift(&self, address: &Address, why: &str, now: DateTime<Utc>) -> Result<Option<bool>, Error> {
        let mut write = self.db.begin().await?;
        let Some(subscriber) = number_of(&mut write, address).await? else { return Ok(None) };
        let lifted = "UPDATE subscriber SET status = 'active' WHERE id = $1 AND status = 'suppressed'";
        let changed = write.run(lifted, values![subscriber]).await? > 0;
        if changed {
            let record =
                "UPDATE suppression SET lifted_ms = $1, lifted_why = $2 WHERE subscriber = $3 AND lifted_ms IS NULL";
            write.run(record, values![now, why, subscriber]).await?;
            write
                .run("UPDATE delivery SET blamed = 0 WHERE subscriber = $1 AND blamed = 1", values![subscriber])
                .await?;
        }
        write.commit().await?;
        Ok(Some(changed))
    }

    /// What was held against a subscriber, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn suppressions(&self, subscriber: i64) -> Result<Vec<Suppression>, Error> {
        let select = "SELECT p.at_ms, p.why, p.words, p.lifted_ms, p.lifted_why, e.digest || ' ' || e.number AS edition
             FROM suppression p LEFT JOIN edition e ON e.id = p.edition WHERE p.subscriber = $1 ORDER BY p.at_ms DESC";
        let read = |row: &super::db::Row| Suppression {
            at: row.get("at_ms"),
            why: row.get("why"),
            words: row.get("words"),
            edition: row.get("edition"),
            lifted: row.get("lifted_ms"),
            lifted_why: row.get("lifted_why"),
        };
        Ok(self.db.all(select, values![subscriber]).await?.iter().map(read).collect())
    }

    /// Where a subscriber came from.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn origin_of(&self, subscriber: i64) -> Result<SubscriberOrigin, Error> {
        let select = "SELECT added_ms, origin, consent FROM subscriber WHERE id = $1";
        let row = self.db.first(select, values![subscriber]).await?;
        let read = |row: super::db::Row| SubscriberOrigin {
            added: row.get("added_ms"),
            origin: row.get("origin"),
            consent: row.get("consent"),
        };
        Ok(row.map(read).unwrap_or_default())
    }

    /// The editions that went to a subscriber or were to, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn deliveries_of(&self, subscriber: i64, limit: i64) -> Result<Vec<DeliveryRecord>, Error> {
        let select = "SELECT e.digest, e.number, d.state, d.at_ms, d.code, d.reply
             FROM edition e CROSS JOIN delivery d ON d.edition = e.id AND d.subscriber = $1 ORDER BY e.id DESC LIMIT $2";
        let read = |row: &super::db::Row| {
            let (code, words): (Option<i64>, Option<String>) = (row.get("code"), row.get("reply"));
            let code = code.filter(|code| *code > 0).map(|code| format!("{code} ")).unwrap_or_default();
            let reply = words.map(|words| format!("{code}{words}")).filter(|reply| !reply.is_empty());
            DeliveryRecord {
                digest: row.get("digest"),
                edition: row.get("number"),
                state: row.get("state"),
                at: row.get("at_ms"),
                reply,
            }
        };
        Ok(self.db.all(select, values![subscriber, limit]).await?.iter().map(read).collect())
    }
}

async fn number_of(write: &mut Transaction<'_>, address: &Address) -> Result<Option<i64>, Error> {
    let select = "SELECT id FROM subscriber WHERE folded = $1";
    Ok(write.first(select, values![address.as_str().to_lowercase()]).await?.map(|row| row.get("id")))
}
