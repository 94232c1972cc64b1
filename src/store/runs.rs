//! When what was due: one row for each run of a digest, and how far each digest is looked after.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{Error, Owner, Store, instant, owner};

/// A digest that a daemon looks after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its schedule and zone when it was last looked at.
    pub schedule: String,
    /// What was due until then is dealt with, or was never owed.
    pub since: DateTime<Utc>,
    /// Runs in a row that had nothing to send.
    pub empties: i64,
}

/// How a run ended, or how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
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

impl Stage {
    const ALL: [Self; 7] =
        [Self::Open, Self::Frozen, Self::Sent, Self::Empty, Self::Skipped, Self::Failed, Self::Stopped];

    /// The stage's name in the store.
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
    pub stage: Stage,
    /// Its edition's row.
    pub edition: Option<i64>,
    /// How often it failed.
    pub tries: i64,
    /// When it is tried again.
    pub next: Option<DateTime<Utc>>,
    /// Why it is as it is, or what is odd about it.
    pub why: Option<String>,
}

impl Store {
    /// Looks after these digests, each with its schedule, from `now` on, and gives back how far each is looked after.
    /// One whose schedule changed owes nothing that the new one would have had before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn watch(
        &self,
        digests: &[(&str, String)],
        now: DateTime<Utc>,
    ) -> Result<HashMap<String, Watched>, Error> {
        let known = self.watched().await?;
        let changed =
            |(name, schedule): &&(&str, String)| known.get(*name).is_none_or(|watched| watched.schedule != *schedule);
        let changed: Vec<_> = digests.iter().filter(changed).collect();
        if changed.is_empty() {
            return Ok(known);
        }
        let mut write = self.write().await?;
        for (name, schedule) in changed {
            sqlx::query(
                "INSERT INTO watch (digest, schedule, since_ms) VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO UPDATE
                 SET since_ms = max(since_ms, ?3), schedule = ?2 WHERE schedule <> ?2",
            )
            .bind(name)
            .bind(schedule)
            .bind(now.timestamp_millis())
            .execute(&mut *write)
            .await?;
        }
        write.commit().await?;
        self.watched().await
    }

    /// How far each digest is looked after, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn watched(&self) -> Result<HashMap<String, Watched>, Error> {
        let rows = sqlx::query("SELECT digest, schedule, since_ms, empties FROM watch").fetch_all(&self.pool).await?;
        let watched = |row: SqliteRow| {
            let watched = Watched { schedule: row.get(1), since: instant(row.get(2)), empties: row.get(3) };
            (row.get(0), watched)
        };
        Ok(rows.into_iter().map(watched).collect())
    }

    /// Takes on a due run; `None` where somebody else has it. Whatever was due before it is dealt with as well.
    ///
    /// # Errors
    /// When the store cannot be written: then nobody has it.
    pub async fn take_on(
        &self,
        owner: &Owner,
        digest: &str,
        due: DateTime<Utc>,
        missed: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<DueRun>, Error> {
        let mut write = self.write().await?;
        let row = sqlx::query(
            "INSERT INTO run (digest, due_ms, found_ms, missed, owner) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING RETURNING *",
        )
        .bind(digest)
        .bind(due.timestamp_millis())
        .bind(now.timestamp_millis())
        .bind(missed)
        .bind(owner.id())
        .fetch_optional(&mut *write)
        .await?;
        sqlx::query("UPDATE watch SET since_ms = max(since_ms, ?) WHERE digest = ?")
            .bind(due.timestamp_millis())
            .bind(digest)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Runs that are not over, the oldest first, each with whether it is `owner`'s to go on with: its own, and those
    /// of the dead.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_runs(&self, owner: Option<&Owner>) -> Result<Vec<(DueRun, bool)>, Error> {
        let rows = sqlx::query(
            "SELECT * FROM run INDEXED BY run_open WHERE state IN ('open', 'frozen') ORDER BY due_ms, number",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut runs = Vec::with_capacity(rows.len());
        for row in rows {
            let run = read(&row)?;
            let theirs: String = row.get("owner");
            let mine = match owner {
                None => false,
                Some(owner) if owner.id() == theirs => true,
                Some(_) if owner::is_alive(&self.path, &theirs) => false,
                Some(owner) => self.take_over(run.number, &theirs, owner).await?,
            };
            runs.push((run, mine));
        }
        Ok(runs)
    }

    async fn take_over(&self, run: i64, dead: &str, owner: &Owner) -> Result<bool, Error> {
        let query = "UPDATE run SET owner = ? WHERE number = ? AND owner = ?";
        let taken = sqlx::query(query).bind(owner.id()).bind(run).bind(dead).execute(&self.pool).await?;
        Ok(taken.rows_affected() > 0)
    }

    /// Notes that a run failed, and when it is tried again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn try_again(&self, run: i64, why: &str, next: DateTime<Utc>) -> Result<(), Error> {
        sqlx::query("UPDATE run SET tries = tries + 1, why = ?, next_ms = ? WHERE number = ? AND state = 'open'")
            .bind(why)
            .bind(next.timestamp_millis())
            .bind(run)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Puts a run off that nothing is wrong with, and keeps why.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn wait(&self, run: i64, why: &str, next: DateTime<Utc>) -> Result<(), Error> {
        sqlx::query("UPDATE run SET why = ?, next_ms = ? WHERE number = ? AND state = 'open'")
            .bind(why)
            .bind(next.timestamp_millis())
            .bind(run)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Lets every failed run be tried at once: what made it fail may be mended.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn try_now(&self) -> Result<(), Error> {
        sqlx::query("UPDATE run SET next_ms = NULL WHERE state = 'open' AND next_ms IS NOT NULL")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends a run, and counts how many in a row had nothing to send.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn end_run(
        &self,
        run: &DueRun,
        stage: Stage,
        why: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let mut write = self.write().await?;
        let ended = sqlx::query(
            "UPDATE run SET state = ?, why = ?, next_ms = NULL, ended_ms = ? WHERE number = ?
             AND state IN ('open', 'frozen')",
        )
        .bind(stage.as_str())
        .bind(why)
        .bind(now.timestamp_millis())
        .bind(run.number)
        .execute(&mut *write)
        .await?;
        if ended.rows_affected() > 0 {
            let empties = match stage {
                Stage::Empty => "empties + 1",
                Stage::Sent => "0",
                _ => "empties",
            };
            sqlx::query(AssertSqlSafe(format!("UPDATE watch SET empties = {empties} WHERE digest = ?")))
                .bind(&run.digest)
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// The last run of each digest that is looked after, by the digest's name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_runs(&self) -> Result<HashMap<String, DueRun>, Error> {
        // What was due last stands in `watch`: no walk over all runs that ever were.
        let rows = sqlx::query("SELECT r.* FROM watch w JOIN run r ON r.digest = w.digest AND r.due_ms = w.since_ms")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((row.get("digest"), read(row)?))).collect()
    }

    /// Runs that ended well since `since` and of which nobody outside was told.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn to_ping(&self, since: DateTime<Utc>) -> Result<Vec<DueRun>, Error> {
        let rows = sqlx::query(
            "SELECT r.* FROM watch w JOIN run r ON r.digest = w.digest AND r.due_ms = w.since_ms
             WHERE r.state IN ('sent', 'empty') AND r.pinged_ms IS NULL AND r.ended_ms >= ?",
        )
        .bind(since.timestamp_millis())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Notes that somebody outside was told of a run.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn pinged(&self, run: i64, now: DateTime<Utc>) -> Result<(), Error> {
        let query = "UPDATE run SET pinged_ms = ? WHERE number = ?";
        sqlx::query(query).bind(now.timestamp_millis()).bind(run).execute(&self.pool).await?;
        Ok(())
    }
}

/// Notes that the edition of a run is frozen; says whether the run is still its owner's, and waited for one.
pub(super) async fn froze(write: &mut SqliteConnection, run: i64, owner: &Owner, edition: i64) -> Result<bool, Error> {
    let query = "UPDATE run SET edition = ?, state = 'frozen', why = NULL, next_ms = NULL
         WHERE number = ? AND owner = ? AND state = 'open'";
    let froze = sqlx::query(query).bind(edition).bind(run).bind(owner.id()).execute(write).await?;
    Ok(froze.rows_affected() > 0)
}

fn read(row: &SqliteRow) -> Result<DueRun, Error> {
    let state: &str = row.get("state");
    let known = Stage::ALL.into_iter().find(|stage| stage.as_str() == state);
    let stage = known.ok_or_else(|| Error::Sql(sqlx::Error::Decode(format!("the state `{state}` of a run").into())))?;
    Ok(DueRun {
        number: row.get("number"),
        digest: row.get("digest"),
        due: instant(row.get("due_ms")),
        found: instant(row.get("found_ms")),
        missed: row.get("missed"),
        stage,
        edition: row.get("edition"),
        tries: row.get("tries"),
        next: row.get::<Option<i64>, _>("next_ms").map(instant),
        why: row.get("why"),
    })
}
