//! A fast SMTP server that takes every message, counts it and forgets it, so that a sender can be measured.
//!
//! `cargo run --release --example sink -- --port 2525 [--no-pipelining] [--delay-reply MS] [--log FILE]`
//!
//! Where its standard input is a pipe, each line there asks for a line of counts (JSON) since the last one, and its
//! end stops the server; so do SIGTERM and SIGINT. What a client sends ahead is answered in its order, the replies in
//! one write, so an envelope may come in one segment with the end of the message before it.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufWriter, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::FileTypeExt as _,
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};

/// Octets read at a time.
const READ: usize = 256 * 1024;

/// So much of a message is looked at for its Message-ID.
const HEADER: usize = 16 * 1024;

const END: &[u8; 5] = b"\r\n.\r\n";

/// Takes every message, counts it and forgets it.
#[derive(clap::Parser)]
struct Args {
    /// Where to listen on 127.0.0.1; 0 takes a free port. The first line printed says which.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Offer no PIPELINING.
    #[arg(long)]
    no_pipelining: bool,
    /// Offer it; the default.
    #[arg(long, overrides_with = "no_pipelining")]
    pipelining: bool,
    /// Wait so long before each write of replies.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    delay_reply: u64,
    /// Write `RECIPIENT MESSAGE-ID` there for each recipient of each message.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

/// What the connections share.
struct Sink {
    pipelining: bool,
    delay: Duration,
    log: Option<Mutex<BufWriter<File>>>,
    connections: AtomicU64,
    messages: AtomicU64,
    recipients: AtomicU64,
    octets: AtomicU64,
    /// When the first and the last message since the counts were asked for had come, in microseconds since 1970.
    first: AtomicU64,
    last: AtomicU64,
}

/// Listens until it is told to stop.
pub fn main() -> ExitCode {
    match serve(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sink: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(args: &Args) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", args.port))?;
    println!("listening on {}", listener.local_addr()?);
    let log = args.log.as_ref().map(File::create).transpose()?;
    let sink = Arc::new(Sink {
        pipelining: args.pipelining || !args.no_pipelining,
        delay: Duration::from_millis(args.delay_reply),
        log: log.map(|file| Mutex::new(BufWriter::with_capacity(READ, file))),
        connections: AtomicU64::new(0),
        messages: AtomicU64::new(0),
        recipients: AtomicU64::new(0),
        octets: AtomicU64::new(0),
        first: AtomicU64::new(0),
        last: AtomicU64::new(0),
    });
    let shared = Arc::clone(&sink);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sink = Arc::clone(&shared);
            thread::spawn(move || Conversation::new(stream, &sink).hold());
        }
    });
    tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(told_to_stop(&sink))?;
    sink.tell();
    Ok(())
}

/// Answers those who ask for counts, until a signal or the end of the standard input.
async fn told_to_stop(sink: &Arc<Sink>) -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (stop, mut stopped) = tokio::sync::mpsc::channel(1);
    let asked = Arc::clone(sink);
    // Dropped, it would look like the end of the standard input.
    let _open = stop.clone();
    if fs::metadata("/dev/stdin").is_ok_and(|stdin| stdin.file_type().is_fifo()) {
        thread::spawn(move || {
            for _ in io::stdin().lock().lines().map_while(Result::ok) {
                asked.tell();
            }
            stop.blocking_send(())
        });
    }
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {}, _ = stopped.recv() => {} }
    Ok(())
}

impl Sink {
    /// Prints the counts and begins anew.
    fn tell(&self) {
        if let Some(log) = &self.log {
            let _ = log.lock().unwrap_or_else(PoisonError::into_inner).flush();
        }
        let take = |counter: &AtomicU64| counter.swap(0, Relaxed);
        let seconds = |counter: &AtomicU64| take(counter) as f64 / 1e6;
        let counts = serde_json::json!({
            "connections": take(&self.connections), "messages": take(&self.messages),
            "recipients": take(&self.recipients), "octets": take(&self.octets),
            "first": seconds(&self.first), "last": seconds(&self.last),
        });
        println!("{counts}");
    }

    fn count(&self, recipients: u64, octets: usize) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as u64;
        if self.messages.fetch_add(1, Relaxed) == 0 {
            self.first.store(now, Relaxed);
        }
        self.last.store(now, Relaxed);
        self.recipients.fetch_add(recipients, Relaxed);
        self.octets.fetch_add(octets as u64, Relaxed);
    }
}

/// One connection.
struct Conversation<'a> {
    sink: &'a Sink,
    stream: TcpStream,
    /// What came in, `buffer[start..end]` of it not dealt with yet.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    replies: Vec<u8>,
    recipients: u64,
    /// Addresses of the envelope, where somebody wants to know them.
    named: Vec<Vec<u8>>,
}

impl<'a> Conversation<'a> {
    fn new(stream: TcpStream, sink: &'a Sink) -> Self {
        sink.connections.fetch_add(1, Relaxed);
        let (buffer, replies, named) = (vec![0; READ], b"220 sink.example ESMTP\r\n".to_vec(), Vec::new());
        Self { sink, stream, buffer, start: 0, end: 0, replies, recipients: 0, named }
    }

