//! How an edition stands: the states it goes through, and what people decide about it.
//!
//! Each step is made only from the states that lead to it, in one transaction: who comes second learns what the first
//! decided, and changes nothing.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{Error, Store, instant};

/// The state of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Frozen before its due time, and its editor is asked.
    Waiting,
    /// Its editor said yes; it goes out at its due time.
    Approved,
    /// It waits for a person's word, however long.
    Held,
    /// On its way.
    Sending,
    /// Nothing is left to do.
    Sent,
    /// Its editor stopped it before it went out; its posts return.
    Vetoed,
    /// It was stopped otherwise; its posts return, unless readers have them.
    Cancelled,
}

impl State {
    const ALL: [Self; 7] =
        [Self::Waiting, Self::Approved, Self::Held, Self::Sending, Self::Sent, Self::Vetoed, Self::Cancelled];

    /// The state's name in the store and in what people read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Held => "held",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Vetoed => "vetoed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Says whether it is frozen and nobody has sent it on its way yet.
    pub fn is_before_sending(self) -> bool {
        matches!(self, Self::Waiting | Self::Approved | Self::Held)
    }

    fn read(text: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| Error::Sql(sqlx::Error::Decode(format!("the state `{text}` of an edition").into())))
    }
}

/// An edition without its contents.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its row in the store.
    pub row: i64,
    /// Its random id.
    pub uid: String,
    /// The digest's name.
    pub digest: String,
    /// Its number.
    pub number: i64,
    /// Its subject in the publication's own language.
    pub subject: String,
    /// How it stands.
    pub state: State,
    /// When it was frozen.
    pub frozen: DateTime<Utc>,
    /// When it is to go out; none for one sent by hand.
    pub due: Option<DateTime<Utc>>,
    /// When its editor had it in their mail.
    pub asked: Option<DateTime<Utc>>,
    /// When a person sent it on its way.
    pub released: Option<DateTime<Utc>>,
    /// Why it is held or was stopped.
    pub why: Option<String>,
    /// Why nothing of it gets out at present.
    pub stopped: Option<String>,
}

/// What a decision came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// How the edition stood.
    pub before: State,
    /// How it stands: as before, where the decision came too late or was made already.
    pub after: State,
}

