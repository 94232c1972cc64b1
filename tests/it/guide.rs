//! The guide tells the truth: its commands run, its keys exist, and its tables are made of the code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::project::Project;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The pages of the guide and the README, by their names.
pub fn pages() -> BTreeMap<String, String> {
    let files = fs::read_dir(root().join("src/guide")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

/// The blocks of code of one kind.
pub fn blocks<'a>(page: &'a str, kind: &str) -> Vec<&'a str> {
    let mut blocks = Vec::new();
    for (number, part) in page.split("```").enumerate().filter(|(number, _)| number % 2 == 1) {
        let (named, block) = part.split_once('\n').unwrap_or_else(|| panic!("block {number} of a page is open"));
        if named.trim() == kind {
            blocks.push(block);
        }
    }
    blocks
}

#[test]
fn commands_run_as_written() {
    for (name, page) in pages() {
        let blocks = blocks(&page, "console").concat();
        if blocks.is_empty() {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let run = |words: &mut dyn Iterator<Item = &str>| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
            command.current_dir(&folder).args(words).stdin(Stdio::null()).output().unwrap()
        };
        assert!(run(&mut ["init", "-q"].into_iter()).status.success());
        for line in blocks.lines() {
            let words = line.strip_prefix("$ tidings ").unwrap_or_else(|| panic!("{name}: what is `{line}`?"));
            let ran = run(&mut words.split_whitespace());
            assert!(ran.status.success(), "{name}: {line}: {}", String::from_utf8_lossy(&ran.stderr));
        }
    }
}

#[test]
fn the_index_names_every_page() {
    let mut pages = pages();
    let index = pages.remove("README").unwrap();
    for (name, page) in &pages {
        assert!(index.contains(&format!("| [{name}] |")), "src/guide/README.md does not list `{name}`");
        assert!(page.starts_with("# "), "{name} opens with no heading");
        assert_eq!(page.lines().filter(|line| line.starts_with("# ") && line.len() < 60).count(), 1, "{name}");
    }
}

#[test]
fn links_lead_to_files() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let changes = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    let mut all: Vec<(PathBuf, String)> = vec![(root(), readme), (root(), changes)];
    all.extend(pages().into_values().map(|page| (root().join("src/guide"), page)));
    for (folder, page) in all {
        let inline = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let named = page.lines().filter(|line| line.starts_with('[')).filter_map(|line| line.split_once("]: "));
        let pictures = page.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for link in inline.chain(named.map(|(_, link)| link)).chain(pictures).filter(|link| !link.contains("://")) {
            assert!(folder.join(link).exists(), "{} has no `{link}`", folder.display());
        }
        for label in
            page.split('[').skip(1).filter_map(|rest| rest.split_once(']')).filter(|(_, rest)| {
                !rest.starts_with(['(', ':', ']', '\n']) && rest.starts_with([')', '.', ',', ' ', ';'])
            })
        {
            let is_page = pages().contains_key(label.0);
            assert!(
                !is_page || page.contains(&format!("\n[{}]: {}.md", label.0, label.0)),
                "[{}] leads nowhere",
                label.0
            );
        }
    }
}

#[test]
fn variables_are_those_that_templates_see() {
    let dump = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ __tera_context }} {{ unsubscribe_url }}</mj-text>\
                </mj-column></mj-section></mj-body></mjml>";
    let post = "---\ntitle: A seal\ndate: 2025-05-30\nimage: https://harbour.example/seal.png\n---\n\nA seal sleeps.\n";
    let picture = "---\ntitle: A lamp\ndate: 2025-05-29\nimage: lamp.png\n---\n\nA lamp is lit.\n";
    let project = Project::with_notes("").file("templates/dump.mjml", dump).file("posts/seal.md", post);
    let lamp = fs::read(root().join("examples/harbour/posts/the-old-lamp-is-back/lamp.png")).unwrap();
    let project = project.file("posts/lamp.md", picture).file("posts/lamp.png", lamp);
    project
        .run_with(
            "preview --mjml dump.txt",
            &[("TIDINGS_DIGEST__WEEKLY__TEMPLATE", "dump"), ("TIDINGS_DIGEST__WEEKLY__IMAGE", "link")],
        )
        .code(0);
    let seen = project.read("dump.txt").replace("&quot;", "\"").replace("&#34;", "\"");
    let keys: BTreeSet<&str> = seen
        .split("\": ")
        .filter_map(|before| before.rsplit('"').next())
        .filter(|key| !key.is_empty() && key.chars().all(|char| char.is_ascii_lowercase() || char == '_'))
        .collect();
    assert!(keys.len() > 60 && keys.contains("posts"), "{keys:?}");
    let pages = pages();
    let told = |key: &str| ["variables", "layouts"].iter().any(|page| pages[*page].contains(&format!("`{key}`")));
    let untold: Vec<_> = keys.iter().filter(|key| !told(key) && !told(&format!("theme.{key}"))).collect();
    assert!(untold.is_empty(), "src/guide/variables.md does not name {untold:?}");
}

/// A table of the config, as its type in the source says.
#[derive(Debug)]
struct Table {
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    name: String,
    kind: String,
    meaning: String,
    default: String,
}

/// The structs of the source that take no key they do not know, by their names.
fn tables() -> BTreeMap<String, Table> {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    files(&root().join("src"), &mut found);
    let mut tables = BTreeMap::new();
    for text in found.iter().map(|path| fs::read_to_string(path).unwrap()) {
        for part in text.split("deny_unknown_fields)]\n").skip(1) {
            let Some((_, part)) = part.split_once("struct ") else { continue };
            let Some((name, fields)) = part.split_once(" {\n") else { continue };
            let fields = fields.split("\n}").next().unwrap_or_default();
            let keys = keys(fields);
            if keys.iter().all(|key| !key.default.is_empty()) {
                let double = tables.insert(name.to_owned(), Table { keys });
                assert!(double.is_none(), "two types of the config are called {name}");
            }
        }
    }
    tables
}

