//! `send` beside the servers that real mail meets: Postfix, with Dovecot's logins.

use std::{collections::BTreeMap, fs, path::PathBuf};

use mail_parser::MessageParser;

use crate::world::{
    postfix::{self, Postfix},
    server::{Server, can_have, until},
};

mod bounces;
mod limits;
mod mailbox;
mod signatures;

/// How many messages each address got.
fn delivered(messages: &[Vec<u8>]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for octets in messages {
        let message = MessageParser::default().parse(&octets[..]).unwrap();
        *counts.entry(message.header_raw("Delivered-To").unwrap().trim().to_owned()).or_default() += 1;
    }
    counts
}

/// Asserts that this many readers got one message each and nobody another.
#[track_caller]
pub fn everyone_has_one(messages: &[Vec<u8>], readers: usize) {
    let counts = delivered(messages);
    assert!(
        counts.len() == readers && counts.values().all(|count| *count == 1),
        "not one for each of {readers}: {counts:?}"
    );
}

#[test]
fn a_server_ends_with_its_test() {
    let folder = tempfile::tempdir().unwrap();
    let (log, file) = (folder.path().join("log"), folder.path().join("number"));
    let script = format!("sleep 600 & echo $! >{}.new; mv {0}.new {0}; wait", file.display());
    let server = Server::start(&["sh", "-c", &script], &log);
    until("the server's child", &log, || file.exists());
    let child = PathBuf::from("/proc").join(fs::read_to_string(file).unwrap().trim()).join("exe");
    assert!(child.read_link().is_ok());
    drop(server);
    // The system may take a moment to bury it; a dead process has no program.
    until("the end of the server's child", &log, || child.read_link().is_err());
}

#[test]
fn postfix_takes_an_edition_after_each_kind_of_login() {
    if !can_have(postfix::PROGRAMS) {
        return;
    }
    for (offered, used) in [("plain login", "PLAIN"), ("login", "LOGIN")] {
        let postfix = Postfix::with_logins(offered, "");
        let sent = postfix.project(40).run("send --yes --json").code(0).json();
        assert_eq!((&sent["recipients"], &sent["sent"]), (&40.into(), &40.into()), "{offered}");
        let messages = postfix.mailbox("readers", 40);
        everyone_has_one(&messages, 40);
        assert!(messages.iter().all(|octets| String::from_utf8_lossy(octets).contains(" with ESMTPSA ")), "{offered}");
        assert!(postfix.log().contains(&format!("sasl_method={used}, sasl_username=notes")), "{offered}");
    }
}

#[test]
fn a_password_that_postfix_refuses_marks_nobody() {
    if !can_have(postfix::PROGRAMS) {
        return;
    }
    let postfix = Postfix::start("");
    let project = postfix.project(5);
    let wrong = [("TIDINGS_SMTP__PASSWORD", "six grey gulls")];
    let ran = project.run_with("send --yes --json", &wrong).code(4).says("`smtp.username`, the password");
    assert_eq!(ran.json()["pending"], 5);
    assert!(!ran.stderr.contains("gulls"));
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 5);
    everyone_has_one(&postfix.mailbox("readers", 5), 5);
}

#[test]
fn a_certificate_that_nobody_vouches_for_gets_no_mail() {
    if !can_have(postfix::PROGRAMS) {
        return;
    }
    let postfix = Postfix::start("");
    let project = postfix.project(5);
    let config = project.read("tidings.toml");
    project.write("tidings.toml", config.replace("tls_ca = \"relay.pem\"\n", ""));
    let ran = project.run("send --yes --json").code(1).says("`smtp.tls_ca`");
    assert_eq!(ran.json()["pending"], 5);
    assert!(!postfix.log().contains("sasl_username"), "{}", postfix.log());
    project.write("tidings.toml", config);
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 5);
    everyone_has_one(&postfix.mailbox("readers", 5), 5);
}

#[test]
fn a_reader_whom_postfix_does_not_know_is_mailed_no_more() {
    if !can_have(postfix::PROGRAMS) {
        return;
    }
    let postfix = Postfix::start("");
    let mut readers: Vec<String> = (0..30).map(|number| format!("reader{number}@readers.example")).collect();
    readers.insert(7, "gone@readers.example".to_owned());
    let mut project = postfix.project_for(&readers);
    let first = project.run("send --yes --json").code(0).json();
    assert_eq!((&first["sent"], &first["bounced"]), (&30.into(), &1.into()));
    project.run("subscribers list").code(0).says("suppressed");

    let project = {
        project.set_clock("2025-06-03T12:00:00Z");
        project.post("two", "Two", "2025-06-02")
    };
    let second = project.run("send --yes --json").code(0).json();
    assert_eq!((&second["recipients"], &second["sent"]), (&30.into(), &30.into()));
    assert!(delivered(&postfix.mailbox("readers", 60)).values().all(|count| *count == 2));
    assert_eq!(postfix.log().matches("<gone@readers.example>: Recipient address rejected").count(), 1);
}
