//! `mj-style inline="inline"`: CSS into the `style` of the elements that it names; and `mj-html-attributes`.

use std::collections::BTreeMap;

use super::tags::{attribute, closed, searchable, with_attribute};
use crate::{
    css::{self, Declaration},
    html::Tag,
};

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
    let mut styles: BTreeMap<usize, Vec<Ranked>> = BTreeMap::new();
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
                let own = css::declarations(attribute(tag, "style").unwrap_or_default());
                own.into_iter().map(Ranked::own).collect()
            };
            let style = styles.entry(number).or_insert_with(own);
            for declaration in &rule.declarations {
                add(style, Ranked::of_rule(declaration, rule.specificity, order));
            }
        }
    }
    let new = styles.into_iter().map(|(number, mut style)| {
        style.sort_by_key(|ranked| ranked.rank);
        (number, styled(page.tag(html, number), &style))
    });
    page.replace(html, &new.collect())
}

/// A declaration, and what wins over what: importance and own styles, specificity, order.
#[derive(Debug, Clone, PartialEq)]
struct Ranked {
    declaration: Declaration,
    rank: (u32, [u32; 3], usize),
}

impl Ranked {
    fn own(declaration: Declaration) -> Self {
        let rank = (1 + 2 * u32::from(declaration.is_important), [0; 3], 0);
        Self { declaration, rank }
    }

    fn of_rule(declaration: &Declaration, specificity: [u32; 3], order: usize) -> Self {
        let rank = (2 * u32::from(declaration.is_important), specificity, order);
        Self { declaration: declaration.clone(), rank }
    }
}

/// Adds a declaration unless one of its name ranks higher.
fn add(style: &mut Vec<Ranked>, new: Ranked) {
    match style.iter().position(|old| old.declaration.name == new.declaration.name) {
        Some(index) if style[index].rank > new.rank => {}
        Some(index) => {
            style.remove(index);
            style.push(new);
        }
        None => style.push(new),
    }
}

/// The tag with its style, and with the attributes that say the same.
fn styled(tag: &str, style: &[Ranked]) -> String {
    let declarations = || style.iter().map(|ranked| &ranked.declaration);
    let written = declarations().filter(|declaration| declaration.name != "content");
    let written: Vec<String> =
        written.map(|Declaration { name, value, .. }| format!("{name}: {};", value.replace('"', "'"))).collect();
    let mut out = if written.is_empty() { tag.to_owned() } else { with_attribute(tag, "style", &written.join(" ")) };
    let name = Tag::parse(tag).map(|tag| tag.name.to_ascii_lowercase()).unwrap_or_default();
    let is_table = TABLE.contains(&name.as_str());
    for Declaration { name: property, value, .. } in declarations() {
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
    specificity: [u32; 3],
    declarations: Vec<Declaration>,
}

/// Reads CSS; what begins with `@` is left out, and so are states that a mail cannot inline.
fn rules(css: &str) -> Vec<Rule> {
    const STATES: [&str; 8] = [":hover", ":active", ":focus", ":visited", ":link", "::", ":before", ":after"];
    let css = css::without_comments(css);
    let mut rules = Vec::new();
    for rule in css::Sheet::parse(&css).rules {
        let css::Rule::Style { selectors, block } = rule else { continue };
        let declarations = css::declarations(block);
        for selector in css::selectors(selectors) {
            if !STATES.iter().any(|state| selector.contains(state)) {
                let specificity = css::specificity(selector);
                rules.push(Rule { selector: selector.to_owned(), specificity, declarations: declarations.clone() });
            }
        }
    }
    rules
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
}
