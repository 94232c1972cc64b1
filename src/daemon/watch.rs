//! The loop: looks, has jobs done beside each other, and sleeps until there is more.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Semaphore, mpsc},
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{Clock, Daemon, Job, Notifier, duty::Duty, jobs::End, troubles::local};
use crate::{config::Config, diagnostic::error_report, store};

/// The longest sleep: so soon is noticed that the clock jumped, that the machine was asleep, or what others did.
const LONGEST: Duration = Duration::from_secs(60);

/// Between two looks: what is to be done at once again is not done in a circle.
const SHORTEST: Duration = Duration::from_millis(250);

/// A store that fails is looked at again after so long.
const MENDING: Duration = Duration::from_secs(10);

/// A look that takes longer than this is a hang, and no sign of life is given any more.
const PATIENCE: Duration = Duration::from_secs(300);

/// So many digests are attended to at a time; the others wait for their turn.
const AT_ONCE: usize = 8;

/// An edition is delivered so long at a stretch where another waits: meanwhile all connections that the config allows
/// are its own.
const STRETCH: Duration = Duration::from_secs(20);

/// How long what is in flight gets to end once the daemon is asked to: so long a relay may take for its answer to a whole
/// message, and who gives up before makes a double.
const FLIGHT: Duration = Duration::from_secs(600);

/// How long other jobs get: the next start does them anew.
const OTHERS: Duration = Duration::from_secs(3);

/// What a daemon is told from outside.
#[derive(Debug)]
pub enum Word {
    /// Another config is in force.
    Reload(Arc<Config>),
    /// End after what is in flight.
    Stop,
}

/// Looks after the digests until it is told to stop.
pub async fn watch(daemon: Daemon, clock: Clock, mut words: mpsc::Receiver<Word>, notifier: &Notifier) {
    let mut crew = Crew::new(daemon, clock);
    let mut next = Instant::now();
    loop {
        if next <= Instant::now() {
            let sleeps = patiently(notifier, crew.look()).await;
            next = Instant::now() + sleeps.clamp(SHORTEST, LONGEST);
            notifier.status(&crew.status());
        }
        notifier.alive();
        let alive = Instant::now() + notifier.every().unwrap_or(LONGEST);
        tokio::select! {
            () = sleep_until(next.min(alive)) => {}
            Some(ended) = crew.jobs.join_next_with_id() => {
                if crew.note(ended) {
                    next = Instant::now().max(crew.looked + SHORTEST);
                }
            }
            word = words.recv() => match word {
                Some(Word::Reload(config)) => {
                    crew.reload(config).await;
                    next = Instant::now();
                }
                Some(Word::Stop) | None => break,
            },
        }
    }
    notifier.stopping();
    crew.end(notifier).await;
}

/// Waits for a look, and gives signs of life as long as it may reasonably take.
async fn patiently<T>(notifier: &Notifier, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let begun = Instant::now();
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = sleep(notifier.every().unwrap_or(LONGEST)), if begun.elapsed() < PATIENCE => notifier.alive(),
        }
    }
}

/// A job and how it ended.
type Ended = (Job, Result<End, store::Error>);

/// The jobs under way.
struct Crew {
    daemon: Daemon,
    clock: Clock,
    jobs: JoinSet<Ended>,
    /// What is under way, by its task.
    under_way: HashMap<Id, Job>,
    /// When each edition was last delivered a stretch of.
    served: HashMap<i64, Instant>,
    /// Several digests at a time, and not all of them.
    places: Arc<Semaphore>,
    /// Another edition waits for the relay.
    others: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
    looked: Instant,
    /// Since when an alert waits for what may mend its trouble.
    withheld: Option<Instant>,
    /// What the store's failure was, as long as it lasts.
    failure: Option<String>,
}

