//! `send` may die at any point: nobody is lost, and nobody gets a second message but those in doubt.

use std::{
    collections::HashMap,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use mail_parser::MessageParser;

use crate::{
    project::Project,
    world::sink::{Act, SmtpSink, Stage},
};

const RECIPIENTS: usize = 2_000;
const CONNECTIONS: usize = 4;

/// Takes the first message and hangs up without a word.
fn hangs_up_once() -> SmtpSink {
    SmtpSink::scripted(|event| (event.stage == Stage::End && event.nth == 0).then_some(Act::DisconnectAfterTaking))
}

pub fn project(recipients: usize, sink: &SmtpSink) -> Project {
    let mut csv = "email\n".to_owned();
    for number in 0..recipients {
        csv.push_str(&format!("reader{number}@readers.example\n"));
    }
    let project = Project::with_notes("").post("one", "One", "2025-05-30").file("subscribers.csv", csv);
    let config =
        project.read("tidings.toml").replace("\"file:outbox\"", &format!("\"{}\"\ntls = \"none\"", sink.url()));
    project.write("tidings.toml", config);
    project
}

/// Waits until the sink took so many messages, or the child ended by itself.
pub fn wait_for(sink: &SmtpSink, count: usize, child: &mut std::process::Child) {
    let start = Instant::now();
    while sink.count() < count && child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "the send hangs");
        std::thread::yield_now();
    }
}

/// How often each recipient was reached, and that each repeat carries the first Message-ID.
pub fn reached(sink: &SmtpSink) -> HashMap<String, usize> {
    let (mut counts, mut ids) = (HashMap::new(), HashMap::new());
    for message in sink.messages() {
        let id = MessageParser::default().parse(&message.data[..]).unwrap().message_id().unwrap().to_owned();
        let [to] = &message.to[..] else { panic!("one recipient a message, not {:?}", message.to) };
        *counts.entry(to.clone()).or_default() += 1;
        assert_eq!(ids.entry(to.clone()).or_insert_with(|| id.clone()), &id);
    }
    counts
}

/// Kills a send again and again at random points, then lets it end, and looks at what every reader got.
fn survives(recipients: usize, kills: usize, seed: u64, has_faults: bool) {
    let taken_unsaid = Arc::new(AtomicUsize::new(0));
    let sink = if has_faults { faulty(seed, Arc::clone(&taken_unsaid)) } else { SmtpSink::start() };
    let mut project = project(recipients, &sink);
    // A second try is due at once, and there is always another.
    project.environment("TIDINGS_SMTP__RETRY", format!("[{}]", vec!["\"0s\""; 200].join(", ")));
    let mut random = Random(seed);
    let mut points: Vec<usize> = (0..kills).map(|_| random.below(recipients)).collect();
    points.sort_unstable();
    for point in points {
        let mut child = project.start("send --yes");
        wait_for(&sink, point, &mut child);
        for _ in 0..random.below(5_000) {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
    }
    // An hour later whatever was put off is due.
    let ended = (13..24).find(|hour| {
        project.set_clock(&format!("2025-06-01T{hour}:00:00Z"));
        project.run("send --yes").code != Some(75)
    });
    assert!(ended.is_some(), "it does not end");
    let shown = project.run("editions show 1 --json").code(0).json();
    let (reached, count) = (reached(&sink), |name: &str| shown[name].as_u64().unwrap() as usize);
    assert_eq!((count("recipients"), count("sent") + count("bounced")), (recipients, recipients), "{shown}");
    assert!(reached.len() >= count("sent"), "{} were lost", count("sent") - reached.len());
    assert!(has_faults || reached.len() == recipients);
    let repeats: usize = reached.values().map(|count| count - 1).sum();
    let most = kills * CONNECTIONS + taken_unsaid.load(Relaxed);
    assert!(repeats <= most, "{repeats} repeats, more than {most}");
    println!("seed {seed}: {kills} kills over {recipients} readers, 0 lost, {repeats} repeats of at most {most}");
    let check = project.store("PRAGMA integrity_check");
    assert_eq!(check, "ok");
}

/// A server that refuses, defers, hangs up and falls silent, by `seed`; it counts the messages that it took and did
/// not own up to.
fn faulty(seed: u64, taken_unsaid: Arc<AtomicUsize>) -> SmtpSink {
    SmtpSink::scripted(move |event| {
        let roll = Random(seed ^ (event.stage as u64) << 32 ^ event.nth as u64).below(400);
        let is_late = matches!(event.stage, Stage::Rcpt | Stage::End);
        Some(match (event.stage, roll) {
            (Stage::Mail | Stage::Rcpt | Stage::Data | Stage::End, 0) => "451 4.3.0 later".into(),
            (Stage::Mail | Stage::Rcpt | Stage::Data | Stage::End, 1) => Act::Last("421 4.3.2 closing".into()),
            (Stage::Mail | Stage::Rcpt | Stage::Data | Stage::End, 2) => Act::Disconnect,
            (Stage::Rcpt | Stage::End, 3) => "550 5.7.1 not you".into(),
            (Stage::Rcpt | Stage::Data, 4) => Act::Raw(b"what?\r\n".to_vec()),
            (Stage::End, 5) => {
                taken_unsaid.fetch_add(1, Relaxed);
                Act::DisconnectAfterTaking
            }
            (_, 6) if is_late => Act::Slowly("250 2.0.0 taken".into()),
            _ => return None,
        })
    })
}

/// SplitMix64: the same seed, the same numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % limit.max(1) as u64) as usize
    }
}

