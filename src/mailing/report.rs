//! How a run over an edition ends.

use chrono::{DateTime, Utc};

use crate::{
    deliver::{self, Reply},
    diagnostic::{Diagnostic, Explain},
    message,
    store::DeliveryCounts,
};

/// How a run over an edition ended.
#[derive(Debug)]
pub struct SendReport {
    /// What became of the deliveries.
    pub counts: DeliveryCounts,
    /// Why it ended before its time.
    pub stopped: Option<StopReason>,
    /// When the next delivery is due, where some are left for later.
    pub next: Option<DateTime<Utc>>,
}

/// Why a run ends before everything was tried.
#[derive(Debug, thiserror::Error)]
pub enum StopReason {
    /// The relay cannot be reached, or will not have us.
    #[error(transparent)]
    Transport(deliver::Error),
    /// The relay refuses *us* (530, 535, the policy replies of RFC 7372): nobody was marked.
    #[error("the relay refuses this sender: {0}")]
    Refused(Reply),
    /// The relay keeps hanging up, or the disk is full.
    #[error("nothing gets through: {0}")]
    HangsUp(String),
    /// The messages cannot be made: nobody was marked.
    #[error("the messages cannot be made")]
    Unmade(#[source] message::Error),
    /// Somebody asked for it.
    #[error("interrupted")]
    Asked,
}

impl Explain for StopReason {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Transport(error) => error.diagnostic(),
            Self::Refused(reply) => Diagnostic::of_causes(self).hint(hint_for(reply)),
            Self::Unmade(error) => error.diagnostic().context(self),
            _ => Diagnostic::of_causes(self),
        }
    }
}

impl StopReason {
    /// Says whether running again later may help without a person mending anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Transport(error) => matches!(error, deliver::Error::Unreachable { .. }),
            Self::HangsUp(_) | Self::Asked => true,
            Self::Refused(_) | Self::Unmade(_) => false,
        }
    }
}

/// What to mend when a relay refuses the sender (RFC 3463, RFC 7372, Microsoft's 5.7.515).
fn hint_for(reply: &Reply) -> &'static str {
    match (reply.code, reply.enhanced) {
        (530 | 535, _) => "check `smtp.username` and the password",
        (_, Some((_, 7, 25))) => "the sending address needs a PTR record that leads back to it",
        (_, Some((_, 7, 23 | 24 | 27))) => "publish an SPF record that names the relay",
        (_, Some((_, 7, 20..=22 | 30))) => "sign with `[[dkim]]` or let the relay sign, and publish the key",
        (_, Some((_, 7, 29))) => "the relay must use TLS towards the receiver",
        (_, Some((_, 7, 26 | 515))) => "publish SPF, DKIM and DMARC for the From domain",
        (_, Some((5, 3, 4))) => "take fewer posts or smaller pictures, or raise the relay's limit",
        (0, _) => "run the program of `smtp.url` by hand; nobody was marked, and the next `send` goes on",
        _ => "ask the relay's operator; nobody was marked, and the next `send` goes on",
    }
}
