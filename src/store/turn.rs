//! Whose turn it is to write, where several programs do.
//!
//! SQLite gives its lock to whoever asks at the right moment: a program that commits one transaction after the other
//! would keep it, and one that asks now and then would wait for long. So nobody asks SQLite before holding a lock on a
//! file beside the store, and whoever has SQLite's lets go of it: while one writes, the next in turn waits alone.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, MutexGuard};

/// Nobody waits longer for a turn: who has it may have been stopped, and SQLite's own lock still tells.
const PATIENCE: Duration = Duration::from_secs(1);

/// How soon a turn is asked for again.
const AGAIN: Duration = Duration::from_millis(1);

/// The lock file.
#[derive(Debug)]
pub(super) struct Turn(Mutex<File>);

/// A turn, as long as it is held.
pub(super) struct Taken<'a> {
    file: MutexGuard<'a, File>,
}

impl Turn {
    /// Opens the file beside the store, which is nobody else's to read.
    pub(super) fn open(store: &Path) -> io::Result<Self> {
        let mut name = store.as_os_str().to_owned();
        name.push(".turn");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self(Mutex::new(options.open(name)?)))
    }

    /// Waits for a turn. Within this program they come in the order in which they were asked for.
    pub(super) async fn take(&self) -> Taken<'_> {
        let file = self.0.lock().await;
        let start = Instant::now();
        while file.try_lock().is_err() && start.elapsed() < PATIENCE {
            tokio::time::sleep(AGAIN).await;
        }
        Taken { file }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_has_the_turn_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tidings.db");
        let (one, other) = (Turn::open(&path).unwrap(), Turn::open(&path).unwrap());
        let taken = one.take().await;
        assert!(other.0.lock().await.try_lock().is_err());
        drop(taken);
        drop(other.take().await);
        let _taken = one.take().await;
    }

    #[tokio::test]
    async fn who_was_stopped_with_the_turn_stops_nobody_for_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tidings.db");
        let (one, other) = (Turn::open(&path).unwrap(), Turn::open(&path).unwrap());
        let _stopped = one.take().await;
        other.take().await;
    }
}