#[test]
fn killed_at_any_point_it_goes_on_at_once_and_everyone_has_it() {
    survives(RECIPIENTS, 8, 1, false);
}

#[test]
fn killed_among_faults_it_loses_nobody() {
    survives(RECIPIENTS / 2, 8, 2, true);
}

#[test]
#[ignore = "takes minutes: `cargo test --release --test it a_hundred_kills -- --ignored --nocapture`"]
fn a_hundred_kills_lose_nobody() {
    for seed in 1..=3 {
        survives(10_000, 100, seed, false);
        survives(10_000, 100, seed, true);
    }
}

/// A server that waits at its third message for two meetings: `at` says that it is there, `gone` lets it go on. Over
/// one connection the fourth message is made by then, and its envelope has come with the third.
pub fn pausing() -> (SmtpSink, Arc<Barrier>, Arc<Barrier>) {
    let (at, gone) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (there, go_on) = (Arc::clone(&at), Arc::clone(&gone));
    let sink = SmtpSink::scripted(move |event| {
        if event.stage == Stage::End && event.nth == 2 {
            there.wait();
            go_on.wait();
        }
        None
    });
    (sink, at, gone)
}

#[test]
fn who_leaves_during_a_send_gets_nothing_more() {
    let (sink, at, gone) = pausing();
    let mut project = project(6, &sink);
    project.environment("TIDINGS_SMTP__CONNECTIONS", "1");
    let mut child = project.start("send --yes");
    at.wait();
    project.run("subscribers remove reader3@readers.example").code(0);
    gone.wait();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let shown = project.run("editions show 1 --json").code(0).json();
    assert_eq!((&shown["sent"], &shown["skipped"]), (&5.into(), &1.into()), "{shown}");
    assert!(!reached(&sink).contains_key("reader3@readers.example"));
}

#[test]
fn in_doubt_may_be_held_for_a_person() {
    let sink = hangs_up_once();
    let project = project(3, &sink);
    let hold = [("TIDINGS_SMTP__IN_DOUBT", "hold"), ("TIDINGS_SMTP__CONNECTIONS", "1")];
    let report = project.run_with("send --yes --json", &hold).code(4).json();
    assert_eq!((&report["sent"], &report["in_doubt"]), (&2.into(), &1.into()));
    project.run_with("send --yes", &hold).code(4).says("in doubt");
    project.run("editions show 1").says("in doubt: reader0@readers.example");
    project.run("editions settle 1 reader0@readers.example --sent").code(0);
    project.run_with("send --yes", &hold).code(0).says("nothing new");
    assert_eq!(reached(&sink).len(), 3);
}

#[test]
fn in_doubt_is_resent_with_the_same_message_id() {
    let sink = hangs_up_once();
    let project = project(3, &sink);
    let one = [("TIDINGS_SMTP__CONNECTIONS", "1")];
    assert_eq!(project.run_with("send --yes --json", &one).code(0).json()["sent"], 3);
    assert_eq!(reached(&sink)["reader0@readers.example"], 2);
}

#[test]
fn two_sends_at_once_share_the_work() {
    let sink = SmtpSink::start();
    let project = project(300, &sink);
    // The edition is frozen first, so that both go on with it.
    let dead = [("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9")];
    project.run_with("send --yes", &dead).code(75);
    let mut children = [project.start("send --yes"), project.start("send --yes")];
    for child in &mut children {
        child.wait().unwrap();
    }
    let reached = reached(&sink);
    assert_eq!(reached.len(), 300);
    assert!(reached.values().all(|count| *count == 1));
}

#[test]
fn a_store_that_cannot_be_written_sends_nothing() {
    let sink = SmtpSink::start();
    let project = project(3, &sink);
    project.run("preview").code(0);
    for companion in ["tidings.db-wal", "tidings.db-shm"] {
        let _ = std::fs::remove_file(project.path(companion));
    }
    project.write("tidings.db", "this is no database, but long enough to look at as one");
    project.run("send --yes").code(1);
    assert_eq!(sink.count(), 0);
}

#[test]
fn a_doubt_stays_a_doubt_where_the_next_try_does_not_begin() {
    let sink = SmtpSink::scripted(|event| match (event.stage, event.nth) {
        (Stage::End, 0) => Some(Act::DisconnectAfterTaking),
        (Stage::Greeting, 1..) => Some(Act::Last("421 4.3.2 not now".into())),
        _ => None,
    });
    let project = project(1, &sink);
    let report = project.run("send --yes --json").code(75).json();
    assert_eq!((&report["in_doubt"], &report["pending"]), (&1.into(), &0.into()), "{report}");
}
