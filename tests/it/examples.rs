//! The example publications give what they promise, in any year.

use std::{fs, path::Path};

use mail_parser::MessageParser;

use crate::project::Project;

/// Copies an example into a project of its own, without what an earlier run left there.
pub fn example(name: &str) -> Project {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() {
                if name != "outbox" {
                    copy(&path, &to.join(name));
                }
            } else if !name.to_string_lossy().starts_with("tidings.db") {
                fs::copy(&path, to.join(name)).unwrap();
            }
        }
    }
    let project = Project::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name), &project.path(""));
    project
}

/// What must not change from year to year: subject, and who gets which words.
fn words(project: &Project) -> Vec<(String, String)> {
    project
        .outbox()
        .iter()
        .map(|(_, octets)| {
            let message = MessageParser::default().parse(octets).unwrap();
            let to = message.to().unwrap().first().unwrap().address().unwrap().to_owned();
            let text = message.body_text(0).unwrap();
            // The date of the edition itself stands in the masthead, above the first double rule.
            let body = text.lines().skip_while(|line| !line.starts_with("===")).filter(|line| !line.contains("/u/"));
            let body: Vec<&str> = body.collect();
            (to, format!("{}\n{}", message.subject().unwrap(), body.join("\n")))
        })
        .collect()
}

#[test]
fn harbour_gives_the_same_25_messages_in_any_year() {
    let mut sent = Vec::new();
    for year in ["2026-01-05T07:30:00Z", "2041-07-01T07:30:00Z"] {
        let project = example("harbour").at(year);
        let summary = project.run("send --yes --json").code(0);
        assert_eq!(summary.json()["sent"], 25, "{}", summary.stderr);
        assert_eq!(summary.json()["posts"], 12);
        assert_eq!(summary.stderr.matches("warning").count(), 0, "{}", summary.stderr);
        sent.push(words(&project));
        project.run("send --yes").code(0).says("nothing new");
        assert_eq!(project.outbox().len(), 25);
    }
    assert_eq!(sent[0].len(), 25);
    assert!(sent[0] == sent[1], "{}\n\nis not\n\n{}", sent[0][0].1, sent[1][0].1);
}

#[test]
fn harbour_passes_its_own_check() {
    example("harbour").run("check --strict").code(0);
}

#[test]
fn harbour_selects_what_an_editor_would() {
    let posts = example("harbour").run("explain --json").code(0).json();
    let titles = |selected: bool| -> Vec<String> {
        let posts = posts["posts"].as_array().unwrap().iter().filter(|post| post["selected"] == selected);
        posts.map(|post| post["title"].as_str().unwrap().to_owned()).collect()
    };
    let picked = titles(true);
    assert_eq!(picked[0], "The old lamp is back in the lighthouse");
    for title in ["Drei Tage Windstille", "灯台の下で餅をつく", "شبكة جدّي", "Seal on the slipway: please let him sleep"]
    {
        assert!(picked.iter().any(|found| found == title), "{title} is not in {picked:#?}");
    }
    let others = titles(false);
    let left = ["The mayor's parking place", "Fish market to open at seven, to the relief of all but the gulls"];
    for title in left {
        assert!(others.iter().any(|found| found == title), "{title} is not in {others:#?}");
    }
}

#[test]
fn minimal_works_in_ten_lines() {
    let project = example("minimal");
    let lines = project.read("tidings.toml").lines().filter(|line| !line.is_empty()).count();
    assert!(lines <= 10, "{lines} lines");
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 2);
}
