//! MJML is laid out as the reference, the npm package `mjml`, lays it out.
//!
//! `tests/fixtures/mjml` holds documents and what the reference made of them, written by its script
//! `golden`. `MJML_SHOW=name` prints the whole difference of one document.

mod tree;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use tree::{Piece, pieces};

/// How many of a hundred documents must be equal.
const EQUAL: usize = 95;

/// Lines shown before and after the first difference.
const CONTEXT: usize = 3;

#[test]
fn mjml_documents_are_laid_out_as_the_reference_does() {
    let folder = fixtures();
    let differences = compare(&folder);
    let listed = listed(&folder.join("different.txt"));
    println!("{}", table(&differences, &listed));
    let mut wrong = String::new();
    for (name, difference) in &differences {
        match (difference, listed.get(name)) {
            (Some(difference), None) => write!(wrong, "\n{name} differs:\n{difference}").unwrap(),
            (None, Some(_)) => write!(wrong, "\n{name} is equal and still listed in different.txt").unwrap(),
            _ => {}
        }
    }
    for name in listed.keys().filter(|name| !differences.contains_key(*name)) {
        write!(wrong, "\n{name} is listed in different.txt and is no document").unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
    let equal = differences.values().filter(|difference| difference.is_none()).count();
    assert!(equal * 100 >= differences.len() * EQUAL, "{equal} of {} are equal", differences.len());
}

/// Compares the pairs of another folder: `MJML_DOCUMENTS=folder cargo test --test it other_documents -- --ignored --nocapture`.
#[test]
#[ignore = "needs a folder of documents, named by MJML_DOCUMENTS"]
fn other_documents() {
    let folder = PathBuf::from(std::env::var_os("MJML_DOCUMENTS").expect("MJML_DOCUMENTS names a folder"));
    let differences = compare(&folder);
    println!("{}", table(&differences, &BTreeMap::new()));
    for (name, difference) in &differences {
        if let Some(difference) = difference {
            println!("\n{name} differs:\n{difference}");
        }
    }
}

#[test]
fn what_the_reference_refuses_is_refused() {
    for entry in fs::read_dir(fixtures().join("refused")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "mjml") {
            assert!(tidings::render::mjml_file(&path, None).is_err(), "{} is laid out", path.display());
        }
    }
}

#[test]
fn the_reference_is_named() {
    let version = fs::read_to_string(fixtures().join("VERSION")).unwrap();
    assert!(version.starts_with("mjml "), "{version}");
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mjml")
}

/// Lays out every document of a folder; the name of each, and where it first differs.
fn compare(folder: &Path) -> BTreeMap<String, Option<String>> {
    let mut documents: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "mjml") && path.with_extension("html").exists())
        .collect();
    documents.sort();
    let half = documents.len() / 2;
    let run = |documents: &[PathBuf]| -> Vec<(String, Option<String>)> {
        documents.iter().map(|path| (name(path), difference(path))).collect()
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| run(&documents[..half]));
        let mut all: BTreeMap<_, _> = run(&documents[half..]).into_iter().collect();
        all.extend(first.join().unwrap());
        all
    })
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn difference(path: &Path) -> Option<String> {
    let golden = fs::read_to_string(path.with_extension("html")).unwrap();
    let ours = match tidings::render::mjml_file(path, None) {
        Ok((html, _)) => html,
        Err(error) => return Some(format!("  not laid out: {error}")),
    };
    let (golden, ours) = (pieces(&golden), pieces(&ours));
    if golden == ours {
        return None;
    }
    if std::env::var("MJML_SHOW").is_ok_and(|wanted| wanted == name(path)) {
        println!("{}", whole(&golden, &ours));
    }
    Some(first(&golden, &ours))
}

/// The first difference, with what stands before and after it on both sides.
fn first(golden: &[Piece], ours: &[Piece]) -> String {
    let at = golden.iter().zip(ours).take_while(|(a, b)| a == b).count();
    let mut out = String::new();
    for piece in &golden[at.saturating_sub(CONTEXT)..at] {
        writeln!(out, "    {piece}").unwrap();
    }
    for (sign, side) in [("-", golden), ("+", ours)] {
        for piece in side.iter().skip(at).take(CONTEXT) {
            writeln!(out, "  {sign} {piece}").unwrap();
        }
    }
    out
}

/// Every piece: `-` stands in the golden only, `+` in ours only.
fn whole(golden: &[Piece], ours: &[Piece]) -> String {
    let width = ours.len() + 1;
    let mut common = vec![0_u32; (golden.len() + 1) * width];
    for a in (0..golden.len()).rev() {
        for b in (0..ours.len()).rev() {
            common[a * width + b] = if golden[a] == ours[b] {
                common[(a + 1) * width + b + 1] + 1
            } else {
                common[(a + 1) * width + b].max(common[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b, mut out) = (0, 0, String::new());
    while a < golden.len() || b < ours.len() {
        let line = if a < golden.len() && b < ours.len() && golden[a] == ours[b] {
            (a, b) = (a + 1, b + 1);
            format!("    {}", golden[a - 1])
        } else if b == ours.len() || (a < golden.len() && common[(a + 1) * width + b] >= common[a * width + b + 1]) {
            a += 1;
            format!("  - {}", golden[a - 1])
        } else {
            b += 1;
            format!("  + {}", ours[b - 1])
        };
        out += &line;
        out.push('\n');
    }
    out
}

/// The documents known to differ, each with its reason: `name: reason`, and `#` for remarks.
fn listed(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, reason) = line.split_once(": ").unwrap_or_else(|| panic!("no reason in `{line}`"));
            (name.to_owned(), reason.to_owned())
        })
        .collect()
}

fn table(differences: &BTreeMap<String, Option<String>>, listed: &BTreeMap<String, String>) -> String {
    let different: Vec<&String> =
        differences.iter().filter(|(_, difference)| difference.is_some()).map(|(name, _)| name).collect();
    let equal = differences.len() - different.len();
    let mut out = format!("documents {}, equal {equal}, different {}", differences.len(), different.len());
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in different {
        reasons.entry(listed.get(name).map_or("not listed", String::as_str)).or_default().push(name);
    }
    for (reason, names) in reasons {
        write!(out, "\n  {reason}: {}", names.join(" ")).unwrap();
    }
    out
}
