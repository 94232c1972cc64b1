//! The children of an element, each in what its parent puts around it.

use super::{
    head::PageHead,
    view::{ElementView, Surroundings},
    write::{is, open, style},
};

/// Writes the children of an element, each but `mj-raw` in what `wrap` puts around it.
pub(super) fn children(
    view: ElementView<'_>,
    around: &Surroundings,
    page: &mut PageHead,
    out: &mut String,
    wrap: impl Fn(ElementView<'_>, &mut PageHead, &mut String),
) {
    for (element, around) in view.arounds(around) {
        let child = view.of(element, &around);
        if child.element.is_raw() { child.write(page, out) } else { wrap(child, page, out) }
    }
}

/// Writes a row of a table for each child, as columns and heroes do.
pub(super) fn rows(view: ElementView<'_>, around: &Surroundings, page: &mut PageHead, out: &mut String) {
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
        child.write(page, out);
        out.push_str("</td></tr>");
    });
}
