//! Takes readers off a digest over HTTP as fast as it is answered, and says how fast that was.
//!
//! `cargo run --release --example leave -- STORE ADDRESS DIGEST --first N --count N [--connections N] [--rate N]`
//!
//! Signs a link for each subscriber from number `--first` on with the keys in STORE, posts to them over connections
//! that stay open, at most `--rate` a second in all, and prints one JSON object: answers that were not 200, answers a
//! second, and the milliseconds that half, 99 of 100 and the slowest took.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use clap::Parser as _;
use tidings::{
    store::Store,
    token::{Purpose, Subject},
};

#[derive(clap::Parser)]
struct Args {
    store: PathBuf,
    address: SocketAddr,
    digest: String,
    #[arg(long)]
    first: i64,
    #[arg(long)]
    count: i64,
    #[arg(long, default_value_t = 32)]
    connections: i64,
    #[arg(long)]
    rate: Option<f64>,
}

fn main() {
    let args = Args::parse();
    let keys = tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let store = Store::open(&args.store, chrono::Utc::now()).await.expect("the store");
        store.signing_keys().await.expect("the keys")
    });
    let requests = (args.first..args.first + args.count).map(|subscriber| {
        let token = keys.sign(Purpose::Unsubscribe, &Subject { subscriber, of: args.digest.clone() }.payload());
        format!(
            "POST /u/{token} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 26\r\n\r\nList-Unsubscribe=One-Click"
        )
    });
    let requests: Arc<[String]> = requests.collect();
    let (next, times) = (Arc::new(AtomicI64::new(0)), Arc::new(Mutex::new((Vec::new(), 0_u64))));
    let start = Instant::now();
    let clients: Vec<_> = (0..args.connections)
        .map(|_| {
            let (requests, next, times) = (Arc::clone(&requests), Arc::clone(&next), Arc::clone(&times));
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(args.address).expect("a connection");
                stream.set_nodelay(true).expect("a socket");
                let (mut own, mut failed) = (Vec::new(), 0);
                while let Some(request) = requests.get(usize::try_from(next.fetch_add(1, Relaxed)).expect("a number")) {
                    if let Some(rate) = args.rate {
                        let due = Duration::from_secs_f64(next.load(Relaxed) as f64 / rate);
                        std::thread::sleep(due.saturating_sub(start.elapsed()));
                    }
                    let asked = Instant::now();
                    stream.write_all(request.as_bytes()).expect("to be heard");
                    failed += u64::from(status(&mut stream) != 200);
                    own.push(asked.elapsed().as_secs_f64() * 1_000.0);
                }
                let mut times = times.lock().expect("no panic");
                times.0.extend(own);
                times.1 += failed;
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().expect("a client"));
    let seconds = start.elapsed().as_secs_f64();
    let (mut times, failed) = std::mem::take(&mut *times.lock().expect("no panic"));
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share) as usize).copied().unwrap_or_default();
    println!(
        "{}",
        serde_json::json!({
            "answers": times.len(), "failed": failed, "per_second": (times.len() as f64 / seconds).round(),
            "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0),
        })
    );
}

/// Reads one answer to its end.
fn status(stream: &mut TcpStream) -> u16 {
    let mut answer = Vec::with_capacity(8_192);
    let mut piece = [0; 8_192];
    loop {
        let read = stream.read(&mut piece).expect("an answer");
        assert!(read > 0, "the server hung up");
        answer.extend_from_slice(&piece[..read]);
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if answer.len() >= end + 4 + length.unwrap_or(0) {
            return head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        }
    }
}
