//! `mj-style inline="inline"`: CSS into the `style` of the elements that it names; and `mj-html-attributes`.

use std::collections::BTreeMap;

use super::tags::{attribute, closed, searchable, with_attribute};
use crate::html::Tag;

/// Elements whose looks clients also read from attributes.
const TABLE: [&str; 10] = ["table", "th", "tr", "td", "caption", "colgroup", "col", "thead", "tbody", "tfoot"];

/// Properties that such an element also carries as an attribute.
const ATTRIBUTES: [(&str, &str); 4] = [
    ("background-color", "bgcolor"),
    ("background-image", "background"),
    ("text-align", "align"),
    ("vertical-align", "valign"),
];

/// Sets attributes on the elements that selectors name.
pub(super) fn set_attributes(html: &str, wanted: &[(String, Vec<(String, String)>)]) -> String {
    if wanted.is_empty() {
        return html.to_owned();
    }
    let page = searchable(html);
    let mut new: BTreeMap<usize, String> = BTreeMap::new();
    for (selector, values) in wanted {
        for number in page.find(selector) {
            let tag = new.entry(number).or_insert_with(|| page.tag(html, number).to_owned());
            values.iter().for_each(|(name, value)| *tag = with_attribute(tag, name, value));
        }
    }
    page.replace(html, &new)
}

/// Puts the declarations of CSS into the `style` of the elements that its selectors name (CSS cascade, level 4: own
/// styles win over selectors, the more specific and the later selector over others, `!important` over all).
pub(super) fn inline(html: &str, css: &[String]) -> String {
    let rules = rules(&css.concat());
    if rules.is_empty() {
        return html.to_owned();
    }
    let html = &closed(html);
    let page = searchable(html);
    let mut styles: BTreeMap<usize, Vec<Declaration>> = BTreeMap::new();
    for (order, rule) in rules.iter().enumerate() {
        for number in page.find(&rule.selector) {
            let tag = page.tag(html, number);
            if ["<head", "<title", "<base", "<link", "<style", "<meta", "<script", "<noscript"]
                .iter()
                .any(|invisible| tag.starts_with(invisible))
            {
                continue;
            }
            let own = || {
                declarations(attribute(tag, "style").unwrap_or_default()).map(|own| own.ranked((1, 0, 0), 0)).collect()
            };
            let style = styles.entry(number).or_insert_with(own);
            for declaration in &rule.declarations {
                let (ids, classes, types) = rule.specificity;
                add(style, declaration.clone().ranked((0, ids, classes * 1000 + types), order));
            }
        }
    }
    let new = styles.into_iter().map(|(number, mut style)| {
        style.sort_by_key(|declaration| declaration.rank);
        (number, styled(page.tag(html, number), &style))
    });
    page.replace(html, &new.collect())
}

/// A property and its value, and what wins over what.
#[derive(Debug, Clone, PartialEq)]
struct Declaration {
    name: String,
    value: String,
    important: bool,
    rank: ((u32, u32, u32), usize),
}

impl Declaration {
    fn ranked(self, (own, ids, rest): (u32, u32, u32), order: usize) -> Self {
        let own = own + if self.important { 2 } else { 0 };
        Self { rank: ((own, ids, rest), order), ..self }
    }
}

/// Adds a declaration unless one of its name ranks higher.
fn add(style: &mut Vec<Declaration>, new: Declaration) {
    match style.iter().position(|old| old.name == new.name) {
        Some(index) if style[index].rank > new.rank => {}
        Some(index) => {
            style.remove(index);
            style.push(new);
        }
        None => style.push(new),
    }
}

/// The tag with its style, and with the attributes that say the same.
fn styled(tag: &str, style: &[Declaration]) -> String {
    let written = style.iter().filter(|declaration| declaration.name != "content");
    let written: Vec<String> =
        written.map(|Declaration { name, value, .. }| format!("{name}: {};", value.replace('"', "'"))).collect();
    let mut out = if written.is_empty() { tag.to_owned() } else { with_attribute(tag, "style", &written.join(" ")) };
    let name = Tag::parse(tag).map(|tag| tag.name.to_ascii_lowercase()).unwrap_or_default();
    let is_table = TABLE.contains(&name.as_str());
    for Declaration { name: property, value, .. } in style {
        let is_size =
            matches!(property.as_str(), "width" | "height") && matches!(name.as_str(), "table" | "td" | "th" | "img");
        if is_size && (value.contains("px") || value.contains("auto")) {
            out = with_attribute(&out, property, &value.replacen("px", "", 1));
        } else if is_size && is_table && value.contains('%') {
            out = with_attribute(&out, property, value);
        }
        let as_attribute = ATTRIBUTES.iter().find(|(known, _)| known == property).filter(|_| is_table);
        if let Some((_, attribute)) = as_attribute
            && !value.contains("gradient(")
        {
            let url = value.strip_prefix("url(").and_then(|url| url.strip_suffix(')'));
            let value = url.map_or(value.as_str(), |url| url.trim_matches(['"', '\'']));
            out = with_attribute(&out, attribute, value);
        }
    }
    out
}

/// A selector and what it declares.
struct Rule {
    selector: String,
    /// Ids; classes, attributes and pseudo-classes; types (Selectors, level 4).
    specificity: (u32, u32, u32),
    declarations: Vec<Declaration>,
}

