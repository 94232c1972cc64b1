use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Explain};

/// Why an edition cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template cannot be parsed or run; the text says in which file, line and column.
    #[error("{0}")]
    Template(Diagnostic),
    /// A template that stands in the config cannot be parsed or run; the text says under which key.
    #[error("{0}")]
    Key(Diagnostic),
    /// A template or its folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Template(shown) | Self::Key(shown) => shown.clone(),
            Self::Read { .. } => Diagnostic::of_causes(self),
        }
    }
}
