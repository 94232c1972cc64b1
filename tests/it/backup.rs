//! The store as a file elsewhere, and back.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::project::Project;

fn sent() -> Project {
    let project = Project::with_notes("").post("one", "The first tide", "2025-05-20");
    project.run("send --yes").code(0);
    project
}

#[test]
fn a_copy_brings_back_what_was_sent_and_who_left() {
    let project = sent();
    project.run("subscribers remove ben@readers.example").code(0);
    project.run("backup copies.db").code(0).says("it holds addresses and keys");
    assert_eq!(fs::metadata(project.path("copies.db")).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(project.path("tidings.db"), "gone").unwrap();
    project.run("status").code(1);
    let ran = project.run("restore copies.db").code(0).says("tidings.db.old");
    assert!(ran.stderr.contains("send --resume"), "{}", ran.stderr);
    assert_eq!(project.read("tidings.db.old"), "gone");
    assert_eq!(fs::metadata(project.path("tidings.db")).unwrap().permissions().mode() & 0o777, 0o600);
    project.run("send --yes").code(4).says("does not know what was sent since");
    project.run("send --yes --resume").code(0).says("nothing new");
    project.run("subscribers list").code(0).says("unsubscribed");
}

#[test]
fn who_left_since_the_copy_was_made_stays_away() {
    let project = sent();
    project.run("backup copy.db").code(0);
    let rows = "eve@readers.example,Eve\nfay@readers.example,Fay\n";
    project.write("subscribers.csv", project.read("subscribers.csv") + rows);
    project.run("subscribers remove ben@readers.example").code(0);
    project.run("subscribers remove eve@readers.example").code(0);
    let number = "SELECT 'x' || id FROM subscriber WHERE folded LIKE '";
    let fay = project.store(&format!("{number}fay%'"));
    project.run("restore copy.db").code(0);
    let listed = project.run("subscribers list").code(0).stdout;
    let state = |name: &str| listed.lines().find(|line| line.contains(name)).unwrap().contains(" active");
    assert_eq!(["ada", "ben", "eve", "fay"].map(state), [true, false, false, true], "{listed}");
    // The number that the lost store gave to Fay stays hers or nobody's: her old links reach no other reader.
    assert_ne!(project.store(&format!("{number}fay%'")), fay);
}

#[test]
fn a_second_copy_takes_the_place_of_the_first() {
    let project = sent();
    project.run("backup copy.db").code(0);
    project.run("subscribers add eve@readers.example").code(0);
    let first = fs::read(project.path("copy.db")).unwrap();
    let json = project.run("backup copy.db --json").code(0).json();
    let second = fs::read(project.path("copy.db")).unwrap();
    assert!(first != second && json["bytes"] == second.len());
    assert!(!project.path("copy.db.new").exists());
}

#[test]
fn a_copy_is_made_while_a_send_is_under_way_and_none_comes_back_then() {
    let project = Project::with_notes("").post("one", "The first tide", "2025-05-20");
    let rows: String = (0..8_000).map(|n| format!("reader{n}@readers.example,Reader\n")).collect();
    project.write("subscribers.csv", format!("email,name\n{rows}"));
    project.run("backup before.db").code(0);
    let mut send = project.start("send --yes");
    while !project.path("outbox").exists() {
        assert!(send.try_wait().unwrap().is_none());
    }
    project.run("backup during.db").code(0);
    let refused = project.run("restore before.db");
    let running = send.try_wait().unwrap().is_none();
    assert!(send.wait().unwrap().success());
    if running {
        refused.code(75).says("locked by another program");
    }
    let copied = project.store("SELECT 'x' || count(*) FROM delivery WHERE state = 'sent'");
    assert_eq!(copied, "x8000");
    project.run("restore during.db").code(0);
    let states = "SELECT 'x' || count(*) FROM delivery WHERE state IN ('sent', 'pending', 'attempting')";
    assert_eq!(project.store(states), "x8000");
}

#[test]
fn what_is_no_copy_changes_nothing() {
    let project = sent().file("note.txt", "no store").file("empty.db", "");
    project.run("backup copy.db").code(0);
    let whole = fs::read(project.path("copy.db")).unwrap();
    project.write("half.db", &whole[..whole.len() / 2]);
    let before = fs::read(project.path("tidings.db")).unwrap();
    for (file, why) in [
        ("note.txt", "no store of tidings"),
        ("empty.db", "no store of tidings"),
        ("half.db", "no store of tidings"),
        ("nowhere.db", "cannot open"),
        ("tidings.db", "the store itself"),
    ] {
        project.run(&format!("restore {file}")).code(1).says(why).says(file);
    }
    project.run("backup tidings.db").code(1).says("the store itself");
    project.run("backup nowhere/copy.db").code(1).says("nowhere/copy.db");
    assert_eq!(fs::read(project.path("tidings.db")).unwrap(), before);
    let left: Vec<_> = fs::read_dir(project.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains(".new")), "{left:?}");
}

#[test]
fn each_store_that_a_copy_replaces_is_kept() {
    let project = sent();
    project.run("backup copy.db").code(0);
    for store in ["first", "second", "third"] {
        fs::write(project.path("tidings.db"), store).unwrap();
        project.run("restore copy.db").code(0);
    }
    let names =
        || fs::read_dir(project.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut kept: Vec<String> = names().filter(|name| name.starts_with("tidings.db.old")).collect();
    kept.sort();
    let kept: Vec<String> = kept.iter().map(|name| project.read(name)).collect();
    assert_eq!(kept, ["first", "second", "third"]);
    assert!(!names().any(|name| name.contains(".new")), "{:?}", names().collect::<Vec<_>>());
}
