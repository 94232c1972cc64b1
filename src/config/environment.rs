//! The environment over the file: `TIDINGS_SMTP__URL` sets `smtp.url`.

use toml::{Table, Value};

use super::diagnostic::{Diagnostic, Document, Step};

/// Variables that are no keys of the config.
const SECRETS: [&str; 2] = ["smtp.password", "smtp.password_file"];

/// Lays the variables over the file's table. A value is a string where its key takes one, and TOML where
/// `refuses_text` says of a table of that key alone that it does not.
pub(super) fn overlay(
    document: &Document<'_>,
    environment: &[(String, String)],
    refuses_text: impl Fn(Table) -> bool,
) -> Result<Table, Diagnostic> {
    let mut table: Table = document.text().parse().map_err(|error: toml::de::Error| {
        let message = error.message().trim().to_owned();
        match error.span() {
            Some(span) => document.span(span, message),
            None => document.whole(message),
        }
    })?;
    for (keys, value) in keys(environment) {
        if !SECRETS.contains(&keys.join(".").as_str()) {
            let mut probe = Table::new();
            set(&mut probe, &keys, Value::String(value.to_owned()));
            let text = || Value::String(value.to_owned());
            let reading = if refuses_text(probe) { toml(value).unwrap_or_else(text) } else { text() };
            set(&mut table, &keys, reading);
        }
    }
    Ok(table)
}

/// The variable that sets the value at `way`, if one does.
pub(super) fn variable<'a>(way: &[Step], environment: &'a [(String, String)]) -> Option<&'a str> {
    let wanted: Vec<&str> =
        way.iter().filter_map(|step| if let Step::Key(key) = step { Some(&**key) } else { None }).collect();
    let found = environment.iter().find(|(name, _)| {
        split(name).is_some_and(|keys| wanted.len() >= keys.len() && keys.iter().zip(&wanted).all(|(a, b)| a == b))
    });
    found.map(|(name, _)| name.as_str())
}

fn keys(environment: &[(String, String)]) -> impl Iterator<Item = (Vec<String>, &str)> {
    environment.iter().filter_map(|(name, value)| Some((split(name)?, value.as_str())))
}

/// `TIDINGS_SMTP__URL` is the key `smtp.url`; a name without `__` is no key.
fn split(name: &str) -> Option<Vec<String>> {
    let name = name.strip_prefix("TIDINGS_")?;
    name.contains("__").then(|| name.to_ascii_lowercase().split("__").map(str::to_owned).collect())
}

fn toml(value: &str) -> Option<Value> {
    format!("value = {value}").parse::<Table>().ok()?.remove("value")
}

fn set(table: &mut Table, keys: &[String], value: Value) {
    match keys {
        [] => {}
        [last] => {
            table.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let next = table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(next) = next {
                set(next, rest, value);
            }
        }
    }
}
