//! Which properties a client passes over: a list in a file, a property a line.

/// Says whether a list has the property, or one that stands for it: `border-image` for `border-image-slice`.
pub(super) fn is_listed(list: &str, name: &str) -> bool {
    list.lines().filter(|line| !line.starts_with('#')).any(|known| {
        name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || known.ends_with('-') || rest.starts_with('-'))
    })
}
