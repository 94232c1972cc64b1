//! An open way to hand messages over.

use std::path::PathBuf;

use super::{
    destination::Destination,
    file,
    outcome::{Error, Outcome},
    sendmail, smtp,
};
use crate::message::Message;

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

impl Transport {
    /// Opens a way to `destination`, up to the point where mail can be sent. `cap` is how many messages a relay is
    /// known to take over one connection.
    ///
    /// # Errors
    /// When it cannot be reached, is not to be trusted, or refuses us.
    pub async fn open(destination: &Destination, cap: Option<u64>) -> Result<Self, Error> {
        Ok(match destination {
            Destination::File(folder) => Self::File(file::create_folder(folder)?),
            Destination::Sendmail(program) => Self::Sendmail(sendmail::open(program)?),
            Destination::Smtp(relay) => {
                Self::Smtp(Box::new(smtp::Session::open(relay, smtp::Deadlines::default(), cap).await?))
            }
        })
    }

    /// Hands over one message and says what became of it. Never hands it over twice; a kept connection that
    /// died while idle is opened anew.
    ///
    /// Where [`can_pipeline`](Self::can_pipeline) says so, `next` is announced with it, and must then be the next.
    pub async fn deliver(&mut self, message: &Message, next: Option<&Message>) -> Outcome {
        match self {
            // A file takes less time than a hand-over to another thread would.
            Self::File(folder) => file::deliver(folder, message),
            Self::Sendmail(program) => sendmail::deliver(program, message).await,
            Self::Smtp(session) => session.deliver(message, next).await,
        }
    }

    /// Says whether a message can be announced with the one before it.
    pub fn can_pipeline(&self) -> bool {
        matches!(self, Self::Smtp(session) if session.can_pipeline())
    }

    /// How many messages the other side takes over one connection, where it has shown that.
    pub fn max_messages(&self) -> Option<u64> {
        if let Self::Smtp(session) = self { session.max_messages() } else { None }
    }

    /// Takes leave; what was delivered stays delivered whatever happens here.
    pub async fn close(self) {
        if let Self::Smtp(session) = self {
            session.close().await;
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn a_delivery_may_run_on_any_thread() {
        fn check<T: Send>(_: impl FnOnce() -> T) {}
        let message = message("");
        check(|| async { Transport::open(&Destination::File("outbox".into()), None).await });
        check(move || async move { Transport::File("outbox".into()).deliver(&message, None).await });
    }

    /// A message with these octets to `ana@lisbon.example`.
    pub(in crate::deliver) fn message(octets: &str) -> Message {
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
