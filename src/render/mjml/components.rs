//! Which component writes which element.

use super::{
    button, column, divider, engine, group, hero, image, navbar, section, social, table, text,
    view::{Around, Page, View},
    write::{is, open, style},
};

/// Writes a component.
pub(super) fn component(view: View<'_>, page: &mut Page, out: &mut String) {
    match view.element.name.as_str() {
        "mj-raw" => out.push_str(&view.element.content),
        "mj-section" | "mj-wrapper" => section::section(view, page, out),
        "mj-group" => group::group(view, page, out),
        "mj-column" => column::column(view, page, out),
        "mj-hero" => hero::hero(view, page, out),
        "mj-text" => text::text(view, out),
        "mj-spacer" => text::spacer(view, out),
        "mj-image" => image::image(view, page, out),
        "mj-button" => button::button(view, out),
        "mj-divider" => divider::divider(view, out),
        "mj-table" => table::own_table(view, out),
        "mj-navbar" => navbar::navbar(view, page, out),
        "mj-social" => social::social(view, page, out),
        _ => engine::later(view, page, out),
    }
}

/// Writes the children of an element, each but `mj-raw` in what `wrap` puts around it.
pub(super) fn children(
    view: View<'_>,
    around: &Around,
    page: &mut Page,
    out: &mut String,
    wrap: impl Fn(View<'_>, &mut Page, &mut String),
) {
    for (element, around) in view.arounds(around) {
        let child = View::new(element, &around, view.defaults);
        if child.element.is_raw() { component(child, page, out) } else { wrap(child, page, out) }
    }
}

/// Writes a row of a table for each child, as columns and heroes do.
pub(super) fn rows(view: View<'_>, around: &Around, page: &mut Page, out: &mut String) {
    let is_hero = view.element.name == "mj-hero";
    children(view, around, page, out, |child, page, out| {
        let background = child.get("container-background-color");
        let paddings = ["padding", "padding-top", "padding-right", "padding-bottom", "padding-left"];
        let mut properties = vec![("background", background.clone()), ("font-size", is("0px"))];
        properties.extend(paddings.map(|name| (name, child.get(name))));
        properties.push(("word-break", is("break-word")));
        out.push_str("<tr>");
        let mut cell =
            vec![("align", child.get("align")), ("class", child.get("css-class")), ("style", style(&properties))];
        if is_hero {
            cell.insert(1, ("background", background));
        }
        open(out, "td", &cell);
        component(child, page, out);
        out.push_str("</td></tr>");
    });
}
