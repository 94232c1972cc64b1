//! What MJML knows: its elements, what each may hold, its attributes, their kinds and defaults.
//!
//! The facts are MJML 5's (documentation.mjml.io) and stand in `elements.txt`, an element a paragraph: `NAME ends:
//! CHILDREN`, then its attributes, `NAME: KIND = DEFAULT`. `ends` says that its content is not MJML but HTML, CSS or
//! text, taken as it stands; `*` that it may hold every element.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

/// An element of MJML.
#[derive(Debug)]
pub(super) struct ElementSchema {
    pub(super) name: &'static str,
    pub(super) holds_html: bool,
    holds: Vec<&'static str>,
    attributes: HashMap<&'static str, Attribute>,
}

/// An attribute of an element.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) kind: AttributeKind,
    pub(super) default: Option<&'static str>,
}

/// What an attribute's value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AttributeKind {
    /// Whatever stands there.
    Text,
    /// A colour: `#abc` is written as `#aabbcc`.
    Color,
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Word(Vec<&'static str>),
    /// Numbers with one of these units, from one to so many of them.
    Size(Vec<&'static str>, usize),
}

/// The element of this name.
pub(super) fn element_schema(name: &str) -> Option<&'static ElementSchema> {
    KNOWN.get(name)
}

/// All names of elements.
pub(super) fn element_names() -> impl Iterator<Item = &'static str> {
    KNOWN.keys().copied()
}

/// The elements that may hold this one.
pub(super) fn parents_of(name: &str) -> impl Iterator<Item = &'static str> {
    KNOWN.values().filter(move |known| known.holds.contains(&name)).map(|known| known.name)
}

/// Says whether any element has an attribute of this name.
pub(super) fn is_attribute(name: &str) -> bool {
    KNOWN.values().any(|known| known.attributes.contains_key(name))
}

impl ElementSchema {
    /// The attribute of this name.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(name)
    }

    /// The names of its attributes.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &'static str> {
        self.attributes.keys().copied()
    }

    /// Says whether an element may stand in it.
    pub(super) fn may_hold(&self, name: &str) -> bool {
        self.holds.iter().any(|held| matches!(*held, "*") || *held == name)
    }
}

static KNOWN: LazyLock<BTreeMap<&'static str, ElementSchema>> = LazyLock::new(|| {
    let mut known: BTreeMap<&str, ElementSchema> = BTreeMap::new();
    let mut last = "";
    for line in include_str!("elements.txt").lines() {
        if let Some(attribute) = line.strip_prefix("  ") {
            let (name, rest) = attribute.split_once(": ").unwrap_or((attribute, "string"));
            let (kind, default) = match rest.split_once(" = ") {
                Some((kind, default)) => (kind, Some(default)),
                None => (rest.trim_end_matches(" ="), rest.ends_with(" =").then_some("")),
            };
            if let Some(element) = known.get_mut(last) {
                element.attributes.insert(name, Attribute { kind: self::kind(kind), default });
            }
        } else {
            let (head, holds) = line.split_once(": ").unwrap_or((line, ""));
            let name = head.trim_end_matches(" ends");
            last = name;
            let (ends, holds) = (head != name, holds.split_whitespace().collect());
            known.insert(name, ElementSchema { name, holds_html: ends, holds, attributes: HashMap::new() });
        }
    }
    known
});

/// Reads `unit(px,%){1,4}`.
fn kind(text: &'static str) -> AttributeKind {
    let words = || text.split_once('(').and_then(|(_, rest)| rest.split_once(')')).unwrap_or_default();
    match text.split(['(', '{']).next() {
        Some("color") => AttributeKind::Color,
        Some("boolean") => AttributeKind::Boolean,
        Some("enum") => AttributeKind::Word(words().0.split(',').collect()),
        Some("unit" | "unitWithNegative") => {
            let most = if words().1.is_empty() { 1 } else { 4 };
            AttributeKind::Size(words().0.split(',').collect(), most)
        }
        _ => AttributeKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let button = element_schema("mj-button").unwrap();
        assert!(button.holds_html && !button.may_hold("mj-text"));
        assert_eq!(button.attribute("inner-padding").unwrap().default, Some("10px 25px"));
        assert_eq!(button.attribute("inner-padding").unwrap().kind, AttributeKind::Size(vec!["px", "%"], 4));
        assert_eq!(button.attribute("align").unwrap().kind, AttributeKind::Word(vec!["left", "center", "right"]));
        assert_eq!(element_schema("mj-image").unwrap().attribute("alt").unwrap().default, Some(""));
        assert!(
            element_schema("mj-column").unwrap().may_hold("mj-text")
                && element_schema("mj-attributes").unwrap().may_hold("mj-text")
        );
        assert!(element_schema("mj-txt").is_none());
        assert_eq!(element_names().count(), 37);
    }
}
