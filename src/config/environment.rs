//! The environment over the file: `TIDINGS_SMTP__URL` sets `smtp.url`, `TIDINGS_SOURCE__0__FEED` the first source's `feed`.

use toml::{Table, Value};

use super::{
    document::Document,
    variables::{normalized, split},
};
use crate::diagnostic::Diagnostic;

/// The keys whose value is a list of tables: an entry is named by its number, from 0.
const LISTS: [&str; 2] = ["source", "dkim"];

/// Variables that are no keys of the config.
const SECRETS: [&str; 6] = [
    "smtp.password",
    "smtp.password_file",
    "llm.api_key",
    "llm.api_key_file",
    "bounce.mailbox_password",
    "bounce.mailbox_password_file",
];

/// Lays the variables over the file's table. A value is a string where its key takes one, and TOML where
/// `refuses_text` says of a config of that key alone that it does not.
pub(super) fn overlay(document: &Document<'_>, refuses_text: impl Fn(Value) -> bool) -> Result<Value, Diagnostic> {
    let table: Table = document.text.parse().map_err(|error: toml::de::Error| {
        let message = error.message().trim().to_owned();
        match error.span() {
            Some(span) => document.span(span, message),
            None => document.whole(message),
        }
    })?;
    let mut config = Value::Table(table);
    for (name, value) in document.variables {
        let Some(keys) = split(name).filter(|keys| !SECRETS.contains(&keys.join(".").as_str())) else { continue };
        if !set(&mut config, &keys, parse(&keys, value, &refuses_text)) {
            let wrong = Diagnostic::new(format!("{name} leads to no key of the config"));
            return Err(wrong.hint("`__` stands for the dot, and a number from 0 for an entry of a list"));
        }
    }
    Ok(config)
}

fn parse(keys: &[String], value: &str, refuses_text: impl Fn(Value) -> bool) -> Value {
    let text = Value::String(value.to_owned());
    let alone = keys.iter().enumerate().rev().fold(text.clone(), |inner, (depth, key)| {
        if depth == 1 && LISTS.contains(&keys[0].as_str()) {
            Value::Array(vec![inner])
        } else {
            Value::Table(Table::from_iter([(key.clone(), inner)]))
        }
    });
    let parsed = || format!("value = {value}").parse::<Table>().ok()?.remove("value");
    if refuses_text(alone) { parsed().unwrap_or(text) } else { text }
}

/// Sets the value that `keys` lead to; says whether they lead anywhere.
fn set(config: &mut Value, keys: &[String], value: Value) -> bool {
    let Some((first, rest)) = keys.split_first() else {
        *config = value;
        return true;
    };
    match config {
        Value::Table(table) => {
            let known = table.keys().find(|known| normalized(known) == *first).unwrap_or(first).clone();
            set(table.entry(known).or_insert_with(|| Value::Table(Table::new())), rest, value)
        }
        Value::Array(list) => {
            let entry = first.parse::<usize>().ok().and_then(|index| list.get_mut(index));
            entry.is_some_and(|entry| set(entry, rest, value))
        }
        _ => false,
    }
}
