//! The pages behind a mail's links in a browser: by day and by night, in every language, as narrow as a telephone.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::{
    editor::asked,
    examples::example,
    looks::{can_look, root},
    project::Project,
    unsubscribe::{link, name},
    world::{server::find, site::Site},
};

const LANGUAGES: [&str; 11] = ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja", "zh", "ar"];

#[test]
fn every_page_can_be_read_and_used_in_every_language() {
    if !can_look() {
        return;
    }
    let project = Project::with_notes("").post("one", "The first post", "2025-05-30");
    let readers: String = LANGUAGES.iter().chain(&["closed"]).map(|l| format!("{l}@readers.example,{l}\n")).collect();
    project.write("subscribers.csv", format!("email,language\n{}", readers.replace(",closed", ",en")));
    project.run("preview --eml sample.eml").code(0);
    project.run("send --yes").code(0);
    project.store("UPDATE subscriber SET status = 'suppressed' WHERE address LIKE 'closed@%' RETURNING status");
    let site = Site::start(&project);
    let at = |path: &str| format!("http://{}{path}", site.address);
    let mut pages = Vec::new();
    for (_, message) in project.outbox() {
        let name = name(&message);
        // Leave, come back, and look at what is said.
        let press = if name == "closed" { 0 } else { 2 };
        pages.push(serde_json::json!({ "name": name, "url": at(&link(&message)), "press": press }));
    }
    let sample = link(project.read("sample.eml").as_bytes());
    for (name, path) in [("sample", sample.as_str()), ("archive", "/archive/"), ("edition", "/archive/weekly/1")] {
        pages.push(serde_json::json!({ "name": name, "url": at(path), "press": 0 }));
    }
    let seen = look(&pages);
    let titles: std::collections::BTreeSet<&str> =
        seen["titles"].as_array().unwrap().iter().filter_map(|title| title.as_str()).collect();
    assert_eq!(seen["looked"], 2 * (11 * 3 + 4));
    assert!(titles.len() >= 3 * 11 + 3, "{titles:#?}");
    assert_eq!(project.store("SELECT CAST(count(*) AS TEXT) FROM departure"), "0", "all came back");
}

#[test]
fn every_layout_is_a_page_of_the_archive_and_the_editor_has_theirs() {
    if !can_look() {
        return;
    }
    for template in ["classic", "cards", "plain", "brief"] {
        let mut project = example("harbour").at("2025-03-10T07:30:00Z");
        project.environment("TIDINGS_DIGEST__WEEKLY__TEMPLATE", template);
        project.environment("TIDINGS_DIGEST__WEEKLY__IMAGE", "embed");
        project.run("send --yes").code(0);
        let site = Site::start(&project);
        let at = |path: &str| format!("http://{}{path}", site.address);
        let page =
            |name: &str, path: &str, press: u64| serde_json::json!({ "name": name, "url": at(path), "press": press });
        look(&[page(template, "/archive/weekly/1", 0), page("harbour-archive", "/archive/", 0)]);
        if template == "classic" {
            let (approve, veto) = asked(&project, "waiting");
            look(&[page("approve", &approve, 1), page("veto", &veto, 1)]);
        }
    }
}

/// Opens the pages in one browser and fails with all that is wrong; photographs them where `TIDINGS_SHOTS` says.
#[track_caller]
fn look(pages: &[serde_json::Value]) -> serde_json::Value {
    let shots = std::env::var("TIDINGS_SHOTS").ok();
    let job = serde_json::json!({ "chromium": find("chromium").unwrap(), "shots": shots, "pages": pages });
    let mut node = Command::new("node");
    node.arg(root().join("tests/it/looks/web.js")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().unwrap();
    node.stdin.take().unwrap().write_all(job.to_string().as_bytes()).unwrap();
    let out = node.wait_with_output().unwrap();
    assert!(out.status.success());
    let seen: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let faults: Vec<&str> = seen["faults"].as_array().unwrap().iter().filter_map(|fault| fault.as_str()).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    seen
}
