//! Who is sending, and whether they still live.
//!
//! Each sending process holds an operating-system lock on a file of its own beside the store. The system lets go
//! of the lock when the process ends, however it ends: so the next `send` knows at once that rows which say
//! `attempting` belong to nobody.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::private_file;

/// This process, as long as it sends.
#[derive(Debug)]
pub struct Owner {
    id: String,
    path: PathBuf,
    _lock: File,
}

impl Owner {
    /// Takes an id and its lock.
    pub(super) fn new(store: &Path) -> io::Result<Self> {
        loop {
            let owner = Self::draw(store)?;
            // Between making the file and locking it, [`remove_dead`] may have taken it for a dead owner's.
            if owner.path.exists() {
                return Ok(owner);
            }
        }
    }

    fn draw(store: &Path) -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let id = format!("{:016x}", u64::from_be_bytes(random));
        let path = lock_path(store, &id);
        let lock = private_file::create(&path)?;
        lock.lock()?;
        Ok(Self { id, path, _lock: lock })
    }

    /// The id, as delivery rows name it.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // A file that stays behind is taken for a dead owner's and cleared away by the next `send`.
        let _ = fs::remove_file(&self.path);
    }
}

/// Says whether the process that took `id` still runs; clears away what a dead one left.
pub(super) fn is_alive(store: &Path, id: &str) -> bool {
    let path = lock_path(store, id);
    let file = match File::open(&path) {
        Ok(file) => file,
        // Only a file that is not there is a dead owner's: what cannot be looked at may live.
        Err(why) => return why.kind() != io::ErrorKind::NotFound,
    };
    match file.try_lock() {
        Err(_) => true,
        Ok(()) => {
            // Removed while we hold its lock, so that nobody can lock it and believe that it counts.
            let _ = fs::remove_file(&path);
            false
        }
    }
}

/// Clears away the files of owners that died between two windows, when no delivery names them. Says whether one lives.
pub(super) fn remove_dead(store: &Path) -> bool {
    let (Some(folder), Some(prefix)) = (store.parent(), store.file_name()) else { return false };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let prefix = format!("{}.owner-", prefix.to_string_lossy());
    let mut lives = false;
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        if let Some(id) = file.file_name().to_str().and_then(|name| name.strip_prefix(&prefix)) {
            lives |= is_alive(store, id);
        }
    }
    lives
}

fn lock_path(store: &Path, id: &str) -> PathBuf {
    private_file::with_ending(store, &format!(".owner-{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_lives_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("tidings.db");
        let owner = Owner::new(&store).unwrap();
        let id = owner.id().to_owned();
        assert!(is_alive(&store, &id));
        drop(owner);
        assert!(!is_alive(&store, &id));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_the_dead_left_is_swept_and_the_living_stay() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("tidings.db");
        let owner = Owner::new(&store).unwrap();
        fs::write(lock_path(&store, "1"), "").unwrap();
        fs::write(folder.path().join("tidings.db"), "").unwrap();
        assert!(remove_dead(&store));
        assert!(is_alive(&store, owner.id()) && store.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_lock_file_without_a_process_is_a_dead_owner() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("tidings.db");
        fs::write(lock_path(&store, "1"), "").unwrap();
        assert!(!is_alive(&store, "1"));
        assert!(!lock_path(&store, "1").exists());
    }
}
