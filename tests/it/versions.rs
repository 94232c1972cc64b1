//! A store that an older program left in the middle of an edition: today's opens it and goes on.
//!
//! `tests/fixtures/stores/make.py` makes such a store, and says what is in it; its file is named after the commit.

use std::fs;

use mail_parser::MessageParser;

use crate::{project::Project, world::sink::SmtpSink};

/// A project with the store of an older program, an hour after that one died.
fn project(sink: &SmtpSink, in_doubt: &str) -> Project {
    let project = Project::with_notes("").post("second", "Second", "2025-05-28").at("2025-05-30T13:00:00Z");
    let smtp = format!("\"{}\"\ntls = \"none\"\nin_doubt = \"{in_doubt}\"", sink.url());
    project.write("tidings.toml", project.read("tidings.toml").replace("\"file:outbox\"", &smtp));
    let names = ["ada", "dan", "dora", "eve", "fay", "gus", "hal", "lea", "sam", "sue"];
    let rows: String = names.iter().map(|name| format!("{name}@readers.example,active\n")).collect();
    project.write("subscribers.csv", format!("email,status\n{rows}pia@readers.example,pending\n"));
    let store = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/stores/619d3af.store");
    fs::copy(store, project.path("tidings.db")).unwrap();
    project
}

/// Who got a message, by name; each has the subject of edition 2.
fn reached(sink: &SmtpSink) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for message in sink.messages() {
        assert_eq!(MessageParser::default().parse(&message.data[..]).unwrap().subject(), Some("Second"));
        names.extend(message.to.iter().map(|to| to.split('@').next().unwrap().to_owned()));
    }
    names.sort();
    names
}

#[test]
fn an_older_programs_store_says_what_is_in_it() {
    let sink = SmtpSink::start();
    let project = project(&sink, "resend");
    let listed = project.run("subscribers list").code(0).stdout;
    for (name, status) in
        [("ada", "active"), ("hal", "unsubscribed"), ("pia", "pending"), ("sam", "suppressed"), ("sue", "suppressed")]
    {
        let line = listed.lines().find(|line| line.contains(&format!("{name}@"))).unwrap();
        assert!(line.contains(&format!(" {status}")), "{line}");
    }
    project.run("status").code(0).says("last run: 2025-05-26 07:30, sent").says("edition 2 of 2025-05-30");
    let editions = project.run("editions list --json").code(0).json();
    let states: Vec<_> = editions["editions"].as_array().unwrap().iter().map(|edition| &edition["state"]).collect();
    assert_eq!(states, ["sending", "sent"]);
    let count = |number: i64, name: &str| project.run(&format!("editions show {number} --json")).json()[name].clone();
    assert_eq!((count(1, "sent"), count(1, "bounced")), (9.into(), 1.into()));
    let second: Vec<_> = ["recipients", "sent", "in_doubt", "deferred", "pending"].map(|name| count(2, name)).into();
    assert_eq!(second, [9, 1, 1, 1, 6]);
    assert!(sink.messages().is_empty());
}

#[test]
fn an_older_programs_edition_goes_on_and_ends() {
    let sink = SmtpSink::start();
    let project = project(&sink, "resend");
    project.run("send --yes").code(0);
    assert_eq!(reached(&sink), ["dan", "dora", "eve", "fay", "gus"], "and nobody who left, or has it");
    let shown = project.run("editions show 2 --json").code(0).json();
    assert_eq!((&shown["sent"], &shown["skipped"]), (&6.into(), &3.into()));
    // What went out is known, and what comes next goes to those who still read.
    project.run("send --yes").code(0).says("nothing new");
    let project = project.post("third", "Third", "2025-05-29");
    project.run("send --yes").code(0);
    assert_eq!(sink.messages().len(), 11, "the third edition goes to six");
}

#[test]
fn an_older_programs_doubts_wait_where_they_are_held() {
    let sink = SmtpSink::start();
    let project = project(&sink, "hold");
    project.run("send --yes");
    assert_eq!(reached(&sink), ["dora", "fay", "gus"]);
    let shown = project.run("editions show 2").code(0).stdout;
    for doubtful in ["dan@readers.example", "eve@readers.example"] {
        assert!(shown.contains(doubtful), "{shown}");
    }
}

#[test]
fn a_copy_of_an_older_programs_store_comes_back() {
    let sink = SmtpSink::start();
    let project = project(&sink, "resend");
    fs::rename(project.path("tidings.db"), project.path("copy.db")).unwrap();
    project.run("restore copy.db").code(0);
    project.run("editions list").code(0).says("held");
    project.run("subscribers list").code(0).says("unsubscribed");
}