/// Reads CSS; what begins with `@` is left out, and so are states that a mail cannot inline.
fn rules(css: &str) -> Vec<Rule> {
    let css = without_comments(css);
    let mut rules = Vec::new();
    let mut rest = css.as_str();
    while let Some(open) = rest.find('{') {
        let head = rest[..open].rsplit([';', '}']).next().unwrap_or_default().trim();
        let inner = &rest[open + 1..];
        let end = block_end(inner);
        if !head.starts_with('@') {
            let declared: Vec<Declaration> = declarations(&inner[..end]).collect();
            let is_state = |selector: &str| {
                [":hover", ":active", ":focus", ":visited", ":link", "::", ":before", ":after"]
                    .iter()
                    .any(|state| selector.contains(state))
            };
            for selector in split_list(head).filter(|selector| !selector.is_empty() && !is_state(selector)) {
                let specificity = specificity(selector);
                rules.push(Rule { selector: selector.to_owned(), specificity, declarations: declared.clone() });
            }
        }
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    rules
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        rest = rest[start + 2..].find("*/").map_or("", |end| &rest[start + end + 4..]);
    }
    out.push_str(rest);
    out
}

/// Where the block ends whose opening brace stands before `inner`.
fn block_end(inner: &str) -> usize {
    let mut depth = 1;
    for (at, octet) in inner.bytes().enumerate() {
        match octet {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    inner.len()
}

/// Splits at commas that stand in no bracket.
fn split_list(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    list.split(move |char| {
        match char {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        char == ',' && depth == 0
    })
    .map(str::trim)
}

fn declarations(text: &str) -> impl Iterator<Item = Declaration> {
    let mut depth = 0_usize;
    let mut quote = None;
    let parts = text.split(move |char| {
        match (quote, char) {
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        char == ';' && depth == 0 && quote.is_none()
    });
    parts.filter_map(|part| {
        let (name, value) = part.split_once(':')?;
        let value = value.trim();
        let plain = value.strip_suffix("!important").map(str::trim_end);
        let (name, important) = (name.trim().to_owned(), plain.is_some());
        let value = plain.unwrap_or(value).to_owned();
        (!name.is_empty()).then_some(Declaration { name, value, important, rank: ((0, 0, 0), 0) })
    })
}

fn specificity(selector: &str) -> (u32, u32, u32) {
    let (mut ids, mut classes, mut types) = (0, 0, 0);
    let mut before = ' ';
    let mut depth = 0_usize;
    for char in selector.chars() {
        match char {
            '[' if depth == 0 => {
                classes += 1;
                depth += 1;
            }
            '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '#' => ids += 1,
            '.' => classes += 1,
            ':' => classes += 1,
            _ if char.is_ascii_alphabetic() && (before.is_whitespace() || matches!(before, '>' | '+' | '~')) => {
                types += 1
            }
            _ => {}
        }
        before = char;
    }
    (ids, classes, types)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, css: &str, expect: &str) {
        assert_eq!(inline(html, &[css.to_owned()]), expect);
    }

    #[test]
    fn declarations_go_to_the_elements_that_are_named() {
        check(
            "<p class=\"a\">x</p><p>y</p>",
            ".a { color: red }",
            "<p class=\"a\" style=\"color: red;\">x</p><p>y</p>",
        );
        check(
            "<p>x</p>",
            "p { a: url(x;y); b: c } @media print { p { d: e } } p:hover { f: g }",
            "<p style=\"a: url(x;y); b: c;\">x</p>",
        );
        check("<p>x</p>", "/* p { z: y } */ i, p { a: b }", "<p style=\"a: b;\">x</p>");
    }

    #[test]
    fn the_cascade_decides() {
        check("<p style=\"a:1\">x</p>", "p { a: 2; b: 3 }", "<p style=\"b: 3; a: 1;\">x</p>");
        check("<p style=\"a:1\">x</p>", "p { a: 2 !important }", "<p style=\"a: 2;\">x</p>");
        check("<p class=\"q\">x</p>", ".q { a: 1 } p { a: 2 }", "<p class=\"q\" style=\"a: 1;\">x</p>");
        check("<p>x</p>", "p { a: 1 } p { a: 2 }", "<p style=\"a: 2;\">x</p>");
    }

    #[test]
    fn tables_say_it_in_attributes_too() {
        let expect = "<td style=\"background-color: red; width: 10px;\" bgcolor=\"red\" width=\"10\">";
        check(
            "<table><tr><td></td></tr></table>",
            "td { background-color: red; width: 10px }",
            &format!("<table><tr>{expect}</td></tr></table>"),
        );
    }

    #[test]
    fn attributes_are_set_where_a_selector_says() {
        let wanted = [(".a b".to_owned(), vec![("title".to_owned(), "T".to_owned())])];
        assert_eq!(
            set_attributes("<p class=\"a\"><b>x</b></p><b>y</b>", &wanted),
            "<p class=\"a\"><b title=\"T\">x</b></p><b>y</b>"
        );
    }

    #[test]
    fn selectors_are_weighed() {
        assert_eq!(specificity("#a .b p:first-child > i[title=\"x.y\"]"), (1, 3, 2));
    }
}
