//! `mj-attributes` and `mj-class`: which value an attribute has.
//!
//! The nearest wins: the element's own, then what the class of an element around it says for its kind, then its
//! classes (the last of several), then `mj-attributes` for its kind, `mj-all`, and MJML's default.

use std::{borrow::Cow, collections::HashMap};

use super::{
    schema::{AttributeKind, ElementSchema},
    tree::{Attributes, Element},
};

/// What `mj-attributes` says.
#[derive(Debug, Default)]
pub(super) struct Defaults {
    all: Attributes,
    elements: HashMap<String, Attributes>,
    classes: HashMap<String, Attributes>,
    /// For the elements inside of one with a class: by class and kind.
    inside: HashMap<(String, String), Attributes>,
}

impl Defaults {
    /// Takes in what an `mj-attributes` holds; what comes later wins.
    pub(super) fn add(&mut self, attributes: &Element) {
        for child in &attributes.children {
            let given = child.attributes.0.iter().filter(|(name, _)| name != "name" || child.name != "mj-class");
            let into = match child.name.as_str() {
                "mj-all" => &mut self.all,
                "mj-class" => {
                    let Some(class) = child.attributes.get("name") else { continue };
                    for inner in &child.children {
                        self.inside.insert((class.to_owned(), inner.name.clone()), inner.attributes.clone());
                    }
                    self.classes.entry(class.to_owned()).or_default()
                }
                kind => self.elements.entry(kind.to_owned()).or_default(),
            };
            given.for_each(|(name, value)| into.set(name, value));
        }
    }

    /// Gives every element of a tree what its kind and its classes say.
    pub(super) fn apply(&self, element: &mut Element, class_around: &str) {
        let own = std::mem::take(&mut element.attributes);
        let mut given = self.elements.get(&element.name).cloned().unwrap_or_default();
        let class = own.get("mj-class");
        let mut classed = Attributes::default();
        for values in class.unwrap_or_default().split(' ').filter_map(|class| self.classes.get(class)) {
            for (name, value) in &values.0 {
                match classed.get(name).filter(|_| name == "css-class") {
                    Some(first) => classed.set(name, &format!("{first} {value}")),
                    None => classed.set(name, value),
                }
            }
        }
        classed.0.iter().for_each(|(name, value)| given.set(name, value));
        let inside = |class: &str| self.inside.get(&(class.to_owned(), element.name.clone()));
        for values in class_around.split(' ').filter_map(inside) {
            values.0.iter().for_each(|(name, value)| given.set(name, value));
        }
        // In an accordion the font of what is around wins over that of the kind.
        if matches!(element.name.as_str(), "mj-accordion-title" | "mj-accordion-text") {
            given.0.retain(|(name, _)| name != "font-family");
        }
        let class_inside = class.unwrap_or(class_around).to_owned();
        own.0.iter().filter(|(name, _)| name != "mj-class").for_each(|(name, value)| given.set(name, value));
        element.attributes = given;
        element.children.iter_mut().for_each(|child| self.apply(child, &class_inside));
    }

    /// What `mj-all` says.
    pub(super) fn all(&self) -> &Attributes {
        &self.all
    }

    /// The value of an attribute of an element that MJML knows.
    pub(super) fn get<'a>(
        &'a self,
        element: &'a Element,
        schema: Option<&'static ElementSchema>,
        name: &str,
    ) -> Option<Cow<'a, str>> {
        let attribute = schema.and_then(|schema| schema.attribute(name));
        let given = element.attributes.get(name).or_else(|| self.all.get(name));
        let value = given.or_else(|| attribute.and_then(|attribute| attribute.default))?;
        let is_color = attribute.is_some_and(|attribute| attribute.kind == AttributeKind::Color);
        Some(if is_color { color(value) } else { Cow::Borrowed(value) })
    }
}

/// Writes `#abc` as `#aabbcc`, which Outlook understands.
pub(super) fn color(value: &str) -> Cow<'_, str> {
    match value.strip_prefix('#') {
        Some(short)
            if short.len() == 3 && short.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_') =>
        {
            Cow::Owned(short.chars().fold("#".to_owned(), |hex, char| format!("{hex}{char}{char}")))
        }
        _ => Cow::Borrowed(value),
    }
}
