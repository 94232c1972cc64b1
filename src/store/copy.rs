//! The store as one file elsewhere, and back.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{Error, Store, is_busy, make_private};

/// Why everything is held in a store that came back.
const RESTORED: &str = "everything is held: the store was restored from a backup, and does not know what was sent since\n\
     hint: look at `tidings status`, then `tidings run --resume` goes on from now";

impl Store {
    /// Copies the store as it is at one instant to a file (mode 0600), whoever writes to it meanwhile. A file that is
    /// there already is replaced once the copy is whole and on the disk.
    ///
    /// # Errors
    /// When the file cannot be written, or is the store itself.
    pub async fn backup(&self, to: &Path) -> Result<(), Error> {
        if is_same(to, &self.path) {
            return Err(Error::Copy(to.to_owned(), "it is the store itself".to_owned()));
        }
        let open = |source| Error::Open { path: to.to_owned(), source };
        let new = beside(to, "new");
        let _ = fs::remove_file(&new);
        make_private(&new).map_err(open)?;
        // SQLite takes a file that is there as long as it is empty, and leaves its mode as it is.
        let copied = sqlx::query("VACUUM INTO ?").bind(text(&new)).execute(&self.pool).await;
        if let Err(error) = copied {
            let _ = fs::remove_file(&new);
            return Err(error.into());
        }
        put_in_place(&new, to).map_err(open)
    }
}

