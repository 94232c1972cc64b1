//! A daemon's sign of life, and why it holds everything.

use chrono::{DateTime, Utc};

use super::{db::values, edition_record::RESTORED, error::Error, open::Store};

/// What the store knows of what was done with it, and of the daemons that looked after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heartbeat {
    /// The latest instant that a daemon saw.
    pub at: Option<DateTime<Utc>>,
    /// Why everything is held.
    pub hold: Option<String>,
    /// The number of the last run; 0 where there was none.
    pub last_run: i64,
    /// What was done so far, counted: editions frozen, released and finished, and runs that ended. It never goes down.
    pub generation: i64,
}

impl Store {
    /// The last sign of life, and how much was done.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn heartbeat(&self) -> Result<Heartbeat, Error> {
        let row = self
            .db
            .first(
                "SELECT p.beat_ms, p.hold, (SELECT coalesce(max(r.number), 0) FROM run r) AS last_run,
                    (SELECT count(*) + count(e.released_ms) + count(e.finished_ms) FROM edition e)
                    + (SELECT count(r.ended_ms) FROM run r) AS generation
                 FROM (SELECT 1) LEFT JOIN pulse p ON true",
                [],
            )
            .await?;
        Ok(row.map_or_else(Heartbeat::default, |row| Heartbeat {
            at: row.get("beat_ms"),
            hold: row.get("hold"),
            last_run: row.get("last_run"),
            generation: row.get("generation"),
        }))
    }

    /// Leaves a sign of life; one from later stays.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn record_heartbeat(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let beat = "INSERT INTO pulse (one, beat_ms) VALUES (1, $1)
             ON CONFLICT (one) DO UPDATE SET beat_ms = excluded.beat_ms WHERE pulse.beat_ms < excluded.beat_ms";
        self.db.run(beat, values![now]).await?;
        Ok(())
    }

    /// Holds everything, and keeps why; what held it before stays the reason. In a store that `is_restored`, editions
    /// that are not finished are held one by one as well: readers may have what it does not know of.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn hold_all(&self, why: &str, is_restored: bool, now: DateTime<Utc>) -> Result<(), Error> {
        let mut write = self.db.begin().await?;
        let hold = "INSERT INTO pulse (one, beat_ms, hold) VALUES (1, $1, $2)
             ON CONFLICT (one) DO UPDATE SET hold = coalesce(pulse.hold, excluded.hold)";
        write.run(hold, values![now, why]).await?;
        if is_restored {
            let open = "UPDATE edition SET state = 'held', why = $1
                 WHERE state IN ('waiting', 'approved', 'held', 'sending')";
            write.run(open, values![RESTORED]).await?;
        }
        write.commit().await
    }

    /// Goes on from `now` as if nothing had been due before; runs of which there is no edition are over. Says whether
    /// anything was held. Editions that are held one by one stay so.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn resume(&self, now: DateTime<Utc>) -> Result<bool, Error> {
        let mut write = self.db.begin().await?;
        let unhold = "UPDATE pulse SET hold = NULL, beat_ms = $1 WHERE hold IS NOT NULL";
        let was_held = write.run(unhold, values![now]).await? > 0;
        if was_held {
            write.run("UPDATE watch SET since_ms = $1", values![now]).await?;
            let skip = "UPDATE run SET state = 'skipped', why = 'everything was held', next_ms = NULL, ended_ms = $1
                 WHERE state = 'open'";
            write.run(skip, values![now]).await?;
        }
        write.commit().await?;
        Ok(was_held)
    }
}
