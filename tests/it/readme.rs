//! The README's commands work as they stand there.

use std::process::{Command, Stdio};

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

#[test]
fn every_command_is_in_the_table() {
    let help = Command::new(env!("CARGO_BIN_EXE_tidings")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let verbs = help.split("Commands:\n").nth(1).unwrap().lines().take_while(|line| !line.is_empty());
    // A longer indent goes on with the line before.
    let verbs =
        verbs.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next());
    for verb in verbs.filter(|verb| *verb != "help") {
        assert!(README.contains(&format!("`{verb}")), "the README does not name `{verb}`");
    }
}
