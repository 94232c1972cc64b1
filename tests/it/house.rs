//! The law of the house: imports run one way, files stay small, each technology has one home.

mod imports;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use imports::{Module, Tree};

/// A module may import only what stands before it.
const ORDER: &str = "diagnostic zone languages css html post schedule subscriber token source select teaser image edition render lint message deliver dns bounce \
                     store digest mailing config preflight daemon web guide cmd cli main";

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
fn no_files_import_each_other() {
    let tree = Tree::read();
    let graph: Vec<(&Module, BTreeSet<Module>)> = tree
        .files()
        .map(|(module, _)| (module, tree.imports(module).into_iter().map(|import| import.home).collect()))
        .collect();
    let next = |module: &Module| graph.iter().find(|(other, _)| *other == module).map(|(_, next)| next);
    let reach = |start: &Module| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(module) = open.pop() {
            for next in next(&module).into_iter().flatten() {
                if !next.is_empty() && seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let reached: Vec<(&Module, BTreeSet<Module>)> = graph.iter().map(|(module, _)| (*module, reach(module))).collect();
    let mut told = BTreeSet::new();
    for (module, from) in &reached {
        for import in tree.imports(module) {
            let leads_back = reached.iter().any(|(other, back)| **other == import.home && back.contains(*module));
            if from.contains(&import.home) && leads_back && &import.home != *module {
                let (own, home, item) = (module.join("::"), import.home.join("::"), import.item.unwrap_or_default());
                told.insert(format!(
                    "{own}:{} takes `{item}` of `{home}`, which leads back: move what they share below both",
                    import.line
                ));
            }
        }
    }
    let told: Vec<String> = told.into_iter().collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn no_file_imports_from_the_module_above_it() {
    let tree = Tree::read();
    let mut broken = Vec::new();
    for (module, path) in tree.files() {
        for import in tree.imports(module) {
            let is_above = import.through.len() < module.len() && module.starts_with(&import.through);
            if let Some(item) = import.item.filter(|_| is_above && !import.through.is_empty()) {
                let (path, above) = (path.strip_prefix(root()).unwrap().display(), import.through.join("::"));
                broken.push(if import.home == import.through {
                    format!("{path}:{} takes `{item}` from `{above}`: move it into a file below both", import.line)
                } else {
                    format!("{path}:{} takes `{item}` from `{above}`: name `{}`", import.line, import.home.join("::"))
                });
            }
        }
    }
    assert!(broken.is_empty(), "{} imports:\n{}", broken.len(), broken.join("\n"));
}

/// Words that only this house knew; each thing has the field's own name now.
const PRIVATE_WORDS: &str = "ledger Ledger desk Desk turn Turn Wish grant Granted Harvest take_in take_on Standing Issue Newest Frozen Duty Crew \
                             attend Pulse beat Epoch acts pace Bucket Room Look Seen door dress paper note chain roll marks openers idle \
                             study offer Around Told Made Maker Form judge look hear told odd Fault Complaint Finding Trouble Refusal Broken";

#[test]
fn names_are_the_field_s_own() {
    let private: Vec<&str> = PRIVATE_WORDS.split_whitespace().collect();
    let mut found = Vec::new();
    for path in sources() {
        for (number, line) in code(&path) {
            let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            for pair in words.windows(2) {
                if ["mod", "struct", "enum", "trait", "type", "fn"].contains(&pair[0]) && private.contains(&pair[1]) {
                    found.push(format!("{}:{number} `{} {}`", path.display(), pair[0], pair[1]));
                }
            }
        }
    }
    assert!(found.is_empty(), "{} names that a stranger cannot guess:\n{}", found.len(), found.join("\n"));
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
        ("reqwest::", &["src/source/fetch", "src/source/address_guard"]),
        ("use ::image::", &["src/image/"]),
        ("imagesize::", &["src/image/"]),
        ("jpeg_encoder::", &["src/image/"]),
        ("fast_image_resize::", &["src/image/"]),
        ("hickory_resolver::", &["src/dns"]),
        ("cssparser::", &["src/css.rs"]),
        ("csscolorparser::", &["src/lint/scheme"]),
        ("jiff::", &["src/zone.rs"]),
        ("TcpStream", &["src/deliver/smtp", "src/bounce/imap"]),
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
        .filter_map(|(_, line)| Some(place(line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')?)))
        .collect();
    assert!(declared.is_sorted(), "src/lib.rs declares modules out of the reading order");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of `src`, without those that hold tests alone.
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
    let tests: Vec<PathBuf> = found.iter().flat_map(|path| test_files(path)).collect();
    found.retain(|path| {
        !path.ends_with("tests.rs")
            && !tests.iter().any(|test| path == test || path.starts_with(test.with_extension("")))
    });
    found
}

/// The files that a file declares as `#[cfg(test)] mod name;`.
fn test_files(path: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(path).unwrap();
    let is_root = ["mod.rs", "lib.rs", "main.rs"].iter().any(|name| path.ends_with(name));
    let inner = if is_root { path.parent().unwrap().to_owned() } else { path.with_extension("") };
    let declared = text.split("#[cfg(test)]\n").skip(1);
    let names = declared.filter_map(|rest| {
        let line = rest.lines().find(|line| !line.starts_with("#["))?;
        Some(line.trim_start_matches("pub(crate) ").strip_prefix("mod ")?.strip_suffix(';')?.to_owned())
    });
    names.flat_map(|name| [inner.join(format!("{name}.rs")), path.with_file_name(format!("{name}.rs"))]).collect()
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
