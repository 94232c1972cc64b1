//! The README's commands work as they stand there, and the README stays short.

use std::process::{Command, Stdio};

use crate::guide;

const README: &str = include_str!("../../README.md");

#[test]
fn the_five_minute_start_runs_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut place = folder.path().to_owned();
    let block = README.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let lines: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(lines.len() > 5);
    for line in lines {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("cd") => place.push(words.next().unwrap()),
            Some("tidings") => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
                let ran = command.current_dir(&place).args(words).stdin(Stdio::null()).output().unwrap();
                assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
            }
            _ => panic!("what is `{line}`?"),
        }
    }
    assert!(place.join("preview.html").exists());
}

/// What a newcomer is asked to read before the first digest: lines.
const MAX_LINES: usize = 150;

#[test]
fn the_readme_is_short_and_names_only_what_there_is() {
    assert!(README.lines().count() <= MAX_LINES, "{} lines", README.lines().count());
    let help = Command::new(env!("CARGO_BIN_EXE_tidings")).arg("help").output().unwrap();
    let topics = String::from_utf8(help.stdout).unwrap();
    let texts = guide::pages().into_values().collect::<String>() + README;
    for part in texts.split("`tidings ").skip(1) {
        let word = part.split(['`', ' ', '\n']).next().unwrap();
        let is_topic = topics.lines().any(|line| line.trim_start().split(' ').next() == Some(word));
        assert!(
            is_topic || word.chars().all(char::is_uppercase) || word.starts_with('-'),
            "there is no `tidings {word}`"
        );
    }
}

/// Every script and file of the repository that the README and the guide name in passing.
#[test]
fn files_that_are_named_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let texts = guide::pages().into_values().collect::<String>() + README;
    let mut looked = 0;
    for start in ["tests/", "examples/", "src/", ".ci/"] {
        for rest in texts.split(&format!("`{start}")).skip(1) {
            let path = rest.split(['`', ' ']).next().unwrap();
            if !path.contains("outbox") {
                assert!(root.join(start).join(path).exists(), "there is no {start}{path}");
                looked += 1;
            }
        }
    }
    assert!(looked > 8, "{looked}");
}

#[test]
fn every_command_is_in_the_table() {
    let help = Command::new(env!("CARGO_BIN_EXE_tidings")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let verbs = help.split("Commands:\n").nth(1).unwrap().lines().take_while(|line| !line.is_empty());
    // A longer indent goes on with the line before.
    let verbs =
        verbs.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next());
    for verb in verbs.filter(|verb| *verb != "help") {
        let table = &guide::pages()["commands"];
        assert!(table.contains(&format!("`{verb}")), "src/guide/commands.md does not name `{verb}`");
    }
}
