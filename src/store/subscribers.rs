//! Who gets the mail.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use sqlx::{Connection as _, QueryBuilder, Row as _, Sqlite, pool::PoolConnection, sqlite::SqliteRow};

use super::{Error, Store, locked};
use crate::subscriber::{Address, Row as Entry, Status, Subscriber};

/// Rows that one statement stages: SQLite keeps it prepared, so that nothing is parsed again.
const ROWS: usize = 100;

/// What adding subscribers changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// New to the store.
    pub new: u64,
    /// Known, and brought up to date or left as they were.
    pub known: u64,
}

impl Store {
    /// Adds subscribers, or brings known ones up to date, as [`Intake`] does.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn upsert(&self, rows: &[Entry], sync: Option<i64>, now: DateTime<Utc>) -> Result<Added, Error> {
        let mut intake = self.intake().await?;
        intake.stage(rows).await?;
        intake.take_on(sync, now).await
    }

    /// Begins to take in subscribers, however many.
    ///
    /// # Errors
    /// When the store cannot be opened for it.
    pub async fn intake(&self) -> Result<Intake, Error> {
        let mut connection = self.pool.acquire().await?;
        for statement in [
            // One that was begun and given up.
            "DROP TABLE IF EXISTS temp.intake",
            "CREATE TEMP TABLE intake (folded TEXT, address TEXT, name TEXT, language TEXT, timezone TEXT, tags TEXT,
             status TEXT)",
        ] {
            sqlx::query(statement).execute(&mut *connection).await?;
        }
        Ok(Intake { connection, path: self.path.clone(), staged: 0 })
    }

    /// The number for the next reading of the subscribers file.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_sync(&self) -> Result<i64, Error> {
        Ok(sqlx::query_scalar("SELECT coalesce(max(sync), 0) + 1 FROM subscriber").fetch_one(&self.pool).await?)
    }

    /// Takes off the list those who came from the subscribers file and are not in it any more; says how many.
    /// A later reading of the file, by a program beside this one, knows better than this one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn unlist_missing(&self, sync: i64) -> Result<u64, Error> {
        Ok(sqlx::query("UPDATE subscriber SET listed = 0 WHERE listed = 1 AND sync < ?")
            .bind(sync)
            .execute(&self.pool)
            .await?
            .rows_affected())
    }

    /// One subscriber by address, in whatever case.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscriber(&self, address: &Address) -> Result<Option<Subscriber>, Error> {
        sqlx::query("SELECT * FROM subscriber WHERE folded = ?")
            .bind(address.as_str().to_lowercase())
            .fetch_optional(&self.pool)
            .await?
            .map(|row| read(&row))
            .transpose()
    }

    /// The next page of subscribers after the number `after`, in the order of their numbers; those too who left or
    /// were suppressed before the subscribers file forgot them, so that a copy of the list does not bring them back.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscribers(&self, after: i64, limit: i64) -> Result<Vec<Subscriber>, Error> {
        sqlx::query(
            "SELECT * FROM subscriber WHERE id > ? AND (listed = 1 OR status IN ('unsubscribed', 'suppressed'))
             ORDER BY id LIMIT ?",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// A few subscribers who get mail: so many of each language, of those who were there first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn samples(&self, each: i64) -> Result<Vec<Subscriber>, Error> {
        sqlx::query(
            "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY language ORDER BY id) AS place FROM
                (SELECT * FROM subscriber WHERE status = 'active' AND listed = 1 ORDER BY id LIMIT 1000))
             WHERE place <= ? ORDER BY language IS NOT NULL, language, id",
        )
        .bind(each)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// The languages that active subscribers ask for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn languages(&self) -> Result<Vec<String>, Error> {
        Ok(sqlx::query_scalar(
            "SELECT DISTINCT language FROM subscriber
             WHERE status = 'active' AND listed = 1 AND language IS NOT NULL ORDER BY language",
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Subscribers on the list by status.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn subscriber_counts(&self) -> Result<Vec<(String, i64)>, Error> {
        Ok(sqlx::query_as("SELECT status, count(*) FROM subscriber WHERE listed = 1 GROUP BY status ORDER BY status")
            .fetch_all(&self.pool)
            .await?)
    }

    /// Sets a subscriber's status; says whether the address is known.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_status(&self, address: &Address, status: Status) -> Result<bool, Error> {
        Ok(sqlx::query("UPDATE subscriber SET status = ? WHERE folded = ?")
            .bind(status.as_str())
            .bind(address.as_str().to_lowercase())
            .execute(&self.pool)
            .await?
            .rows_affected()
            > 0)
    }
}

