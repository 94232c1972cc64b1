//! Why the store does not do what it should.

use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Explain};

/// What is behind an error: the database's own, or that of a parser.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why the store does not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be made, read or written.
    #[error("cannot open the store `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another program keeps it locked.
    #[error("the store `{}` is locked by another program", .0.display())]
    Locked(PathBuf),
    /// A file cannot be a copy of the store, or take one.
    #[error("`{}` cannot be used: {_1}", .0.display())]
    Copy(PathBuf, String),
    /// Another `send` froze this number first.
    #[error("another `send` froze edition {0} first")]
    Overtaken(i64),
    /// There is no room for it, or the disk fails.
    #[error("the store cannot be written: the disk is full, or fails")]
    Disk(#[source] Source),
    /// SQLite refused: read-only, damaged.
    #[error("the store failed")]
    Sql(#[source] Source),
    /// Its tables are newer than this program, or damaged.
    #[error("the store's tables do not fit this version of tidings")]
    Migrate(#[source] Source),
    /// Something in it cannot be read back.
    #[error("the store holds something unreadable in {place}")]
    Corrupt {
        /// The table.
        place: &'static str,
        /// Why.
        #[source]
        source: Source,
    },
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        let shown = Diagnostic::of_causes(self);
        match self {
            Self::Locked(_) => shown.hint("wait for it to finish, then run again"),
            Self::Copy(..) => shown.hint("`tidings backup FILE` makes a copy of the store"),
            Self::Disk(_) => shown.hint("make room, then run again"),
            _ => shown,
        }
    }
}

impl Error {
    /// Says whether another program has the store, so that trying again later may do.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked(_))
    }
}
