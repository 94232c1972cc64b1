//! Octets to and from an IMAP server: commands out, their answers in, each bounded in octets and in time, whatever the
//! server says of their sizes.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

use super::read::MAX_OCTETS;
use crate::{
    diagnostic::{Diagnostic, Explain},
    subscriber::mask,
};

/// A line of an answer is no longer than this, octets.
const MAX_LINE: usize = 64 * 1024;

/// Nor are all lines of the answer to one command, without the mail in it.
const MAX_ANSWER: usize = 1024 * 1024;

/// A mail that is said to be larger is not read to its end; of one that is smaller, what does not count is dropped.
const MAX_LITERAL: u64 = 200_000_000;

/// A stream that mail comes over, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Wire for T {}

/// Why a mailbox cannot be read now.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The connection cannot be opened, or broke.
    #[error("lost {0} {1}")]
    Lost(String, String, #[source] io::Error),
    /// No answer came in time.
    #[error("{0} let the time pass {1}")]
    Late(String, String),
    /// The server does not keep to IMAP.
    #[error("{0} does not speak IMAP as it should {1}: {2}")]
    Malformed(String, String, String),
    /// The server said no, or may not be trusted: a person must mend it.
    #[error("{0}")]
    Refused(Diagnostic),
}

impl Explain for MailboxError {
    fn diagnostic(&self) -> Diagnostic {
        let shown = Diagnostic::of_causes(self);
        match self {
            Self::Lost(..) => {
                shown.hint("see that the server runs, and that host and port in `bounce.mailbox` are its own")
            }
            Self::Late(..) => {
                shown.hint("nothing is lost: what is not read stays where it is, and is read the next time")
            }
            Self::Malformed(..) => {
                shown.hint("see that an IMAP server listens there; what is not read stays where it is")
            }
            Self::Refused(refused) => refused.clone(),
        }
    }
}

/// One line of an answer that is not its last, with the first literal or quoted text that the line has for a mail.
#[derive(Debug)]
pub(super) struct Untagged {
    /// The line, its literals left out.
    pub(super) text: String,
    /// As much of each literal as counts.
    pub(super) literals: Vec<Vec<u8>>,
}

/// A connection and what was read from it and not yet understood.
pub(super) struct Connection {
    wire: Box<dyn Wire>,
    incoming: Vec<u8>,
    number: u32,
    /// Whom it leads to, for messages.
    pub(super) place: String,
    /// How many mails the server says the folder holds.
    pub(super) exists: u32,
    /// What must stand in no message: the server may repeat what it was told.
    pub(super) secrets: Vec<String>,
}

impl Connection {
    pub(super) fn new(wire: Box<dyn Wire>, place: String) -> Self {
        Self { wire, incoming: Vec::new(), number: 0, place, exists: 0, secrets: Vec::new() }
    }

    /// Gives the stream back, to be encrypted; `None` where words wait in it that somebody put in front.
    pub(super) fn into_wire(self) -> Option<Box<dyn Wire>> {
        self.incoming.is_empty().then_some(self.wire)
    }

    /// Sends a command, and the `answers` that the server asks for with a `+`; gives the lines of FETCH and CAPABILITY.
    pub(super) async fn command(
        &mut self,
        command: &str,
        answers: &[String],
        doing: &str,
        limit: Duration,
    ) -> Result<Vec<Untagged>, MailboxError> {
        let late = MailboxError::Late(self.place.clone(), doing.to_owned());
        timeout(limit, self.converse(command, answers, doing)).await.map_err(|_| late)?
    }

    async fn converse(
        &mut self,
        command: &str,
        answers: &[String],
        doing: &str,
    ) -> Result<Vec<Untagged>, MailboxError> {
        self.number += 1;
        let tag = format!("t{}", self.number);
        self.send(&format!("{tag} {command}\r\n"), doing).await?;
        let (mut kept, mut octets, mut answers) = (Vec::new(), 0, answers.iter());
        loop {
            let line = self.untagged(doing).await?;
            octets += line.text.len() + line.literals.iter().map(Vec::len).sum::<usize>();
            if octets > MAX_ANSWER + MAX_OCTETS as usize {
                return Err(self.malformed(doing, "its answer does not end"));
            }
            if line.text.starts_with('+') {
                // A refusal of XOAUTH2 comes as one more question, and an empty answer brings the words.
                let answer = answers.next().map_or("", String::as_str).to_owned();
                self.send(&format!("{answer}\r\n"), doing).await?;
            } else if let Some(rest) = line.text.strip_prefix("* ") {
                if self.record(rest, doing)? {
                    kept.push(line);
                }
            } else if let Some(rest) = line.text.strip_prefix(&format!("{tag} ")) {
                return if is_word(rest, "OK") { Ok(kept) } else { Err(self.refused(doing, rest)) };
            } else {
                return Err(self.malformed(doing, "its line begins with neither `*`, `+` nor the command's tag"));
            }
        }
    }

    /// Reads on until a command is answered whose answer nobody wants to see.
    pub(super) async fn finish(&mut self, tag: &str, doing: &str, limit: Duration) -> Result<(), MailboxError> {
        let late = MailboxError::Late(self.place.clone(), doing.to_owned());
        let read = async {
            for _ in 0..10_000 {
                let line = self.untagged(doing).await?.text;
                match line.strip_prefix("* ") {
                    Some(rest) => drop(self.record(rest, doing)?),
                    None if line.starts_with(tag) => return Ok(()),
                    None => {}
                }
            }
            Err(self.malformed(doing, "its answer does not end"))
        };
        timeout(limit, read).await.map_err(|_| late)?
    }

