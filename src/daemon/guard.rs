//! What speaks against going on: a store that is a copy from before, a clock that was set back.
//!
//! A file beside the store says how many runs there were, and how much was done. It is no part of a backup: a store that
//! knows less than it was put back from one, and would do what was done already. A store without the file is no such
//! store: the file may have been left behind when the project moved, and the next run writes it again.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::store::{self, Pulse, Store};

/// A clock may be set back so far without a word: that is a correction, and no run happens twice by it.
const CORRECTION: TimeDelta = TimeDelta::days(1);

/// What the file beside the store says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// The number of the last run.
    pub run: i64,
    /// What was done so far, counted as [`Pulse::acts`].
    #[serde(default)]
    pub acts: i64,
    /// When that was.
    pub at: DateTime<Utc>,
}

/// Why everything is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// The store is a copy from before.
    Restored(String),
    /// The clock was set back.
    SetBack(String),
}

impl Epoch {
    /// Reads the file beside `store`; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is not what [`Epoch::write`] wrote.
    pub fn read(store: &Path) -> io::Result<Option<Self>> {
        match fs::read_to_string(beside(store)) {
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
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock();
        let (path, mut new) = (beside(store), beside(store).into_os_string());
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

fn beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".epoch");
    PathBuf::from(name)
}

/// Says what speaks against going on at `now`, if anything does. `pulse` is what the store knows of itself.
pub fn judge(epoch: io::Result<Option<Epoch>>, pulse: Option<&Pulse>, now: DateTime<Utc>) -> Option<Hold> {
    let epoch = match epoch {
        Ok(epoch) => epoch,
        Err(error) => {
            return Some(Hold::Restored(format!("the `.epoch` file beside the store is unreadable: {error}")));
        }
    };
    let (run, acts) = pulse.map_or((0, 0), |pulse| (pulse.run, pulse.acts));
    if let Some(epoch) = epoch.as_ref().filter(|epoch| epoch.run > run || epoch.acts > acts) {
        let what = if epoch.run > run {
            format!("it knows of {run} runs, and there were {}", epoch.run)
        } else {
            "it does not know of all that was sent".to_owned()
        };
        return Some(Hold::Restored(format!(
            "the store is older than the `.epoch` file beside it: {what}, the last at {}; was it restored from a backup?",
            epoch.at.format("%Y-%m-%d %H:%M UTC")
        )));
    }
    let latest = pulse.map(|pulse| pulse.beat).max(epoch.map(|epoch| epoch.at))?;
    (latest - now > CORRECTION).then(|| {
        let (now, latest) = (now.format("%Y-%m-%d %H:%M UTC"), latest.format("%Y-%m-%d %H:%M UTC"));
        Hold::SetBack(format!("the clock was set back by more than a day: it is {now}, and it was {latest} before"))
    })
}

/// Writes down beside the store what was done so far, where the file does not know it yet. A file that cannot be
/// written stops nothing: it only guards the store less well.
///
/// # Errors
/// When the store cannot be read.
pub async fn note_epoch(store: &Store, now: DateTime<Utc>) -> Result<(), store::Error> {
    let Some(Pulse { run, acts, .. }) = store.pulse().await? else { return Ok(()) };
    let known = Epoch::read(store.path()).ok().flatten();
    if known.is_some_and(|known| known.run >= run && known.acts >= acts) {
        return Ok(());
    }
    if let Err(error) = (Epoch { run, acts, at: now }).write(store.path()) {
        tracing::warn!(%error, "the `.epoch` file beside the store cannot be written");
    }
    Ok(())
}

impl Hold {
    /// What is said to people.
    pub fn text(&self) -> String {
        let (Self::Restored(why) | Self::SetBack(why)) = self;
        format!(
            "everything is held: {why}\nhint: look at `tidings status`, then `tidings run --resume` goes on from now"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day)
    }

    #[test]
    fn an_old_store_and_a_clock_set_back_hold_and_nothing_else() {
        let epoch = |run, day| Ok(Some(Epoch { run, acts: 5, at: at(day) }));
        let pulse = |run, day| Pulse { beat: at(day), hold: None, run, acts: 5 };
        for (epoch, pulse, now, expect) in [
            (Ok(None), None, 0, None),
            (Ok(None), Some(pulse(7, 0)), 1, None),
            (epoch(7, 0), Some(pulse(7, 0)), 1, None),
            (epoch(6, 0), Some(pulse(7, 0)), 400, None),
            (epoch(8, 0), Some(pulse(7, 0)), 1, Some("restored")),
            (epoch(7, 0), Some(Pulse { acts: 4, ..pulse(7, 0) }), 1, Some("restored")),
            (epoch(7, 0), Some(Pulse { acts: 6, ..pulse(7, 0) }), 1, None),
            (epoch(1, 0), None, 1, Some("restored")),
            (Err(io::Error::other("no")), Some(pulse(7, 0)), 1, Some("restored")),
            (epoch(7, 0), Some(pulse(7, 3)), 2, None),
            (epoch(7, 0), Some(pulse(7, 3)), 1, Some("set back")),
            (epoch(7, 3), Some(pulse(7, 0)), 1, Some("set back")),
        ] {
            let said = judge(epoch, pulse.as_ref(), at(now));
            let kind =
                said.as_ref().map(|hold| if matches!(hold, Hold::Restored(_)) { "restored" } else { "set back" });
            assert_eq!(kind, expect, "{said:?}");
        }
    }

    #[test]
    fn the_file_comes_back_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("tidings.db");
        assert_eq!(Epoch::read(&store).unwrap(), None);
        for run in [1, 2] {
            let epoch = Epoch { run, acts: 2 * run, at: at(run) };
            epoch.write(&store).unwrap();
            assert_eq!(Epoch::read(&store).unwrap(), Some(epoch));
        }
        let path = folder.path().join("tidings.db.epoch");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(&path, "{").unwrap();
        assert!(Epoch::read(&store).is_err());
    }
}
