//! The store as one file elsewhere, and back.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{
    db::{SingleFile, values},
    error::Error,
    open::Store,
    private_file::{self, with_ending},
};

/// Why everything is held in a store that came back.
const RESTORED: &str = "everything is held: the store was restored from a backup, and does not know what was sent since\n\
     hint: look at `tidings status`, then `--resume` of `tidings send` or `tidings run` goes on from now";

impl Store {
    /// Copies the store as it is at one instant to a file (mode 0600), whoever writes to it meanwhile. A file that is
    /// there already is replaced once the copy is whole and on the disk.
    ///
    /// # Errors
    /// When the file cannot be written, or is the store itself.
    pub async fn backup(&self, to: &Path) -> Result<(), Error> {
        if is_same(to, self.path()) {
            return Err(Error::Copy(to.to_owned(), "it is the store itself".to_owned()));
        }
        let open = |source| Error::Open { path: to.to_owned(), source };
        let new = with_ending(to, ".new");
        let _ = fs::remove_file(&new);
        private_file::open(&new).map_err(open)?;
        // SQLite takes a file that is there as long as it is empty, and leaves its mode as it is.
        if let Err(error) = self.db.run("VACUUM INTO $1", values![text(&new)]).await {
            let _ = fs::remove_file(&new);
            return Err(error);
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
    let new = with_ending(store, ".new");
    for leftover in [new.clone(), with_ending(&new, "-wal"), with_ending(&new, "-shm")] {
        let _ = fs::remove_file(leftover);
    }
    let there = store.exists();
    let mut ready = copy_checked(from, &new, now).await;
    let _ = fs::remove_file(with_ending(&new, ".turn"));
    if ready.is_ok() && there {
        ready = require_closed(store).await;
    }
    if let Err(error) = ready {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    if there && let Err(error) = keep_departures(&new, store).await {
        tracing::warn!("who left since the copy was made cannot be read from the store that it replaces: {error}");
    }
    let old = unused_name(with_ending(store, ".old"), now);
    let moved = if there { fs::rename(store, &old) } else { Ok(()) };
    moved.and_then(|()| put_in_place(&new, store)).map_err(|source| Error::Open { path: store.to_owned(), source })?;
    Ok(there.then_some(old))
}

/// Reads the copy whole into a new file beside the store, and looks whether it is a store that we can use.
async fn copy_checked(from: &Path, new: &Path, now: DateTime<Utc>) -> Result<(), Error> {
    File::open(from).map_err(|source| Error::Open { path: from.to_owned(), source })?;
    private_file::open(new).map_err(|source| Error::Open { path: new.to_owned(), source })?;
    let no_store = || Error::Copy(from.to_owned(), "it is no store of tidings, or damaged".to_owned());
    let mut copy = SingleFile::open(from, true).await.map_err(|_| no_store())?;
    let copied = match is_sound(&mut copy).await {
        Ok(true) => copy.run("VACUUM INTO $1", values![text(new)]).await.map(drop),
        _ => Err(no_store()),
    };
    let closed = copy.close().await;
    copied.and(closed)?;
    // A store of an older version is brought up to date, one of a newer is refused.
    let store = Store::open(new, now).await?;
    let held = store.hold_all(RESTORED, true, now).await;
    store.close().await;
    held
}

/// Says whether SQLite can read all of a file, and it has our tables.
async fn is_sound(copy: &mut SingleFile) -> Result<bool, Error> {
    let sound: String = copy.value("PRAGMA integrity_check(1)", []).await?;
    let ours = "SELECT count(*) FROM sqlite_master WHERE name IN ('signing_key', 'edition', 'delivery', 'subscriber')";
    Ok(sound == "ok" && copy.value::<i64>(ours, []).await? == 4)
}

/// Makes sure that nobody has the store open, and that all of it is in the one file: only who is alone can leave WAL.
async fn require_closed(store: &Path) -> Result<(), Error> {
    let Ok(mut alone) = SingleFile::open(store, false).await else { return Ok(()) };
    let mode = alone.value::<String>("PRAGMA journal_mode = DELETE", []).await;
    let closed = alone.close().await;
    match mode {
        Ok(mode) if mode == "delete" => closed,
        Ok(_) => Err(Error::Locked(store.to_owned())),
        Err(error) if error.is_locked() => Err(error),
        // A store that is damaged is nobody's: that may be why a copy is brought back.
        Err(_) => Ok(()),
    }
}

/// Takes over from the store that goes who left since the copy was made, and the numbers that were given since, so that
/// an old link reaches nobody else.
async fn keep_departures(new: &Path, old: &Path) -> Result<(), Error> {
    let mut copy = SingleFile::open(new, false).await?;
    let kept = copy_departures(&mut copy, old).await;
    // Also where that failed: a connection that is only dropped goes on closing while its file is moved.
    let closed = copy.close().await;
    kept.and(closed)
}

/// Copies departures from another store of the same project; another project's has nothing to say.
async fn copy_departures(copy: &mut SingleFile, old: &Path) -> Result<(), Error> {
    copy.run("ATTACH $1 AS old", values![text(old)]).await?;
    let same = "SELECT EXISTS (SELECT 1 FROM signing_key k JOIN old.signing_key o ON o.secret = k.secret)";
    if !copy.value::<bool>(same, []).await? {
        return Ok(());
    }
    for statement in [
        "BEGIN IMMEDIATE",
        "INSERT INTO subscriber (id, folded, address, name, language, timezone, tags, status, listed, sync, added_ms)
         SELECT id, folded, address, name, language, timezone, tags, status, 0, NULL, added_ms
         FROM old.subscriber WHERE status IN ('unsubscribed', 'suppressed') ON CONFLICT DO NOTHING",
        "UPDATE subscriber SET status = gone.status FROM old.subscriber gone
         WHERE gone.folded = subscriber.folded AND gone.status IN ('unsubscribed', 'suppressed')
         AND subscriber.status IN ('active', 'pending')",
        "INSERT INTO departure (subscriber, digest, at_ms)
         SELECT s.id, d.digest, d.at_ms FROM old.departure d
         JOIN old.subscriber o ON o.id = d.subscriber JOIN subscriber s ON s.folded = o.folded
         WHERE true ON CONFLICT DO NOTHING",
        "UPDATE sqlite_sequence SET seq = o.seq FROM old.sqlite_sequence o
         WHERE o.name = sqlite_sequence.name AND o.seq > sqlite_sequence.seq",
        "COMMIT",
    ] {
        copy.run(statement, []).await?;
    }
    Ok(())
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
fn unused_name(wanted: PathBuf, now: DateTime<Utc>) -> PathBuf {
    if !wanted.exists() {
        return wanted;
    }
    let dated = with_ending(&wanted, &now.format("-%Y%m%dT%H%M%S").to_string());
    let next = (2..).map(|nth| with_ending(&dated, &format!("-{nth}")));
    std::iter::once(dated.clone()).chain(next).find(|path| !path.exists()).unwrap_or(dated)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brings a copy back many times in a place where `there` is, and looks each time for what a connection leaves that
    /// was not closed before its file moved.
    async fn check(there: &[u8], copy: &[u8], succeeds: bool) {
        let folder = tempfile::tempdir().unwrap();
        let (from, path) = (folder.path().join("copy"), folder.path().join("tidings.db"));
        let now = DateTime::UNIX_EPOCH;
        if copy.is_empty() {
            let store = Store::open(&path, now).await.unwrap();
            store.backup(&from).await.unwrap();
            store.close().await;
        } else {
            fs::write(&from, copy).unwrap();
        }
        for round in 0..100 {
            fs::write(&path, there).unwrap();
            assert_eq!(restore(&from, &path, now).await.is_ok(), succeeds);
            let names = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
            let left: Vec<_> = names.filter(|name| name.to_string_lossy().contains('-')).collect();
            assert!(left.iter().all(|name| name.to_string_lossy().starts_with("tidings.db.old-")), "{round}: {left:?}");
        }
    }

    #[tokio::test]
    async fn nothing_stays_beside_a_store_that_replaces_an_unreadable_one() {
        check(b"what was a store once", b"", true).await;
    }

    #[tokio::test]
    async fn nothing_stays_of_a_copy_that_is_none() {
        check(b"", b"what was a copy once, or not", false).await;
    }
}