impl Store {
    /// How the edition of that random id stands.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn standing(&self, uid: &str) -> Result<Option<Standing>, Error> {
        let query = AssertSqlSafe(format!("{SELECT} WHERE uid = ?"));
        sqlx::query(query).bind(uid).fetch_optional(&self.pool).await?.map(|row| read(&row)).transpose()
    }

    /// How an edition of `digest` stands, by its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn standing_of(&self, digest: &str, number: i64) -> Result<Option<Standing>, Error> {
        let query = AssertSqlSafe(format!("{SELECT} WHERE digest = ? AND number = ?"));
        let row = sqlx::query(query).bind(digest).bind(number).fetch_optional(&self.pool).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// How the edition in that row stands.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn standing_at(&self, row: i64) -> Result<Option<Standing>, Error> {
        let query = AssertSqlSafe(format!("{SELECT} WHERE id = ?"));
        sqlx::query(query).bind(row).fetch_optional(&self.pool).await?.map(|row| read(&row)).transpose()
    }

    /// Every edition that waits, is held or is on its way, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_editions(&self) -> Result<Vec<Standing>, Error> {
        let query = AssertSqlSafe(format!("{SELECT} INDEXED BY edition_open WHERE state IN {OPEN} ORDER BY id"));
        sqlx::query(query).fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// When the last edition of `digest` was frozen that a person sent by hand.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_by_hand(&self, digest: &str) -> Result<Option<DateTime<Utc>>, Error> {
        let query = "SELECT max(frozen_ms) FROM edition WHERE digest = ? AND due_ms IS NULL";
        let last: Option<i64> = sqlx::query_scalar(query).bind(digest).fetch_one(&self.pool).await?;
        Ok(last.map(instant))
    }

    /// Lets an edition go: one that waits goes out at its due time, one whose due time is over now.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn approve(&self, row: i64, now: DateTime<Utc>) -> Result<Decided, Error> {
        let mut write = self.write().await?;
        let edition = standing(&mut write, row).await?;
        let before = edition.state;
        let after = match before {
            State::Waiting | State::Held if edition.due.is_some_and(|due| due > now) => State::Approved,
            State::Waiting | State::Held => State::Sending,
            other => other,
        };
        if after != before {
            set(&mut write, row, after, None).await?;
        }
        if after == State::Sending && before != after {
            release(&mut write, row, now).await?;
        }
        write.commit().await?;
        Ok(Decided { before, after })
    }

    /// Sends an edition that waits or is held on its way now, by a person's own act.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn release(&self, row: i64, now: DateTime<Utc>) -> Result<Decided, Error> {
        let mut write = self.write().await?;
        let before = standing(&mut write, row).await?.state;
        let after = if before.is_before_sending() { State::Sending } else { before };
        if after != before {
            set(&mut write, row, after, None).await?;
            release(&mut write, row, now).await?;
        }
        write.commit().await?;
        Ok(Decided { before, after })
    }

    /// Stops an edition before it goes out; its posts return to the candidates.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn veto(&self, row: i64, now: DateTime<Utc>) -> Result<Decided, Error> {
        let mut write = self.write().await?;
        let before = standing(&mut write, row).await?.state;
        let after = if before.is_before_sending() { State::Vetoed } else { before };
        if after != before {
            end(&mut write, row, after, "vetoed by its editor", now).await?;
        }
        write.commit().await?;
        Ok(Decided { before, after })
    }

    /// Stops an edition also on its way: who has not got it gets nothing. Its posts return to the candidates, unless
    /// readers have them already.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn cancel(&self, row: i64, why: &str, now: DateTime<Utc>) -> Result<Decided, Error> {
        let mut write = self.write().await?;
        let before = standing(&mut write, row).await?.state;
        let after = match before {
            State::Sent | State::Vetoed => before,
            _ => State::Cancelled,
        };
        if after != before {
            end(&mut write, row, after, why, now).await?;
        }
        write.commit().await?;
        Ok(Decided { before, after })
    }

    /// Holds an edition for a person's word; says whether it did. One of which something has left goes on.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn hold(&self, row: i64, why: &str) -> Result<bool, Error> {
        let mut write = self.write().await?;
        let may = has_not_begun(&mut write, row).await?;
        if may {
            set(&mut write, row, State::Held, Some(why)).await?;
        }
        write.commit().await?;
        Ok(may)
    }

    /// Passes an edition over: its posts return. Says whether it did; one of which something has left goes on.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn skip(&self, row: i64, why: &str, now: DateTime<Utc>) -> Result<bool, Error> {
        let mut write = self.write().await?;
        let may = has_not_begun(&mut write, row).await?;
        if may {
            end(&mut write, row, State::Cancelled, why, now).await?;
        }
        write.commit().await?;
        Ok(may)
    }

    /// Sends an edition on its way at its due time, if it still stands as `from`; says whether it did.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn go(&self, row: i64, from: State) -> Result<bool, Error> {
        let query = "UPDATE edition SET state = 'sending', why = NULL WHERE id = ? AND state = ?";
        Ok(sqlx::query(query).bind(row).bind(from.as_str()).execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Notes that the relay took the mail to the editor.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn asked(&self, row: i64, now: DateTime<Utc>) -> Result<(), Error> {
        let query = "UPDATE edition SET asked_ms = ? WHERE id = ? AND asked_ms IS NULL";
        sqlx::query(query).bind(now.timestamp_millis()).bind(row).execute(&self.pool).await?;
        Ok(())
    }

    /// Notes why nothing of an edition gets out at present, or that it does again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_stop(&self, row: i64, why: Option<&str>) -> Result<(), Error> {
        let query = "UPDATE edition SET stopped = ?1 WHERE id = ?2 AND stopped IS NOT ?1";
        sqlx::query(query).bind(why).bind(row).execute(&self.pool).await?;
        Ok(())
    }
}

