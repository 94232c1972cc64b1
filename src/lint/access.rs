//! Rules on who can read the page (WCAG 2.2).

use std::collections::HashSet;

use dom_query::NodeRef;

use crate::render::{READABLE, contrast};

use super::{
    inspected_message::InspectedMessage,
    row::{Violation, error, warning},
    scheme::{Color, Painted, Scheme},
    sheet,
};

/// Text is at least so high, in pixels.
const HIGH: f64 = 12.0;

/// A1.
pub(super) fn access(message: &InspectedMessage) -> Vec<Violation> {
    let mut found = structure(message);
    let texts = texts(message);
    for scheme in Scheme::ALL {
        if scheme == Scheme::Light {
            found.extend(small(&texts, &message.light));
            found.extend(pale(&texts, &message.light, scheme));
        } else if let Some(painted) = Painted::new(&message.page, &message.sheet, scheme) {
            found.extend(pale(&texts, &painted, scheme));
        }
    }
    found
}

/// Ids, tables and headings (WCAG 4.1.1, 1.3.1).
fn structure(message: &InspectedMessage) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut ids = HashSet::new();
    let (mut level, mut bare_tables) = (0, 0);
    for node in message.page.select("body *").nodes() {
        let name = sheet::name(node);
        if let Some(id) = node.attr("id")
            && !ids.insert(id.to_string())
        {
            let hint = "give each element an id of its own, or none";
            found.push(error(format!("two elements have the id `{id}`"), format!("<{name}>"), hint).sign(&*id));
        }
        // What holds headings of its own holds data.
        let has_data = || node.descendants_it().any(|inner| sheet::name(&inner) == "th");
        if name == "table" && node.attr("role").is_none_or(|role| role.to_string() != "presentation") && !has_data() {
            bare_tables += 1;
        }
        let Some(own) = heading(&name).filter(|_| !message.light.is_hidden(node)) else { continue };
        if own > level + 1 {
            let words = node.text().to_string();
            let message = format!("a heading of level {own} follows one of level {level}");
            let hint = "go down one level at a time, so that screen readers can tell what belongs where";
            found.push(warning(message, &*words, hint).sign(format!("<h{own}")));
        }
        level = own;
    }
    if bare_tables > 0 {
        let message = format!("{} no `role=\"presentation\"`", has(bare_tables, "table for the layout"));
        found.push(warning(message, "<table>", "add it, or screen readers announce rows and columns").sign("<table"));
    }
    found
}

/// `1 table has`, `2 tables have`, as in `tables for the layout`.
fn has(count: usize, what: &str) -> String {
    let (noun, rest) = what.split_once(' ').unwrap_or((what, ""));
    let (ending, verb) = if count == 1 { ("", "has") } else { ("s", "have") };
    format!("{count} {noun}{ending} {rest} {verb}")
}

fn heading(name: &str) -> Option<u32> {
    let digit = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&digit).then_some(digit)
}

/// The elements with words of their own.
fn texts<'a>(message: &'a InspectedMessage) -> Vec<(NodeRef<'a>, String)> {
    let blank = |char: char| char.is_whitespace() || matches!(char, '\u{a0}' | '\u{200a}' | '\u{200c}' | '\u{34f}');
    let text = |node: &NodeRef<'a>| {
        let words = node.immediate_text().to_string();
        let shows = !words.chars().all(blank) && !["style", "script"].contains(&sheet::name(node).as_str());
        shows.then_some((*node, words))
    };
    message.page.select("body, body *").nodes().iter().filter_map(text).collect()
}

fn small(texts: &[(NodeRef, String)], painted: &Painted) -> Vec<Violation> {
    let mut found: Vec<(f64, &NodeRef, &str)> = Vec::new();
    for (node, words) in texts {
        let Some(size) = painted.size(node).filter(|size| *size < HIGH) else { continue };
        // A size that others have as well is one fault.
        if !painted.is_hidden(node) && !found.iter().any(|(known, ..)| (*known - size).abs() < 0.01) {
            found.push((size, node, words));
        }
    }
    let told = |(size, node, words): (f64, &NodeRef, &str)| {
        let message = format!("text is {} px high; {HIGH} is the least", (size * 10.0).round() / 10.0);
        let hint = "raise its `font-size`";
        warning(message, shown(node, words), hint).sign(format!("font-size=\"{size}px"))
    };
    found.into_iter().map(told).collect()
}

/// WCAG 1.4.3; one for each pair of colours.
fn pale(texts: &[(NodeRef, String)], painted: &Painted, scheme: Scheme) -> Vec<Violation> {
    let mut pairs: Vec<(Color, Color, usize, String)> = Vec::new();
    for (node, words) in texts {
        let Some((text, ground)) = painted.colors(node) else { continue };
        if contrast(text.rgb, ground.rgb) >= READABLE || painted.is_hidden(node) {
            continue;
        }
        match pairs.iter_mut().find(|(front, back, ..)| *front == text && *back == ground) {
            Some((.., count, _)) => *count += 1,
            None => pairs.push((text, ground, 1, shown(node, words))),
        }
    }
    let told = |(text, ground, count, place): (Color, Color, usize, String)| {
        let (front, back) = (&text.written, &ground.written);
        // Rounded down, so that what falls short is not told as enough.
        let is = (contrast(text.rgb, ground.rgb) * 10.0).floor() / 10.0;
        let message =
            format!("the contrast of {front} on {back} is {is:.1}{}; {READABLE} is the least", scheme.words());
        let hint = match scheme {
            Scheme::Light => "darken the text or lighten what is behind it, or the other way round",
            Scheme::Dark => "set both colours under `@media (prefers-color-scheme: dark)`, with `!important`",
            Scheme::Outlook => "set both colours under `[data-ogsc]` and `[data-ogsb]`",
        };
        let more = if count > 1 { format!(", and {} more", count - 1) } else { String::new() };
        error(message, format!("{place}{more}"), hint).sign(front.as_str())
    };
    pairs.into_iter().map(told).collect()
}

/// An element with the beginning of its words.
fn shown(node: &NodeRef, words: &str) -> String {
    let class = node.attr("class").map(|class| format!(" class=\"{class}\"")).unwrap_or_default();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(40).collect();
    format!("<{}{class}> {short}{}", sheet::name(node), if short.len() < words.len() { "…" } else { "" })
}
