//! Rules on the HTML part.

use std::collections::HashSet;

use dom_query::{Document, NodeRef};
use mail_parser::MimeHeaders as _;
use unicode_width::UnicodeWidthStr as _;
use url::{Host, Url};

use super::{Finding, Seen, error, warning};
use crate::render::{READABLE, contrast, parse_color};

/// Gmail shows no more octets of a mail than these.
const CLIPPED: usize = 102 * 1024;

/// What is wanted, to leave room for longer links.
const WANTED: usize = 80 * 1024;

/// S1.
pub(super) fn size(message: &Seen) -> Vec<Finding> {
    let size = message.html.len();
    let told = format!("the HTML part has {} KB", size.div_ceil(1024));
    let hint = "take fewer posts, shorter teasers, or a leaner template";
    match size {
        CLIPPED.. => vec![error(format!("{told}; Gmail cuts it off at 102 KB")).at("text/html").hint(hint)],
        WANTED.. => vec![warning(format!("{told}; 80 KB are wanted")).at("text/html").hint(hint)],
        _ => vec![],
    }
}

/// X1.
pub(super) fn frame(message: &Seen) -> Vec<Finding> {
    let page = &message.page;
    let html = page.select("html");
    let attribute = |name: &str| html.attr(name).map(|value| value.to_string()).unwrap_or_default();
    let mut found = Vec::new();
    if attribute("lang").is_empty() || attribute("lang") == "und" {
        found.push(error("the page does not name its language").at("<html lang>"));
    }
    if page.select("title").text().trim().is_empty() {
        found.push(error("the page has no title").at("<title>"));
    }
    let start = message.html.trim_start().get(..9).unwrap_or_default();
    let meta = |name: &str| page.select(&format!("meta[name=\"{name}\"]")).exists();
    let preheader = preheader(page).width();
    for (holds, what, place) in [
        (start.eq_ignore_ascii_case("<!doctype"), "the page has no doctype", "text/html"),
        (["ltr", "rtl"].contains(&attribute("dir").as_str()), "the page does not name its direction", "<html dir>"),
        (meta("viewport"), "there is no viewport", "<head>"),
        (meta("color-scheme"), "there is no color-scheme", "<head>"),
        (meta("supported-color-schemes"), "there is no supported-color-schemes", "<head>"),
        (message.html.contains("prefers-color-scheme"), "nothing is said of dark mode", "<style>"),
        (message.html.contains("<!--[if "), "there is nothing for Outlook", "text/html"),
        ((30..=200).contains(&preheader), "the preheader has not between 30 and 200 characters", "preheader"),
    ] {
        if !holds {
            found.push(warning(what).at(place));
        }
    }
    found
}

/// The first hidden words of the body, without the filler behind them.
fn preheader(page: &Document) -> String {
    let body = page.select("body");
    let hidden =
        body.nodes().first().and_then(|body| body.children_it(false).find(|node| node.is_element()).filter(hides));
    let text = hidden.map(|node| node.text().to_string()).unwrap_or_default();
    text.trim_matches(|char: char| char.is_whitespace() || matches!(char, '\u{34f}' | '\u{200c}' | '\u{a0}')).to_owned()
}

/// X11.
pub(super) fn active(message: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    for node in message.page.select("*").nodes() {
        let name = node.node_name().map(|name| name.to_string()).unwrap_or_default();
        if ["script", "form", "iframe", "svg", "object", "embed", "input", "button", "video", "audio"]
            .contains(&name.as_str())
        {
            found.push(error(format!("there is a `<{name}>`")).at(format!("<{name}>")));
        }
        if name == "meta" && node.attr("http-equiv").is_some_and(|value| value.eq_ignore_ascii_case("refresh")) {
            found.push(error("the page loads another by itself").at("<meta http-equiv=refresh>"));
        }
        for attribute in node.attrs() {
            let key = attribute.name.local.to_string();
            if key.len() > 2 && key.starts_with("on") {
                found.push(error(format!("there is a handler, `{key}`")).at(format!("<{name}>")));
            }
        }
        if let Some(position) = style(node, "position").filter(|value| value == "absolute" || value == "fixed") {
            found.push(error(format!("an element lies over others, `position: {position}`")).at(format!("<{name}>")));
        }
    }
    found
}