const SELECT: &str = "SELECT id, uid, digest, number, subject, state, frozen_ms, due_ms, asked_ms, released_ms, why, stopped FROM edition";

/// The states in which something is left to do for an edition; as the index `edition_open` names them.
pub(super) const OPEN: &str = "('waiting', 'approved', 'held', 'sending')";

/// Why an edition is held that was not finished in a store that came back from a backup.
pub(super) const DOUBT: &str = "the store was restored from a backup, and readers may have it already";

/// Selects from `edition e` those whose posts went back to the candidates: stopped, and no reader has them.
pub(super) const RETURNED: &str = "e.state IN ('vetoed', 'cancelled') AND NOT EXISTS (SELECT 1 FROM delivery d
     WHERE d.edition = e.id AND d.state IN ('attempting', 'sent', 'in_doubt'))";

async fn standing(write: &mut SqliteConnection, row: i64) -> Result<Standing, Error> {
    let query = AssertSqlSafe(format!("{SELECT} WHERE id = ?"));
    read(&sqlx::query(query).bind(row).fetch_one(write).await?)
}

/// Says whether an edition is open, waits for nobody's word, and nothing of it has left.
async fn has_not_begun(write: &mut SqliteConnection, row: i64) -> Result<bool, Error> {
    match standing(write, row).await?.state {
        State::Waiting | State::Approved => Ok(true),
        State::Sending => {
            let untouched = sqlx::query_scalar(
                "SELECT NOT EXISTS (SELECT 1 FROM delivery WHERE edition = ?
                 AND state IN ('attempting', 'sent', 'deferred', 'bounced', 'in_doubt'))",
            );
            Ok(untouched.bind(row).fetch_one(write).await?)
        }
        _ => Ok(false),
    }
}

async fn set(write: &mut SqliteConnection, row: i64, state: State, why: Option<&str>) -> Result<(), Error> {
    let query = "UPDATE edition SET state = ?, why = ? WHERE id = ?";
    sqlx::query(query).bind(state.as_str()).bind(why).bind(row).execute(write).await?;
    Ok(())
}

async fn release(write: &mut SqliteConnection, row: i64, now: DateTime<Utc>) -> Result<(), Error> {
    let query = "UPDATE edition SET released_ms = ? WHERE id = ?";
    sqlx::query(query).bind(now.timestamp_millis()).bind(row).execute(write).await?;
    Ok(())
}

/// Stops an edition; what has not left gets nothing. One that readers may have already leaves its deliveries in doubt,
/// so that its posts do not return.
async fn end(write: &mut SqliteConnection, row: i64, state: State, why: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let before = standing(&mut *write, row).await?;
    let is_doubtful = before.state == State::Held && before.why.as_deref() == Some(DOUBT);
    let left = if is_doubtful { "in_doubt" } else { "skipped" };
    sqlx::query("UPDATE edition SET state = ?, why = ?, stopped = NULL, finished_ms = ? WHERE id = ?")
        .bind(state.as_str())
        .bind(why)
        .bind(now.timestamp_millis())
        .bind(row)
        .execute(&mut *write)
        .await?;
    sqlx::query(
        "UPDATE delivery SET state = ?, next_ms = NULL, at_ms = ? WHERE edition = ?
         AND state IN ('pending', 'deferred')",
    )
    .bind(left)
    .bind(now.timestamp_millis())
    .bind(row)
    .execute(write)
    .await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<Standing, Error> {
    let at = |column| row.get::<Option<i64>, _>(column).map(instant);
    Ok(Standing {
        row: row.get("id"),
        uid: row.get("uid"),
        digest: row.get("digest"),
        number: row.get("number"),
        subject: row.get("subject"),
        state: State::read(row.get("state"))?,
        frozen: instant(row.get("frozen_ms")),
        due: at("due_ms"),
        asked: at("asked_ms"),
        released: at("released_ms"),
        why: row.get("why"),
        stopped: row.get("stopped"),
    })
}

#[cfg(test)]
mod tests;
