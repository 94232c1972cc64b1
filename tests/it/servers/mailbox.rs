//! Bounces that lie in a mailbox of Dovecot, fetched by who is killed in between.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Child, Command},
    time::{Duration, Instant},
};

use crate::{
    bounce::fixture,
    project::Project,
    world::{
        dovecot::{self, Mailbox},
        server::{can_have, until},
        sink::SmtpSink,
    },
};

const BOUNCES: usize = 500;

/// An edition that went to so many readers, and its mailbox: `[bounce]` and `[web]` are set.
fn project(readers: usize, sink: &SmtpSink, bounce: &str) -> Project {
    let project = Project::with_notes(&format!("[bounce]\n{bounce}\n")).post("one", "One", "2025-05-30");
    let lines = (0..readers).map(|number| format!("reader{number}@readers.example\n"));
    project.write("subscribers.csv", format!("email\n{}", lines.collect::<String>()));
    let smtp = format!("\"{}\"\ntls = \"none\"\nreturn_path = \"bounce+{{{{ token }}}}@harbour.example\"", sink.url());
    let config = project.read("tidings.toml").replace("\"file:outbox\"", &smtp);
    project.write("tidings.toml", config.replace("[web]\n", "[web]\nlisten = \"127.0.0.1:0\"\n"));
    project.run("send --yes").code(0);
    project
}

