//! When what was due: one row for each run of a digest, and how far each digest is looked after.

use std::{collections::HashMap, str::FromStr};

use chrono::{DateTime, Utc};

use super::{
    db::{Row, Transaction, values},
    error::Error,
    open::Store,
    owner::{self, Owner},
};

/// A digest that a daemon looks after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedDigest {
    /// Its schedule and zone when it was last looked at.
    pub schedule: String,
    /// What was due until then is dealt with, or was never owed.
    pub since: DateTime<Utc>,
    /// Runs in a row that had nothing to send.
    pub empties: i64,
}

/// How a run ended, or how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Somebody is making its edition, or tries again later.
    Open,
    /// Its edition is frozen, and tells the rest.
    Frozen,
    /// Its edition went out.
    Sent,
    /// There was nothing to send.
    Empty,
    /// It was passed over.
    Skipped,
    /// It was given up.
    Failed,
    /// A person stopped its edition, or a later run took its place.
    Stopped,
}

impl RunState {
    const ALL: [Self; 7] =
        [Self::Open, Self::Frozen, Self::Sent, Self::Empty, Self::Skipped, Self::Failed, Self::Stopped];

    /// The state's name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Frozen => "frozen",
            Self::Sent => "sent",
            Self::Empty => "empty",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

impl FromStr for RunState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| format!("no run has the state `{text}`"))
    }
}

/// A due run of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRun {
    /// Counts the runs of the store; never used again.
    pub number: i64,
    /// The digest's name.
    pub digest: String,
    /// When it was due.
    pub due: DateTime<Utc>,
    /// When it was found.
    pub found: DateTime<Utc>,
    /// Earlier ones that nobody was there for.
    pub missed: i64,
    /// How it ended, or how far it is.
    pub state: RunState,
    /// The id of the [`Owner`] that goes on with it.
    pub owner: String,
    /// Its edition's row.
    pub edition: Option<i64>,
    /// How often it failed.
    pub tries: i64,
    /// When it is tried again.
    pub next: Option<DateTime<Utc>>,
    /// Why it is as it is, or what is odd about it.
    pub why: Option<String>,
}

impl DueRun {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            number: row.get("number"),
            digest: row.get("digest"),
            due: row.get("due_ms"),
            found: row.get("found_ms"),
            missed: row.get("missed"),
            state: row.parse("state", "run")?,
            owner: row.get("owner"),
            edition: row.get("edition"),
            tries: row.get("tries"),
            next: row.get("next_ms"),
            why: row.get("why"),
        })
    }
}