/// Subscribers on their way into the store: first beside it, in a temporary table, then all at once.
///
/// The table has its addresses in the order of an index, a list has them in its own: taken in row by row, each of a
/// million addresses would touch another page. Sorted, they touch each page once.
#[derive(Debug)]
pub struct Intake {
    connection: PoolConnection<Sqlite>,
    path: PathBuf,
    staged: u64,
}

impl Intake {
    /// Puts rows beside the store; nothing of it is there before [`Intake::take_on`].
    ///
    /// # Errors
    /// When there is no room for them.
    pub async fn stage(&mut self, rows: &[Entry]) -> Result<(), Error> {
        for rows in rows.chunks(ROWS) {
            let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO temp.intake ");
            query.push_values(rows, |mut values, row| {
                values
                    .push_bind(row.address.as_str().to_lowercase())
                    .push_bind(row.address.as_str())
                    .push_bind(row.name.as_deref())
                    .push_bind(row.language.as_deref())
                    .push_bind(row.timezone.map(|zone| zone.name()))
                    .push_bind(row.tags.join(" "))
                    .push_bind(row.status.as_str());
            });
            query.build().persistent(rows.len() == ROWS).execute(&mut *self.connection).await?;
            self.staged += rows.len() as u64;
        }
        Ok(())
    }

    /// Adds what was staged, or brings known subscribers up to date, in one transaction. An address that left or is
    /// suppressed stays so, whatever the row says: only its owner brings it back.
    ///
    /// `sync` marks the rows as being in the subscribers file at its reading of that number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn take_on(mut self, sync: Option<i64>, now: DateTime<Utc>) -> Result<Added, Error> {
        let begun = self.connection.begin_with("BEGIN IMMEDIATE").await;
        let mut write = begun.map_err(|error| locked(error, &self.path))?;
        let before: i64 = sqlx::query_scalar("SELECT count(*) FROM subscriber").fetch_one(&mut *write).await?;
        // A row that says `pending` about somebody who has confirmed would stop their mail: it does not.
        sqlx::query(
            "INSERT INTO subscriber (folded, address, name, language, timezone, tags, status, sync, added_ms)
             SELECT folded, address, name, language, timezone, tags, status, ?, ? FROM temp.intake
             WHERE true ORDER BY folded, rowid
             ON CONFLICT (folded) DO UPDATE SET address = excluded.address, name = excluded.name,
             language = excluded.language, timezone = excluded.timezone, tags = excluded.tags, listed = 1,
             sync = CASE WHEN excluded.sync < sync THEN sync ELSE excluded.sync END, status = CASE
                WHEN status IN ('unsubscribed', 'suppressed') THEN status
                WHEN status = 'active' AND excluded.status = 'pending' THEN status
                ELSE excluded.status END",
        )
        .bind(sync)
        .bind(now.timestamp_millis())
        .execute(&mut *write)
        .await?;
        let after: i64 = sqlx::query_scalar("SELECT count(*) FROM subscriber").fetch_one(&mut *write).await?;
        write.commit().await?;
        sqlx::query("DROP TABLE temp.intake").execute(&mut *self.connection).await?;
        let new = (after - before).unsigned_abs();
        Ok(Added { new, known: self.staged.saturating_sub(new) })
    }
}

/// Reads a row of the table `subscriber`.
pub(super) fn read(row: &SqliteRow) -> Result<Subscriber, Error> {
    let unreadable = |what: String| Error::Sql(sqlx::Error::Decode(what.into()));
    Ok(Subscriber {
        id: row.get("id"),
        address: row.get::<&str, _>("address").parse().map_err(unreadable)?,
        name: row.get("name"),
        language: row.get("language"),
        timezone: row.get::<Option<&str>, _>("timezone").and_then(|name| name.parse().ok()),
        tags: row.get::<&str, _>("tags").split_whitespace().map(str::to_owned).collect(),
        status: row.get::<&str, _>("status").parse().map_err(unreadable)?,
    })
}
