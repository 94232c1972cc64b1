//! An SMTP server that does what a test tells it, keeps what it is given, and sends nothing on.

// Each test uses what it needs of it.
#![allow(dead_code)]

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// Where in the conversation the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    Greeting,
    Ehlo,
    Helo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// RCPT or DATA of an envelope that was refused before.
    Idle,
    /// The final dot.
    End,
    Rset,
    Quit,
    Other,
}

/// What the client said, and how often it came to this stage before, over all connections.
#[derive(Debug)]
pub struct Event<'a> {
    pub stage: Stage,
    pub nth: usize,
    pub line: &'a str,
}

/// What the server does instead of what a good server would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Says this; CRLF is added.
    Reply(String),
    /// Says this, one octet at a time.
    Slowly(String),
    /// Says these octets as they stand.
    Raw(Vec<u8>),
    /// Says this again and again until the client has gone.
    Endlessly(Vec<u8>),
    /// Says this and closes the connection.
    Last(String),
    /// Closes the connection without a word.
    Disconnect,
    /// Keeps the message and closes the connection without a word.
    DisconnectAfterTaking,
    /// Says nothing until the client has gone.
    Stall,
}

impl From<&str> for Act {
    fn from(reply: &str) -> Self {
        Self::Reply(reply.to_owned())
    }
}

/// A message that the sink accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// Without the doubled dots and the final one.
    pub data: Vec<u8>,
}

/// How the sink encrypts.
#[derive(Clone)]
pub enum Encryption {
    StartTls(Arc<rustls::ServerConfig>),
    Implicit(Arc<rustls::ServerConfig>),
}

type Script = Box<dyn Fn(&Event) -> Option<Act> + Send + Sync>;

/// A running server on a free port of 127.0.0.1; it ends when it is dropped.
pub struct SmtpSink {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    script: Script,
    encryption: Option<Encryption>,
    state: Mutex<State>,
    is_over: AtomicBool,
}

#[derive(Default)]
struct State {
    messages: Vec<Received>,
    transcript: Vec<String>,
    counts: HashMap<Stage, usize>,
    open: Vec<TcpStream>,
    connections: usize,
}

impl SmtpSink {
    /// A server that accepts everything.
    pub fn start() -> Self {
        Self::scripted(|_| None)
    }

    /// A server that does what `script` says; `None` is what a good server does.
    pub fn scripted(script: impl Fn(&Event) -> Option<Act> + Send + Sync + 'static) -> Self {
        Self::launch(None, Box::new(script))
    }

    /// The same with encryption.
    pub fn encrypted(encryption: Encryption, script: impl Fn(&Event) -> Option<Act> + Send + Sync + 'static) -> Self {
        Self::launch(Some(encryption), Box::new(script))
    }

