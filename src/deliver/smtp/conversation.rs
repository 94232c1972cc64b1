//! One conversation about one message: envelope, message, reply (RFC 5321 3.3), in groups where the server takes
//! them (RFC 2920).

use std::borrow::Cow;

use crate::{
    deliver::{
        blame::{Blame, Limit, Phase},
        outcome::{Error, Outcome},
        rejection::Rejection,
        reply::Reply,
    },
    message::Message,
};

use super::{
    connection::{ConnectionError, InterruptedMessage},
    greet::{self, Ready},
    session::Session,
};

/// What the other side made of an envelope.
enum Envelope {
    /// It waits for the message.
    Taken(Ready),
    /// It does not want it; the connection is back in the session where it can be kept.
    Ended(Outcome),
}

impl Session {
    /// One conversation about one message. Fails only where the message was not taken for the connection's sake: MAIL
    /// was never answered, or the connection had carried enough.
    pub(super) async fn converse(
        &mut self,
        message: &Message,
        next: Option<&Message>,
    ) -> Result<Outcome, ConnectionError> {
        let ready = match self.ready.take() {
            Some(ready) => ready,
            None => match greet::greet(&self.relay, &self.deadlines, self.tls_config.as_ref()).await {
                Ok(ready) => ready,
                Err(Error::Refused(shown)) => {
                    let reply = Reply { text: shown.to_string(), ..Reply::default() };
                    return Ok(Outcome::Rejected(Rejection::known(Blame::Us, None, reply)));
                }
                Err(Error::Rejected { rejection, .. }) => return Ok(Outcome::Rejected(rejection)),
                Err(Error::Unreachable(what, why)) => {
                    return Ok(Outcome::Unreached(format!("cannot reach {what}: {why}")));
                }
            },
        };
        if let Some(outcome) = beyond_the_server(&ready, message) {
            self.ready = Some(ready);
            return Ok(outcome);
        }
        match self.envelope(ready, message).await? {
            Envelope::Ended(outcome) => Ok(outcome),
            Envelope::Taken(ready) => self.hand_over(ready, message, next).await,
        }
    }

    /// MAIL, RCPT, DATA and their replies: in one group where the server takes that, step by step where not.
    async fn envelope(&mut self, mut ready: Ready, message: &Message) -> Result<Envelope, ConnectionError> {
        let went_ahead = ready.ahead.take().is_some();
        if ready.features.pipelining && !went_ahead {
            if let Some(reply) = ready.wire.unasked(self.deadlines.command).await? {
                let rejection = self.refused(&ready, Phase::Mail, reply)?;
                return Ok(Envelope::Ended(Outcome::Rejected(rejection)));
            }
            ready.wire.send(&group(&ready, message), self.deadlines.command).await?;
        }
        for step in Step::ALL {
            let deadline = match step {
                // A server that lost what came with the message before never answers.
                Step::Mail if went_ahead && !self.overlap.is_proven() => self.deadlines.ahead,
                Step::Mail | Step::Rcpt => self.deadlines.command,
                Step::Data => self.deadlines.data,
            };
            let reply = if ready.features.pipelining {
                ready.wire.reply(deadline).await
            } else {
                ready.wire.command(&step.command(&ready, message), deadline).await
            };
            let reply = match reply {
                Ok(reply) => reply,
                Err(ConnectionError::Late) if step == Step::Mail && went_ahead && !self.overlap.is_proven() => {
                    self.overlap.fails();
                    return Err(ConnectionError::Late);
                }
                Err(ConnectionError::Late) => {
                    return Ok(Envelope::Ended(Outcome::Cut(ConnectionError::Late.to_string())));
                }
                Err(why) if step == Step::Mail => {
                    self.message_cap.record_end(ready.accepted);
                    return Err(why);
                }
                Err(why) => return Ok(Envelope::Ended(Outcome::Cut(why.to_string()))),
            };
            if went_ahead {
                self.overlap.works();
            }
            match reply.code {
                354 if step == Step::Data => return Ok(Envelope::Taken(ready)),
                200..=299 if step != Step::Data => {}
                // It kept the envelope of a message that it refused, and took our RCPT for one more of that: nothing
                // more is said here, lest the old envelope goes out with nothing in it.
                503 if step == Step::Mail && went_ahead => {
                    return Err(ConnectionError::NotSmtp("it keeps the envelope of a message that it refused"));
                }
                400.. => {
                    let phase = match step {
                        // A recipient whose address asks for SMTPUTF8 is named by that.
                        Step::Mail if !message.needs_smtputf8 => Phase::Mail,
                        Step::Mail | Step::Rcpt => Phase::Rcpt,
                        Step::Data => Phase::Data,
                    };
                    let rejection = self.refused(&ready, phase, reply)?;
                    if is_open_after(&rejection) {
                        self.ready = self.step_back(ready, step).await;
                    }
                    return Ok(Envelope::Ended(Outcome::Rejected(rejection)));
                }
                code => {
                    let why = format!("the server answered {} with {code}", step.name());
                    return Ok(Envelope::Ended(Outcome::Cut(why)));
                }
            }
        }
        unreachable!("the last step returns")
    }

