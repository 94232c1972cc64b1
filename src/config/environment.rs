//! The environment over the file: `TIDINGS_SMTP__URL` sets `smtp.url`, `TIDINGS_SOURCE__0__FEED` the first source's `feed`.

use serde::Deserialize as _;
use toml::{Table, Value};

use super::{
    diagnostic::{Diagnostic, Document, Step},
    file::File,
};

/// The keys whose value is a list of tables: an entry is named by its number, from 0.
const LISTS: [&str; 2] = ["source", "dkim"];

/// Variables that are no keys of the config.
const SECRETS: [&str; 2] = ["smtp.password", "smtp.password_file"];

/// Lays the variables over the file's table.
pub(super) fn overlay(document: &Document<'_>) -> Result<Value, Diagnostic> {
    let table: Table = document.text().parse().map_err(|error: toml::de::Error| {
        let message = error.message().trim().to_owned();
        match error.span() {
            Some(span) => document.span(span, message),
            None => document.whole(message),
        }
    })?;
    let mut config = Value::Table(table);
    for (name, value) in document.environment() {
        let Some(keys) = split(name).filter(|keys| !SECRETS.contains(&keys.join(".").as_str())) else { continue };
        if !set(&mut config, &keys, reading(&keys, value)) {
            let fault = Diagnostic::new(format!("{name} leads to no key of the config"));
            return Err(fault.hint("`__` stands for the dot, and a number from 0 for an entry of a list"));
        }
    }
    Ok(config)
}

/// The variable that sets the value at `way`, or the table that holds it, if one does.
pub(super) fn variable<'a>(way: &[Step], environment: &'a [(String, String)]) -> Option<&'a str> {
    find(environment, |keys, wanted| wanted.starts_with(keys), way)
}

/// The variable that sets something inside the table at `way`, if one does.
pub(super) fn variable_inside<'a>(way: &[Step], environment: &'a [(String, String)]) -> Option<&'a str> {
    find(environment, |keys, wanted| keys.starts_with(wanted), way)
}

fn find<'a>(
    environment: &'a [(String, String)],
    fits: impl Fn(&[String], &[String]) -> bool,
    way: &[Step],
) -> Option<&'a str> {
    let wanted: Vec<String> = way
        .iter()
        .map(|step| match step {
            Step::Key(key) => folded(key),
            Step::Index(index) => index.to_string(),
        })
        .collect();
    let found = environment.iter().find(|(name, _)| split(name).is_some_and(|keys| fits(&keys, &wanted)));
    found.map(|(name, _)| name.as_str())
}

/// `TIDINGS_SMTP__URL` is the key `smtp.url`; a name without `__` is no key.
fn split(name: &str) -> Option<Vec<String>> {
    let name = name.strip_prefix("TIDINGS_")?;
    name.contains("__").then(|| name.split("__").map(folded).collect())
}

/// A key as a variable can say it: a shell knows no `-`, and its variables are written in capitals.
fn folded(key: &str) -> String {
    key.to_lowercase().replace('-', "_")
}

/// A value is a string where the key takes one, and TOML where it does not.
fn reading(keys: &[String], value: &str) -> Value {
    let text = Value::String(value.to_owned());
    let probe = keys.iter().enumerate().rev().fold(text.clone(), |inner, (depth, key)| {
        if depth == 1 && LISTS.contains(&keys[0].as_str()) {
            Value::Array(vec![inner])
        } else {
            Value::Table(Table::from_iter([(key.clone(), inner)]))
        }
    });
    // The config with this key alone lacks much; only a complaint about the string itself counts.
    let refused = File::deserialize(probe).is_err_and(|error| error.message().starts_with("invalid type: string"));
    let parsed = || format!("value = {value}").parse::<Table>().ok()?.remove("value");
    if refused { parsed().unwrap_or(text) } else { text }
}

/// Sets the value that `keys` lead to; says whether they lead anywhere.
fn set(config: &mut Value, keys: &[String], value: Value) -> bool {
    let Some((first, rest)) = keys.split_first() else {
        *config = value;
        return true;
    };
    match config {
        Value::Table(table) => {
            let known = table.keys().find(|known| folded(known) == *first).unwrap_or(first).clone();
            set(table.entry(known).or_insert_with(|| Value::Table(Table::new())), rest, value)
        }
        Value::Array(list) => {
            let entry = first.parse::<usize>().ok().and_then(|index| list.get_mut(index));
            entry.is_some_and(|entry| set(entry, rest, value))
        }
        _ => false,
    }
}