/// K1.
pub(super) fn links(message: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    for node in message.page.select("a").nodes() {
        let href = node.attr("href").unwrap_or_default().to_string();
        let words = node.text().to_string();
        let place = format!("{} {href}", words.trim());
        if let Some(what) = bad_link(&href) {
            found.push(error(what).at(place));
        } else if words.trim().is_empty() && !node.has_attr("aria-label") && !has_described_image(node) {
            found.push(error("a link has no words").at(place));
        }
    }
    let leave = message.unsubscribe_links();
    if !leave.is_empty() {
        let shown = hrefs(&message.page);
        if !leave.iter().any(|link| shown.iter().any(|href| href == link)) {
            found.push(error("no link of the page unsubscribes").at("text/html"));
        }
        if !leave.iter().any(|link| message.text.contains(link)) {
            found.push(error("no link of the text part unsubscribes").at("text/plain"));
        }
    }
    found
}

fn has_described_image(link: &NodeRef) -> bool {
    link.descendants_it().any(|node| node.attr("alt").is_some_and(|alt| !alt.trim().is_empty()))
}

fn bad_link(href: &str) -> Option<String> {
    if href.trim().is_empty() {
        return Some("a link has no address".to_owned());
    }
    if href.contains(char::is_whitespace) {
        return Some("an address holds a space".to_owned());
    }
    let Ok(url) = Url::parse(href) else { return Some("an address is not absolute".to_owned()) };
    match url.scheme() {
        "mailto" => None,
        "http" | "https" if is_private(&url) => Some("an address is one of a private network".to_owned()),
        "http" | "https" => None,
        other => Some(format!("an address begins with `{other}:`")),
    }
}

fn is_private(url: &Url) -> bool {
    match url.host() {
        None => true,
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost"
                || [".localhost", ".local", ".internal", ".lan"].iter().any(|end| name.ends_with(end))
                || !name.contains('.')
        }
        Some(Host::Ipv4(ip)) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        Some(Host::Ipv6(ip)) => {
            let mapped =
                ip.to_ipv4_mapped().is_some_and(|ip| ip.is_private() || ip.is_loopback() || ip.is_link_local());
            ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local() || mapped
        }
    }
}

/// I1.
pub(super) fn images(message: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    let parts = message.parsed.map(|parsed| parsed.parts.as_slice()).unwrap_or_default();
    let attached: Vec<&str> = parts.iter().filter_map(|part| part.content_id()).collect();
    for node in message.page.select("img").nodes() {
        let source = node.attr("src").unwrap_or_default().to_string();
        if !node.has_attr("alt") {
            found.push(error("a picture has no `alt`").at(source.as_str()));
        }
        if !node.has_attr("width") {
            found.push(error("a picture has no width").at(source.as_str()));
        }
        if let Some(cid) = source.strip_prefix("cid:") {
            if !attached.contains(&cid) {
                found.push(error("a picture is not in the mail").at(source.as_str()));
            }
        } else if !source.starts_with("https://") {
            found.push(error("a picture's address is not https").at(source.as_str()));
        }
    }
    for cid in attached {
        if !message.html.contains(&format!("cid:{cid}")) {
            found.push(error("the mail carries a picture that it does not show").at(format!("cid:{cid}")));
        }
    }
    found
}

