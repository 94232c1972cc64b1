//! Octets to and from the relay, each wait with its deadline.

use std::{
    fmt,
    io::{self, IoSlice},
    sync::Arc,
    time::Duration,
};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::reply::{self, MAX_LINE, MAX_REPLY};
use crate::deliver::reply::Reply;

/// The end of a message.
const FINAL_DOT: &str = ".\r\n";

/// A connection and what was read from it and not yet understood.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    incoming: Vec<u8>,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Why a connection is of no more use.
#[derive(Debug)]
pub(super) enum ConnectionError {
    /// It ended.
    Lost(io::Error),
    /// The other side let a deadline pass.
    Late,
    /// The other side does not keep to SMTP.
    NotSmtp(&'static str),
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(why) => write!(f, "the connection was lost: {why}"),
            Self::Late => f.write_str("the server did not answer in time"),
            Self::NotSmtp(what) => write!(f, "the server does not speak SMTP: {what}"),
        }
    }
}

impl From<ConnectionError> for io::Error {
    fn from(broken: ConnectionError) -> Self {
        match broken {
            ConnectionError::Lost(why) => why,
            ConnectionError::Late => io::Error::new(io::ErrorKind::TimedOut, broken.to_string()),
            ConnectionError::NotSmtp(_) => io::Error::new(io::ErrorKind::InvalidData, broken.to_string()),
        }
    }
}

/// How much of a message the other side can have.
pub(super) enum InterruptedMessage {
    /// Not its end: it cannot have accepted it.
    Incomplete(ConnectionError),
    /// Perhaps all of it.
    PerhapsWhole(ConnectionError),
}

