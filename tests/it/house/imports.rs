//! What each file of the crate takes from which other, read from the text of its paths.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{code, root, sources};

/// A module's place in the crate, as `["render", "mjml"]`.
pub type Module = Vec<String>;

/// One path that a file names: which module it goes through, and where that leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub line: usize,
    /// The module that the path names.
    pub through: Module,
    /// What is taken from it; nothing where the module itself is.
    pub item: Option<String>,
    /// The module that the item is declared in, re-exports followed.
    pub home: Module,
}

/// The files of the crate by their modules.
pub struct Tree {
    files: BTreeMap<Module, PathBuf>,
    /// What a module passes on under its own name: item → the path that it stands for.
    passed_on: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

impl Tree {
    /// Reads all of `src`.
    pub fn read() -> Self {
        let files: BTreeMap<Module, PathBuf> = sources().into_iter().map(|path| (module_of(&path), path)).collect();
        let mut tree = Self { files, passed_on: BTreeMap::new() };
        for (module, path) in &tree.files {
            let lines = code(path);
            let uses = lines.split_uses();
            let names = uses.iter().flat_map(|(_, text)| expand(text)).filter_map(|(path, name)| Some((name?, path)));
            tree.passed_on.insert(module.clone(), names.collect());
        }
        tree
    }

    /// The modules, each with its file.
    pub fn files(&self) -> impl Iterator<Item = (&Module, &PathBuf)> {
        self.files.iter()
    }

    /// Everything that a module takes from others.
    pub fn imports(&self, module: &Module) -> BTreeSet<Import> {
        let lines = code(&self.files[module]);
        let uses = lines
            .split_uses()
            .into_iter()
            .flat_map(|(line, text)| expand(&text).into_iter().map(move |(path, _)| (line, path)).collect::<Vec<_>>());
        let outside = lines.without_uses();
        let paths = outside.iter().flat_map(|(line, text)| paths_in(text).into_iter().map(move |path| (*line, path)));
        let all = uses.chain(paths).filter_map(|(line, path)| {
            let (through, item) = self.walk(module, &path)?;
            let home = self.home(&through, item.as_deref(), 0);
            Some(Import { line, through, item, home })
        });
        all.filter(|import| &import.home != module || &import.through != module).collect()
    }

    /// Follows a path as far as it names modules.
    fn walk(&self, from: &Module, path: &[String]) -> Option<(Module, Option<String>)> {
        let (first, rest) = path.split_first()?;
        let (mut at, mut rest) = match first.as_str() {
            "crate" => (Vec::new(), rest),
            "self" => (from.clone(), rest),
            "super" => (from[..from.len().checked_sub(1)?].to_vec(), rest),
            child => {
                let child = [from.as_slice(), &[child.to_owned()]].concat();
                self.files.contains_key(&child).then_some((child, rest))?
            }
        };
        while let Some((next, after)) = rest.split_first() {
            if next == "super" {
                at.pop()?;
            } else {
                let inner = [at.as_slice(), std::slice::from_ref(next)].concat();
                if !self.files.contains_key(&inner) {
                    break;
                }
                at = inner;
            }
            rest = after;
        }
        Some((at, rest.first().cloned()))
    }

    /// The module that declares an item, behind those that pass it on.
    fn home(&self, through: &Module, item: Option<&str>, depth: usize) -> Module {
        let path = item.and_then(|item| self.passed_on.get(through)?.get(item));
        match path.and_then(|path| self.walk(through, path)) {
            Some((next, inner)) if depth < 8 && &next != through => self.home(&next, inner.as_deref(), depth + 1),
            _ => through.clone(),
        }
    }
}

/// A file's code, each line with its number.
trait Lines {
    /// The `use` statements, each with its first line.
    fn split_uses(&self) -> Vec<(usize, String)>;

    /// All lines but those of `use` statements.
    fn without_uses(&self) -> Vec<(usize, String)>;
}

impl Lines for Vec<(usize, String)> {
    fn split_uses(&self) -> Vec<(usize, String)> {
        let mut found: Vec<(usize, String)> = Vec::new();
        let mut open = false;
        for (line, text) in self {
            let text =
                text.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
            if let Some(rest) = text.strip_prefix("use ") {
                found.push((*line, rest.to_owned()));
                open = true;
            } else if open && let Some((_, last)) = found.last_mut() {
                last.push_str(text);
            }
            open = open && !text.ends_with(';');
        }
        found
    }

    fn without_uses(&self) -> Vec<(usize, String)> {
        let mut is_use = false;
        let mut found = Vec::new();
        for (line, text) in self {
            let bare =
                text.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
            is_use = is_use || bare.starts_with("use ");
            if !is_use {
                found.push((*line, text.clone()));
            }
            is_use = is_use && !text.ends_with(';');
        }
        found
    }
}

/// `a::{b, c::d as e}` → each path, and the name that it has here.
fn expand(text: &str) -> Vec<(Vec<String>, Option<String>)> {
    let text = text.trim().trim_end_matches(';').trim();
    let Some(open) = text.find('{') else {
        let (path, name) = text.split_once(" as ").map_or((text, None), |(path, name)| (path, Some(name)));
        let path: Vec<String> = path.split("::").map(|part| part.trim().to_owned()).collect();
        let name = name.map(|name| name.trim().to_owned()).or_else(|| path.last().cloned());
        return vec![(path, name.filter(|name| name != "*"))];
    };
    let head: Vec<String> =
        text[..open].split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let inner = super::members(&text[open + 1..]);
    let inner = inner.iter().filter(|member| !member.is_empty()).flat_map(|member| expand(member));
    inner
        .map(|(path, name)| match path.as_slice() {
            [own] if own == "self" => (head.clone(), head.last().cloned()),
            _ => ([head.clone(), path].concat(), name),
        })
        .collect()
}

/// The paths that stand in a line of code, outside of `use`: `crate::a::b`, `super::c`, `child::d`.
fn paths_in(text: &str) -> Vec<Vec<String>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("::") {
        let start = rest[..at].rfind(|c| !is_word(c)).map_or(0, |before| before + 1);
        let before = &rest[..start];
        let end = rest[at..].find(|c: char| !is_word(c) && c != ':').map_or(rest.len(), |end| at + end);
        if !before.ends_with('"') && !before.ends_with("(in ") {
            let path: Vec<String> =
                rest[start..end].split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
            found.push(path);
        }
        rest = &rest[end.max(at + 2)..];
    }
    found
}

fn module_of(path: &Path) -> Module {
    let inside = path.strip_prefix(root().join("src")).unwrap().with_extension("");
    let mut module: Module = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    module.pop_if(|last| ["mod", "lib"].contains(&last.as_str()));
    module
}

#[test]
fn nested_lists_are_taken_apart() {
    let all = expand("crate::{a::{self, B}, c::D as E};");
    let all: Vec<_> = all.into_iter().map(|(path, name)| (path.join("::"), name.unwrap())).collect();
    let wanted = [("crate::a", "a"), ("crate::a::B", "B"), ("crate::c::D", "E")];
    assert_eq!(all, wanted.map(|(path, name)| (path.to_owned(), name.to_owned())));
}
