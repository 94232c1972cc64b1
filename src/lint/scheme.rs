//! What colours a reader sees, by day and by night.
//!
//! Style sheet and inline styles are applied as a browser applies them (CSS Cascade 5), on a screen of 640 px. By night
//! the rules under `prefers-color-scheme: dark` hold. Outlook's apps darken a page in their own way, which nobody can
//! foretell; what they leave as the page says it is what stands under `[data-ogsc]` and `[data-ogsb]`.

use std::collections::HashMap;

use dom_query::{Document, Matcher, NodeId, NodeRef};

use super::sheet::{self, Sheet};
use crate::{
    css::{self, Declaration},
    render::{Rgb, parse_color},
};

/// By what light a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Light,
    Dark,
    /// As Outlook's apps show it at night: the page's own word counts only where it is meant for them.
    Outlook,
}

impl Scheme {
    pub(super) const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Outlook];

    /// How a message goes on.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Light => "",
            Self::Dark => " in dark mode",
            Self::Outlook => " in Outlook's dark mode",
        }
    }
}

/// The width of the screen, in pixels.
const SCREEN: f64 = 640.0;

/// A page with its colours.
pub(super) struct Painted {
    scheme: Scheme,
    won: HashMap<(NodeId, Property), Won>,
    /// The colours of a page that names none.
    text: &'static str,
    ground: &'static str,
    link: &'static str,
}

/// A colour as it is written, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Color {
    pub(super) written: String,
    pub(super) rgb: Rgb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Property {
    Text,
    Ground,
    Size,
    Display,
    Visibility,
    Opacity,
    Height,
    Overflow,
}

/// Who wins: importance, inline before sheet, specificity, order.
type Weight = (bool, bool, [u32; 3], usize);

struct Won {
    weight: Weight,
    value: String,
    /// Stands under a mark of Outlook's apps.
    is_marked: bool,
}

impl Painted {
    /// Paints the page; `None` where it says nothing of such a scheme.
    pub(super) fn new(page: &Document, sheet: &Sheet, scheme: Scheme) -> Option<Self> {
        let speaks = supports_dark(page, sheet);
        let knows = |sign: &str| {
            let in_rule = |rule: &sheet::Rule| {
                rule.conditions.iter().any(|condition| condition.contains(sign)) || rule.selectors.contains(sign)
            };
            sheet.rules.iter().any(in_rule)
        };
        match scheme {
            // X1 says that nothing is said of the night.
            Scheme::Dark if !knows("prefers-color-scheme") => return None,
            Scheme::Outlook if !knows("[data-ogs") => return None,
            _ => {}
        }
        Some(Self::paint(page, sheet, scheme, speaks))
    }

    /// Paints the page as it is by day.
    pub(super) fn by_day(page: &Document, sheet: &Sheet) -> Self {
        Self::paint(page, sheet, Scheme::Light, false)
    }

    fn paint(page: &Document, sheet: &Sheet, scheme: Scheme, speaks_dark: bool) -> Self {
        let (text, ground, link) = match scheme {
            Scheme::Dark if speaks_dark => ("#ffffff", "#1e1e1e", "#9e9eff"),
            _ => ("#000000", "#ffffff", "#0000ee"),
        };
        let mut painted = Self { scheme, won: HashMap::new(), text, ground, link };
        painted.apply(page, sheet);
        painted.apply_inline(page);
        painted
    }

