//! How a run over an edition ends.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    deliver::{self, Blame, Rejection},
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
    /// Words in which so many bounced that nobody was suppressed for them, and how many did.
    pub alike: Vec<(String, i64)>,
}

/// Why a run ends before everything was tried.
#[derive(Debug, thiserror::Error)]
pub enum StopReason {
    /// The relay cannot be reached, or will not have us.
    #[error(transparent)]
    Transport(deliver::Error),
    /// The relay refuses the sender, or this mail, for every reader alike: nobody was marked.
    #[error("the relay refuses {}: {}", what_is_refused(.0), .0.reply)]
    Rejected(Rejection),
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
            Self::Rejected(rejection) => rejection.explain(Diagnostic::of_causes(self).hint(ASK)),
            Self::Unmade(error) => error.diagnostic().context(self),
            _ => Diagnostic::of_causes(self),
        }
    }
}

impl StopReason {
    /// Says whether running again later may help without a person mending anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Transport(deliver::Error::Unreachable { .. }) | Self::HangsUp(_) | Self::Asked => true,
            Self::Transport(deliver::Error::Rejected { rejection, .. }) | Self::Rejected(rejection) => {
                rejection.meaning.pause.is_some()
            }
            Self::Transport(deliver::Error::Refused(_)) | Self::Unmade(_) => false,
        }
    }

    /// How long the relay will refuse the rest, where its words say so.
    pub fn pause(&self) -> Option<Duration> {
        match self {
            Self::Transport(deliver::Error::Rejected { rejection, .. }) | Self::Rejected(rejection) => {
                rejection.meaning.pause
            }
            _ => None,
        }
    }

    /// Says whether a person must see to it with the relay.
    pub fn is_for_a_person(&self) -> bool {
        matches!(self, Self::Transport(deliver::Error::Rejected { .. }) | Self::Rejected(_)) && !self.is_temporary()
    }
}

/// What to do where nothing is known of a rejection.
const ASK: &str = "ask the relay's operator; nobody was marked, and the next `send` goes on";

fn what_is_refused(rejection: &Rejection) -> &'static str {
    match rejection.meaning.blame {
        Blame::Us => "this sender",
        Blame::Message => "this mail, whoever it goes to",
        _ => "readers of several domains in the same words, so it is about this sender",
    }
}
