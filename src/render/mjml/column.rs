//! `mj-column`: what stands beside others where there is room, and below them where there is none.

use std::borrow::Cow;

use super::{
    children::rows,
    column_width::{given_width, pixels},
    gutter,
    head::PageHead,
    sizes::{fine, integer, number, round, width},
    view::{ElementView, Surroundings},
    write::{is, open, px, style, table},
};

/// Writes a column.
pub(super) fn column(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    let mut classes = class(&view, page);
    if gutter::has(&view) {
        classes = format!("{classes} {}", gutter::class(&view));
    }
    classes.push_str(" mj-outlook-group-fix");
    if let Some(own) = view.some("css-class") {
        classes = format!("{classes} {own}");
    }
    let properties = [
        ("font-size", is("0px")),
        ("text-align", is("left")),
        ("direction", view.get("direction")),
        ("display", is("inline-block")),
        ("vertical-align", view.get("vertical-align")),
        ("width", is(mobile_width(&view))),
        ("padding", gutter::on_a_phone(&view).map(Cow::Owned)),
    ];
    open(out, "div", &[("class", is(classes)), ("style", style(&properties))]);
    let paddings = ["padding", "padding-top", "padding-right", "padding-bottom", "padding-left"];
    let padded = paddings.iter().any(|name| view.get(name).is_some());
    if padded {
        let separate = view.some("border-radius").and_then(|_| style(&[("border-collapse", is("separate"))]));
        table(out, &[], &[("width", is("100%")), ("style", separate)]);
        let mut cell = boxed(&view, "");
        cell.extend(paddings.map(|name| (name, view.get(name))));
        out.push_str("<tbody><tr>");
        open(out, "td", &[("style", style(&cell))]);
    }
    inside(view, padded, page, out);
    if padded {
        out.push_str("</td></tr></tbody></table>");
    }
    out.push_str("</div>");
}

/// The table with the column's content.
fn inside(view: ElementView<'_>, padded: bool, page: &mut PageHead, out: &mut String) {
    let mut properties = boxed(&view, if padded { "inner-" } else { "" });
    if view.some("inner-border-radius").is_some() {
        properties.push(("border-collapse", is("separate")));
    }
    table(out, &[], &[("style", style(&properties)), ("width", is("100%"))]);
    out.push_str("<tbody>");
    let around = Surroundings { width: format!("{}px", content_width(&view)).into(), ..view.around.clone() };
    rows(view, &around, page, out);
    out.push_str("</tbody></table>");
}

/// Background and borders, of the column or of what is inside its padding.
fn boxed<'a>(view: &ElementView<'a>, which: &str) -> Vec<(&'static str, Option<Cow<'a, str>>)> {
    let names =
        ["background-color", "border", "border-bottom", "border-left", "border-radius", "border-right", "border-top"];
    let mut properties: Vec<_> = names.map(|name| (name, view.get(&format!("{which}{name}")))).into();
    if which.is_empty() {
        properties.push(("vertical-align", view.get("vertical-align")));
        if view.some("border-radius").is_some() {
            properties.push(("border-collapse", is("separate")));
        }
    }
    properties
}

/// The style of Outlook's cell around it; empty for what is no column.
pub(super) fn outlook_cell(view: &ElementView<'_>) -> Option<Cow<'static, str>> {
    match view.element.name.as_str() {
        "mj-column" => style(&[
            ("vertical-align", view.get("vertical-align")),
            ("width", px(round(pixels(view)))),
            ("padding", gutter::in_outlook(view).map(Cow::Owned)),
        ]),
        "mj-group" => style(&[("vertical-align", view.get("vertical-align")), ("width", px(pixels(view)))]),
        _ => is(""),
    }
}

/// What paddings and borders leave for the content.
fn content_width(view: &ElementView<'_>) -> f64 {
    let taken = view.sides("padding") + view.borders("border") + view.borders("inner-border");
    let whole = number(&view.around.width);
    match view.some("width").filter(|text| !width(text).0.is_nan()) {
        None => integer_of(whole / view.around.columns as f64) - taken,
        Some(text) => match width(&text) {
            (share, "%") => whole * share / 100.0 - taken,
            (pixels, _) => pixels - taken,
        },
    }
}

/// A share of pixels loses its fraction, as MJML reads it.
fn integer_of(pixels: f64) -> f64 {
    integer(&format!("{pixels}px"))
}

/// The class that gives it its width, and the rule for the class.
fn class(view: &ElementView<'_>, page: &mut PageHead) -> String {
    let (number, unit) = if gutter::has(view) { gutter::width(view) } else { given_width(view) };
    let number = if unit == "px" { round(number) } else { number };
    let kind = if unit == "%" { "per" } else { "px" };
    let class = format!("mj-column-{kind}-{}", number.to_string().replacen('.', "-", 1));
    page.rule(&class, format!("{{ width:{number}{unit} !important; max-width: {number}{unit}; }}"));
    if gutter::has(view) && !view.around.in_group {
        page.rule(&gutter::class(view), format!("{{ padding: {} !important; }}", gutter::on_a_desk(view)));
    }
    class
}

/// Columns stack where there is no room, but for those of a group.
fn mobile_width(view: &ElementView<'_>) -> String {
    if !view.around.in_group {
        return "100%".to_owned();
    }
    let of_group = |pixels: f64| format!("{}%", fine(pixels / integer(&view.around.width) * 100.0));
    if gutter::has(view) {
        return match gutter::width(view) {
            (share, unit) if unit == "%" => format!("{share}%"),
            (pixels, _) => of_group(pixels),
        };
    }
    match view.get("width") {
        None => format!("{}%", (100.0 / view.around.columns as f64).trunc()),
        Some(text) => match width(&text) {
            (_, "%") => text.into_owned(),
            (pixels, _) => of_group(pixels),
        },
    }
}
