//! `send`: messages leave once, and the report says what became of them.

use mail_parser::{MessageParser, MimeHeaders as _};

use crate::{
    project::Project,
    world::sink::{Event, SmtpSink, Stage},
};

/// Takes the place of `file:outbox` in a project's config.
fn relay(sink: &SmtpSink) -> Vec<(&'static str, String)> {
    vec![("TIDINGS_SMTP__URL", sink.url()), ("TIDINGS_SMTP__TLS", "none".to_owned())]
}

fn is_for_ada(event: &Event) -> bool {
    event.stage == Stage::Rcpt && event.line.contains("ada@")
}

fn borrowed<'a>(environment: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    environment.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn a_second_send_has_nothing_new() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let sent = project.run("send --yes --json").code(0).json();
    assert_eq!((&sent["edition"], &sent["recipients"], &sent["sent"]), (&1.into(), &2.into(), &2.into()));
    let before = project.outbox();
    assert_eq!(before.len(), 2);
    let again = project.run("send --yes --json").code(0).json();
    assert_eq!(again["edition"], serde_json::Value::Null);
    assert_eq!(project.outbox(), before);
    project.run("send --yes --fail-if-empty").code(3);
}

#[test]
fn each_reader_gets_one_message_with_a_link_of_their_own() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("send --yes").code(0);
    let mut links = Vec::new();
    for (_, octets) in project.outbox() {
        let message = MessageParser::default().parse(&octets).unwrap();
        assert_eq!(
            message.to().unwrap().first().unwrap().address().unwrap().split('@').nth(1),
            Some("readers.example")
        );
        assert_eq!(message.subject(), Some("One"));
        assert_eq!(message.part(1).unwrap().content_type().unwrap().subtype(), Some("plain"));
        let text = message.body_text(0).unwrap();
        let link = text.split_whitespace().find(|word| word.contains("/u/")).unwrap().to_owned();
        assert!(message.body_html(0).unwrap().contains(&link));
        let header = message.header_raw("List-Unsubscribe").unwrap();
        assert!(header.contains(&link), "{header} has not {link}");
        links.push(link);
    }
    links.dedup();
    assert_eq!(links.len(), 2);
}

#[test]
fn a_dry_run_sends_and_consumes_nothing() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let shown = project.run("send --dry-run --json").code(0).json();
    assert_eq!((&shown["recipients"], &shown["pending"], &shown["sent"]), (&2.into(), &2.into(), &0.into()));
    assert!(project.outbox().is_empty());
    assert_eq!(project.run("send --yes --json").code(0).json()["edition"], 1);
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("send").code(2).says("--yes");
}

#[test]
fn the_subject_of_the_command_line_comes_before_the_config() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let ran = project.run("send --yes --json --subject Extra").code(0);
    assert_eq!(ran.json()["subject"], "Extra");
}

#[test]
fn without_subscribers_the_posts_wait() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30").file("subscribers.csv", "email\n");
    project.run("send --yes").code(0).says("no active subscriber");
    project.write("subscribers.csv", "email\nada@readers.example\n");
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 1);
}

#[test]
fn mail_that_nobody_can_leave_does_not_go_out() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let config = project.read("tidings.toml").replace("[web]\npublic_url = \"https://news.harbour.example\"\n", "");
    project.write("tidings.toml", config.replace("file:outbox", "smtp://127.0.0.1:9"));
    project.run("send --yes").code(78).says("nobody could unsubscribe");
    project.run("preview").code(0);
    project.run("check").code(65).says("public_url");
}

#[test]
fn a_relay_that_is_not_there_loses_nothing() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let dead = [("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9"), ("TIDINGS_SMTP__TLS", "none")];
    let ran = project.run_with("send --yes --json", &dead).code(75);
    assert_eq!(ran.json()["pending"], 2);
    let sink = SmtpSink::start();
    let ran = project.run_with("send --yes --json", &borrowed(&relay(&sink))).code(0);
    assert_eq!((&ran.json()["edition"], &ran.json()["sent"]), (&1.into(), &2.into()));
    assert_eq!(sink.messages().len(), 2);
}

#[test]
fn refusals_are_told_apart() {
    for (reply, state, code) in [
        ("450 4.2.1 later", "deferred", 75),
        ("550 5.1.1 no such user", "bounced", 4),
        ("552 5.2.2 full", "deferred", 75),
        ("550 5.7.26 unauthenticated", "pending", 4),
    ] {
        let project = Project::with_notes("").post("one", "One", "2025-05-30");
        let sink = SmtpSink::scripted(move |event| is_for_ada(event).then(|| reply.into()));
        let ran = project.run_with("send --yes --json", &borrowed(&relay(&sink)));
        let summary = ran.json();
        assert_eq!(ran.code, Some(code), "{reply}: {summary} {}", ran.stderr);
        assert!(summary[state].as_i64().unwrap() >= 1, "{reply}: {summary}");
    }
}