/// The fields of a struct, with what their comments say.
fn keys(fields: &str) -> Vec<Key> {
    let (mut keys, mut comment, mut is_skipped) = (Vec::new(), String::new(), false);
    for line in fields.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            write!(comment, " {}", text.trim()).unwrap();
        } else if line.starts_with("#[") {
            is_skipped |= line.contains("serde(skip)");
        } else if let Some((name, kind)) = line.split_once(": ") {
            let name = name.rsplit(' ').next().unwrap().to_owned();
            let said = std::mem::take(&mut comment);
            let (meaning, default) = match said.split_once(" Default: ") {
                Some((meaning, default)) => (meaning, default.trim_end_matches('.')),
                None => (said.strip_suffix(" Required.").unwrap_or_default(), "required"),
            };
            let default = if meaning.is_empty() { "" } else { default };
            if !std::mem::take(&mut is_skipped) {
                let (meaning, default) = (meaning.trim().to_owned(), default.to_owned());
                keys.push(Key { name, kind: kind.trim_end_matches(',').to_owned(), meaning, default });
            }
        }
    }
    keys
}

/// The tables of a type and of those within it, as Markdown.
fn reference(tables: &BTreeMap<String, Table>, table: &Table, place: &str, out: &mut String) {
    let innermost = |kind: &str| kind.rsplit([' ', ':', '<']).next().unwrap().trim_end_matches('>').to_owned();
    let inner = |key: &Key| tables.get(&innermost(&key.kind));
    let leaves: Vec<&Key> = table.keys.iter().filter(|key| inner(key).is_none()).collect();
    if !leaves.is_empty() {
        let heading = if place.starts_with("source]") || place.starts_with("dkim]") { "[[" } else { "[" };
        let end = if heading == "[[" { "]" } else { "" };
        let place = place.trim_end_matches(']');
        writeln!(out, "## `{heading}{place}]{end}`\n\n| key | default | meaning |\n|---|---|---|").unwrap();
        for key in leaves {
            let cell = |text: &str| text.replace('|', "\\|");
            writeln!(out, "| `{}` | {} | {} |", key.name, cell(&key.default), cell(&key.meaning)).unwrap();
        }
        out.push('\n');
    }
    for key in &table.keys {
        let Some(inner) = inner(key) else { continue };
        let place = place.trim_end_matches(']');
        let place = if place.is_empty() { key.name.clone() } else { format!("{place}.{}", key.name) };
        let place = match key.kind.as_str() {
            kind if kind.contains("Vec<") => format!("{place}]"),
            kind if kind.contains("Map<") => format!("{place}.NAME"),
            _ => place,
        };
        reference(tables, inner, &place, out);
    }
}

const FROM_HERE_ON: &str = "<!-- From here on made from the comments of the config's types. -->\n";

#[test]
fn every_key_stands_in_the_reference() {
    let tables = tables();
    let mut made = String::from(FROM_HERE_ON);
    made.push('\n');
    reference(&tables, &tables["File"], "", &mut made);
    let path = root().join("src/guide/config.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, _) = page.split_once(FROM_HERE_ON).unwrap_or((&page, ""));
    let wanted = format!("{head}{}\n", made.trim_end());
    if std::env::var_os("TIDINGS_WRITE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert!(
        written == wanted,
        "src/guide/config.md is old: `TIDINGS_WRITE=1 cargo test --test it guide` makes it anew"
    );
    for key in
        ["smtp.retry", "digest.NAME.select.per_source", "source.select.teaser", "llm.api_key_file", "check.tolerate"]
    {
        let (table, name) = key.rsplit_once('.').unwrap();
        let section =
            written.split("\n## ").find(|part| part.trim_start_matches(['`', '[']).starts_with(&format!("{table}]")));
        assert!(section.is_some_and(|part| part.contains(&format!("\n| `{name}` |"))), "no {key}");
    }
}

#[test]
fn every_key_that_is_shown_exists() {
    let config = fs::read_to_string(root().join("src/guide/config.md")).unwrap();
    let known = |table: &str, key: &str| {
        let is_it = |part: &&str| part.trim_start_matches(['`', '[']).starts_with(&format!("{table}]"));
        config.split("\n## ").find(is_it).is_some_and(|part| part.contains(&format!("\n| `{key}` |")))
    };
    // Tables whose keys are the user's own, or listed elsewhere.
    let free = ["digest.NAME.theme", "digest.NAME.texts", "digest.NAME.teasers", "check.clients"];
    let mut looked = 0;
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for page in pages().into_values().chain([readme]) {
        for block in blocks(&page, "toml") {
            let lines: String = block.lines().map(|line| format!("{}\n", line.trim_start())).collect();
            lines.parse::<toml::Table>().unwrap_or_else(|error| panic!("{error}\n{lines}"));
            let mut table = String::new();
            for line in lines.lines() {
                if let Some(name) = line.strip_prefix('[') {
                    table = name.trim_matches(['[', ']']).replace("digest.weekly", "digest.NAME");
                    if let Some((tables, _)) = table.rsplit_once('.').filter(|(tables, _)| *tables == "bounce.webhook")
                    {
                        table = format!("{tables}.NAME");
                    }
                } else if let Some((key, _)) = line.split_once(" = ") {
                    let bare = if table.is_empty() { "digest.NAME" } else { &table };
                    let is_known = free.contains(&bare) || known(bare, key);
                    assert!(is_known, "`{bare}.{key}` is no key: {line}");
                    looked += 1;
                }
            }
        }
    }
    assert!(looked > 30, "{looked}");
}