/// Puts a copy in the place of the store; gives back where the store that was there is kept. Who left since the copy
/// was made, or must get no more mail, is taken over from it, as far as it can be read. Everything is held in the copy:
/// what was sent since is unknown to it.
///
/// # Errors
/// When `from` is no store of ours or a damaged one, or somebody has the present store open. Nothing is changed then.
pub async fn restore(from: &Path, store: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, Error> {
    if is_same(from, store) {
        return Err(Error::Copy(from.to_owned(), "it is the store itself".to_owned()));
    }
    let new = beside(store, "new");
    for leftover in [new.clone(), with(&new, "-wal"), with(&new, "-shm")] {
        let _ = fs::remove_file(leftover);
    }
    let looked = look(from, &new, now).await;
    let _ = fs::remove_file(with(&new, ".turn"));
    if looked.is_err() {
        let _ = fs::remove_file(&new);
    }
    looked?;
    let there = store.exists();
    if there && let Err(error) = close_for_all(store).await {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    if there && let Err(error) = keep_departures(&new, store).await {
        tracing::warn!("who left since the copy was made cannot be read from the store that it replaces: {error}");
    }
    let old = free(beside(store, "old"), now);
    let moved = if there { fs::rename(store, &old) } else { Ok(()) };
    moved.and_then(|()| put_in_place(&new, store)).map_err(|source| Error::Open { path: store.to_owned(), source })?;
    Ok(there.then_some(old))
}

/// Reads the copy whole into a new file beside the store, and looks whether it is a store that we can use.
async fn look(from: &Path, new: &Path, now: DateTime<Utc>) -> Result<(), Error> {
    let open = |source| Error::Open { path: from.to_owned(), source };
    File::open(from).map_err(open)?;
    let bad = |why: &str| Error::Copy(from.to_owned(), why.to_owned());
    let no_store = |_| bad("it is no store of tidings, or damaged");
    make_private(new).map_err(|source| Error::Open { path: new.to_owned(), source })?;
    let options = SqliteConnectOptions::new().filename(from).read_only(true);
    let mut copy = SqliteConnection::connect_with(&options).await.map_err(no_store)?;
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut copy).await.map_err(no_store)?;
    let ours = "SELECT count(*) FROM sqlite_master WHERE name IN ('signing_key', 'edition', 'delivery', 'subscriber')";
    let tables: i64 = sqlx::query_scalar(ours).fetch_one(&mut copy).await.map_err(no_store)?;
    if sound != "ok" || tables != 4 {
        return Err(bad("it is no store of tidings, or damaged"));
    }
    sqlx::query("VACUUM INTO ?").bind(text(new)).execute(&mut copy).await?;
    copy.close().await?;
    // A store of an older version is brought up to date, one of a newer is refused.
    let store = Store::open(new, now).await?;
    let held = store.hold_all(RESTORED, true, now).await;
    store.close().await;
    held
}

/// Makes sure that nobody has the store open, and that all of it is in the one file: only who is alone can leave WAL.
async fn close_for_all(store: &Path) -> Result<(), Error> {
    let locked = || Error::Locked(store.to_owned());
    let options = SqliteConnectOptions::new().filename(store).busy_timeout(std::time::Duration::ZERO);
    let Ok(mut alone) = SqliteConnection::connect_with(&options).await else { return Ok(()) };
    let left = sqlx::query_scalar::<_, String>("PRAGMA journal_mode = DELETE").fetch_one(&mut alone).await;
    let closed = alone.close().await;
    match left {
        Ok(mode) if mode == "delete" => Ok(closed?),
        Ok(_) => Err(locked()),
        Err(error) if is_busy(&error) => Err(locked()),
        // A store that is damaged is nobody's: that may be why a copy is brought back.
        Err(_) => Ok(()),
    }
}

/// Takes over from the store that goes who left since the copy was made, and the numbers that were given since, so that
/// an old link reaches nobody else. Another project's store has nothing to say.
async fn keep_departures(new: &Path, old: &Path) -> Result<(), Error> {
    let mut copy = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(new)).await?;
    sqlx::query("ATTACH ? AS old").bind(text(old)).execute(&mut copy).await?;
    let same = "SELECT count(*) FROM signing_key JOIN old.signing_key o USING (secret)";
    if sqlx::query_scalar::<_, i64>(same).fetch_one(&mut copy).await? > 0 {
        sqlx::query(
            "BEGIN IMMEDIATE;
             INSERT INTO subscriber (id, folded, address, name, language, timezone, tags, status, listed, sync, added_ms)
                SELECT id, folded, address, name, language, timezone, tags, status, 0, NULL, added_ms
                FROM old.subscriber WHERE status IN ('unsubscribed', 'suppressed') ON CONFLICT DO NOTHING;
             UPDATE subscriber SET status = gone.status FROM old.subscriber gone
                WHERE gone.folded = subscriber.folded AND gone.status IN ('unsubscribed', 'suppressed')
                AND subscriber.status IN ('active', 'pending');
             INSERT INTO departure (subscriber, digest, at_ms)
                SELECT s.id, d.digest, d.at_ms FROM old.departure d
                JOIN old.subscriber o ON o.id = d.subscriber JOIN subscriber s ON s.folded = o.folded
                WHERE true ON CONFLICT DO NOTHING;
             UPDATE sqlite_sequence SET seq = max(seq, coalesce(
                (SELECT o.seq FROM old.sqlite_sequence o WHERE o.name = sqlite_sequence.name), 0));
             COMMIT",
        )
        .execute(&mut copy)
        .await?;
    }
    Ok(copy.close().await?)
}

/// Moves a file over another, and both survive a power cut: the one or the other is there, whole.
fn put_in_place(new: &Path, to: &Path) -> io::Result<()> {
    File::open(new)?.sync_all()?;
    fs::rename(new, to)?;
    match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

/// A name that no file has: a store that was kept before stays.
fn free(wanted: PathBuf, now: DateTime<Utc>) -> PathBuf {
    if !wanted.exists() {
        return wanted;
    }
    let dated = with(&wanted, &now.format("-%Y%m%dT%H%M%S").to_string());
    let next = (2..).map(|nth| with(&dated, &format!("-{nth}")));
    std::iter::once(dated.clone()).chain(next).find(|path| !path.exists()).unwrap_or(dated)
}

/// `tidings.db.old` of `tidings.db`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    with(path, &format!(".{ending}"))
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
