//! Our own SMTP client: the only place that speaks it (RFC 5321).
//!
//! We drive MAIL, RCPT and DATA ourselves, because only then do we know, when something breaks, whether the
//! other side can have the message.

mod auth;
mod connection;
mod dots;
mod greet;
pub(super) mod reply;
mod tls;

use std::{sync::Arc, time::Duration};

use connection::{Broken, Torn};
use greet::Ready;
use reply::verdict;

use super::{Error, Outcome, Relay, Reply, Tls};
use crate::message::Message;

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
    /// Messages accepted over this connection.
    accepted: u64,
}

impl Session {
    /// Connects, encrypts and logs in.
    ///
    /// # Errors
    /// When the relay cannot be reached, is not to be trusted, or refuses us.
    pub async fn open(relay: &Relay, deadlines: Deadlines) -> Result<Self, Error> {
        if relay.tls == Tls::None && relay.credentials.is_some() {
            return Err(Error::Refused(
                "a password is never sent in clear\nhint: `smtp.tls` is `none`; encrypt, or leave out `smtp.username`"
                    .to_owned(),
            ));
        }
        let trust = match relay.tls {
            Tls::None => None,
            Tls::Required | Tls::Implicit => Some(tls::trust(relay.tls_ca.as_deref())?),
        };
        let ready = greet::greet(relay, &deadlines, trust.as_ref()).await?;
        Ok(Self { relay: relay.clone(), deadlines, trust, ready: Some(ready), accepted: 0 })
    }

    /// Hands over one message.
    ///
    /// A connection that ended while it lay idle shows only when it is used: where nothing but MAIL was
    /// written, a new one is opened, once.
    pub async fn deliver(&mut self, message: &Message) -> Outcome {
        let is_kept = self.ready.is_some();
        match self.converse(message).await {
            Err(_) if is_kept => self.converse(message).await.unwrap_or_else(|why| Outcome::Cut(why.to_string())),
            Err(why) => Outcome::Cut(why.to_string()),
            Ok(outcome) => outcome,
        }
    }

    /// Says whether there is a connection that the next conversation can begin on.
    pub(super) fn is_open(&self) -> bool {
        self.ready.is_some()
    }

    /// Says QUIT.
    pub async fn close(mut self) {
        if let Some(mut ready) = self.ready.take() {
            let _ = ready.wire.command("QUIT\r\n", self.deadlines.quit).await;
            ready.wire.close(self.deadlines.quit).await;
        }
    }

    /// One conversation about one message. Fails only where MAIL was never answered.
    async fn converse(&mut self, message: &Message) -> Result<Outcome, Broken> {
        let mut ready = match self.ready.take() {
            Some(ready) => ready,
            None => match greet::greet(&self.relay, &self.deadlines, self.trust.as_ref()).await {
                Ok(ready) => {
                    self.accepted = 0;
                    ready
                }
                Err(Error::Refused(text)) => return Ok(Outcome::Refused(Reply { text, ..Reply::default() })),
                Err(Error::Unreachable(what, why)) => {
                    return Ok(Outcome::Unreached(format!("cannot reach {what}: {why}")));
                }
            },
        };
        if let Some(outcome) = beyond_the_server(&ready, message) {
            self.ready = Some(ready);
            return Ok(outcome);
        }
        for step in [Step::Mail, Step::Rcpt, Step::Data] {
            let deadline = if step == Step::Data { self.deadlines.data } else { self.deadlines.command };
            let reply = match ready.wire.command(&step.command(&ready, message), deadline).await {
                Ok(reply) => reply,
                Err(Broken::Late) => return Ok(Outcome::Cut(Broken::Late.to_string())),
                Err(why) if step == Step::Mail => return Err(why),
                Err(why) => return Ok(Outcome::Cut(why.to_string())),
            };
            match reply.code {
                354 if step == Step::Data => {}
                200..=299 if step != Step::Data => {}
                // Many servers close an idle connection, or one that carried enough, with these words.
                421 if step == Step::Mail && self.accepted > 0 => return Err(Broken::Lost(closing(&reply))),
                421 => return Ok(Outcome::Deferred(reply)),
                400.. => {
                    self.ready = if step == Step::Mail { Some(ready) } else { self.reset(ready).await };
                    return Ok(verdict(reply));
                }
                code => return Ok(Outcome::Cut(format!("the server answered {} with {code}", step.name()))),
            }
        }
        Ok(self.hand_over(ready, message).await)
    }

