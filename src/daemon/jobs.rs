//! What is to be done at an instant, and doing it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Clock, alert,
    attend::attend,
    deliver::{Stretch, deliver},
    duty::Duty,
    guard::{Epoch, Hold, judge, note_epoch},
    timetable::{Due, Timetable},
    troubles::{answer_by, schedule_of},
};
use crate::{
    config::Config,
    digest::Approval,
    store::{self, Pulse, Stage, Standing, State, Store},
};

/// A sign of life is left so often.
const BEAT: TimeDelta = TimeDelta::minutes(10);

/// What came to nothing is tried again after so long; each time twice that.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// But no later than this.
const LATEST: TimeDelta = TimeDelta::minutes(15);

/// Something to do.
#[derive(Debug, Clone)]
pub enum Job {
    /// A digest wants attention.
    Attend {
        /// Its name.
        digest: String,
        /// A run that nobody has taken on yet.
        due: Option<Due>,
        /// Whether an editor may be asked now.
        may_ask: bool,
    },
    /// An edition is on its way.
    Deliver(Box<Standing>),
    /// The watchman outside is to hear of a good run.
    Ping,
    /// Somebody may have to be told of troubles.
    Alert,
}

impl Job {
    /// Two jobs of the same key are not done at the same time.
    pub fn key(&self) -> String {
        match self {
            Self::Attend { digest, .. } => format!("attend {digest}"),
            Self::Deliver(edition) => format!("deliver {}", edition.row),
            Self::Ping => "ping".to_owned(),
            Self::Alert => "alert".to_owned(),
        }
    }
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Done; the same may be done again at once, should there be more of it.
    Done,
    /// Done, but for an editor who is to be asked again later.
    Unasked,
    /// Not before then.
    Until(DateTime<Utc>),
    /// It came to nothing, and is tried again later.
    Fruitless,
}

/// A daemon between two looks.
#[derive(Debug)]
pub struct Daemon {
    duty: Duty,
    timetable: Timetable,
    /// What is not to be done before some instant, and how often in a row it came to nothing.
    waits: HashMap<String, (DateTime<Utc>, u32)>,
    beaten: Option<DateTime<Utc>>,
    is_held: bool,
}

