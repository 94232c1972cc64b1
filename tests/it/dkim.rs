//! Signed mail: the keys of the config, what goes out, what is to be published.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use crate::project::Project;

const RSA: &str = include_str!("../fixtures/dkim/rsa.pem");
const ED25519: &str = include_str!("../fixtures/dkim/ed25519.pem");

/// Says of each signature of a message, with the records `name TAB text`, whether it verifies.
const DKIMPY: &str = "
import dkim, sys
records = dict(line.split('\\t') for line in sys.argv[1].splitlines())
answer = lambda name, timeout=5: records[name.decode().rstrip('.')].encode()
message = sys.stdin.buffer.read()
count = message.split(b'\\r\\n\\r\\n')[0].count(b'DKIM-Signature:')
print([dkim.DKIM(message).verify(idx=index, dnsfunc=answer) for index in range(count)])
";

fn project(extra: &str) -> Project {
    let project = Project::with_notes(&format!(
        "[[dkim]]\ndomain = \"harbour.example\"\nselector = \"s2026\"\nkey_file = \"secrets/rsa.pem\"\n\n{extra}"
    ));
    let project = project.post("tides", "Tides", "2025-05-30").post("quays", "Quays — Zoë’s", "2025-05-31");
    for (name, pem) in [("rsa", RSA), ("ed25519", ED25519)] {
        let path = format!("secrets/{name}.pem");
        project.write(&path, pem);
        fs::set_permissions(project.path(&path), fs::Permissions::from_mode(0o600)).unwrap();
    }
    project
}

const SECOND: &str =
    "[[dkim]]\ndomain = \"harbour.example\"\nselector = \"e2026\"\nkey_file = \"secrets/ed25519.pem\"\n";

/// The records that `check` says are to be published: name and text.
fn records(project: &Project) -> Vec<(String, String)> {
    let shown = project.run("check").code(0).stdout;
    let lines = shown.lines().filter_map(|line| line.strip_prefix("to publish: ")?.split_once(" TXT "));
    lines.map(|(name, strings)| (name.to_owned(), strings.replace("\" \"", "").replace('"', ""))).collect()
}

#[test]
fn check_says_what_is_to_be_published() {
    let project = project(SECOND);
    let records = records(&project);
    assert_eq!(records.len(), 2);
    assert!(records[0].0 == "s2026._domainkey.harbour.example" && records[0].1.starts_with("v=DKIM1; k=rsa; p=MII"));
    assert_eq!(records[1].1, "v=DKIM1; k=ed25519; p=6ZJ7+Nz/IZJlVLT0ui+9RY3Hvw1JS5J/y7aw+3KF/MY=");
    let rows = project.run("check --json").code(0).json()["rows"].to_string();
    assert!(rows.contains("s2026._domainkey.harbour.example TXT"), "{rows}");
}

#[test]
fn a_domain_that_is_not_the_senders_is_warned_of() {
    let edit = |domain: &str| {
        let project = project("");
        project.write("tidings.toml", project.read("tidings.toml").replace("domain = \"harbour.example\"", domain));
        project
    };
    edit("domain = \"other.example\"").run("check").code(0).says("no `[[dkim]]` signs for From's domain");
    for aligned in ["mail.harbour.example", "Harbour.example"] {
        let ran = edit(&format!("domain = \"{aligned}\"")).run("check").code(0);
        assert!(!ran.stdout.contains("From's domain"), "{}", ran.stdout);
    }
}

#[test]
fn a_wrong_key_is_shown_where_it_is_named() {
    let (open, project) = (project(""), project(""));
    fs::set_permissions(open.path("secrets/rsa.pem"), fs::Permissions::from_mode(0o640)).unwrap();
    open.run("preview").code(78).says("others can read the key file").says("tidings.toml:").says("hint: chmod 600");

    let text = project.read("tidings.toml");
    let broken = |from: &str, to: &str| {
        project.write("tidings.toml", text.replace(from, to));
        let ran = project.run("preview").code(78).says("tidings.toml:");
        assert!(!ran.stderr.contains("MII"), "{}", ran.stderr);
        ran
    };
    broken("secrets/rsa.pem", "secrets/none.pem")
        .says("cannot read the key file")
        .says("key_file = \"secrets/none.pem\"");
    broken("s2026", "s 2026").says("no selector");
    broken("domain = \"harbour.example\"", "domain = \"harbour\"").says("no domain");
    broken("key_file", "key_flie").says("did you mean `key_file`?");
    let second =
        "[[dkim]]\ndomain = \"harbour.example\"\nselector = \"s2026\"\nkey_file = \"secrets/ed25519.pem\"\n\n[[dkim]]";
    broken("[[dkim]]", second).says("two keys under one name");
}

#[test]
fn an_independent_verifier_accepts_what_goes_out() {
    let project = project(SECOND);
    let Some(python) = ["python3", "/usr/bin/python3"].into_iter().find(|python| has_dkimpy(python)) else {
        assert!(std::env::var_os("TIDINGS_TEST_ALL").is_none(), "python3 with dkim (python3-dkim) is not installed");
        eprintln!("skipped: python3 with dkim (python3-dkim) is not installed");
        return;
    };
    let records: Vec<String> = records(&project).iter().map(|(name, text)| format!("{name}\t{text}")).collect();
    project.run("preview --eml sample.eml").code(0);
    project.run("send --yes").code(0);
    let mut messages = project.outbox();
    messages.push(("sample.eml".to_owned(), fs::read(project.path("sample.eml")).unwrap()));
    assert_eq!(messages.len(), 3);
    for (name, octets) in messages {
        let mut command = Command::new(python);
        command.args(["-c", DKIMPY, &records.join("\n")]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut verifier = command.spawn().unwrap();
        verifier.stdin.take().unwrap().write_all(&octets).unwrap();
        let output = verifier.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "[True, True]\n", "{name}");
    }
}

fn has_dkimpy(python: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", "import dkim, nacl"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
