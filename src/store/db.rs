//! The database: statements and values in, rows out. The one file that names sqlx. The history of its tables, one file a
//! step, is compiled in.
//!
//! One SQLite file in WAL mode with `synchronous = FULL`: what was committed stays committed, also through a power cut.
//! All writes go through one connection and begin with `BEGIN IMMEDIATE`, so that no transaction finds half-way that
//! somebody else wrote. What only reads has connections of its own and waits for no writer.
//!
//! A statement is one text with `$1`, `$2`, … Where SQLite and PostgreSQL have a common form, it is that one; the words
//! that only SQLite takes are `json_each`, `INDEXED BY`, `CROSS JOIN … ON` (a join in this order), `unixepoch` and the
//! table `sqlite_sequence`.

use std::{ops::DerefMut, path::Path, str::FromStr, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{
    AssertSqlSafe, Connection as _, Either, Executor as _, Row as _, SqlSafeStr as _, Sqlite, SqliteConnection,
    SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolConnection,
    query::Query,
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};

use super::{error::Error, private_file, write_lock::WriteLock};

/// So often a store is looked at again that another program is just making.
const MIGRATE_ATTEMPTS: usize = 2;

/// Connections that only read.
const MAX_READERS: u32 = 2;

/// Rows that one statement inserts: SQLite keeps it prepared, so that nothing is parsed again.
const INSERT_ROWS: usize = 100;

/// The open database.
#[derive(Debug, Clone)]
pub(super) struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
    lock: Arc<WriteLock>,
    path: Arc<Path>,
}

/// A connection on which statements run.
#[derive(Debug)]
pub(super) struct Session<C> {
    connection: C,
    path: Arc<Path>,
}

/// A transaction; rolled back where it is dropped.
pub(super) type Transaction<'c> = Session<sqlx::Transaction<'c, Sqlite>>;

/// The connection that writes, taken for longer than one transaction.
pub(super) type Writer = Session<PoolConnection<Sqlite>>;

/// A connection to a file of its own. Only [`Session::close`] makes sure that nothing of it is left beside the file.
pub(super) type SingleFile = Session<Box<SqliteConnection>>;

impl Database {
    /// Opens the file, and makes it (mode 0600) where there is none. SQLite gives its companions (`-wal`, `-shm`) the
    /// same mode.
    pub(super) async fn open(path: &Path) -> Result<Self, Error> {
        let cannot_open = |source| Error::Open { path: path.to_owned(), source };
        private_file::open(path).map_err(cannot_open)?;
        let lock = Arc::new(WriteLock::open(path).map_err(cannot_open)?);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        // Opened when somebody reads, which is after the tables are made.
        let readers =
            SqlitePoolOptions::new().max_connections(MAX_READERS).connect_lazy_with(options.clone().read_only(true));
        // SQLite ends a transaction by itself where the disk is full or fails, and then there is none to roll back:
        // sqlx counts it as open for ever, and would begin no other on that connection.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options)
            .await;
        Ok(Self { writer: writer.map_err(|error| failure(error, path))?, readers, lock, path: Arc::from(path) })
    }

    /// Brings the tables up to date. A program that opens the same new store at the same moment makes the same
    /// tables: who comes second fails, looks again, and finds them made.
    pub(super) async fn migrate(&self) -> Result<(), Error> {
        let migrator = Migrator::with_migrations(
            MIGRATIONS
                .map(|(number, words, sql)| {
                    Migration::new(number, words.into(), MigrationType::Simple, sql.into_sql_str(), false)
                })
                .to_vec(),
        );
        for _ in 0..migrator.iter().count() + MIGRATE_ATTEMPTS {
            if migrator.run(&self.writer).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        migrator.run(&self.writer).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error) => failure(error, &self.path),
            other => Error::Migrate(other.into()),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Fails where the file is gone: SQLite would go on writing into one that has no name any more, and nobody would
    /// ever read it.
    pub(super) fn check_file(&self) -> Result<(), Error> {
        let found = std::fs::metadata(&self.path).map(drop);
        found.map_err(|source| Error::Open { path: self.path.to_path_buf(), source })
    }

    /// Writes everything into the one file and lets go of it.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// The rows of a statement that only reads.
    pub(super) async fn all(&self, sql: &str, values: impl Values) -> Result<Vec<Row>, Error> {
        self.reader().await?.all(sql, values).await
    }

    /// The first row of a statement that only reads.
    pub(super) async fn first(&self, sql: &str, values: impl Values) -> Result<Option<Row>, Error> {
        self.reader().await?.first(sql, values).await
    }

    /// The one value of a statement that only reads and has one row.
    pub(super) async fn value<T: Column>(&self, sql: &str, values: impl Values) -> Result<T, Error> {
        self.reader().await?.value(sql, values).await
    }

    /// Runs a statement that is a transaction of its own; says how many rows it changed.
    pub(super) async fn run(&self, sql: &str, values: impl Values) -> Result<u64, Error> {
        self.writer().await?.run(sql, values).await
    }

    /// Begins a write: nobody else writes until it ends.
    pub(super) async fn begin(&self) -> Result<Transaction<'static>, Error> {
        let _guard = self.lock.acquire().await;
        let begun = self.writer.begin_with("BEGIN IMMEDIATE").await;
        Ok(Session { connection: begun.map_err(|error| failure(error, &self.path))?, path: Arc::clone(&self.path) })
    }

