//! The law of the house: imports run one way, files stay small, each technology has one home.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A module may import only what stands before it.
const ORDER: &str = "zone html post schedule subscriber token diagnostic source select teaser image edition render lint message deliver dns bounce \
                     store digest mailing config preflight daemon web cmd cli main";

const LINES: usize = 400;

#[test]
fn imports_run_one_way() {
    let mut broken = Vec::new();
    for path in sources() {
        let own = module_of(&path);
        for (number, name) in imports(&path) {
            if place(&name) > place(&own) {
                broken.push(format!("{}:{number} imports `{name}`, which comes after `{own}`", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_file_is_crowded() {
    for path in sources() {
        let lines = code(&path).len();
        assert!(lines <= LINES, "{} has {lines} lines of code", path.display());
    }
}

#[test]
fn each_technology_has_one_home() {
    for (word, homes) in [
        ("sqlx::", &["src/store/"][..]),
        ("mrml::", &["src/render/mjml"]),
        ("tera::", &["src/render/templates"]),
        ("reqwest::", &["src/source/fetch", "src/source/guard"]),
        ("use ::image::", &["src/image/"]),
        ("imagesize::", &["src/image/"]),
        ("jpeg_encoder::", &["src/image/"]),
        ("fast_image_resize::", &["src/image/"]),
        ("hickory_resolver::", &["src/dns"]),
        ("cssparser::", &["src/lint/sheet"]),
        ("csscolorparser::", &["src/lint/scheme"]),
        ("jiff::", &["src/zone.rs"]),
        ("TcpStream", &["src/deliver/smtp"]),
        ("Utc::now", &["src/cmd/", "src/daemon", "src/web"]),
    ] {
        for path in sources() {
            let home = homes.iter().any(|home| path.to_string_lossy().contains(home));
            for (number, line) in code(&path) {
                assert!(home || !line.contains(word), "{}:{number} says `{word}`", path.display());
            }
        }
    }
}

#[test]
fn modules_are_declared_in_reading_order() {
    let declared: Vec<usize> = code(&root().join("src/lib.rs"))
        .iter()
        .filter_map(|(_, line)| Some(place(line.strip_prefix("pub mod ")?.strip_suffix(';')?)))
        .collect();
    assert!(declared.is_sorted(), "src/lib.rs declares modules out of the reading order");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    found.sort();
    assert!(found.len() > 30);
    found
}

/// The first folder or file below `src`: the module of the crate.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn place(module: &str) -> usize {
    ORDER.split_whitespace().position(|known| known == module).unwrap_or(usize::MAX)
}

/// The lines of code before a file's tests, numbered; comments and blank lines left out.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(str::trim).enumerate().map(|(index, line)| (index + 1, line.to_owned()));
    lines
        .take_while(|(_, line)| line != "#[cfg(test)]")
        .filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
        .collect()
}

/// The modules of the crate that a file names, each with its line: `crate::x`, and the members of `crate::{…}`.
fn imports(path: &Path) -> Vec<(usize, String)> {
    let lines = code(path);
    let text = lines.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let number = lines[text[..at].matches('\n').count()].0;
        let rest = &text[at + "crate::".len()..];
        let list = rest.strip_prefix('{').map_or_else(|| vec![rest.to_owned()], members);
        for member in list {
            let name: String = member.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if place(&name) != usize::MAX {
                found.push((number, name));
            }
        }
    }
    found
}

/// The members of `a::b, c::{d, e}}` at the outer level, up to the brace that closes the list.
fn members(list: &str) -> Vec<String> {
    let (mut depth, mut members) = (0, vec![String::new()]);
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(String::new()),
            _ => {}
        }
        if let Some(last) = members.last_mut()
            && (c != ',' || depth > 0)
        {
            last.push(c);
        }
    }
    members.iter().map(|member| member.trim().to_owned()).collect()
}
