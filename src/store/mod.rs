//! What must survive a crash: editions, deliveries, subscribers, what was seen. The only folder that says SQL.
//!
//! One SQLite file in WAL mode with `synchronous = FULL`: what was committed stays committed, also through a
//! power cut. All writes go through one connection and begin with `BEGIN IMMEDIATE`, so that no transaction
//! finds half-way that somebody else wrote.

mod answers;
mod archive;
mod bounces;
mod claim;
mod copy;
mod deliveries;
mod departures;
mod editions;
mod images;
mod keys;
mod outbox;
mod owner;
mod pace;
mod posts;
mod pulse;
mod runs;
mod standing;
mod subscribers;
mod turn;

use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use sqlx::{
    Connection as _, Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::diagnostic::{Diagnostic, Explain};
pub use answers::Answer;
pub use archive::{Issue, Newest};
pub use bounces::{Applied, Change};
pub use claim::{Claim, Work};
pub use copy::restore;
pub use departures::{Granted, Reading, Wish};
pub use editions::{Counts, Frozen, Line, Start, Title};
pub use outbox::{Exchange, Exchanged, Settled, Verdict};
pub use owner::Owner;
pub use pace::Learnt;
pub use posts::SourceStatus;
pub use pulse::{Noted, Pulse};
pub use runs::{DueRun, Stage, Watched};
pub use standing::{Decided, Standing, State};
pub use subscribers::{Added, Intake};
use turn::Turn;

/// So often a store is looked at again that another program is just making.
const ATTEMPTS: usize = 2;

/// Connections that only look.
const READERS: u32 = 2;

/// The open store.
#[derive(Debug, Clone)]
pub struct Store {
    /// The one connection that writes.
    pool: SqlitePool,
    /// Connections for who only looks: they wait for nobody.
    readers: SqlitePool,
    turn: Arc<Turn>,
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
    #[error("the store `{}` is locked by another program", .0.display())]
    Locked(PathBuf),
    /// A file cannot be a copy of the store, or take one.
    #[error("`{}` cannot be used: {_1}", .0.display())]
    Copy(PathBuf, String),
    /// Another `send` froze this number first.
    #[error("another `send` froze edition {0} first")]
    Overtaken(i64),
    /// There is no room for it, or the disk fails.
    #[error("the store cannot be written: the disk is full, or fails")]
    Disk(#[source] sqlx::Error),
    /// SQLite refused: read-only, damaged.
    #[error("the store failed")]
    Sql(#[source] sqlx::Error),
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

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        let shown = Diagnostic::of_causes(self);
        match self {
            Self::Locked(_) => shown.hint("wait for it to finish, then run again"),
            Self::Copy(..) => shown.hint("`tidings backup FILE` makes a copy of the store"),
            Self::Disk(_) => shown.hint("make room, then run again"),
            _ => shown,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        // 10 is IOERR, 13 is FULL.
        if matches!(primary_code(&error), Some(10 | 13)) { Self::Disk(error) } else { Self::Sql(error) }
    }
}

impl Error {
    /// Says whether another program has the store, so that trying again later may do.
    pub fn is_locked(&self) -> bool {
        match self {
            Self::Locked(_) => true,
            Self::Sql(error) => is_busy(error),
            _ => false,
        }
    }
}

impl Store {
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
        let turn = Turn::open(path).map_err(|source| Error::Open { path: path.to_owned(), source })?;
        let turn = Arc::new(turn);
        // Opened when somebody looks, which is after the tables are made.
        let readers =
            SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.clone().read_only(true));
        // SQLite ends a transaction by itself where the disk is full or fails, and then there is none to roll back:
        // sqlx counts it as open for ever, and would begin no other on that connection.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options)
            .await;
        let store = Self { pool: pool.map_err(|error| locked(error, path))?, readers, turn, path: path.to_owned() };
        store.migrate().await?;
        store.rotate_key(now).await?;
        Ok(store)
    }

    /// Brings the tables up to date. A program that opens the same new store at the same moment makes the same
    /// tables: who comes second fails, looks again, and finds them made.
    async fn migrate(&self) -> Result<(), Error> {
        let migrator = sqlx::migrate!("src/store/migrations/sqlite");
        for _ in 0..migrator.iter().count() + ATTEMPTS {
            if migrator.run(&self.pool).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        match migrator.run(&self.pool).await {
            Err(sqlx::migrate::MigrateError::Execute(error)) => Err(locked(error, &self.path)),
            other => Ok(other?),
        }
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes everything into the one file and lets go of it.
    pub async fn close(&self) {
        self.readers.close().await;
        self.pool.close().await;
    }

    /// Writes something that changes nothing: what fails here would fail for everything else.
    ///
    /// # Errors
    /// When the store cannot be written, or is not there any more.
    pub async fn try_write(&self) -> Result<(), Error> {
        // SQLite would go on writing into a file that has no name any more.
        fs::metadata(&self.path).map_err(|source| Error::Open { path: self.path.clone(), source })?;
        let mut write = self.write().await?;
        sqlx::query("PRAGMA user_version = 0").execute(&mut *write).await?;
        Ok(write.commit().await?)
    }

    /// Begins a write: nobody else writes until it ends.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        let _turn = self.turn.take().await;
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
    if is_busy(&error) { Error::Locked(path.to_owned()) } else { error.into() }
}

fn is_busy(error: &sqlx::Error) -> bool {
    // 5 is BUSY, 6 is LOCKED.
    matches!(primary_code(error), Some(5 | 6))
}

/// SQLite's result code without the details in its higher octets.
fn primary_code(error: &sqlx::Error) -> Option<i64> {
    let code = error.as_database_error()?.code()?;
    Some(i64::from_str(&code).ok()? & 0xff)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_new_store_may_be_opened_by_many_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tidings.db");
        let opened = (0..8).map(|_| {
            let path = path.clone();
            tokio::spawn(async move { Store::open(&path, DateTime::UNIX_EPOCH).await })
        });
        for opened in futures::future::join_all(opened).await {
            opened.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn a_full_disk_is_over_once_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("tidings.db"), DateTime::UNIX_EPOCH).await.unwrap();
        for _ in 0..2 {
            sqlx::query("PRAGMA max_page_count = 1").execute(&store.pool).await.unwrap();
            let mut write = store.write().await.unwrap();
            let long = "INSERT INTO alert (key, text, seen_ms) VALUES ('x', hex(zeroblob(1000000)), 0)";
            let full: Error = sqlx::query(long).execute(&mut *write).await.unwrap_err().into();
            assert!(matches!(full, Error::Disk(_)), "{full:?}");
            drop(write);
            // What the next connection may take is not bounded.
            store.write().await.unwrap().commit().await.unwrap();
            store.hold_all("x", false, DateTime::UNIX_EPOCH).await.unwrap();
        }
    }
}
