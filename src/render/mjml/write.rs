//! Tags and styles, written.

use std::{borrow::Cow, fmt::Write as _};

/// Names and values; what has none is left out.
pub(super) type Pairs<'a> = [(&'a str, Option<Cow<'a, str>>)];

/// A value that is there.
pub(super) fn is<'a>(value: impl Into<Cow<'a, str>>) -> Option<Cow<'a, str>> {
    Some(value.into())
}

/// A whole number of pixels, or with its fraction.
pub(super) fn px<'a>(number: f64) -> Option<Cow<'a, str>> {
    Some(Cow::Owned(format!("{number}px")))
}

/// Writes `<name a="b">`. A quotation mark in a value becomes a reference, lest the value end there.
pub(super) fn open(out: &mut String, name: &str, attributes: &Pairs<'_>) {
    out.push('<');
    out.push_str(name);
    for (name, value) in attributes {
        if let Some(value) = value {
            let _ = write!(out, " {name}=\"{}\"", quoted(value));
        }
    }
    out.push('>');
}

fn quoted(value: &str) -> Cow<'_, str> {
    if value.contains('"') { Cow::Owned(value.replace('"', "&quot;")) } else { Cow::Borrowed(value) }
}

/// Writes `a:b;c:d;`.
pub(super) fn style(properties: &Pairs<'_>) -> Option<Cow<'static, str>> {
    let mut out = String::new();
    for (name, value) in properties {
        if let Some(value) = value {
            let _ = write!(out, "{name}:{value};");
        }
    }
    Some(Cow::Owned(out))
}

/// The attributes of a table that only lays out.
pub(super) fn table(out: &mut String, before: &Pairs<'_>, after: &Pairs<'_>) {
    let none = [("border", is("0")), ("cellpadding", is("0")), ("cellspacing", is("0")), ("role", is("presentation"))];
    open(out, "table", &[before, &none, after].concat());
}

/// What only Outlook on Windows reads.
pub(super) fn outlook(out: &mut String, write: impl FnOnce(&mut String)) {
    out.push_str("<!--[if mso | IE]>");
    write(out);
    out.push_str("<![endif]-->");
}

/// The classes as Outlook's tables have them: `a b` is `a-outlook b-outlook`.
pub(super) fn suffixed(classes: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
    let classes = classes.unwrap_or_default();
    let suffixed: Vec<String> =
        classes.split(' ').filter(|_| !classes.is_empty()).map(|c| format!("{c}-outlook")).collect();
    Some(Cow::Owned(suffixed.join(" ")))
}
