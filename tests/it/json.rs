//! `--json`: one JSON value on standard output, whatever the command.

use crate::project::Project;

#[test]
fn every_command_that_acts_says_so_in_json() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    #[track_caller]
    fn check(project: &Project, arguments: &str, key: &str, expect: serde_json::Value) {
        let said = project.run(&format!("{arguments} --json")).code(0).json();
        assert_eq!(said[key], expect, "{said}");
    }
    let tested = serde_json::json!([
        { "email": "x@y.example", "outcome": "sent", "reply": null },
        { "email": "z@y.example", "outcome": "sent", "reply": null },
    ]);
    check(&project, "test x@y.example z@y.example", "tested", tested);
    check(&project, "subscribers add cyd@readers.example", "status", "active".into());
    check(&project, "subscribers add cyd@readers.example", "new", false.into());
    check(&project, "subscribers remove cyd@readers.example", "status", "unsubscribed".into());
    check(&project, "send --yes", "sent", 2.into());
    check(&project, "editions replay 1", "planned", 0.into());
    check(&project, "templates", "templates", serde_json::json!(["brief", "cards", "classic", "plain"]));
    assert_eq!(project.run("init other --json").code(0).json()["files"][0], "other/tidings.toml");
}

#[test]
fn standard_output_holds_one_thing() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    project.run("preview --out - --json").code(2).says("standard output");
    project.run("preview --out - --text -").code(2).says("standard output");
    assert!(project.run("preview --out -").code(0).stdout.starts_with("<!doctype html>"));
    assert!(project.run("preview --text - --out p.html").code(0).stdout.starts_with("Notes\n"));
}

#[test]
fn json_has_the_keys_that_scripts_were_promised_in_their_order() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let explained = project.run("explain --teasers --json").code(0).stdout;
    let keys = [
        "id",
        "url",
        "title",
        "published",
        "first_seen",
        "source",
        "selected",
        "reason",
        "teaser",
        "teaser_from",
        "teaser_refused",
    ];
    let places: Vec<_> = keys.iter().map(|key| explained.find(&format!("\"{key}\":"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{explained}");
    project.run("send --yes").code(0);
    let reason = "no post is new since the last edition";
    let nothing = format!("{{\"schema\":1,\"digest\":\"weekly\",\"edition\":null,\"reason\":\"{reason}\"}}\n");
    assert_eq!(project.run("send --yes --json").code(0).stdout, nothing);
}