    /// Judges a rejection. One of the connection alone says nothing of the message: many servers close an idle connection
    /// with 421, or one that carried enough, and others keep it and take nothing more.
    fn refused(&mut self, ready: &Ready, phase: Phase, reply: Reply) -> Result<Rejection, ConnectionError> {
        let rejection = Rejection::new(phase, reply);
        let names_limit = matches!(rejection.meaning.limit, Some(Limit::Messages | Limit::Connections));
        if ready.accepted == 0 || !(names_limit || rejection.reply.code == 421) {
            return Ok(rejection);
        }
        self.message_cap.record_end(ready.accepted);
        let why = rejection.reply.to_string();
        Err(ConnectionError::Lost(std::io::Error::new(std::io::ErrorKind::ConnectionAborted, why)))
    }

    /// The message itself, after 354: from its last octet on, silence means doubt. The envelope of the next one goes
    /// in the same write, where the server takes that.
    async fn hand_over(
        &mut self,
        mut ready: Ready,
        message: &Message,
        next: Option<&Message>,
    ) -> Result<Outcome, ConnectionError> {
        if ready.wire.has_unread() {
            return Ok(Outcome::Cut(ConnectionError::NotSmtp("it spoke out of turn").to_string()));
        }
        let next = next.filter(|next| self.can_overlap(&ready) && beyond_the_server(&ready, next).is_none());
        let after = next.map(|next| group(&ready, next)).unwrap_or_default();
        match ready.wire.send_message(&stuff(&message.octets), &after, self.deadlines.block).await {
            Ok(()) => {}
            Err(InterruptedMessage::PerhapsWhole(why)) => return Ok(Outcome::InDoubt(why.to_string())),
            Err(InterruptedMessage::Incomplete(why)) => {
                // A server that has had enough says why before it closes.
                return match ready.wire.reply(self.deadlines.quit).await {
                    Ok(reply) if reply.code >= 400 => Ok(Outcome::Rejected(self.refused(&ready, Phase::End, reply)?)),
                    _ => Ok(Outcome::Cut(why.to_string())),
                };
            }
        }
        ready.ahead = next.map(|next| next.message_id.clone());
        Ok(match ready.wire.reply(self.deadlines.end).await {
            Err(why) => Outcome::InDoubt(why.to_string()),
            Ok(reply) if reply.code < 300 => {
                ready.accepted += 1;
                self.ready = Some(ready);
                Outcome::Sent(reply)
            }
            Ok(reply) if reply.code < 400 => {
                Outcome::InDoubt(format!("the server answered the message with {}", reply.code))
            }
            Ok(reply) => {
                let rejection = self.refused(&ready, Phase::End, reply)?;
                if is_open_after(&rejection) {
                    // Some servers keep the envelope of a message that they refused; the one that went ahead tells.
                    self.ready = if ready.ahead.is_some() { Some(ready) } else { self.reset(ready).await };
                }
                Outcome::Rejected(rejection)
            }
        })
    }

    /// Drops an envelope that was refused at `step`, and gives back a connection that is fit for the next one.
    async fn step_back(&self, mut ready: Ready, step: Step) -> Option<Ready> {
        if ready.features.pipelining {
            let (mut is_open, mut has_recipient) = (step == Step::Data, false);
            for _ in step as usize + 1..Step::ALL.len() {
                let code = ready.wire.reply(self.deadlines.command).await.ok()?.code;
                (is_open, has_recipient) = (code == 354, has_recipient || code < 300);
            }
            if has_recipient {
                // It took our RCPT for an older envelope, and a dot would send that one with nothing in it.
                return None;
            }
            if is_open && step != Step::Data {
                // It waits for a message to nobody: RFC 2920 3.1 says to send it the end of one.
                ready.wire.send(".\r\n", self.deadlines.command).await.ok()?;
                ready.wire.reply(self.deadlines.end).await.ok()?;
            }
        }
        if step == Step::Mail { Some(ready) } else { self.reset(ready).await }
    }

    /// Drops what the server may keep of the last envelope.
    async fn reset(&self, mut ready: Ready) -> Option<Ready> {
        let reply = ready.wire.command("RSET\r\n", self.deadlines.command).await.ok()?;
        (200..300).contains(&reply.code).then_some(ready)
    }
}

