//! A tree in; what MJML would let vanish without a word is an error, what has no effect a warning.

use super::{
    include::File,
    schema::{AttributeKind, element_names, element_schema, is_attribute, parents_of},
    tree::{Element, Place, Problem},
};
use crate::{diagnostic::Diagnostic, html};

/// Attributes of HTML and of older MJML: people write them, and they do no harm.
const HARMLESS: [&str; 8] =
    ["class", "horizontal-spacing", "id", "mobile-width", "style", "version", "vertical-spacing", "xmlns"];

/// The style sheet of a carousel grows with the square of its pictures.
const MAX_PICTURES: usize = 50;

/// Elements that MJML had up to its version 3, and what stands in their place.
const OLD: [(&str, &str); 4] = [
    ("mj-container", "what stands in it stands in `<mj-body>` itself since MJML 4, and so do its attributes"),
    ("mj-inline-links", "since MJML 4 the links stand in `<mj-navbar>` itself"),
    ("mj-list", "since MJML 4 a list is HTML in `<mj-text>`"),
    ("mj-link", "since MJML 4 it is `<mj-navbar-link>`"),
];

/// Looks at every element and attribute, and returns what has no effect.
///
/// # Errors
/// The first element that MJML has not, and the first attribute that no element of MJML has.
pub(super) fn check(root: &Element, files: &[File]) -> Result<Vec<Problem>, Problem> {
    let mut warnings = Vec::new();
    if root.name != "mjml" {
        return Err(Problem::new("there is no `<mjml>` element", root.at));
    }
    if root.child("mj-body").is_none() {
        return Err(Problem::new("there is no `<mj-body>` in `<mjml>`", root.at));
    }
    element(root, files, &mut warnings)?;
    Ok(warnings)
}

fn element(element: &Element, files: &[File], warnings: &mut Vec<Problem>) -> Result<(), Problem> {
    let name = element.name.as_str();
    let Some(kind) = element_schema(name) else { return Err(unknown_element(element)) };
    if !matches!(name, "mj-all" | "mj-class") {
        attributes(element, files, warnings)?;
    }
    if !kind.holds_html && !element.content.is_empty() {
        let words: String = element.content.chars().take(30).collect();
        let shown = Diagnostic::new(format!("`{words}` stands in `<{name}>`, which shows no text"));
        warnings.push(Problem::new(shown.hint("put it into `<mj-text>`"), element.at));
    }
    if kind.holds_html && !html::is_within_limits(&element.content) {
        let shown = Diagnostic::new(format!("the HTML in `<{name}>` is nested too deep or has too many elements"));
        return Err(Problem::new(
            shown.hint("close what is open; no client shows more than some hundred levels"),
            element.at,
        ));
    }
    if let Some(child) = element.children.get(MAX_PICTURES).filter(|_| name == "mj-carousel") {
        let shown = Diagnostic::new(format!("a carousel has at most {MAX_PICTURES} pictures"));
        return Err(Problem::new(shown.hint("each picture needs rules for all the others"), child.at));
    }
    for child in &element.children {
        if !kind.may_hold(&child.name) && element_schema(&child.name).is_some() && !child.is_raw() {
            let holders: Vec<String> = parents_of(&child.name).map(|holder| format!("`<{holder}>`")).collect();
            let shown = Diagnostic::new(format!("`<{}>` stands in `<{name}>`", child.name));
            warnings.push(Problem::new(shown.hint(format!("it belongs into {}", holders.join(", "))), child.at));
        }
        self::element(child, files, warnings)?;
    }
    Ok(())
}

fn attributes(element: &Element, files: &[File], warnings: &mut Vec<Problem>) -> Result<(), Problem> {
    let Some(kind) = element_schema(&element.name) else { return Ok(()) };
    for (name, value) in &element.attributes.0 {
        if matches!(name.as_str(), "mj-class" | "css-class") {
            continue;
        }
        let Some(attribute) = kind.attribute(name) else {
            let problem = unknown_attribute(element, name, files);
            // `{{#if x}}` between attributes is another template language's.
            let is_of_other_language = name.contains(['{', '}', '%', '<', '[', '#']);
            let harmless = is_of_other_language
                || HARMLESS.iter().any(|known| name.starts_with(known))
                || name.contains('-') && is_foreign(name);
            if harmless || is_attribute(name) {
                warnings.push(problem);
                continue;
            }
            return Err(problem);
        };
        if let Some(wanted) = misfit(&attribute.kind, value) {
            let what = format!("`{name}=\"{value}\"` of `<{}>` is no {wanted}", element.name);
            warnings.push(Problem::new(what, attribute_place(element, name, files)));
        }
    }
    Ok(())
}

/// `data-x`, `aria-label`.
fn is_foreign(name: &str) -> bool {
    name.starts_with("data-") || name.starts_with("aria-")
}

fn unknown_element(element: &Element) -> Problem {
    let name = &element.name;
    let old = OLD.iter().find(|(old, _)| old == name).map(|(_, hint)| *hint);
    let hint = match old {
        Some(hint) => hint.to_owned(),
        None => unknown_hint(name),
    };
    Problem::new(Diagnostic::new(format!("there is no element `<{name}>`")).hint(hint), element.at)
}

fn unknown_hint(name: &str) -> String {
    match nearest(name, element_names()) {
        Some(near) => format!("did you mean `<{near}>`?"),
        None if name.starts_with("mj") => "the elements stand at documentation.mjml.io".to_owned(),
        None => "HTML belongs into `<mj-text>`, `<mj-table>` or `<mj-raw>`".to_owned(),
    }
}