    fn apply(&mut self, page: &Document, sheet: &Sheet) {
        for (order, rule) in sheet.rules.iter().enumerate() {
            if !rule.declarations.iter().any(|declaration| property(&declaration.name).is_some())
                || !rule.conditions.iter().all(|condition| holds(condition, self.scheme))
            {
                continue;
            }
            for selector in css::selectors(&rule.selectors) {
                let is_marked = selector.contains("[data-ogs");
                if is_marked && self.scheme != Scheme::Outlook {
                    continue;
                }
                let selector = selector.replace("[data-ogsc]", ":root").replace("[data-ogsb]", ":root");
                let Ok(matcher) = Matcher::new(&selector) else { continue };
                let specificity = css::specificity(&selector);
                for node in page.select_matcher(&matcher).nodes() {
                    for declaration in &rule.declarations {
                        let weight = (declaration.is_important, false, specificity, order + 1);
                        self.put(node.id, declaration, weight, is_marked);
                    }
                }
            }
        }
    }

    fn apply_inline(&mut self, page: &Document) {
        for node in page.select("[style], [bgcolor], [color]").nodes() {
            let hints = [("bgcolor", "background-color"), ("color", "color")];
            for (attribute, name) in hints {
                if let Some(value) = node.attr(attribute) {
                    let value = value.trim().to_ascii_lowercase();
                    let hint = Declaration { name: name.to_owned(), value, is_important: false };
                    self.put(node.id, &hint, (false, false, [0; 3], 0), false);
                }
            }
            for (order, declaration) in sheet::declarations(&node.attr("style").unwrap_or_default()).iter().enumerate()
            {
                self.put(node.id, declaration, (declaration.is_important, true, [0; 3], order), false);
            }
        }
    }

    fn put(&mut self, id: NodeId, declaration: &Declaration, weight: Weight, is_marked: bool) {
        let Some(property) = property(&declaration.name) else { return };
        let is_heavier = self.won.get(&(id, property)).is_none_or(|won| won.weight <= weight);
        if is_heavier {
            self.won.insert((id, property), Won { weight, value: declaration.value.clone(), is_marked });
        }
    }

    /// The colours of an element's text and of what is behind it; `None` where they cannot be told.
    pub(super) fn colors(&self, node: &NodeRef) -> Option<(Color, Color)> {
        let (text, text_marked) = self.text_of(node)?;
        let (ground, ground_marked) = self.ground_of(node)?;
        if self.scheme == Scheme::Outlook && !(text_marked && ground_marked) {
            return None;
        }
        Some((text, ground))
    }

    fn text_of(&self, node: &NodeRef) -> Option<(Color, bool)> {
        for around in with_ancestors(node) {
            match self.won.get(&(around.id, Property::Text)) {
                Some(won) if won.value == "inherit" || won.value == "currentcolor" => {}
                Some(won) => return Some((color(&won.value)?, won.is_marked)),
                // Browsers give links a colour of their own.
                None if sheet::name(&around) == "a" && around.has_attr("href") => {
                    return Some((color(self.link)?, false));
                }
                None => {}
            }
        }
        Some((color(self.text)?, false))
    }

    fn ground_of(&self, node: &NodeRef) -> Option<(Color, bool)> {
        for around in with_ancestors(node) {
            match self.won.get(&(around.id, Property::Ground)) {
                Some(won) if is_clear(&won.value) => {}
                Some(won) => return Some((ground(&won.value)?, won.is_marked)),
                None => {}
            }
        }
        Some((color(self.ground)?, false))
    }

    /// The size of an element's text in pixels, where an absolute one is known.
    pub(super) fn size(&self, node: &NodeRef) -> Option<f64> {
        let sized = with_ancestors(node).find_map(|around| self.won.get(&(around.id, Property::Size)))?;
        let of = |unit: &str| sized.value.strip_suffix(unit)?.trim().parse::<f64>().ok();
        of("px").or_else(|| Some(of("pt")? * 4.0 / 3.0)).or_else(|| is_zero(&sized.value).then_some(0.0))
    }

