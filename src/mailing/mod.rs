//! From an edition to mail on its way: the second of the two acts.
//!
//! Each connection is a line: it takes a claimed delivery, makes the message, hands it over, and says what became
//! of it. All lines ask one desk, which alone speaks to the store. A claim is durable before the first octet of a
//! message leaves, and an outcome before the final dot of the next message on the same connection; so whoever dies,
//! the next [`deliver()`] knows what went out, what did not, and which one message of each connection nobody can know.

mod desk;
mod hand;
mod judge;
mod line;
mod roster;
mod sample;
mod stop;

use std::{num::NonZero, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

pub use hand::{Unsent, hand_over};
pub use roster::{RosterError, import, sync};
pub use sample::{End, SampleError, Tested, reader, sample};
pub use stop::{Report, Stop};

use crate::{
    deliver::{Destination, InDoubt, Limits, Transport},
    edition::Edition,
    message::{Form, Sender},
    post::Filter,
    render::Variants,
    store::{self, FrozenEdition, PublishOptions, RelayLimits, SendJob, Store},
};

/// Files cost no round trip, and writing one twice gives the same file: so many are claimed at a time.
const FILES: usize = 256;

/// Freezes an edition and plans its deliveries, in one transaction.
///
/// # Errors
/// When the store cannot be written.
pub async fn publish(
    store: &Store,
    edition: Edition,
    variants: Variants,
    audience: &Filter,
    start: &PublishOptions<'_>,
) -> Result<FrozenEdition, store::Error> {
    let row = store.publish(&edition, &variants, audience, start).await?;
    Ok(FrozenEdition { row, edition, variants, finished: None })
}

/// What delivering needs besides the edition.
#[derive(Debug)]
pub struct Run<'a> {
    /// The store.
    pub store: &'a Store,
    /// What all messages share.
    pub sender: &'a Sender,
    /// Where they are handed over.
    pub destination: &'a Destination,
    /// How much and how often.
    pub limits: &'a Limits,
}

/// Delivers what is due of a frozen edition, until nothing is left but what lies ahead.
///
/// `clock` gives the present; `progress` hears how many deliveries were settled since it was last called, and says
/// whether to go on.
///
/// # Errors
/// When the store fails. What the relay does is part of the report.
pub async fn deliver(
    run: &Run<'_>,
    frozen: &FrozenEdition,
    clock: impl Fn() -> DateTime<Utc>,
    progress: impl FnMut(usize) -> bool,
) -> Result<Report, store::Error> {
    let clock = running(clock);
    run.store.reclaim_from_dead(frozen.row, clock()).await?;
    let stopped = converse(run, frozen, &clock, progress).await?;
    run.store.finish_edition(frozen.row, clock()).await?;
    Ok(Report {
        counts: run.store.delivery_counts(frozen.row).await?,
        stopped,
        next: run.store.next_due_delivery(frozen.row, run.limits.in_doubt).await?,
    })
}

/// Opens the lines and serves them at the desk until they end; says why, where it is before their time.
async fn converse(
    run: &Run<'_>,
    frozen: &FrozenEdition,
    clock: impl Fn() -> DateTime<Utc>,
    progress: impl FnMut(usize) -> bool,
) -> Result<Option<Stop>, store::Error> {
    let forms = frozen.variants.try_map(|parts| Form::new(&frozen.edition, parts, run.sender));
    let forms = match forms {
        Ok(forms) => forms,
        Err(fault) => return Ok(Some(Stop::Unmade(fault))),
    };
    let (relay, owner) = (run.destination.name(), run.store.new_owner()?);
    let (before, learnt) = (run.store.delivery_counts(frozen.row).await?, run.store.relay_limits(&relay).await?);
    let first = match Transport::open(run.destination, learnt.messages).await {
        Ok(transport) => transport,
        Err(fault) => return Ok(Some(Stop::Transport(fault))),
    };
    let wanted = most_lines(run, learnt);
    let job = Arc::new(line::Job {
        destination: run.destination.clone(),
        cap: learnt.messages,
        forms,
        batch: if matches!(run.destination, Destination::File(_)) { FILES } else { 1 },
        claims_ahead: run.limits.in_doubt == InDoubt::Resend,
    });
    let left = usize::try_from(before.pending + before.deferred + before.in_doubt).unwrap_or(0);
    let count = wanted.min(left.div_ceil(job.batch)).max(1);
    let (requests, inbox) = mpsc::channel(count);
    let mut lines = JoinSet::new();
    lines.spawn(line::work(Arc::clone(&job), requests.clone(), Some(first)));
    for _ in 1..count {
        lines.spawn(line::work(Arc::clone(&job), requests.clone(), None));
    }
    drop(requests);
    let (edition, rate, in_doubt) = (frozen.row, run.limits.rate, run.limits.in_doubt);
    let work = SendJob { edition, owner: &owner, relay: &relay, rate, in_doubt };
    let answered = before.sent + before.bounced > 0;
    let desk = desk::Desk::new(run.store, &work, run.limits, count, answered);
    let ended = desk.serve(inbox, &mut lines, clock, progress).await?;
    while let Some(line) = lines.join_next().await {
        desk::carry_on(line);
    }
    let connections = match ended.connections {
        Some(fewer) => Some(fewer),
        None if count == wanted => Some(wanted).filter(|wanted| *wanted < run.limits.connections),
        None => learnt.connections,
    };
    let now = RelayLimits { messages: ended.cap.or(learnt.messages), connections };
    if now != learnt && matches!(run.destination, Destination::Smtp(_)) {
        run.store.save_relay_limits(&relay, now).await?;
    }
    Ok(ended.stopped)
}

/// How many lines may be open at a time. A relay that once took no more is asked for one more in each run: it may take
/// them by now.
fn most_lines(run: &Run<'_>, learnt: RelayLimits) -> usize {
    match run.destination {
        // A folder keeps nobody waiting: what takes the time is making the messages, and that is work for every core.
        Destination::File(_) => std::thread::available_parallelism().map_or(1, NonZero::get),
        Destination::Sendmail(_) => run.limits.connections.max(1),
        Destination::Smtp(_) => {
            learnt.connections.map_or(run.limits.connections, |known| run.limits.connections.min(known + 1)).max(1)
        }
    }
}

/// A clock that goes on from `clock`'s first instant even where that one stands still or is set back.
fn running(clock: impl Fn() -> DateTime<Utc>) -> impl Fn() -> DateTime<Utc> {
    let (start, begun) = (clock(), Instant::now());
    move || {
        let passed = TimeDelta::from_std(begun.elapsed()).unwrap_or_default();
        clock().max(start.checked_add_signed(passed).unwrap_or(start))
    }
}
