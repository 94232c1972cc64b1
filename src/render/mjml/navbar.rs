//! `mj-navbar`: links in a row, behind a button on a phone where that is wished.

use super::{
    children::children,
    head::PageHead,
    view::ElementView,
    write::{is, open, outlook, style, suffixed, table},
};

/// Writes the button, then the links.
pub(super) fn navbar(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    page.styles("mj-navbar", css);
    if view.has("hamburger", "hamburger") {
        // Each menu of a page has its own number, and the same page the same numbers.
        let number = format!("menu{:012}", out.len());
        button(&view, &number, out);
    }
    out.push_str("<div class=\"mj-inline-links\" style=\"\">");
    outlook(out, |out| {
        table(out, &[], &[("align", is(view.get("align").unwrap_or_default()))]);
        out.push_str("<tr>");
    });
    children(view, view.around, page, out, |child, page, out| match child.element.name.as_str() {
        "mj-navbar-link" => link(&view, &child, out),
        _ => child.write(page, out),
    });
    outlook(out, |out| out.push_str("</tr></table>"));
    out.push_str("</div>");
}

/// A checkbox that needs no script; `lower` is the width below the breakpoint.
fn css(lower: &str) -> String {
    let (shown, menu) = ("display:block!important;", ".mj-menu-checkbox[type=\"checkbox\"]");
    format!(
        "noinput.mj-menu-checkbox {{ {shown} max-height:none!important; visibility:visible!important; }}\n\
         @media only screen and (max-width:{lower}) {{\n\
         {menu} ~ .mj-inline-links {{ display:none!important; }}\n\
         {menu}:checked ~ .mj-inline-links, {menu} ~ .mj-menu-trigger {{ {shown} max-width:none!important; \
         max-height:none!important; font-size:inherit!important; }}\n\
         {menu} ~ .mj-inline-links > a {{ {shown} }}\n\
         {menu}:checked ~ .mj-menu-trigger .mj-menu-icon-close {{ {shown} }}\n\
         {menu}:checked ~ .mj-menu-trigger .mj-menu-icon-open {{ display:none!important; }}\n}}"
    )
}

fn button(view: &ElementView<'_>, number: &str, out: &mut String) {
    out.push_str("<!--[if !mso]><!-->");
    let hidden = is("display:none !important; max-height:0; visibility:hidden;");
    let class = ("class", is("mj-menu-checkbox"));
    open(out, "input", &[("type", is("checkbox")), ("id", is(number)), class, ("style", hidden)]);
    out.push_str("<!--<![endif]-->");
    let hidden = is("display:none;max-height:0px;max-width:0px;font-size:0px;overflow:hidden;");
    open(out, "div", &[("class", is("mj-menu-trigger")), ("style", hidden)]);
    let own = |property: &'static str| (property, view.get(&format!("ico-{property}")));
    let properties = [
        ("display", is("block")),
        ("cursor", is("pointer")),
        ("mso-hide", is("all")),
        ("-moz-user-select", is("none")),
        ("user-select", is("none")),
        own("color"),
        own("font-size"),
        own("font-family"),
        own("text-transform"),
        own("text-decoration"),
        own("line-height"),
        own("padding"),
        own("padding-top"),
        own("padding-right"),
        own("padding-bottom"),
        own("padding-left"),
    ];
    let label = [
        ("for", is(number)),
        ("class", is("mj-menu-label")),
        ("style", style(&properties)),
        ("align", view.get("ico-align")),
    ];
    open(out, "label", &label);
    for (class, name, hidden) in
        [("mj-menu-icon-open", "ico-open", ""), ("mj-menu-icon-close", "ico-close", "display:none;")]
    {
        open(out, "span", &[("class", is(class)), ("style", is(format!("{hidden}mso-hide:all;")))]);
        out.push_str(&format!(" {} </span> ", view.get(name).unwrap_or_default()));
    }
    out.push_str("</label></div>");
}

fn link(bar: &ElementView<'_>, view: &ElementView<'_>, out: &mut String) {
    let paddings = ["padding", "padding-top", "padding-left", "padding-right", "padding-bottom"];
    let padded = paddings.map(|name| (name, view.get(name)));
    let class = suffixed(view.get("css-class"));
    outlook(out, |out| open(out, "td", &[("style", style(&padded)), ("class", class)]));
    let href = view.get("href");
    let href = match bar.some("base-url") {
        Some(base) => is(format!("{base}{}", href.unwrap_or_default())),
        None => href,
    };
    let class = view.some("css-class").map(|class| format!("mj-link {class}")).unwrap_or("mj-link".to_owned());
    let names = [
        "color",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "letter-spacing",
        "line-height",
        "text-decoration",
        "text-transform",
    ];
    let mut properties = vec![("display", is("inline-block"))];
    properties.extend(names.map(|name| (name, view.get(name))));
    properties.extend(padded);
    let mut attributes = vec![("class", is(class)), ("href", href)];
    attributes.extend(["rel", "target", "name"].map(|name| (name, view.get(name))));
    attributes.push(("style", style(&properties)));
    open(out, "a", &attributes);
    out.push_str(&format!(" {} </a>", view.element.content));
    outlook(out, |out| out.push_str("</td>"));
}
