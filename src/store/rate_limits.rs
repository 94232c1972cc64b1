//! How fast mail may go, kept where everyone who sends looks: rates of relays and recipient domains, and what relays
//! have shown of themselves.

use std::collections::BTreeMap;

use super::{
    db::{Row, Transaction, values},
    error::Error,
    open::Store,
};
use crate::deliver::rate_limit::{Throttle, TokenBucket};

/// What a relay has shown of its limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RelayLimits {
    /// Messages it takes over one connection.
    pub messages: Option<u64>,
    /// Connections it takes at a time.
    pub connections: Option<usize>,
}

impl Store {
    /// What a relay has shown of its limits before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn relay_limits(&self, relay: &str) -> Result<RelayLimits, Error> {
        let select = "SELECT messages, connections FROM relay WHERE name = $1";
        let Some(row) = self.db.first(select, values![relay]).await? else { return Ok(RelayLimits::default()) };
        Ok(RelayLimits {
            messages: row.get::<Option<i64>>("messages").and_then(|count| u64::try_from(count).ok()),
            connections: row.get::<Option<i64>>("connections").and_then(|count| usize::try_from(count).ok()),
        })
    }

    /// Keeps what a relay has shown of its limits.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_relay_limits(&self, relay: &str, limits: RelayLimits) -> Result<(), Error> {
        let save = "INSERT INTO relay (name, messages, connections) VALUES ($1, $2, $3) ON CONFLICT (name)
             DO UPDATE SET messages = excluded.messages, connections = excluded.connections";
        let messages = limits.messages.and_then(|count| i64::try_from(count).ok());
        let connections = limits.connections.and_then(|count| i64::try_from(count).ok());
        self.db.run(save, values![relay, messages, connections]).await?;
        Ok(())
    }

    /// Who has asked us to go slower, relays and recipient domains (`@domain`), and at how many messages a second
    /// mail goes there now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn throttles(&self) -> Result<Vec<(String, f64)>, Error> {
        let limits = RateLimits::read(&self.db.all(SELECT, []).await?);
        let now_ms = limits.now_ms;
        let throttled = |(name, bucket): (String, TokenBucket)| Some((name, bucket.throttle?.rate(now_ms)?));
        Ok(limits.buckets.into_iter().filter_map(throttled).collect())
    }
}

/// The database's clock, and every rate there is: a relay's own, and those of the domains that throttle now.
pub(super) const SELECT: &str = "SELECT unixepoch('subsec') * 1000.0 AS now_ms, b.name, b.tat_ms, b.rate, b.\"full\",
        b.lowered_ms FROM (SELECT 1) one LEFT JOIN bucket b ON TRUE";

/// All rates as they are in one transaction.
#[derive(Clone)]
pub(super) struct RateLimits {
    buckets: BTreeMap<String, TokenBucket>,
    /// The database's clock, which everyone who sends shares.
    pub(super) now_ms: f64,
}

impl RateLimits {
    /// Reads what [`SELECT`] gives.
    pub(super) fn read(rows: &[Row]) -> Self {
        let throttle = |row: &Row| {
            let lowered: i64 = row.get::<Option<i64>>("lowered_ms")?;
            Some(Throttle { rate: row.get("rate"), full: row.get("full"), lowered_ms: lowered as f64 })
        };
        let bucket = |row: &Row| {
            let name: Option<String> = row.get("name");
            Some((name?, TokenBucket { next_ms: row.get("tat_ms"), throttle: throttle(row) }))
        };
        let now_ms = rows.first().map_or(0.0, |row| row.get("now_ms"));
        Self { buckets: rows.iter().filter_map(bucket).collect(), now_ms }
    }

    /// The rate of a relay, as fast as can be where nothing is known.
    pub(super) fn of(&mut self, relay: &str) -> &mut TokenBucket {
        self.buckets.entry(relay.to_owned()).or_default()
    }

    /// The rate of a recipient domain that throttles.
    pub(super) fn of_domain(&mut self, domain: &str) -> Option<&mut TokenBucket> {
        if self.buckets.len() < 2 {
            return None;
        }
        self.buckets.get_mut(&domain_name(domain)).filter(|bucket| bucket.throttle.is_some())
    }

    /// Lowers the rate of a recipient domain, or of the relay, from the messages a second that were `seen`.
    pub(super) fn slow_down(&mut self, relay: &str, domain: Option<&str>, seen: f64) {
        let now_ms = self.now_ms;
        self.of(&domain.map_or_else(|| relay.to_owned(), domain_name)).slow_down(seen, now_ms);
    }

    /// Writes the rates that changed since `before`, and forgets domains whose throttle is over.
    pub(super) async fn save_changes(&self, before: &Self, write: &mut Transaction<'_>) -> Result<(), Error> {
        let save = "INSERT INTO bucket (name, tat_ms, rate, \"full\", lowered_ms) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (name) DO UPDATE SET tat_ms = excluded.tat_ms, rate = excluded.rate,
             \"full\" = excluded.\"full\", lowered_ms = excluded.lowered_ms";
        for (name, bucket) in &self.buckets {
            let throttle = bucket.throttle;
            let is_over = throttle.is_none_or(|throttle| throttle.rate(self.now_ms).is_none());
            if name.starts_with('@') && is_over {
                write.run("DELETE FROM bucket WHERE name = $1", values![name]).await?;
            } else if before.buckets.get(name) != Some(bucket) && *bucket != TokenBucket::default() {
                let (rate, full) = (throttle.map(|throttle| throttle.rate), throttle.map(|throttle| throttle.full));
                let lowered_ms = throttle.map(|throttle| throttle.lowered_ms as i64);
                write.run(save, values![name, bucket.next_ms, rate, full, lowered_ms]).await?;
            }
        }
        Ok(())
    }
}

/// A recipient domain's name in the table, which no relay's can be.
fn domain_name(domain: &str) -> String {
    format!("@{}", domain.to_lowercase())
}
