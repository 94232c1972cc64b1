//! What is left of markup, of software and of broken characters; and the marks of a cut.

use std::sync::LazyLock;

use super::super::{
    languages::{MARKERS, entries},
    limits,
};
use super::checked_text::CheckedText;

/// What stands at the end of a text whose rest a publisher's software has left out.
static CUT_MARKERS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let words = entries(|language| &language.read_more)
        .chain(entries(|language| &language.read_on))
        .chain(entries(|language| &language.cut_endings));
    MARKERS.cut_marks.iter().map(String::as_str).chain(words).collect()
});

/// Says whether words are missing at the end, at the start or within.
pub(super) fn is_cut_off(text: &CheckedText<'_>) -> bool {
    let words = text.original.trim_start_matches(['"', '“', '„', '«', '(']);
    ends_cut_off(text.original)
        || words.starts_with(['…', ',', ';', ':', '.', ')', '?', '，', '、', '。', '；'])
        || text.original.contains("[…]")
        || text.original.contains("[...]")
        || lacks_a_word(text.original)
        || text
            .lower
            .rsplit(' ')
            .next()
            .is_some_and(|last| entries(|language| &language.unfinished_abbreviations).any(|word| word == last))
}

/// Says whether a word was lost before a stop: "The form is called . It has two fields."
fn lacks_a_word(text: &str) -> bool {
    text.ends_with(" .") || text.contains(" . ") || text.contains(" , ")
}

/// Says whether the end of `text` tells that there is more.
pub(in super::super) fn ends_cut_off(text: &str) -> bool {
    // A closing quotation mark does not make the sentence whole.
    let inner = text.trim_end_matches(['"', '”', '’', '»', '“', '」', '）', ')']);
    strip_cut_marker(text).len() < bare(text).len() || inner.ends_with('…') || inner.ends_with("...")
}

/// `text` without the marks at its end that tell that there is more.
pub(in super::super) fn strip_cut_marker(text: &str) -> &str {
    let mut rest = bare(text);
    loop {
        let shorter = CUT_MARKERS.iter().find_map(|mark| {
            let at = rest.len().checked_sub(mark.len())?;
            let (kept, end) = rest.split_at_checked(at)?;
            let same = if end.is_ascii() { end.eq_ignore_ascii_case(mark) } else { end.to_lowercase() == *mark };
            same.then_some(kept)
        });
        match shorter {
            Some(shorter) => rest = bare(shorter),
            None => return rest,
        }
    }
}

/// Without the arrows and spaces that stand behind "Read more".
fn bare(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_whitespace() || "→»›>".contains(c))
}

/// Says whether tags, entities, Markdown, template signs, shortcodes, footnotes or addresses are left.
pub(super) fn has_markup(text: &CheckedText<'_>) -> bool {
    let original = text.original;
    let signs = original.bytes().any(|byte| {
        byte.is_ascii_punctuation() && !matches!(byte, b',' | b'.' | b'\'' | b'"' | b'-' | b'?' | b'!' | b';' | b'%')
    });
    if !signs {
        return original.contains("www.") || starts_as_item(original);
    }
    has_tag(original, |rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)))
        || has_debris(text)
        || original.contains(['`', '^', '\\', '†', '‡', '¶'])
        || has_star(original)
        || MARKERS.code_signs.iter().any(|sign| original.contains(sign))
        || original.contains('_') && emphasised(original)
        || original.contains(['@', '/']) && has_address(&text.lower)
        || starts_as_item(original)
}

/// Says whether software left something: an end tag, an entity, template signs, a shortcode.
///
/// A publisher may well write of `<table>` or name an address.
pub(super) fn has_debris(text: &CheckedText<'_>) -> bool {
    let original = text.original;
    let entity = original.match_indices('&').any(|(at, _)| {
        let rest = original.get(at + 1..).unwrap_or_default();
        let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
        name.starts_with(';') && name.len() < rest.len()
    });
    entity
        || has_tag(original, |rest| {
            let tag = rest.split('>').next().unwrap_or_default();
            rest.starts_with(['/', '!', '?']) || tag.len() < rest.len() && (tag.contains('=') || tag.ends_with('/'))
        })
        || MARKERS.markup_signs.iter().any(|sign| original.contains(sign))
        || original.contains('[') && MARKERS.shortcodes.iter().any(|code| text.lower.contains(code))
}

/// Says whether what stands behind a `<` is `wrong`.
fn has_tag(text: &str, wrong: impl Fn(&str) -> bool) -> bool {
    text.match_indices('<').any(|(at, _)| wrong(text.get(at + 1..).unwrap_or_default()))
}

/// Says whether there is a star but for that within a word, as German has it: "Bürger*innen".
fn has_star(text: &str) -> bool {
    text.match_indices('*').any(|(at, _)| {
        let (before, behind) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        !before.ends_with(char::is_lowercase) || !behind.starts_with(char::is_lowercase)
    })
}

/// Says whether `text` begins as an item of a list, a heading, a quotation or a line of dialogue does in Markdown.
fn starts_as_item(text: &str) -> bool {
    let marks = ["# ", "## ", "### ", "- ", "* ", "+ ", "> ", "– ", "— ", "|", "• ", "· ", "» "];
    marks.iter().any(|mark| text.starts_with(mark)) || text.starts_with(['•', '▪', '‣', '◦', '●', '■', '▶', '►', '→'])
}

/// Says whether a word is set off by underscores.
fn emphasised(text: &str) -> bool {
    let ends = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '_').ends_with('_');
    // "_brand.yml" is the name of a file: nothing closes the emphasis.
    text.split_whitespace().any(ends)
        || text
            .split_whitespace()
            .any(|word| word.strip_prefix('_').is_some_and(|name| !name.contains(['.', '(', '_'])))
}

