//! Plain text for reading: lines broken by the width that people see, never inside an address; and whether HTML stays in
//! its cell.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::html::{Token, scan};

/// Columns of a line.
pub(super) const WIDTH: usize = 74;

/// Breaks text into lines of at most `width` columns; its own line ends stay.
///
/// A wide character (Chinese, Japanese, Korean) takes two columns and may stand at the end of a line, but
/// closing punctuation never begins one. An address is never broken, whatever its length.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let width = width.max(8);
    let lines: Vec<String> = text.lines().map(|line| wrap_line(line, width)).collect();
    lines.join("\n")
}

fn wrap_line(line: &str, width: usize) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut column = 0;
    for word in line.split_whitespace() {
        let mut first = true;
        for piece in pieces(word, width) {
            let space = usize::from(first && column > 0);
            let wide = piece.width();
            if column > 0 && column + space + wide > width {
                out.push('\n');
                column = 0;
            } else if space == 1 {
                out.push(' ');
                column += 1;
            }
            out.push_str(&piece);
            column += wide;
            first = false;
        }
    }
    out
}

/// Cuts a word where a line may break inside it.
fn pieces(word: &str, width: usize) -> Vec<String> {
    if word.contains("://") || word.starts_with("mailto:") || (word.is_ascii() && word.len() <= width) {
        return vec![word.to_owned()];
    }
    let mut pieces: Vec<String> = Vec::new();
    let mut last_wide = true;
    let mut columns = 0;
    for grapheme in word.graphemes(true) {
        let own = grapheme.width();
        let wide = own >= 2;
        let sticks = grapheme.chars().next().is_some_and(|char| "、。,.・:;!?)」』】》〉”’!),.:;?々ー".contains(char));
        let after_opening =
            pieces.last().is_some_and(|piece| piece.ends_with(['「', '『', '(', '【', '《', '〈', '“', '‘']));
        match pieces.last_mut() {
            Some(piece) if columns + own <= width && (sticks || after_opening || !(wide || last_wide)) => {
                piece.push_str(grapheme);
                columns += own;
            }
            _ => {
                pieces.push(grapheme.to_owned());
                columns = own;
            }
        }
        last_wide = wide;
    }
    pieces
}

/// Tidies what a text template gave: no blanks at line ends, never two empty lines, one line end at the end.
pub(super) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        out.push_str(line);
        out.push('\n');
    }
    if empty {
        out.pop();
    }
    out
}

/// Folds text into one line, without control characters.
pub(super) fn fold(text: &str) -> String {
    let clean =
        text.split(|char: char| char.is_whitespace() || char.is_control() || matches!(char, '\u{2028}' | '\u{2029}'));
    clean.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Tags may be nested this deep; clients give up on much less.
const DEPTH: usize = 100;

/// Says whether every tag is closed, the last opened first, and none is nested too deep.
///
/// Cleaning leaves nothing else (`html::clean`); what got past it would spill over into the posts after it.
pub(super) fn is_sound(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for token in scan(html) {
        match token {
            Token::Start(tag) if tag.is_empty() => {}
            Token::Start(tag) => open.push(tag.name),
            Token::End(tag) if open.pop() == Some(tag.name) => {}
            Token::Text(text) if !text.contains('<') => {}
            Token::End(_) | Token::Text(_) | Token::Comment(_) => return false,
        }
        if open.len() > DEPTH {
            return false;
        }
    }
    open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(wrap(text, 10), expect);
    }

    #[test]
    fn lines_break_between_words() {
        check("one two three four", "one two\nthree four");
        check("one\n\ntwo", "one\n\ntwo");
        check("see https://harbour.example/a/long/path now", "see\nhttps://harbour.example/a/long/path\nnow");
        check("abcdefghijklmno", "abcdefghij\nklmno");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        check("港の灯りが見える夜", "港の灯りが\n見える夜");
        check("港の灯り光。見える", "港の灯り\n光。見える");
    }

    #[test]
    fn text_is_tidied() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\n\n"), "a\n\nb\n");
        assert_eq!(fold(" a\r\nb\u{2028}c\u{0}d "), "a b c d");
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_no_word_is_lost(text in "[a-z 港の。é\n]{0,200}") {
            let wrapped = wrap(&text, 20);
            prop_assert!(wrapped.lines().all(|line| line.width() <= 20));
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&wrapped), bare(&text));
        }
    }

    #[test]
    fn only_closed_markup_is_sound() {
        for sound in ["", "words &lt; more", "<p>a <b>b</b><br>c<img src=\"x\"></p>", "<p>a</p><hr/>"] {
            assert!(is_sound(sound), "{sound}");
        }
        for broken in ["<p>a", "</p>", "<p><b></p></b>", "5 < 6", "<!-- x -->", "<p", &"<b>".repeat(101)] {
            assert!(!is_sound(broken), "{broken}");
        }
    }
}
