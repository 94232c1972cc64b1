//! An element where it stands in the layout: what the components write from.

use std::{borrow::Cow, rc::Rc};

use super::{
    attributes::Defaults,
    head::PageHead,
    schema::{ElementSchema, element_schema},
    sizes::{border, integer, side},
    tree::Element,
};

/// What a component knows of what is around it.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    /// The width that is left to it, with its unit.
    pub(super) width: Rc<str>,
    /// Of the section around: between its columns, or its sections where it is a wrapper.
    pub(super) gap: Option<Rc<str>>,
    pub(super) gutter: Option<Rc<str>>,
    pub(super) direction: Option<Rc<str>>,
    pub(super) in_group: bool,
    /// Its place among its parent's children, comments counted.
    pub(super) index: usize,
    pub(super) siblings: usize,
    /// Siblings that are laid out.
    pub(super) columns: usize,
}

/// An element, what is around it, and what the document says of all.
#[derive(Clone, Copy)]
pub(super) struct ElementView<'a> {
    pub(super) element: &'a Element,
    pub(super) around: &'a Surroundings,
    pub(super) defaults: &'a Defaults,
    write: WriteComponent,
    schema: Option<&'static ElementSchema>,
}

/// Writes a component of any kind into the body; what it leaves for the page goes into the head.
pub(super) type WriteComponent = for<'a> fn(ElementView<'a>, &mut PageHead, &mut String);

impl<'a> ElementView<'a> {
    /// The view of the element that all others stand in; `write` writes those that stand in others.
    pub(super) fn new(
        element: &'a Element,
        around: &'a Surroundings,
        defaults: &'a Defaults,
        write: WriteComponent,
    ) -> Self {
        Self { element, around, defaults, write, schema: element_schema(&element.name) }
    }

    /// The view of another element of the same document.
    pub(super) fn of(&self, element: &'a Element, around: &'a Surroundings) -> Self {
        Self { element, around, schema: element_schema(&element.name), ..*self }
    }

    /// Writes it, whatever kind it is.
    pub(super) fn write(self, head: &mut PageHead, out: &mut String) {
        (self.write)(self, head, out);
    }

    /// An attribute's value.
    pub(super) fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.defaults.get(self.element, self.schema, name)
    }

    /// An attribute's value, unless it is empty or `false`.
    pub(super) fn some(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).filter(|value| !value.is_empty() && value != "false")
    }

    /// Says whether an attribute has this value.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.get(name).as_deref() == Some(value)
    }

    /// One side of `padding` or another shorthand, pixels.
    pub(super) fn side(&self, shorthand: &str, name: &str) -> f64 {
        let pixels = match (self.some(&format!("{shorthand}-{name}")), self.some(shorthand)) {
            (Some(own), _) => integer(&own),
            (None, Some(all)) => side(&all, name),
            (None, None) => 0.0,
        };
        // What another template language will fill in later counts as nothing.
        if pixels.is_nan() { 0.0 } else { pixels }
    }

    /// Left and right side together.
    pub(super) fn sides(&self, shorthand: &str) -> f64 {
        self.side(shorthand, "left") + self.side(shorthand, "right")
    }

    /// The widths of the left and the right border together.
    pub(super) fn borders(&self, shorthand: &str) -> f64 {
        let one = |name: &str| {
            let own = self.some(&format!("{shorthand}-{name}")).or_else(|| self.some(shorthand));
            own.map_or(0.0, |own| border(&own))
        };
        one("left") + one("right")
    }

    /// The width that borders and paddings leave, whole pixels.
    pub(super) fn inner_width(&self) -> f64 {
        integer(&self.around.width) - self.sides("padding") - self.borders("border")
    }

    /// The views of its children, with what is around them.
    pub(super) fn arounds(&self, around: &Surroundings) -> impl Iterator<Item = (&'a Element, Surroundings)> {
        let children = &self.element.children;
        let (siblings, columns) = (children.len(), children.iter().filter(|child| !child.is_raw()).count());
        let around = around.clone();
        children
            .iter()
            .enumerate()
            .map(move |(index, child)| (child, Surroundings { index, siblings, columns, ..around.clone() }))
    }
}
