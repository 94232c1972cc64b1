//! Relays, stores and people that fail: a run ends, says why, and nobody is lost.

use std::{
    process::{Child, Command},
    sync::{Arc, Barrier},
};

use crate::{
    project::Project,
    resume::{pausing, project, reached, wait_for},
    world::sink::{Act, Event, SmtpSink, Stage},
};

const ONE: (&str, &str) = ("TIDINGS_SMTP__CONNECTIONS", "1");

fn is_for(event: &Event, reader: usize) -> bool {
    event.stage == Stage::Rcpt && event.line.contains(&format!("<reader{reader}@"))
}

/// Sends the project's edition over another server from here on.
fn call(project: &Project, old: &SmtpSink, new: &SmtpSink) {
    project.write("tidings.toml", project.read("tidings.toml").replace(&old.url(), &new.url()));
}

fn signal(child: &Child, name: &str) {
    let killed = Command::new("sh").args(["-c", &format!("kill -{name} {}", child.id())]).status().unwrap();
    assert!(killed.success());
}

#[test]
fn sends_that_start_together_freeze_one_edition() {
    let sink = SmtpSink::start();
    let project = project(60, &sink);
    let mut children: Vec<Child> = (0..3).map(|_| project.start("send --yes")).collect();
    for child in &mut children {
        let code = child.wait().unwrap().code();
        assert!([Some(0), Some(75)].contains(&code), "{code:?}");
    }
    project.run("send --yes").code(0);
    let reached = reached(&sink);
    assert_eq!((reached.len(), reached.values().max()), (60, Some(&1)));
    let editions = project.run("editions list --json").code(0).json();
    assert_eq!(editions.to_string().matches("\"edition\":").count(), 1, "{editions}");
}

#[test]
fn a_relay_that_takes_no_message_loses_nobody() {
    let broken = SmtpSink::scripted(|event| (event.stage == Stage::Data).then_some(Act::Disconnect));
    let project = project(3, &broken);
    let retry = [("TIDINGS_SMTP__RETRY", "[\"1s\"]")];
    for _ in 0..4 {
        let ran = project.run_with("send --yes --json", &retry).code(75).says("nothing gets through");
        assert_eq!(ran.json()["pending"], 3);
    }
    let sink = SmtpSink::start();
    call(&project, &broken, &sink);
    assert_eq!(project.run_with("send --yes --json", &retry).code(0).json()["sent"], 3);
}

#[test]
fn one_that_breaks_each_connection_stands_in_nobodys_way() {
    let sink = SmtpSink::scripted(|event| is_for(event, 0).then_some(Act::Disconnect));
    let mut project = project(30, &sink);
    let calm = [ONE, ("TIDINGS_SMTP__RETRY", "[\"1m\"]")];
    let first = project.run_with("send --yes --json", &calm).code(75).json();
    assert_eq!((&first["sent"], &first["deferred"]), (&29.into(), &1.into()));
    project.set_clock("2025-06-01T12:10:00Z");
    let last = project.run_with("send --yes --json", &calm).code(0).json();
    assert_eq!((&last["sent"], &last["bounced"]), (&29.into(), &1.into()));
}

#[test]
fn a_refusal_of_us_is_no_try() {
    let strict = SmtpSink::scripted(|event| is_for(event, 0).then(|| "550 5.7.26 unauthenticated".into()));
    let project = project(1, &strict);
    for _ in 0..3 {
        assert_eq!(project.run("send --yes --json").code(4).says("SPF, DKIM and DMARC").json()["pending"], 1);
    }
    let busy = SmtpSink::scripted(|event| is_for(event, 0).then(|| "450 4.2.1 later".into()));
    call(&project, &strict, &busy);
    let retry = [("TIDINGS_SMTP__RETRY", "[\"1m\"]")];
    assert_eq!(project.run_with("send --yes --json", &retry).code(75).json()["deferred"], 1);
}

#[test]
fn a_replay_begins_anew() {
    let no = SmtpSink::scripted(|event| is_for(event, 0).then(|| "550 5.7.1 not from you".into()));
    let project = project(1, &no);
    let retry = [("TIDINGS_SMTP__RETRY", "[\"1m\"]")];
    assert_eq!(project.run_with("send --yes --json", &retry).code(4).json()["bounced"], 1);
    project.run("editions replay 1").code(0).says("for 1");
    let busy = SmtpSink::scripted(|event| is_for(event, 0).then(|| "450 4.2.1 later".into()));
    call(&project, &no, &busy);
    assert_eq!(project.run_with("send --yes --json", &retry).code(75).json()["deferred"], 1);
}