    /// Begins a read that sees the store at one instant.
    pub(super) async fn snapshot(&self) -> Result<Transaction<'static>, Error> {
        let begun = self.readers.begin().await;
        Ok(Session { connection: begun.map_err(|error| failure(error, &self.path))?, path: Arc::clone(&self.path) })
    }

    /// Takes the connection that writes.
    pub(super) async fn writer(&self) -> Result<Writer, Error> {
        self.take_from(&self.writer).await
    }

    async fn reader(&self) -> Result<Writer, Error> {
        self.take_from(&self.readers).await
    }

    async fn take_from(&self, pool: &SqlitePool) -> Result<Writer, Error> {
        let connection = pool.acquire().await.map_err(|error| failure(error, &self.path))?;
        Ok(Session { connection, path: Arc::clone(&self.path) })
    }
}

impl<C: DerefMut<Target = SqliteConnection>> Session<C> {
    pub(super) async fn all(&mut self, sql: &str, values: impl Values) -> Result<Vec<Row>, Error> {
        let rows = query(sql, values).fetch_all(&mut *self.connection).await;
        Ok(rows.map_err(|error| failure(error, &self.path))?.into_iter().map(Row).collect())
    }

    pub(super) async fn first(&mut self, sql: &str, values: impl Values) -> Result<Option<Row>, Error> {
        let row = query(sql, values).fetch_optional(&mut *self.connection).await;
        Ok(row.map_err(|error| failure(error, &self.path))?.map(Row))
    }

    pub(super) async fn value<T: Column>(&mut self, sql: &str, values: impl Values) -> Result<T, Error> {
        let row = query(sql, values).fetch_one(&mut *self.connection).await;
        row.and_then(|row| T::read(&row, 0)).map_err(|error| failure(error, &self.path))
    }

    /// Runs a statement; says how many rows it changed.
    pub(super) async fn run(&mut self, sql: &str, values: impl Values) -> Result<u64, Error> {
        let done = query(sql, values).execute(&mut *self.connection).await;
        Ok(done.map_err(|error| failure(error, &self.path))?.rows_affected())
    }

    /// Inserts rows, however many: `insert` says into which columns, `then` what follows the values.
    pub(super) async fn insert<const N: usize>(
        &mut self,
        insert: &str,
        rows: Vec<[Value; N]>,
        then: &str,
    ) -> Result<u64, Error> {
        let (mut rows, mut inserted) = (rows.into_iter().peekable(), 0);
        while rows.peek().is_some() {
            let values: Vec<Value> = rows.by_ref().take(INSERT_ROWS).flatten().collect();
            let places: Vec<String> = (0..values.len() / N)
                .map(|row| {
                    let places: Vec<_> = (1..=N).map(|column| format!("${}", row * N + column)).collect();
                    format!("({})", places.join(", "))
                })
                .collect();
            let sql = format!("{insert} VALUES {} {then}", places.join(", "));
            let query = query(&sql, values).persistent(places.len() == INSERT_ROWS);
            let done = query.execute(&mut *self.connection).await.map_err(|error| failure(error, &self.path))?;
            inserted += done.rows_affected();
        }
        Ok(inserted)
    }

    /// Runs statements one after the other and gives back the rows of each. They go to the database together, because
    /// each way to the thread of SQLite and back costs as much as a small statement.
    pub(super) async fn together<const N: usize>(
        &mut self,
        statements: [(&str, Vec<Value>); N],
    ) -> Result<[Vec<Row>; N], Error> {
        let (mut text, mut values) = (String::new(), Vec::new());
        for (sql, more) in statements {
            text.push_str(&renumbered(sql, values.len()));
            text.push_str(";\n");
            values.extend(more);
        }
        let mut results = [const { Vec::new() }; N];
        let mut current = 0;
        let mut steps = (&mut *self.connection).fetch_many(query(&text, values));
        while let Some(step) = steps.try_next().await.map_err(|error| failure(error, &self.path))? {
            match step {
                Either::Right(row) => results[current].push(Row(row)),
                // A statement has ended.
                Either::Left(_) => current += 1,
            }
        }
        Ok(results)
    }
}

