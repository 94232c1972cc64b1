//! Which jobs are put off, and until when; pure.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::job::{Job, JobKey, Outcome};

/// A job that failed is tried again after so long; each time twice that.
pub(super) const RETRY_AFTER: TimeDelta = TimeDelta::minutes(1);

/// But no later than this.
pub(super) const MAX_RETRY_AFTER: TimeDelta = TimeDelta::minutes(15);

/// Nothing is put off for longer: a clock that was set back must not make anything wait.
const MAX_DELAY: TimeDelta = TimeDelta::days(1);

/// The jobs that are put off.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    until: HashMap<JobKey, DateTime<Utc>>,
    /// How often in a row a job failed, and until when that counts.
    failures: HashMap<JobKey, (u32, DateTime<Utc>)>,
}

impl Backoff {
    /// Says whether nothing of that key is to be done at `now`.
    pub(super) fn puts_off(&self, key: &JobKey, now: DateTime<Utc>) -> bool {
        self.until.get(key).is_some_and(|until| is_ahead(*until, now))
    }

    /// Says whether a job failed the last time that it was done.
    pub(super) fn failed_before(&self, key: &JobKey) -> bool {
        self.failures.contains_key(key)
    }

    /// Gives all instants until which something is put off.
    pub(super) fn retry_times(&self) -> impl Iterator<Item = DateTime<Utc>> {
        self.until.values().copied()
    }

    /// Forgets what is over by `now`.
    pub(super) fn expire(&mut self, now: DateTime<Utc>) {
        self.until.retain(|_, until| is_ahead(*until, now));
        self.failures.retain(|_, (_, until)| is_ahead(*until, now));
    }

    /// Forgets everything: what failed under another config is tried again.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes note of how a job ended at `now`.
    pub(super) fn record(&mut self, job: &Job, outcome: Outcome, now: DateTime<Utc>) {
        let key = job.key();
        self.until.remove(&key);
        match outcome {
            Outcome::Done => drop(self.failures.remove(&key)),
            Outcome::EditorNotReached => {
                if let Job::Advance { digest, .. } = job {
                    self.until.insert(JobKey::AskEditor(digest.clone()), now + RETRY_AFTER);
                }
            }
            Outcome::Until(until) => drop(self.until.insert(key, until)),
            Outcome::Failed => {
                let failures = self.failures.get(&key).map_or(0, |(failures, _)| *failures);
                let until = now + exponential_delay(RETRY_AFTER, failures, MAX_RETRY_AFTER);
                self.until.insert(key.clone(), until);
                self.failures.insert(key, (failures + 1, until + MAX_RETRY_AFTER));
            }
        }
    }
}

/// Doubles a delay after each failure, up to `most`.
pub(super) fn exponential_delay(delay: TimeDelta, failures: u32, most: TimeDelta) -> TimeDelta {
    (delay * (1 << failures.min(4))).min(most)
}

fn is_ahead(until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    until > now && until - now <= MAX_DELAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_and_a_success_ends_them() {
        let (mut backoff, now, key) = (Backoff::default(), DateTime::UNIX_EPOCH, Job::Ping.key());
        for minutes in [1, 2, 4, 8, 15, 15] {
            backoff.record(&Job::Ping, Outcome::Failed, now);
            assert_eq!(backoff.retry_times().next(), Some(now + TimeDelta::minutes(minutes)));
        }
        assert!(backoff.puts_off(&key, now) && backoff.failed_before(&key));
        assert!(!backoff.puts_off(&key, now - TimeDelta::days(2)), "a clock that was set back makes nothing wait");
        backoff.expire(now + TimeDelta::minutes(20));
        assert!(!backoff.puts_off(&key, now) && backoff.failed_before(&key));
        backoff.record(&Job::Ping, Outcome::Done, now);
        assert!(!backoff.failed_before(&key));
    }
}