#[test]
fn a_relay_with_fewer_connections_gets_no_more() {
    let sink = SmtpSink::scripted(|event| {
        (event.stage == Stage::Greeting && event.nth > 1).then(|| Act::Last("421 4.7.0 too many".into()))
    });
    let project = project(40, &sink);
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 40);
    assert_eq!(sink.connections(), 4);
}

#[test]
fn a_polite_kill_leaves_nobody_in_doubt() {
    for name in ["TERM", "INT"] {
        let sink = SmtpSink::start();
        let project = project(2_000, &sink);
        let mut child = project.start("send --yes");
        wait_for(&sink, 20, &mut child);
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(75), "{name}");
        let left = project.run("editions show 1 --json").code(0).json();
        assert_eq!((&left["sent"], &left["in_doubt"]), (&sink.count().into(), &0.into()), "{name}: {left}");
        assert!(sink.count() < 2_000);
    }
}

#[test]
fn a_second_signal_does_not_wait_for_the_relay() {
    let sink = SmtpSink::scripted(|event| (event.stage == Stage::End && event.nth == 0).then_some(Act::Stall));
    let project = project(3, &sink);
    let mut child = project.start("send --yes");
    while !sink.transcript().iter().any(|line| line.contains("Stall")) {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    signal(&child, "INT");
    signal(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(75));
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 3);
    assert!(reached(&sink).values().all(|count| *count <= 2));
}

#[test]
fn who_dies_while_doubts_are_held_leaves_them_to_a_person() {
    let sink = SmtpSink::scripted(|event| (event.stage == Stage::End && event.nth == 5).then_some(Act::Stall));
    let project = project(40, &sink);
    let config = project.read("tidings.toml").replace("[web]", "in_doubt = \"hold\"\n\n[web]");
    project.write("tidings.toml", config);
    let mut child = project.start("send --yes");
    // The sixth message is neither taken nor refused: its window never ends.
    wait_for(&sink, 7, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    let held = project.run("send --yes --json").code(4).json();
    assert_eq!((&held["sent"], &held["in_doubt"]), (&36.into(), &4.into()));
    assert!(reached(&sink).values().all(|count| *count == 1));
}

#[test]
fn a_store_that_is_taken_away_ends_the_run() {
    let sink = SmtpSink::start();
    let project = project(2_000, &sink);
    let mut child = project.start("send --yes");
    wait_for(&sink, 1, &mut child);
    std::fs::remove_file(project.path("tidings.db")).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(sink.count() < 2_000);
}

#[test]
fn what_a_dead_send_left_is_cleared_away() {
    let sink = SmtpSink::start();
    let project = project(2, &sink);
    project.write("tidings.db.owner-0123456789abcdef", "");
    project.run("send --yes").code(0);
    assert!(!project.path("tidings.db.owner-0123456789abcdef").exists());
}

#[test]
fn thousands_who_left_are_passed_over() {
    let sink = SmtpSink::start();
    let project = project(4_000, &sink);
    project.run_with("send --yes", &[("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9")]).code(75);
    project.write("subscribers.csv", "email\nreader3999@readers.example\n");
    let sent = project.run_with("send --yes --yes-fewer --json", &[ONE]).code(0).json();
    assert_eq!((&sent["sent"], &sent["skipped"]), (&1.into(), &3_999.into()));
    assert_eq!(sink.messages()[0].to, ["reader3999@readers.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_store_sends_nothing() {
    use sqlx::Connection as _;
    let sink = SmtpSink::start();
    let project = project(2, &sink);
    project.run("preview").code(0);
    let url = format!("sqlite:{}", project.path("tidings.db").display());
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    project.run("send --yes").code(75).says("is locked by another program");
    assert_eq!(sink.count(), 0);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 2);
}

#[cfg(unix)]
#[test]
fn a_full_disk_sends_nothing() {
    let sink = SmtpSink::start();
    let project = project(2, &sink);
    project.run_with("send --yes", &[("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9")]).code(75);
    // No file may grow beyond a kilobyte: the store's log cannot take the claim.
    project.run_after("trap '' XFSZ; ulimit -f 1", "send --yes").code(1);
    assert_eq!(sink.count(), 0);
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 2);
}

#[cfg(unix)]
#[test]
fn the_outbox_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("send --yes").code(0);
    assert_eq!(std::fs::metadata(project.path("outbox")).unwrap().permissions().mode() & 0o777, 0o700);
}

