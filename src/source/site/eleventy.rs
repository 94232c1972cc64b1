//! Eleventy: <https://www.11ty.dev/docs/permalinks/>.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use regex_lite::Regex;
use serde_json::{Map, Value, json};

use super::{
    config::{self, SiteConfig},
    literals::arguments,
    page::{FileName, Page},
    pattern::format_date,
    scheme::{Address, Scheme, glob, within},
    slug,
};

/// How Eleventy lays out a site.
#[derive(Debug)]
pub struct Eleventy {
    root: PathBuf,
    input: String,
    prefix: String,
    ignored: Vec<Regex>,
    /// The data of each folder, once read.
    folders: Mutex<HashMap<String, Arc<Map<String, Value>>>>,
}

impl Eleventy {
    pub fn new(root: &Path, config: &SiteConfig, files: &[PathBuf]) -> Self {
        let programs = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
        let mut ignored: Vec<String> = programs.flat_map(|program| arguments(&program, "ignores.add")).collect();
        let list = std::fs::read_to_string(root.join(".eleventyignore")).unwrap_or_default();
        let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        // A name alone is one in any folder.
        ignored.extend(lines.map(|line| if line.contains('/') { line.to_owned() } else { format!("**/{line}") }));
        Self {
            root: root.to_owned(),
            input: config
                .text("dir.input")
                .or_else(|| config.text("input"))
                .unwrap_or("")
                .trim_matches(['.', '/'])
                .to_owned(),
            prefix: config.text("pathPrefix").unwrap_or("/").trim_matches('/').to_owned(),
            ignored: ignored.iter().filter_map(|pattern| glob(pattern)).collect(),
            folders: Mutex::default(),
        }
    }

    /// What the data files of a folder, and of those above it, say of the pages in it.
    fn data(&self, folder: &str) -> Arc<Map<String, Value>> {
        if let Some(known) = self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return Arc::clone(known);
        }
        let (above, name) = match folder.rsplit_once('/') {
            Some((above, name)) => (Some(above), name),
            None => (Some("").filter(|_| !folder.is_empty()), folder),
        };
        let mut all = above.map_or_else(Map::new, |above| Map::clone(&self.data(above)));
        let name = if name.is_empty() {
            self.root.file_name().unwrap_or_default().to_string_lossy().into_owned()
        } else {
            name.to_owned()
        };
        all.extend(data_files(&self.root.join(folder), &name));
        let all = Arc::new(all);
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), Arc::clone(&all));
        all
    }
}

/// The data files of a folder or page of this name. An address that a program makes is an empty table.
fn data_files(folder: &Path, name: &str) -> Map<String, Value> {
    let mut all = Map::new();
    for kind in ["json", "11tydata.json", "11tydata.cjs", "11tydata.mjs", "11tydata.js"] {
        let file = folder.join(format!("{name}.{kind}"));
        if !file.is_file() {
            continue;
        }
        let Ok(Value::Object(mut data)) = config::read(&file) else { continue };
        if let Some(Value::Object(computed)) = data.get("eleventyComputed").cloned() {
            data.extend(computed);
        }
        let is_program = kind.ends_with("js");
        if is_program
            && !data.contains_key("permalink")
            && std::fs::read_to_string(&file).is_ok_and(|text| text.contains("permalink"))
        {
            data.insert("permalink".to_owned(), json!({}));
        }
        all.extend(data);
    }
    all
}

impl Scheme for Eleventy {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        let Some(rel) = within(path, &self.input) else { return Some("it lies outside of the input") };
        if rel.split('/').rev().skip(1).any(|part| part.starts_with('_')) {
            return Some("its folder has no pages");
        }
        self.ignored.iter().any(|pattern| pattern.is_match(path)).then_some("it is ignored")
    }

    fn defaults(&self, path: &str) -> Map<String, Value> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let mut all = Map::clone(&self.data(folder));
        all.extend(data_files(&self.root.join(folder), stem));
        all
    }

    fn address(&self, page: &Page<'_>) -> Address {
        let rel = within(page.path, &self.input).unwrap_or(page.path);
        let name = FileName::of(rel);
        let bare = rel.rsplit_once('.').map_or(rel, |(bare, _)| bare);
        let path = match page.matter.value("permalink") {
            None => {
                let index = bare.strip_suffix("index").filter(|folder| folder.is_empty() || folder.ends_with('/'));
                index.map_or_else(|| format!("/{bare}/"), |folder| format!("/{folder}")).replace('%', "%25")
            }
            Some(Value::String(template)) => match filled(template, page, &name, bare) {
                Some(path) => format!("/{}", path.trim_start_matches('/')),
                None => return Address::Unknown,
            },
            Some(Value::Bool(false)) => return Address::None,
            Some(_) => return Address::Unknown,
        };
        let path = path.strip_suffix("index.html").unwrap_or(&path);
        Address::At(if self.prefix.is_empty() { path.to_owned() } else { format!("/{}{path}", self.prefix) })
    }
}

/// A permalink with the values that Nunjucks and Liquid would put in; `None` where it needs more of them than that.
pub(super) fn filled(template: &str, page: &Page<'_>, name: &FileName<'_>, bare: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (expression, after) = after.split_once("}}")?;
        out.push_str(&value(expression, page, name, bare)?);
        rest = after;
    }
    out.push_str(rest);
    (!out.contains("{%")).then_some(out)
}

fn value(expression: &str, page: &Page<'_>, name: &FileName<'_>, bare: &str) -> Option<String> {
    let mut parts = expression.split('|').map(str::trim);
    let key = parts.next()?.trim_matches('-').trim();
    let mut date = None;
    let mut text = match key.strip_prefix("page.").unwrap_or(key) {
        "fileSlug" => name.slug.to_owned(),
        "filePathStem" => format!("/{bare}"),
        "outputFileExtension" => "html".to_owned(),
        "date" => {
            date = page.local;
            page.local?.format("%Y-%m-%d").to_string()
        }
        "title" => page.title.to_owned(),
        _ if key.starts_with(['"', '\'']) => key.trim_matches(['"', '\'']).to_owned(),
        _ => page.matter.raw(&[key])?,
    };
    for filter in parts {
        let (filter, argument) =
            filter.split_once([':', '(']).map_or((filter, ""), |(filter, argument)| (filter.trim(), argument));
        let argument = argument.trim().trim_end_matches(')').trim_matches(['"', '\'']);
        text = match filter {
            "slugify" | "slug" => slug::eleventy(&text),
            "downcase" | "lower" => text.to_lowercase(),
            "upcase" | "upper" => text.to_uppercase(),
            "trim" | "safe" | "url" => text,
            "date" => format_date(argument, date.take()?)?,
            _ => return None,
        };
    }
    Some(text)
}
