//! Rules on what the parts say, and how loudly.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use serde::Deserialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::languages;

use super::{
    inspected_message::InspectedMessage,
    row::{Violation, error, warning},
};

/// How to mend a text part that is not what it should be.
const TEMPLATE: &str =
    "mend the template of the text part, `templates/NAME.txt`, or take it away: there is one built in";

/// T1.
pub(super) fn text_part(message: &InspectedMessage) -> Vec<Violation> {
    let place = "text/plain";
    if message.text.trim().is_empty() {
        return vec![error("there is no text part", place, TEMPLATE)];
    }
    let mut found = Vec::new();
    found.extend(parity(message));
    // The link to unsubscribe is K1's.
    let leave = message.unsubscribe_links();
    let is_link = |link: &String| !link.starts_with('#') && !leave.contains(&link.as_str());
    for link in message.hrefs().into_iter().filter(is_link) {
        if !holds_link(&message.text, link.strip_prefix("mailto:").unwrap_or(&link)) {
            let hint = "put it into the template of the text part too";
            let violation = error("a link of the HTML is not in the text part", link.as_str(), hint);
            found.push(violation.about(link.as_str()).sign(link));
        }
    }
    for (sign, what) in template_marks(&message.text) {
        if !message.origin.words.contains(&sign) {
            let about = around(&message.text, &sign);
            found.push(error(format!("the text part holds {what}, `{sign}`"), format!("{place}: {about}"), TEMPLATE));
        }
    }
    found
}

/// Says whether a text has the whole of a link, and not only the beginning of a longer one.
pub(super) fn holds_link(text: &str, link: &str) -> bool {
    text.match_indices(link).any(|(at, _)| {
        let mut after = text[at + link.len()..].chars();
        match after.next() {
            // What ends a sentence ends a link only where the sentence ends.
            Some('.' | ',' | ';' | ':' | '!' | '?' | '/') => after.next().is_none_or(char::is_whitespace),
            Some(char) => char.is_whitespace() || !char.is_ascii() || ")>]\"'".contains(char),
            None => true,
        }
    })
}

/// How much of what the HTML says the text part says as well: each word as often as it is there, up to three times, so
/// that neither a list of words nor one of the posts passes for the whole.
fn parity(message: &InspectedMessage) -> Option<Violation> {
    let visible = message.visible_text();
    let counted = |text: &str| {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for word in text.unicode_words() {
            let count = counts.entry(word.to_lowercase()).or_default();
            *count = (*count + 1).min(3);
        }
        counts
    };
    let (wanted, said) = (counted(&visible), counted(&message.text));
    let all: usize = wanted.values().sum();
    if all == 0 {
        let hint = "take away what hides it (`display`, `visibility`, `opacity`), or put words into the layout";
        return Some(error("the page shows no words", "text/html", hint));
    }
    let kept: usize = wanted.iter().map(|(word, count)| said.get(word).map_or(0, |said| *said.min(count))).sum();
    (kept * 10 < all * 6).then(|| {
        let share = kept * 100 / all;
        let hint = format!("60 % is the least; {TEMPLATE}");
        error(format!("the text part says {share} % of what the HTML says"), "text/plain", hint)
    })
}

/// Tags and entities in what should be plain text; each once.
fn template_marks(text: &str) -> Vec<(String, &'static str)> {
    const TAGS: &str = "p br a div span td tr table b i em strong h1 h2 h3 img li ul ol u blockquote body";
    let mut found: Vec<(String, &'static str)> = Vec::new();
    let mut known = HashSet::new();
    let mut push = |sign: &str, what| {
        if known.insert(sign.to_owned()) {
            found.push((sign.to_owned(), what));
        }
    };
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let bare = rest.strip_prefix('/').unwrap_or(rest);
        let end = bare.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(bare.len());
        let is_tag = TAGS.split(' ').any(|tag| tag.eq_ignore_ascii_case(&bare[..end]))
            && bare[end..].starts_with(['>', ' ', '/']);
        if is_tag {
            push(&text[at..text.len() - bare.len() + end], "markup");
        }
    }
    for (at, _) in text.match_indices('&') {
        let rest = &text[at + 1..];
        let Some(end) = rest.bytes().take(9).position(|octet| octet == b';') else { continue };
        let name = &rest[..end];
        let number = name.strip_prefix('#').map(|number| number.trim_start_matches(['x', 'X']));
        let is_number =
            number.is_some_and(|number| !number.is_empty() && number.bytes().all(|octet| octet.is_ascii_hexdigit()));
        let is_name = ["amp", "lt", "gt", "quot", "nbsp", "apos", "mdash", "ndash", "hellip", "rsquo", "lsquo", "copy"];
        if is_number || is_name.contains(&name) {
            push(&text[at..at + end + 2], "an entity");
        }
    }
    found
}

