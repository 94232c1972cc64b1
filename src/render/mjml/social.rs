//! `mj-social`: links to networks, each an icon and words.

use std::borrow::Cow;

use super::{
    children::children,
    head::PageHead,
    sizes::integer,
    view::ElementView,
    write::{is, open, outlook, style, table},
};

/// What an element takes from the `mj-social` around it, unless it says otherwise.
const SHARED: [&str; 13] = [
    "border",
    "border-radius",
    "color",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "icon-size",
    "icon-height",
    "icon-padding",
    "text-padding",
    "line-height",
    "text-decoration",
];

/// Where the icons of the networks lie that MJML knows.
const ICONS: &str = "https://www.mailjet.com/images/theme/v1/icons/ico-social/";

/// Writes the links, side by side or below each other.
pub(super) fn social(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    let mut element = view.element.clone();
    let shared: Vec<_> = SHARED.iter().filter_map(|name| Some((*name, view.get(name)?))).collect();
    for child in &mut element.children {
        let padding = view.some("inner-padding").map(|padding| ("padding", padding));
        for (name, value) in shared.iter().cloned().chain(padding) {
            if child.attributes.get(name).is_none() {
                child.attributes.set(name, &value);
            }
        }
    }
    let inner = view.of(&element, view.around);
    if view.has("mode", "horizontal") {
        let align = view.get("align");
        outlook(out, |out| {
            table(out, &[("align", align.clone())], &[]);
            out.push_str("<tr>");
        });
        children(inner, view.around, page, out, |child, _, out| {
            outlook(out, |out| out.push_str("<td>"));
            table(out, &[("align", align.clone())], &[("style", is("float:none;display:inline-table;"))]);
            out.push_str("<tbody>");
            link(&child, out);
            out.push_str("</tbody></table>");
            outlook(out, |out| out.push_str("</td>"));
        });
        outlook(out, |out| out.push_str("</tr></table>"));
    } else {
        table(out, &[], &[("style", is("margin:0px;"))]);
        out.push_str("<tbody>");
        children(inner, view.around, page, out, |child, _, out| link(&child, out));
        out.push_str("</tbody></table>");
    }
}

/// Writes one link: its icon, then its words, or the other way round.
fn link(view: &ElementView<'_>, out: &mut String) {
    let network = view.some("name").and_then(|name| Network::of(&name));
    let or_its = |name: &str, own: fn(&Network) -> String| {
        view.some(name).or_else(|| network.as_ref().map(|n| Cow::Owned(own(n))))
    };
    let source = or_its("src", |network| format!("{ICONS}{}.png", network.icon));
    let color = or_its("background-color", |network| network.color.to_owned());
    let href = view.some("href").map(|href| match network.as_ref().and_then(|network| network.share) {
        Some(share) => Cow::Owned(share.replacen("[[URL]]", &href, 1)),
        None => href,
    });
    open(out, "tr", &[("class", view.get("css-class"))]);
    let left = view.has("icon-position", "left");
    if left {
        icon(view, source.clone(), color.clone(), href.clone(), out);
    }
    words(view, href.clone(), out);
    if !left {
        icon(view, source, color, href, out);
    }
    out.push_str("</tr>");
}

fn icon<'a>(
    view: &ElementView<'a>,
    source: Option<Cow<'a, str>>,
    color: Option<Cow<'a, str>>,
    href: Option<Cow<'a, str>>,
    out: &mut String,
) {
    let names = ["padding", "padding-top", "padding-right", "padding-bottom", "padding-left", "vertical-align"];
    open(out, "td", &[("style", style(&names.map(|name| (name, view.get(name)))))]);
    let size = view.get("icon-size");
    let painted = [("background", color), ("border-radius", view.get("border-radius")), ("width", size.clone())];
    table(out, &[], &[("style", style(&painted))]);
    out.push_str("<tbody><tr>");
    let cell = [
        ("padding", view.get("icon-padding")),
        ("font-size", is("0")),
        ("height", view.some("icon-height").or_else(|| size.clone())),
        ("vertical-align", is("middle")),
        ("width", size.clone()),
    ];
    open(out, "td", &[("style", style(&cell))]);
    let linked = href.is_some();
    if linked {
        open(out, "a", &[("href", href), ("rel", view.get("rel")), ("target", view.get("target"))]);
    }
    let drawn =
        [("border", view.get("border")), ("border-radius", view.get("border-radius")), ("display", is("block"))];
    let image = [
        ("alt", view.get("alt")),
        ("title", view.get("title")),
        ("src", source),
        ("style", style(&drawn)),
        ("width", is(integer(&size.unwrap_or_default()).to_string())),
        ("sizes", view.some("sizes")),
        ("srcset", view.some("srcset")),
    ];
    open(out, "img", &image);
    out.push_str(if linked { "</a></td></tr></tbody></table></td>" } else { "</td></tr></tbody></table></td>" });
}

fn words<'a>(view: &ElementView<'a>, href: Option<Cow<'a, str>>, out: &mut String) {
    if view.element.content.is_empty() {
        return;
    }
    let cell =
        [("vertical-align", is("middle")), ("padding", view.get("text-padding")), ("text-align", view.get("align"))];
    open(out, "td", &[("style", style(&cell))]);
    let names = ["color", "font-size", "font-weight", "font-style", "font-family", "line-height", "text-decoration"];
    let text = ("style", style(&names.map(|name| (name, view.get(name)))));
    let tag = if href.is_some() { "a" } else { "span" };
    if href.is_some() {
        open(out, tag, &[("href", href), text, ("rel", view.get("rel")), ("target", view.get("target"))]);
    } else {
        open(out, tag, &[text]);
    }
    out.push_str(&view.element.content);
    out.push_str("</");
    out.push_str(tag);
    out.push_str("></td>");
}

/// A network that MJML knows.
struct Network {
    color: &'static str,
    icon: &'static str,
    /// The page that shares an address, `[[URL]]`.
    share: Option<&'static str>,
}

impl Network {
    /// The network of this name; with `-noshare`, its link leads to the address itself.
    fn of(name: &str) -> Option<Self> {
        let shares = !name.ends_with("-noshare");
        let name = name.trim_end_matches("-noshare");
        // A line for each: name, colour, icon, and the page that shares.
        include_str!("networks.txt").lines().find_map(|line| {
            let mut words = line.split(' ');
            (words.next() == Some(name)).then_some(())?;
            Some(Self { color: words.next()?, icon: words.next()?, share: words.next().filter(|_| shares) })
        })
    }
}
