//! A CSV file of subscribers into the store.

use std::{
    collections::BTreeSet,
    fs::File,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use crate::{
    diagnostic::{Diagnostic, Explain, Place},
    store::{self, Imported, Store},
    subscriber::{self, Address, BadRow},
};

/// Rows that are read before they go to the store.
const BATCH: usize = 1_000;

/// Why a file of subscribers is not in the store.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// The file.
    #[error("cannot read the subscribers file `{}`", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Explain for RosterError {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Store(error) => error.diagnostic(),
            Self::Read { .. } => Diagnostic::of_causes(self),
        }
    }
}

/// Brings the store up to date with `[subscribers] file`: who is not in it any more gets no mail. Gives back its bad
/// rows, each with its line and what is wrong.
///
/// # Errors
/// When the file cannot be read or the store cannot be written.
pub async fn sync(store: &Store, file: &Path, now: DateTime<Utc>) -> Result<Vec<Diagnostic>, RosterError> {
    let sync = store.next_sync().await?;
    let (_, bad) = take_in(store, file, Some(sync), now).await?;
    store.unlist_missing(sync).await?;
    Ok(bad)
}

/// Adds the rows of a CSV file; gives back its bad rows, each with its line and what is wrong.
///
/// # Errors
/// As [`sync`].
pub async fn import(
    store: &Store,
    file: &Path,
    now: DateTime<Utc>,
) -> Result<(Imported, Vec<Diagnostic>), RosterError> {
    take_in(store, file, None, now).await
}

async fn take_in(
    store: &Store,
    path: &Path,
    sync: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(Imported, Vec<Diagnostic>), RosterError> {
    let file = File::open(path).map_err(|source| RosterError::Read { path: path.to_owned(), source })?;
    let mut intake = store.begin_import().await?;
    let (mut bad, mut batch) = (Vec::new(), Vec::with_capacity(BATCH));
    let mut seen = Seen::default();
    for row in subscriber::rows(file) {
        let row = row.and_then(|(line, row)| {
            let why = || BadRow { line, why: format!("{} stands in an earlier row, which counts", row.address).into() };
            if seen.insert(&row.address) { Ok(row) } else { Err(why()) }
        });
        match row {
            Ok(row) => batch.push(row),
            Err(row) => bad.push(
                row.why.at(Place::line(path.display().to_string(), usize::try_from(row.line).unwrap_or(usize::MAX))),
            ),
        }
        if batch.len() == BATCH {
            intake.stage(&batch).await?;
            batch.clear();
        }
    }
    intake.stage(&batch).await?;
    Ok((intake.finish(sync, now).await?, bad))
}

/// The addresses of a file so far: eight octets for each, and no more than those.
#[derive(Default)]
struct Seen {
    /// Sorted.
    settled: Vec<u64>,
    recent: BTreeSet<u64>,
}

impl Seen {
    /// So many are put in order at a time.
    const RECENT: usize = 10_000;

    /// Says whether the address is new, in whatever case it is written.
    fn insert(&mut self, address: &Address) -> bool {
        let mut hasher = DefaultHasher::new();
        address.as_str().to_lowercase().hash(&mut hasher);
        let hash = hasher.finish();
        if self.settled.binary_search(&hash).is_ok() || !self.recent.insert(hash) {
            return false;
        }
        if self.recent.len() == Self::RECENT {
            self.settle();
        }
        true
    }

    /// Merges the recent ones in from behind, so that nothing is held twice.
    fn settle(&mut self) {
        let mut from = self.settled.len();
        self.settled.resize(from + self.recent.len(), 0);
        let mut to = self.settled.len();
        while let Some(hash) = self.recent.pop_last() {
            while from > 0 && self.settled[from - 1] > hash {
                (from, to) = (from - 1, to - 1);
                self.settled[to] = self.settled[from];
            }
            to -= 1;
            self.settled[to] = hash;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_new_once() {
        let address = |number: usize| format!("reader.{}@readers.example", number * 7_919 % 25_000).parse().unwrap();
        let mut seen = Seen::default();
        for number in 0..25_000 {
            assert!(seen.insert(&address(number)), "{number}");
        }
        for number in 0..25_000 {
            assert!(!seen.insert(&address(number)), "{number}");
        }
        assert!(!seen.insert(&"READER.7@readers.example".parse().unwrap()));
    }
}