/// R1.
pub(super) fn residue(message: &InspectedMessage) -> Vec<Violation> {
    let own = &message.origin.words;
    let mut found = Vec::new();
    for (part, text) in
        [("text/html", message.html.as_str()), ("text/plain", &message.text), ("Subject", message.subject())]
    {
        for sign in ["{{", "{%", "<mj-", "Some(", "&amp;amp;", "&amp;lt;", "&amp;gt;", "&amp;#", "&amp;quot;"] {
            if text.contains(sign) && !own.contains(sign.replace("&amp;", "&").as_str()) {
                let about = around(text, sign);
                let hint = match sign {
                    "Some(" => "print the value itself, not the option that holds it",
                    sign if sign.starts_with('&') => "escape it once: drop one of the `escape` filters",
                    _ => "close what is open; what stands between `{% raw %}` is shown as it is",
                };
                found.push(error(format!("`{sign}` is left of a template"), format!("{part}: {about}"), hint));
            }
        }
        let has_word = |text: &str| text.unicode_words().any(|word| word == "None");
        if has_word(text) && !has_word(own) {
            let hint = "ask first whether the value is there: `{% if x %}{{ x }}{% endif %}`";
            let place = format!("{part}: {}", around(text, "None"));
            found.push(error("`None` is left of a template", place, hint).sign("None"));
        }
        if let Some(at) = text.match_indices("slot-").map(|(at, _)| at).find(|at| is_marker(&text[*at..])) {
            let marker: String = text[at..].chars().take(45).collect();
            let hint = "print `{{ subscriber.name }}` and the like without a filter that changes it";
            let what = "a place for the recipient's own words was not filled";
            found.push(error(what, format!("{part}: {marker}"), hint));
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

/// Phrases that filters take for a trap.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Traps {
    /// Nobody writes these but who sells; wherever they stand.
    anywhere: Vec<String>,
    /// These are prose in a text and a trap in a subject.
    in_subject: Vec<String>,
}

/// The traps of all languages: a reader's filter does not ask for the edition's.
static TRAPS: LazyLock<Traps> = LazyLock::new(|| {
    let mut all = Traps::default();
    for (_, traps) in languages::tables::<Traps>("lint") {
        all.anywhere.extend(traps.anywhere);
        all.in_subject.extend(traps.in_subject);
    }
    all
});

/// A subject of at least so many letters in capitals shouts; an abbreviation does not.
const SHOUT: usize = 12;

/// W1.
pub(super) fn tone(message: &InspectedMessage) -> Vec<Violation> {
    let (subject, mut found) = (message.subject(), Vec::new());
    let say_plainly = "say plainly what the edition holds";
    let mut of_subject = |what: String, hint: &str| {
        found.push(warning(what, format!("Subject: {subject}"), hint).about(subject).sign("subject ="));
    };
    if is_shouted(subject) {
        of_subject("the subject is all in capitals".to_owned(), "write it as a sentence");
    }
    for signs in ["!!", "$$", "€€"] {
        if subject.contains(signs) {
            of_subject(format!("the subject holds `{signs}`"), "one sign is enough");
        }
    }
    let start = subject.trim_start().to_lowercase();
    if let Some(sign) = ["re:", "fwd:", "fw:"].iter().find(|sign| start.starts_with(**sign)) {
        of_subject(format!("the subject begins with `{sign}`, as if it were an answer"), "leave it out");
    }
    if let Some(trap) = TRAPS.anywhere.iter().chain(&TRAPS.in_subject).find(|trap| says(subject, trap)) {
        of_subject(format!("filters take `{trap}` in a subject for a trap"), say_plainly);
    }
    let visible = message.visible_text();
    let parts = [("text/html", visible.as_str()), ("text/plain", &message.text)];
    // To look for whole words takes long; most texts do not have them at all.
    let lower = parts.map(|(_, text)| text.to_lowercase().replace('’', "'"));
    for trap in &TRAPS.anywhere {
        for ((part, text), _) in parts.into_iter().zip(&lower).filter(|(_, lower)| lower.contains(trap.as_str())) {
            // What stands in both parts, or in the subject as well, is told once.
            let is_told = found.iter().any(|known| known.message.contains(trap.as_str()));
            if let Some(words) = as_written(text, trap).filter(|_| !is_told) {
                let what = format!("filters take `{trap}` for a trap");
                let hint = "say it in other words, or leave it out";
                found.push(warning(what, format!("{part}: {words}"), hint).about(words).sign(words));
            }
        }
    }
    found
}

fn is_shouted(subject: &str) -> bool {
    let letters = || subject.chars().filter(|char| char.is_alphabetic());
    let words = subject.unicode_words().filter(|word| word.chars().any(char::is_uppercase)).count();
    words > 1 && letters().filter(|char| char.is_uppercase()).count() >= SHOUT && !letters().any(char::is_lowercase)
}

/// Says whether the words stand in the text, whole, whatever their case.
fn says(text: &str, trap: &str) -> bool {
    as_written(text, trap).is_some()
}

/// The words as the text writes them.
fn as_written<'t>(text: &'t str, trap: &str) -> Option<&'t str> {
    let wanted: Vec<char> = trap.chars().collect();
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let lower = |char: char| char.to_lowercase().next().unwrap_or(char);
    let same = |char: char, wanted: char| lower(char) == wanted || (wanted == '\'' && char == '’');
    // Languages that write no spaces have no whole words to look for.
    let spaced = wanted.first().is_some_and(|first| first.is_ascii() || first.is_lowercase());
    let is_part =
        |at: Option<usize>| spaced && at.and_then(|at| chars.get(at)).is_some_and(|(_, char)| char.is_alphanumeric());
    (0..chars.len().saturating_sub(wanted.len() - 1)).find_map(|start| {
        let found = &chars[start..start + wanted.len()];
        let fits = found.iter().zip(&wanted).all(|((_, char), wanted)| same(*char, *wanted));
        let end = start + wanted.len();
        let whole = fits && !is_part(start.checked_sub(1)) && !is_part(Some(end));
        whole.then(|| &text[found[0].0..chars.get(end).map_or(text.len(), |(at, _)| *at)])
    })
}

