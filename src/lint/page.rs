//! Rules on the HTML part as a whole.

use dom_query::Document;
use unicode_width::UnicodeWidthStr as _;

use super::{
    inspected_message::InspectedMessage,
    row::{Violation, error, warning},
    sheet::{self, style},
};

/// Gmail shows no more octets of a mail than these.
const CLIPPED: usize = 102 * 1024;

/// What is wanted, to leave room for longer links.
const WANTED: usize = 80 * 1024;

/// No element is wider than this, in pixels; 600 are usual.
const WIDE: f64 = 800.0;

/// Elements that run, ask or play.
const ACTIVE: [&str; 12] =
    ["script", "form", "iframe", "svg", "object", "embed", "input", "button", "select", "textarea", "video", "audio"];

/// S1.
pub(super) fn size(message: &InspectedMessage) -> Vec<Violation> {
    let size = message.html.len();
    let told = format!("the HTML part has {} KB", size.div_ceil(1024));
    let hint = "take fewer posts (`select.max`), shorter teasers, or a leaner template";
    match size {
        CLIPPED.. => vec![error(format!("{told}; Gmail cuts it off at 102 KB"), "text/html", hint)],
        WANTED.. => vec![warning(format!("{told}; 80 KB are wanted"), "text/html", hint)],
        _ => vec![],
    }
}

/// X1.
pub(super) fn frame(message: &InspectedMessage) -> Vec<Violation> {
    let page = &message.page;
    let html = page.select("html");
    let attribute = |name: &str| html.attr(name).map(|value| value.to_string()).unwrap_or_default();
    let mut found = Vec::new();
    if attribute("lang").is_empty() || attribute("lang") == "und" {
        let hint = "write `<mjml lang=\"{{ lang }}\">`: screen readers need it";
        found.push(error("the page does not name its language", "<html lang>", hint).sign("<mjml"));
    }
    // H1 says that a subject says nothing, which most titles repeat.
    if page.select("title").text().trim().is_empty() && !message.subject().trim().is_empty() {
        let hint = "write `<mj-title>{{ subject }}</mj-title>` into the head";
        found.push(error("the page has no title", "<title>", hint).sign("<mj-head"));
    }
    let start = message.html.trim_start().get(..9).unwrap_or_default();
    let meta = |name: &str| page.select(&format!("meta[name=\"{name}\"]")).exists();
    let preheader = preheader(page).width();
    let whole = "write the page with `<mjml>`, which adds it";
    let schemes = "add `<meta name=\"color-scheme\" content=\"light dark\">`, and the same as `supported-color-schemes`, \
                   in an `<mj-raw>` of the head";
    for (holds, what, place, hint) in [
        (start.eq_ignore_ascii_case("<!doctype"), "the page has no doctype", "text/html", whole),
        (
            ["ltr", "rtl"].contains(&attribute("dir").as_str()),
            "the page does not name its direction",
            "<html dir>",
            "write `<mjml dir=\"{{ dir }}\">`",
        ),
        (meta("viewport"), "there is no viewport", "<head>", whole),
        (meta("color-scheme"), "there is no color-scheme", "<head>", schemes),
        (meta("supported-color-schemes"), "there is no supported-color-schemes", "<head>", schemes),
        (
            message.html.contains("prefers-color-scheme"),
            "nothing is said of dark mode",
            "<style>",
            "say the colours of the night under `@media (prefers-color-scheme: dark)` in an `<mj-style>`",
        ),
        (message.html.contains("<!--[if "), "there is nothing for Outlook", "text/html", whole),
        (
            (30..=200).contains(&preheader),
            "the preheader has not between 30 and 200 characters",
            "preheader",
            "set the digest's `preheader`, and put it into `<mj-preview>` first",
        ),
    ] {
        if !holds {
            let sign = match place {
                "preheader" => "preheader =",
                "<html dir>" => "<mjml",
                _ => "<mj-head",
            };
            found.push(warning(what, place, hint).sign(sign));
        }
    }
    found.extend(too_wide(page));
    found
}

/// The widest element, where it is wider than clients show.
fn too_wide(page: &Document) -> Option<Violation> {
    let pixels = |value: &str| value.trim().trim_end_matches("px").trim().parse::<f64>().ok();
    let mut widest: Option<(f64, String)> = None;
    for node in page.select("body table, body td, body div, body img").nodes() {
        let said = [node.attr("width").map(|width| width.to_string()), style(node, "width"), style(node, "max-width")];
        for width in said.iter().flatten().filter(|width| !width.ends_with('%')).filter_map(|width| pixels(width)) {
            if width > WIDE && widest.as_ref().is_none_or(|(known, _)| width > *known) {
                widest = Some((width, sheet::name(node)));
            }
        }
    }
    let (width, name) = widest?;
    let hint = "make the page 600 px wide: `<mj-body width=\"600px\">`";
    let sign = format!("{width}px");
    Some(warning(format!("a <{name}> is {width} px wide; about 600 are shown"), format!("<{name}>"), hint).sign(sign))
}

/// The first hidden words of the body, without the filler behind them.
fn preheader(page: &Document) -> String {
    let body = page.select("body");
    let hidden = body
        .nodes()
        .first()
        .and_then(|body| body.children_it(false).find(|node| node.is_element()).filter(sheet::hides));
    let text = hidden.map(|node| node.text().to_string()).unwrap_or_default();
    text.trim_matches(|char: char| char.is_whitespace() || matches!(char, '\u{34f}' | '\u{200c}' | '\u{a0}')).to_owned()
}

/// X11.
pub(super) fn active(message: &InspectedMessage) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    let mut push = |violation: Violation| {
        if !found.iter().any(|known| known.message == violation.message) {
            found.push(violation);
        }
    };
    let away = "take it away: clients drop it, or the whole mail; link to a page that has it";
    for node in message.page.select("*").nodes() {
        let name = sheet::name(node);
        let kind = node.attr("type").unwrap_or_default();
        // MJML's menus and accordions are opened by a box to tick: nothing is sent, and clients without it show all.
        let is_switch = name == "input" && ["checkbox", "radio"].contains(&&*kind);
        if !is_switch && ACTIVE.contains(&name.as_str()) {
            let tag = format!("<{name}");
            push(error(format!("there is a `<{name}>`"), format!("{tag}>"), away).sign(tag));
        }
        if name == "meta" && node.attr("http-equiv").is_some_and(|value| value.eq_ignore_ascii_case("refresh")) {
            push(error("the page loads another by itself", "<meta http-equiv=refresh>", away).sign("refresh"));
        }
        for attribute in node.attrs() {
            let key = attribute.name.local.to_string();
            if key.len() > 2 && key.starts_with("on") {
                let message = format!("there is a handler, `{key}`");
                push(error(message, format!("<{name}>"), "take it away: no client runs it").sign(format!("{key}=")));
            }
        }
        if let Some(position) = style(node, "position").filter(|value| is_over(value)) {
            push(over(&position, format!("<{name}>")));
        }
    }
    for rule in &message.sheet.rules {
        let position = rule.declarations.iter().find(|one| one.name == "position" && is_over(&one.value));
        if let Some(position) = position {
            push(over(&position.value, rule.selectors.clone()));
        }
    }
    found
}

fn is_over(position: &str) -> bool {
    ["absolute", "fixed", "sticky"].contains(&position)
}

fn over(position: &str, place: String) -> Violation {
    let message = format!("an element lies over others, `position: {position}`");
    error(message, place, "lay the page out with sections and columns").sign(position)
}
