//! Our own SMTP client: the only place that speaks it (RFC 5321).
//!
//! We drive MAIL, RCPT and DATA ourselves, because only then do we know, when something breaks, whether the
//! other side can have the message.

mod auth;
mod connection;
mod conversation;
mod dots;
mod greet;
mod learnt;
pub(super) mod reply;
mod tls;

use std::{sync::Arc, time::Duration};

use greet::Ready;
use learnt::{Caps, Overlap};

use super::{Error, Outcome, Relay, Tls};
use crate::{diagnostic::Diagnostic, message::Message};

/// How long each phase may take (RFC 5321 4.5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Finding the address and opening the connection.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// The first reply.
    pub greeting: Duration,
    /// A command and its reply.
    pub command: Duration,
    /// The reply to the first MAIL that went ahead, in the same write as the message before.
    pub ahead: Duration,
    /// DATA and its reply.
    pub data: Duration,
    /// Each piece of the message.
    pub block: Duration,
    /// The reply to the whole message: a server that scans takes its time, and giving up makes a double.
    pub end: Duration,
    /// Taking leave.
    pub quit: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(30),
            tls: seconds(60),
            greeting: seconds(300),
            command: seconds(300),
            ahead: seconds(30),
            data: seconds(120),
            block: seconds(180),
            end: seconds(600),
            quit: seconds(5),
        }
    }
}

/// A relay and the connection to it.
///
/// The connection is taken out for each conversation and put back only where the next one can begin, so that
/// a conversation that was cut off, by whatever, is never gone on with.
#[derive(Debug)]
pub struct Session {
    relay: Relay,
    deadlines: Deadlines,
    trust: Option<Arc<rustls::ClientConfig>>,
    ready: Option<Ready>,
    caps: Caps,
    overlap: Overlap,
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
        let trust = match relay.tls {
            Tls::None => None,
            Tls::Required | Tls::Implicit => Some(tls::trust(relay.tls_ca.as_deref())?),
        };
        let ready = Some(greet::greet(relay, &deadlines, trust.as_ref()).await?);
        let (caps, overlap) = (Caps::new(cap), Overlap::default());
        Ok(Self { relay: relay.clone(), deadlines, trust, ready, caps, overlap })
    }

    /// Hands over one message. Where [`takes_next`](Self::takes_next) says so, the envelope of `next` goes with it:
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
    pub fn takes_next(&self) -> bool {
        self.ready.as_ref().is_some_and(|ready| self.can_overlap(ready))
    }

    fn can_overlap(&self, ready: &Ready) -> bool {
        let after_this_one = ready.accepted + 1;
        ready.features.pipelining
            && ready.accepted > 0
            && self.overlap != Overlap::Fails
            && self.caps.messages.is_none_or(|cap| after_this_one < cap)
    }

    /// Says whether there is a connection that the next conversation can begin on.
    pub fn is_open(&self) -> bool {
        self.ready.is_some()
    }

    /// How many messages the relay takes over one connection, where it has shown that.
    pub fn cap(&self) -> Option<u64> {
        self.caps.messages
    }

    /// Says QUIT, unless the server waits for a message.
    pub async fn close(mut self) {
        self.leave().await;
    }

    fn is_full(&self) -> bool {
        let accepted = self.ready.as_ref().map_or(0, |ready| ready.accepted);
        self.caps.messages.is_some_and(|cap| accepted >= cap)
    }

    async fn leave(&mut self) {
        if let Some(mut ready) = self.ready.take().filter(|ready| ready.ahead.is_none()) {
            let _ = ready.wire.command("QUIT\r\n", self.deadlines.quit).await;
            ready.wire.close(self.deadlines.quit).await;
        }
    }
}

#[cfg(test)]
mod tests;
