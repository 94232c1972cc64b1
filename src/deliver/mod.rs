//! One message in, what became of it out.
//!
//! [`Transport::open`] goes as far as mail can go without a message; [`Transport::deliver`] hands over one and
//! judges the answer. When to try again is for [`backoff`] and [`rate_limit`] to say and for others to do.

pub mod backoff;
mod bounce_kind;
mod file;
pub mod rate_limit;
mod recent;
mod sendmail;
pub mod smtp;

use std::{path::PathBuf, time::Duration};

pub use bounce_kind::{BounceKind, classify_bounce};
pub use recent::{Recent, Slower};

use secrecy::SecretString;

use crate::{
    diagnostic::{Diagnostic, Explain},
    message::Message,
};

/// Where messages are handed over.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A folder for `.eml` files.
    File(PathBuf),
    /// A program that takes a message on its standard input (`sendmail -i -f FROM -- TO`).
    Sendmail(PathBuf),
    /// A relay.
    Smtp(Relay),
}

/// An SMTP relay and how to speak to it.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Its name: for the connection, the certificate and SNI.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// When the connection is encrypted.
    pub tls: Tls,
    /// An extra root certificate, a PEM file.
    pub tls_ca: Option<PathBuf>,
    /// User name and password.
    pub credentials: Option<(String, SecretString)>,
    /// What EHLO says; the host name where left out.
    pub helo: Option<String>,
}

/// When a connection is encrypted: `smtp.tls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// By STARTTLS before anything else; no mail without it (RFC 3207).
    Required,
    /// From the first octet (RFC 8314).
    Implicit,
    /// Never. For a relay on the same machine.
    None,
}

/// How much and how often.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Connections open at a time.
    pub connections: usize,
    /// Messages per second; `None` for as many as the relay takes.
    pub rate: Option<f64>,
    /// Waits before the second, third, … try; after the last one a deferred delivery bounces.
    pub retry: Vec<Duration>,
    /// What becomes of a delivery whose reply never came.
    pub in_doubt: InDoubt,
}

impl Destination {
    /// What the store calls it: `mail.example:587`, `file:outbox`.
    pub fn name(&self) -> String {
        match self {
            Self::File(folder) => format!("file:{}", folder.display()),
            Self::Sendmail(program) => format!("sendmail:{}", program.display()),
            Self::Smtp(relay) => format!("{}:{}", relay.host, relay.port),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Self {
            connections: 4,
            rate: None,
            retry: vec![minutes(1), minutes(5), minutes(30), minutes(120), minutes(360)],
            in_doubt: InDoubt::Resend,
        }
    }
}

/// What becomes of a delivery in doubt: `smtp.in_doubt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InDoubt {
    /// Sent again with the same Message-ID: at least once.
    Resend,
    /// Left for a person to settle: at most once.
    Hold,
}

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
    /// Its words, one line, printable.
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

/// One open way to hand messages over; a connection, where there is one.
#[derive(Debug)]
pub enum Transport {
    /// Into a folder.
    File(PathBuf),
    /// To a program.
    Sendmail(PathBuf),
    /// Over a connection to a relay.
    Smtp(Box<smtp::Session>),
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

impl Transport {
    /// Opens a way to `destination`, up to the point where mail can be sent. `cap` is how many messages a relay is
    /// known to take over one connection.
    ///
    /// # Errors
    /// When it cannot be reached, is not to be trusted, or refuses us.
    pub async fn open(destination: &Destination, cap: Option<u64>) -> Result<Self, Error> {
        Ok(match destination {
            Destination::File(folder) => Self::File(file::open(folder)?),
            Destination::Sendmail(program) => Self::Sendmail(sendmail::open(program)?),
            Destination::Smtp(relay) => {
                Self::Smtp(Box::new(smtp::Session::open(relay, smtp::Deadlines::default(), cap).await?))
            }
        })
    }

    /// Hands over one message and says what became of it. Never hands it over twice; a kept connection that
    /// died while idle is opened anew.
    ///
    /// Where [`takes_next`](Self::takes_next) says so, `next` is announced with it, and must then be the next.
    pub async fn deliver(&mut self, message: &Message, next: Option<&Message>) -> Outcome {
        match self {
            // A file takes less time than a hand-over to another thread would.
            Self::File(folder) => file::deliver(folder, message),
            Self::Sendmail(program) => sendmail::deliver(program, message).await,
            Self::Smtp(session) => session.deliver(message, next).await,
        }
    }

    /// Says whether a message can be announced with the one before it.
    pub fn takes_next(&self) -> bool {
        matches!(self, Self::Smtp(session) if session.takes_next())
    }

    /// How many messages the other side takes over one connection, where it has shown that.
    pub fn cap(&self) -> Option<u64> {
        if let Self::Smtp(session) = self { session.cap() } else { None }
    }

    /// Takes leave; what was delivered stays delivered whatever happens here.
    pub async fn close(self) {
        if let Self::Smtp(session) = self {
            session.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn a_delivery_may_run_on_any_thread() {
        fn check<T: Send>(_: impl FnOnce() -> T) {}
        let message = message("");
        check(|| async { super::Transport::open(&super::Destination::File("outbox".into()), None).await });
        check(move || async move { super::Transport::File("outbox".into()).deliver(&message, None).await });
    }

    /// A message with these octets to `ana@lisbon.example`.
    pub(super) fn message(octets: &str) -> Message {
        Message {
            name: "weekly-3-000042".into(),
            return_path: "bounce@harbour.example".into(),
            recipient: "ana@lisbon.example".parse().unwrap(),
            message_id: "<1@harbour.example>".into(),
            needs_smtputf8: false,
            octets: octets.as_bytes().to_vec(),
        }
    }
}
