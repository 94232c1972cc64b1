//! A year in fast motion: restarts, deaths, absences, clocks that jump, editors who answer or do not.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use tidings::{schedule::Schedule, store::EditionState};

use crate::world::office::{Office, at, die_after};

/// Each digest, its schedule, and the rest of its table. In Lisbon, 01:30 is skipped in March and shown twice in October.
const DIGESTS: [(&str, &str, &str); 4] = [
    ("daily", "daily 01:30", "late_policy = \"send\""),
    ("weekly", "weekly mon 07:30", "approval = \"veto\"\neditor = \"editor@harbour.example\""),
    ("monthly", "monthly last fri 09:00", "late_policy = \"skip\""),
    (
        "cron",
        "0 18 * * tue,thu",
        "approval = \"required\"\napproval_window = \"5h\"\neditor = \"editor@harbour.example\"",
    ),
];

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % bound
    }
}

/// What time it is, and what the clock says.
struct Time {
    real: DateTime<Utc>,
    skew: TimeDelta,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_run_happens_once_and_each_post_comes_once_whatever_the_clock_does() {
    if std::env::var_os("TIDINGS_TEST_ALL").is_some() {
        year(1, at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).await;
    } else {
        println!("a few weeks instead of the year: it takes a minute, and runs with TIDINGS_TEST_ALL=1");
        year(2, at("2026-03-20T00:00:00Z"), at("2026-04-10T00:00:00Z")).await;
    }
}

async fn year(seed: u64, start: DateTime<Utc>, end: DateTime<Utc>) {
    let digests: String = DIGESTS
        .iter()
        .map(|(name, schedule, rest)| {
            format!(
                "[digest.{name}]\nsubject = \"{{{{ posts[0].title }}}}\"\nschedule = \"{schedule}\"\ntemplate = \"small\"\n\
                 select.max = 1000\n{rest}\n\n"
            )
        })
        .collect();
    let mut office = Office::open(&start.to_rfc3339(), &digests, "").await;
    let mut chance = Chance(seed);
    let mut time = Time { real: start, skew: TimeDelta::zero() };
    let mut posts = vec!["First".to_owned()];
    while time.real < end {
        if chance.below(4) == 0 {
            let name = format!("P{}", posts.len());
            office.post(&name, (chance.below(2) == 0).then_some(time.real));
            posts.push(name);
        }
        turn(&mut office, &mut chance, &mut time).await;
    }
    // From here on nothing goes wrong: what was put off comes to its end.
    time.skew = TimeDelta::zero();
    office.restart().await;
    office.post("Last", Some(time.real));
    posts.push("Last".to_owned());
    let after = end + TimeDelta::days(35);
    while time.real < after {
        time.real = office.daemon.next_wake(time.real).unwrap().clamp(time.real, time.real + TimeDelta::hours(12));
        office.set(time.real);
        office.step().await;
        for edition in office.store.open_editions().await.unwrap() {
            office.store.approve(edition.row, time.real).await.unwrap();
        }
        time.real += TimeDelta::seconds(1);
    }
    runs_add_up(&office, start, seed).await;
    for reader in ["ada@readers.example", "ben@readers.example"] {
        let received = office.received(reader);
        let wanted: BTreeMap<(String, String), usize> = DIGESTS
            .iter()
            .flat_map(|(name, ..)| posts.iter().map(|post| (((*name).to_owned(), post.clone()), 1)))
            .collect();
        let wrong: Vec<_> = wanted
            .iter()
            .filter(|(key, _)| received.get(*key) != Some(&1))
            .map(|(key, _)| (key, received.get(key)))
            .collect();
        assert!(wrong.is_empty(), "seed {seed}, {reader}: {wrong:?}");
        assert_eq!(received.len(), wanted.len());
    }
}

/// A stretch of time, with whatever happens in it.
async fn turn(office: &mut Office, chance: &mut Chance, time: &mut Time) {
    let clock = |time: &Time| time.real + time.skew;
    match chance.below(20) {
        // The machine is off, for up to two days.
        0 | 1 => {
            time.real += TimeDelta::minutes(chance.below(48 * 60) as i64);
            office.set(clock(time));
            office.restart().await;
        }
        // The clock jumps, ahead or back, or is put right.
        2 | 3 => {
            let minutes = chance.below(22 * 60) as i64 - 11 * 60;
            time.skew = if chance.below(2) == 0 { TimeDelta::zero() } else { TimeDelta::minutes(minutes) };
            office.set(clock(time));
        }
        // The time comes for which the daemon waits.
        _ => {
            let now = clock(time);
            let wake = office.daemon.next_wake(now).unwrap_or(now).min(now + TimeDelta::hours(20));
            time.real += wake - now + TimeDelta::seconds(chance.below(50) as i64);
            office.set(clock(time));
        }
    }
    match chance.below(10) {
        // It dies in the middle of whatever it does.
        0 | 1 => {
            die_after(1 + chance.below(300) as usize, office.step()).await;
            office.restart().await;
            office.step().await;
        }
        // There is a second one.
        2 => {
            let mut other = office.second().await;
            let (one, two) = tokio::join!(office.daemon.run_due_jobs(), other.run_due_jobs());
            one.unwrap();
            two.unwrap();
        }
        _ => office.step().await,
    }
    for edition in office.store.open_editions().await.unwrap() {
        let now = office.now();
        match (edition.state, chance.below(12)) {
            (EditionState::Waiting, 0) => drop(office.store.veto(edition.row, now).await.unwrap()),
            (EditionState::Waiting, 1 | 2) => drop(office.store.approve(edition.row, now).await.unwrap()),
            (EditionState::Held, 0) => drop(office.store.cancel(edition.row, "by hand", now).await.unwrap()),
            (EditionState::Held, 1..=3) => drop(office.store.approve(edition.row, now).await.unwrap()),
            _ => {}
        }
    }
}

/// Each due run has a row of its own or is counted by the one that stands for it, and none is left open.
async fn runs_add_up(office: &Office, start: DateTime<Utc>, seed: u64) {
    let last = office.store.last_runs().await.unwrap();
    let lisbon: tidings::zone::Zone = "Europe/Lisbon".parse().unwrap();
    for (name, schedule, _) in DIGESTS {
        let schedule: Schedule = schedule.parse().unwrap();
        let dues = std::iter::successors(schedule.next(start, lisbon), |due| schedule.next(*due, lisbon));
        let dues = dues.take_while(|due| *due <= last[name].due).count();
        let question = |what: &str| format!("SELECT CAST({what} AS TEXT) FROM run WHERE digest = '{name}'");
        let (project, ask) = (
            &office.project,
            [question("count(*) + sum(missed)"), question("sum(state = 'open')"), question("count(*)")],
        );
        let answers: Vec<String> = tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| ask.iter().map(|ask| project.store(ask)).collect()).join().unwrap()
            })
        });
        assert_eq!(answers[0], dues.to_string(), "seed {seed}, {name}");
        assert_eq!(answers[1], "0", "seed {seed}, {name}");
        println!("seed {seed}, {name}: {dues} due, {} run", answers[2]);
    }
}