impl Transaction<'_> {
    pub(super) async fn commit(self) -> Result<(), Error> {
        self.connection.commit().await.map_err(|error| failure(error, &self.path))
    }
}

impl Writer {
    /// Begins a write on this connection.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_>, Error> {
        let begun = self.connection.begin_with("BEGIN IMMEDIATE").await;
        Ok(Session { connection: begun.map_err(|error| failure(error, &self.path))?, path: Arc::clone(&self.path) })
    }
}

impl SingleFile {
    /// Opens a file that is there; waits for nobody who has it locked.
    pub(super) async fn open(path: &Path, read_only: bool) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new().filename(path).read_only(read_only).busy_timeout(Duration::ZERO);
        let connection = SqliteConnection::connect_with(&options).await.map_err(|error| failure(error, path))?;
        Ok(Self { connection: Box::new(connection), path: Arc::from(path) })
    }

    /// Lets go of the file. A connection that is only dropped goes on closing, and would find it moved or removed.
    pub(super) async fn close(self) -> Result<(), Error> {
        self.connection.close().await.map_err(|error| failure(error, &self.path))
    }
}

/// A value for a statement.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Octets(Vec<u8>),
}

/// The values of a statement, in the order of their numbers.
pub(super) trait Values: IntoIterator<Item = Value> {}

impl<V: IntoIterator<Item = Value>> Values for V {}

/// Makes the values of a statement of what Rust has.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::store::db::Value::from($value)),*] };
}
pub(super) use values;

macro_rules! from {
    ($($type:ty => $value:ident $make:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $make
            }
        })*
    };
}

from! {
    i64 => number Self::Integer(number);
    bool => truth Self::Integer(i64::from(truth));
    f64 => number Self::Real(number);
    &str => text Self::Text(text.to_owned());
    String => text Self::Text(text);
    &String => text Self::Text(text.clone());
    &[u8] => octets Self::Octets(octets.to_vec());
    DateTime<Utc> => instant Self::Integer(instant.timestamp_millis());
    // A list of numbers is one value, so that the statement stays the same, however long it is.
    &[i64] => numbers Self::Text(format!("[{}]", numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",")));
}

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// A row that a statement gave.
#[derive(Debug)]
pub(super) struct Row(SqliteRow);

impl Row {
    /// A column of this name, which the statement must have.
    ///
    /// # Panics
    /// When it has none, or one of another kind: our own fault.
    #[track_caller]
    pub(super) fn get<T: Column>(&self, column: &str) -> T {
        match T::read(&self.0, column) {
            Ok(value) => value,
            Err(error) => panic!("the column `{column}`: {error}"),
        }
    }

    /// A column of text that stands for one of our values.
    pub(super) fn parse<T: FromStr<Err: ToString>>(&self, column: &str, place: &'static str) -> Result<T, Error> {
        let text: String = self.get(column);
        text.parse().map_err(|error: T::Err| Error::Corrupt { place, source: error.to_string().into() })
    }

    /// A column of JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, column: &str, place: &'static str) -> Result<T, Error> {
        json(&self.get::<String>(column), place)
    }
}

/// Reads stored JSON.
pub(super) fn json<T: DeserializeOwned>(text: &str, place: &'static str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|source| Error::Corrupt { place, source: source.into() })
}

/// Writes a value of ours as JSON.
pub(super) fn to_json(value: &(impl Serialize + ?Sized), place: &'static str) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| Error::Corrupt { place, source: source.into() })
}

/// What a column may be read as.
pub(super) trait Column: Sized {
    fn read<I: sqlx::ColumnIndex<SqliteRow>>(row: &SqliteRow, column: I) -> sqlx::Result<Self>;
}

macro_rules! column {
    ($($type:ty),*) => {
        $(impl Column for $type {
            fn read<I: sqlx::ColumnIndex<SqliteRow>>(row: &SqliteRow, column: I) -> sqlx::Result<Self> {
                row.try_get(column)
            }
        })*
    };
}

column!(i64, u32, u8, f64, bool, String, Vec<u8>, Option<i64>, Option<f64>, Option<String>);

/// Times stand in the store as UTC milliseconds.
impl Column for DateTime<Utc> {
    fn read<I: sqlx::ColumnIndex<SqliteRow>>(row: &SqliteRow, column: I) -> sqlx::Result<Self> {
        i64::read(row, column).map(instant)
    }
}

impl Column for Option<DateTime<Utc>> {
    fn read<I: sqlx::ColumnIndex<SqliteRow>>(row: &SqliteRow, column: I) -> sqlx::Result<Self> {
        Ok(Option::<i64>::read(row, column)?.map(instant))
    }
}

