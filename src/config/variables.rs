//! Which variable sets which key: `TIDINGS_SMTP__URL` is `smtp.url`, `TIDINGS_SOURCE__0__FEED` the first source's `feed`.

/// The process's variables: name and value.
pub(super) type Variables = [(String, String)];

/// The value of a variable.
pub(super) fn value<'a>(variables: &'a Variables, name: &str) -> Option<&'a str> {
    variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The variable that sets the value at `path`, or the table that holds it, if one does.
pub(super) fn variable_for<'a>(path: &[&str], variables: &'a Variables) -> Option<&'a str> {
    find(variables, |keys| path.len() >= keys.len() && starts_with(path, keys))
}

/// The variable that sets something inside the table at `path`, if one does.
pub(super) fn variable_inside<'a>(path: &[&str], variables: &'a Variables) -> Option<&'a str> {
    find(variables, |keys| keys.len() >= path.len() && starts_with(path, keys))
}

fn find(variables: &Variables, fits: impl Fn(&[String]) -> bool) -> Option<&str> {
    let found = variables.iter().find(|(name, _)| split(name).is_some_and(|keys| fits(&keys)));
    found.map(|(name, _)| name.as_str())
}

fn starts_with(path: &[&str], keys: &[String]) -> bool {
    path.iter().zip(keys).all(|(step, key)| normalized(step) == *key)
}

/// Splits a name into the keys that it stands for; a name without `__` is no key.
pub(super) fn split(name: &str) -> Option<Vec<String>> {
    let name = name.strip_prefix("TIDINGS_")?;
    name.contains("__").then(|| name.split("__").map(normalized).collect())
}

/// Writes a key as a variable can say it: a shell knows no `-`, and its variables are written in capitals.
pub(super) fn normalized(key: &str) -> String {
    key.to_lowercase().replace('-', "_")
}