impl Crew {
    fn new(daemon: Daemon, clock: Clock) -> Self {
        Self {
            daemon,
            clock,
            jobs: JoinSet::new(),
            under_way: HashMap::new(),
            served: HashMap::new(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            others: Arc::default(),
            is_over: Arc::default(),
            looked: Instant::now(),
            withheld: None,
            failure: None,
        }
    }

    /// Begins what is to be done now, and says how long to sleep.
    async fn look(&mut self) -> Duration {
        self.looked = Instant::now();
        let now = (self.clock)();
        if self.failure.is_some() {
            self.daemon.beat_next();
        }
        let jobs = match self.daemon.look(now).await {
            Ok(jobs) => jobs,
            Err(error) => {
                self.fail(&error);
                return MENDING;
            }
        };
        if self.failure.take().is_some() {
            tracing::info!("the store works again");
        }
        let busy: HashSet<String> = self.under_way.values().map(Job::key).collect();
        let (mut deliver, rest): (Vec<Job>, Vec<Job>) =
            jobs.into_iter().partition(|job| matches!(job, Job::Deliver(_)));
        let mut is_mending = !deliver.is_empty() || rest.iter().any(|job| matches!(job, Job::Attend { .. }));
        is_mending |= self.under_way.values().any(|job| matches!(job, Job::Attend { .. }));
        for job in rest {
            if !busy.contains(&job.key()) {
                self.begin(job);
            }
        }
        self.others.store(deliver.len() > 1, Ordering::Relaxed);
        if !busy.iter().any(|key| key.starts_with("deliver ")) {
            // Who waited longest.
            deliver.sort_by_key(|job| self.served.get(&row(job)).copied());
            if let Some(job) = deliver.into_iter().next() {
                self.served.insert(row(&job), Instant::now());
                self.begin(job);
            }
        }
        let may_alert = self.may_alert(is_mending);
        if may_alert && !busy.contains(&Job::Alert.key()) && !self.daemon.waits_with(&Job::Alert, now) {
            self.begin(Job::Alert);
        }
        let wake = self.daemon.wake(now);
        wake.map_or(LONGEST, |wake| (wake - now).to_std().unwrap_or_default())
    }

    /// Whether people may be told now: a run that is only just being made must not be called one that did not happen.
    /// What takes long holds up no alert.
    fn may_alert(&mut self, is_mending: bool) -> bool {
        if !is_mending {
            self.withheld = None;
            return true;
        }
        self.withheld.get_or_insert(self.looked).elapsed() > PATIENCE
    }

    fn begin(&mut self, job: Job) {
        let (duty, clock, is_new) = (self.daemon.duty().clone(), Arc::clone(&self.clock), self.daemon.is_new(&job));
        let (others, is_over) = (Arc::clone(&self.others), Arc::clone(&self.is_over));
        let places = matches!(job, Job::Attend { .. }).then(|| Arc::clone(&self.places));
        let shown = job.clone();
        let task = self.jobs.spawn(async move {
            // The semaphore is never closed.
            let _place = match places {
                Some(places) => places.acquire_owned().await.ok(),
                None => None,
            };
            let begun = Instant::now();
            let go_on = move || {
                let is_long = others.load(Ordering::Relaxed) && begun.elapsed() > STRETCH;
                !is_long && !is_over.load(Ordering::Relaxed)
            };
            let end = Daemon::perform(&duty, &job, is_new, &clock, go_on).await;
            (job, end)
        });
        self.under_way.insert(task.id(), shown);
    }

    /// Takes note of how a job ended; says whether there may be more to do now.
    fn note(&mut self, ended: Result<(Id, Ended), JoinError>) -> bool {
        let now = (self.clock)();
        let (job, end) = match ended {
            Ok((id, (job, end))) => {
                self.under_way.remove(&id);
                (job, end)
            }
            Err(error) => {
                let Some(job) = self.under_way.remove(&error.id()) else { return false };
                tracing::error!(job = job.key(), "a job broke off");
                (job, Ok(End::Fruitless))
            }
        };
        let end = end.unwrap_or_else(|error| {
            self.fail(&error);
            End::Fruitless
        });
        self.daemon.note(&job, end, now);
        !matches!(job, Job::Alert)
    }

    /// Says that the store fails; not at each look that it does.
    fn fail(&mut self, error: &store::Error) {
        let why = error_report(error);
        if self.failure.as_ref() != Some(&why) {
            tracing::error!(why, "the store fails; nothing is sent before it works again");
            self.failure = Some(why);
        }
    }

    async fn reload(&mut self, config: Arc<Config>) {
        match self.daemon.reload(config, (self.clock)()).await {
            Ok(()) => tracing::info!(digests = self.daemon.duty().config.digests.len(), "the config is read again"),
            Err(error) => self.fail(&error),
        }
    }

    /// One line for the service manager.
    fn status(&self) -> String {
        if let Some(failure) = &self.failure {
            return format!("the store fails: {failure}");
        }
        if self.daemon.is_held() {
            return "everything is held; see `tidings status`".to_owned();
        }
        let sending = self.under_way.values().find_map(|job| match job {
            Job::Deliver(edition) => Some(format!("sending edition {} of {}; ", edition.number, edition.digest)),
            _ => None,
        });
        let duty: &Duty = self.daemon.duty();
        let next = self.daemon.next().map_or("never".to_owned(), |next| local(&duty.config, next));
        format!("{}next run at {next}", sending.unwrap_or_default())
    }

    /// Lets what is in flight end.
    async fn end(mut self, notifier: &Notifier) {
        self.is_over.store(true, Ordering::Relaxed);
        let begun = Instant::now();
        while !self.under_way.is_empty() {
            let flying = self.under_way.values().any(|job| matches!(job, Job::Deliver(_)));
            let until = begun + if flying { FLIGHT } else { OTHERS };
            notifier.alive();
            let alive = Instant::now() + notifier.every().unwrap_or(LONGEST);
            match timeout_at(until.min(alive), self.jobs.join_next_with_id()).await {
                Ok(Some(ended)) => drop(self.note(ended)),
                Ok(None) => break,
                Err(_) if Instant::now() < until => {}
                Err(_) => {
                    tracing::warn!(jobs = self.under_way.len(), "some jobs did not end in time");
                    break;
                }
            }
        }
        self.jobs.shutdown().await;
    }
}

fn row(job: &Job) -> i64 {
    match job {
        Job::Deliver(edition) => edition.row,
        _ => 0,
    }
}
