//! The names behind the keys of authors, as sites keep them in data files.

use std::{collections::HashMap, path::Path};

use serde_json::Value;

use super::{
    config::{SiteConfig, entries, read},
    known::{author_keys, author_places},
};
use crate::source::front_matter;

/// Collects the names that keys of authors lead to.
pub fn author_names(root: &Path, config: &SiteConfig) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let mut add = |key: &str, value: &Value| {
        if let Some(name) = author_keys().iter().find_map(|name| value.get(name)?.as_str()).or_else(|| value.as_str()) {
            names.entry(key.to_owned()).or_insert_with(|| name.to_owned());
        }
    };
    let mut table = |value: &Value| match value {
        Value::Object(all) => all.iter().for_each(|(key, value)| add(key, value)),
        Value::Array(all) => {
            for value in all {
                let key =
                    ["key", "id", "slug", "username", "short_name"].iter().find_map(|key| value.get(key)?.as_str());
                key.into_iter().for_each(|key| add(key, value));
            }
        }
        _ => {}
    };
    if let Some(value) = config.get("authors") {
        table(value);
    }
    for file in &author_places().files {
        let kinds = ["yml", "yaml", "toml", "json"].iter().map(|kind| root.join(format!("{file}.{kind}")));
        for value in kinds.filter(|file| file.is_file()).filter_map(|file| read(&file).ok()) {
            table(&value);
        }
    }
    for folder in &author_places().folders {
        for entry in entries(&root.join(folder)) {
            let path = root.join(folder).join(&entry);
            let (key, kind) = entry.rsplit_once('.').unwrap_or((&entry, ""));
            match kind {
                "yml" | "yaml" | "toml" | "json" => read(&path).iter().for_each(|value| add(key, value)),
                _ => {
                    let page = if kind.is_empty() { path.join("_index.md") } else { path };
                    let text = std::fs::read_to_string(page).unwrap_or_default();
                    if let Ok((matter, _)) = front_matter::split(&text) {
                        matter.line(author_keys()).iter().for_each(|name| add(key, &Value::String(name.clone())));
                    }
                }
            }
        }
    }
    names
}
