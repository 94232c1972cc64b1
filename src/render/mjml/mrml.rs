//! What mrml draws: the involved components, accordion and carousel; the only file that names mrml.
//!
//! The layout leaves a place for each and hands them over together, a column each, so that mrml runs once for a
//! document. All that people wrote goes as a token: mrml parses strictly, by recursion, and writes values with Rust's
//! own escapes.

use std::fmt::Write as _;

use mrml::prelude::{parser::ParserOptions, render::RenderOptions};

use super::{
    attributes::{Defaults, color},
    head::{MrmlComponent, PageHead},
    schema::{AttributeKind, element_schema},
    sizes::number,
    tree::{Attributes, Element, Problem},
    view::ElementView,
};

/// Encloses the number of a place; it is no character of any text.
const PLACE: char = '\u{f8f1}';

/// What mrml's recursion may use.
const STACK: usize = 16 << 20;

/// Leaves a place for a component that mrml draws.
pub(super) fn leave_place(view: ElementView<'_>, page: &mut PageHead, out: &mut String) {
    if view.element.name == "mj-accordion" {
        page.styles("mj-accordion", |_| String::new());
    }
    let _ = write!(out, "{PLACE}{}{PLACE}", page.for_mrml.len());
    page.for_mrml.push(MrmlComponent { element: folded(&view), width: number(&view.around.width) });
}

