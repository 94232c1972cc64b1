//! What must survive a crash: editions, deliveries, subscribers, what was seen. The only folder that says SQL.
//!
//! One SQLite file in WAL mode with `synchronous = FULL`: what was committed stays committed, also through a
//! power cut. All writes go through one connection and begin with `BEGIN IMMEDIATE`, so that no transaction
//! finds half-way that somebody else wrote.

mod deliveries;
mod editions;
mod owner;
mod posts;
mod subscribers;

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr as _,
    time::Duration,
};

use chrono::{DateTime, Utc};
use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::token::Keys;

pub use deliveries::{Claim, Settled, Verdict};
pub use editions::{Counts, Frozen, Line};
pub use owner::Owner;
pub use posts::SourceStatus;
pub use subscribers::Added;

/// The open store.
#[derive(Debug, Clone)]
pub struct Ledger {
    pool: SqlitePool,
    path: PathBuf,
}

/// Why the store does not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be made, read or written.
    #[error("cannot open the store `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another program keeps it locked.
    #[error("the store `{}` is locked by another program\nhint: wait for it to finish, then run again", .0.display())]
    Locked(PathBuf),
    /// SQLite refused: disk full, read-only, damaged.
    #[error("the store failed")]
    Sql(#[from] sqlx::Error),
    /// Its tables are newer than this program, or damaged.
    #[error("the store's tables do not fit this version of tidings")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Something in it cannot be read back.
    #[error("the store holds something unreadable in {place}")]
    Corrupt {
        /// The table.
        place: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl Ledger {
    /// Opens the store, and makes it (mode 0600) where there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, is locked, or holds something else.
    pub async fn open(path: &Path, now: DateTime<Utc>) -> Result<Self, Error> {
        make_private(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let ledger = Self { pool: pool.map_err(|error| locked(error, path))?, path: path.to_owned() };
        match sqlx::migrate!("src/ledger/migrations/sqlite").run(&ledger.pool).await {
            Err(sqlx::migrate::MigrateError::Execute(error)) => return Err(locked(error, path)),
            other => other?,
        }
        ledger.make_key(now).await?;
        Ok(ledger)
    }

    /// Writes everything into the one file and lets go of it.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The signing keys, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn keys(&self) -> Result<Keys, Error> {
        let rows: Vec<(u8, Vec<u8>)> =
            sqlx::query_as("SELECT number, secret FROM signing_key ORDER BY number DESC").fetch_all(&self.pool).await?;
        let mut keys = rows.into_iter().filter_map(|(number, secret)| Some((number, secret.try_into().ok()?)));
        let newest = keys.next().ok_or(sqlx::Error::RowNotFound)?;
        Ok(Keys::new(newest, keys))
    }

    /// Draws the first signing key.
    async fn make_key(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let known: i64 = sqlx::query_scalar("SELECT count(*) FROM signing_key").fetch_one(&self.pool).await?;
        if known == 0 {
            let mut secret = [0; 32];
            getrandom::fill(&mut secret).map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
            sqlx::query("INSERT INTO signing_key (number, secret, made_ms) VALUES (1, ?, ?) ON CONFLICT DO NOTHING")
                .bind(&secret[..])
                .bind(now.timestamp_millis())
                .execute(&self.pool)
                .await
                .map_err(|error| locked(error, &self.path))?;
        }
        Ok(())
    }

    /// Begins a write: nobody else writes until it ends.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(|error| locked(error, &self.path))
    }
}

/// Makes the file before SQLite does, so that it is nobody else's to read whatever the umask says. SQLite
/// gives its companions (`-wal`, `-shm`) the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Tells a locked store from a broken one.
fn locked(error: sqlx::Error, path: &Path) -> Error {
    let code = error.as_database_error().and_then(|error| error.code());
    match code.and_then(|code| i64::from_str(&code).ok()) {
        // The low octet is SQLite's primary code: 5 is BUSY, 6 is LOCKED.
        Some(code) if [5, 6].contains(&(code & 0xff)) => Error::Locked(path.to_owned()),
        _ => Error::Sql(error),
    }
}

/// Reads a stored instant.
fn instant(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// Reads stored JSON.
fn json<T: serde::de::DeserializeOwned>(text: &str, place: &'static str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|source| Error::Corrupt { place, source })
}

/// Writes a value of ours as JSON.
fn to_json(value: &impl serde::Serialize, place: &'static str) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| Error::Corrupt { place, source })
}