/// What comes back for each message, and names its reader.
fn bounces(sink: &SmtpSink) -> Vec<String> {
    let messages = sink.messages();
    let bounce = messages.iter().map(|message| {
        fixture("postfix-unknown-user", message).replace("ada@readers.example", message.to.first().unwrap())
    });
    bounce.collect()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn five_hundred_bounces_reach_the_store_once_whoever_dies() {
    if !can_have(dovecot::WITH_IMAP) {
        return;
    }
    let (sink, mailbox) = (SmtpSink::start(), Mailbox::start());
    let bounce = format!(
        "mailbox = \"imaps://{}@127.0.0.1:{}/INBOX\"\nmailbox_password_command = \"echo '{}'\"\nmailbox_tls_ca = \"imap.pem\"",
        dovecot::USER,
        mailbox.tls_port,
        dovecot::PASSWORD
    );
    let project = project(BOUNCES, &sink, &bounce).file("imap.pem", &mailbox.certificate);
    let mails = bounces(&sink);
    assert_eq!(mails.len(), BOUNCES);
    mails.iter().enumerate().for_each(|(number, mail)| mailbox.put(number, mail));
    project.run("check --online --json").says("`INBOX` holds 500 mails, what is done goes to `Tidings`");

    let (done, log) = (|| mailbox.mails(".Tidings").len(), mailbox.log());
    for (command, least) in [("bounce --fetch", 40), ("run", 150)] {
        let child = project.start(command);
        until(&format!("{least} mails moved"), &log, || done() >= least);
        kill(child);
        assert!((least..BOUNCES).contains(&done()), "killed in between: {}", done());
    }
    // What is applied and not yet moved is counted before it comes again.
    let applied = || project.store("SELECT CAST(count(*) AS TEXT) FROM delivery WHERE state = 'bounced'");
    assert!(applied().parse::<usize>().unwrap() >= done());
    let mut daemon = project.start("run");
    until("all mails moved", &log, || done() == BOUNCES);

    // The daemon waits for what comes, and is told of it.
    mailbox.put(BOUNCES, "From: zoe@readers.example\nSubject: the quay\n\nWhen does the office open?\n");
    until("the mail that came", &log, || done() == BOUNCES + 1);
    // Waiting holds up no end.
    let (pid, begun) = (daemon.id().to_string(), Instant::now());
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(daemon.wait().unwrap().success() && begun.elapsed() < Duration::from_secs(20));

    assert!(mailbox.mails("new").is_empty() && mailbox.mails("cur").is_empty());
    let moved: BTreeSet<String> =
        mailbox.mails(".Tidings").iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    assert!(mails.iter().all(|mail| moved.contains(mail)) && moved.len() == BOUNCES + 1);
    assert_eq!(project.run("editions show 1 --json").code(0).json()["bounced"], BOUNCES);
    // All of an edition in the same words suppresses nobody.
    let suppressed = "SELECT CAST(count(*) AS TEXT) FROM subscriber WHERE status = 'suppressed'";
    assert_eq!(project.store(suppressed), "0");
    let seen = "SELECT CAST(count(*) AS TEXT) FROM seen_mail";
    assert_eq!(project.store(seen), BOUNCES.to_string());
    assert_eq!(files(&project.path("unread/new")), 1);
    let again = project.run("bounce --fetch --json").code(0).json();
    assert!(again["reports"].as_array().unwrap().is_empty(), "{again}");
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn a_folder_in_clear_on_this_machine_and_a_wrong_password() {
    if !can_have(dovecot::WITH_IMAP) {
        return;
    }
    let (sink, mailbox) = (SmtpSink::start(), Mailbox::start());
    let url = format!("imap://{}@127.0.0.1:{}/R%C3%BCckl%C3%A4ufer", dovecot::USER, mailbox.port);
    let bounce = format!("mailbox = \"{url}\"\nmailbox_password_file = \"password\"\ndone_folder = \"Erledigt & gut\"");
    let project = project(2, &sink, &bounce).file("password", "six grey gulls\n");
    let ran = project.run("bounce --fetch").code(1).says("others can read the password file");
    assert!(!ran.stderr.contains("gulls"));
    project.run_after("chmod 600 password", "status");
    let ran = project.run("bounce --fetch").code(1).says("refuses us at login").says("`bounce.mailbox_auth`");
    assert!(!ran.stderr.contains("gulls"));
    let right = [("TIDINGS_BOUNCE__MAILBOX_PASSWORD", dovecot::PASSWORD)];
    project.run_with("bounce --fetch", &right).code(1).says("refuses us when it opens the folder");
    let own = ".R&APw-ckl&AOQ-ufer";
    for (number, mail) in bounces(&sink).iter().enumerate() {
        mailbox.put_into(own, number, mail);
    }
    let report = project.run_with("bounce --fetch --json", &right).code(0).json();
    assert_eq!(report["reports"].as_array().unwrap().len(), 2);
    assert_eq!(report["reports"][0]["done"], "suppressed", "{report}");
    assert_eq!((mailbox.mails(".Erledigt &- gut").len(), mailbox.mails(own).len()), (2, 0));
}

#[test]
fn a_password_goes_behind_starttls_to_who_is_vouched_for() {
    if !can_have(dovecot::WITH_IMAP) {
        return;
    }
    let (sink, mailbox) = (SmtpSink::start(), Mailbox::start());
    // This machine, by an address that is not known to be it.
    let url = format!("imap://{}@0.0.0.0:{}", dovecot::USER, mailbox.port);
    let bounce = format!("mailbox = \"{url}\"\nmailbox_tls_ca = \"imap.pem\"");
    let mut project = project(2, &sink, &bounce).file("imap.pem", &mailbox.certificate);
    project.environment("TIDINGS_BOUNCE__MAILBOX_PASSWORD", dovecot::PASSWORD);
    bounces(&sink).iter().enumerate().for_each(|(number, mail)| mailbox.put(number, mail));
    let config = project.read("tidings.toml");
    project.write("tidings.toml", config.replace("mailbox_tls_ca = \"imap.pem\"\n", ""));
    project.run("bounce --fetch").code(1).says("is not to be trusted").says("`bounce.mailbox_tls_ca`");
    project.write("tidings.toml", config);
    project.run("bounce --fetch").code(0).says("2 mails fetched");
    let log = fs::read_to_string(mailbox.log()).unwrap();
    assert!(log.contains("TLS"), "{log}");
}