#[test]
fn a_bad_address_is_not_mailed_again() {
    let mut project = Project::with_notes("").post("one", "One", "2025-05-30");
    let sink = SmtpSink::scripted(|event| is_for_ada(event).then(|| "550 5.1.1 no such user".into()));
    project.run_with("send --yes", &borrowed(&relay(&sink))).code(4);
    project.write("posts/two.md", "---\ntitle: Two\ndate: 2025-06-02\n---\n\nThe second story has a sentence.\n");
    project.set_clock("2025-06-03T12:00:00Z");
    let next = project.run_with("send --yes --json", &borrowed(&relay(&sink))).code(0).json();
    assert_eq!((&next["edition"], &next["recipients"], &next["sent"]), (&2.into(), &1.into(), &1.into()));
}

#[test]
fn a_deferred_delivery_is_tried_again_when_it_is_due() {
    let mut project = Project::with_notes("").post("one", "One", "2025-05-30");
    let busy = SmtpSink::scripted(|event| is_for_ada(event).then(|| "451 4.3.0 later".into()));
    let first = project.run_with("send --yes --json", &borrowed(&relay(&busy))).code(75).json();
    assert_eq!((&first["sent"], &first["deferred"]), (&1.into(), &1.into()));
    let calm = SmtpSink::start();
    let early = project.run_with("send --yes --json", &borrowed(&relay(&calm))).code(75).json();
    assert_eq!(early["deferred"], 1);
    project.set_clock("2025-06-01T12:05:00Z");
    let later = project.run_with("send --yes --json", &borrowed(&relay(&calm))).code(0).json();
    assert_eq!((&later["sent"], &later["deferred"]), (&2.into(), &0.into()));
    let (first, second) = (&busy.messages()[0], &calm.messages()[0]);
    assert_ne!(first.to, second.to);
}

#[test]
fn an_unsubscribed_address_stays_away() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("subscribers remove ada@readers.example").code(0);
    assert_eq!(project.run("send --yes --json").code(0).json()["recipients"], 1);
    project.run("subscribers list").says("unsubscribed");
}

#[test]
fn the_audience_is_chosen_by_tags() {
    let project = Project::with_notes("[digest.weekly.audience]\nany = [\"weekly\"]\n")
        .post("one", "One", "2025-05-30")
        .file("subscribers.csv", "email,tags\nada@readers.example,Weekly dev\nben@readers.example,dev\n");
    assert_eq!(project.run("send --yes --json").code(0).json()["recipients"], 1);
}

#[test]
fn replay_reaches_those_who_came_later() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("send --yes").code(0);
    project.write("subscribers.csv", "email\nada@readers.example\nben@readers.example\ncyd@readers.example\n");
    project.run("editions replay 1").code(0).says("for 1");
    let sent = project.run("send --yes --json").code(0).json();
    assert_eq!((&sent["edition"], &sent["recipients"], &sent["sent"]), (&1.into(), &3.into(), &3.into()));
    assert_eq!(project.outbox().len(), 3);
}

#[test]
fn folders_are_nobody_elses_to_read_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt as _;

    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run_without_umask("preview --out shown/deep/p.html").code(0);
    project.run_without_umask("send --yes").code(0);
    project.run_without_umask("init other").code(0);
    let mode = |path: &str| std::fs::metadata(project.path(path)).unwrap().permissions().mode() & 0o777;
    for folder in ["outbox", "shown", "shown/deep", "other", "other/posts"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    for file in ["tidings.db", "outbox/weekly-1-000001.eml"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[test]
fn a_frozen_edition_keeps_its_subject_and_says_so() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("send --yes").code(0);
    project.run("subscribers add cyd@readers.example").code(0);
    project.run("editions replay 1").code(0);
    let ran = project.run("send --yes --json --subject Other").code(0);
    assert_eq!(ran.json()["subject"], "One");
    assert!(ran.stderr.contains("--subject"), "{}", ran.stderr);
}

#[test]
fn a_pinned_post_that_went_out_is_nothing_new() {
    let project = Project::with_notes("[digest.weekly.select]\npin = [\"https://harbour.example/one/\"]\n").post(
        "one",
        "One",
        "2025-05-30",
    );
    project.run("send --yes").code(0);
    let reason = project.run("send --yes --json").code(0).json()["reason"].clone();
    assert_eq!(reason, "no post is new since the last edition");
}
