//! The files of `examples/deploy` can be read by what reads them, and name only what there is.

use std::{fs, path::PathBuf, process::Command};

use crate::world::server::find;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/deploy")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every command line of `tidings` in the files, from its verb on.
fn commands() -> Vec<(String, Vec<String>)> {
    let mut commands = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        for line in read(&name).lines().filter(|line| !line.trim_start().starts_with('#')) {
            let line = line.replace("ENTRYPOINT [\"tidings\"]", "").replace("CMD [\"run\"]", "tidings run");
            for part in line.split("tidings ").skip(1) {
                let words: Vec<String> = part
                    .split_whitespace()
                    .take_while(|word| !["||", "&&", "|"].contains(word))
                    .map(|word| word.trim_end_matches([';', '`', '"']).to_owned())
                    .collect();
                commands.push((name.clone(), words));
            }
        }
    }
    commands
}

#[test]
fn every_command_and_flag_exists() {
    let (mut verbs, known) = (Vec::new(), ["run", "send", "check", "backup", "bounce"]);
    for (file, words) in commands() {
        let Some(verb) = words.first().filter(|verb| known.contains(&verb.as_str())) else { continue };
        let help = Command::new(env!("CARGO_BIN_EXE_tidings")).args([verb, "--help"]).output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(help.contains("Usage:"), "{file}: `tidings {verb}`");
        for flag in words.iter().filter(|word| word.starts_with('-')) {
            assert!(help.contains(flag.as_str()), "{file}: `tidings {verb}` has no {flag}");
        }
        verbs.push(verb.clone());
    }
    for verb in ["run", "send", "check", "backup"] {
        assert!(verbs.iter().any(|found| found == verb), "{verb} is nowhere in {verbs:?}");
    }
}

#[test]
fn units_are_sections_of_keys_and_systemd_takes_them() {
    let units = ["tidings.service", "tidings-web.service", "tidings-send.service", "tidings-send.timer"];
    for unit in units {
        let text = read(unit);
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines {
            let is_section = ["[Unit]", "[Service]", "[Timer]", "[Install]"].contains(&line);
            let is_key = line.split_once('=').is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_alphabetic()));
            assert!(is_section || is_key, "{unit}: {line}");
        }
    }
    for wanted in ["Type=notify", "WatchdogSec=", "ExecReload=/bin/kill -HUP $MAINPID", "NoNewPrivileges=true"] {
        assert!(read("tidings.service").contains(wanted), "{wanted}");
    }
    let Some(analyze) = find("systemd-analyze") else {
        assert!(std::env::var_os("TIDINGS_TEST_ALL").is_none(), "systemd-analyze is not installed");
        println!("skipped: systemd-analyze is not installed");
        return;
    };
    // Where the binary is not installed, systemd looks at everything else.
    let there = tempfile::tempdir().unwrap();
    for unit in units {
        let text = read(unit).replace("/usr/local/bin/tidings", env!("CARGO_BIN_EXE_tidings"));
        let text = text.replace("User=digest\nGroup=digest\n", "").replace("/srv/digest", "/tmp");
        fs::write(there.path().join(unit), text).unwrap();
    }
    let mut verify = Command::new(analyze);
    verify.arg("verify").args(units.map(|unit| there.path().join(unit)));
    let out = verify.output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    let faults: Vec<&str> = said.lines().filter(|line| line.contains(&*there.path().to_string_lossy())).collect();
    assert!(faults.is_empty(), "{said}");
}

#[test]
fn the_workflow_is_yaml_and_the_container_is_not_root() {
    let workflow: serde_json::Value = serde_saphyr::from_str(&read("github-actions.yml")).unwrap();
    let steps = workflow["jobs"]["send"]["steps"].as_array().unwrap();
    assert!(steps.len() >= 6 && steps.iter().all(|step| step["run"].is_string() || step["uses"].is_string()));
    let container = read("Containerfile");
    let user = container.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    assert!(!user.starts_with('0') && !user.starts_with("root"), "{user}");
    assert!(container.matches("\nFROM ").count() == 2 && container.contains("HEALTHCHECK"));
}

#[test]
fn a_store_that_cannot_be_fetched_is_not_taken_for_none() {
    let workflow: serde_json::Value = serde_saphyr::from_str(&read("github-actions.yml")).unwrap();
    let steps = workflow["jobs"]["send"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == "Fetch the store").unwrap();
    let fetch = |remote: &str| {
        let there = tempfile::tempdir().unwrap();
        let git = |words: &[&str]| Command::new("git").args(words).current_dir(&there).output().unwrap();
        assert!(git(&["init", "-q"]).status.success());
        git(&["init", "-q", "--bare", "empty.git"]);
        git(&["remote", "add", "origin", remote]);
        // As the runner calls it.
        let script = ["-e", "-c", step["run"].as_str().unwrap()];
        Command::new("bash").args(script).current_dir(&there).output().unwrap().status.success()
    };
    assert!(fetch("./empty.git"), "no store yet");
    assert!(!fetch("./gone.git"), "nobody knows");
    let keep = steps.iter().find(|step| step["name"] == "Keep the store").unwrap();
    assert_eq!(keep["if"], "always() && steps.store.outcome == 'success'");
}

#[test]
fn cron_finds_the_program() {
    let line = read("crontab");
    let line = line.lines().find(|line| line.contains("send --yes")).unwrap();
    assert!(line.contains(" /usr/local/bin/tidings send"), "{line}");
}
