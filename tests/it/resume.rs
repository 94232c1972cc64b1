//! `send` may die at any point: nobody is lost, and nobody gets a second message but those in doubt.

use std::{
    collections::HashMap,
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

#[test]
fn killed_at_any_point_it_goes_on_at_once_and_everyone_has_it() {
    let sink = SmtpSink::start();
    let project = project(RECIPIENTS, &sink);
    let kills = [0, 1, 7, 400, 401, 1_000, 1_700, RECIPIENTS - 2];
    for at in kills {
        let mut child = project.start("send --yes");
        wait_for(&sink, at, &mut child);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let report = project.run("send --yes --json").code(0).json();
    let reached = reached(&sink);
    assert_eq!(reached.len(), RECIPIENTS);
    let repeats: usize = reached.values().map(|count| count - 1).sum();
    assert!(repeats <= kills.len() * CONNECTIONS, "{repeats} repeats");
    // The last kill may have come after the last message: then there is nothing left to report.
    assert!(report["edition"].is_null() || report["sent"] == RECIPIENTS, "{report}");
    let shown = project.run("editions show 1 --json").code(0).json();
    assert_eq!((&shown["recipients"], &shown["sent"]), (&RECIPIENTS.into(), &RECIPIENTS.into()));
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
