//! The editor's links: a look changes nothing, a POST sends the edition or stops it, once.

use tidings::{
    store::Store,
    token::{Purpose, Subject},
};

use crate::{project::Project, world::site::Site};

/// Puts the first edition back to a state before it goes out, due in an hour, and gives the paths to approve and veto.
pub fn asked(project: &Project, state: &str) -> (String, String) {
    let due = "due_ms = (unixepoch('2100-01-01') + 3600) * 1000";
    let uid = project.store(&format!("UPDATE edition SET state = '{state}', {due} RETURNING uid"));
    let keys = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&project.path("tidings.db"), chrono::Utc::now()).await.unwrap();
        let keys = store.signing_keys().await.unwrap();
        store.close().await;
        keys
    });
    let of = |purpose| format!("/a/{}", keys.sign(purpose, &Subject { subscriber: 0, of: uid.clone() }.payload()));
    (of(Purpose::Approve), of(Purpose::Veto))
}

fn project(state: &str) -> (Project, String, String) {
    let project = Project::with_notes("").post("one", "The first post", "2025-05-30");
    project.run("send --yes").code(0);
    let (approve, veto) = asked(&project, state);
    (project, approve, veto)
}

fn state(project: &Project) -> String {
    project.store("SELECT state FROM edition")
}

#[test]
fn looking_decides_nothing() {
    let (project, approve, veto) = project("waiting");
    let site = Site::start(&project);
    for _ in 0..100 {
        site.get(&approve).status(200).says("Send this edition?").says("The first post").says("Due: ");
        site.get(&veto).status(200).says("Stop this edition?");
        site.ask("HEAD", &approve, "", "").status(200);
        site.ask("OPTIONS", &veto, "", "").status(204);
    }
    let look = site.get(&format!("{approve}/look")).status(200).says("The story of one");
    assert!(!look.body.contains("/u/") && !look.body.contains("ada@"));
    site.ask("PUT", &approve, "", "").status(405);
    assert_eq!(state(&project), "waiting");
    // What is not out yet is nobody else's to read.
    site.get("/archive/weekly/1").status(404);
}

#[test]
fn the_first_decision_stands_unless_it_can_be_taken_back() {
    let (project, approve, veto) = project("waiting");
    let site = Site::start(&project);
    site.post(&approve, "").status(200).says("This edition goes out");
    assert_eq!(state(&project), "approved");
    site.get(&approve).status(200).says("This edition goes out");
    site.get(&veto).status(200).says("Stop this edition?");
    site.post(&veto, "veto=yes").status(200).says("This edition is stopped");
    assert_eq!(state(&project), "vetoed");
    for link in [&approve, &veto] {
        site.get(link).status(200).says("This edition is stopped");
        site.post(link, "").status(200).says("This edition is stopped");
    }
    assert_eq!(state(&project), "vetoed");
}

#[test]
fn what_is_out_cannot_be_stopped() {
    for stands in ["sending", "sent"] {
        let (project, approve, veto) = project(stands);
        let site = Site::start(&project);
        for link in [&approve, &veto] {
            site.get(link).status(200).says("This edition is out already");
            site.post(link, "").status(200).says("This edition is out already");
        }
        assert_eq!(state(&project), stands);
    }
}

#[test]
fn a_token_is_good_for_its_own_purpose() {
    let (project, approve, veto) = project("held");
    let site = Site::start(&project);
    let reader = String::from_utf8(project.outbox()[0].1.clone()).unwrap();
    let reader = reader.split("/u/").nth(1).unwrap().split('>').next().unwrap().to_owned();
    for path in [approve.replace("/a/", "/u/"), veto.replace("/a/", "/u/"), format!("/a/{reader}"), "/a/x".to_owned()] {
        site.get(&path).status(404).says("This link does not work");
        site.post(&path, "").status(404);
    }
    site.get("/a/%ff").status(404);
    assert_eq!(state(&project), "held");
}
