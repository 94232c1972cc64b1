//! `mj-divider`: a line.

use super::{
    sizes::{integer, width},
    view::ElementView,
    write::{is, open, outlook, style},
};

/// Writes a line; Outlook gets a table with a border, because it gives a paragraph no width.
pub(super) fn divider(view: ElementView<'_>, out: &mut String) {
    let margin = match view.get("align").as_deref() {
        Some("left") => "0px",
        Some("right") => "0px 0px 0px auto",
        _ => "0px auto",
    };
    let line =
        ["style", "width", "color"].map(|part| view.get(&format!("border-{part}")).unwrap_or_default()).join(" ");
    let drawn = |width| {
        style(&[("border-top", is(line.clone())), ("font-size", is("1px")), ("margin", is(margin)), ("width", width)])
    };
    open(out, "p", &[("style", drawn(view.get("width")))]);
    out.push_str("</p>");
    let wide = outlook_width(&view);
    outlook(out, |out| {
        let attributes = [
            ("align", view.get("align")),
            ("border", is("0")),
            ("cellpadding", is("0")),
            ("cellspacing", is("0")),
            ("style", drawn(is(wide.clone()))),
            ("role", is("presentation")),
            ("width", is(wide.clone())),
        ];
        open(out, "table", &attributes);
        out.push_str("<tr><td style=\"height:0;line-height:0;\">&nbsp;</td></tr></table>");
    });
}

fn outlook_width(view: &ElementView<'_>) -> String {
    let text = view.get("width").unwrap_or_default();
    let left = integer(&view.around.width) - view.sides("padding");
    match width(&text) {
        (share, "%") => format!("{}px", left * (share.trunc() / 100.0)),
        (_, "px") => text.into_owned(),
        _ => format!("{left}px"),
    }
}