#[cfg(test)]
mod tests {
    use super::holds_link;
    use super::*;

    #[test]
    fn a_link_is_there_only_as_a_whole() {
        let link = "https://harbour.example/a";
        for text in ["", ".", " b", ")", ">", "\n", "。", "/ b", ", b"].map(|after| format!("see {link}{after}")) {
            assert!(holds_link(&text, link), "{text}");
        }
        for text in ["b", "/b", ".html", "?b", "-b", ":80"].map(|after| format!("see {link}{after}")) {
            assert!(!holds_link(&text, link), "{text}");
            assert!(holds_link(&format!("{text} {link}"), link));
        }
    }

    #[test]
    fn only_whole_words_count() {
        assert!(says("Make MONEY fast", "make money fast") && says("It is 100% free.", "100% free"));
        assert!(says("Gagnez de l’argent", "gagnez de l'argent"));
        assert!(says("これは完全無料です", "完全無料"));
        assert!(!says("It is 100% freely given", "100% free") && !says("soldi facilissimi", "soldi facili"));
        assert!(!says("", "viagra") && !says("via", "viagra"));
    }

    #[test]
    fn only_sentences_shout() {
        assert!(is_shouted("THE LAMP IS BACK IN THE LIGHTHOUSE") && is_shouted("ВЕЛИКАЯ РАСПРОДАЖА"));
        for subject in ["NASA and ESA", "WWW 2026", "HTTP/3 ", "灯台のランプが帰ってきました", "CONSTANTINOPLE", ""]
        {
            assert!(!is_shouted(subject), "{subject}");
        }
    }

    #[test]
    fn the_words_are_written_as_they_are_looked_for() {
        for trap in TRAPS.anywhere.iter().chain(&TRAPS.in_subject) {
            assert_eq!(trap.to_lowercase(), **trap);
        }
    }
}
