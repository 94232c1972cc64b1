//! What a mail that came back says of a message of ours.

use crate::{deliver::Reply, subscriber::Address, token::Subject};

/// A mail that speaks of a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// What became of a message (RFC 3464).
    Delivery {
        /// The subscriber and the edition's id, or its first digits.
        about: Subject,
        /// What became of it at each address it was passed on to.
        recipients: Vec<Recipient>,
    },
    /// What its reader thinks of a message (RFC 5965).
    Feedback {
        /// The subscriber and the edition's id, or its first digits.
        about: Subject,
        /// What they say.
        kind: Feedback,
    },
    /// A reader's wish to leave a digest.
    Unsubscribe {
        /// The subscriber and the digest; of an answer, the edition's id or its first digits.
        about: Subject,
        /// How it came.
        source: WishSource,
    },
}

/// How a wish to leave came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WishSource {
    /// In the mail that a message's own link writes.
    Link,
    /// In a person's own mail, with a token for leaving.
    Words,
    /// In words that answer a message.
    Reply,
}

/// What a person sees of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The field From as it stands.
    pub from: String,
    /// Where an answer goes, where that can be read.
    pub answer_to: Option<Address>,
    /// The subject, decoded.
    pub subject: String,
    /// The Message-ID, where it is one (RFC 5322 3.6.4).
    pub message_id: Option<String>,
    /// The text for people, or what there is instead.
    pub text: String,
}

/// One address that a report speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// As the report writes it; what we sent it to first, where it says so.
    pub addresses: Vec<String>,
    /// What became of the message there.
    pub fate: Fate,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It went on its way or arrived (`delivered`, `relayed`, `expanded`).
    Arrived,
    /// Not yet, or not this time (`delayed`, 4.x.x): says nothing of the address.
    Delayed(Reply),
    /// Never (`failed`).
    Failed(Reply),
}

/// What a reader says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feedback {
    /// That they never want such mail (`abuse`, `fraud`).
    Complaint,
    /// That they want to leave (`opt-out`).
    OptOut,
}

/// Why a mail changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// Nobody but a person understands it.
    NoReport,
    /// A machine answered: nobody reads that.
    Answer,
    /// It speaks of nothing that asks for anything: feedback such as `not-spam`.
    Idle,
    /// It carries no token of ours, or those of two messages.
    NotOurs,
    /// It speaks of a test, or of a letter that was forwarded: what comes back of that goes on no second round.
    OfNoReader,
}

impl std::fmt::Display for Ignored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoReport => "it is neither a bounce nor a complaint nor an unsubscription",
            Self::Answer => "it is an automatic answer",
            Self::Idle => "its feedback asks for nothing",
            Self::NotOurs | Self::OfNoReader => "it speaks of no message of ours",
        })
    }
}

impl Ignored {
    /// Says whether a person is to see the mail.
    pub fn is_for_a_person(self) -> bool {
        matches!(self, Self::NoReport | Self::NotOurs | Self::OfNoReader)
    }

    /// Says whether it may be sent to one: a letter of ours that came back would come back again.
    pub fn may_go_on(self) -> bool {
        self != Self::OfNoReader
    }
}
