//! Mails to the people who run the publication, handed over one after the other.

use crate::{
    deliver::{self, Destination, Outcome, Transport},
    diagnostic::error_report,
    message::Message,
    subscriber::mask,
};

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// What the other side said, or why it could not be asked; addresses are masked.
    pub why: String,
    /// Whether it is of no use to try again before a person mends something.
    pub is_permanent: bool,
}

/// Hands over these messages in their order, over one connection; the first that does not leave ends it.
///
/// # Errors
/// Why one of them did not leave. Without an answer it may have left all the same: another try may bring it twice.
pub async fn send_to_operators(destination: &Destination, messages: &[Message]) -> Result<(), NotSent> {
    let mut transport = Transport::open(destination, None).await.map_err(|error| NotSent {
        why: error_report(&error),
        is_permanent: !matches!(error, deliver::Error::Unreachable { .. }),
    })?;
    for message in messages {
        let (why, is_permanent) = match transport.deliver(message, None).await {
            Outcome::Sent(_) => continue,
            Outcome::Rejected(rejection) => (rejection.reply.to_string(), !rejection.is_for_now()),
            Outcome::Unreached(words) | Outcome::Cut(words) | Outcome::InDoubt(words) => (words, false),
        };
        transport.close().await;
        return Err(NotSent { why: mask(&why), is_permanent });
    }
    transport.close().await;
    Ok(())
}
