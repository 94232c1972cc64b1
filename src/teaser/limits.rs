//! Keeps a text on one line and within the limits, in whole sentences.

use super::{options::TeaserOptions, sentence::split_sentences};
use crate::html;

/// Makes one line: runs of space become one space; control characters, bidirectional overrides and characters that
/// nobody sees go away. The joiners that emoji and several scripts need stay.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
            before = ' ';
        } else if is_kept(before, c, chars.peek().copied()) {
            line.push(c);
            before = c;
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Says whether [`one_line`] would leave out nothing of `text`.
pub(super) fn is_clean(text: &str) -> bool {
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !is_kept(before, c, chars.peek().copied()) {
            return false;
        }
        before = c;
    }
    true
}

/// Says whether `c`, between its neighbours, can be seen or makes them be seen as they should.
fn is_kept(before: char, c: char, next: Option<char>) -> bool {
    match c {
        '\u{200b}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{fffd}'
        | '\u{fffc}'
        | '\u{61c}'
        | '\u{180e}' => false,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' => false,
        // Joins the parts of an emoji, or letters of Arabic and Indic scripts.
        '\u{200d}' => {
            let emoji = is_emoji_part(before) && next.is_some_and(is_emoji_part);
            emoji || is_joining(before) && next.is_none_or(|next| is_joining(next) || !next.is_alphanumeric())
        }
        // Parts letters of those scripts that would join.
        '\u{200c}' => is_joining(before) && next.is_some_and(is_joining),
        '\u{fe0e}' | '\u{fe0f}' => is_emoji_part(before) || matches!(before, '0'..='9' | '#' | '*'),
        '\u{fe00}'..='\u{fe0d}' => before.is_alphanumeric() || is_emoji_part(before),
        '\u{e0020}'..='\u{e007f}' => matches!(before, '\u{1f3f4}' | '\u{e0020}'..='\u{e007f}'),
        '\u{e0000}'..='\u{e001f}' | '\u{f0000}'.. => false,
        _ => !c.is_control(),
    }
}

/// Pictographs and what changes them.
fn is_emoji_part(c: char) -> bool {
    matches!(
        c,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{20e3}' | '\u{2122}' | '\u{2139}' | '\u{3030}' | '\u{303d}'
            | '\u{3297}' | '\u{3299}' | '\u{fe0f}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{27bf}'
            | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{e0020}'..='\u{e007f}'
    )
}

/// Letters and signs of scripts whose letters join: Arabic and its like, those of India, Khmer, Mongolian.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Says whether part of an emoji stands alone: half a flag, a colour of skin, a keycap without its key.
pub(super) fn has_broken_emoji(text: &str) -> bool {
    let mut halves = 0_usize;
    let mut before = ' ';
    for c in text.chars() {
        if matches!(c, '\u{1f1e6}'..='\u{1f1ff}') {
            halves += 1;
        } else {
            if !halves.is_multiple_of(2) {
                return true;
            }
            halves = 0;
        }
        let tone = matches!(c, '\u{1f3fb}'..='\u{1f3ff}') && !is_emoji_part(before);
        let cap = c == '\u{20e3}' && !matches!(before, '0'..='9' | '#' | '*' | '\u{fe0f}');
        if tone || cap {
            return true;
        }
        before = c;
    }
    !halves.is_multiple_of(2)
}

/// Says whether `text` is at most as long as `options` allows.
pub(super) fn fits(text: &str, options: &TeaserOptions) -> bool {
    html::fits(text, options.max_chars)
}

/// As many whole sentences from the start of `text` as the limits allow; `None` where the first is too long.
pub(super) fn first_sentences(text: &str, options: &TeaserOptions) -> Option<String> {
    let mut end = 0;
    for sentence in split_sentences(text).take(options.max_sentences) {
        let from = text.get(end..)?.find(sentence)? + end;
        let longer = from + sentence.len();
        if !fits(text.get(..longer)?.trim_start(), options) {
            break;
        }
        end = longer;
    }
    text.get(..end).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Chinese characters, kana and Hangul, behind each of which a line may be broken.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(max_chars: usize) -> TeaserOptions {
        TeaserOptions { max_chars, ..TeaserOptions::default() }
    }

    #[test]
    fn whole_sentences_are_taken_while_they_fit() {
        let text = "One is here. Two is here. Three is here.";
        assert_eq!(first_sentences(text, &options(100)).as_deref(), Some("One is here. Two is here."));
        assert_eq!(first_sentences(text, &options(24)).as_deref(), Some("One is here."));
        assert_eq!(first_sentences(text, &options(5)), None);
        assert_eq!(first_sentences("", &options(5)), None);
    }

    #[test]
    fn lines_are_clean() {
        assert_eq!(one_line(" a\n\tb\u{0}\u{202e}c\u{200b} "), "a bc");
        for kept in
            ["👩\u{200d}👧", "می\u{200c}خواهم", "क्\u{200d}ष", "❤\u{fe0f}\u{200d}🔥", "1\u{fe0f}\u{20e3}", "👍🏽 🇵🇹"]
        {
            assert_eq!(one_line(kept), kept);
            assert!(is_clean(kept) && !has_broken_emoji(kept));
        }
        assert_eq!(one_line("a\u{200d}b\u{200c}c\u{fe0f}"), "abc");
        assert_eq!(one_line("👩\u{200d} left"), "👩 left");
        assert!(has_broken_emoji("🇵 left") && has_broken_emoji("a🏽"));
    }
}
