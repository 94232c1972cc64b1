//! A few letters to people who run the publication, handed over one after the other.

use crate::{
    deliver::{self, Destination, Outcome, Transport},
    diagnostic::error_report,
    message::Message,
    subscriber::mask,
};

/// Why a letter did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// What the other side said, or why it could not be asked; addresses are masked.
    pub why: String,
    /// Whether it is of no use to try again before a person mends something.
    pub lasts: bool,
}

/// Hands over these messages in their order, over one connection; the first that does not leave ends it.
///
/// # Errors
/// Why one of them did not leave. Without an answer it may have left all the same: another try may bring it twice.
pub async fn hand_over(destination: &Destination, messages: &[Message]) -> Result<(), Unsent> {
    let mut transport = Transport::open(destination, None).await.map_err(|error| Unsent {
        why: error_report(&error),
        lasts: !matches!(error, deliver::Error::Unreachable { .. }),
    })?;
    for message in messages {
        let (why, lasts) = match transport.deliver(message, None).await {
            Outcome::Sent(_) => continue,
            Outcome::Bounced(reply) | Outcome::Refused(reply) => (reply.to_string(), true),
            Outcome::Deferred(reply) => (reply.to_string(), false),
            Outcome::Unreached(words) | Outcome::Cut(words) | Outcome::InDoubt(words) => (words, false),
        };
        transport.close().await;
        return Err(Unsent { why: mask(&why), lasts });
    }
    transport.close().await;
    Ok(())
}
