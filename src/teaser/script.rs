//! The scripts of characters.

use serde::Deserialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Greek,
    Han,
    Kana,
    Hangul,
    Arabic,
    Hebrew,
    Devanagari,
    Thai,
    Other,
}

pub(super) const SCRIPTS: [Script; 11] = [
    Script::Latin,
    Script::Cyrillic,
    Script::Greek,
    Script::Han,
    Script::Kana,
    Script::Hangul,
    Script::Arabic,
    Script::Hebrew,
    Script::Devanagari,
    Script::Thai,
    Script::Other,
];

/// The sign that ends a sentence whose last letter is `letter`; `None` where the script has none.
pub(super) fn full_stop_behind(letter: char) -> Option<char> {
    match script_of(letter) {
        Script::Han | Script::Kana => Some('。'),
        Script::Devanagari => Some('।'),
        Script::Thai => None,
        Script::Other if ('\u{980}'..='\u{9ff}').contains(&letter) => Some('।'),
        _ if has_no_sentence_marks(letter) => None,
        _ => Some('.'),
    }
}

pub(super) fn script_of(c: char) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{400}'..='\u{52f}' => Script::Cyrillic,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        _ if is_kana(c) => Script::Kana,
        _ if is_han_or_kana(c) => Script::Han,
        '\u{1100}'..='\u{11ff}' | '가'..='힣' => Script::Hangul,
        '\u{600}'..='\u{77f}' => Script::Arabic,
        '\u{590}'..='\u{5ff}' => Script::Hebrew,
        '\u{900}'..='\u{97f}' => Script::Devanagari,
        '\u{e00}'..='\u{e7f}' => Script::Thai,
        _ => Script::Other,
    }
}

/// Hiragana and katakana.
pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9d}')
}

/// Chinese characters and kana.
pub(super) fn is_han_or_kana(c: char) -> bool {
    is_kana(c) || matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '々')
}

/// Letters of scripts that write words without spaces.
pub(super) fn is_unspaced(c: char) -> bool {
    is_han_or_kana(c) || matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Scripts that have no mark for the end of a sentence: Thai, Lao.
pub(super) fn has_no_sentence_marks(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}')
}
