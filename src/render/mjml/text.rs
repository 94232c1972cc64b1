//! `mj-text` and `mj-spacer`: words, and room between them.

use super::{
    view::ElementView,
    write::{open, outlook, style},
};

/// Writes words; of a fixed height, Outlook needs a table to keep it.
pub(super) fn text(view: ElementView<'_>, out: &mut String) {
    let height = view.some("height");
    if let Some(height) = &height {
        outlook(out, |out| {
            let cell = format!("<td height=\"{height}\" style=\"vertical-align:top;height:{height};\">");
            out.push_str("<table role=\"presentation\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\"><tr>");
            out.push_str(&cell);
        });
    }
    let names = ["font-family", "font-size", "font-style", "font-weight", "letter-spacing", "line-height"];
    let mut properties: Vec<_> = names.map(|name| (name, view.get(name))).into();
    properties.push(("text-align", view.get("align")));
    properties.extend(["text-decoration", "text-transform", "color", "height"].map(|name| (name, view.get(name))));
    open(out, "div", &[("style", style(&properties))]);
    out.push_str(&view.element.content);
    out.push_str("</div>");
    if height.is_some() {
        outlook(out, |out| out.push_str("</td></tr></table>"));
    }
}

/// Writes room.
pub(super) fn spacer(view: ElementView<'_>, out: &mut String) {
    let height = view.get("height");
    open(out, "div", &[("style", style(&[("height", height.clone()), ("line-height", height)]))]);
    out.push_str("&#8202;</div>");
}
