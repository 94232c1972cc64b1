//! DKIM (RFC 6376, 8463): what OpenDKIM and dkimpy make of our signatures.

use std::{fs, process::Command};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    project::Project,
    world::{
        opendkim::OpenDkim,
        postfix::{self, Postfix},
        server::can_have,
    },
};

const VERIFY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/servers/verify.py");

/// Python as the system has it: its packages put dkimpy there, and another Python has none.
const PYTHON: &str = "/usr/bin/python3";

/// A key of each kind and form that we take: selector, algorithm, how `openssl` makes it.
const KEYS: [(&str, &str, &str); 3] = [
    ("rsa", "rsa-sha256", "genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out rsa.pem"),
    ("old", "rsa-sha256", "genrsa -traditional -out old.pem 2048"),
    ("ed", "ed25519-sha256", "genpkey -algorithm ed25519 -out ed.pem"),
];

/// Says whether a test can have keys, Postfix, and both judges of signatures.
fn can_judge() -> bool {
    can_have(&[postfix::PROGRAMS, &["openssl", "opendkim", "dkimverify"]].concat())
}

fn openssl(folder: &Project, arguments: &str) {
    let ran = Command::new("openssl").current_dir(folder.path(".")).args(arguments.split(' ')).output().unwrap();
    assert!(ran.status.success(), "{arguments}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// Makes the keys, and the records that publish them.
fn keys() -> (Project, String) {
    let (folder, mut records) = (Project::new(), String::new());
    for (selector, algorithm, how) in KEYS {
        openssl(&folder, how);
        openssl(&folder, &format!("pkey -in {selector}.pem -pubout -outform DER -out public"));
        let public = fs::read(folder.path("public")).unwrap();
        // The record of an Ed25519 key holds its 32 octets alone (RFC 8463 4.2), that of an RSA key what is round it.
        let (kind, start) = if algorithm == "rsa-sha256" { ("rsa", 0) } else { ("ed25519", public.len() - 32) };
        let public = STANDARD.encode(&public[start..]);
        records += &format!("{selector}._domainkey.harbour.example v=DKIM1; k={kind}; p={public}\n");
    }
    (folder, records)
}

/// Lets a project sign with these keys, and sends what is hard to sign.
fn sign(project: Project, keys: &Project, selectors: &[&str]) -> Project {
    let mut config = project.read("tidings.toml");
    for selector in selectors {
        let file = keys.path(&format!("{selector}.pem"));
        config += &format!(
            "\n[[dkim]]\ndomain = \"harbour.example\"\nselector = \"{selector}\"\nkey_file = \"{}\"\n",
            file.display()
        );
    }
    let post = "---\ntitle: Über den Hafen und zurück, mit sehr vielen Möwen und einem noch viel längeren Titel\n\
                date: 2025-05-31\n---\n\n.\n\n..\n\nWords that end in blanks   \n\nFrom here\tto there, straße.   \n\n\n";
    project.file("tidings.toml", config).file("posts/hard.md", post)
}

/// What dkimpy says of each message, a line for each.
fn ask_dkimpy(messages: &[Vec<u8>], records: &str) -> Vec<String> {
    let folder = Project::new().file("records", records);
    for (number, octets) in messages.iter().enumerate() {
        folder.write(&format!("{number:03}.eml"), octets);
    }
    let ran = Command::new(PYTHON).args([VERIFY.into(), folder.path("records"), folder.path(".")]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// A message as it was on the wire: files of Postfix end their lines as Unix does.
fn with_crlf(octets: &[u8]) -> Vec<u8> {
    String::from_utf8(octets.to_vec()).unwrap().replace('\n', "\r\n").into_bytes()
}

#[test]
fn opendkim_and_dkimpy_accept_every_signature_that_postfix_passes_on() {
    if !can_judge() {
        return;
    }
    let (keys, records) = keys();
    let opendkim = OpenDkim::start(&records);
    for selectors in [&["rsa"][..], &["old"], &["ed"], &["rsa", "ed"]] {
        let postfix = Postfix::start(&opendkim.settings());
        let project = sign(postfix.project(5), &keys, selectors);
        assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 5, "{selectors:?}");
        let messages = postfix.mailbox("readers", 5);
        for octets in &messages {
            let text = String::from_utf8_lossy(octets);
            let passed = text.matches("dkim=pass ").count();
            assert_eq!(passed, selectors.len(), "{selectors:?}\n{}", &text[..4_000.min(text.len())]);
        }
        let messages: Vec<_> = messages.iter().map(|octets| with_crlf(octets)).collect();
        assert_eq!(ask_dkimpy(&messages, &records), vec![verdict(selectors); 5]);
    }
}

#[test]
fn dkimpy_finds_the_record_of_check_to_fit_the_outbox_and_nothing_that_was_changed() {
    if !can_judge() {
        return;
    }
    let (keys, records) = keys();
    let selectors = ["old", "ed"];
    let project = sign(Project::with_notes("").post("one", "One", "2025-05-30"), &keys, &selectors);
    let shown = project.run("check").code(0).stdout.replace("\" \"", "");
    for selector in selectors {
        let record = records.lines().find(|line| line.starts_with(selector)).unwrap();
        assert!(shown.contains(record.split_once(' ').unwrap().1), "no {record} in:\n{shown}");
    }
    project.run("send --yes").code(0);
    let messages: Vec<Vec<u8>> = project.outbox().into_iter().map(|(_, octets)| octets).collect();
    assert_eq!(ask_dkimpy(&messages, &records), vec![verdict(&selectors); 2]);

    let text = String::from_utf8(messages[0].clone()).unwrap();
    // A second From or Subject is as bad as another one; so is a word of the body.
    for (old, new) in [
        ("\r\nSubject: ", "\r\nSubject: Other"),
        ("\r\nFrom: ", "\r\nFrom: Mallory <mallory@far.example>\r\nFrom: "),
        ("\r\nSubject: ", "\r\nSubject: Cheap\r\nSubject: "),
        ("\r\nMIME-Version: ", "\r\nReply-To: mallory@far.example\r\nMIME-Version: "),
        ("story", "st0ry"),
    ] {
        assert!(text.contains(old), "{old:?}");
        let changed = text.replacen(old, new, 1).into_bytes();
        let found = ask_dkimpy(&[changed], &records);
        assert!(!found[0].contains("holds"), "{new:?}: {found:?}");
    }
}

/// What dkimpy is to say of a message that these keys signed.
fn verdict(selectors: &[&str]) -> String {
    let algorithm = |selector: &&str| KEYS.iter().find(|(known, ..)| known == selector).unwrap().1;
    let mut verdicts: Vec<String> = selectors.iter().map(|selector| format!("{} holds", algorithm(selector))).collect();
    verdicts.sort();
    verdicts.join(", ")
}
