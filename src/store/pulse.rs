//! A daemon's sign of life, why it holds everything, and the troubles that people were told of.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row as _};

use super::{
    Error, Store, instant,
    standing::{DOUBT, OPEN},
};

/// What the store knows of the daemons that looked after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulse {
    /// The latest instant that one of them saw.
    pub beat: DateTime<Utc>,
    /// Why everything is held.
    pub hold: Option<String>,
    /// The number of the last run; 0 where there was none.
    pub run: i64,
    /// What was done so far, counted: editions frozen, released and finished, and runs that ended. It never goes down.
    pub acts: i64,
}

/// What changed about the troubles there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Noted {
    /// The texts of those that are new.
    pub new: Vec<String>,
    /// Keys and texts of those that nobody was told of yet.
    pub untold: Vec<(String, String)>,
    /// The texts of those that are over.
    pub over: Vec<String>,
}

impl Store {
    /// The last sign of life; `None` where no daemon ever ran.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn pulse(&self) -> Result<Option<Pulse>, Error> {
        let row = sqlx::query(
            "SELECT beat_ms, hold, (SELECT coalesce(max(number), 0) FROM run),
             (SELECT count(*) + count(released_ms) + count(finished_ms) FROM edition) + (SELECT count(ended_ms) FROM run)
             FROM pulse",
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| Pulse { beat: instant(row.get(0)), hold: row.get(1), run: row.get(2), acts: row.get(3) }))
    }

    /// Leaves a sign of life; one from later stays.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn beat(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let query = "INSERT INTO pulse (one, beat_ms) VALUES (1, ?1)
             ON CONFLICT (one) DO UPDATE SET beat_ms = max(beat_ms, ?1)";
        sqlx::query(query).bind(now.timestamp_millis()).execute(&self.pool).await?;
        Ok(())
    }

    /// Holds everything, and keeps why; what held it before stays the reason. In a store that `is_restored`, editions
    /// that are not finished are held one by one as well: readers may have what it does not know of.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn hold_all(&self, why: &str, is_restored: bool, now: DateTime<Utc>) -> Result<(), Error> {
        let mut write = self.write().await?;
        let query = "INSERT INTO pulse (one, beat_ms, hold) VALUES (1, ?1, ?2)
             ON CONFLICT (one) DO UPDATE SET hold = coalesce(hold, ?2)";
        sqlx::query(query).bind(now.timestamp_millis()).bind(why).execute(&mut *write).await?;
        if is_restored {
            let query = AssertSqlSafe(format!("UPDATE edition SET state = 'held', why = ? WHERE state IN {OPEN}"));
            sqlx::query(query).bind(DOUBT).execute(&mut *write).await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// Goes on from `now` as if nothing had been due before; runs of which there is no edition are over. Says whether
    /// anything was held. Editions that are held one by one stay so.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn resume(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        let mut write = self.write().await?;
        let held = sqlx::query("UPDATE pulse SET hold = NULL, beat_ms = ? WHERE hold IS NOT NULL")
            .bind(now.timestamp_millis())
            .execute(&mut *write)
            .await?;
        let held = held.rows_affected() > 0;
        if held {
            sqlx::query("UPDATE watch SET since_ms = ?").bind(now.timestamp_millis()).execute(&mut *write).await?;
            sqlx::query(
                "UPDATE run SET state = 'skipped', why = 'everything was held', next_ms = NULL, ended_ms = ?
                 WHERE state = 'open'",
            )
            .bind(now.timestamp_millis())
            .execute(&mut *write)
            .await?;
        }
        write.commit().await?;
        Ok(held)
    }

    /// Takes note of the troubles there are, each a key that stays its own as long as it lasts, and a text.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_troubles(&self, troubles: &[(String, String)], now: DateTime<Utc>) -> Result<Noted, Error> {
        let rows = sqlx::query("SELECT key, text, told_ms IS NULL FROM alert").fetch_all(&self.pool).await?;
        let known: HashMap<String, (String, bool)> =
            rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
        let present: HashSet<&str> = troubles.iter().map(|(key, _)| key.as_str()).collect();
        let over: Vec<_> = known.iter().filter(|(key, _)| !present.contains(key.as_str())).collect();
        let new: Vec<_> = troubles.iter().filter(|(key, _)| !known.contains_key(key)).collect();
        if !new.is_empty() || !over.is_empty() {
            let mut write = self.write().await?;
            for (key, _) in &over {
                sqlx::query("DELETE FROM alert WHERE key = ?").bind(key).execute(&mut *write).await?;
            }
            for (key, text) in &new {
                sqlx::query("INSERT INTO alert (key, text, seen_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                    .bind(key)
                    .bind(text)
                    .bind(now.timestamp_millis())
                    .execute(&mut *write)
                    .await?;
            }
            write.commit().await?;
        }
        let is_untold = |key: &str| known.get(key).is_none_or(|(_, untold)| *untold);
        Ok(Noted {
            new: new.into_iter().map(|(_, text)| text.clone()).collect(),
            untold: troubles.iter().filter(|(key, _)| is_untold(key)).cloned().collect(),
            over: over.into_iter().map(|(_, (text, _))| text.clone()).collect(),
        })
    }

    /// Notes that somebody was told of these troubles.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn told(&self, keys: &[String], now: DateTime<Utc>) -> Result<(), Error> {
        let mut write = self.write().await?;
        for key in keys {
            sqlx::query("UPDATE alert SET told_ms = ? WHERE key = ?")
                .bind(now.timestamp_millis())
                .bind(key)
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(())
    }
}