/// Says whether a word is an e-mail address, a handle, or a site with a path.
fn has_address(lower: &str) -> bool {
    lower.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
        let mail = word.split_once('@').is_some_and(|(_, site)| site.contains(|c: char| c.is_alphanumeric()));
        let path = word.split_once('/').is_some_and(|(site, path)| {
            let ending = site.rsplit_once('.').map(|(name, ending)| (name.len(), ending));
            !path.is_empty()
                && ending.is_some_and(|(name, ending)| {
                    name > 1 && ending.len() > 1 && ending.chars().all(|c| c.is_ascii_lowercase())
                })
        });
        mail || path
    })
}

/// Says whether characters are left that nobody sees, that turn the line round, or that stand for lost ones; or an
/// emoji that is no longer whole.
pub(super) fn has_unreadable_characters(text: &str) -> bool {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return false;
    }
    let lost = |c: char| matches!(c, '\u{fffc}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fff0}'..='\u{fffb}');
    text.contains(lost) || !limits::is_clean(text) || limits::has_broken_emoji(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_quotations_are_no_markup() {
        for text in ["The colours stand in _brand.yml now.", "»Komm«, sagte der Taucher.", "Call _start() first."] {
            assert!(!has_markup(&CheckedText::new(text)), "{text}");
        }
        for text in ["The _north quay_ is closed.", "The _north_ quay is closed.", "» The quay is closed."] {
            assert!(has_markup(&CheckedText::new(text)), "{text}");
        }
    }

    #[test]
    fn a_lost_word_is_a_cut() {
        for text in ["The crane was built by .", "The form is called . It is long.", "Boats, nets , and ropes."] {
            assert!(is_cut_off(&CheckedText::new(text)), "{text}");
        }
        for text in ["Le quai est fermé !", "A file named .env is here.", "The .5 metre line is dry."] {
            assert!(!is_cut_off(&CheckedText::new(text)), "{text}");
        }
    }

    #[test]
    fn cuts() {
        let cut = |text: &str| is_cut_off(&CheckedText::new(text));
        for text in [
            "The quay is closed and […]",
            "The quay is closed and it...",
            "The quay is closed. Read More →",
            "The quay is closed. Weiterlesen »",
            "“The quay is closed and…”",
            "…and then they left.",
            ", and then they left.",
            "The quay […] is closed.",
            "We met Mr.",
            "Boats, e.g.",
            "港口关闭了…",
        ] {
            assert!(cut(text), "{text}");
        }
        for text in [
            "The quay is closed.",
            "We met Mr. Reed.",
            "It has ropes, nets etc.",
            "Wait… what happened?",
            "“Go on,” they said.",
            "港口关闭了。",
            "She stayed till 5 p.m.",
        ] {
            assert!(!cut(text), "{text}");
        }
        assert_eq!(strip_cut_marker("It closed and […] Read more →"), "It closed and");
        assert_eq!(strip_cut_marker("It closed."), "It closed.");
    }

    #[test]
    fn markup() {
        let markup = |text: &str| has_markup(&CheckedText::new(text));
        for text in [
            "The <b>north</b> quay is closed.",
            "The north quay &amp; pier are closed.",
            "The north quay &#8217;s closed.",
            "See https://harbour.example for the plan.",
            "See www.harbour.example for the plan.",
            "See harbour.example/plan for more.",
            "Write to notes@harbour.example for the plan.",
            "The **north** quay is closed.",
            "The _north_ quay is closed.",
            "The `north` quay is closed.",
            "The [north](quay) is closed.",
            "# The quay is closed.",
            "- The quay is closed.",
            "• The quay is closed.",
            "— Закрыто, — сказал он.",
            "The {{ quay }} is closed.",
            "The quay is closed [1].",
            "The quay is closed.^",
            "[caption id=1]The quay is closed.",
            "The quay [image] is closed.",
            "The quay is closed | Harbour Notes.",
            "The quay\\nis closed.",
        ] {
            assert!(markup(text), "{text}");
        }
        for text in [
            "The north quay & pier are closed.",
            "AT&T pays the harbour.",
            "Prices < 5 euros are rare.",
            "He said “[the quay] is closed.”",
            "The quay and/or the pier are closed.",
            "It costs 5 $ and 50 %.",
            "Booking.com counts 1/2 of the berths.",
            "The ratio is 3:1 (or more).",
            "snake_case names are fine.",
            "Version 2.0.1 is out!",
            "C# and C++ are taught at the harbour school.",
            "Das Boot – ein Kutter – ist zu.",
        ] {
            assert!(!markup(text), "{text}");
        }
    }

    #[test]
    fn residue() {
        for text in [
            "a\u{202e}b.",
            "a\u{200b}b.",
            "a\u{fffd}b.",
            "a\u{7}b.",
            "a\u{e001}b.",
            "a\u{200d}b.",
            "👩\u{200d} left.",
            "🇵 left.",
        ] {
            assert!(has_unreadable_characters(text), "{text:?}");
        }
        for text in [
            "👩\u{200d}👧 left.",
            "🇵🇹 left.",
            "❤\u{fe0f} left.",
            "می\u{200c}خواهم.",
            "क्\u{200d}ष।",
            "Café.",
            "1\u{fe0f}\u{20e3} left.",
            "👍🏽 left.",
        ] {
            assert!(!has_unreadable_characters(text), "{text:?}");
        }
    }
}
