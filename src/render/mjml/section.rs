//! `mj-section` and `mj-wrapper`: a row of the mail, as wide as the body or the window.

use std::borrow::Cow;

use super::{
    background::{Background, vml},
    children::children,
    head::PageHead,
    sizes::integer,
    view::{ElementView, Surroundings},
    write::{is, open, outlook, style, suffixed, table},
};

/// Writes a section; a wrapper is one that holds sections.
pub(super) fn section(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    let own = Own::new(&view);
    if own.full_width {
        let around =
            [("align", is("center")), ("class", view.get("css-class")), ("background", view.get("background-url"))];
        let mut properties = own.background.clone();
        properties.push(("width", is("100%")));
        table(out, &around, &[("style", style(&properties))]);
        out.push_str("<tbody><tr><td>");
        with_vml(view, &own, out, |out| {
            before(view, out);
            inner(view, &own, page, out);
            after(out);
        });
        out.push_str("</td></tr></tbody></table>");
    } else {
        before(view, out);
        with_vml(view, &own, out, |out| inner(view, &own, page, out));
        after(out);
    }
}

/// What is asked for more than once.
struct Own<'a> {
    full_width: bool,
    has_image: bool,
    /// The properties that paint it.
    background: Vec<(&'static str, Option<Cow<'a, str>>)>,
}

impl<'a> Own<'a> {
    fn new(view: &ElementView<'a>) -> Self {
        let color = view.get("background-color");
        let background = match Background::of(view).filter(Background::is_seen) {
            Some(image) => image.properties(color),
            None => vec![("background", color.clone()), ("background-color", color)],
        };
        let has_image = view.get("background-url").is_some();
        Self { full_width: view.has("full-width", "full-width"), has_image, background }
    }
}

/// What Outlook needs before a section: a table of its width.
fn before(view: ElementView<'_>, out: &mut String) {
    let width = &*view.around.width;
    let gap = view.around.gap.as_deref();
    let space = gap.filter(|_| view.around.index > 0).and_then(is);
    let color = view.some("background-color").filter(|_| gap.is_none_or(str::is_empty));
    outlook(out, |out| {
        open(
            out,
            "table",
            &[
                ("align", is("center")),
                ("border", is("0")),
                ("cellpadding", is("0")),
                ("cellspacing", is("0")),
                ("class", suffixed(view.get("css-class"))),
                ("role", is("presentation")),
                ("style", style(&[("width", is(width)), ("padding-top", space)])),
                ("width", is(integer(width).to_string())),
                ("bgcolor", color),
            ],
        );
        out.push_str("<tr><td style=\"line-height:0px;font-size:0px;mso-line-height-rule:exactly;\">");
    });
}

fn after(out: &mut String) {
    outlook(out, |out| out.push_str("</td></tr></table>"));
}

/// The section itself.
fn inner(view: ElementView<'_>, own: &Own<'_>, page: &mut PageHead, out: &mut String) {
    let paint = |mut properties: Vec<_>, more: &[(&'static str, Option<Cow<'static, str>>)]| {
        properties.extend_from_slice(more);
        style(&properties)
    };
    let (outside, rounded) =
        (if own.full_width { Vec::new() } else { own.background.clone() }, view.some("border-radius").is_some());
    let mut properties = outside.clone();
    properties.extend([
        ("margin", is("0px auto")),
        ("max-width", is(view.around.width.to_string())),
        ("border-radius", view.get("border-radius")),
        ("overflow", rounded.then(|| "hidden".into())),
        ("margin-top", view.around.gap.as_deref().filter(|_| view.around.index > 0).and_then(is)),
    ]);
    let class = view.get("css-class").filter(|_| !own.full_width);
    open(out, "div", &[("class", class), ("style", style(&properties))]);
    if own.has_image {
        out.push_str("<div style=\"line-height:0;font-size:0;\">");
    }
    let url = view.get("background-url").filter(|_| !own.full_width);
    let separate = rounded.then(|| "separate".into());
    let painted = paint(outside, &[("width", is("100%")), ("border-collapse", separate)]);
    table(out, &[("align", is("center")), ("background", url)], &[("style", painted)]);
    out.push_str("<tbody><tr>");
    let names = ["border", "border-bottom", "border-left", "border-right", "border-top", "border-radius", "direction"];
    let mut cell: Vec<_> = names.map(|name| (name, view.get(name))).into();
    cell.push(("font-size", is("0px")));
    let names = ["padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align"];
    cell.extend(names.map(|name| (name, view.get(name))));
    open(out, "td", &[("style", style(&cell))]);
    outlook(out, |out| out.push_str("<table role=\"presentation\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\">"));
    let around = Surroundings {
        width: format!("{}px", view.inner_width()).into(),
        gap: view.get("gap").map(Into::into),
        gutter: view.get("gutter").map(Into::into),
        direction: view.get("direction").map(Into::into),
        ..view.around.clone()
    };
    if view.element.name == "mj-wrapper" {
        wrapped(view, &around, page, out);
    } else {
        columns(view, &around, page, out);
    }
    outlook(out, |out| out.push_str("</table>"));
    out.push_str("</td></tr></tbody></table>");
    if own.has_image {
        out.push_str("</div>");
    }
    out.push_str("</div>");
}

/// The columns of a section, side by side in Outlook.
fn columns(view: ElementView<'_>, around: &Surroundings, page: &mut PageHead, out: &mut String) {
    outlook(out, |out| out.push_str("<tr>"));
    children(view, around, page, out, |child, page, out| {
        let cell = super::column::outlook_cell(&child);
        outlook(out, |out| {
            let class = suffixed(child.get("css-class"));
            open(out, "td", &[("align", child.get("align")), ("class", class), ("style", cell)]);
        });
        child.write(page, out);
        outlook(out, |out| out.push_str("</td>"));
    });
    outlook(out, |out| out.push_str("</tr>"));
}

/// The sections of a wrapper, one below the other.
fn wrapped(view: ElementView<'_>, around: &Surroundings, page: &mut PageHead, out: &mut String) {
    let width = view.around.width.to_string();
    children(view, around, page, out, |child, page, out| {
        outlook(out, |out| {
            out.push_str("<tr>");
            let class = suffixed(child.get("css-class"));
            open(out, "td", &[("align", child.get("align")), ("class", class), ("width", is(width.as_str()))]);
        });
        child.write(page, out);
        outlook(out, |out| out.push_str("</td></tr>"));
    });
}

/// Puts Outlook's own rectangle around what has a background image.
fn with_vml(view: ElementView<'_>, own: &Own<'_>, out: &mut String, content: impl FnOnce(&mut String)) {
    let Some(image) = Background::of(&view) else { return content(out) };
    let size = if own.full_width {
        style(&[("mso-width-percent", is("1000"))])
    } else {
        style(&[("width", is(view.around.width.to_string()))])
    };
    outlook(out, |out| vml(&view, &image, size, out));
    content(out);
    outlook(out, |out| out.push_str("</v:textbox></v:rect>"));
}
