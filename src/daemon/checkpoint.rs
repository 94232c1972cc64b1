//! The checkpoint: a file beside the store that says how many runs there were, and how much was done.
//!
//! It is no part of a backup: a store that knows less than it was put back from one, and would do what was done already.
//! A store without the file is no such store: the file may have been left behind when the project moved, and the next
//! run writes it again.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::store::{self, Heartbeat, Store};

/// What the file beside the store says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The number of the last run.
    pub run: i64,
    /// What was done so far, counted as [`Heartbeat::generation`].
    #[serde(default, rename = "acts")]
    pub generation: i64,
    /// When that was.
    pub at: DateTime<Utc>,
}

impl Checkpoint {
    /// Reads the file beside `store`; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is not what [`Checkpoint::write`] wrote.
    pub fn read(store: &Path) -> io::Result<Option<Self>> {
        match fs::read_to_string(path_beside(store)) {
            Ok(text) => Ok(Some(serde_json::from_str(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the file beside `store`, whole or not at all, for nobody else to read.
    ///
    /// # Errors
    /// When it cannot be written; the one before is left as it was.
    pub fn write(&self, store: &Path) -> io::Result<()> {
        // Jobs that end at the same time share the name of the new file.
        static WRITING: Mutex<()> = Mutex::new(());
        let _lock = WRITING.lock();
        let (path, mut new) = (path_beside(store), path_beside(store).into_os_string());
        new.push(format!(".{}", std::process::id()));
        let new = PathBuf::from(new);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        let written = serde_json::to_writer(&mut file, self)
            .map_err(io::Error::from)
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&new, path));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written
    }
}

fn path_beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".epoch");
    PathBuf::from(name)
}

/// Writes down beside the store what was done so far, where the file does not know it yet. A file that cannot be
/// written stops nothing: it only guards the store less well.
///
/// # Errors
/// When the store cannot be read.
pub async fn update_checkpoint(store: &Store, now: DateTime<Utc>) -> Result<(), store::Error> {
    let known = Checkpoint::read(store.path()).ok().flatten();
    let heartbeat = store.heartbeat().await?;
    let (run, generation) = known.map_or((0, 0), |known| (known.run, known.generation));
    if run < heartbeat.last_run || generation < heartbeat.generation {
        write_checkpoint(store, &heartbeat, now);
    }
    Ok(())
}

/// Writes what the store knows of itself into the file.
pub(super) fn write_checkpoint(store: &Store, heartbeat: &Heartbeat, now: DateTime<Utc>) {
    let checkpoint = Checkpoint { run: heartbeat.last_run, generation: heartbeat.generation, at: now };
    if let Err(error) = checkpoint.write(store.path()) {
        tracing::warn!(%error, "the `.epoch` file beside the store cannot be written");
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_file_comes_back_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("tidings.db");
        assert_eq!(Checkpoint::read(&store).unwrap(), None);
        for run in [1, 2] {
            let checkpoint = Checkpoint { run, generation: 2 * run, at: DateTime::UNIX_EPOCH + TimeDelta::days(run) };
            checkpoint.write(&store).unwrap();
            assert_eq!(Checkpoint::read(&store).unwrap(), Some(checkpoint));
        }
        let path = folder.path().join("tidings.db.epoch");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(&path, "{").unwrap();
        assert!(Checkpoint::read(&store).is_err());
    }
}
