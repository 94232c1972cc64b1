//! How fast messages are made: `cargo bench --bench compose`
//!
//! An edition of ten posts, about 75 KB a message, is laid out once; printed are messages a second on one core, joined
//! from the template, signed or not, and each built for itself.

mod edition;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use edition::edition;
use tidings::{
    message::{MessageTemplate, Occasion, Sender, dkim::Signer, fill_once},
    render::{Templates, render},
    subscriber::{Status, Subscriber},
    token::Keys,
};

/// Words of a post's teaser: with them the message has the size that the figures are given for.
const TEASER: usize = 230;

/// Measures and prints.
pub fn main() -> anyhow::Result<()> {
    let edition = edition(10, "classic", TEASER)?;
    let parts = render(&edition, &Templates::built_in())?;
    let sender = sender()?;
    let readers: Vec<Subscriber> = (1..=512).map(reader).collect::<Result<_, _>>().map_err(anyhow::Error::msg)?;

    let template = MessageTemplate::new(&edition, &parts, &sender)?;
    let size = template.fill(&readers[0], Occasion::Send, Vec::new())?.octets.len();
    println!("{} posts, {size} octets a message, one core", edition.posts.len());
    let mut buffer = Vec::new();
    report("joined, unsigned", &readers, |reader| {
        let message = template.fill(reader, Occasion::Send, std::mem::take(&mut buffer))?;
        buffer = black_box(message).octets;
        Ok(())
    })?;
    for (what, selector, pem) in [
        ("joined, RSA-2048", "r", include_str!("../fixtures/dkim/rsa.pem")),
        ("joined, Ed25519", "e", include_str!("../fixtures/dkim/ed25519.pem")),
    ] {
        let signers = [Signer::new("bench.example", selector, pem)?].into();
        let template = MessageTemplate::new(&edition, &parts, &Sender { signers, ..sender.clone() })?;
        report(what, &readers, |reader| {
            let message = template.fill(reader, Occasion::Send, std::mem::take(&mut buffer))?;
            buffer = black_box(message).octets;
            Ok(())
        })?;
    }
    report("each built, unsigned", &readers, |reader| {
        black_box(fill_once(&edition, &parts, reader, &sender, Occasion::Send)?);
        Ok(())
    })
}

/// Prints the best of five rounds, by the time on the processor: others use the machine, too.
fn report(
    what: &str,
    readers: &[Subscriber],
    mut make: impl FnMut(&Subscriber) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut best = 0.0_f64;
    for _ in 0..5 {
        let (clock, start, mut made) = (Instant::now(), on_processor(), 0_u32);
        for reader in readers.iter().cycle() {
            make(reader)?;
            made += 1;
            if made.is_multiple_of(32) && clock.elapsed() > Duration::from_secs(1) {
                break;
            }
        }
        let took = on_processor().zip(start).map_or(clock.elapsed(), |(end, start)| end - start);
        best = best.max(f64::from(made) / took.as_secs_f64());
    }
    println!("{what:<26} {best:>9.0} messages/s");
    Ok(())
}

/// How long this thread has run, where the system tells (Linux).
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

fn reader(id: i64) -> Result<Subscriber, String> {
    Ok(Subscriber {
        id,
        address: format!("reader{id}@readers.example").parse()?,
        name: Some(format!("Reader Number {id}")),
        language: None,
        timezone: None,
        tags: Vec::new(),
        status: Status::Active,
    })
}

fn sender() -> anyhow::Result<Sender> {
    Ok(Sender {
        keys: Keys::new((1, [9; 32]), []),
        public_url: Some("https://news.bench.example".parse()?),
        unsubscribe_mailto: Some("leave@bench.example".parse().map_err(anyhow::Error::msg)?),
        return_path: Some("bounce+{{ token }}@bench.example".to_owned()),
        signers: [].into(),
        echoes: Vec::new(),
    })
}