    /// The message itself, after 354: from its last octet on, silence means doubt.
    async fn hand_over(&mut self, mut ready: Ready, message: &Message) -> Outcome {
        if ready.wire.has_unread() {
            return Outcome::Cut(Broken::Garbage("it spoke out of turn").to_string());
        }
        match ready.wire.send_message(&dots::stuff(&message.octets), self.deadlines.block).await {
            Ok(()) => {}
            Err(Torn::AtTheEnd(why)) => return Outcome::InDoubt(why.to_string()),
            Err(Torn::BeforeTheEnd(why)) => {
                // A server that has had enough says why before it closes.
                return match ready.wire.reply(self.deadlines.quit).await {
                    Ok(reply) if reply.code >= 400 => verdict(reply),
                    _ => Outcome::Cut(why.to_string()),
                };
            }
        }
        match ready.wire.reply(self.deadlines.end).await {
            Err(why) => Outcome::InDoubt(why.to_string()),
            Ok(reply) if reply.code < 300 => {
                self.accepted += 1;
                self.ready = Some(ready);
                Outcome::Sent(reply)
            }
            Ok(reply) if reply.code < 400 => {
                Outcome::InDoubt(format!("the server answered the message with {}", reply.code))
            }
            Ok(reply) if reply.code == 421 => Outcome::Deferred(reply),
            Ok(reply) => {
                self.ready = Some(ready);
                verdict(reply)
            }
        }
    }

    /// Drops the refused envelope and gives back a connection that is fit for the next one.
    async fn reset(&self, mut ready: Ready) -> Option<Ready> {
        let reply = ready.wire.command("RSET\r\n", self.deadlines.command).await.ok()?;
        (200..300).contains(&reply.code).then_some(ready)
    }
}

/// What this server cannot take, told without asking it.
fn beyond_the_server(ready: &Ready, message: &Message) -> Option<Outcome> {
    let size = u64::try_from(message.octets.len()).unwrap_or(u64::MAX);
    if let Some(most) = ready.features.size.filter(|most| *most > 0 && *most < size) {
        let text = format!("the message has {size} octets, the server takes {most}");
        return Some(Outcome::Refused(Reply { code: 552, enhanced: Some((5, 3, 4)), text }));
    }
    if message.needs_smtputf8 && !ready.features.smtputf8 {
        let text = "the address needs SMTPUTF8, which the server does not offer".to_owned();
        return Some(Outcome::Bounced(Reply { code: 553, enhanced: Some((5, 6, 7)), text }));
    }
    None
}

fn closing(reply: &Reply) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::ConnectionAborted, format!("421 {}", reply.text))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Mail,
    Rcpt,
    Data,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
        }
    }

    fn command(self, ready: &Ready, message: &Message) -> String {
        match self {
            Self::Rcpt => format!("RCPT TO:<{}>\r\n", message.recipient),
            Self::Data => "DATA\r\n".to_owned(),
            Self::Mail => {
                let size = ready.features.size.map(|_| format!(" SIZE={}", message.octets.len())).unwrap_or_default();
                let utf8 = if message.needs_smtputf8 { " BODY=8BITMIME SMTPUTF8" } else { "" };
                format!("MAIL FROM:<{}>{size}{utf8}\r\n", message.return_path)
            }
        }
    }
}

#[cfg(test)]
mod tests;
