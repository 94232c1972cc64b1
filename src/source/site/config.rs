//! A generator's config, whatever form it is written in, as one table.

use std::{fs, path::Path};

use serde_json::{Map, Value};

use super::literals::literals;
use crate::{
    diagnostic::{Diagnostic, Place},
    source::{
        front_matter::{self, find},
        local_file,
    },
};

/// What a site's config says, its files one over the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SiteConfig(pub Map<String, Value>);

/// No config is larger.
const MAX_BYTES: usize = 1_000_000;

impl SiteConfig {
    /// Finds a key, a dot leading one table down; generators see no difference between capital and small letters.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut steps = path.split('.');
        let first = find(&self.0, steps.next()?)?;
        steps.try_fold(first, |value, step| find(value.as_object()?, step)).filter(|value| !value.is_null())
    }

    /// The text at a key.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The yes or no at a key.
    pub fn flag(&self, path: &str) -> Option<bool> {
        self.get(path)?.as_bool()
    }

    /// The texts of the list at a key, or its only text.
    pub fn texts(&self, path: &str) -> Vec<String> {
        match self.get(path) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
    }

    /// Lays what a file says over what is known; under its name where it holds only that table.
    ///
    /// # Errors
    /// A [`Diagnostic`] that names file and line where the file is broken.
    pub fn overlay(&mut self, file: &Path, table: Option<&str>) -> Result<(), Diagnostic> {
        let value = read(file)?;
        let mut at = &mut self.0;
        for step in table.into_iter().flat_map(|table| table.split('.')) {
            let inner = at.entry(step.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            let Some(inner) = inner.as_object_mut() else { return Ok(()) };
            at = inner;
        }
        if let Value::Object(map) = value {
            merge(at, map);
        }
        Ok(())
    }
}

/// Reads a file of data, or the literals of a program.
///
/// # Errors
/// A [`Diagnostic`] that names file and line where the file is broken.
pub fn read(file: &Path) -> Result<Value, Diagnostic> {
    let octets = local_file::read(file, MAX_BYTES).map_err(|wrong| wrong.at(file.display().to_string()))?;
    let text = String::from_utf8_lossy(&octets);
    let text = text.trim_start_matches('\u{feff}');
    let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
    let value = match kind {
        "toml" => front_matter::toml(text),
        "yml" | "yaml" => front_matter::yaml(text),
        "json" => serde_json::from_str(text).map_err(|error| front_matter::FrontMatterError::json(&error)),
        _ => Ok(Value::Object(literals(text))),
    };
    value.map_err(|broken| {
        let place = Place { file: file.display().to_string(), line: Some(broken.line), column: None };
        Diagnostic::new(broken.message.replace("the front matter", "the file")).at(place)
    })
}

/// The names of the files in a folder, sorted; none where it cannot be read.
pub fn entries(folder: &Path) -> Vec<String> {
    const MOST: usize = 2_000;
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().take(MOST).filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(known)), Value::Object(value)) => merge(known, value),
            (_, value) => drop(into.insert(key, value)),
        }
    }
}
