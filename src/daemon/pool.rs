//! The jobs under way, beside each other: several digests at a time, one edition at a time.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    task::{Id, JoinSet},
    time::Instant,
};

use super::{
    advance::advance_run,
    alert,
    checkpoint::update_checkpoint,
    context::{Clock, Context},
    delivery::deliver_edition,
    job::{Job, JobKey, Outcome},
    mailbox::look_into_mailbox,
};
use crate::store::{self, EditionRecord};

/// So many digests are advanced at a time; the others wait for their turn.
const MAX_ADVANCING: usize = 8;

/// An edition is delivered so long at a stretch where another waits: meanwhile all connections that the config allows
/// are its own.
const MAX_STRETCH: Duration = Duration::from_secs(20);

/// A job and how it ended.
pub(super) type FinishedJob = (Job, Result<Outcome, store::Error>);

/// The jobs under way.
pub(super) struct JobPool {
    clock: Clock,
    tasks: JoinSet<FinishedJob>,
    running: HashMap<Id, Job>,
    advance_slots: Arc<Semaphore>,
    /// When each edition was last delivered a stretch of.
    last_stretch: HashMap<i64, Instant>,
    /// Another edition waits for the relay.
    is_awaited: Arc<AtomicBool>,
    is_stopping: Arc<AtomicBool>,
}

impl JobPool {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            advance_slots: Arc::new(Semaphore::new(MAX_ADVANCING)),
            last_stretch: HashMap::new(),
            is_awaited: Arc::default(),
            is_stopping: Arc::default(),
        }
    }

    /// Gives the jobs under way.
    pub(super) fn running(&self) -> impl Iterator<Item = &Job> {
        self.running.values()
    }

    pub(super) fn is_running(&self, key: &JobKey) -> bool {
        self.running().any(|job| job.key() == *key)
    }

    /// Gives the edition that is being delivered.
    pub(super) fn delivering(&self) -> Option<&EditionRecord> {
        self.running().find_map(|job| match job {
            Job::Deliver(edition) => Some(&**edition),
            _ => None,
        })
    }

    /// Picks of several editions the one that waited longest for the relay, where none is being delivered: the relay's
    /// connections are one budget.
    pub(super) fn pick_delivery(&mut self, editions: Vec<EditionRecord>) -> Option<Job> {
        self.is_awaited.store(editions.len() > 1, Ordering::Relaxed);
        if self.delivering().is_some() {
            return None;
        }
        let next = editions.into_iter().min_by_key(|edition| self.last_stretch.get(&edition.row).copied())?;
        self.last_stretch.insert(next.row, Instant::now());
        Some(Job::Deliver(Box::new(next)))
    }

    /// Starts a job on a task of its own.
    pub(super) fn start(&mut self, context: &Context, job: Job, is_retry: bool) {
        let (context, clock, shown) = (context.clone(), Arc::clone(&self.clock), job.clone());
        let (is_awaited, is_stopping) = (Arc::clone(&self.is_awaited), Arc::clone(&self.is_stopping));
        let slots = matches!(job, Job::Advance { .. }).then(|| Arc::clone(&self.advance_slots));
        let task = self.tasks.spawn(async move {
            // The semaphore is never closed.
            let _slot = match slots {
                Some(slots) => slots.acquire_owned().await.ok(),
                None => None,
            };
            let begun = Instant::now();
            let keep_going = move || {
                let must_yield = is_awaited.load(Ordering::Relaxed) && begun.elapsed() > MAX_STRETCH;
                !must_yield && !is_stopping.load(Ordering::Relaxed)
            };
            let outcome = run_job(&context, &job, is_retry, &clock, keep_going).await;
            (job, outcome)
        });
        self.running.insert(task.id(), shown);
    }

    /// Waits for a job to end; `None` where none is under way. One that panicked has failed.
    pub(super) async fn next_finished(&mut self) -> Option<FinishedJob> {
        match self.tasks.join_next_with_id().await? {
            Ok((id, finished)) => {
                self.running.remove(&id);
                Some(finished)
            }
            Err(error) => {
                let job = self.running.remove(&error.id())?;
                tracing::error!(job = ?job.key(), "a job broke off");
                Some((job, Ok(Outcome::Failed)))
            }
        }
    }

    /// Asks deliveries to end after what is in flight.
    pub(super) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Ends what has not ended by itself.
    pub(super) async fn abort(&mut self) {
        self.tasks.shutdown().await;
    }
}

/// Does one job. `keep_going` is asked after each delivery of an edition; with `is_retry`, a failure of delivering that
/// may pass by itself is kept in the store for people to see.
///
/// # Errors
/// When the store fails; what is left is due again.
pub async fn run_job(
    context: &Context,
    job: &Job,
    is_retry: bool,
    clock: &Clock,
    mut keep_going: impl FnMut() -> bool + Send,
) -> Result<Outcome, store::Error> {
    let outcome = match job {
        Job::Advance { digest, due, may_ask } => advance_run(context, digest, *due, *may_ask, clock()).await?,
        Job::Deliver(edition) => deliver_edition(context, edition, is_retry, clock, keep_going).await?,
        Job::FetchMail { waits } => look_into_mailbox(context, *waits, clock, &mut keep_going).await?,
        Job::Ping => return alert::ping_monitor(context, clock()).await,
        Job::Alert => return alert::alert_people(context, clock()).await,
    };
    update_checkpoint(&context.store, clock()).await?;
    Ok(outcome)
}