    /// Says whether the element or one around it is not shown.
    pub(super) fn is_hidden(&self, node: &NodeRef) -> bool {
        let value = |around: &NodeRef, property| self.won.get(&(around.id, property)).map(|won| won.value.as_str());
        let hides = |around: NodeRef| {
            value(&around, Property::Display).map_or_else(|| around.has_attr("hidden"), |display| display == "none")
                || value(&around, Property::Opacity).is_some_and(is_zero)
                || (value(&around, Property::Height).is_some_and(is_zero)
                    && value(&around, Property::Overflow) == Some("hidden"))
        };
        // What is around may be invisible without it, so the nearest word counts.
        let visibility = with_ancestors(node).find_map(|around| value(&around, Property::Visibility));
        visibility.is_some_and(|word| ["hidden", "collapse"].contains(&word)) || with_ancestors(node).any(hides)
    }

    /// Says whether the element's own words can be read: they are shown, and at least so high.
    pub(super) fn shows_words(&self, node: &NodeRef, least: f64) -> bool {
        self.size(node).is_none_or(|size| size >= least) && !self.is_hidden(node)
    }
}

fn with_ancestors<'a>(node: &NodeRef<'a>) -> impl Iterator<Item = NodeRef<'a>> {
    std::iter::once(*node).chain(node.ancestors_it(None))
}

fn property(name: &str) -> Option<Property> {
    match name {
        "color" => Some(Property::Text),
        "background-color" | "background" => Some(Property::Ground),
        "font-size" => Some(Property::Size),
        "display" => Some(Property::Display),
        "visibility" => Some(Property::Visibility),
        "opacity" => Some(Property::Opacity),
        "max-height" => Some(Property::Height),
        "overflow" => Some(Property::Overflow),
        _ => None,
    }
}

/// `0`, `0px`, `0.0%`.
fn is_zero(value: &str) -> bool {
    value.trim_end_matches(|char: char| char.is_ascii_alphabetic() || char == '%').parse() == Ok(0.0)
}

/// Says whether nothing of a ground is seen.
fn is_clear(value: &str) -> bool {
    ["transparent", "none", "initial", "unset", "inherit", ""].contains(&value)
        || csscolorparser::parse(value).is_ok_and(|color| color.a == 0.0)
}

/// The colour of a background, also of one that has more to it; none where a picture covers it.
fn ground(value: &str) -> Option<Color> {
    if value.contains("url(") || value.contains("gradient(") {
        return None;
    }
    color(value).or_else(|| value.split_whitespace().find_map(color))
}

fn color(value: &str) -> Option<Color> {
    Some(Color { written: value.to_owned(), rgb: css_color(value)? })
}

/// Reads a colour as style sheets write it, unless something shines through it.
pub(crate) fn css_color(value: &str) -> Option<Rgb> {
    parse_color(value).or_else(|| {
        let color = csscolorparser::parse(value).ok()?;
        let [red, green, blue, alpha] = color.to_rgba8();
        (alpha == 255).then_some([red, green, blue])
    })
}

/// Says whether the page tells clients that it has a dark scheme of its own.
fn supports_dark(page: &Document, sheet: &Sheet) -> bool {
    let metas = page.select("meta[name=\"color-scheme\"], meta[name=\"supported-color-schemes\"]");
    let says = |node: &NodeRef| node.attr("content").is_some_and(|content| content.to_lowercase().contains("dark"));
    let is_said = |one: &Declaration| one.name == "color-scheme" && one.value.contains("dark");
    metas.nodes().iter().any(says) || sheet.rules.iter().any(|rule| rule.declarations.iter().any(is_said))
}

