//! Keeps a text within the limits: whole sentences where they fit, else a cut behind a word.

use unicode_segmentation::UnicodeSegmentation;

use super::{Style, sentence::sentences};

/// Makes one line: runs of space become one space; control characters, bidirectional overrides and characters that
/// nobody sees go away.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{fffd}' => {}
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ if c.is_whitespace() => {
                if !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            _ if c.is_control() => {}
            _ => line.push(c),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Says whether `text` is at most as long as `style` allows.
pub(super) fn fits(text: &str, style: &Style) -> bool {
    // No grapheme is shorter than an octet, so most texts need no counting.
    text.len() <= style.max_chars || text.graphemes(true).take(style.max_chars + 1).count() <= style.max_chars
}

/// As many whole sentences from the start of `text` as the limits allow; `None` where the first is too long.
pub(super) fn whole(text: &str, style: &Style) -> Option<String> {
    let mut end = 0;
    for sentence in sentences(text).take(style.max_sentences) {
        let from = text.get(end..)?.find(sentence)? + end;
        let longer = from + sentence.len();
        if !fits(text.get(..longer)?.trim_start(), style) {
            break;
        }
        end = longer;
    }
    text.get(..end).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Cuts `text` behind a word so that it is within the limits with the "…" that says so; `None` where not even one
/// word is.
pub(super) fn cut(text: &str, style: &Style) -> Option<String> {
    let room = style.max_chars.checked_sub(1)?;
    let mut end = 0;
    let mut graphemes = text.grapheme_indices(true).peekable();
    for _ in 0..room {
        let Some((at, grapheme)) = graphemes.next() else { break };
        let behind = graphemes.peek().map(|(_, next)| next.starts_with(char::is_whitespace));
        if behind.unwrap_or(true) || grapheme.chars().any(is_unspaced) {
            end = at + grapheme.len();
        }
    }
    let kept = text.get(..end)?.trim_end_matches(|c: char| c.is_whitespace() || ",;:.…-–—([„“«、，：".contains(c));
    (!kept.is_empty()).then(|| format!("{kept}…"))
}

/// Chinese characters, kana and Hangul, behind each of which a line may be broken.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(max_chars: usize) -> Style {
        Style { max_chars, ..Style::default() }
    }

    #[track_caller]
    fn check_cut(text: &str, max: usize, expect: Option<&str>) {
        assert_eq!(cut(text, &style(max)).as_deref(), expect);
    }

    #[test]
    fn cuts_fall_behind_words() {
        check_cut("The old quay, closed", 9, Some("The old…"));
        check_cut("The old quay, closed", 14, Some("The old quay…"));
        check_cut("Unbelievable", 8, None);
        check_cut("港口关闭了没有人知道", 5, Some("港口关闭…"));
        check_cut("hi 👩‍👩‍👧 there", 6, Some("hi 👩‍👩‍👧…"));
        check_cut("word", 0, None);
        check_cut("", 10, None);
    }

    #[test]
    fn whole_sentences_are_taken_while_they_fit() {
        let text = "One is here. Two is here. Three is here.";
        assert_eq!(whole(text, &style(100)).as_deref(), Some("One is here. Two is here."));
        assert_eq!(whole(text, &style(24)).as_deref(), Some("One is here."));
        assert_eq!(whole(text, &style(5)), None);
        assert_eq!(whole("", &style(5)), None);
    }

    #[test]
    fn lines_are_clean() {
        assert_eq!(one_line(" a\n\tb\u{0}\u{202e}c\u{200b} "), "a bc");
        assert_eq!(one_line("👩\u{200d}👧"), "👩\u{200d}👧");
    }
}
