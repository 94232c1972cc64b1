//! `mj-image`.

use super::{
    head::PageHead,
    sizes::integer,
    view::ElementView,
    write::{is, open, px, style, table},
};

/// Writes a picture.
pub(super) fn image(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    page.styles("mj-image", |lower| {
        format!(
            "@media only screen and (max-width:{lower}) {{ table.mj-full-width-mobile {{ width: 100% !important; }} td.mj-full-width-mobile {{ width: auto !important; }} }}"
        )
    });
    let own = view.some("width").map_or(f64::INFINITY, |width| integer(&width));
    let width = view.inner_width().min(own);
    let full = view.has("full-width", "full-width");
    let if_full = |value: &'static str| full.then(|| value.into());
    let fluid = view.some("fluid-on-mobile").map(|_| "mj-full-width-mobile".into());
    let outer = style(&[
        ("min-width", if_full("100%")),
        ("max-width", if_full("100%")),
        ("width", px(width).filter(|_| full)),
        ("border-collapse", is("collapse")),
        ("border-spacing", is("0px")),
    ]);
    table(out, &[], &[("style", outer), ("class", fluid.clone())]);
    out.push_str("<tbody><tr>");
    open(out, "td", &[("style", style(&[("width", px(width).filter(|_| !full))])), ("class", fluid)]);
    let linked = view.some("href").is_some();
    if linked {
        open(out, "a", &["href", "target", "rel", "name", "title"].map(|name| (name, view.get(name))));
    }
    let borders = ["border", "border-left", "border-right", "border-top", "border-bottom", "border-radius"];
    let mut properties: Vec<_> = borders.map(|name| (name, view.get(name))).into();
    properties.extend([("display", is("block")), ("outline", is("none")), ("text-decoration", is("none"))]);
    properties.extend(["height", "max-height"].map(|name| (name, view.get(name))));
    properties.extend([("min-width", if_full("100%")), ("width", is("100%")), ("max-width", if_full("100%"))]);
    properties.push(("font-size", view.get("font-size")));
    let mut attributes: Vec<_> = ["alt", "src", "srcset", "sizes"].map(|name| (name, view.get(name))).into();
    attributes.extend([("style", style(&properties)), ("title", view.get("title"))]);
    attributes.extend([("width", is(width.to_string())), ("usemap", view.get("usemap"))]);
    let height = view.some("height");
    attributes.push((
        "height",
        height.map(|height| if height == "auto" { height } else { integer(&height).to_string().into() }),
    ));
    open(out, "img", &attributes);
    out.push_str(if linked { "</a></td></tr></tbody></table>" } else { "</td></tr></tbody></table>" });
}
