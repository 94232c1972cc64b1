//! From an edition to mail on its way: the second of the two acts.
//!
//! [`step`] is the whole protocol in one window: claim, make messages, hand them over, settle. A claim is durable
//! before the first octet leaves, and every outcome before the next claim; so whoever dies, the next [`deliver()`]
//! knows what went out, what did not, and what nobody can know.

use std::num::NonZero;

use chrono::{DateTime, TimeDelta, Utc};
use futures::{executor::block_on, future::join_all};
use tokio::time::Instant;

use crate::{
    deliver::{self, Destination, InDoubt, Limits, Outcome, Reply, Transport, backoff, rate::Pacer},
    edition::Edition,
    ledger::{self, Claim, Counts, Frozen, Ledger, Owner, Settled, Verdict},
    message::{self, Occasion, Sender},
    post::Filter,
    render::Variants,
};

/// Files cost no round trip, and writing one twice gives the same file: so their windows are large.
const FILES: usize = 256;

/// So many windows in a row in which nobody was reached end the run.
const PATIENCE: u32 = 3;

/// So often an outcome is offered to a store that another program keeps locked; each time waits some seconds.
const INSISTENCE: u32 = 12;

/// How a run over an edition ended.
#[derive(Debug)]
pub struct Report {
    /// What became of the deliveries.
    pub counts: Counts,
    /// Why it ended before its time.
    pub stopped: Option<Stop>,
    /// When the next delivery is due, where some are left for later.
    pub next: Option<DateTime<Utc>>,
}

/// Why a run ends before everything was tried.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The relay cannot be reached, or will not have us.
    #[error(transparent)]
    Transport(deliver::Error),
    /// The relay refuses *us* (530, 535, the policy replies of RFC 7372): nobody was marked.
    #[error("the relay refuses this sender: {}\nhint: {}", .0, remedy(.0))]
    Refused(Reply),
    /// The relay keeps hanging up, or the disk is full.
    #[error("nothing gets through: {0}")]
    HangsUp(String),
    /// Somebody asked for it.
    #[error("interrupted")]
    Asked,
}

impl Stop {
    /// Says whether running again later may help without a person mending anything.
    pub fn passes(&self) -> bool {
        match self {
            Self::Transport(error) => matches!(error, deliver::Error::Unreachable { .. }),
            Self::HangsUp(_) | Self::Asked => true,
            Self::Refused(_) => false,
        }
    }
}

/// What to mend when a relay refuses the sender (RFC 3463, RFC 7372, Microsoft's 5.7.515).
fn remedy(reply: &Reply) -> &'static str {
    match (reply.code, reply.enhanced) {
        (530 | 535, _) => "check `smtp.username` and the password",
        (_, Some((_, 7, 25))) => "the sending address needs a PTR record that leads back to it",
        (_, Some((_, 7, 23 | 24 | 27))) => "publish an SPF record that names the relay",
        (_, Some((_, 7, 20..=22 | 30))) => "let the relay sign with DKIM, and publish its key",
        (_, Some((_, 7, 29))) => "the relay must use TLS towards the receiver",
        (_, Some((_, 7, 26 | 515))) => "publish SPF, DKIM and DMARC for the From domain",
        (_, Some((5, 3, 4))) => "take fewer posts or smaller pictures, or raise the relay's limit",
        (0, _) => "run the program of `smtp.url` by hand; nobody was marked, and the next `send` goes on",
        _ => "ask the relay's operator; nobody was marked, and the next `send` goes on",
    }
}

/// Freezes an edition and plans its deliveries, in one transaction.
///
/// # Errors
/// When the store cannot be written.
pub async fn publish(
    ledger: &Ledger,
    edition: Edition,
    variants: Variants,
    audience: &Filter,
) -> Result<Frozen, ledger::Error> {
    let row = ledger.publish(&edition, &variants, audience).await?;
    Ok(Frozen { row, edition, variants, finished: None })
}

/// What delivering needs besides the edition.
#[derive(Debug)]
pub struct Run<'a> {
    /// The store.
    pub ledger: &'a Ledger,
    /// What all messages share.
    pub sender: &'a Sender,
    /// Where they are handed over.
    pub destination: &'a Destination,
    /// How much and how often.
    pub limits: &'a Limits,
}