impl Daemon {
    /// Begins to look after the digests of the config, from `now` on for those that nobody looked after before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new(duty: Duty, now: DateTime<Utc>) -> Result<Self, store::Error> {
        let timetable = timetable(&duty, now).await?;
        Ok(Self { duty, timetable, waits: HashMap::new(), beaten: None, is_held: false })
    }

    /// Takes another config; what failed under the old one is tried again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reload(&mut self, config: Arc<Config>, now: DateTime<Utc>) -> Result<(), store::Error> {
        let duty = Duty { config, ..self.duty.clone() };
        duty.store.try_now().await?;
        self.timetable = timetable(&duty, now).await?;
        self.duty = duty;
        self.waits.clear();
        Ok(())
    }

    /// What it works with.
    pub fn duty(&self) -> &Duty {
        &self.duty
    }

    /// Whether everything is held.
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    /// Makes the next look write a sign of life: only who writes knows that the store works again.
    pub fn beat_next(&mut self) {
        self.beaten = None;
    }

    /// Finds what is to be done at `now`.
    ///
    /// # Errors
    /// When the store fails: then nothing is to be done.
    pub async fn look(&mut self, now: DateTime<Utc>) -> Result<Vec<Job>, store::Error> {
        self.is_held = self.is_to_hold(now).await?;
        if self.is_held {
            return Ok(Vec::new());
        }
        if self.beaten.is_none_or(|at| (now - at).abs() >= BEAT) {
            self.duty.store.beat(now).await?;
            self.beaten = Some(now);
        }
        // A clock that was set back must not make anything wait longer than it would have.
        self.waits.retain(|_, (until, _)| *until > now && *until - now <= TimeDelta::days(1));
        let store = &self.duty.store;
        self.timetable.update(&store.watched().await?);
        let mut attend: BTreeMap<String, Option<Due>> =
            self.timetable.due(now).into_iter().map(|(digest, due)| (digest.to_owned(), Some(due))).collect();
        let editions = store.open_editions().await?;
        for (run, mine) in store.open_runs(Some(&self.duty.owner)).await? {
            let edition = editions.iter().find(|edition| Some(edition.row) == run.edition);
            let wants = match run.stage {
                Stage::Frozen => edition.is_none_or(|edition| self.wants(edition, now)),
                _ => run.next.is_none_or(|next| next <= now),
            };
            if mine && wants && self.duty.config.digests.contains_key(&run.digest) {
                attend.entry(run.digest).or_default();
            }
        }
        let may_ask = |digest: &str| !self.waits.contains_key(&format!("ask {digest}"));
        let mut jobs: Vec<Job> =
            attend.into_iter().map(|(digest, due)| Job::Attend { may_ask: may_ask(&digest), digest, due }).collect();
        for edition in editions.into_iter().filter(|edition| edition.state == State::Sending) {
            let left = store.due_of(edition.row, self.duty.config.limits.in_doubt).await?;
            if left.is_some_and(|at| at <= now) {
                jobs.push(Job::Deliver(Box::new(edition)));
            }
        }
        if self.duty.config.ping.is_some() && !store.to_ping(now - alert::PING).await?.is_empty() {
            jobs.push(Job::Ping);
        }
        jobs.retain(|job| !self.waits.contains_key(&job.key()));
        Ok(jobs)
    }

    /// When it is time for the next look after `now`, should nothing happen before.
    pub fn wake(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let waits = self.waits.values().map(|(until, _)| *until);
        waits.chain(self.timetable.next()).filter(|at| *at > now).min()
    }

    /// When the next run is due, or its edition to be frozen.
    pub fn next(&self) -> Option<DateTime<Utc>> {
        self.timetable.next()
    }

    /// Whether this job is not to be done yet.
    pub fn waits_with(&self, job: &Job, now: DateTime<Utc>) -> bool {
        self.waits.get(&job.key()).is_some_and(|(until, _)| *until > now)
    }

    /// Does one job. `go_on` is asked after each delivery of an edition.
    ///
    /// # Errors
    /// When the store fails; the next look finds what is left.
    pub async fn perform(
        duty: &Duty,
        job: &Job,
        is_new: bool,
        clock: &Clock,
        go_on: impl FnMut() -> bool + Send,
    ) -> Result<End, store::Error> {
        let now = clock();
        let end = match job {
            Job::Attend { digest, due, may_ask } => {
                if attend(duty, digest, *due, *may_ask, now).await? {
                    End::Unasked
                } else {
                    End::Done
                }
            }
            Job::Deliver(edition) => match deliver(duty, edition, is_new, || clock(), go_on).await? {
                Stretch::Done(Some(next)) if next > clock() => End::Until(next),
                // Somebody else has what is left, or it was claimed and will be due again.
                Stretch::Done(_) => End::Until(clock() + AGAIN),
                Stretch::Interrupted => End::Done,
                Stretch::Stuck { passes: true } => End::Fruitless,
                Stretch::Stuck { passes: false } => End::Until(clock() + LATEST),
            },
            Job::Ping if alert::ping(duty, now).await? => End::Done,
            Job::Alert if alert::alert(duty, true, now).await? => End::Done,
            Job::Ping | Job::Alert => End::Fruitless,
        };
        if matches!(job, Job::Attend { .. } | Job::Deliver(_)) {
            note_epoch(&duty.store, clock()).await?;
        }
        Ok(end)
    }

    /// Whether this job came to nothing the last time it was done.
    pub fn is_new(&self, job: &Job) -> bool {
        !self.waits.contains_key(&format!("tried {}", job.key()))
    }

    /// Takes note of how a job ended.
    pub fn note(&mut self, job: &Job, end: End, now: DateTime<Utc>) {
        let (key, tried) = (job.key(), format!("tried {}", job.key()));
        self.waits.remove(&key);
        match end {
            End::Done => drop(self.waits.remove(&tried)),
            End::Unasked => {
                if let Job::Attend { digest, .. } = job {
                    self.waits.insert(format!("ask {digest}"), (now + AGAIN, 0));
                }
            }
            End::Until(until) => drop(self.waits.insert(key, (until, 0))),
            End::Fruitless => {
                let tries = self.waits.get(&tried).map_or(0, |(_, tries)| *tries);
                let until = now + (AGAIN * (1 << tries.min(4))).min(LATEST);
                self.waits.insert(key, (until, tries));
                self.waits.insert(tried, (until + LATEST, tries + 1));
            }
        }
    }

    /// Does all that is to be done, one job after the other, and says how much that was. The clock may stand still.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn step(&mut self, clock: &Clock) -> Result<usize, store::Error> {
        let mut done = 0;
        let mut seen = BTreeSet::new();
        loop {
            let jobs = self.look(clock()).await?;
            let shown = format!("{jobs:?}");
            // What comes a second time in the same words does not get further.
            if jobs.is_empty() || !seen.insert(shown) {
                break;
            }
            for job in jobs {
                let (duty, is_new) = (self.duty.clone(), self.is_new(&job));
                let end = Self::perform(&duty, &job, is_new, clock, || true).await?;
                self.note(&job, end, clock());
                done += 1;
            }
        }
        let alert = Job::Alert;
        if !self.waits_with(&alert, clock()) {
            let end = Self::perform(&self.duty, &alert, true, clock, || true).await?;
            self.note(&alert, end, clock());
        }
        Ok(done)
    }

    /// Whether there is something to do for an edition that is frozen for a run.
    fn wants(&self, edition: &Standing, now: DateTime<Utc>) -> bool {
        let Some(digest) = self.duty.config.digests.get(&edition.digest) else { return false };
        let asks = digest.approval != Approval::None && edition.asked.is_none();
        let may_ask = !self.waits.contains_key(&format!("ask {}", edition.digest));
        match edition.state {
            State::Waiting if asks => may_ask,
            State::Waiting => answer_by(digest, edition).or(edition.due).is_none_or(|by| by <= now),
            State::Held => asks && edition.stopped.is_none() && may_ask,
            State::Approved => edition.due.is_none_or(|due| due <= now),
            _ => false,
        }
    }

    /// Looks for what speaks against going on.
    async fn is_to_hold(&self, now: DateTime<Utc>) -> Result<bool, store::Error> {
        let (config, store) = (&self.duty.config, &self.duty.store);
        let pulse = store.pulse().await?;
        if pulse.as_ref().is_some_and(|pulse| pulse.hold.is_some()) {
            return Ok(true);
        }
        let Some(hold) = judge(Epoch::read(&config.store), pulse.as_ref(), now) else { return Ok(false) };
        tracing::error!(why = hold.text(), "everything is held");
        store.hold_all(&hold.text(), matches!(hold, Hold::Restored(_)), now).await?;
        Ok(true)
    }
}

