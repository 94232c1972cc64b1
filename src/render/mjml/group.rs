//! `mj-group`: columns that stand side by side on a phone too.

use super::{
    children::children,
    column_width::{given_width, pixels},
    head::PageHead,
    sizes::{integer, number, width},
    view::{ElementView, Surroundings},
    write::{is, open, outlook, style, table},
};

/// Writes a group.
pub(super) fn group(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    let (share, unit) = given_width(&view);
    let class = format!("mj-column-{}-{}", if unit == "%" { "per" } else { "px" }, share.trunc());
    page.rule(&class, format!("{{ width:{share}{unit} !important; max-width: {share}{unit}; }}"));
    let own = view.some("css-class").map(|own| format!(" {own}")).unwrap_or_default();
    let properties = [
        ("font-size", is("0")),
        ("line-height", is("0")),
        ("text-align", is("left")),
        ("display", is("inline-block")),
        ("width", is("100%")),
        ("direction", view.get("direction")),
        ("vertical-align", view.get("vertical-align")),
        ("background-color", view.get("background-color")),
    ];
    let classes = is(format!("{class} mj-outlook-group-fix{own}"));
    open(out, "div", &[("class", classes), ("style", style(&properties))]);
    let color = view.get("background-color").filter(|color| color != "none");
    outlook(out, |out| {
        table(out, &[("bgcolor", color)], &[]);
        out.push_str("<tr>");
    });
    let inner = content_width(&view);
    let around = Surroundings {
        width: format!("{inner}px").into(),
        direction: view.get("direction").map(Into::into),
        in_group: true,
        ..view.around.clone()
    };
    children(view, &around, page, out, |child, page, out| {
        let properties = [
            ("align", child.get("align")),
            ("vertical-align", child.get("vertical-align")),
            ("width", is(cell_width(&view, &child, inner))),
        ];
        outlook(out, |out| open(out, "td", &[("style", style(&properties))]));
        child.write(page, out);
        outlook(out, |out| out.push_str("</td>"));
    });
    outlook(out, |out| out.push_str("</tr></table>"));
    out.push_str("</div>");
}

/// What the paddings leave.
fn content_width(view: &ElementView<'_>) -> f64 {
    let whole = number(&view.around.width);
    let taken = view.sides("padding");
    match view.some("width") {
        None => integer(&format!("{}px", whole / view.around.columns as f64)) - taken,
        Some(text) => match width(&text) {
            (share, "%") => whole * share / 100.0 - taken,
            (pixels, _) => pixels - taken,
        },
    }
}

/// The width of Outlook's cell around a column.
fn cell_width(view: &ElementView<'_>, child: &ElementView<'_>, inner: f64) -> String {
    if child.element.name == "mj-column" {
        return format!("{}px", super::sizes::round(pixels(child)));
    }
    match child.some("width") {
        None => format!("{}px", integer(&view.around.width) / view.around.columns as f64),
        Some(text) => match width(&text) {
            (share, "%") => format!("{}px", 100.0 * share / inner),
            (pixels, unit) => format!("{pixels}{unit}"),
        },
    }
}
