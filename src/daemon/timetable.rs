//! Which digests are due, and when the next one is; pure.
//!
//! What is due next is computed once for each digest and kept: a look at the clock only compares.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::deadlines::approval_window;
use crate::{config::Config, schedule::Schedule, store::WatchedDigest, zone::Zone};

/// Missed runs are counted so far.
const MAX_MISSED: i64 = 1_000;

/// When each digest has a run to make an edition for.
#[derive(Debug, Default)]
pub struct Timetable {
    entries: Vec<DigestSchedule>,
}

/// A run that is due, or whose edition is to be frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduledRun {
    /// When it is due.
    pub at: DateTime<Utc>,
    /// Earlier ones that nobody was there for; there may be more than a thousand.
    pub missed: i64,
}

#[derive(Debug)]
struct DigestSchedule {
    digest: String,
    schedule: Schedule,
    zone: Zone,
    /// Its edition is frozen so long before.
    window: TimeDelta,
    since: DateTime<Utc>,
    /// When its next edition is to be frozen: the first due instant after `since`, less the window.
    freeze_at: Option<DateTime<Utc>>,
}

impl Timetable {
    /// The digests of a config, as far as each is looked after.
    pub fn new(config: &Config, watched: &HashMap<String, WatchedDigest>) -> Self {
        let entry = |(name, since): (&String, DateTime<Utc>)| {
            let digest = &config.digests[name];
            let window = approval_window(digest);
            let (schedule, zone) = (digest.schedule.clone(), config.publication.timezone);
            let mut entry = DigestSchedule { digest: name.clone(), schedule, zone, window, since, freeze_at: None };
            entry.recompute();
            entry
        };
        let known = config.digests.keys().filter_map(|name| Some((name, watched.get(name)?.since)));
        Self { entries: known.map(entry).collect() }
    }

    /// Takes note of what others, or this daemon, dealt with meanwhile.
    pub fn update(&mut self, watched: &HashMap<String, WatchedDigest>) {
        for entry in &mut self.entries {
            if let Some(known) = watched.get(&entry.digest).filter(|known| known.since != entry.since) {
                entry.since = known.since;
                entry.recompute();
            }
        }
    }

    /// Gives the digests that are due, each with its run: the last one that is due, not each one that was missed.
    pub fn due(&self, now: DateTime<Utc>) -> Vec<(&str, ScheduledRun)> {
        let due = self.entries.iter().filter(|entry| entry.freeze_at.is_some_and(|at| at <= now));
        due.filter_map(|entry| Some((entry.digest.as_str(), entry.last_due(now)?))).collect()
    }

    /// Says when the next edition is to be frozen.
    pub fn next(&self) -> Option<DateTime<Utc>> {
        self.entries.iter().filter_map(|entry| entry.freeze_at).min()
    }
}

impl DigestSchedule {
    fn recompute(&mut self) {
        let due = self.schedule.next(self.since, self.zone);
        self.freeze_at = due.and_then(|due| due.checked_sub_signed(self.window));
    }

    /// Finds the last run whose edition is to be frozen by `now`.
    fn last_due(&self, now: DateTime<Utc>) -> Option<ScheduledRun> {
        let until = now.checked_add_signed(self.window)?;
        let next = |after| self.schedule.next(after, self.zone).filter(|due| *due <= until);
        let mut due = ScheduledRun { at: next(self.since)?, missed: 0 };
        while let Some(later) = next(due.at) {
            due = ScheduledRun { at: later, missed: due.missed + 1 };
            if due.missed == MAX_MISSED {
                // Nobody waits for the count of a year of minutes: from near the end it is a few steps.
                let near = [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(32), TimeDelta::days(366)];
                let near = near.iter().find_map(|back| next(until.checked_sub_signed(*back)?));
                due.at = due.at.max(near.unwrap_or(due.at));
            }
            due.missed = due.missed.min(MAX_MISSED);
        }
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn entry(digest: &str, schedule: &str, window: i64, since: &str) -> DigestSchedule {
        let mut entry = DigestSchedule {
            digest: digest.to_owned(),
            schedule: schedule.parse().unwrap(),
            zone: "Europe/Lisbon".parse().unwrap(),
            window: TimeDelta::hours(window),
            since: at(since),
            freeze_at: None,
        };
        entry.recompute();
        entry
    }

    #[track_caller]
    fn check(schedule: &str, window: i64, since: &str, now: &str, expect: Option<(&str, i64)>) {
        let table = Timetable { entries: vec![entry("a", schedule, window, since)] };
        let due = table.due(at(now)).first().map(|(_, due)| *due);
        assert_eq!(due, expect.map(|(due, missed)| ScheduledRun { at: at(due), missed }), "{schedule} at {now}");
        assert_eq!(table.next().unwrap() <= at(now), due.is_some());
    }

    #[test]
    fn the_last_due_run_stands_for_those_before_it() {
        let (monday, since) = ("2026-06-01T06:30:00Z", "2026-05-25T06:30:00Z");
        check("weekly mon 07:30", 0, since, "2026-06-01T06:29:59Z", None);
        check("weekly mon 07:30", 0, since, monday, Some((monday, 0)));
        check("weekly mon 07:30", 0, since, "2026-06-22T06:29:00Z", Some(("2026-06-15T06:30:00Z", 2)));
        check("weekly mon 07:30", 0, monday, monday, None);
        check("weekly mon 07:30", 3, since, "2026-06-01T03:29:59Z", None);
        check("weekly mon 07:30", 3, since, "2026-06-01T03:30:00Z", Some((monday, 0)));
        check("daily 07:30", 3, since, "2026-05-27T04:00:00Z", Some(("2026-05-27T06:30:00Z", 1)));
    }

    #[test]
    fn a_year_of_minutes_is_not_counted_out() {
        let begun = std::time::Instant::now();
        check(
            "* * * * *",
            0,
            "2025-06-01T00:00:00Z",
            "2026-06-01T00:00:30Z",
            Some(("2026-06-01T00:00:00Z", MAX_MISSED)),
        );
        check("0 0 29 2 *", 0, "1990-01-01T00:00:00Z", "2026-06-01T00:00:00Z", Some(("2024-02-29T00:00:00Z", 8)));
        assert!(begun.elapsed().as_secs() < 5);
    }

    #[test]
    fn a_thousand_digests_cost_a_look_and_no_more() {
        let entries: Vec<DigestSchedule> = (0..1_000)
            .map(|number| {
                entry(
                    &format!("d{number}"),
                    &format!("daily {:02}:{:02}", number / 60 % 24, number % 60),
                    0,
                    "2026-05-25T23:00:00Z",
                )
            })
            .collect();
        let table = Timetable { entries };
        let took = (0..5).map(|_| {
            let begun = std::time::Instant::now();
            // From one minute after midnight in Lisbon to nine.
            assert_eq!(table.due(at("2026-05-25T23:09:00Z")).len(), 9);
            assert!(table.next().is_some());
            begun.elapsed()
        });
        let took = took.min().unwrap();
        assert!(took.as_millis() < 10, "{took:?}");
    }
}
