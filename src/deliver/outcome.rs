//! What became of a hand-over, and what the other side said.

use crate::diagnostic::{Diagnostic, Explain};

/// What became of one hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side took it on.
    Sent(Reply),
    /// Not now (4yz): later.
    Deferred(Reply),
    /// Never (5yz).
    Bounced(Reply),
    /// There was no way to begin: nothing happened, and it says nothing about the message.
    Unreached(String),
    /// The conversation about this message broke before it was handed over whole: nothing happened, and the
    /// message may be the reason.
    Cut(String),
    /// The message was handed over and the reply never came.
    InDoubt(String),
    /// The other side refuses *us*: nothing is wrong with the recipient, and the run must stop.
    Refused(Reply),
}

/// What the other side said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// The three digits (RFC 5321 4.2); 0 where there was no SMTP.
    pub code: u16,
    /// Class, subject, detail (RFC 3463), where given.
    pub enhanced: Option<(u8, u16, u16)>,
    /// Its words, one line, to_printable.
    pub text: String,
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.code > 0 {
            write!(f, "{} ", self.code)?;
        }
        if let Some((class, subject, detail)) = self.enhanced {
            write!(f, "{class}.{subject}.{detail} ")?;
        }
        f.write_str(&self.text)
    }
}

/// Why nothing can be handed over at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The other side cannot be reached now: try later.
    #[error("cannot reach {0}")]
    Unreachable(String, #[source] std::io::Error),
    /// The other side will not have us, or may not be trusted: a person must mend it.
    #[error("{0}")]
    Refused(Diagnostic),
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Refused(shown) => shown.clone(),
            // What is known of a broken connection goes along inside of its error.
            Self::Unreachable(_, why) => match why.get_ref().and_then(|inner| inner.downcast_ref::<Diagnostic>()) {
                Some(inner) => inner.clone().context(self),
                None => Diagnostic::of_causes(self),
            },
        }
    }
}