/// A1, WCAG 2.2 1.4.3 and 1.3.1.
pub(super) fn access(message: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut ids = HashSet::new();
    let mut level = 0;
    for node in message.page.select("body *").nodes() {
        let name = node.node_name().map(|name| name.to_string()).unwrap_or_default();
        if let Some(id) = node.attr("id")
            && !ids.insert(id.to_string())
        {
            found.push(error(format!("two elements have the id `{id}`")).at(format!("<{name}>")));
        }
        if name == "table" && node.attr("role").is_none_or(|role| role.to_string() != "presentation") {
            found.push(warning("a table for the layout has no `role=\"presentation\"`").at("<table>"));
        }
        if let Some(own) = heading(&name) {
            if own > level + 1 {
                found.push(
                    warning(format!("a heading of level {own} follows one of level {level}"))
                        .at(node.text().to_string()),
                );
            }
            level = own;
        }
        let words = node.immediate_text().to_string();
        let blank = |char: char| char.is_whitespace() || matches!(char, '\u{a0}' | '\u{200c}' | '\u{34f}');
        if words.chars().all(blank) || name == "style" || is_hidden(node) {
            continue;
        }
        found.extend(legibility(node, &words));
    }
    found
}

fn heading(name: &str) -> Option<u32> {
    let digit = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&digit).then_some(digit)
}

/// Judges size and contrast, as far as inline styles tell them.
fn legibility(node: &NodeRef, words: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let size = inherited(node, |node| style(node, "font-size"));
    if let Some(size) = size.and_then(|size| size.strip_suffix("px")?.trim().parse::<f64>().ok())
        && size < 12.0
    {
        found.push(warning(format!("text is {size} px high; 12 is the least")).at(words));
    }
    let color = inherited(node, |node| style(node, "color")).unwrap_or_else(|| "#000000".to_owned());
    let ground = |node: &NodeRef| {
        let own = style(node, "background-color").or_else(|| style(node, "background"));
        own.or_else(|| node.attr("bgcolor").map(|color| color.to_string()))
    };
    let ground = inherited(node, ground).unwrap_or_else(|| "#ffffff".to_owned());
    if let (Some(front), Some(back)) = (parse_color(&color), parse_color(&ground)) {
        let contrast = contrast(front, back);
        if contrast < READABLE {
            let told = format!("the contrast of {color} on {ground} is {contrast:.1}; {READABLE} is the least");
            found.push(error(told).at(words));
        }
    }
    found
}

/// The value that the element or the nearest one around it has.
fn inherited(node: &NodeRef, value: impl Fn(&NodeRef) -> Option<String>) -> Option<String> {
    value(node).or_else(|| node.ancestors_it(None).find_map(|around| value(&around)))
}

/// The value of a property in an inline style, in lower case and without `!important`.
fn style(node: &NodeRef, property: &str) -> Option<String> {
    let style = node.attr("style")?.to_string();
    let value = style.split(';').rev().find_map(|part| {
        let (name, value) = part.split_once(':')?;
        name.trim().eq_ignore_ascii_case(property).then(|| value.trim().to_ascii_lowercase())
    })?;
    Some(value.trim_end_matches("!important").trim().to_owned())
}

fn hides(node: &NodeRef) -> bool {
    style(node, "display").is_some_and(|display| display == "none")
}

fn is_hidden(node: &NodeRef) -> bool {
    hides(node) || node.ancestors_it(None).any(|around| hides(&around))
}

/// The address of every link, each once.
pub(super) fn hrefs(page: &Document) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for node in page.select("a").nodes() {
        let href = node.attr("href").unwrap_or_default().to_string();
        if !href.is_empty() && known.insert(href.clone()) {
            found.push(href);
        }
    }
    found
}

/// What a reader sees of the body.
pub(super) fn visible_text(page: &Document) -> String {
    let mut out = String::new();
    for node in page.select("body, body *").nodes() {
        let name = node.node_name().map(|name| name.to_string()).unwrap_or_default();
        if !["style", "script", "title"].contains(&name.as_str()) && !is_hidden(node) {
            out.push_str(&node.immediate_text());
            out.push(' ');
        }
    }
    out
}
