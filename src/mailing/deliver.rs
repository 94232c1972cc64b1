//! Delivers what is due of a frozen edition.
//!
//! Each connection has a worker: it takes a claimed delivery, fills the message, hands it over, and says what became of
//! it. All workers ask one dispatcher, which alone speaks to the store. A claim is durable before the first octet of a
//! message leaves, and an outcome before the final dot of the next message on the same connection; so whoever dies, the
//! next [`deliver()`] knows what went out, what did not, and which one message of each connection nobody can know.

use std::{num::NonZero, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::mpsc, task::JoinSet, time::Instant};

use super::{
    dispatcher::{Dispatcher, resume_panic},
    report::{SendReport, StopReason},
    worker,
};
use crate::{
    deliver::{Destination, InDoubt, Limits, Transport},
    message::{MessageTemplate, Sender},
    store::{self, FrozenEdition, RelayLimits, SendJob, Store},
};

/// Files cost no round trip, and writing one twice gives the same file: so many are claimed at a time.
const FILES_PER_BATCH: usize = 256;

/// What delivering needs besides the edition.
#[derive(Debug)]
pub struct SendContext<'a> {
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
    context: &SendContext<'_>,
    frozen: &FrozenEdition,
    clock: impl Fn() -> DateTime<Utc>,
    progress: impl FnMut(usize) -> bool,
) -> Result<SendReport, store::Error> {
    let clock = monotonic(clock);
    context.store.reclaim_from_dead(frozen.row, clock()).await?;
    let stopped = run_workers(context, frozen, &clock, progress).await?;
    context.store.finish_edition(frozen.row, clock()).await?;
    let due = context.store.next_due_delivery(frozen.row, context.limits.in_doubt).await?;
    let pause = stopped.as_ref().and_then(StopReason::pause).and_then(|pause| TimeDelta::from_std(pause).ok());
    Ok(SendReport {
        counts: context.store.delivery_counts(frozen.row).await?,
        stopped,
        next: pause.map(|pause| clock() + pause).or(due),
        alike: context.store.doubtful_bounces(frozen.row).await?,
    })
}

/// Starts the workers and the dispatcher, and waits until they end; says why, where it is before their time.
async fn run_workers(
    context: &SendContext<'_>,
    frozen: &FrozenEdition,
    clock: impl Fn() -> DateTime<Utc>,
    progress: impl FnMut(usize) -> bool,
) -> Result<Option<StopReason>, store::Error> {
    let templates = frozen.variants.try_map(|parts| MessageTemplate::new(&frozen.edition, parts, context.sender));
    let templates = match templates {
        Ok(templates) => templates,
        Err(fault) => return Ok(Some(StopReason::Unmade(fault))),
    };
    let (relay, owner) = (context.destination.name(), context.store.new_owner()?);
    let (before, known) = (context.store.delivery_counts(frozen.row).await?, context.store.relay_limits(&relay).await?);
    let first = match Transport::open(context.destination, known.messages).await {
        Ok(transport) => transport,
        Err(fault) => return Ok(Some(StopReason::Transport(fault))),
    };
    let wanted = max_workers(context, known);
    let shared = Arc::new(worker::SharedWork {
        destination: context.destination.clone(),
        max_messages: known.messages,
        templates,
        batch: if matches!(context.destination, Destination::File(_)) { FILES_PER_BATCH } else { 1 },
        claims_ahead: context.limits.in_doubt == InDoubt::Resend,
    });
    let left = usize::try_from(before.pending + before.deferred + before.in_doubt).unwrap_or(0);
    let count = wanted.min(left.div_ceil(shared.batch)).max(1);
    let (requests, inbox) = mpsc::channel(count);
    let mut workers = JoinSet::new();
    workers.spawn(worker::run_worker(Arc::clone(&shared), requests.clone(), Some(first)));
    for _ in 1..count {
        workers.spawn(worker::run_worker(Arc::clone(&shared), requests.clone(), None));
    }
    drop(requests);
    let (edition, rate, in_doubt) = (frozen.row, context.limits.rate, context.limits.in_doubt);
    let job = SendJob { edition, owner: &owner, relay: &relay, rate, in_doubt };
    let has_answered = before.sent + before.bounced > 0;
    let dispatcher = Dispatcher::new(context.store, &job, context.limits, count, has_answered);
    let ended = dispatcher.run(inbox, &mut workers, clock, progress).await?;
    while let Some(worker) = workers.join_next().await {
        resume_panic(worker);
    }
    let connections = match ended.connections {
        Some(fewer) => Some(fewer),
        None if count == wanted => Some(wanted).filter(|wanted| *wanted < context.limits.connections),
        None => known.connections,
    };
    let now = RelayLimits { messages: ended.max_messages.or(known.messages), connections };
    if now != known && matches!(context.destination, Destination::Smtp(_)) {
        context.store.save_relay_limits(&relay, now).await?;
    }
    Ok(ended.stopped)
}

/// How many workers there may be at a time. A relay that once took no more is asked for one more in each send: it may take them by
/// now.
fn max_workers(context: &SendContext<'_>, known: RelayLimits) -> usize {
    match context.destination {
        // A folder keeps nobody waiting: what takes the time is making the messages, and that is work for every core.
        Destination::File(_) => std::thread::available_parallelism().map_or(1, NonZero::get),
        Destination::Sendmail(_) => context.limits.connections.max(1),
        Destination::Smtp(_) => known
            .connections
            .map_or(context.limits.connections, |count| context.limits.connections.min(count + 1))
            .max(1),
    }
}

/// A clock that goes on from `clock`'s first instant even where that one stands still or is set back.
fn monotonic(clock: impl Fn() -> DateTime<Utc>) -> impl Fn() -> DateTime<Utc> {
    let (start, begun) = (clock(), Instant::now());
    move || {
        let passed = TimeDelta::from_std(begun.elapsed()).unwrap_or_default();
        clock().max(start.checked_add_signed(passed).unwrap_or(start))
    }
}