    /// Takes note of an untagged line; says whether who asked wants to see it.
    pub(super) fn record(&mut self, rest: &str, doing: &str) -> Result<bool, MailboxError> {
        let mut words = rest.split_ascii_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if first.eq_ignore_ascii_case("BYE") {
            return Err(self.refused(doing, rest));
        }
        if first.eq_ignore_ascii_case("CAPABILITY") {
            return Ok(true);
        }
        let Ok(number) = first.parse::<u32>() else { return Ok(false) };
        if second.eq_ignore_ascii_case("EXISTS") {
            self.exists = number;
        } else if second.eq_ignore_ascii_case("EXPUNGE") {
            self.exists = self.exists.saturating_sub(1);
        }
        Ok(second.eq_ignore_ascii_case("FETCH"))
    }

    pub(super) async fn send(&mut self, line: &str, doing: &str) -> Result<(), MailboxError> {
        let write = async {
            self.wire.write_all(line.as_bytes()).await?;
            self.wire.flush().await
        };
        write.await.map_err(|why| self.lost(doing, why))
    }

    /// Reads one line with the literals in it. Where it is given up while it waits for the line's first octets, nothing
    /// of it is lost.
    pub(super) async fn untagged(&mut self, doing: &str) -> Result<Untagged, MailboxError> {
        let (mut text, mut literals) = (String::new(), Vec::new());
        loop {
            let line = self.line(doing).await?;
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches('\r');
            if text.len() + line.len() > MAX_LINE {
                return Err(self.malformed(doing, "a line of its answer does not end"));
            }
            let Some((before, size)) = literal_size(line) else {
                text.push_str(line);
                return Ok(Untagged { text, literals });
            };
            text.push_str(before);
            text.push('~');
            let size = size.filter(|size| *size <= MAX_LITERAL);
            let Some(size) = size else {
                return Err(self.malformed(doing, "it announces more octets than any mail has"));
            };
            let kept: usize = literals.iter().map(Vec::len).sum();
            literals.push(self.literal(size, MAX_OCTETS as usize - kept.min(MAX_OCTETS as usize), doing).await?);
        }
    }

    /// Reads so many octets, and keeps the first of them.
    async fn literal(&mut self, size: u64, keep: usize, doing: &str) -> Result<Vec<u8>, MailboxError> {
        let (mut left, mut kept) = (usize::try_from(size).unwrap_or(usize::MAX), Vec::new());
        while left > 0 {
            if self.incoming.is_empty() {
                self.fill(doing).await?;
            }
            let taken = self.incoming.len().min(left);
            let counts = taken.min(keep - kept.len());
            kept.extend_from_slice(&self.incoming[..counts]);
            self.incoming.drain(..taken);
            left -= taken;
        }
        Ok(kept)
    }

    async fn line(&mut self, doing: &str) -> Result<Vec<u8>, MailboxError> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.incoming[searched..].iter().position(|octet| *octet == b'\n') {
                let mut line: Vec<u8> = self.incoming.drain(..=searched + at).collect();
                line.pop();
                return Ok(line);
            }
            searched = self.incoming.len();
            if searched > MAX_LINE {
                return Err(self.malformed(doing, "a line of its answer does not end"));
            }
            self.fill(doing).await?;
        }
    }

    async fn fill(&mut self, doing: &str) -> Result<(), MailboxError> {
        let mut piece = [0; 16 * 1024];
        match self.wire.read(&mut piece).await {
            Ok(0) => {
                Err(self.lost(doing, io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection")))
            }
            Ok(read) => {
                self.incoming.extend_from_slice(&piece[..read]);
                Ok(())
            }
            Err(why) => Err(self.lost(doing, why)),
        }
    }

    pub(super) fn lost(&self, doing: &str, why: io::Error) -> MailboxError {
        MailboxError::Lost(self.place.clone(), doing.to_owned(), why)
    }

    pub(super) fn malformed(&self, doing: &str, what: &str) -> MailboxError {
        MailboxError::Malformed(self.place.clone(), doing.to_owned(), what.to_owned())
    }

    /// What the server said to no avail, without what nobody is to see.
    pub(super) fn refused(&self, doing: &str, said: &str) -> MailboxError {
        let words = self.secrets.iter().filter(|secret| !secret.is_empty());
        let words = words.fold(said.to_owned(), |words, secret| words.replace(secret, "***"));
        let words: String = mask(&words).chars().filter(|c| !c.is_control()).take(300).collect();
        let hint = match doing {
            "at login" => {
                "see that the user in `bounce.mailbox`, the password and `bounce.mailbox_auth` are the mailbox's own"
            }
            "when it opens the folder" => "the folder is the path of `bounce.mailbox`, as `imaps://user@host/INBOX`",
            "when it moves mail" => "see that `bounce.done_folder` is a folder's name there; some want `INBOX.Tidings`",
            _ => "what is not read stays where it is, and is read the next time",
        };
        MailboxError::Refused(
            Diagnostic::new(format!("{} refuses us {doing}: {}", self.place, words.trim())).hint(hint),
        )
    }
}

/// Splits the announcement of a literal off a line; the size is `None` where it is no number that can be.
fn literal_size(line: &str) -> Option<(&str, Option<u64>)> {
    let (before, size) = line.strip_suffix('}')?.rsplit_once('{')?;
    let digits = size.trim_end_matches('+');
    let is_size = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    is_size.then(|| (before, digits.parse().ok()))
}

pub(super) fn is_word(text: &str, word: &str) -> bool {
    text.split_ascii_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case(word))
}
