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
    store::{self, ImportCounts, Store},
    subscriber::{self, Address, BadRow},
};

/// Rows that are read before they go to the store.
const MAX_BATCH: usize = 1_000;

/// Why a file of subscribers is not in the store.
#[derive(Debug, thiserror::Error)]
pub enum SubscriberFileError {
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

impl Explain for SubscriberFileError {
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
pub async fn sync_subscribers(
    store: &Store,
    file: &Path,
    now: DateTime<Utc>,
) -> Result<Vec<Diagnostic>, SubscriberFileError> {
    let sync = store.next_sync().await?;
    let (_, bad) = import_file(store, file, Some(sync), now).await?;
    store.unlist_missing(sync).await?;
    Ok(bad)
}

/// Adds the rows of a CSV file; gives back its bad rows, each with its line and what is wrong.
///
/// # Errors
/// As [`sync_subscribers`].
pub async fn import_subscribers(
    store: &Store,
    file: &Path,
    now: DateTime<Utc>,
) -> Result<(ImportCounts, Vec<Diagnostic>), SubscriberFileError> {
    import_file(store, file, None, now).await
}

async fn import_file(
    store: &Store,
    path: &Path,
    sync: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(ImportCounts, Vec<Diagnostic>), SubscriberFileError> {
    let file = File::open(path).map_err(|source| SubscriberFileError::Read { path: path.to_owned(), source })?;
    let mut import = store.begin_import().await?;
    let (mut bad, mut batch) = (Vec::new(), Vec::with_capacity(MAX_BATCH));
    let mut seen = SeenAddresses::default();
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
        if batch.len() == MAX_BATCH {
            import.stage(&batch).await?;
            batch.clear();
        }
    }
    import.stage(&batch).await?;
    Ok((import.finish(sync, now).await?, bad))
}

/// The addresses of a file so far: eight octets for each, and no more than those.
#[derive(Default)]
struct SeenAddresses {
    /// Sorted.
    settled: Vec<u64>,
    recent: BTreeSet<u64>,
}

impl SeenAddresses {
    /// So many are put in order at a time.
    const MAX_RECENT: usize = 10_000;

    /// Says whether the address is new, in whatever case it is written.
    fn insert(&mut self, address: &Address) -> bool {
        let mut hasher = DefaultHasher::new();
        address.as_str().to_lowercase().hash(&mut hasher);
        let hash = hasher.finish();
        if self.settled.binary_search(&hash).is_ok() || !self.recent.insert(hash) {
            return false;
        }
        if self.recent.len() == Self::MAX_RECENT {
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
        let mut seen = SeenAddresses::default();
        for number in 0..25_000 {
            assert!(seen.insert(&address(number)), "{number}");
        }
        for number in 0..25_000 {
            assert!(!seen.insert(&address(number)), "{number}");
        }
        assert!(!seen.insert(&"READER.7@readers.example".parse().unwrap()));
    }
}