    /// Goes on until the client ends it, in whatever way.
    fn hold(mut self) {
        let _ = self.stream.set_nodelay(true);
        while let Some(line) = self.line() {
            if self.answer(&line).is_none() {
                break;
            }
        }
        let _ = self.flush();
    }

    /// Answers a command; `None` when that was the last.
    fn answer(&mut self, line: &[u8]) -> Option<()> {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let reply: &[u8] = match verb.as_slice() {
            b"EHLO" if self.sink.pipelining => {
                b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 104857600\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
            }
            b"EHLO" => b"250-sink.example\r\n250-SIZE 104857600\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            b"HELO" => b"250 sink.example\r\n",
            b"MAIL" | b"RSET" => {
                self.recipients = 0;
                self.named.clear();
                b"250 2.1.0 ok\r\n"
            }
            b"RCPT" => {
                self.recipients += 1;
                if self.sink.log.is_some() {
                    self.named.push(between(line, b'<', b'>').to_vec());
                }
                b"250 2.1.5 ok\r\n"
            }
            b"DATA" if self.recipients == 0 => b"503 5.5.1 nobody to send it to\r\n",
            b"DATA" => {
                self.replies.extend_from_slice(b"354 go on\r\n");
                self.message()?;
                b"250 2.0.0 taken\r\n"
            }
            b"NOOP" => b"250 2.0.0 ok\r\n",
            b"QUIT" => {
                self.replies.extend_from_slice(b"221 2.0.0 bye\r\n");
                return None;
            }
            _ => b"502 5.5.2 unknown command\r\n",
        };
        self.replies.extend_from_slice(reply);
        Some(())
    }

    /// The next line of a command, without its end.
    fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            let waiting = &self.buffer[self.start..self.end];
            if let Some(at) = waiting.iter().position(|byte| *byte == b'\n') {
                let line = waiting[..at].trim_ascii_end().to_vec();
                self.start += at + 1;
                return Some(line);
            }
            self.fill()?;
        }
    }

    /// Reads a message to its final dot and counts it.
    fn message(&mut self) -> Option<()> {
        // The end of the line of DATA begins the mark of a message without a line.
        self.start -= 2;
        let (mut octets, mut found, mut id) = (0, None, None);
        while found.is_none() {
            let waiting = &self.buffer[self.start..self.end];
            found = find_end(waiting).map(|at| at + END.len());
            if self.sink.log.is_some() && id.is_none() && (found.is_some() || waiting.len() >= HEADER) {
                id = Some(message_id(&waiting[..waiting.len().min(HEADER)]).to_vec());
            }
            if found.is_none() {
                // What may be the beginning of the mark stays, and the header until it has been looked at.
                let keeps = if self.sink.log.is_some() && id.is_none() { waiting.len() } else { END.len() - 1 };
                let done = waiting.len().saturating_sub(keeps);
                octets += done;
                self.start += done;
                self.fill()?;
            }
        }
        let rest = found.unwrap_or_default();
        self.start += rest;
        self.sink.count(self.recipients, octets + rest - END.len());
        if let Some(log) = &self.sink.log {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            for name in self.named.drain(..) {
                let line = [name.as_slice(), b" ", id.as_deref().unwrap_or_default(), b"\n"].concat();
                log.write_all(&line).ok()?;
            }
        }
        self.recipients = 0;
        Some(())
    }

    /// Reads on, once all that is due is said; `None` at the end of the connection.
    fn fill(&mut self) -> Option<()> {
        self.flush().ok()?;
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.end == self.buffer.len() {
            // A command without an end.
            return None;
        }
        let count = self.stream.read(&mut self.buffer[self.end..]).ok().filter(|count| *count > 0)?;
        self.end += count;
        Some(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.replies.is_empty() {
            if !self.sink.delay.is_zero() {
                thread::sleep(self.sink.delay);
            }
            self.stream.write_all(&self.replies)?;
            self.replies.clear();
        }
        Ok(())
    }
}

/// Finds the line with only a dot, looking at every fifth octet or so (Horspool).
fn find_end(octets: &[u8]) -> Option<usize> {
    let mut at = END.len() - 1;
    while at < octets.len() {
        at += match octets[at] {
            b'\n' if octets[at + 1 - END.len()..=at] == *END => return Some(at + 1 - END.len()),
            b'\n' => 3,
            b'\r' => 1,
            b'.' => 2,
            _ => END.len(),
        };
    }
    None
}

/// The Message-ID in a header, without its brackets.
fn message_id(header: &[u8]) -> &[u8] {
    const NAME: &[u8] = b"\nmessage-id:";
    let at = header.windows(NAME.len()).position(|window| window.eq_ignore_ascii_case(NAME));
    at.map(|at| between(&header[at..], b'<', b'>')).unwrap_or_default()
}

fn between(text: &[u8], open: u8, close: u8) -> &[u8] {
    let begin = text.iter().position(|byte| *byte == open).map_or(0, |at| at + 1);
    let rest = &text[begin..];
    &rest[..rest.iter().position(|byte| *byte == close).unwrap_or(rest.len())]
}
