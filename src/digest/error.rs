//! Why there is no next edition.

use crate::{
    diagnostic::{Diagnostic, Explain},
    render, store,
};

/// Why there is no next edition to show.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A template.
    #[error(transparent)]
    Render(#[from] render::Error),
    /// No randomness to be had.
    #[error("cannot draw a random edition id: {0}")]
    Random(String),
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Store(error) => error.diagnostic(),
            Self::Render(error) => error.diagnostic(),
            Self::Random(_) => Diagnostic::of_causes(self),
        }
    }
}
