use super::dkim;
use crate::diagnostic::{Diagnostic, Explain};

/// Why a message cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `publication.from` or `publication.reply_to` is no mailbox.
    #[error("`{0}` is not a mailbox: {1}")]
    Mailbox(String, String),
    /// `smtp.return_path` gives no address.
    #[error("`{0}` is not a return path: {1}")]
    ReturnPath(String, String),
    /// The builder refused.
    #[error("the message cannot be built")]
    Build(#[source] lettre::error::Error),
    /// It cannot be signed.
    #[error(transparent)]
    Sign(#[from] dkim::Error),
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Sign(error) => error.diagnostic(),
            _ => Diagnostic::of_causes(self),
        }
    }
}
