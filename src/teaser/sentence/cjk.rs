//! What is special in Chinese and Japanese: no space behind a sentence, and speech that goes on behind its quotation.

use super::{
    super::languages::entries,
    punctuation::{is_full_stop, is_opener, is_stop, is_unspaced},
};

/// Says whether a sentence goes on behind a quotation or bracket that ends with a terminator.
///
/// `before` is the sentence up to the opening sign, `opener` that sign, `after` what follows the closing one.
pub(super) fn continues_after_quotation(before: &str, opener: char, after: &str) -> bool {
    if after.starts_with(['、', '，', ',', '；', ';', '：', '。', '．']) {
        return true;
    }
    let before = before.trim_end();
    match opener {
        '《' | '【' => true,
        '(' | '[' | '（' => !before.is_empty(),
        _ if after.starts_with(is_hiragana) => goes_on_in_japanese(after),
        _ if before.is_empty() => is_attributed(after) || is_predicate(after),
        _ if before.ends_with([':', '：', '，', ',', '、', '。', '—']) => false,
        _ if entries(|language| &language.speech_before_quotations).any(|word| before.ends_with(word)) => false,
        // A word in quotation marks: 《那句“怎么办？”没有人回答》.
        _ => !before.ends_with(is_hiragana) && after.starts_with(is_unspaced),
    }
}

/// Says whether the sentence goes on behind "！" or "？" without a quotation: もうだめだ！と思った。
pub(super) fn continues_after_exclamation(after: &str) -> bool {
    entries(|language| &language.speech_after_exclamations).any(|words| after.starts_with(words))
}

/// The particles that may follow 」, but not the words that begin with the same sign and start a sentence.
fn goes_on_in_japanese(after: &str) -> bool {
    let particle = entries(|language| &language.particles_after_quotations).any(|word| after.starts_with(word));
    let start = entries(|language| &language.words_like_particles).any(|word| after.starts_with(word));
    particle && (!start || after.starts_with("です"))
}

/// Says whether what follows a quotation tells who said it: “来吧。”她说。
fn is_attributed(after: &str) -> bool {
    // The clause up to its comma or stop, no longer than an attribution can be.
    let clause_end =
        |c: char| is_full_stop(c) || is_stop(c) || is_opener(c) || matches!(c, '，' | ',' | '：' | ':' | '；');
    let clause: String = after.chars().take(40).take_while(|c| !clause_end(*c)).collect();
    let ends = |list| entries(list).any(|word| clause.ends_with(word));
    let said = ends(|language| &language.speech_endings) && !ends(|language| &language.no_speech_endings);
    let on = || entries(|language| &language.speech_going_on).any(|word| clause.contains(word));
    let nobody = entries(|language| &language.nobody_speaks).any(|word| clause.starts_with(word));
    !nobody && (said || on() || ends(|language| &language.speech_verbs))
}

/// Says whether the quotation is the subject of what follows: “怎么办？”是个好问题。
fn is_predicate(after: &str) -> bool {
    entries(|language| &language.predicates_after_quotations).any(|word| after.starts_with(word))
}

/// The length of a short note in brackets behind a full stop, which belongs to what stands before: 。（记者李明）
pub(super) fn bracket_note_length(after: &str) -> usize {
    let Some(inside) = after.strip_prefix('（') else { return 0 };
    let mut letters = 0;
    for (at, c) in inside.char_indices().take(16) {
        match c {
            '）' if letters > 1 => return '（'.len_utf8() + at + c.len_utf8(),
            '）' => return 0,
            _ if is_full_stop(c) || is_stop(c) => return 0,
            _ if c.is_numeric() || "一二三四五六七八九十".contains(c) => {}
            _ => letters += 1,
        }
    }
    0
}

fn is_hiragana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309f}')
}
