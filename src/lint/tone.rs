//! Rules on words and signs that filters take for a trap. A short list: a digest's prose must be free.

use std::sync::LazyLock;

use serde::Deserialize;
use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    inspected_message::InspectedMessage,
    violation::{Violation, warning},
};
use crate::languages;

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
    use super::*;

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