    fn launch(encryption: Option<Encryption>, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let is_over = AtomicBool::new(false);
        let shared = Arc::new(Shared { script, encryption, state: Mutex::default(), is_over });
        let listening = Some(thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.listen(&listener)
        }));
        Self { address, shared, listening }
    }

    /// `smtp://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Every accepted message so far, in the order of their final dots.
    pub fn messages(&self) -> Vec<Received> {
        self.shared.state().messages.clone()
    }

    /// How many messages were accepted so far.
    pub fn count(&self) -> usize {
        self.shared.state().messages.len()
    }

    /// Every line so far: `C: …` for the client's, `S: …` for ours; message bodies left out.
    pub fn transcript(&self) -> Vec<String> {
        self.shared.state().transcript.clone()
    }

    /// How many connections were opened so far.
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        for client in &self.shared.state().open {
            let _ = client.shutdown(Shutdown::Both);
        }
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(self: &Arc<Self>, listener: &TcpListener) {
        let mut talks = Vec::new();
        for client in listener.incoming() {
            if self.is_over.load(Ordering::SeqCst) {
                break;
            }
            let Ok(client) = client else { continue };
            let _ = client.set_nodelay(true);
            if let Ok(copy) = client.try_clone() {
                let mut state = self.state();
                state.connections += 1;
                state.open.push(copy);
            }
            let shared = Arc::clone(self);
            talks.push(thread::spawn(move || {
                let closing = client.try_clone();
                let _ = shared.serve(client);
                if let Ok(closing) = closing {
                    let _ = closing.shutdown(Shutdown::Both);
                }
            }));
        }
        for client in &self.state().open {
            let _ = client.shutdown(Shutdown::Both);
        }
        for talk in talks {
            let _ = talk.join();
        }
    }

    fn serve(&self, client: TcpStream) -> std::io::Result<()> {
        let mut wire = Wire::plain(client.try_clone()?);
        if let Some(Encryption::Implicit(config)) = &self.encryption {
            wire = Wire::encrypted(client.try_clone()?, config)?;
        }
        let mut envelope = Received { from: String::new(), to: Vec::new(), data: Vec::new() };
        let mut has_sender = false;
        if self.answer(&mut wire, Stage::Greeting, "", "220 sink.example ESMTP", None)?.is_none() {
            return Ok(());
        }
        loop {
            let mut line = String::new();
            if wire.0.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end_matches(['\r', '\n']).to_owned();
            self.state().transcript.push(format!("C: {line}"));
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let address = || line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(at, _)| at);
            let (stage, usual) = match verb.as_str() {
                "EHLO" => (Stage::Ehlo, self.features(wire.1)),
                "HELO" => (Stage::Helo, "250 sink.example".to_owned()),
                "STARTTLS" => (Stage::StartTls, "220 go ahead".to_owned()),
                "AUTH" => (Stage::Auth, "235 2.7.0 welcome".to_owned()),
                "MAIL" => (Stage::Mail, "250 2.1.0 ok".to_owned()),
                "RCPT" if !has_sender => (Stage::Idle, "503 5.5.1 who is it from?".to_owned()),
                "RCPT" => (Stage::Rcpt, "250 2.1.5 ok".to_owned()),
                "DATA" if envelope.to.is_empty() => (Stage::Idle, "554 5.5.1 no valid recipients".to_owned()),
                "DATA" => (Stage::Data, "354 go ahead".to_owned()),
                "RSET" => (Stage::Rset, "250 2.0.0 ok".to_owned()),
                "QUIT" => (Stage::Quit, "221 2.0.0 bye".to_owned()),
                _ => (Stage::Other, "500 5.5.2 what?".to_owned()),
            };
            match stage {
                Stage::Mail => envelope = Received { from: address().into(), to: Vec::new(), data: Vec::new() },
                Stage::Rcpt => envelope.to.push(address().into()),
                Stage::Auth if line.eq_ignore_ascii_case("AUTH LOGIN") => self.ask_for_login(&mut wire)?,
                _ => {}
            }
            let Some(said) = self.answer(&mut wire, stage, &line, &usual, None)? else { return Ok(()) };
            match stage {
                Stage::Quit => return Ok(()),
                Stage::Mail => has_sender = said.starts_with('2'),
                Stage::Rset => has_sender = false,
                Stage::Rcpt if !said.starts_with('2') => drop(envelope.to.pop()),
                _ => {}
            }
            if stage == Stage::Idle && said.starts_with("354") {
                let nothing = wire.read_data()?;
                assert_eq!(nothing.as_deref(), Some(&[][..]), "a message came after a refusal");
                wire.say(b"554 5.5.1 nobody to send it to\r\n")?;
            } else if stage == Stage::Data && said.starts_with("354") {
                let Some(data) = wire.read_data()? else { return Ok(()) };
                envelope.data = data;
                if !wire.0.buffer().is_empty() {
                    self.state().transcript.push("C: more with the message".to_owned());
                }
                if self.answer(&mut wire, Stage::End, "", "250 2.0.0 taken", Some(&envelope))?.is_none() {
                    return Ok(());
                }
                has_sender = false;
                envelope.to.clear();
            } else if let (Stage::StartTls, true, Some(Encryption::StartTls(config))) =
                (stage, said.starts_with("220"), &self.encryption)
            {
                wire = Wire::encrypted(client.try_clone()?, config)?;
            }
        }
    }

    fn features(&self, is_encrypted: bool) -> String {
        let more = match &self.encryption {
            Some(Encryption::StartTls(_)) if !is_encrypted => "250-STARTTLS\r\n",
            Some(_) => "250-AUTH PLAIN LOGIN\r\n",
            None => "",
        };
        format!("250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n{more}250 SIZE 10485760")
    }

    fn ask_for_login(&self, wire: &mut Wire) -> std::io::Result<()> {
        for question in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
            wire.say(format!("{question}\r\n").as_bytes())?;
            let mut answer = String::new();
            wire.0.read_line(&mut answer)?;
            self.state().transcript.push(format!("C: {}", answer.trim_end()));
        }
        Ok(())
    }

    /// Says the usual thing or does what the script says, and gives that back; `None` when the conversation is over.
    fn answer(
        &self,
        wire: &mut Wire,
        stage: Stage,
        line: &str,
        usual: &str,
        message: Option<&Received>,
    ) -> std::io::Result<Option<String>> {
        let nth = {
            let mut state = self.state();
            let count = state.counts.entry(stage).or_default();
            *count += 1;
            *count - 1
        };
        let act = (self.script)(&Event { stage, nth, line }).unwrap_or_else(|| usual.into());
        let said = match &act {
            Act::Reply(text) | Act::Slowly(text) | Act::Last(text) => text.clone(),
            other => format!("{other:?}"),
        };
        {
            // Kept before it is said, so that a test that has the reply finds the message.
            let mut state = self.state();
            state.transcript.push(format!("S: {said}"));
            if said.starts_with('2') || act == Act::DisconnectAfterTaking {
                state.messages.extend(message.cloned());
            }
        }
        match act {
            Act::Reply(text) => wire.say(format!("{text}\r\n").as_bytes()).map(|()| Some(said)),
            Act::Raw(octets) => wire.say(&octets).map(|()| Some(said)),
            Act::Slowly(text) => {
                for octet in format!("{text}\r\n").bytes() {
                    wire.say(&[octet])?;
                }
                Ok(Some(said))
            }
            Act::Endlessly(octets) => loop {
                wire.say(&octets)?;
            },
            Act::Last(text) => wire.say(format!("{text}\r\n").as_bytes()).map(|()| None),
            Act::Disconnect | Act::DisconnectAfterTaking => Ok(None),
            Act::Stall => {
                let mut ignored = [0; 4096];
                while wire.0.read(&mut ignored)? > 0 {}
                Ok(None)
            }
        }
    }
}

trait Both: Read + Write + Send {}
impl<T: Read + Write + Send> Both for T {}

/// The stream, and whether it is encrypted.
struct Wire(BufReader<Box<dyn Both>>, bool);

impl Wire {
    fn plain(client: TcpStream) -> Self {
        Self(BufReader::new(Box::new(client)), false)
    }

    fn encrypted(client: TcpStream, config: &Arc<rustls::ServerConfig>) -> std::io::Result<Self> {
        let server = rustls::ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
        Ok(Self(BufReader::new(Box::new(rustls::StreamOwned::new(server, client))), true))
    }

    fn say(&mut self, octets: &[u8]) -> std::io::Result<()> {
        let stream = self.0.get_mut();
        stream.write_all(octets)?;
        stream.flush()
    }

    /// Reads up to the final dot; `None` where the client left before it.
    fn read_data(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut data = Vec::new();
        loop {
            let start = data.len();
            if self.0.read_until(b'\n', &mut data)? == 0 {
                return Ok(None);
            }
            if &data[start..] == b".\r\n" {
                data.truncate(start);
                return Ok(Some(data));
            }
            if data[start] == b'.' {
                data.remove(start);
            }
        }
    }
}