impl Store {
    /// Looks after these digests, each with its schedule, from `now` on, and gives back how far each is looked after.
    /// One whose schedule changed owes nothing that the new one would have had before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn watch_digests(
        &self,
        digests: &[(&str, String)],
        now: DateTime<Utc>,
    ) -> Result<HashMap<String, WatchedDigest>, Error> {
        let known = self.watched_digests().await?;
        let is_new =
            |(name, schedule): &&(&str, String)| known.get(*name).is_none_or(|watched| watched.schedule != *schedule);
        let new: Vec<_> = digests.iter().filter(is_new).collect();
        if new.is_empty() {
            return Ok(known);
        }
        let mut write = self.db.begin().await?;
        write
            .insert(
                "INSERT INTO watch (digest, schedule, since_ms)",
                new.into_iter().map(|(name, schedule)| values![*name, schedule, now]).collect(),
                "ON CONFLICT (digest) DO UPDATE SET schedule = excluded.schedule, since_ms = CASE
                    WHEN watch.since_ms > excluded.since_ms THEN watch.since_ms ELSE excluded.since_ms END
                 WHERE watch.schedule <> excluded.schedule",
            )
            .await?;
        write.commit().await?;
        self.watched_digests().await
    }

    /// How far each digest is looked after, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn watched_digests(&self) -> Result<HashMap<String, WatchedDigest>, Error> {
        let rows = self.db.all("SELECT digest, schedule, since_ms, empties FROM watch", []).await?;
        let watched = |row: &Row| WatchedDigest {
            schedule: row.get("schedule"),
            since: row.get("since_ms"),
            empties: row.get("empties"),
        };
        Ok(rows.iter().map(|row| (row.get("digest"), watched(row))).collect())
    }

    /// Claims a due run; `None` where somebody else has it. Whatever was due before it is dealt with as well.
    ///
    /// # Errors
    /// When the store cannot be written: then nobody has it.
    pub async fn claim_run(
        &self,
        owner: &Owner,
        digest: &str,
        due: DateTime<Utc>,
        missed: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<DueRun>, Error> {
        let insert = "INSERT INTO run (digest, due_ms, found_ms, missed, owner) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING RETURNING *";
        let mut write = self.db.begin().await?;
        let row = write.first(insert, values![digest, due, now, missed, owner.id()]).await?;
        let advance = "UPDATE watch SET since_ms = $1 WHERE digest = $2 AND since_ms < $1";
        write.run(advance, values![due, digest]).await?;
        write.commit().await?;
        row.as_ref().map(DueRun::read).transpose()
    }

    /// Takes over the runs of dead owners, so that `owner` goes on with them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn adopt_runs(&self, owner: &Owner) -> Result<(), Error> {
        for run in self.open_runs().await? {
            if run.owner != owner.id() && !owner::is_alive(self.path(), &run.owner) {
                let adopt = "UPDATE run SET owner = $1 WHERE number = $2 AND owner = $3";
                self.db.run(adopt, values![owner.id(), run.number, run.owner]).await?;
            }
        }
        Ok(())
    }

    /// Gives the runs that are not over, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_runs(&self) -> Result<Vec<DueRun>, Error> {
        let select = "SELECT * FROM run INDEXED BY run_open WHERE state IN ('open', 'frozen') ORDER BY due_ms, number";
        self.db.all(select, []).await?.iter().map(DueRun::read).collect()
    }

    /// Records that a run failed, and when it is tried again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn retry_run(&self, run: i64, why: &str, next: DateTime<Utc>) -> Result<(), Error> {
        let retry = "UPDATE run SET tries = tries + 1, why = $1, next_ms = $2 WHERE number = $3 AND state = 'open'";
        self.db.run(retry, values![why, next, run]).await?;
        Ok(())
    }

    /// Puts a run off that nothing is wrong with, and keeps why.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn postpone_run(&self, run: i64, why: &str, next: DateTime<Utc>) -> Result<(), Error> {
        let postpone = "UPDATE run SET why = $1, next_ms = $2 WHERE number = $3 AND state = 'open'";
        self.db.run(postpone, values![why, next, run]).await?;
        Ok(())
    }

    /// Lets every failed run be tried at once: what made it fail may be mended.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn retry_failed_runs_now(&self) -> Result<(), Error> {
        let retry = "UPDATE run SET next_ms = NULL WHERE state = 'open' AND next_ms IS NOT NULL";
        self.db.run(retry, []).await?;
        Ok(())
    }

    /// Ends a run, and counts how many in a row had nothing to send.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn end_run(
        &self,
        run: &DueRun,
        state: RunState,
        why: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let end = "UPDATE run SET state = $1, why = $2, next_ms = NULL, ended_ms = $3
             WHERE number = $4 AND state IN ('open', 'frozen')";
        let count = match state {
            RunState::Empty => Some("UPDATE watch SET empties = empties + 1 WHERE digest = $1"),
            RunState::Sent => Some("UPDATE watch SET empties = 0 WHERE digest = $1"),
            _ => None,
        };
        let mut write = self.db.begin().await?;
        let ended = write.run(end, values![state.as_str(), why, now, run.number]).await? > 0;
        if let (true, Some(count)) = (ended, count) {
            write.run(count, values![&run.digest]).await?;
        }
        write.commit().await
    }

    /// The last run of each digest that is looked after, by the digest's name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_runs(&self) -> Result<HashMap<String, DueRun>, Error> {
        // What was due last stands in `watch`: no walk over all runs that ever were.
        let select = "SELECT r.* FROM watch w JOIN run r ON r.digest = w.digest AND r.due_ms = w.since_ms";
        let rows = self.db.all(select, []).await?;
        rows.iter().map(|row| Ok((row.get("digest"), DueRun::read(row)?))).collect()
    }

    /// Runs that ended well since `since` and of which nobody outside was told.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn runs_to_ping(&self, since: DateTime<Utc>) -> Result<Vec<DueRun>, Error> {
        let select = "SELECT r.* FROM watch w JOIN run r ON r.digest = w.digest AND r.due_ms = w.since_ms
             WHERE r.state IN ('sent', 'empty') AND r.pinged_ms IS NULL AND r.ended_ms >= $1";
        self.db.all(select, values![since]).await?.iter().map(DueRun::read).collect()
    }

    /// Records that somebody outside was told of a run.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn mark_pinged(&self, run: i64, now: DateTime<Utc>) -> Result<(), Error> {
        self.db.run("UPDATE run SET pinged_ms = $1 WHERE number = $2", values![now, run]).await?;
        Ok(())
    }
}

/// Records that the edition of a run is frozen; says whether the run is still its owner's, and waited for one.
pub(super) async fn set_frozen(
    write: &mut Transaction<'_>,
    run: i64,
    owner: &Owner,
    edition: i64,
) -> Result<bool, Error> {
    let freeze = "UPDATE run SET edition = $1, state = 'frozen', why = NULL, next_ms = NULL
         WHERE number = $2 AND owner = $3 AND state = 'open'";
    Ok(write.run(freeze, values![edition, run, owner.id()]).await? > 0)
}
