//! `mj-table`: a table of one's own.

use super::{
    sizes::{number, width},
    view::ElementView,
    write::{is, open, style},
};

/// Writes a table around its rows.
pub(super) fn own_table(view: ElementView<'_>, out: &mut String) {
    let names = ["color", "font-family", "font-size", "line-height", "table-layout", "width", "border"];
    let mut properties: Vec<_> = names.map(|name| (name, view.get(name))).into();
    let spacing = view.get("cellspacing").unwrap_or_default();
    if number(spacing.trim_start_matches(|char: char| !char.is_ascii_digit() && char != '.')) > 0.0 {
        properties.push(("border-collapse", is("separate")));
    }
    let wide = view.get("width").map(|text| match width(&text) {
        (pixels, unit) if text != "auto" && unit != "%" => pixels.to_string().into(),
        _ => text,
    });
    let mut attributes: Vec<_> = ["cellpadding", "cellspacing", "role"].map(|name| (name, view.get(name))).into();
    attributes.extend([("width", wide), ("border", is("0")), ("style", style(&properties))]);
    open(out, "table", &attributes);
    out.push_str(&view.element.content);
    out.push_str("</table>");
}