/// Goes on from `now` where everything was held; says whether it was. Editions in a store that was restored are held
/// one by one, and stay so: readers may have what it does not know of.
///
/// # Errors
/// When the store fails.
pub async fn resume(config: &Config, store: &Store, now: DateTime<Utc>) -> Result<bool, store::Error> {
    let pulse = store.pulse().await?;
    let hold = judge(Epoch::read(&config.store), pulse.as_ref(), now);
    if let Some(hold) = &hold {
        store.hold_all(&hold.text(), matches!(hold, Hold::Restored(_)), now).await?;
    }
    let was_held = store.resume(now).await?;
    if was_held
        && let Some(Pulse { run, acts, .. }) = store.pulse().await?
        && let Err(error) = (Epoch { run, acts, at: now }).write(&config.store)
    {
        tracing::warn!(%error, "the `.epoch` file beside the store cannot be written");
    }
    Ok(was_held)
}

async fn timetable(duty: &Duty, now: DateTime<Utc>) -> Result<Timetable, store::Error> {
    let config = &duty.config;
    let digests: Vec<(&str, String)> =
        config.digests.values().map(|digest| (digest.name.as_str(), schedule_of(config, digest))).collect();
    let watched = duty.store.watch(&digests, now).await?;
    Ok(Timetable::new(config, &watched))
}
