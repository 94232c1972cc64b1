//! What became of a hand-over, and what the other side said.

use super::{rejection::Rejection, reply::Reply};
use crate::diagnostic::{Diagnostic, Explain};

/// What became of one hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it on.
    Sent(Reply),
    /// It did not (4yz, 5yz).
    Rejected(Rejection),
    /// There was no way to begin: nothing happened, and it says nothing about the message.
    Unreached(String),
    /// The conversation about this message broke before it was handed over whole: nothing happened, and the
    /// message may be the reason.
    Cut(String),
    /// The message was handed over and the reply never came.
    InDoubt(String),
}

/// Why nothing can be handed over at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The other side cannot be reached now: try later.
    #[error("cannot reach {0}")]
    Unreachable(String, #[source] std::io::Error),
    /// The other side may not be trusted, or lacks what we need: a person must mend it.
    #[error("{0}")]
    Refused(Diagnostic),
    /// The other side will not have us: it said so.
    #[error("{what}: {}", rejection.reply)]
    Rejected {
        /// What it refuses.
        what: String,
        /// The rejection.
        rejection: Rejection,
    },
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Refused(shown) => shown.clone(),
            Self::Rejected { rejection, .. } => rejection.explain(Diagnostic::of_causes(self)),
            // What is known of a broken connection goes along inside of its error.
            Self::Unreachable(_, why) => match why.get_ref().and_then(|inner| inner.downcast_ref::<Diagnostic>()) {
                Some(inner) => inner.clone().context(self),
                None => Diagnostic::of_causes(self),
            },
        }
    }
}
