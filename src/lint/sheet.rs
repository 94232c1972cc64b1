//! What a page's style sheets and inline styles say.

use dom_query::{Document, NodeRef};

use crate::css::{self, Declaration};

/// All that the `<style>` elements of a page say.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) rules: Vec<Rule>,
    /// The names of at-rules that hold no rules, `font-face`; `import` with its address.
    pub(super) others: Vec<String>,
}

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// What stands around it, outermost first: `media screen`.
    pub(super) conditions: Vec<String>,
    pub(super) selectors: String,
    pub(super) declarations: Vec<Declaration>,
}

impl Sheet {
    /// Reads the style elements of a page; what a browser would pass over is passed over.
    pub(super) fn of(page: &Document) -> Self {
        let mut sheet = Self::default();
        for node in page.select("style").nodes() {
            let media = node.attr("media").filter(|media| !media.trim().is_empty());
            let conditions: Vec<String> = media.iter().map(|media| format!("media {}", media.to_lowercase())).collect();
            sheet.read(&node.text(), &conditions);
        }
        sheet
    }

    fn read(&mut self, css: &str, conditions: &[String]) {
        for rule in css::Sheet::parse(css).rules {
            match rule {
                css::Rule::Style { selectors, block } => self.rules.push(Rule {
                    conditions: conditions.to_vec(),
                    selectors: selectors.to_owned(),
                    declarations: declarations(block),
                }),
                // Rules in more than eight groups are nobody's work.
                css::Rule::At { name, prelude, block: Some(block) }
                    if ["media", "supports", "layer", "container"].contains(&name.as_str()) && conditions.len() < 8 =>
                {
                    self.read(block, &[conditions, &[format!("{name} {prelude}")]].concat());
                }
                css::Rule::At { name, prelude, .. } => self.others.push(format!("{name} {prelude}")),
            }
        }
    }
}

/// The declarations of an inline style or of a rule, in lower case.
pub(super) fn declarations(style: &str) -> Vec<Declaration> {
    let mut declarations = css::declarations(style);
    for declaration in &mut declarations {
        declaration.value = declaration.value.to_lowercase();
    }
    declarations
}

/// The value of a property in an inline style.
pub(super) fn style(node: &NodeRef, property: &str) -> Option<String> {
    let style = node.attr("style")?;
    // Most styles do not name it: they need not be read.
    if !style.contains(property) {
        return None;
    }
    declarations(&style).into_iter().rev().find(|declaration| declaration.name == property).map(|found| found.value)
}

/// Says whether the element hides itself.
pub(super) fn hides(node: &NodeRef) -> bool {
    node.has_attr("hidden") || style(node, "display").is_some_and(|display| display == "none")
}

/// The element's name.
pub(super) fn name(node: &NodeRef) -> String {
    node.node_name().map(|name| name.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(css: &str) -> Sheet {
        Sheet::of(&Document::from(format!("<style>{css}</style>")))
    }

    #[test]
    fn rules_stand_with_what_is_around_them() {
        let sheet = sheet(
            "@import url(x.css); a, b > c { COLOR: Red !IMPORTANT; x: url(\"a;b{}\") } /* p { } */ \
             @media screen and (min-width: 1px) { @supports (gap: 1px) { i { gap: 2px } } q { color: #fff } } \
             @font-face { src: url(a) } u { broken } s { color: blue",
        );
        let said = |rule: &Rule| (rule.conditions.clone(), rule.selectors.clone(), rule.declarations.len());
        let media = "media screen and (min-width: 1px)".to_owned();
        assert_eq!(
            sheet.rules.iter().map(said).collect::<Vec<_>>(),
            [
                (vec![], "a, b > c".to_owned(), 2),
                (vec![media.clone(), "supports (gap: 1px)".to_owned()], "i".to_owned(), 1),
                (vec![media], "q".to_owned(), 1),
                (vec![], "u".to_owned(), 0),
                (vec![], "s".to_owned(), 1),
            ]
        );
        let red = Declaration { name: "color".to_owned(), value: "red".to_owned(), is_important: true };
        assert_eq!(sheet.rules[0].declarations[0], red);
        assert_eq!(sheet.others, ["import url(x.css)", "font-face "]);
    }

    #[test]
    fn an_inline_style_is_read_to_its_end() {
        let values: Vec<String> =
            declarations("a:b;;c: url(x;y) ; d; e:F!important").into_iter().map(|one| one.value).collect();
        assert_eq!(values, ["b", "url(x;y)", "f"]);
    }
}
