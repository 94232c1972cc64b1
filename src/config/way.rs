//! The way to a value, as the file says it and as a variable does: `smtp.url`, `TIDINGS_SMTP__URL`.

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a table.
    Key(String),
    /// Into an array.
    Index(usize),
}

/// Names a way by its keys: `at(&["smtp", "url"])`.
pub(super) fn at(keys: &[&str]) -> Vec<Step> {
    keys.iter().map(|key| Step::Key((*key).to_owned())).collect()
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
pub(super) fn split(name: &str) -> Option<Vec<String>> {
    let name = name.strip_prefix("TIDINGS_")?;
    name.contains("__").then(|| name.split("__").map(folded).collect())
}

/// A key as a variable can say it: a shell knows no `-`, and its variables are written in capitals.
pub(super) fn folded(key: &str) -> String {
    key.to_lowercase().replace('-', "_")
}