/// Waits for a send to end by itself.
fn ends(mut child: Child) -> Option<i32> {
    let start = std::time::Instant::now();
    while start.elapsed().as_secs() < 30 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    panic!("the send hangs");
}

#[test]
fn a_clock_that_was_set_back_keeps_nobody_waiting() {
    let broken = SmtpSink::scripted(|event| (event.stage == Stage::Data).then_some(Act::Disconnect));
    let mut project = project(3, &broken);
    assert_eq!(project.run("send --yes --json").code(75).json()["pending"], 3);
    let sink = SmtpSink::start();
    call(&project, &broken, &sink);
    project.set_clock("2025-06-01T11:00:00Z");
    assert_eq!(ends(project.start("send --yes")), Some(0));
    assert_eq!(reached(&sink).len(), 3);
}

#[test]
fn who_leaves_while_a_run_is_stopped_takes_nobody_elses_outcome_along() {
    let (all, begun, two, third) = (Barrier::new(3), Barrier::new(4), Barrier::new(3), Barrier::new(2));
    let gates = Arc::new((all, begun, two, third));
    let sink = SmtpSink::scripted({
        let gates = Arc::clone(&gates);
        move |event| {
            match (event.stage, event.nth) {
                // Three connections have their first message, then each its second, with a third claimed ahead.
                (Stage::End, 0..3) => _ = gates.0.wait(),
                (Stage::End, nth @ 3..6) => {
                    gates.1.wait();
                    _ = if nth < 5 { gates.2.wait() } else { gates.3.wait() };
                }
                _ => {}
            }
            None
        }
    });
    let mut project = project(12, &sink);
    project.environment("TIDINGS_SMTP__CONNECTIONS", "3");
    let child = project.start("send --yes");
    gates.1.wait();
    let seen = sink.transcript().join("\n");
    for reader in (0..12).map(|reader| format!("reader{reader}@readers.example")) {
        if !seen.contains(&format!("<{reader}>")) {
            project.run(&format!("subscribers remove {reader}")).code(0);
        }
    }
    signal(&child, "TERM");
    std::thread::sleep(std::time::Duration::from_millis(500));
    gates.2.wait();
    std::thread::sleep(std::time::Duration::from_millis(500));
    gates.3.wait();
    assert_eq!(ends(child), Some(75));
    assert_eq!(project.store("SELECT count(*) || '' FROM delivery WHERE state = 'attempting'"), "0");
    let last = project.run("send --yes --json").code(0).json();
    assert_eq!((&last["sent"], &last["skipped"]), (&6.into(), &6.into()));
    assert_eq!(sink.count(), 6);
}

#[test]
fn refusals_of_us_that_call_themselves_passing_stop_the_run_too() {
    let strict = SmtpSink::scripted(|event| (event.stage == Stage::Rcpt).then(|| "450 4.7.26 unauthenticated".into()));
    let project = project(100, &strict);
    let report = project.run("send --yes --json").code(4).says("SPF, DKIM and DMARC").json();
    assert_eq!((&report["sent"], &report["bounced"]), (&0.into(), &0.into()));
    assert!(report["pending"].as_u64().unwrap() > 80, "{report}");
}

#[test]
fn what_a_bounce_settled_is_not_written_over() {
    let (sink, at, gone) = pausing();
    let project = project(6, &sink);
    let mut command = project.start_with("send --yes", &[ONE]);
    at.wait();
    // As `bounce` does: the report about an earlier try of the fourth comes while the next is claimed ahead.
    let report = "UPDATE delivery SET state = 'bounced', owner = NULL WHERE subscriber = 4 RETURNING state";
    assert_eq!(project.store(report), "bounced");
    gone.wait();
    assert_eq!(command.wait().unwrap().code(), Some(4));
    let shown = project.run("editions show 1 --json").code(0).json();
    assert_eq!((&shown["sent"], &shown["bounced"]), (&5.into(), &1.into()), "{shown}");
    assert!(!reached(&sink).contains_key("reader3@readers.example"));
}
