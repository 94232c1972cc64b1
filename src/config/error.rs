//! Why there is no config.

use std::path::PathBuf;

use super::secret;
use crate::diagnostic::{Diagnostic, Explain};

/// Why there is no config.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no file.
    #[error("no config at `{}`", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("cannot read `{}`", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// Something in it is wrong.
    #[error("{0}")]
    Wrong(Diagnostic),
    /// The password cannot be had.
    #[error(transparent)]
    Secret(#[from] secret::Error),
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Missing(_) => Diagnostic::of_causes(self)
                .hint("`tidings init` makes a working project; `--config FILE` names another file"),
            Self::Wrong(shown) => shown.clone(),
            Self::Secret(error) => error.diagnostic(),
            Self::Unreadable(..) => Diagnostic::of_causes(self),
        }
    }
}