/// Delivers what is due of a frozen edition, until nothing is left but what lies ahead.
///
/// `clock` gives the present before each window; `progress` hears before each how many deliveries the one before
/// it settled, and says whether to go on.
///
/// # Errors
/// When the store fails. What the relay does is part of the report.
pub async fn deliver(
    run: &Run<'_>,
    frozen: &Frozen,
    clock: impl Fn() -> DateTime<Utc>,
    mut progress: impl FnMut(usize) -> bool,
) -> Result<Report, ledger::Error> {
    let owner = run.ledger.owner()?;
    run.ledger.reclaim(frozen.row, clock()).await?;
    let before = run.ledger.counts(frozen.row).await?;
    let mut lines = Lines { answered: before.sent + before.bounced > 0, ..Lines::default() };
    let (mut fruitless, mut settled) = (0, 0);
    let stopped = loop {
        if !progress(settled) {
            break Some(Stop::Asked);
        }
        match step(run, frozen, &owner, &mut lines, clock()).await? {
            Step::Idle => break None,
            Step::Settled { count, reached } => {
                settled = count;
                fruitless = if reached { 0 } else { fruitless + 1 };
                if fruitless == PATIENCE {
                    break Some(Stop::HangsUp(std::mem::take(&mut lines.last_words)));
                }
            }
            Step::Stopped(stop) => break Some(stop),
        }
    };
    join_all(lines.open.drain(..).map(Transport::close)).await;
    run.ledger.finish(frozen.row, clock()).await?;
    Ok(Report {
        counts: run.ledger.counts(frozen.row).await?,
        stopped,
        next: run.ledger.next_due(frozen.row, run.limits.in_doubt).await?,
    })
}

/// The open connections of a run.
#[derive(Debug, Default)]
pub struct Lines {
    open: Vec<Transport>,
    /// The relay takes no more connections than this.
    cap: Option<usize>,
    last_words: String,
    /// The relay has said something about a message of this edition, so it can.
    answered: bool,
    pace: Option<(Instant, Pacer)>,
}

/// What one window came to.
#[derive(Debug)]
pub enum Step {
    /// Nothing was due.
    Idle,
    /// So many deliveries were settled; `reached` says whether the relay answered for any.
    Settled {
        /// How many.
        count: usize,
        /// Whether any answer came.
        reached: bool,
    },
    /// The run must end.
    Stopped(Stop),
}

/// Runs one window: claim, make, hand over, settle.
///
/// # Errors
/// When the store fails: then nothing was sent without a durable claim.
pub async fn step(
    run: &Run<'_>,
    frozen: &Frozen,
    owner: &Owner,
    lines: &mut Lines,
    now: DateTime<Utc>,
) -> Result<Step, ledger::Error> {
    if let Err(stop) = connect(run, lines).await {
        return Ok(Step::Stopped(stop));
    }
    let files = matches!(run.destination, Destination::File(_));
    let window = (lines.open.len() * if files { FILES } else { 1 }).min(a_second_of(run.limits.rate));
    pause(run.limits.rate, lines).await;
    let claims = run.ledger.claim(frozen.row, owner, window, run.limits.in_doubt, now).await?;
    if claims.is_empty() {
        return Ok(Step::Idle);
    }
    take_places(claims.len(), lines);
    let each = claims.len().div_ceil(lines.open.len());
    let shares = lines.open.iter_mut().zip(claims.chunks(each));
    let outcomes = if files {
        on_threads(run, frozen, shares)
    } else {
        join_all(shares.map(|(line, share)| hand_over(run, frozen, line, share))).await
    };
    let outcomes: Vec<Outcome> = outcomes.into_iter().flatten().collect();
    let is_answer =
        |outcome: &Outcome| matches!(outcome, Outcome::Sent(_) | Outcome::Deferred(_) | Outcome::Bounced(_));
    let reached = outcomes.iter().any(is_answer);
    lines.answered |= reached;
    let judge = |(claim, outcome)| settle(run.limits, claim, outcome, lines.answered, now);
    let settled: Vec<Settled> = claims.iter().zip(&outcomes).map(judge).collect();
    insist(run.ledger, frozen.row, owner, &settled, now).await?;
    lines.open.retain(Transport::is_open);
    for outcome in outcomes {
        match outcome {
            Outcome::Refused(reply) => return Ok(Step::Stopped(Stop::Refused(reply))),
            Outcome::Unreached(words) | Outcome::Cut(words) | Outcome::InDoubt(words) => lines.last_words = words,
            Outcome::Sent(_) | Outcome::Deferred(_) | Outcome::Bounced(_) => {}
        }
    }
    Ok(Step::Settled { count: settled.len(), reached })
}

/// Writes what became of a window; a store that is locked now is asked again, because what is not written down
/// goes out twice.
async fn insist(
    ledger: &Ledger,
    row: i64,
    owner: &Owner,
    settled: &[Settled],
    now: DateTime<Utc>,
) -> Result<(), ledger::Error> {
    let mut tries = 1;
    loop {
        match ledger.settle(row, owner, settled, now).await {
            Err(error) if error.is_locked() && tries < INSISTENCE => tries += 1,
            other => return other,
        }
    }
}

/// Opens connections up to the limit. One is enough to go on: a relay that takes no more has a cap.
async fn connect(run: &Run<'_>, lines: &mut Lines) -> Result<(), Stop> {
    let wanted = match run.destination {
        Destination::File(_) => std::thread::available_parallelism().map_or(1, NonZero::get),
        Destination::Sendmail(_) | Destination::Smtp(_) => run.limits.connections,
    };
    let wanted = lines.cap.map_or(wanted, |cap| wanted.min(cap)).max(1);
    let missing = wanted.saturating_sub(lines.open.len());
    let mut has_failed = false;
    for opened in join_all((0..missing).map(|_| Transport::open(run.destination))).await {
        match opened {
            Ok(line) => lines.open.push(line),
            Err(deliver::Error::Unreachable(..)) if missing > 1 || !lines.open.is_empty() => {
                has_failed = true;
            }
            Err(error) => return Err(Stop::Transport(error)),
        }
    }
    if has_failed {
        lines.cap = Some(lines.open.len());
    }
    if lines.open.is_empty() { Box::pin(connect(run, lines)).await } else { Ok(()) }
}

