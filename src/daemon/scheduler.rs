//! Says what is due. It only reads the store; [`run_job`](super::run_job) does what it says.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{
    alert::PING_WITHIN,
    backoff::Backoff,
    context::Context,
    deadlines::{answer_deadline, must_ask_editor, schedule_text},
    job::{Job, JobKey},
    timetable::{ScheduledRun, Timetable},
};
use crate::{
    config::Config,
    store::{self, EditionRecord, EditionState, RunState},
};

/// What is due when: the digests' schedules, and the jobs that are put off.
#[derive(Debug)]
pub(super) struct Scheduler {
    pub(super) context: Context,
    pub(super) timetable: Timetable,
    pub(super) backoff: Backoff,
}

impl Scheduler {
    /// Schedules the digests of the config, from `now` on those that nobody looked after before.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn new(context: Context, now: DateTime<Utc>) -> Result<Self, store::Error> {
        let timetable = timetable(&context, now).await?;
        Ok(Self { context, timetable, backoff: Backoff::default() })
    }

    /// Takes another config; what failed under the old one is tried again.
    ///
    /// # Errors
    /// When the store fails: then the old one stays.
    pub(super) async fn reload(&mut self, config: Arc<Config>, now: DateTime<Utc>) -> Result<(), store::Error> {
        let context = Context { config, ..self.context.clone() };
        context.store.retry_failed_runs_now().await?;
        self.timetable = timetable(&context, now).await?;
        self.context = context;
        self.backoff.clear();
        Ok(())
    }

    /// Finds the jobs that are due at `now`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn due_jobs(&mut self, now: DateTime<Utc>) -> Result<Vec<Job>, store::Error> {
        self.backoff.expire(now);
        self.timetable.update(&self.context.store.watched_digests().await?);
        let store = &self.context.store;
        let editions = store.open_editions().await?;
        let runs = self.due_runs(&editions, now).await?;
        let may_ask = |digest: &str| !self.backoff.puts_off(&JobKey::AskEditor(digest.to_owned()), now);
        let mut jobs: Vec<Job> =
            runs.into_iter().map(|(digest, due)| Job::Advance { may_ask: may_ask(&digest), digest, due }).collect();
        for edition in editions.into_iter().filter(|edition| edition.state == EditionState::Sending) {
            let next = store.next_work(edition.row, self.context.config.limits.in_doubt).await?;
            if next.is_some_and(|at| at <= now) {
                jobs.push(Job::Deliver(Box::new(edition)));
            }
        }
        if self.context.config.mailbox.is_some() {
            jobs.push(Job::FetchMail { waits: false });
        }
        if self.context.config.ping.is_some() && !store.runs_to_ping(now - PING_WITHIN).await?.is_empty() {
            jobs.push(Job::Ping);
        }
        jobs.retain(|job| !self.backoff.puts_off(&job.key(), now));
        Ok(jobs)
    }

    /// Finds the digests with something to do for a run: one that is due, or one that is under way.
    async fn due_runs(
        &self,
        editions: &[EditionRecord],
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<String, Option<ScheduledRun>>, store::Error> {
        let Context { store, owner, config, .. } = &self.context;
        let due = self.timetable.due(now).into_iter();
        let mut digests: BTreeMap<String, Option<ScheduledRun>> =
            due.map(|(digest, due)| (digest.to_owned(), Some(due))).collect();
        for run in store.open_runs().await? {
            let edition = editions.iter().find(|edition| Some(edition.row) == run.edition);
            let is_due = match run.state {
                RunState::Frozen => edition.is_none_or(|edition| self.has_step(edition, now)),
                _ => run.next.is_none_or(|next| next <= now),
            };
            if is_due && run.owner == owner.id() && config.digests.contains_key(&run.digest) {
                digests.entry(run.digest).or_default();
            }
        }
        Ok(digests)
    }

    /// Says whether there is something to do for an edition that is frozen for a run.
    fn has_step(&self, edition: &EditionRecord, now: DateTime<Utc>) -> bool {
        let Some(digest) = self.context.config.digests.get(&edition.digest) else { return false };
        if must_ask_editor(digest, edition) {
            return !self.backoff.puts_off(&JobKey::AskEditor(edition.digest.clone()), now);
        }
        match edition.state {
            EditionState::Waiting => answer_deadline(digest, edition).or(edition.due).is_none_or(|by| by <= now),
            EditionState::Approved => edition.due.is_none_or(|due| due <= now),
            _ => false,
        }
    }

    /// Says when to look again after `now`, should nothing happen before.
    pub(super) fn next_wake(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.backoff.retry_times().chain(self.timetable.next()).filter(|at| *at > now).min()
    }
}

async fn timetable(context: &Context, now: DateTime<Utc>) -> Result<Timetable, store::Error> {
    let config = &context.config;
    let digests: Vec<(&str, String)> =
        config.digests.values().map(|digest| (digest.name.as_str(), schedule_text(config, digest))).collect();
    Ok(Timetable::new(config, &context.store.watch_digests(&digests, now).await?))
}
