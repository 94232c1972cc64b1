//! What the head of a document says, and what the components add to it.

use super::{attributes::Defaults, sizes::integer, tree::Element};

/// Fonts that MJML links where they are named: what people write, and where the web keeps it.
const FONTS: [(&str, &str); 5] = [
    ("Open Sans", "https://fonts.googleapis.com/css?family=Open+Sans:300,400,500,700"),
    ("Droid Sans", "https://fonts.googleapis.com/css?family=Droid+Sans:300,400,500,700"),
    ("Lato", "https://fonts.googleapis.com/css?family=Lato:300,400,500,700"),
    ("Roboto", "https://fonts.googleapis.com/css?family=Roboto:300,400,500,700"),
    ("Ubuntu", "https://fonts.googleapis.com/css?family=Ubuntu:300,400,500,700"),
];

/// The head of a page, gathered while the body is written.
#[derive(Debug, Default)]
pub(super) struct PageHead {
    pub(super) title: String,
    pub(super) preview: String,
    pub(super) breakpoint: String,
    /// Names and addresses.
    pub(super) fonts: Vec<(String, String)>,
    /// CSS for the page, and CSS for the `style` of the elements that it names.
    pub(super) style: Vec<String>,
    pub(super) inline: Vec<String>,
    pub(super) raw: Vec<String>,
    /// Selectors, each with names and values.
    pub(super) html_attributes: Vec<(String, Vec<(String, String)>)>,
    /// What stands before the doctype.
    pub(super) before: Vec<String>,
    /// Classes and their rules, where the window is wider than the breakpoint.
    pub(super) rules: Vec<(String, String)>,
    /// CSS of a kind of component, once each.
    kinds: Vec<(&'static str, String)>,
    /// CSS of single components.
    pub(super) single: Vec<String>,
    /// What mrml is to draw.
    pub(super) for_mrml: Vec<MrmlComponent>,
}

/// A component that mrml is to draw, and the width that is left to it in pixels.
#[derive(Debug)]
pub(super) struct MrmlComponent {
    pub(super) element: Element,
    pub(super) width: f64,
}

impl PageHead {
    /// Reads `mj-head`; with `linked`, MJML's own fonts may be linked.
    pub(super) fn read(root: &Element, defaults: &mut Defaults, linked: bool) -> Self {
        let mut head = Self { breakpoint: "480px".to_owned(), ..Self::default() };
        if linked {
            head.fonts = FONTS.map(|(name, url)| (name.to_owned(), url.to_owned())).into();
        }
        let is_start = |child: &&Element| child.is_raw() && child.attributes.get("position") == Some("file-start");
        head.before = root.children.iter().filter(is_start).map(|child| child.content.clone()).collect();
        for child in root.child("mj-head").iter().flat_map(|head| &head.children) {
            head.take(child, defaults);
        }
        head
    }

    fn take(&mut self, child: &Element, defaults: &mut Defaults) {
        let attribute = |name: &str| child.attributes.get(name).unwrap_or_default().to_owned();
        match child.name.as_str() {
            "mj-title" => self.title.clone_from(&child.content),
            "mj-preview" => self.preview.clone_from(&child.content),
            "mj-breakpoint" => self.breakpoint = attribute("width"),
            "mj-style" if attribute("inline") == "inline" => self.inline.push(child.content.clone()),
            "mj-style" => self.style.push(child.content.clone()),
            "mj-attributes" => defaults.add(child),
            "mj-raw" => self.raw.push(child.content.clone()),
            "mj-font" => {
                let (name, address) = (attribute("name"), attribute("href"));
                match self.fonts.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, old)) => *old = address,
                    None => self.fonts.push((name, address)),
                }
            }
            "mj-html-attributes" => {
                let selectors = child.children.iter().filter(|child| child.name == "mj-selector");
                self.html_attributes.extend(selectors.map(|selector| {
                    let values = selector.children.iter().filter(|child| child.name == "mj-html-attribute");
                    let values = values
                        .filter_map(|child| Some((child.attributes.get("name")?.to_owned(), child.content.clone())));
                    (selector.attributes.get("path").unwrap_or_default().to_owned(), values.collect())
                }));
            }
            _ => {}
        }
    }

    /// Adds the rule of a class; a later one of the same class wins.
    pub(super) fn rule(&mut self, class: &str, rule: String) {
        match self.rules.iter_mut().find(|(known, _)| known == class) {
            Some((_, old)) => *old = rule,
            None => self.rules.push((class.to_owned(), rule)),
        }
    }

    /// Adds the CSS of a kind of component, once; it is told the width below the breakpoint.
    pub(super) fn styles(&mut self, kind: &'static str, css: impl FnOnce(&str) -> String) {
        if !self.kinds.iter().any(|(known, _)| *known == kind) {
            let breakpoint = integer(self.breakpoint.trim_start_matches(|char: char| !char.is_ascii_digit()));
            let lower = if breakpoint.is_nan() { self.breakpoint.clone() } else { format!("{}px", breakpoint - 1.0) };
            self.kinds.push((kind, css(&lower)));
        }
    }

    /// The CSS of all components.
    pub(super) fn component_css(&self) -> Vec<&str> {
        self.single.iter().map(String::as_str).chain(self.kinds.iter().map(|(_, css)| css.as_str())).collect()
    }

    /// Sets the CSS of a kind that mrml draws, when it is known.
    pub(super) fn set_styles(&mut self, kind: &str, css: String) {
        if let Some((_, own)) = self.kinds.iter_mut().find(|(known, _)| *known == kind) {
            *own = css;
        }
    }
}
