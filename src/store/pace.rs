//! How fast mail may go, kept where everyone who sends looks: paces of relays and recipient domains, and what relays
//! taught us.

use std::collections::BTreeMap;

use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{Error, Store};
use crate::deliver::rate::{Bucket, Throttle};

/// What a relay taught us about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Learnt {
    /// Messages it takes over one connection.
    pub messages: Option<u64>,
    /// Connections it takes at a time.
    pub connections: Option<usize>,
}

impl Store {
    /// What a relay taught us before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn learnt(&self, relay: &str) -> Result<Learnt, Error> {
        let row: Option<(Option<i64>, Option<i64>)> =
            sqlx::query_as("SELECT messages, connections FROM relay WHERE name = ?")
                .bind(relay)
                .fetch_optional(&self.pool)
                .await?;
        let (messages, connections) = row.unwrap_or_default();
        Ok(Learnt {
            messages: messages.and_then(|count| u64::try_from(count).ok()),
            connections: connections.and_then(|count| usize::try_from(count).ok()),
        })
    }

    /// Keeps what a relay taught us.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn learn(&self, relay: &str, learnt: Learnt) -> Result<(), Error> {
        sqlx::query("INSERT OR REPLACE INTO relay (name, messages, connections) VALUES (?, ?, ?)")
            .bind(relay)
            .bind(learnt.messages.and_then(|count| i64::try_from(count).ok()))
            .bind(learnt.connections.and_then(|count| i64::try_from(count).ok()))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Who has asked us to go slower, relays and recipient domains (`@domain`), and at how many messages a second
    /// mail goes there now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn throttles(&self) -> Result<Vec<(String, f64)>, Error> {
        let paces = Paces::read(&mut *self.pool.acquire().await?).await?;
        let now_ms = paces.now_ms;
        let throttled = |(name, bucket): (String, Bucket)| Some((name, bucket.throttle?.rate(now_ms)?));
        Ok(paces.buckets.into_iter().filter_map(throttled).collect())
    }
}

/// The database's clock, and every pace there is.
pub(super) const PACES: &str =
    "SELECT unixepoch('subsec') * 1000.0 AS now_ms, b.* FROM (SELECT 1) LEFT JOIN bucket b ON TRUE;";

/// All paces as they are in one transaction.
#[derive(Clone)]
pub(super) struct Paces {
    buckets: BTreeMap<String, Bucket>,
    /// The database's clock, which everyone who sends shares.
    pub(super) now_ms: f64,
}

impl Paces {
    /// There are few rows: a relay's own, and the domains that throttle now.
    async fn read(connection: &mut SqliteConnection) -> Result<Self, Error> {
        Ok(Self::of_rows(&sqlx::query(PACES).fetch_all(connection).await?))
    }

    /// Reads what [`PACES`] gives.
    pub(super) fn of_rows(rows: &[SqliteRow]) -> Self {
        let now_ms = rows.first().map_or(0.0, |row| row.get("now_ms"));
        let throttle = |row: &SqliteRow| {
            let lowered: i64 = row.get::<Option<i64>, _>("lowered_ms")?;
            Some(Throttle { rate: row.get("rate"), full: row.get("full"), lowered_ms: lowered as f64 })
        };
        let read = |row: &SqliteRow| {
            let name: Option<String> = row.get("name");
            Some((name?, Bucket { next_ms: row.get("tat_ms"), throttle: throttle(row) }))
        };
        Self { buckets: rows.iter().filter_map(read).collect(), now_ms }
    }

    /// The pace of a relay, as fast as can be where nothing is known.
    pub(super) fn of(&mut self, relay: &str) -> &mut Bucket {
        self.buckets.entry(relay.to_owned()).or_default()
    }

    /// The pace of a recipient domain that throttles.
    pub(super) fn of_domain(&mut self, domain: &str) -> Option<&mut Bucket> {
        if self.buckets.len() < 2 {
            return None;
        }
        self.buckets.get_mut(&key(domain)).filter(|bucket| bucket.throttle.is_some())
    }

    /// Writes the paces that changed since `before`, and forgets domains whose throttle is over.
    pub(super) async fn write(&self, before: &Self, connection: &mut SqliteConnection) -> Result<(), Error> {
        for (name, bucket) in &self.buckets {
            let is_over = bucket.throttle.is_none_or(|throttle| throttle.rate(self.now_ms).is_none());
            if name.starts_with('@') && is_over {
                sqlx::query("DELETE FROM bucket WHERE name = ?").bind(name).execute(&mut *connection).await?;
            } else if before.buckets.get(name) != Some(bucket) && *bucket != Bucket::default() {
                sqlx::query(
                    "INSERT OR REPLACE INTO bucket (name, tat_ms, rate, full, lowered_ms) VALUES (?, ?, ?, ?, ?)",
                )
                .bind(name)
                .bind(bucket.next_ms)
                .bind(bucket.throttle.map(|throttle| throttle.rate))
                .bind(bucket.throttle.map(|throttle| throttle.full))
                .bind(bucket.throttle.map(|throttle| throttle.lowered_ms as i64))
                .execute(&mut *connection)
                .await?;
            }
        }
        Ok(())
    }
}

/// A recipient domain's name in the table, which no relay's can be.
pub(super) fn key(domain: &str) -> String {
    format!("@{}", domain.to_lowercase())
}
