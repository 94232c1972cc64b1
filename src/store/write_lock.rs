//! A lock that programs which write take one after the other, so that each gets its turn.
//!
//! SQLite gives its own lock to whoever asks at the right moment: a program that commits one transaction after the other
//! would keep it, and one that asks now and then would wait for long. So nobody asks SQLite before holding a lock on a
//! file beside the store, and whoever has SQLite's lets go of it: while one writes, the next in turn waits alone.

use std::{
    fs::File,
    io,
    path::Path,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, MutexGuard};

use super::private_file;

/// Nobody waits longer: who holds the lock may have been stopped, and SQLite's own still tells.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// How soon the lock is asked for again.
const RETRY_AFTER: Duration = Duration::from_millis(1);

/// The lock file.
#[derive(Debug)]
pub(super) struct WriteLock(Mutex<File>);

/// The lock, as long as it is held.
pub(super) struct WriteGuard<'a> {
    file: MutexGuard<'a, File>,
}

impl WriteLock {
    /// Opens the file beside the store.
    pub(super) fn open(store: &Path) -> io::Result<Self> {
        Ok(Self(Mutex::new(private_file::open(&private_file::with_ending(store, ".turn"))?)))
    }

    /// Waits for the lock. Within this program it is given in the order in which it was asked for.
    pub(super) async fn acquire(&self) -> WriteGuard<'_> {
        let file = self.0.lock().await;
        let start = Instant::now();
        while file.try_lock().is_err() && start.elapsed() < MAX_WAIT {
            tokio::time::sleep(RETRY_AFTER).await;
        }
        WriteGuard { file }
    }
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_holds_the_lock_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tidings.db");
        let (one, other) = (WriteLock::open(&path).unwrap(), WriteLock::open(&path).unwrap());
        let held = one.acquire().await;
        assert!(other.0.lock().await.try_lock().is_err());
        drop(held);
        drop(other.acquire().await);
        let _held = one.acquire().await;
    }

    #[tokio::test]
    async fn who_was_stopped_with_the_lock_stops_nobody_for_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tidings.db");
        let (one, other) = (WriteLock::open(&path).unwrap(), WriteLock::open(&path).unwrap());
        let _stopped = one.acquire().await;
        other.acquire().await;
    }
}
