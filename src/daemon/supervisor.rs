//! The loop: makes sure that it is safe to go on, has the jobs that are due done beside each other, and sleeps until
//! there is more.

use std::{collections::BTreeSet, pin::pin, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{
    context::{Clock, Context},
    deadlines::local_time,
    hold::hold_if_unsafe,
    job::{Job, JobKey, Outcome},
    notify::Notifier,
    pool::{FinishedJob, JobPool, run_job},
    scheduler::Scheduler,
};
use crate::{config::Config, diagnostic::error_report, store};

/// A heartbeat is left in the store so often.
const HEARTBEAT_EVERY: TimeDelta = TimeDelta::minutes(10);

/// The longest sleep: so soon is noticed that the clock jumped, that the machine was asleep, or what others did.
const MAX_SLEEP: Duration = Duration::from_secs(60);

/// The shortest one: what is due at once again is not done in a circle.
const MIN_SLEEP: Duration = Duration::from_millis(250);

/// A store that fails is looked at again after so long.
const STORE_RETRY_AFTER: Duration = Duration::from_secs(10);

/// A look at the store that takes longer than this is a hang, and the service manager gets no sign of life any more.
const LOOK_TIMEOUT: Duration = Duration::from_secs(300);

/// An alert waits no longer for what may be about to mend its incident.
const MAX_ALERT_DELAY: Duration = Duration::from_secs(300);

/// How long what is in flight gets to end once the daemon is asked to: so long a relay may take for its answer to a whole
/// message, and who gives up before makes a double.
const DELIVERY_STOP_TIMEOUT: Duration = Duration::from_secs(600);

/// How long other jobs get: the next start does them anew.
const STOP_TIMEOUT: Duration = Duration::from_secs(3);

/// What a daemon is told to do from outside.
#[derive(Debug)]
pub enum Command {
    /// Go on with another config.
    Reload(Arc<Config>),
    /// End after what is in flight.
    Stop,
}

/// Looks after the digests of a config.
pub struct Supervisor {
    scheduler: Scheduler,
    clock: Clock,
    pool: JobPool,
    is_held: bool,
    last_heartbeat: Option<DateTime<Utc>>,
    last_look: Instant,
    /// Since when an alert waits for what may mend its incident.
    alert_waits_since: Option<Instant>,
    /// What the store's failure was, as long as it lasts.
    failure: Option<String>,
}

impl Supervisor {
    /// Begins to look after the digests of the config, from now on after those that nobody looked after before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new(context: Context, clock: Clock) -> Result<Self, store::Error> {
        Ok(Self {
            scheduler: Scheduler::new(context, clock()).await?,
            pool: JobPool::new(Arc::clone(&clock)),
            clock,
            is_held: false,
            last_heartbeat: None,
            last_look: Instant::now(),
            alert_waits_since: None,
            failure: None,
        })
    }

    /// Looks after the digests until a command stops it.
    pub async fn run(mut self, mut commands: mpsc::Receiver<Command>, notifier: &Notifier) {
        let mut next_look = Instant::now();
        loop {
            if next_look <= Instant::now() {
                let sleeps = with_signs_of_life(notifier, self.start_due_jobs()).await;
                next_look = Instant::now() + sleeps.clamp(MIN_SLEEP, MAX_SLEEP);
                notifier.status(&self.status());
            }
            notifier.keep_alive();
            let next_sign = Instant::now() + notifier.watchdog_interval().unwrap_or(MAX_SLEEP);
            tokio::select! {
                () = sleep_until(next_look.min(next_sign)) => {}
                Some(finished) = self.pool.next_finished() => {
                    if !matches!(finished.0, Job::Alert) {
                        next_look = Instant::now().max(self.last_look + MIN_SLEEP);
                    }
                    self.record(finished);
                }
                command = commands.recv() => match command {
                    Some(Command::Reload(config)) => {
                        self.take_config(config).await;
                        next_look = Instant::now();
                    }
                    Some(Command::Stop) | None => break,
                },
            }
        }
        notifier.stopping();
        self.stop(notifier).await;
    }

    /// Finds the jobs that are due at `now`; none while everything is held.
    ///
    /// # Errors
    /// When the store fails: then nothing is to be done.
    pub async fn due_jobs(&mut self, now: DateTime<Utc>) -> Result<Vec<Job>, store::Error> {
        self.is_held = hold_if_unsafe(&self.context().store, now).await?.is_some();
        if self.is_held {
            return Ok(Vec::new());
        }
        if self.last_heartbeat.is_none_or(|at| (now - at).abs() >= HEARTBEAT_EVERY) {
            self.context().store.record_heartbeat(now).await?;
            self.last_heartbeat = Some(now);
        }
        let Context { store, owner, .. } = self.context();
        store.adopt_runs(owner).await?;
        self.scheduler.due_jobs(now).await
    }

    /// Starts the jobs that are due now, and says how long to sleep.
    async fn start_due_jobs(&mut self) -> Duration {
        self.last_look = Instant::now();
        let now = (self.clock)();
        if self.failure.is_some() {
            // Only who writes knows that the store works again.
            self.last_heartbeat = None;
        }
        let jobs = match self.due_jobs(now).await {
            Ok(jobs) => jobs,
            Err(error) => {
                self.report_failure(&error);
                return STORE_RETRY_AFTER;
            }
        };
        if self.failure.take().is_some() {
            tracing::info!("the store works again");
        }
        let may_alert = self.may_alert(&jobs);
        let mut editions = Vec::new();
        for job in jobs {
            match job {
                Job::Deliver(edition) => editions.push(*edition),
                Job::FetchMail { .. } => self.start(Job::FetchMail { waits: true }),
                job => self.start(job),
            }
        }
        if let Some(delivery) = self.pool.pick_delivery(editions) {
            self.start(delivery);
        }
        if may_alert && !self.scheduler.backoff.puts_off(&JobKey::Alert, now) {
            self.start(Job::Alert);
        }
        let wake = self.next_wake(now);
        wake.map_or(MAX_SLEEP, |wake| (wake - now).to_std().unwrap_or_default())
    }

    /// Starts a job, unless the same is under way.
    fn start(&mut self, job: Job) {
        let key = job.key();
        if !self.pool.is_running(&key) {
            let is_retry = self.scheduler.backoff.failed_before(&key);
            self.pool.start(&self.scheduler.context, job, is_retry);
        }
    }

    /// Says whether people may be told now: a run that is only just being made must not be called one that did not
    /// happen. What takes long holds up no alert.
    fn may_alert(&mut self, due: &[Job]) -> bool {
        let is_advance = |job: &Job| matches!(job, Job::Advance { .. });
        let may_mend = due.iter().any(|job| is_advance(job) || matches!(job, Job::Deliver(_)))
            || self.pool.running().any(is_advance);
        if !may_mend {
            self.alert_waits_since = None;
            return true;
        }
        self.alert_waits_since.get_or_insert(self.last_look).elapsed() > MAX_ALERT_DELAY
    }

    /// Takes note of how a job ended.
    fn record(&mut self, (job, outcome): FinishedJob) {
        let outcome = outcome.unwrap_or_else(|error| {
            self.report_failure(&error);
            Outcome::Failed
        });
        self.scheduler.backoff.record(&job, outcome, (self.clock)());
    }

    /// Logs that the store fails; not at each look that it does.
    fn report_failure(&mut self, error: &store::Error) {
        let why = error_report(error);
        if self.failure.as_ref() != Some(&why) {
            tracing::error!(why, "the store fails; nothing is sent before it works again");
            self.failure = Some(why);
        }
    }

    async fn take_config(&mut self, config: Arc<Config>) {
        let digests = config.digests.len();
        match self.reload(config, (self.clock)()).await {
            Ok(()) => tracing::info!(digests, "the config is read again"),
            Err(error) => self.report_failure(&error),
        }
    }

    /// Says in one line for the service manager how things stand.
    fn status(&self) -> String {
        if let Some(failure) = &self.failure {
            return format!("the store fails: {failure}");
        }
        if self.is_held {
            return "everything is held; see `tidings status`".to_owned();
        }
        let sending = self.pool.delivering();
        let sending = sending.map(|edition| format!("sending edition {} of {}; ", edition.number, edition.digest));
        let next = self.scheduler.timetable.next();
        let next = next.map_or("never".to_owned(), |next| local_time(&self.scheduler.context.config, next));
        format!("{}next run at {next}", sending.unwrap_or_default())
    }

    /// Lets what is in flight end.
    async fn stop(mut self, notifier: &Notifier) {
        self.pool.stop();
        let begun = Instant::now();
        loop {
            let timeout = if self.pool.delivering().is_some() { DELIVERY_STOP_TIMEOUT } else { STOP_TIMEOUT };
            let until = begun + timeout;
            notifier.keep_alive();
            let next_sign = Instant::now() + notifier.watchdog_interval().unwrap_or(MAX_SLEEP);
            match timeout_at(until.min(next_sign), self.pool.next_finished()).await {
                Ok(Some(finished)) => self.record(finished),
                Ok(None) => break,
                Err(_) if Instant::now() < until => {}
                Err(_) => {
                    tracing::warn!(jobs = self.pool.running().count(), "some jobs did not end in time");
                    break;
                }
            }
        }
        self.pool.abort().await;
    }

    /// Takes another config; what failed under the old one is tried again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reload(&mut self, config: Arc<Config>, now: DateTime<Utc>) -> Result<(), store::Error> {
        self.scheduler.reload(config, now).await
    }

    /// Does all jobs that are due, one after the other, and says how many those were. The clock may stand still.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn run_due_jobs(&mut self) -> Result<usize, store::Error> {
        let mut done = 0;
        let mut seen = BTreeSet::new();
        loop {
            let jobs = self.due_jobs((self.clock)()).await?;
            // What comes a second time in the same words does not get further.
            if jobs.is_empty() || !seen.insert(format!("{jobs:?}")) {
                break;
            }
            for job in jobs {
                self.run_now(&job).await?;
                done += 1;
            }
        }
        if !self.scheduler.backoff.puts_off(&JobKey::Alert, (self.clock)()) {
            self.run_now(&Job::Alert).await?;
        }
        Ok(done)
    }

    async fn run_now(&mut self, job: &Job) -> Result<(), store::Error> {
        let outcome =
            run_job(self.context(), job, self.scheduler.backoff.failed_before(&job.key()), &self.clock, || true)
                .await?;
        self.scheduler.backoff.record(job, outcome, (self.clock)());
        Ok(())
    }

    /// Says when to look again after `now`, should nothing happen before.
    pub fn next_wake(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.scheduler.next_wake(now)
    }

    /// What the jobs work with.
    pub fn context(&self) -> &Context {
        &self.scheduler.context
    }

    /// Whether everything is held.
    pub fn is_held(&self) -> bool {
        self.is_held
    }
}

/// Waits for a look at the store, and gives signs of life as long as it may reasonably take.
async fn with_signs_of_life<T>(notifier: &Notifier, look: impl Future<Output = T>) -> T {
    let mut look = pin!(look);
    let begun = Instant::now();
    loop {
        tokio::select! {
            done = &mut look => return done,
            () = sleep(notifier.watchdog_interval().unwrap_or(MAX_SLEEP)), if begun.elapsed() < LOOK_TIMEOUT => notifier.keep_alive(),
        }
    }
}
