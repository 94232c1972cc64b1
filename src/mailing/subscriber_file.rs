//! A CSV file of subscribers into the store.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use crate::{
    diagnostic::{Diagnostic, Explain, Place},
    store::{self, ImportCounts, Store, SubscriberImport},
    subscriber::{Address, BadRow, Column, ReadOptions, ReadRow, Status, SubscriberFile, SubscriberRow},
};

/// Rows that are read before they go to the store.
const MAX_BATCH: usize = 1_000;

/// So many rows of a file are shown.
const MAX_EXAMPLES: usize = 10;

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
    /// It is not understood as a whole: its header, or what it says of consent.
    #[error("the subscribers file `{}` is not understood", path.display())]
    Unclear {
        /// Which.
        path: PathBuf,
        /// Which row, and why.
        bad: Box<BadRow>,
    },
    /// It lost more than half of its rows since it was last read.
    #[error("the subscribers file `{}` has {now} readable rows and had {before}: nobody is taken off", path.display())]
    Fewer {
        /// Which.
        path: PathBuf,
        /// Subscribers that its last reading brought.
        before: u64,
        /// Readable rows now.
        now: u64,
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
            Self::Unclear { path, bad } => at_line(path, bad.line, bad.why.clone()),
            Self::Fewer { .. } => Diagnostic::of_causes(self).hint("`send --yes-fewer` says that it is meant"),
        }
    }
}

/// Brings the store up to date with `[subscribers] file`: who is not in it any more gets no mail. Gives back what is
/// wrong with its rows, each with its line. A file that lost more than half of its rows changes nothing, unless
/// `may_be_fewer`.
///
/// # Errors
/// When the file cannot be read or understood, or lost so many, or the store cannot be written.
pub async fn sync_subscribers(
    store: &Store,
    path: &Path,
    may_be_fewer: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Diagnostic>, SubscriberFileError> {
    let (sync, before) = (store.next_sync().await?, store.count_synced().await?);
    let mut import = store.begin_import().await?;
    let read = stage_file(&mut import, path, &ReadOptions::default()).await?;
    let staged = import.staged();
    if staged * 2 < before && !may_be_fewer {
        return Err(SubscriberFileError::Fewer { path: path.to_owned(), before, now: staged });
    }
    import.finish(&origin(path, None), Some(sync), now).await?;
    store.unlist_missing(sync).await?;
    let bad = read.bad.into_iter().map(|bad| at_line(path, bad.line, bad.why));
    Ok(bad.chain(read.warnings).collect())
}

/// What an import of a file came to, or would come to.
#[derive(Debug)]
pub struct ImportReport {
    /// The tool that wrote the file.
    pub tool: Option<&'static str>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Rows of each status.
    pub statuses: BTreeMap<Status, u64>,
    /// The first rows.
    pub examples: Vec<SubscriberRow>,
    /// What is wrong with rows that were passed over, each with its line.
    pub bad: Vec<Diagnostic>,
    /// What is wrong with rows that are in all the same.
    pub warnings: Vec<Diagnostic>,
    /// What changed; none for a rehearsal.
    pub counts: Option<ImportCounts>,
}

/// Adds the rows of a CSV file, ours or another tool's; with `dry_run` only says what it would do.
///
/// # Errors
/// When the file cannot be read, or says something of consent that is not understood, or the store cannot be written:
/// then nobody of it is in the store.
pub async fn import_subscribers(
    store: &Store,
    path: &Path,
    options: &ReadOptions,
    dry_run: bool,
    now: DateTime<Utc>,
) -> Result<ImportReport, SubscriberFileError> {
    let mut import = store.begin_import().await?;
    let mut read = stage_file(&mut import, path, options).await?;
    if let Some(at) = read.bad.iter().position(|bad| bad.is_about_consent) {
        return Err(SubscriberFileError::Unclear { path: path.to_owned(), bad: Box::new(read.bad.swap_remove(at)) });
    }
    let counts = if dry_run { None } else { Some(import.finish(&origin(path, read.tool), None, now).await?) };
    Ok(ImportReport {
        tool: read.tool,
        columns: read.columns,
        statuses: read.statuses,
        examples: read.examples,
        bad: read.bad.into_iter().map(|bad| at_line(path, bad.line, bad.why)).collect(),
        warnings: read.warnings,
        counts,
    })
}

/// Where they came from, for who asks later.
fn origin(path: &Path, tool: Option<&str>) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    tool.filter(|tool| *tool != "tidings").map_or_else(|| format!("`{name}`"), |tool| format!("`{name}` of {tool}"))
}

fn at_line(path: &Path, line: u64, why: Diagnostic) -> Diagnostic {
    why.at(Place::line(path.display().to_string(), usize::try_from(line).unwrap_or(usize::MAX)))
}

/// What was read of a file.
struct FileRead {
    tool: Option<&'static str>,
    columns: Vec<Column>,
    statuses: BTreeMap<Status, u64>,
    examples: Vec<SubscriberRow>,
    bad: Vec<BadRow>,
    warnings: Vec<Diagnostic>,
}

/// Puts the rows of a file beside the store.
async fn stage_file(
    import: &mut SubscriberImport,
    path: &Path,
    options: &ReadOptions,
) -> Result<FileRead, SubscriberFileError> {
    let file = File::open(path).map_err(|source| SubscriberFileError::Read { path: path.to_owned(), source })?;
    let unclear = |bad| SubscriberFileError::Unclear { path: path.to_owned(), bad: Box::new(bad) };
    let file = SubscriberFile::open(file, options).map_err(unclear)?;
    let mut read = FileRead {
        tool: file.tool(),
        columns: file.columns(),
        statuses: BTreeMap::new(),
        examples: Vec::new(),
        bad: Vec::new(),
        warnings: Vec::new(),
    };
    let mut batch = Vec::with_capacity(MAX_BATCH);
    let mut seen = SeenAddresses::default();
    for row in file {
        let ReadRow { line, row, warnings } = match row {
            Ok(row) => row,
            Err(bad) => {
                read.bad.push(bad);
                continue;
            }
        };
        if !seen.insert(&row.address) {
            let why = format!("{} stands in an earlier row, which counts", row.address).into();
            read.bad.push(BadRow { line, why, is_about_consent: false });
            // What it says against mail counts too: a list of several files in one, or a row for each list.
            if row.status == Status::Active && row.left.is_empty() {
                continue;
            }
        }
        read.warnings.extend(warnings.into_iter().map(|words| at_line(path, line, words.into())));
        *read.statuses.entry(row.status).or_default() += 1;
        if read.examples.len() < MAX_EXAMPLES {
            read.examples.push(row.clone());
        }
        batch.push(row);
        if batch.len() == MAX_BATCH {
            import.stage(&batch).await?;
            batch.clear();
        }
    }
    import.stage(&batch).await?;
    Ok(read)
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
