//! Every page under `tests/fixtures/pages/saved`, as an article and as a list, against what stands beside it.
//!
//! A copied text is read four times: as it is, with CRLF, without its blank lines, and with more of them.

use std::{fs, path::PathBuf};

use url::Url;

use crate::{
    html,
    post::Post,
    source::{Document, Selectors, listing, page},
    zone::Zone,
};

fn day(post: &Post) -> String {
    post.published.map(|date| date.format("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// What is wrong with the article and the list that were read.
fn faults(text: &str, expect: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let of = |key: &str| expect.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let url = Url::parse(of("url:").unwrap_or("https://saved.example/dir/page.html")).ok();
    let document = Document { octets: text.as_bytes().to_vec(), charset: None, url };
    match page::read(document.clone(), "saved", Zone::utc()) {
        Err(problem) => faults.push(problem.diagnostic.message),
        Ok(parsed) => {
            let post = &parsed.posts[0];
            let words = html::text(&post.body);
            let mut same = |what: &str, got: &str| {
                let wanted = of(what).unwrap_or_default();
                if got != wanted {
                    faults.push(format!("{what} `{got}`, not `{wanted}`"));
                }
            };
            same("title:", &post.title);
            same("authors:", &post.authors.join(", "));
            same("date:", &day(post));
            for line in expect.lines() {
                let fault = match line.split_once(": ") {
                    Some(("first", start)) if !words.starts_with(start) => format!("begins `{words:.60}`"),
                    Some(("last", end)) if !words.ends_with(end) => format!("does not end `{end}`: {words}"),
                    Some(("has", inside)) if !words.contains(inside) => format!("lacks `{inside}`"),
                    Some(("not", junk)) if words.contains(junk) => format!("holds `{junk}`"),
                    _ => continue,
                };
                faults.push(fault);
            }
        }
    }
    let wanted: Vec<String> = expect
        .lines()
        .filter_map(|line| line.strip_prefix("- "))
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>().join(" | "))
        .collect();
    if !wanted.is_empty() {
        let rows: Vec<String> = match listing::read(document, &Selectors::default(), "saved", Zone::utc()) {
            Err(problem) => vec![problem.diagnostic.message],
            Ok(parsed) => parsed.posts.iter().map(row).collect(),
        };
        if rows != wanted {
            faults.push(format!("lists {rows:#?}, not {wanted:#?}"));
        }
    }
    faults
}

fn row(post: &Post) -> String {
    let path = post.url.as_ref().map(|url| url.path().to_owned()).unwrap_or_default();
    let teaser = post.description.clone().unwrap_or_default();
    [post.title.clone(), day(post), post.authors.join(", "), teaser, path]
        .map(|part| part.trim().to_owned())
        .join(" | ")
}

#[test]
fn saved_and_copied_pages_give_their_articles_and_their_lists() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pages/saved");
    let mut pages: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|ending| ending != "expect"));
    pages.sort();
    assert!(pages.len() > 10);
    let mut report = String::new();
    for path in pages {
        let text = fs::read_to_string(&path).unwrap();
        let expect = fs::read_to_string(path.with_extension("expect")).unwrap();
        let mut forms = vec![("", text.clone())];
        if path.extension().is_some_and(|ending| ending == "txt") {
            let full: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
            forms.push((" with CRLF", text.replace('\n', "\r\n")));
            forms.push((" without blank lines", full.join("\n")));
            forms.push((" with blank lines", full.join("\n\n")));
        }
        for (form, text) in forms {
            for fault in faults(&text, &expect) {
                report += &format!("{}{form}: {fault}\n", path.file_name().unwrap().to_string_lossy());
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
}
