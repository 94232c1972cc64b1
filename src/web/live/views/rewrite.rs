//! Parts of a page written anew in their places, and all else kept.

use std::fmt::Write as _;

use crate::{
    css,
    html::{self, Tag, Token},
};

/// Writes a tag anew with each value as `value` gives it; `None` takes the attribute away. Styles come and go without
/// entities, because a semicolon is none of theirs.
pub(super) fn attributes(tag: Tag<'_>, mut value: impl FnMut(&str, &str) -> Option<String>) -> String {
    let mut out = format!("<{}", tag.name);
    for html::Attribute { name, value: old, .. } in tag.attributes() {
        let is_style = name.eq_ignore_ascii_case("style");
        let old = if is_style { html::decode_entities(old) } else { old.into() };
        if let Some(new) = value(name, &old) {
            // What stood in quotation marks of the other kind may hold ours.
            let written = if is_style { html::escape(&new) } else { new.replace('"', "&quot;") };
            let _ = write!(out, " {name}=\"{written}\"");
        }
    }
    out.push_str(if tag.is_self_closing() { " />" } else { ">" });
    out
}

/// Writes a tag anew without some attributes.
pub(super) fn without_attributes(tag: Tag<'_>, mut goes: impl FnMut(&str, &str) -> bool) -> String {
    attributes(tag, |name, value| (!goes(name, value)).then(|| value.to_owned()))
}

/// Writes a style anew with only those declarations that `keeps` says.
pub(super) fn declarations(style: &str, mut keeps: impl FnMut(&str, &str) -> bool) -> String {
    let kept = css::declarations(style).into_iter().filter(|one| keeps(&one.name, &one.value));
    let written = kept.map(|one| {
        let important = if one.is_important { "!important" } else { "" };
        format!("{}:{}{important}", one.name, one.value)
    });
    written.collect::<Vec<_>>().join(";")
}

/// Writes a page anew with other styles, in `style` elements and attributes.
pub(super) fn styles(
    html: &str,
    mut sheet: impl FnMut(&str) -> String,
    mut inline: impl FnMut(&str, &str) -> Option<String>,
) -> String {
    let mut out = String::with_capacity(html.len());
    let mut in_style = false;
    for token in html::scan(html) {
        match token {
            Token::Text(css) if in_style => out.push_str(&sheet(css)),
            Token::Start(tag) if tag.attribute("style").is_some() => out.push_str(&attributes(tag, |name, value| {
                if name.eq_ignore_ascii_case("style") { inline(tag.name, value) } else { Some(value.to_owned()) }
            })),
            token => out.push_str(token.source()),
        }
        in_style = matches!(token, Token::Start(tag) if tag.is(&["style"]));
    }
    out
}

/// Says whether a list of properties that a client passes over, one a line, has this one, or one that stands for it: `border-image` for `border-image-slice`.
pub(super) fn is_listed(list: &str, name: &str) -> bool {
    list.lines().filter(|line| !line.starts_with('#')).any(|known| {
        name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || known.ends_with('-') || rest.starts_with('-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_change_one_by_one() {
        let td = Tag::parse("<td class=a style='font-family:\"Georgia\"' hidden />").unwrap();
        assert_eq!(td.attribute("STYLE"), Some("font-family:\"Georgia\""));
        let quoted = Tag::parse("<p style=\"font:1px &#39;A&#39;;color:red\">").unwrap();
        let mut seen = String::new();
        let same = attributes(quoted, |_, value| {
            seen = value.to_owned();
            Some(value.to_owned())
        });
        assert_eq!((seen.as_str(), same.as_str()), ("font:1px 'A';color:red", quoted.source));
        assert_eq!(
            without_attributes(td, |name, _| name == "class"),
            "<td style=\"font-family:&quot;Georgia&quot;\" hidden=\"\" />"
        );
    }
}
