//! A relay and the connection to it, over which one message after the other goes.

use std::sync::Arc;

use crate::{
    deliver::{
        destination::{Relay, Tls},
        outcome::{Error, Outcome},
    },
    diagnostic::Diagnostic,
    message::Message,
};

use super::{
    deadlines::Deadlines,
    greet::{self, Ready},
    tls,
};

/// A relay and the connection to it.
///
/// The connection is taken out for each conversation and put back only where the next one can begin, so that
/// a conversation that was cut off, by whatever, is never gone on with.
#[derive(Debug)]
pub struct Session {
    pub(super) relay: Relay,
    pub(super) deadlines: Deadlines,
    pub(super) tls_config: Option<Arc<rustls::ClientConfig>>,
    pub(super) ready: Option<Ready>,
    pub(super) message_cap: MessageCap,
    pub(super) overlap: Overlap,
}

impl Session {
    /// Connects, encrypts and logs in. `cap` is how many messages the relay is known to take over one connection.
    ///
    /// # Errors
    /// When the relay cannot be reached, is not to be trusted, or refuses us.
    pub async fn open(relay: &Relay, deadlines: Deadlines, cap: Option<u64>) -> Result<Self, Error> {
        if relay.tls == Tls::None && relay.credentials.is_some() {
            return Err(Error::Refused(
                Diagnostic::new("a password is never sent in clear")
                    .hint("`smtp.tls` is `none`; encrypt, or leave out `smtp.username`"),
            ));
        }
        let tls_config = match relay.tls {
            Tls::None => None,
            Tls::Required | Tls::Implicit => Some(tls::client_config(relay.tls_ca.as_deref(), "smtp.tls_ca")?),
        };
        let ready = Some(greet::greet(relay, &deadlines, tls_config.as_ref()).await?);
        let (message_cap, overlap) = (MessageCap::new(cap), Overlap::default());
        Ok(Self { relay: relay.clone(), deadlines, tls_config, ready, message_cap, overlap })
    }

    /// Hands over one message. Where [`can_pipeline`](Self::can_pipeline) says so, the envelope of `next` goes with it:
    /// then `next` is the message to deliver after this one, or the connection is given up.
    ///
    /// A connection that ended while it lay idle shows only when it is used: where nothing but the envelope was
    /// written and none of it answered, a new one is opened, once.
    pub async fn deliver(&mut self, message: &Message, next: Option<&Message>) -> Outcome {
        let is_other = |ready: &Ready| ready.ahead.as_ref().is_some_and(|id| *id != message.message_id);
        if self.ready.as_ref().is_some_and(is_other) {
            self.ready = None;
        } else if self.is_full() {
            self.leave().await;
        }
        let is_kept = self.ready.is_some();
        match self.converse(message, next).await {
            Err(_) if is_kept => self.converse(message, next).await.unwrap_or_else(|why| Outcome::Cut(why.to_string())),
            Err(why) => Outcome::Cut(why.to_string()),
            Ok(outcome) => outcome,
        }
    }

    /// Says whether the next message's envelope can go with the coming message: one round trip a message, where the
    /// server has shown that it takes groups of commands.
    pub fn can_pipeline(&self) -> bool {
        self.ready.as_ref().is_some_and(|ready| self.can_overlap(ready))
    }

    pub(super) fn can_overlap(&self, ready: &Ready) -> bool {
        let after_this_one = ready.accepted + 1;
        ready.features.pipelining
            && ready.accepted > 0
            && self.overlap != Overlap::Fails
            && self.message_cap.messages.is_none_or(|cap| after_this_one < cap)
    }

    /// Says whether there is a connection that the next conversation can begin on.
    pub fn is_open(&self) -> bool {
        self.ready.is_some()
    }

    /// How many messages the relay takes over one connection, where it has shown that.
    pub fn max_messages(&self) -> Option<u64> {
        self.message_cap.messages
    }

    /// Says QUIT, unless the server waits for a message.
    pub async fn close(mut self) {
        self.leave().await;
    }

    fn is_full(&self) -> bool {
        let accepted = self.ready.as_ref().map_or(0, |ready| ready.accepted);
        self.message_cap.messages.is_some_and(|cap| accepted >= cap)
    }

    async fn leave(&mut self) {
        if let Some(mut ready) = self.ready.take().filter(|ready| ready.ahead.is_none()) {
            let _ = ready.wire.command("QUIT\r\n", self.deadlines.quit).await;
            ready.wire.close(self.deadlines.quit).await;
        }
    }
}

/// How many messages the server takes over one connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct MessageCap {
    /// It ends a connection after so many.
    pub(super) messages: Option<u64>,
    /// So many it had taken when it last ended one.
    ended_after: Option<u64>,
}

impl MessageCap {
    pub(super) fn new(messages: Option<u64>) -> Self {
        Self { messages, ended_after: None }
    }

    /// Records that the server ended a connection over which it had accepted so many messages. Twice the same number
    /// is a cap; once may be a server that was tired of waiting.
    pub(super) fn record_end(&mut self, accepted: u64) {
        if accepted > 0 && self.ended_after.replace(accepted) == Some(accepted) {
            self.messages = Some(accepted);
        }
    }
}

/// Whether the server takes the next envelope in the same write as a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Overlap {
    /// Nobody knows.
    #[default]
    Untried,
    /// It has answered one.
    Works,
    /// It lost one.
    Fails,
}

impl Overlap {
    pub(super) fn is_proven(self) -> bool {
        self == Self::Works
    }

    pub(super) fn works(&mut self) {
        *self = Self::Works;
    }

    pub(super) fn fails(&mut self) {
        *self = Self::Fails;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_seen_twice() {
        let mut message_cap = MessageCap::default();
        for (accepted, cap) in [(0, None), (7, None), (100, None), (0, None), (100, Some(100)), (3, Some(100))] {
            message_cap.record_end(accepted);
            assert_eq!(message_cap.messages, cap, "{accepted}");
        }
    }
}
