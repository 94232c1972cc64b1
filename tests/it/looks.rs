//! How a mail looks in a browser: nothing scrolls sideways, nothing overlaps, everything can be read.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{examples::example, project::Project, world::server::find};

const TEMPLATES: [&str; 4] = ["classic", "cards", "plain", "brief"];

/// One browser opens all: every layout of the example in every size, colour scheme and direction, then titles and
/// bylines that no layout hopes for, in colours of an editor's own.
#[test]
fn every_layout_can_be_read_everywhere() {
    if !can_look() {
        return;
    }
    let (example, odd) = (example("harbour").at("2025-03-10T07:30:00Z"), odd());
    let readers = "ana@readers.example,Ana,en,,weekly,active\nlayla@readers.example,Layla,ar,,weekly,active\n";
    example.write("subscribers.csv", format!("{}{readers}", example.read("subscribers.csv")));
    let mut pages = Vec::new();
    for template in TEMPLATES {
        for (reader, lang, sections) in [("ana", "en", "none"), ("layla", "ar", "source")] {
            let name = format!("{template}-{lang}");
            let dress =
                [("TIDINGS_DIGEST__WEEKLY__TEMPLATE", template), ("TIDINGS_DIGEST__WEEKLY__SECTIONS", sections)];
            example.run_with(&format!("preview --out {name}.html --as {reader}@readers.example"), &dress).code(0);
            pages.push(page(&example, &name, &[360, 600, 1200]));
        }
        let name = format!("odd-{template}");
        odd.run_with(&format!("preview --out {name}.html"), &[("TIDINGS_DIGEST__WEEKLY__TEMPLATE", template)]).code(0);
        pages.push(page(&odd, &name, &[320]));
    }
    // Each by day and by night, and in its first width as Outlook's apps mark it.
    look(pages, 2 * (4 * 2 * 3 + 4) + 12);
}

#[test]
fn every_layout_passes_the_check() {
    let project = example("harbour").at("2025-03-10T07:30:00Z");
    for template in TEMPLATES {
        for sections in ["none", "tag"] {
            let dress =
                [("TIDINGS_DIGEST__WEEKLY__TEMPLATE", template), ("TIDINGS_DIGEST__WEEKLY__SECTIONS", sections)];
            project.run_with("check --strict", &dress).code(0);
        }
    }
}

/// Posts with words that break lines, columns and directions.
fn odd() -> Project {
    let titles = [
        "a".repeat(2000),
        "🎉".repeat(300),
        "ميناء Porto Sereno يفتح من جديد (2026)".to_owned(),
        "https://harbour.example/".repeat(9),
        "港の灯りと夜の市場".repeat(12),
    ];
    let theme = "theme = { accent = \"#ffd400\", ink = \"#999999\", paper = \"#fff8ee\", background = \"#40305f\", width = 480, radius = 20 }";
    let mut project = Project::with_notes("");
    project.write("tidings.toml", project.read("tidings.toml").replace("schedule", &format!("{theme}\nschedule")));
    for (n, title) in titles.iter().enumerate() {
        let (author, wide) = ("Maximilian".repeat(20), "unbroken".repeat(40));
        let head = format!("title: \"{title}\"\ndate: 2025-05-3{}\nauthor: {author}", n % 2);
        project =
            project.file(&format!("posts/{n}.md"), format!("---\n{head}\n---\n\nOne {wide} sentence. And another.\n"));
    }
    project
}

fn page(project: &Project, name: &str, widths: &[u32]) -> serde_json::Value {
    serde_json::json!({ "name": name, "file": project.path(&format!("{name}.html")), "widths": widths })
}

/// Opens the pages in one browser and fails with all that is wrong.
#[track_caller]
fn look(pages: Vec<serde_json::Value>, views: u64) {
    let job = serde_json::json!({
        "chromium": find("chromium").unwrap(),
        "pages": pages,
    });
    let mut node = Command::new("node");
    node.arg(root().join("tests/it/looks/open.js")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = node.spawn().unwrap();
    node.stdin.take().unwrap().write_all(job.to_string().as_bytes()).unwrap();
    let out = node.wait_with_output().unwrap();
    assert!(out.status.success());
    let seen: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(seen["looked"], views);
    let faults: Vec<&str> = seen["faults"].as_array().unwrap().iter().filter_map(|fault| fault.as_str()).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Says whether there is a browser and what drives it; if not, says so in one line, and the test is to end.
pub fn can_look() -> bool {
    let script = root().join("tests/it/looks/open.js");
    let finds = "require('module').createRequire(process.argv[1]).resolve('playwright-core')";
    let drives = || {
        let mut node = Command::new("node");
        node.args(["-e", finds]).arg(script).stdout(Stdio::null()).stderr(Stdio::null());
        node.status().is_ok_and(|status| status.success())
    };
    let missing = match (find("chromium"), find("node")) {
        (None, _) => "chromium",
        (_, None) => "node",
        _ if !drives() => "playwright-core (`npm ci --prefix tests/it/looks`)",
        _ => return true,
    };
    assert!(std::env::var_os("TIDINGS_TEST_ALL").is_none(), "not there: {missing}");
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Straight to the stream: what the macros print is kept back where a test passes.
    let _ = writeln!(std::io::stderr(), "skipped {test}: not there: {missing}");
    false
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