/// Says whether what stands around a rule holds; what is not known does not.
fn holds(condition: &str, scheme: Scheme) -> bool {
    let Some(queries) = condition.strip_prefix("media ") else { return false };
    queries.to_lowercase().split(',').any(|query| {
        let query = query.trim().strip_prefix("only ").unwrap_or(query.trim());
        query.split(" and ").all(|part| match part.trim() {
            "all" | "screen" => true,
            part => {
                let feature = part.trim_start_matches('(').trim_end_matches(')');
                let Some((name, value)) = feature.split_once(':') else { return false };
                let value = value.trim();
                let width = value.strip_suffix("px").and_then(|value| value.trim().parse::<f64>().ok());
                match name.trim() {
                    "prefers-color-scheme" => (value == "dark") == (scheme == Scheme::Dark),
                    "min-width" => width.is_some_and(|width| SCREEN >= width),
                    "max-width" => width.is_some_and(|width| SCREEN <= width),
                    _ => false,
                }
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colours of `#x` in a scheme, as they are written.
    #[track_caller]
    fn check(scheme: Scheme, css: &str, body: &str, expect: Option<(&str, &str)>) {
        let page = Document::from(format!("<html><head><style>{css}</style></head><body>{body}</body></html>"));
        let painted = Painted::new(&page, &Sheet::of(&page), scheme);
        let node = *page.select("#x").nodes().first().unwrap();
        let colors = painted.and_then(|painted| painted.colors(&node));
        let written = colors.map(|(text, ground)| (text.written, ground.written));
        assert_eq!(written.as_ref().map(|(text, ground)| (text.as_str(), ground.as_str())), expect, "{css} {body}");
    }

    const DARK: &str = "@media (prefers-color-scheme: dark)";

    #[test]
    fn the_heavier_rule_wins() {
        use Scheme::Light;
        check(Light, "", "<p id=x>", Some(("#000000", "#ffffff")));
        check(Light, "p { color: red } #x { color: blue } p { color: green }", "<p id=x>", Some(("blue", "#ffffff")));
        check(Light, "p { color: red } p { color: green }", "<p id=x>", Some(("green", "#ffffff")));
        check(Light, "p { color: red }", "<p id=x style='color: green'>", Some(("green", "#ffffff")));
        check(Light, "p { color: red !important }", "<p id=x style='color: green'>", Some(("red", "#ffffff")));
        check(Light, "", "<div bgcolor=#123456><p id=x style='background: none'>", Some(("#000000", "#123456")));
        check(Light, "", "<div style='color: #111'><a id=x href=a>", Some(("#0000ee", "#ffffff")));
        check(Light, "", "<p id=x style='background: url(a.png) #fff'>", None);
        check(Light, "@media (min-width: 480px) { p { color: red } }", "<p id=x>", Some(("red", "#ffffff")));
        check(Light, "@media print { p { color: red } }", "<p id=x>", Some(("#000000", "#ffffff")));
        check(Light, &format!("{DARK} {{ p {{ color: red }} }}"), "<p id=x>", Some(("#000000", "#ffffff")));
    }

    #[test]
    fn the_night_has_rules_of_its_own() {
        let night = format!("{DARK} {{ p {{ color: #eee !important }} .g {{ background: #111 !important }} }}");
        let body = "<div class=g style='background: #fff'><p id=x style='color: #222'>";
        check(Scheme::Dark, &night, body, Some(("#eee", "#111")));
        check(Scheme::Light, &night, body, Some(("#222", "#fff")));
        check(Scheme::Dark, "p { color: #222 }", body, None);
        let speaks = format!(":root {{ color-scheme: light dark }} {DARK} {{ .g {{ color: red }} }}");
        check(Scheme::Dark, &speaks, "<p id=x>", Some(("#ffffff", "#1e1e1e")));
        check(Scheme::Dark, ":root { color-scheme: light dark }", "<p id=x>", None);
    }

    #[test]
    fn outlook_keeps_only_what_is_meant_for_it() {
        let marked = "[data-ogsc] p { color: #eee } [data-ogsb] .g { background: #111 }";
        check(Scheme::Outlook, marked, "<div class=g><p id=x>", Some(("#eee", "#111")));
        check(Scheme::Outlook, marked, "<p id=x>", None);
        check(Scheme::Outlook, "", "<p id=x>", None);
        check(Scheme::Light, marked, "<div class=g><p id=x>", Some(("#000000", "#ffffff")));
    }
}