impl Connection {
    /// Takes an open stream. Nagle's algorithm would hold back the end of each message for 40 ms.
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream: Stream::Plain(stream), incoming: Vec::new() })
    }

    /// Encrypts the connection from here on. What came before must have been read.
    pub(super) async fn encrypt(
        self,
        config: &Arc<rustls::ClientConfig>,
        name: ServerName<'static>,
    ) -> io::Result<Self> {
        let Stream::Plain(stream) = self.stream else { return Ok(self) };
        let stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await?;
        Ok(Self { stream: Stream::Tls(Box::new(stream)), incoming: Vec::new() })
    }

    /// Says whether the other side spoke without being asked.
    pub(super) fn has_unread(&self) -> bool {
        !self.incoming.is_empty()
    }

    /// Sends one command, CRLF included, and reads its reply.
    pub(super) async fn command(&mut self, command: &str, deadline: Duration) -> Result<Reply, ConnectionError> {
        if let Some(reply) = self.unasked(deadline).await? {
            return Ok(reply);
        }
        self.send(command, deadline).await?;
        self.reply(deadline).await
    }

    /// What the server said unasked, which can only be that it closes: any other word would be taken for the reply
    /// to a command that it has not seen.
    pub(super) async fn unasked(&mut self, deadline: Duration) -> Result<Option<Reply>, ConnectionError> {
        if !self.has_unread() {
            return Ok(None);
        }
        let reply = self.reply(deadline).await?;
        if reply.code == 421 { Ok(Some(reply)) } else { Err(ConnectionError::NotSmtp("it spoke out of turn")) }
    }

    /// Sends commands whose replies are read elsewhere.
    pub(super) async fn send(&mut self, command: &str, deadline: Duration) -> Result<(), ConnectionError> {
        let write = async {
            self.write_all(command.as_bytes()).await?;
            self.flush().await
        };
        timeout(deadline, write).await.map_err(|_| ConnectionError::Late)?.map_err(ConnectionError::Lost)
    }

    /// Sends a message and its end, and in the same write the commands that come `after`; `deadline` is for each piece
    /// that the other side takes.
    pub(super) async fn send_message(
        &mut self,
        body: &[u8],
        after: &str,
        deadline: Duration,
    ) -> Result<(), InterruptedMessage> {
        let tail = [FINAL_DOT, after].concat();
        let mut slices = [IoSlice::new(body), IoSlice::new(tail.as_bytes())];
        let mut rest = &mut slices[..];
        let mut left = body.len() + FINAL_DOT.len();
        while !rest.is_empty() {
            let written = match timeout(deadline, self.write(rest)).await {
                Err(_) => Err(ConnectionError::Late),
                Ok(Err(why)) => Err(ConnectionError::Lost(why)),
                Ok(Ok(0)) => Err(ConnectionError::Lost(io::ErrorKind::WriteZero.into())),
                Ok(Ok(written)) => Ok(written),
            };
            let written = written.map_err(if left > 0 {
                InterruptedMessage::Incomplete
            } else {
                InterruptedMessage::PerhapsWhole
            })?;
            left = left.saturating_sub(written);
            IoSlice::advance_slices(&mut rest, written);
        }
        match timeout(deadline, self.flush()).await {
            Err(_) => Err(InterruptedMessage::PerhapsWhole(ConnectionError::Late)),
            Ok(flushed) => flushed.map_err(|why| InterruptedMessage::PerhapsWhole(ConnectionError::Lost(why))),
        }
    }

    /// Reads one whole reply.
    pub(super) async fn reply(&mut self, deadline: Duration) -> Result<Reply, ConnectionError> {
        let (code, texts) = self.lines(deadline).await?;
        Ok(reply::join(code, &texts))
    }

    /// Reads one whole reply, line by line.
    pub(super) async fn lines(&mut self, deadline: Duration) -> Result<(u16, Vec<Vec<u8>>), ConnectionError> {
        timeout(deadline, self.read_lines()).await.map_err(|_| ConnectionError::Late)?
    }

    async fn read_lines(&mut self) -> Result<(u16, Vec<Vec<u8>>), ConnectionError> {
        let (mut texts, mut octets, mut first) = (Vec::new(), 0, None);
        loop {
            let read = self.line().await?;
            octets += read.len();
            let line =
                reply::line(&read).ok_or(ConnectionError::NotSmtp("its reply does not begin with three digits"))?;
            if *first.get_or_insert(line.code) != line.code {
                return Err(ConnectionError::NotSmtp("one reply has two codes"));
            }
            texts.push(line.text.to_vec());
            if line.is_last {
                return Ok((line.code, texts));
            }
            if octets > MAX_REPLY {
                return Err(ConnectionError::NotSmtp("its reply does not end"));
            }
        }
    }

    async fn line(&mut self) -> Result<Vec<u8>, ConnectionError> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.incoming[searched..].iter().position(|octet| *octet == b'\n') {
                let mut line: Vec<u8> = self.incoming.drain(..=searched + at).collect();
                line.pop();
                return Ok(line);
            }
            searched = self.incoming.len();
            if searched > MAX_LINE {
                return Err(ConnectionError::NotSmtp("a line of its reply does not end"));
            }
            let mut piece = [0; 4096];
            let read = match &mut self.stream {
                Stream::Plain(stream) => stream.read(&mut piece).await,
                Stream::Tls(stream) => stream.read(&mut piece).await,
            };
            match read.map_err(ConnectionError::Lost)? {
                0 => {
                    return Err(ConnectionError::Lost(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the server closed it",
                    )));
                }
                read => self.incoming.extend_from_slice(&piece[..read]),
            }
        }
    }

    async fn write(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_vectored(slices).await,
            Stream::Tls(stream) => stream.write_vectored(slices).await,
        }
    }

    async fn write_all(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(octets).await,
            Stream::Tls(stream) => stream.write_all(octets).await,
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.flush().await,
            Stream::Tls(stream) => stream.flush().await,
        }
    }

    /// Ends the connection in order; what goes wrong here changes nothing.
    pub(super) async fn close(mut self, deadline: Duration) {
        let _ = timeout(deadline, async {
            match &mut self.stream {
                Stream::Plain(stream) => stream.shutdown().await,
                Stream::Tls(stream) => stream.shutdown().await,
            }
        })
        .await;
    }
}
