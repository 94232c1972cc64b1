//! Due times against an independent reckoning: Python's zoneinfo, `tests/fixtures/schedules/make.py`.

use chrono::{DateTime, TimeDelta, Utc};

use super::Schedule;
use crate::zone::Zone;

/// Seven years in 26 zones with 17 schedules, about half a million runs.
#[test]
fn every_run_of_seven_years_is_due_when_python_says() {
    let (start, end) = ("2024-01-01T00:00:00Z", "2031-01-01T00:00:00Z");
    let mut rows = 0;
    for row in include_str!("../../tests/fixtures/schedules/due.tsv").lines() {
        let [zone, words, first, steps] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let (schedule, zone): (Schedule, Zone) = (words.parse().unwrap(), Zone::bundled(zone));
        let mut now: DateTime<Utc> = start.parse().unwrap();
        for expected in instants(first, steps) {
            now = schedule.next(now, zone).unwrap();
            assert_eq!(now, expected, "{zone:?} {words}");
        }
        assert!(schedule.next(now, zone).unwrap() >= end.parse::<DateTime<Utc>>().unwrap(), "{zone:?} {words}");
        rows += 1;
    }
    assert_eq!(rows, 26 * 17);
}

/// Writes out `SECONDS+SECONDSxTIMES …`.
fn instants(first: &str, steps: &str) -> Vec<DateTime<Utc>> {
    let mut all: Vec<DateTime<Utc>> = vec![first.parse().unwrap()];
    for piece in steps.split_whitespace() {
        let (piece, times) = piece.split_once('x').unwrap();
        for _ in 0..times.parse::<usize>().unwrap() {
            for step in piece.split('+') {
                let last = *all.last().unwrap();
                all.push(last + TimeDelta::seconds(step.parse().unwrap()));
            }
        }
    }
    all
}
