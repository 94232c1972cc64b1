//! An MJML document as a tree, and where each of its elements stands.

use crate::diagnostic::Diagnostic;

/// An element, as it was written; its content where it is one that ends the tree ([`super::schema::ElementSchema::holds_html`]).
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Element {
    pub(super) name: String,
    /// As they stand between the quotes, references not resolved; of two with one name the first.
    pub(super) attributes: Attributes,
    pub(super) children: Vec<Element>,
    pub(super) content: String,
    pub(super) at: Place,
}

/// Where something stands: which of the files that were read, and how many octets from its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) offset: usize,
}

/// Names and values in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Attributes(pub(super) Vec<(String, String)>);

impl Attributes {
    /// The value of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Sets a value; one that stands there already gives way.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }
}

impl Element {
    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Says whether its output is its content as it stands.
    pub(super) fn is_raw(&self) -> bool {
        self.name == "mj-raw"
    }
}

/// Why MJML cannot become HTML, or what of it has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// What is wrong, and how to mend it.
    pub(super) shown: Diagnostic,
    /// `None` where nobody knows.
    pub(super) at: Option<Place>,
}

impl Problem {
    /// A problem at a place.
    pub(super) fn new(shown: impl Into<Diagnostic>, at: Place) -> Self {
        Self { shown: shown.into(), at: Some(at) }
    }

    /// A problem of the whole.
    pub(super) fn whole(shown: impl Into<Diagnostic>) -> Self {
        Self { shown: shown.into(), at: None }
    }
}