/// Draws what was left for mrml and puts it in its places.
///
/// # Errors
/// When mrml fails; what it is given is well formed, so that is a problem of ours.
pub(super) fn draw(body: &str, page: &mut PageHead, defaults: &Defaults) -> Result<String, Problem> {
    if page.for_mrml.is_empty() {
        return Ok(body.to_owned());
    }
    let mut tokens = Tokens::default();
    let document = document(&page.for_mrml, page, defaults, &mut tokens);
    let drawn = run(document)?;
    let mut parts = Vec::with_capacity(page.for_mrml.len());
    for (index, component) in page.for_mrml.iter().enumerate() {
        let mark = format!("`L{index}`");
        let cell = drawn.split(&mark).nth(1).and_then(|row| {
            let from = row.find("<td")?;
            let start = from + row[from..].find('>')? + 1;
            row.get(start..row.rfind("</td>")?)
        });
        let cell = cell.ok_or_else(|| Problem::whole("the layout engine left a component out"))?;
        parts.push(tokens.resolve(&mend(&component.element, cell)));
    }
    component_styles(&drawn, page, &tokens);
    let mut out = String::with_capacity(body.len() * 2);
    // They stand in their order; should a text hold the character too, it stays.
    let mut rest = body;
    for (index, part) in parts.iter().enumerate() {
        if let Some((before, after)) = rest.split_once(&format!("{PLACE}{index}{PLACE}")) {
            out.push_str(before);
            out.push_str(part);
            rest = after;
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// What people wrote, by number.
#[derive(Default)]
struct Tokens(Vec<String>);

impl Tokens {
    fn keep(&mut self, text: &str) -> String {
        self.0.push(text.to_owned());
        format!("`{}`", self.0.len() - 1)
    }

    fn resolve(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() * 2);
        let mut pieces = text.split('`');
        out.push_str(pieces.next().unwrap_or_default());
        while let Some(piece) = pieces.next() {
            if let Some(text) = piece.parse::<usize>().ok().and_then(|number| self.0.get(number)) {
                out.push_str(text);
            }
            out.push_str(pieces.next().unwrap_or_default());
        }
        out
    }
}

/// Writes a document with a section for each component.
fn document(components: &[MrmlComponent], page: &PageHead, defaults: &Defaults, tokens: &mut Tokens) -> String {
    let widest = components.iter().map(|component| component.width).fold(600.0, f64::max);
    let mut out = String::from("<mjml><mj-head>");
    let _ = write!(out, "<mj-breakpoint width=\"{}\" /><mj-attributes><mj-all", page.breakpoint);
    attributes(defaults.all(), None, tokens, &mut out);
    let _ = write!(out, " /></mj-attributes></mj-head><mj-body width=\"{widest}px\">");
    for (index, MrmlComponent { element, width }) in components.iter().enumerate() {
        let _ = write!(
            out,
            "<mj-section padding=\"0\"><mj-column width=\"{width}px\" padding=\"0\"><mj-raw>`L{index}`</mj-raw>"
        );
        component(element, tokens, &mut out);
        let _ = write!(out, "<mj-raw>`L{index}`</mj-raw></mj-column></mj-section>");
    }
    out.push_str("</mj-body></mjml>");
    out
}

fn component(element: &Element, tokens: &mut Tokens, out: &mut String) {
    let _ = write!(out, "<{}", element.name);
    attributes(&element.attributes, Some(&element.name), tokens, out);
    out.push('>');
    if !element.content.is_empty() && element.name != "mj-carousel-image" {
        out.push_str(&tokens.keep(&element.content));
    }
    // mrml knows no comments here, and nothing else is raw in these.
    element.children.iter().filter(|child| !child.is_raw()).for_each(|child| component(child, tokens, out));
    let _ = write!(out, "</{}>", element.name);
}

/// Says outright what MJML says by default and mrml otherwise; what mrml does not know goes with what it copies.
fn folded(view: &ElementView<'_>) -> Element {
    let mut element = view.element.clone();
    match element.name.as_str() {
        "mj-carousel" if view.some("tb-width").is_none() => element.attributes.set("tb-width", "110px"),
        "mj-accordion" => {
            let font = view.get("font-family").unwrap_or_default();
            let all = view.defaults.all().get("font-family");
            for child in &mut element.children {
                if let Some(all) = all.filter(|_| child.attributes.get("font-family").is_none()) {
                    child.attributes.set("font-family", all);
                }
                let font = child.attributes.get("font-family").unwrap_or(&font).to_owned();
                for part in &mut child.children {
                    if part.attributes.get("font-family").is_none() {
                        part.attributes.set("font-family", &font);
                    }
                    if part.name == "mj-accordion-title"
                        && let Some(weight) = part.attributes.get("font-weight")
                    {
                        let size = part.attributes.get("font-size").unwrap_or("13px");
                        let folded = format!("{size};font-weight:{weight}");
                        part.attributes.set("font-size", &folded);
                    }
                }
            }
        }
        _ => {}
    }
    element
}

/// Writes attributes; what is no size, word or colour goes as a token.
fn attributes(attributes: &Attributes, element: Option<&str>, tokens: &mut Tokens, out: &mut String) {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || " #%.,()-_".contains(char);
    for (name, value) in &attributes.0 {
        if !name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-') {
            continue;
        }
        let kind =
            element.and_then(element_schema).and_then(|known| known.attribute(name)).map(|attribute| &attribute.kind);
        // Thumbnails that are hidden at first are drawn like others, and hidden after.
        let value = if name == "thumbnails" && value == "supported" { "visible" } else { value };
        let value = if kind == Some(&AttributeKind::Color) { color(value) } else { value.into() };
        let plain = value.chars().all(is_plain);
        let _ = write!(out, " {name}=\"{}\"", if plain { value.into_owned() } else { tokens.keep(&value) });
    }
}

/// Runs mrml, with room for its recursion.
fn run(document: String) -> Result<String, Problem> {
    let work = move || {
        let options = ParserOptions::default();
        let parsed = mrml::parse_with_options(&document, &options).map_err(|error| error.to_string())?;
        let mut options = RenderOptions::default();
        options.fonts.clear();
        parsed.element.render(&options).map_err(|error| error.to_string())
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    let result = match thread {
        Ok(thread) => thread.join().unwrap_or_else(|_| Err("it gave up".to_owned())),
        Err(error) => Err(format!("no thread for it: {error}")),
    };
    result.map_err(|error| Problem::whole(format!("the layout engine failed: {error}")))
}

/// Mends where mrml draws otherwise than MJML.
fn mend(element: &Element, cell: &str) -> String {
    match element.name.as_str() {
        "mj-carousel" => edit(cell, |tag| carousel(element, tag)),
        "mj-accordion" => edit(cell, |tag| {
            // A shorthand after its sides would undo them.
            let (before, rest) = tag.split_once(";padding-")?;
            let (sides, after) = rest.split_once(";padding:")?;
            let (all, after) = after.split_once(';')?;
            let mut sides: Vec<&str> = sides.split(";padding-").collect();
            sides.sort_unstable();
            Some(format!("{before};padding:{all};padding-{};{after}", sides.join(";padding-")))
        }),
        _ => cell.to_owned(),
    }
}

/// Attributes that are empty in MJML, and left out by mrml; whole pixels; thumbnails of a share, or hidden at first.
fn carousel(element: &Element, tag: &str) -> Option<String> {
    let mut tag = tag.to_owned();
    let is_image = tag.starts_with("<img ");
    if is_image && !tag.contains("alt=") {
        tag = tag.replacen("<img ", "<img alt=\"\" ", 1);
    }
    if tag.contains("mj-carousel-image-1") && !tag.contains("style=") {
        tag = tag.replacen('>', " style=\"\">", 1);
    }
    if let Some((before, after)) = tag.split_once(" width=\"").filter(|_| is_image)
        && let Some((pixels, rest)) = after.split_once('"')
        && let Some((whole, _)) = pixels.split_once('.')
    {
        tag = format!("{before} width=\"{whole}\"{rest}");
    }
    let share = element.attributes.get("tb-width").and_then(|width| width.strip_suffix('%'));
    if let Some(share) = share {
        tag = tag
            .replace("width:110px", &format!("width:{share}%"))
            .replace("width=\"110\"", &format!("width=\"{share}\""));
    }
    if element.attributes.get("thumbnails") == Some("supported") && tag.contains("mj-carousel-thumbnail") {
        tag = tag.replace("display:inline-block", "display:none");
    }
    Some(tag)
}

/// Rewrites tags where there is something to mend.
fn edit(cell: &str, mend: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(cell.len() + 64);
    for piece in cell.split_inclusive('>') {
        let start = piece.rfind('<').unwrap_or(0);
        out.push_str(&piece[..start]);
        out.push_str(&mend(&piece[start..]).unwrap_or_else(|| piece[start..].to_owned()));
    }
    out
}

/// Takes over the CSS of the components, which mrml writes into its own head; carousels have each their own.
fn component_styles(drawn: &str, page: &mut PageHead, tokens: &Tokens) {
    let Some(css) = drawn.split("</head>").next().and_then(|head| head.strip_suffix("</style>")) else { return };
    let css = &css[css.rfind("<style type=\"text/css\">").map_or(0, |at| at + 23)..];
    let starts = [".mj-carousel {", "noinput.mj-accordion-checkbox"];
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    for (kind, start) in starts.iter().enumerate() {
        cuts.extend(css.match_indices(start).map(|(at, _)| (at, kind)));
    }
    cuts.sort_unstable();
    for (index, (at, kind)) in cuts.iter().enumerate() {
        let end = cuts.get(index + 1).map_or(css.len(), |(end, _)| *end);
        let css = tokens.resolve(&css[*at..end]);
        match kind {
            0 => page.single.push(css.replace("@media screen, yahoo", "@media screen yahoo")),
            // A client that rewrites the names of elements keeps attributes.
            _ => page.set_styles(
                "mj-accordion",
                css.replace("input.mj-accordion-checkbox:checked", ".mj-accordion-checkbox:checked")
                    .replace("  input.mj-accordion-checkbox", "  .mj-accordion-checkbox[type=\"checkbox\"]")
                    .replace("+*", " + *"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mjml::{File, Fonts, to_html};

    #[test]
    fn a_text_may_hold_the_character_of_a_place() {
        let text = format!(
            "<mjml><mj-body><mj-section><mj-column><mj-button>{PLACE}</mj-button><mj-text>seen</mj-text></mj-column></mj-section></mj-body></mjml>"
        );
        let file = File { name: "a.mjml".to_owned(), text };
        let page = to_html(vec![file], &|_, _| Err("".into()), Fonts::Named).unwrap();
        assert!(page.html.contains("seen"));
    }
}