fn unknown_attribute(element: &Element, name: &str, files: &[File]) -> Problem {
    let known = element_schema(&element.name).into_iter().flat_map(|known| known.attributes());
    let near = nearest(name, known).or((name == "class").then_some("css-class"));
    let shown = Diagnostic::new(format!("`<{}>` has no attribute `{name}`", element.name));
    let hint = near.map(|near| format!("did you mean `{near}`?"));
    Problem::new(Diagnostic { hint, ..shown }, attribute_place(element, name, files))
}

/// Where an attribute stands in its file; the element's place where a template engine wrote it.
fn attribute_place(element: &Element, name: &str, files: &[File]) -> Place {
    let tag = files.get(element.at.file).and_then(|file| file.text.get(element.at.offset..)).unwrap_or_default();
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    let found = tag.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = tag[..*at].chars().next_back();
        let after = tag[at + name.len()..].chars().next();
        before.is_some_and(char::is_whitespace) && after.is_none_or(|char| char.is_whitespace() || "=/".contains(char))
    });
    Place { offset: element.at.offset + found.unwrap_or(0), ..element.at }
}

/// The name that is meant, most likely.
fn nearest(name: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let far = (name.len() / 3).max(1);
    let name = name.to_ascii_lowercase();
    let near = names.map(|known| (strsim::damerau_levenshtein(&name, known), known));
    near.filter(|(distance, _)| *distance <= far).min().map(|(_, known)| known)
}

/// What a value should be and is not; what a template engine will fill in cannot be judged.
fn misfit(kind: &AttributeKind, value: &str) -> Option<String> {
    if value.is_empty() || value.contains(['{', '[', '*', '%']) && value.contains(['}', ']', '|']) {
        return None;
    }
    match kind {
        AttributeKind::Word(words) if !words.contains(&value) => Some(format!("`{}`", words.join("`, `"))),
        AttributeKind::Boolean if !matches!(value, "true" | "false") => Some("`true` or `false`".to_owned()),
        AttributeKind::Color if !is_color(value) => Some("colour".to_owned()),
        AttributeKind::Size(units, most) if !is_size(value, units, *most) => {
            let units: Vec<&str> = units.iter().copied().filter(|unit| !unit.is_empty()).collect();
            Some(format!("size in {}", units.join(" or ")))
        }
        _ => None,
    }
}

fn is_color(value: &str) -> bool {
    match value.strip_prefix('#') {
        Some(hex) => matches!(hex.len(), 3 | 6) && hex.bytes().all(|octet| octet.is_ascii_hexdigit()),
        None => value.starts_with("rgb") || value.bytes().all(|octet| octet.is_ascii_alphabetic()),
    }
}

fn is_size(value: &str, units: &[&str], most: usize) -> bool {
    let is_one = |part: &str| {
        let number =
            part.trim_start_matches('-').trim_start_matches(|char: char| char.is_ascii_digit() || ".,".contains(char));
        part == "0"
            || (units.contains(&"auto") && part == "auto")
            || (number.len() < part.len() && units.contains(&number))
    };
    let parts: Vec<&str> = value.split_whitespace().collect();
    parts.len() <= most && parts.into_iter().all(is_one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mjml::parse::parse;

    /// Checks `<mjml><mj-body>…</mj-body></mjml>`; a problem is `offset what`, offsets counted from the inside.
    fn checked(inside: &str) -> Result<Vec<String>, String> {
        let text = format!("<mjml><mj-body>{inside}</mj-body></mjml>");
        let root = parse(&text, 0).unwrap().remove(0);
        let shown = |problem: Problem| {
            format!("{} {}", problem.at.unwrap().offset - 15, problem.shown.to_string().replace('\n', " "))
        };
        let warnings = check(&root, &[File { name: "a".to_owned(), text }]).map_err(shown)?;
        Ok(warnings.into_iter().map(shown).collect())
    }

    #[test]
    fn what_mjml_has_not_is_refused_with_the_nearest_name() {
        let error = |inside: &str| checked(inside).unwrap_err();
        assert_eq!(error("<mj-sektion />"), "0 there is no element `<mj-sektion>` hint: did you mean `<mj-section>`?");
        assert!(error("<mj-container></mj-container>").contains("stands in `<mj-body>` itself since MJML 4"));
        assert!(error("<mj-section PADDING=\"0\" />").contains("did you mean `padding`?"));
        assert!(error("<div></div>").contains("HTML belongs into `<mj-text>`"));
        let unknown = "<mj-section paddding=\"0\" />";
        assert_eq!(error(unknown), "12 `<mj-section>` has no attribute `paddding` hint: did you mean `padding`?");
        assert!(error("<mj-section\n  full-width=\"full-width\" colour=\"red\" />").starts_with("38 "));
    }

    #[test]
    fn what_has_no_effect_is_a_warning() {
        let warning = |inside: &str| checked(inside).unwrap().join("; ");
        assert_eq!(warning("<mj-section padding=\"1px 2%\" /><!-- fine -->"), "");
        assert!(warning("<mj-section class=\"a\" />").contains("did you mean `css-class`?"));
        assert!(warning("<mj-column mobile-width=\"x\" />").contains("has no attribute `mobile-width`"));
        assert!(warning("<mj-section href=\"x\" />").contains("has no attribute `href`"));
        assert!(warning("<mj-section {{#if}} padding=\"0\" {{/if}} />").contains("`{{#if}}`"));
        assert!(warning("<mj-section>words</mj-section>").contains("shows no text"));
        assert!(warning("<mj-text>x</mj-text>").contains("it belongs into `<mj-column>`, `<mj-hero>`"));
        assert!(warning("<mj-section background-color=\"#12345\" />").contains("no colour"));
        assert!(warning("<mj-section direction=\"up\" padding=\"wide\" />").contains("`ltr`, `rtl`; 27 "));
        assert_eq!(warning("<mj-section padding=\"{{ gap }}\" background-color=\"[[c]]\" />"), "");
    }
}
