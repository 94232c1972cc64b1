//! `mj-button`: a link that Outlook shows as a button too.

use super::{
    sizes::width,
    view::ElementView,
    write::{is, open, px, style, table},
};

/// Writes a button.
pub(super) fn button(view: ElementView<'_>, out: &mut String) {
    let outer =
        style(&[("border-collapse", is("separate")), ("width", view.get("width")), ("line-height", is("100%"))]);
    table(out, &[], &[("style", outer)]);
    let names = ["border", "border-bottom", "border-left", "border-radius", "border-right", "border-top"];
    let mut cell: Vec<_> = names.map(|name| (name, view.get(name))).into();
    cell.push(("cursor", is("auto")));
    cell.extend(["font-style", "height"].map(|name| (name, view.get(name))));
    cell.push(("mso-padding-alt", view.get("inner-padding")));
    cell.extend([("text-align", view.get("text-align")), ("background", view.get("background-color"))]);
    out.push_str("<tbody><tr>");
    let color = view.get("background-color").filter(|color| color != "none");
    let role = ("role", is("presentation"));
    let valign = ("valign", view.get("vertical-align"));
    open(out, "td", &[("align", is("center")), ("bgcolor", color), role, ("style", style(&cell)), valign]);
    let tag = if view.some("href").is_some() { "a" } else { "p" };
    let mut properties = vec![("display", is("inline-block")), ("width", link_width(&view).and_then(px))];
    properties.push(("background", view.get("background-color")));
    let names = ["color", "font-family", "font-size", "font-style", "font-weight", "line-height", "letter-spacing"];
    properties.extend(names.map(|name| (name, view.get(name))));
    properties.push(("margin", is("0")));
    properties.extend(["text-decoration", "text-transform"].map(|name| (name, view.get(name))));
    properties.extend([("padding", view.get("inner-padding")), ("mso-padding-alt", is("0px"))]);
    properties.push(("border-radius", view.get("border-radius")));
    let mut attributes: Vec<_> = ["href", "name", "rel", "title"].map(|name| (name, view.get(name))).into();
    attributes.push(("style", style(&properties)));
    attributes.push(("target", view.get("target").filter(|_| tag == "a")));
    open(out, tag, &attributes);
    out.push_str(&view.element.content);
    out.push_str("</");
    out.push_str(tag);
    out.push_str("></td></tr></tbody></table>");
}

/// What padding and border leave of a width in pixels; a percentage depends on the words.
fn link_width(view: &ElementView<'_>) -> Option<f64> {
    let text = view.some("width")?;
    let (pixels, unit) = width(&text);
    (unit == "px").then(|| pixels - view.sides("inner-padding") - view.borders("border"))
}