/// A window is no longer than a second at this rate, so that a pause is no longer than it must be.
fn a_second_of(rate: Option<f64>) -> usize {
    // The conversion saturates: a rate beyond all windows is no limit, one below one is one.
    rate.map_or(usize::MAX, |rate| rate.ceil() as usize).max(1)
}

/// Waits until the places taken before are paid for. Nothing is claimed meanwhile, so a death in it costs nothing.
async fn pause(rate: Option<f64>, lines: &mut Lines) {
    let (started, pacer) = lines.pace.get_or_insert_with(|| (Instant::now(), Pacer::new(rate)));
    tokio::time::sleep_until(*started + pacer.ready(started.elapsed())).await;
}

/// Takes a place for each message of a window.
fn take_places(count: usize, lines: &mut Lines) {
    if let Some((started, pacer)) = &mut lines.pace {
        let now = started.elapsed();
        for _ in 0..count {
            pacer.take(now);
        }
    }
}

/// Hands a connection's share over, one message after the other.
async fn hand_over(run: &Run<'_>, frozen: &Frozen, line: &mut Transport, share: &[Claim]) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(share.len());
    for claim in share {
        let parts = frozen.variants.of(claim.subscriber.language.as_deref());
        let made = message::compose(&frozen.edition, parts, &claim.subscriber, run.sender, Occasion::Send);
        outcomes.push(match made {
            Ok(message) => line.deliver(&message).await,
            Err(error) => Outcome::Bounced(Reply { text: error.to_string(), ..Reply::default() }),
        });
    }
    outcomes
}

/// Hands each share over on a thread of its own: a folder keeps nobody waiting, so what takes the time is making the
/// messages, and that is work for every core.
fn on_threads<'a>(
    run: &Run<'_>,
    frozen: &Frozen,
    shares: impl Iterator<Item = (&'a mut Transport, &'a [Claim])>,
) -> Vec<Vec<Outcome>> {
    std::thread::scope(|scope| {
        let work = |(line, share)| scope.spawn(move || block_on(hand_over(run, frozen, line, share)));
        let workers: Vec<_> = shares.map(work).collect();
        let done = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
        done.map(|outcomes| outcomes.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Turns an outcome into the row's next state (RFC 5321 4.5.4, RFC 3463). `answered` says whether the relay has ever
/// spoken about a message of this edition: one that never did is at fault itself.
fn settle(limits: &Limits, claim: &Claim, outcome: &Outcome, answered: bool, now: DateTime<Utc>) -> Settled {
    let seed = claim.subscriber.id.cast_unsigned();
    let after = |tries| {
        let wait = TimeDelta::from_std(backoff::next_try(&limits.retry, tries, seed)?).ok()?;
        now.checked_add_signed(wait)
    };
    let later = || after(claim.tries + 1);
    // After a broken conversation the first new try is at once, and the waits begin with the second.
    let again = || if claim.tries == 0 { Some(now) } else { after(claim.tries) };
    let unanswered = |text: &String| Reply { text: text.clone(), ..Reply::default() };
    let (verdict, reply) = match outcome {
        Outcome::Sent(reply) => (Verdict::Sent, reply.clone()),
        Outcome::Deferred(reply) => (later().map_or(Verdict::Bounced, Verdict::Deferred), reply.clone()),
        Outcome::Bounced(reply) if is_bad_address(reply) => (Verdict::Suppressed, reply.clone()),
        Outcome::Bounced(reply) => (Verdict::Bounced, reply.clone()),
        Outcome::Refused(reply) => (Verdict::Pending, reply.clone()),
        Outcome::Unreached(words) => (Verdict::Pending, unanswered(words)),
        Outcome::Cut(words) if !answered => (Verdict::Pending, unanswered(words)),
        // Others got through: the second time it may be this message's fault, and in the end it is.
        Outcome::Cut(words) => (again().map_or(Verdict::Bounced, Verdict::Deferred), unanswered(words)),
        Outcome::InDoubt(words) => {
            let again = if limits.in_doubt == InDoubt::Resend { again() } else { None };
            (Verdict::InDoubt(again), unanswered(words))
        }
    };
    tracing::debug!(to = claim.subscriber.address.masked(), ?verdict, code = reply.code, "settled");
    Settled { subscriber: claim.subscriber.id, verdict, reply }
}

/// The address itself is at fault (RFC 3463 5.1.1, 5.1.10, 5.2.1).
fn is_bad_address(reply: &Reply) -> bool {
    matches!(reply.enhanced, Some((5, 1, 1 | 10) | (5, 2, 1)))
}
