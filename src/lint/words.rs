//! Rules on what the parts say.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation;

use super::{Finding, Seen, error, page};

/// T1.
pub(super) fn text_part(message: &Seen) -> Vec<Finding> {
    let place = "text/plain";
    if message.text.trim().is_empty() {
        return vec![error("there is no text part").at(place)];
    }
    let mut found = Vec::new();
    let visible = page::visible_text(&message.page);
    let said: HashSet<String> = message.text.unicode_words().map(str::to_lowercase).collect();
    let wanted: Vec<String> = visible.unicode_words().map(str::to_lowercase).collect();
    let kept = wanted.iter().filter(|word| said.contains(*word)).count();
    if kept * 10 < wanted.len() * 6 {
        let share = kept * 100 / wanted.len().max(1);
        found.push(
            error(format!("the text part says {share} % of what the HTML says")).at(place).hint("60 % is the least"),
        );
    }
    // The link to unsubscribe is K1's.
    let leave = message.unsubscribe_links();
    for link in page::hrefs(&message.page).into_iter().filter(|link| !leave.contains(&link.as_str())) {
        if !message.text.contains(&link) {
            found.push(error("a link of the HTML is not in the text part").at(link));
        }
    }
    for (sign, what) in marks(&message.text) {
        if !message.own.contains(&sign) {
            found.push(error(format!("the text part holds {what}, `{sign}`")).at(place));
        }
    }
    found
}

/// Tags and entities in what should be plain text; each once.
fn marks(text: &str) -> Vec<(String, &'static str)> {
    let mut found: Vec<(String, &'static str)> = Vec::new();
    let mut push = |sign: String, what| {
        if !found.iter().any(|(known, _)| *known == sign) {
            found.push((sign, what));
        }
    };
    for name in
        ["p", "br", "a", "div", "span", "td", "tr", "table", "b", "i", "em", "strong", "h1", "h2", "img", "li", "ul"]
    {
        for sign in [format!("<{name}>"), format!("<{name} "), format!("</{name}>"), format!("<{name}/>")] {
            if text.contains(&sign) {
                push(sign, "markup");
            }
        }
    }
    for name in ["&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;", "&#39;", "&#160;", "&#8217;", "&apos;", "&#x27;"] {
        if text.contains(name) {
            push(name.to_owned(), "an entity");
        }
    }
    found
}

/// R1.
pub(super) fn residue(message: &Seen) -> Vec<Finding> {
    let mut found = Vec::new();
    for (part, text) in [("text/html", &message.html), ("text/plain", &message.text)] {
        for sign in ["{{", "{%", "<mj-", "Some(", "&amp;amp;", "&amp;lt;", "&amp;gt;", "&amp;#", "&amp;quot;"] {
            if text.contains(sign) && !message.own.contains(sign.replace("&amp;", "&").as_str()) {
                let about = around(text, sign);
                found.push(error(format!("`{sign}` is left of a template")).at(format!("{part}: {about}")));
            }
        }
        let has_word = |text: &str| text.unicode_words().any(|word| word == "None");
        if has_word(text) && !has_word(message.own) {
            found.push(error("`None` is left of a template").at(format!("{part}: {}", around(text, "None"))));
        }
        if let Some(at) = text.match_indices("slot-").map(|(at, _)| at).find(|at| is_marker(&text[*at..])) {
            let marker: String = text[at..].chars().take(45).collect();
            found.push(error("a place for the recipient's own words was not filled").at(format!("{part}: {marker}")));
        }
    }
    found
}

fn is_marker(text: &str) -> bool {
    let id = text.get(5..37).unwrap_or_default();
    id.len() == 32 && id.bytes().all(|octet| octet.is_ascii_hexdigit()) && text.get(37..38) == Some("-")
}

fn around(text: &str, sign: &str) -> String {
    let at = text.find(sign).unwrap_or_default();
    let start = text[..at].char_indices().rev().nth(20).map_or(0, |(at, _)| at);
    text[start..].chars().take(60).collect()
}
