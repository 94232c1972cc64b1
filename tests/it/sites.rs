//! Whole sites, one for each generator: every link, title, date, author and picture as the generator itself makes it.
//!
//! `tests/fixtures/sites` holds the sites, and beside each what its generator published; `tests/bench/sites` makes that.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use tidings::{
    config::Config,
    post::Post,
    select::{DigestHistory, Rules, select},
    source::{self, GatherContext, Validators},
};

use crate::project::Project;

#[test]
fn sites_come_out_as_their_generators_make_them() {
    let sites = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sites");
    let mut truths: Vec<PathBuf> = fs::read_dir(&sites).unwrap().map(|entry| entry.unwrap().path()).collect();
    truths.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    truths.sort();
    let mut wrong = String::new();
    for truth in truths {
        let expect: Value = serde_json::from_str(&fs::read_to_string(&truth).unwrap()).unwrap();
        let site = truth.with_extension("");
        let content = expect["content"].as_str().unwrap();
        let mut folders = vec![""];
        folders.extend((!content.is_empty()).then_some(content));
        for folder in folders {
            let name =
                site.join(folder).strip_prefix(&sites).unwrap().to_string_lossy().trim_end_matches('/').to_owned();
            let differences = differences(&site, folder, &expect);
            if !differences.is_empty() {
                writeln!(wrong, "{name}:\n{}", differences.join("\n")).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What is not as the generator made it, a line each.
fn differences(site: &Path, folder: &str, expect: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let mut found = published(&site.join(folder));
    let inside = |post: &&Value| Path::new(post["path"].as_str().unwrap()).starts_with(folder);
    for post in expect["posts"].as_array().unwrap().iter().filter(inside) {
        let text = |key: &str| post[key].as_str().unwrap_or_default();
        let title = text("title");
        // A wrong address is told apart from a missing post.
        let is_it = |found: &Post| found.url.as_ref().is_some_and(|url| url.as_str() == text("url"));
        let at = found.iter().position(is_it).or_else(|| found.iter().position(|found| found.title == title));
        let Some(at) = at else {
            lines.push(format!("  {}: missing", text("path")));
            continue;
        };
        let got = found.swap_remove(at);
        let mut compare = |what: &str, got: String, expect: String| {
            if got != expect {
                lines.push(format!("  {}: {what} is {got}, not {expect}", text("path")));
            }
        };
        compare("url", got.url.as_ref().map(ToString::to_string).unwrap_or_default(), text("url").to_owned());
        compare("title", got.title.clone(), title.to_owned());
        compare("date", format!("{:?}", got.published), format!("{:?}", Some(instant(text("published")))));
        let authors: Vec<&str> = post["authors"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        compare("authors", got.authors.join(" + "), authors.join(" + "));
        let picture = got.image.as_ref();
        let file = picture.and_then(|image| image.file.as_ref()?.canonicalize().ok());
        let is_file = file.is_some_and(|file| site.join(text("image")).canonicalize().is_ok_and(|named| named == file));
        let address = picture.map(|image| image.url.to_string()).unwrap_or_default();
        if !is_file {
            compare("picture", address, text("image").to_owned());
        }
    }
    lines.extend(found.iter().map(|post| format!("  {}: `{}` is no published post", post.id, post.title)));
    lines
}

/// A day is midnight in the publication's zone, which is UTC here.
fn instant(text: &str) -> DateTime<Utc> {
    match text.parse::<NaiveDate>() {
        Ok(day) => day.and_time(chrono::NaiveTime::MIN).and_utc(),
        Err(_) => DateTime::parse_from_rfc3339(text).unwrap().to_utc(),
    }
}

/// The posts that a digest of this folder could take.
fn published(folder: &Path) -> Vec<Post> {
    let config = format!(
        "[publication]\nname = \"N\"\nfrom = \"N <n@harbour.example>\"\n[[source]]\nname = \"site\"\nfolder = {folder:?}\n\
         [digest.weekly]\nsubject = \"S\"\nschedule = \"weekly mon 07:30\"\n[smtp]\nurl = \"file:outbox\"\n"
    );
    let project = Project::new().file("tidings.toml", config);
    let config = Config::load(&project.path("tidings.toml"), &[]).unwrap();
    let past = Validators::new();
    let now = DateTime::parse_from_rfc3339("2025-06-01T12:00:00Z").unwrap().to_utc();
    let context = GatherContext { limits: &config.fetch, past: &past, zone: config.publication.timezone, now };
    let gathered = tokio::runtime::Runtime::new().unwrap().block_on(source::gather(&config.sources, &context));
    let posts = gathered.fetched.into_iter().flat_map(|fetched| fetched.posts).collect();
    let rules = Rules { max: 1000, max_age: None, ..Rules::default() };
    let selection = select(posts, &rules, &DigestHistory::default(), now);
    let picked = selection.picked.iter().map(|&index| selection.candidates[index].post.clone());
    picked.collect()
}
