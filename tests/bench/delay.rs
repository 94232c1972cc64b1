//! A TCP proxy that makes the way longer and not narrower, so that round trips can be measured on one machine.
//!
//! `cargo run --release --example delay -- --to 127.0.0.1:2525 --round-trip 40 [--port PORT]`
//!
//! Every octet leaves half a round trip after it came, however many are on their way: unlike a real line, this one
//! has no slow start, loses nothing, and keeps the order. The handshake of TCP itself takes no longer.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    process::ExitCode,
    sync::mpsc::{self, Receiver, SyncSender},
    thread,
    time::{Duration, Instant},
};

use clap::Parser as _;

/// Octets read at a time.
const READ: usize = 64 * 1024;

/// So many pieces are on their way in one direction, then the reader waits.
const PIECES: usize = 4_096;

/// Delays what goes through it.
#[derive(clap::Parser)]
struct Args {
    /// Where to listen on 127.0.0.1; 0 takes a free port. The first line printed says which.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where to go on to.
    #[arg(long, value_name = "HOST:PORT")]
    to: String,
    /// How long there and back takes.
    #[arg(long, value_name = "MS", default_value_t = 40.0)]
    round_trip: f64,
}

/// Listens until it is killed.
pub fn main() -> ExitCode {
    match serve(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("delay: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(args: &Args) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", args.port))?;
    println!("listening on {}", listener.local_addr()?);
    let wait = Duration::from_secs_f64(args.round_trip.max(0.0) / 2_000.0);
    for near in listener.incoming() {
        let near = near?;
        let far = TcpStream::connect(&args.to)?;
        for (from, to) in [(near.try_clone()?, far.try_clone()?), (far, near)] {
            to.set_nodelay(true)?;
            let (departures, arrivals) = mpsc::sync_channel(PIECES);
            thread::spawn(move || depart(from, wait, &departures));
            thread::spawn(move || arrive(&arrivals, to));
        }
    }
    Ok(())
}

/// Stamps what comes with the time at which it is to arrive.
fn depart(mut from: TcpStream, wait: Duration, departures: &SyncSender<(Instant, Vec<u8>)>) {
    let mut buffer = vec![0; READ];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if departures.send((Instant::now() + wait, buffer[..count].to_vec())).is_err() {
            return;
        }
    }
}

/// Hands over each piece at its time; the end of the line comes after the last.
fn arrive(arrivals: &Receiver<(Instant, Vec<u8>)>, mut to: TcpStream) {
    for (due, octets) in arrivals {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&octets).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