/// Says whether the next conversation can begin on a connection that this was said on.
fn is_open_after(rejection: &Rejection) -> bool {
    rejection.reply.code != 421 && rejection.meaning.limit != Some(Limit::Connections)
}

/// What this server cannot take, told without asking it.
fn beyond_the_server(ready: &Ready, message: &Message) -> Option<Outcome> {
    let size = u64::try_from(message.octets.len()).unwrap_or(u64::MAX);
    if let Some(most) = ready.features.size.filter(|most| *most > 0 && *most < size) {
        let text = format!("the message has {size} octets, the server takes {most}");
        let reply = Reply { code: 552, enhanced: Some((5, 3, 4)), text };
        let advice = "take fewer posts or smaller pictures, or raise the relay's limit";
        return Some(Outcome::Rejected(Rejection::known(Blame::Us, Some(advice), reply)));
    }
    if message.needs_smtputf8 && !ready.features.smtputf8 {
        let text = "the address needs SMTPUTF8, which the server does not offer".to_owned();
        let reply = Reply { code: 553, enhanced: Some((5, 6, 7)), text };
        return Some(Outcome::Rejected(Rejection::known(Blame::Message, None, reply)));
    }
    None
}

/// The three commands of an envelope; DATA is the last of its group, as it must be (RFC 2920 3.1).
fn group(ready: &Ready, message: &Message) -> String {
    Step::ALL.map(|step| step.command(ready, message)).concat()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Mail,
    Rcpt,
    Data,
}

impl Step {
    const ALL: [Self; 3] = [Self::Mail, Self::Rcpt, Self::Data];

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

/// Doubles the dot at the start of each line and makes every line end CRLF, the last one too; a message that needs
/// neither, as ours do, stays where it is.
pub(super) fn stuff(octets: &[u8]) -> Cow<'_, [u8]> {
    if is_fit(octets) { Cow::Borrowed(octets) } else { Cow::Owned(rewrite(octets)) }
}

/// Says whether every CR and LF stands in a CRLF, the last octets are one, and no dot follows one. Without branches
/// in its loop, this takes a few microseconds for a whole mail.
fn is_fit(octets: &[u8]) -> bool {
    if octets.is_empty() {
        return true;
    }
    let is_wrong = |pair: &[u8; 2], after: u8| {
        let (cr, lf) = (pair[0] == b'\r', pair[1] == b'\n');
        (cr != lf) | (lf & (after == b'.'))
    };
    let wrong = octets.array_windows::<3>().fold(false, |wrong, &[a, b, c]| wrong | is_wrong(&[a, b], c));
    let (first, last) = (octets[0], &octets[octets.len().saturating_sub(2)..]);
    !wrong && first != b'.' && first != b'\n' && last == b"\r\n"
}

fn rewrite(octets: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(octets.len() + octets.len() / 64 + 5);
    let mut starts_line = true;
    let mut rest = octets;
    while !rest.is_empty() {
        if starts_line && rest[0] == b'.' {
            wire.push(b'.');
        }
        let end = rest.iter().position(|octet| matches!(octet, b'\r' | b'\n'));
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        wire.extend_from_slice(line);
        starts_line = end.is_some();
        if starts_line {
            wire.extend_from_slice(b"\r\n");
        }
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
    }
    if !starts_line {
        wire.extend_from_slice(b"\r\n");
    }
    wire
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(octets: &str, expect: &str) {
        assert_eq!(String::from_utf8(stuff(octets.as_bytes()).into_owned()).unwrap(), expect);
    }

    #[test]
    fn dots_are_doubled_and_line_ends_made_whole() {
        check("", "");
        check("a", "a\r\n");
        check(".", "..\r\n");
        check("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n");
        check("a\n.\nb", "a\r\n..\r\nb\r\n");
        check("a\r.\rb", "a\r\n..\r\nb\r\n");
        check("..a\r\n\r\n", "...a\r\n\r\n");
    }

    proptest! {
        #[test]
        fn no_message_ends_early(octets in "[.\r\na]{0,60}") {
            let body = String::from_utf8(stuff(octets.as_bytes()).into_owned()).unwrap();
            prop_assert!(!["\r\n", &body].concat().contains("\r\n.\r\n"));
            prop_assert!(!body.replace("\r\n", "").contains(['\r', '\n']));
            let undone: String = body.split_inclusive("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            let lines = octets.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
            let whole = if lines.is_empty() || lines.ends_with("\r\n") { lines } else { lines + "\r\n" };
            prop_assert_eq!(undone, whole);
        }

        #[test]
        fn what_is_fit_stays_as_it_is(octets in "[.\r\na]{0,20}") {
            prop_assert_eq!(is_fit(octets.as_bytes()), rewrite(octets.as_bytes()) == octets.as_bytes());
        }
    }
}
