//! Rules on links and pictures.

use dom_query::NodeRef;
use mail_parser::MimeHeaders as _;
use unicode_segmentation::UnicodeSegmentation as _;
use url::{Host, Url};

use crate::css;

use super::{
    inspected_message::InspectedMessage,
    row::{Violation, error, warning},
    sheet, words,
};

/// A page with pictures says at least so much in words.
const WORDS: usize = 12;

/// Words below this height, in pixels, nobody finds.
const TINY: f64 = 6.0;

/// K1.
pub(super) fn links(message: &InspectedMessage) -> Vec<Violation> {
    let mut found = Vec::new();
    for node in message.page.select("a").nodes() {
        let href = node.attr("href").unwrap_or_default().to_string();
        // A place to jump to.
        if !node.has_attr("href") && (node.has_attr("name") || node.has_attr("id")) {
            continue;
        }
        let words = node.text().to_string();
        let place = format!("{} {href}", words.trim());
        if let Some((what, hint)) = bad_link(&href) {
            let about = if href.trim().is_empty() { words.trim() } else { href.as_str() };
            found.push(error(what, place, hint).about(about).sign(href.as_str()));
        } else if words.trim().is_empty() && !node.has_attr("aria-label") && !has_described_image(node) {
            let hint = "put words into it, or a picture with `alt`";
            found.push(error("a link has no words", place, hint).about(href.as_str()).sign(href.as_str()));
        }
    }
    found.extend(leaving(message));
    found
}

/// A visible link to unsubscribe in both parts.
fn leaving(message: &InspectedMessage) -> Vec<Violation> {
    let leave = message.unsubscribe_links();
    let mut found = Vec::new();
    if leave.is_empty() {
        return found;
    }
    let links = message.page.select("a");
    let leads = |node: &&NodeRef| node.attr("href").is_some_and(|href| leave.contains(&&*href));
    let to_leave: Vec<&NodeRef> = links.nodes().iter().filter(leads).collect();
    let hint = "add `<a href=\"{{ unsubscribe_url }}\">` with words to the footer";
    if to_leave.is_empty() {
        found.push(error("no link of the page unsubscribes", "text/html", hint));
    } else if !to_leave.iter().any(|node| is_seen(node, message)) {
        let hint = "take away what hides it (`display`, `visibility`, `opacity`, `max-height`, a tiny `font-size`)";
        found.push(error("the link to unsubscribe cannot be seen", "text/html", hint).sign("unsubscribe_url"));
    }
    if !leave.iter().any(|link| words::holds_link(&message.text, link)) {
        let hint = "add `{{ unsubscribe_url }}` to the text template";
        found.push(error("no link of the text part unsubscribes", "text/plain", hint));
    }
    found
}

/// Says whether a reader finds something of the link: words, or a picture.
fn is_seen(link: &NodeRef, message: &InspectedMessage) -> bool {
    let shows = |node: &NodeRef| match sheet::name(node).as_str() {
        "img" => !message.light.is_hidden(node),
        _ => !node.immediate_text().trim().is_empty() && message.light.shows_words(node, TINY),
    };
    shows(link) || link.descendants_it().any(|node| node.is_element() && shows(&node))
}

/// Pictures behind words: their addresses in attributes and styles.
fn grounds(message: &InspectedMessage) -> Vec<Violation> {
    let hint = "serve it over https: clients show a hole, or warn of it";
    let open = |address: &str| address.trim().to_ascii_lowercase().starts_with("http://");
    let mut found: Vec<String> = Vec::new();
    let mut push = |address: &str| {
        if open(address) && !found.iter().any(|known| known == address) {
            found.push(address.to_owned());
        }
    };
    for node in message.page.select("[background], [style]").nodes() {
        push(&node.attr("background").unwrap_or_default());
        css::addresses(&node.attr("style").unwrap_or_default()).for_each(&mut push);
    }
    for rule in &message.sheet.rules {
        rule.declarations.iter().for_each(|one| css::addresses(&one.value).for_each(&mut push));
    }
    let fault = |address: String| {
        error("the address of a picture behind words is not https", address.as_str(), hint).sign(address)
    };
    found.into_iter().map(fault).collect()
}

fn has_described_image(link: &NodeRef) -> bool {
    link.descendants_it().any(|node| node.attr("alt").is_some_and(|alt| !alt.trim().is_empty()))
}

/// What is wrong with an address, and how to mend it.
fn bad_link(href: &str) -> Option<(String, &'static str)> {
    const WHOLE: &str = "write the whole address, with https://";
    let wrong = |what: &str, hint| Some((what.to_owned(), hint));
    if href.trim().is_empty() {
        return wrong("a link has no address", "give it one, or take it away");
    }
    if href.contains(char::is_whitespace) {
        return wrong("an address holds a space", "write it as %20");
    }
    let Ok(url) = Url::parse(href) else { return wrong("an address is not absolute", WHOLE) };
    match url.scheme() {
        "mailto" if url.path().contains('@') => None,
        "mailto" => wrong("a link writes to nobody", "name the address after `mailto:`"),
        "http" | "https" if is_private(&url) => {
            wrong("an address is one of a private network", "link to a page that every reader can reach")
        }
        "http" | "https" => None,
        other => Some((format!("an address begins with `{other}:`"), WHOLE)),
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
pub(super) fn images(message: &InspectedMessage) -> Vec<Violation> {
    let mut found = Vec::new();
    let parts = message.parsed.map(|parsed| parsed.parts.as_slice()).unwrap_or_default();
    let attached: Vec<&str> = parts.iter().filter_map(|part| part.content_id()).collect();
    let pictures = message.page.select("img");
    for node in pictures.nodes() {
        let source = node.attr("src").unwrap_or_default().to_string();
        let fault =
            |what: &str, hint: &str| error(what, source.as_str(), hint).about(source.as_str()).sign(source.as_str());
        if !node.has_attr("alt") {
            found.push(fault("a picture has no `alt`", "say what it shows, or `alt=\"\"` where it says nothing"));
        }
        let styled = sheet::style(node, "width").is_some_and(|width| width.ends_with("px"));
        if !node.has_attr("width") && !styled {
            found
                .push(fault("a picture has no width", "add `width`, in pixels: Outlook shows it as large as its file"));
        }
        if let Some(cid) = source.strip_prefix("cid:") {
            if !attached.contains(&cid) {
                found.push(fault("a picture is not in the mail", "link to it, or let a post carry it"));
            }
        } else if source.trim().is_empty() {
            found.push(fault("a picture has no address", "give it one, or take it away").sign("<img"));
        } else if !source.starts_with("https://") {
            let hint = "serve it over https: clients show a hole, or warn of it";
            found.push(fault("a picture's address is not https", hint));
        } else if let Some((what, hint)) = bad_link(&source) {
            found.push(fault(&what.replace("an address", "a picture's address"), hint));
        }
    }
    found.extend(grounds(message));
    for cid in attached {
        if !message.html.contains(&format!("cid:{cid}")) {
            let hint = "show it, or take it out of the template's pictures";
            found.push(error("the mail carries a picture that it does not show", format!("cid:{cid}"), hint));
        }
    }
    if !pictures.nodes().is_empty() && message.visible_text().unicode_words().count() < WORDS {
        let hint = "say in words what the picture says: many readers see none, and filters distrust such mail";
        found.push(warning("the page says next to nothing without its pictures", "text/html", hint));
    }
    found
}
