//! What comes before any job: is it safe to go on, and a heartbeat; then what the scheduler says.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    context::{Clock, Context},
    hold::hold_if_unsafe,
    job::Job,
    scheduler::Scheduler,
    worker::run_job,
};
use crate::{config::Config, store};

/// A heartbeat is left in the store so often.
const HEARTBEAT_EVERY: TimeDelta = TimeDelta::minutes(10);

/// Looks after the digests of a config.
#[derive(Debug)]
pub struct Supervisor {
    pub(super) scheduler: Scheduler,
    last_heartbeat: Option<DateTime<Utc>>,
    is_held: bool,
}

impl Supervisor {
    /// Begins to look after the digests of the config, from `now` on after those that nobody looked after before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new(context: Context, now: DateTime<Utc>) -> Result<Self, store::Error> {
        Ok(Self { scheduler: Scheduler::new(context, now).await?, last_heartbeat: None, is_held: false })
    }

    /// Takes another config; what failed under the old one is tried again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reload(&mut self, config: Arc<Config>, now: DateTime<Utc>) -> Result<(), store::Error> {
        self.scheduler.reload(config, now).await
    }

    /// What the jobs work with.
    pub fn context(&self) -> &Context {
        self.scheduler.context()
    }

    /// Whether everything is held.
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    /// Finds the jobs that are due at `now`; none while everything is held.
    ///
    /// # Errors
    /// When the store fails: then nothing is to be done.
    pub async fn due_jobs(&mut self, now: DateTime<Utc>) -> Result<Vec<Job>, store::Error> {
        self.is_held = hold_if_unsafe(self.context(), now).await?;
        if self.is_held {
            return Ok(Vec::new());
        }
        if self.last_heartbeat.is_none_or(|at| (now - at).abs() >= HEARTBEAT_EVERY) {
            self.context().store.beat(now).await?;
            self.last_heartbeat = Some(now);
        }
        self.scheduler.due_jobs(now).await
    }

    /// Makes the next look leave a heartbeat: only who writes knows that a store that failed works again.
    pub(super) fn write_next(&mut self) {
        self.last_heartbeat = None;
    }

    /// Does all jobs that are due, one after the other, and says how many those were. The clock may stand still.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn run_due_jobs(&mut self, clock: &Clock) -> Result<usize, store::Error> {
        let mut done = 0;
        let mut seen = BTreeSet::new();
        loop {
            let jobs = self.due_jobs(clock()).await?;
            // What comes a second time in the same words does not get further.
            if jobs.is_empty() || !seen.insert(format!("{jobs:?}")) {
                break;
            }
            for job in jobs {
                self.run(&job, clock).await?;
                done += 1;
            }
        }
        if !self.scheduler.puts_off(&Job::Alert, clock()) {
            self.run(&Job::Alert, clock).await?;
        }
        Ok(done)
    }

    async fn run(&mut self, job: &Job, clock: &Clock) -> Result<(), store::Error> {
        let outcome = run_job(self.context(), job, self.scheduler.is_retry(job), clock, || true).await?;
        self.scheduler.record(job, outcome, clock());
        Ok(())
    }

    /// Says when to look again after `now`, should nothing happen before.
    pub fn next_wake(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.scheduler.next_wake(now)
    }
}
