//! What judges of others say of a mail: the W3C's checker of its HTML, SpamAssassin of the whole message.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{examples::example, project::Project, world::server::find};

const LAYOUTS: [&str; 4] = ["classic", "cards", "plain", "brief"];

/// One run of the checker over every layout, in both directions, with sections, with pictures that go along, and with
/// more posts than a mail has room for.
#[test]
fn the_checker_of_the_w3c_finds_no_error_that_is_not_allowed() {
    let jar = root().join("tests/it/looks/node_modules/vnu-jar/build/dist/vnu.jar");
    let missing = match find("java") {
        None => "java",
        Some(_) if !jar.exists() => "vnu-jar (`npm ci --prefix tests/it/looks`)",
        Some(_) => "",
    };
    if is_missing(missing) {
        return;
    }
    let (harbour, many) = (harbour(), many());
    let mut pages = Vec::new();
    for layout in LAYOUTS {
        let layout = ("TIDINGS_DIGEST__WEEKLY__TEMPLATE", layout);
        for (reader, extra) in [("ana", "link"), ("layla", "embed")] {
            let page = format!("{}-{reader}.html", layout.1);
            let dress = [
                layout,
                ("TIDINGS_DIGEST__WEEKLY__IMAGE", extra),
                ("TIDINGS_DIGEST__WEEKLY__SECTIONS", if extra == "embed" { "tag" } else { "none" }),
            ];
            harbour.run_with(&format!("preview --out {page} --as {reader}@readers.example"), &dress).code(0);
            pages.push(harbour.path(&page));
        }
        let page = format!("{}.html", layout.1);
        many.run_with(&format!("preview --out {page}"), &[layout]).code(0);
        pages.push(many.path(&page));
    }
    let mut java = Command::new("java");
    java.arg("-jar").arg(jar).args(["--errors-only", "--stdout", "--format", "json"]).args(&pages);
    let said: serde_json::Value = serde_json::from_slice(&java.output().unwrap().stdout).unwrap();
    let allowed = allowed();
    let (mut used, mut wrong) = (BTreeSet::new(), Vec::new());
    for message in said["messages"].as_array().unwrap() {
        let text = message["message"].as_str().unwrap();
        match allowed.iter().find(|allowed| text.contains(allowed.as_str())) {
            Some(allowed) => drop(used.insert(allowed.clone())),
            None => wrong.push(format!("{}: {text}: {}", message["url"], message["extract"])),
        }
    }
    assert!(wrong.is_empty(), "{} errors:\n{}", wrong.len(), wrong.join("\n"));
    let idle: Vec<&String> = allowed.iter().filter(|allowed| !used.contains(*allowed)).collect();
    assert!(idle.is_empty(), "allowed and never found: {idle:?}");
}

/// Each score is that of the message as it leaves, by the rules that come with the package, without the network.
#[test]
fn no_example_edition_looks_like_spam() {
    if is_missing(find("spamassassin").map_or("spamassassin", |_| "")) {
        return;
    }
    let (harbour, minimal) = (harbour(), example("minimal").at("2025-03-10T07:30:00Z"));
    let mut mails = vec![("minimal".to_owned(), eml(&minimal, "", &[]))];
    for layout in LAYOUTS {
        let layout = ("TIDINGS_DIGEST__WEEKLY__TEMPLATE", layout);
        let (reader, image) = if layout.1 == "cards" { ("layla", "embed") } else { ("ana", "link") };
        let dress = [layout, ("TIDINGS_DIGEST__WEEKLY__IMAGE", image)];
        let as_reader = format!("--as {reader}@readers.example");
        mails.push((format!("{}, {image}", layout.1), eml(&harbour, &as_reader, &dress)));
    }
    let scores = std::thread::scope(|scope| {
        let judged: Vec<_> = mails.iter().map(|(name, mail)| (name, scope.spawn(move || score(mail)))).collect();
        judged.into_iter().map(|(name, score)| (name, score.join().unwrap())).collect::<Vec<_>>()
    });
    for (name, (score, rules)) in scores {
        println!("{score:>5.1} {name}: {rules}");
        assert!(score < 1.0, "{name} scores {score}: {rules}");
    }
}

/// The score of a message and the rules that made it.
fn score(mail: &[u8]) -> (f64, String) {
    let home = tempfile::tempdir().unwrap();
    let mut judge = Command::new("spamassassin");
    judge.args(["-L", "-t", "-x"]).env("HOME", home.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut judge = judge.spawn().unwrap();
    let mut stdin = judge.stdin.take().unwrap();
    let said = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(mail).unwrap());
        judge.wait_with_output().unwrap()
    });
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let status = said.split("X-Spam-Status: ").nth(1).unwrap_or_else(|| panic!("no score in {said:.2000}"));
    let status = status.split("\n\n").next().unwrap().replace("\n\t", "");
    let field =
        |name: &str| status.split(name).nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
    (field("score=").parse().unwrap(), field("tests=").to_owned())
}

fn eml(project: &Project, arguments: &str, environment: &[(&str, &str)]) -> Vec<u8> {
    project.run_with(&format!("preview --eml mail.eml {arguments}"), environment).code(0);
    fs::read(project.path("mail.eml")).unwrap()
}

fn harbour() -> Project {
    let harbour = example("harbour").at("2025-03-10T07:30:00Z");
    let readers = "ana@readers.example,Ana,en,,weekly,active\nlayla@readers.example,Layla,ar,,weekly,active\n";
    harbour.write("subscribers.csv", format!("{}{readers}", harbour.read("subscribers.csv")));
    harbour
}

/// Two hundred posts.
fn many() -> Project {
    let mut many = Project::with_notes("").at("2025-06-01T08:00:00Z");
    let config = many.read("tidings.toml").replace("schedule", "select = { max = 200 }\nschedule");
    many.write("tidings.toml", config);
    for number in 0..200 {
        many = many.post(&format!("p{number}"), &format!("Matter {number} & what <became> of it"), "2025-05-30");
    }
    many
}

/// The errors that are allowed, a line each: the words, two spaces, `#`, and why.
fn allowed() -> Vec<String> {
    let text = fs::read_to_string(root().join("tests/fixtures/w3c-allowed.txt")).unwrap();
    text.lines()
        .map(|line| {
            let (words, why) = line.split_once("  # ").unwrap_or_else(|| panic!("no reason in `{line}`"));
            assert!(!why.trim().is_empty());
            words.to_owned()
        })
        .collect()
}

/// Says in one line what is missing, and whether the test is to end; where all must be there, that is a failure.
fn is_missing(what: &str) -> bool {
    if what.is_empty() {
        return false;
    }
    assert!(std::env::var_os("TIDINGS_TEST_ALL").is_none(), "not there: {what}");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let _ = writeln!(std::io::stderr(), "skipped {test}: not there: {what}");
    true
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
