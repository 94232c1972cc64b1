//! What is wrong in the config is shown where it stands, with what would be right.

use crate::project::Project;

/// Changes one line of a good config and gives what `explain` then says.
#[track_caller]
fn broken(from: &str, to: &str) -> String {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let text = project.read("tidings.toml");
    assert!(text.contains(from), "no `{from}` in the config");
    project.write("tidings.toml", text.replacen(from, to, 1));
    project.run("explain").code(78).stderr
}

#[test]
fn faults_point_at_their_line() {
    insta::assert_snapshot!(broken("subject", "sbject"));
    insta::assert_snapshot!(broken("\"weekly mon 07:30\"", "\"weekly moon 07:30\""));
    insta::assert_snapshot!(broken("folder = \"posts\"", "folder = 3"));
    insta::assert_snapshot!(broken("[smtp]\n", "[smtp]\nconnections = \"many\"\n"));
    insta::assert_snapshot!(broken("url = \"file:outbox\"", ""));
    insta::assert_snapshot!(broken("name = \"Notes\"", "name = \"Notes"));
    insta::assert_snapshot!(broken("folder = \"posts\"", "folder = \"posts\"\nfeed = \"f.xml\""));
    insta::assert_snapshot!(broken("schedule", "sources = [\"nots\"]\nschedule"));
    insta::assert_snapshot!(broken("from = \"Notes <notes@harbour.example>\"", "from = \"nobody\""));
    insta::assert_snapshot!(broken("file:outbox", "ftp://x"));
    insta::assert_snapshot!(broken("from =", "timezone = \"Europe/Lisbonne\"\nfrom ="));
}

#[test]
fn what_comes_later_is_refused_as_such() {
    let project = Project::with_notes("");
    for verb in [
        "run",
        "worker --x 3",
        "bounce",
        "backup f",
        "restore f",
        "check --online",
        "preview --serve",
        "editions veto 1",
    ] {
        project.run(verb).code(2).says("not yet");
    }
    assert!(broken("[web]", "[store]\nurl = \"postgres://u@h/db\"\n[web]").contains("not yet"));
}

#[test]
fn without_a_config_the_way_to_one_is_told() {
    Project::new().run("preview").code(78).says("tidings init");
}

#[test]
fn two_digests_want_a_name() {
    let project = Project::with_notes("[digest.daily]\nsubject = \"S\"\nschedule = \"daily 07:00\"\n");
    project.run("explain").code(2).says("--digest").says("`daily`, `weekly`");
    project.run("explain --digest daily").code(0);
    project.run("--digest dialy explain").code(2);
}

#[test]
fn the_environment_comes_before_the_file() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let subject = [("TIDINGS_DIGEST__WEEKLY__SUBJECT", "Other")];
    assert_eq!(project.run_with("preview --json", &subject).code(0).json()["subject"], "Other");
    let toml = [("TIDINGS_SMTP__RETRY", "[\"1s\"]"), ("TIDINGS_SMTP__CONNECTIONS", "2")];
    project.run_with("preview", &toml).code(0);
    project.run_with("preview", &[("TIDINGS_SMTP__CONNECTIONS", "x")]).code(78).says("TIDINGS_SMTP__CONNECTIONS");
    project.run_with("preview", &[("TIDINGS_SMTP__ULR", "x")]).code(78).says("`url`");
}

#[test]
fn a_schedule_that_is_right_has_next_runs() {
    let project = Project::with_notes("").at("2026-03-25T00:00:00Z");
    let runs = project.run("next -n 2 --json").code(0).json();
    assert_eq!(runs["runs"][0], serde_json::json!({ "local": "2026-03-30T07:30:00Z", "utc": "2026-03-30T07:30:00Z" }));
}
