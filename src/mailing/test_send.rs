//! An edition to a few addresses, to be looked at; consumes nothing.

use serde::Serialize;

use crate::{
    deliver::{self, Blame, Destination, Outcome, Transport},
    diagnostic::{Diagnostic, Explain},
    edition::Edition,
    message::{self, Occasion, Sender},
    render::Variants,
    store::{self, Store},
    subscriber::{Address, Subscriber},
};

/// What became of one test message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestResult {
    /// Where it went.
    pub email: String,
    /// How that ended.
    pub outcome: TestOutcome,
    /// What the other side said, where it did not simply take it.
    pub reply: Option<String>,
}

/// How handing over a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TestOutcome {
    /// Taken on.
    #[serde(rename = "sent")]
    Sent,
    /// Not now.
    #[serde(rename = "deferred")]
    Deferred,
    /// It never got that far.
    #[serde(rename = "not sent")]
    NotSent,
    /// Never.
    #[serde(rename = "bounced")]
    Bounced,
    /// The relay refuses us.
    #[serde(rename = "refused")]
    Refused,
    /// The reply never came.
    #[serde(rename = "in doubt")]
    InDoubt,
}

impl TestOutcome {
    /// The word for it in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::NotSent => "not sent",
            Self::Bounced => "bounced",
            Self::Refused => "refused",
            Self::InDoubt => "in doubt",
        }
    }
}

/// Why no test can be sent.
#[derive(Debug, thiserror::Error)]
pub enum TestSendError {
    /// The relay.
    #[error(transparent)]
    Deliver(#[from] deliver::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The message.
    #[error(transparent)]
    Message(#[from] message::Error),
}

impl Explain for TestSendError {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Deliver(error) => error.diagnostic(),
            Self::Store(error) => error.diagnostic(),
            Self::Message(error) => error.diagnostic(),
        }
    }
}

/// Who an address is: the subscriber of the store, or a stranger.
///
/// # Errors
/// When the store cannot be read.
pub async fn subscriber_or_stranger(store: &Store, address: &Address) -> Result<Subscriber, store::Error> {
    Ok(store.subscriber(address).await?.unwrap_or_else(|| Subscriber::stranger(address.clone())))
}

/// Hands an edition over to each of `addresses`, subscribers or not; each sees the variant of their language.
///
/// `nonce` tells these messages from all others: the present in milliseconds.
///
/// # Errors
/// When the relay cannot be reached, the store cannot be read, or a message cannot be made.
pub async fn send_test(
    store: &Store,
    (edition, variants): (&Edition, &Variants),
    sender: &Sender,
    destination: &Destination,
    addresses: &[Address],
    nonce: u64,
) -> Result<Vec<TestResult>, TestSendError> {
    let mut tested = Vec::new();
    let mut transport = Transport::open(destination, None).await?;
    for (number, address) in (1..).zip(addresses) {
        let reader = subscriber_or_stranger(store, address).await?;
        let parts = variants.of(reader.language.as_deref());
        let message = message::fill_once(edition, parts, &reader, sender, Occasion::Sample(nonce + number))?;
        let (outcome, reply) = match transport.deliver(&message, None).await {
            Outcome::Sent(_) => (TestOutcome::Sent, None),
            Outcome::Unreached(words) | Outcome::Cut(words) => (TestOutcome::NotSent, Some(words)),
            Outcome::Rejected(rejection) => {
                let outcome = match rejection.meaning.blame {
                    Blame::Us => TestOutcome::Refused,
                    Blame::Mailbox | Blame::Peer => TestOutcome::Deferred,
                    _ if rejection.is_for_now() => TestOutcome::Deferred,
                    _ => TestOutcome::Bounced,
                };
                (outcome, Some(rejection.reply.to_string()))
            }
            Outcome::InDoubt(words) => (TestOutcome::InDoubt, Some(words)),
        };
        tested.push(TestResult { email: address.to_string(), outcome, reply });
    }
    transport.close().await;
    Ok(tested)
}