fn instant(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

fn query(sql: &str, values: impl Values) -> Query<'static, Sqlite, SqliteArguments> {
    let query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    values.into_iter().fold(query, |query, value| match value {
        Value::Null => query.bind(None::<i64>),
        Value::Integer(number) => query.bind(number),
        Value::Real(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
        Value::Octets(octets) => query.bind(octets),
    })
}

/// The statement with `$1` counted from `before` on.
fn renumbered(sql: &str, before: usize) -> String {
    let mut pieces = sql.split('$');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
        let number = piece[..end].parse::<usize>().unwrap_or_default() + before;
        text.push_str(&format!("${number}{}", &piece[end..]));
    }
    text
}

/// Tells a locked store and a full disk from one that is broken, by SQLite's result code.
fn failure(error: sqlx::Error, path: &Path) -> Error {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i64>().ok());
    // The details stand in the higher octets: 5 is BUSY, 6 LOCKED, 10 IOERR, 13 FULL.
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => Error::Locked(path.to_owned()),
        Some(10 | 13) => Error::Disk(error.into()),
        _ => Error::Sql(error.into()),
    }
}

/// What stands in `migrations/sqlite`, in order. The number and the words are the file's name, and a store remembers them.
///
/// A list rather than `sqlx::migrate!`, whose macro would have sqlx, tokio and SQLite built a second time for the compiler.
pub(super) const MIGRATIONS: [(i64, &str, &str); 9] = [
    (1, "first", include_str!("migrations/sqlite/0001_first.sql")),
    (2, "answers", include_str!("migrations/sqlite/0002_answers.sql")),
    (3, "delivery", include_str!("migrations/sqlite/0003_delivery.sql")),
    (4, "images", include_str!("migrations/sqlite/0004_images.sql")),
    (5, "runs", include_str!("migrations/sqlite/0005_runs.sql")),
    (6, "people", include_str!("migrations/sqlite/0006_people.sql")),
    (7, "known_posts", include_str!("migrations/sqlite/0007_known_posts.sql")),
    (8, "alike", include_str!("migrations/sqlite/0008_alike.sql")),
    (9, "seen_mail", include_str!("migrations/sqlite/0009_seen_mail.sql")),
];

#[cfg(test)]
mod tests {
    use super::*;

    async fn database() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("tidings.db")).await.unwrap();
        database.migrate().await.unwrap();
        (folder, database)
    }

    #[tokio::test]
    async fn statements_that_go_together_have_their_own_values_and_rows() {
        let (_folder, database) = database().await;
        let mut write = database.begin().await.unwrap();
        let insert = "INSERT INTO validator (url, value) VALUES ($1, $2)";
        let [inserted, found, none, count] = write
            .together([
                (insert, values!["a", "1"].into()),
                ("SELECT value FROM validator WHERE url = $1 OR value = $1", values!["a"].into()),
                ("SELECT value FROM validator WHERE url = $2 AND value = $1", values!["a", "1"].into()),
                ("SELECT count(*) AS count FROM validator WHERE value = $1", values!["1"].into()),
            ])
            .await
            .unwrap();
        assert!(inserted.is_empty() && none.is_empty());
        assert_eq!((found[0].get::<String>("value"), count[0].get::<i64>("count")), ("1".to_owned(), 1));
    }

    #[tokio::test]
    async fn rows_are_inserted_in_pieces() {
        let (_folder, database) = database().await;
        let mut write = database.begin().await.unwrap();
        let rows = |end: i64| (0..end).map(|n| values![n.to_string(), "x"]).collect();
        let insert = "INSERT INTO validator (url, value)";
        assert_eq!(write.insert(insert, rows(0), "").await.unwrap(), 0);
        assert_eq!(write.insert(insert, rows(250), "ON CONFLICT DO NOTHING").await.unwrap(), 250);
        assert_eq!(write.insert(insert, rows(251), "ON CONFLICT DO NOTHING").await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_full_disk_is_over_once_there_is_room() {
        let (_folder, database) = database().await;
        for _ in 0..2 {
            database.run("PRAGMA max_page_count = 1", []).await.unwrap();
            let mut write = database.begin().await.unwrap();
            let long = "INSERT INTO alert (key, text, seen_ms) VALUES ('x', hex(zeroblob(1000000)), 0)";
            let full = write.run(long, []).await.unwrap_err();
            assert!(matches!(full, Error::Disk(_)), "{full:?}");
            drop(write);
            // What the next connection may take is not bounded.
            database.begin().await.unwrap().commit().await.unwrap();
            database
                .run("INSERT INTO alert (key, text, seen_ms) VALUES ('y', '', 0) ON CONFLICT DO NOTHING", [])
                .await
                .unwrap();
        }
    }

    #[test]
    fn every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/migrations/sqlite");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        let listed = MIGRATIONS.map(|(version, description, _)| format!("{version:04}_{description}.sql"));
        assert_eq!(files, listed);
    }
}
