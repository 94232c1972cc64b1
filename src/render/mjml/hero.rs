//! `mj-hero`: content on a picture.

use std::borrow::Cow;

use super::{
    children::rows,
    head::PageHead,
    sizes::{integer, number, round},
    view::{ElementView, Surroundings},
    write::{is, open, outlook, style, table},
};

const INNER: [(&str, &str); 6] = [
    ("background-color", "inner-background-color"),
    ("padding", "inner-padding"),
    ("padding-top", "inner-padding-top"),
    ("padding-left", "inner-padding-left"),
    ("padding-right", "inner-padding-right"),
    ("padding-bottom", "inner-padding-bottom"),
];

/// Writes a hero.
pub(super) fn hero(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    let width = view.around.width.to_string();
    let height = view.get("background-height");
    outlook(out, |out| {
        let whole = is(integer(&width).to_string());
        let outer = [("style", style(&[("width", is(width.as_str()))])), ("width", whole)];
        table(out, &[("align", is("center"))], &outer);
        out.push_str("<tr><td style=\"line-height:0;font-size:0;mso-line-height-rule:exactly;\">");
        let image = style(&[
            ("border", is("0")),
            ("height", height.clone()),
            ("mso-position-horizontal", is("center")),
            ("position", is("absolute")),
            ("top", is("0")),
            ("width", view.some("background-width").or_else(|| is(width.as_str()))),
            ("z-index", is("-3")),
        ]);
        let source = ("src", view.get("background-url"));
        open(out, "v:image", &[("style", image), source, ("xmlns:v", is("urn:schemas-microsoft-com:vml"))]);
        out.truncate(out.len() - 1);
        out.push_str(" />");
    });
    let outer = style(&[("margin", is("0 auto")), ("max-width", is(width.as_str()))]);
    open(out, "div", &[("align", view.get("align")), ("class", view.get("css-class")), ("style", outer)]);
    table(out, &[], &[("style", is("width:100%;"))]);
    out.push_str("<tbody><tr style=\"vertical-align:top;\">");
    let mut cell = vec![("background", paint(&view)), ("background-position", view.get("background-position"))];
    cell.push(("background-repeat", is("no-repeat")));
    let names = ["border-radius", "padding", "padding-top", "padding-left", "padding-right", "padding-bottom"];
    cell.extend(names.map(|name| (name, view.get(name))));
    cell.push(("vertical-align", view.get("vertical-align")));
    let source = ("background", view.get("background-url"));
    if view.has("mode", "fluid-height") {
        let wide = view.get("background-width").unwrap_or_default();
        let share = round(integer(&height.unwrap_or_default()) / integer(&wide) * 100.0);
        let magic = format!("<td style=\"width:0.01%;padding-bottom:{share}%;mso-padding-bottom-alt:0;\" />");
        out.push_str(&magic);
        open(out, "td", &[source, ("style", style(&cell))]);
        content(view, page, out);
        out.push_str("</td>");
        out.push_str(&magic);
    } else {
        let own = integer(&view.get("height").unwrap_or_default());
        let height = own - view.side("padding", "top") - view.side("padding", "bottom");
        cell.push(("height", is(format!("{height}px"))));
        open(out, "td", &[source, ("style", style(&cell)), ("height", is(height.to_string()))]);
        content(view, page, out);
        out.push_str("</td>");
    }
    out.push_str("</tr></tbody></table></div>");
    outlook(out, |out| out.push_str("</td></tr></table>"));
}

fn paint<'a>(view: &ElementView<'a>) -> Option<Cow<'a, str>> {
    let color = view.some("background-color").map(Cow::into_owned);
    let image = view
        .some("background-url")
        .map(|url| format!("url('{url}') no-repeat {} / cover", view.get("background-position").unwrap_or_default()));
    let parts: Vec<String> = color.into_iter().chain(image).collect();
    Some(Cow::Owned(parts.join(" ")))
}

fn content(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    let width = number(&view.around.width) - view.sides("padding");
    let inner = |view: &ElementView<'_>| style(&INNER.map(|(property, name)| (property, view.get(name))));
    outlook(out, |out| {
        let attributes = [
            ("align", view.get("align")),
            ("border", is("0")),
            ("cellpadding", is("0")),
            ("cellspacing", is("0")),
            ("style", style(&[("width", is(format!("{width}px")))])),
            ("width", is(width.trunc().to_string())),
        ];
        open(out, "table", &attributes);
        out.push_str("<tr>");
        open(out, "td", &[("style", inner(&view))]);
    });
    let mut properties = vec![("background-color", view.get("inner-background-color")), ("float", view.get("align"))];
    properties.extend([("margin", is("0px auto")), ("width", view.get("width"))]);
    properties.extend(INNER[1..].iter().map(|(property, name)| (*property, view.get(name))));
    let class = ("class", is("mj-hero-content"));
    open(out, "div", &[("align", view.get("align")), class, ("style", style(&properties))]);
    let whole = is("width:100%;margin:0px;");
    table(out, &[], &[("style", whole.clone())]);
    out.push_str("<tbody><tr><td style=\"\">");
    table(out, &[], &[("style", whole)]);
    out.push_str("<tbody>");
    let around = Surroundings { width: format!("{width}px").into(), ..view.around.clone() };
    rows(view, &around, page, out);
    out.push_str("</tbody></table></td></tr></tbody></table></div>");
    outlook(out, |out| out.push_str("</td></tr></table>"));
}
