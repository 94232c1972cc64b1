//! Numbers in running text, each in one way of writing: with its sign, without separators of thousands.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::LazyLock,
};

use super::super::languages::{LANGUAGES, Language, entries};

/// The numbers of a text that are written in digits: `1,200.5` is `1200.5`, `€3 million` is `3million€`, `15 %` is
/// `15%`. A number with a unit is another number than the bare one.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = String> {
    let chars: Vec<char> = text.chars().map(plain).collect();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < chars.len() && !chars[at].is_ascii_digit() {
            at += 1;
        }
        if at >= chars.len() {
            return None;
        }
        let start = at;
        while at < chars.len() && (chars[at].is_ascii_digit() || is_inside(&chars, start, at)) {
            at += 1;
        }
        let mut number = normal(chars.get(start..at).unwrap_or_default());
        let mut back = start;
        while back > 0 && chars[back - 1] == ' ' {
            back -= 1;
        }
        let before = back.checked_sub(1).and_then(|back| chars.get(back)).copied().filter(|c| is_currency(*c));
        let (unit, end) = unit(&chars, at);
        at = end;
        number.push_str(&unit);
        number.extend(before.filter(|sign| !unit.contains(*sign)));
        Some(number)
    })
}

/// ASCII digits for those of other scripts, a space for each kind of it.
fn plain(c: char) -> char {
    let zero = match c {
        '０'..='９' => '０',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        '\u{a0}' | '\u{202f}' | '\u{2009}' => return ' ',
        _ => return c,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

/// Says whether a separator at `at` belongs to the number that begins at `start`.
fn is_inside(chars: &[char], start: usize, at: usize) -> bool {
    let digits = |from: usize| chars.iter().skip(from).take(4).take_while(|c| c.is_ascii_digit()).count();
    match chars.get(at) {
        Some('.' | ',' | ':' | '/' | '-' | '’' | '\'') => digits(at + 1) > 0,
        // A space parts thousands only where exactly three digits follow, and one to three stand before.
        Some(' ') => {
            let before =
                chars.get(start..at).unwrap_or_default().iter().rev().take_while(|c| c.is_ascii_digit()).count();
            digits(at + 1) == 3 && (1..=3).contains(&before) && chars.get(start) != Some(&'0')
        }
        _ => false,
    }
}

/// Without separators of thousands, and with a point for decimals.
fn normal(chars: &[char]) -> String {
    let text: String = chars.iter().collect();
    let parts: Vec<&str> = text.split(['.', ',', ' ', '’', '\'']).collect();
    let thousands = |parts: &[&str]| parts.iter().skip(1).all(|part| part.len() == 3) && parts[0].len() <= 3;
    match parts[..] {
        [_] => text,
        [whole, ..] if thousands(&parts) && whole != "0" => parts.concat(),
        [.., last] if parts.len() > 2 && thousands(&parts[..parts.len() - 1]) => {
            format!("{}.{last}", parts[..parts.len() - 1].concat())
        }
        _ => parts.join("."),
    }
}

fn is_currency(c: char) -> bool {
    "$€£¥₽₹₩₺₴".contains(c)
}

/// The unit behind a number, and where it ends: a sign, letters that stand close, or a word that changes its size.
fn unit(chars: &[char], at: usize) -> (String, usize) {
    let mut unit = String::new();
    let mut end = at;
    while let Some((word, next)) = one_unit(chars, end) {
        unit.push_str(&word);
        end = next;
    }
    (unit, end)
}

fn one_unit(chars: &[char], at: usize) -> Option<(String, usize)> {
    let close = chars.get(at)?;
    let from = if *close == ' ' { at + 1 } else { at };
    let first = *chars.get(from)?;
    if is_currency(first) || "%‰°".contains(first) {
        return Some((first.to_string(), from + 1));
    }
    // Units of scripts without spaces are one character.
    if "万亿億萬兆元円".contains(first) {
        return Some((first.to_string(), from + 1));
    }
    let word: String = chars.iter().skip(from).take(20).take_while(|c| c.is_alphabetic()).collect();
    let end = from + word.chars().count();
    let lower = word.to_lowercase();
    if let Some(sign) = UNITS.get(lower.as_str()) {
        return Some(((*sign).to_owned(), end));
    }
    let spaced = *close == ' ';
    if entries(|language| &language.number_sizes).any(|size| size == lower)
        || (!spaced && !lower.is_empty() && lower.is_ascii())
    {
        return Some((lower, end));
    }
    None
}

/// The numbers of a text that are written as words, in lower case.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    use unicode_segmentation::UnicodeSegmentation as _;
    let lower = text.to_lowercase();
    let found: Vec<String> = lower.unicode_words().filter(|word| value(word).is_some()).map(str::to_owned).collect();
    let chinese: Vec<String> = text.chars().filter(|c| CHINESE.contains(*c)).map(String::from).collect();
    found.into_iter().chain(chinese)
}

/// Says whether a number word stands in `known`, which is in lower case, or its digits among `numbers`.
pub(super) fn is_supported(word: &str, known: &str, numbers: &HashSet<String>) -> bool {
    known.contains(&format!(" {word} "))
        || word.starts_with(|c| CHINESE.contains(c)) && known.contains(word)
        || value(word).is_some_and(|value| numbers.contains(value))
}

const CHINESE: &str = "两二三四五六七八九十百千万亿億";

/// What a number word means; those that are sizes only have no digits.
fn value(word: &str) -> Option<&'static str> {
    VALUES.get(word).copied()
}

static VALUES: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| by_word(|language| &language.number_words));

/// Signs by the words for them.
static UNITS: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| by_word(|language| &language.number_units));

/// What the words of a table stand for, in all languages.
fn by_word(table: fn(&Language) -> &BTreeMap<String, Vec<String>>) -> HashMap<&'static str, &'static str> {
    let rows = LANGUAGES.iter().flat_map(table);
    rows.flat_map(|(meaning, words)| words.iter().map(|word| (word.as_str(), meaning.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(numbers(text).collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn numbers_have_one_way_of_writing() {
        check("1,200 boats, 1.200 boats, 1 200 boats, 1’200 boats", &["1200", "1200", "1200", "1200"]);
        check("1.5 or 1,5", &["1.5", "1.5"]);
        check("1,200.50 and 1.200,50", &["1200.50", "1200.50"]);
        check("15% and 15 % and 15 percent", &["15%", "15%", "15%"]);
        check("€3 million, 3 million euros, $3m", &["3million€", "3million€", "3m$"]);
        check("on 3 May 2025 at 10:30.", &["3", "2025", "10:30"]);
        check("2025-05-03", &["2025-05-03"]);
        check("in 2019 300 boats", &["2019", "300"]);
        check("３隻 ٣ 3万", &["3", "3", "3万"]);
        check("version 1.2.3, 20th", &["1.2.3", "20th"]);
        check("none", &[]);
    }

    #[test]
    fn number_words_mean_their_digits() {
        let numbers: HashSet<String> = ["11".to_owned()].into();
        assert_eq!(words("Eleven of them").collect::<Vec<_>>(), ["eleven"]);
        assert!(is_supported("eleven", " none ", &numbers) && !is_supported("twelve", " none ", &numbers));
        assert!(is_supported("twelve", " the twelve boats ", &numbers));
    }
}
