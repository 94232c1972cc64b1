//! Whether the dot behind a word belongs to it and ends nothing: abbreviations, initials, ordinals, list numbers.

use super::{
    lexicon::{self, Abbreviation},
    punctuation::{is_opener, is_unspaced},
};

/// The longest abbreviation, in octets.
pub(super) const MAX_ABBREVIATION_BYTES: usize = 18;

/// Says whether the dot behind `before` is part of its last word.
///
/// `before` is the end of the sentence so far, or all of it where `whole` says so. `next` is what follows behind the
/// space and can begin a sentence.
pub(super) fn is_part_of_word(before: &str, whole: bool, next: &str) -> bool {
    let (earlier, word) = last_word(before);
    if word.is_empty() {
        return false;
    }
    let first = whole && !earlier.contains(char::is_alphanumeric);
    let next = Next::read(next);
    if is_list_number(word) {
        return first || is_in_list(earlier, word) || is_date(earlier, &next) || is_ordinal(earlier, &next);
    }
    if is_roman(word) && word.len() > 1 {
        return first
            || lexicon::is_before_ordinal(&last_token(earlier).to_lowercase()) && !next.often_begins_sentence();
    }
    if is_measure(word, &next) {
        return true;
    }
    let mut letters = word.chars();
    let single = letters.next().filter(|c| letters.next().is_none() && c.is_alphabetic());
    if single.is_some() && next.dotted && next.is_letter_or_part(word) {
        // The first of "a. C.", "v. Chr." and "J. P.", a number before it or not.
        return true;
    }
    if let Some(letter) = single
        && letter.is_lowercase()
        && is_number(last_token(earlier))
        && composite(earlier, word).is_none()
    {
        // The unit of "10 h." or the year's "1990 г.".
        return false;
    }
    if matches!(word, "phil" | "nat" | "med" | "jur" | "rer" | "oec" | "theol" | "habil") {
        return last_token(earlier).ends_with('.');
    }
    match kind(earlier, word) {
        Some(Abbreviation::Mostly) if whole && is_opening(earlier, word) => return true,
        Some(kind) if !is_capital_word(word, kind) => return holds(kind, earlier, word, &next),
        _ => {}
    }
    if let Some(letter) = single {
        return is_initial(letter, first, earlier, &next);
    }
    let dotted = word.contains('.')
        && word.split('.').all(|part| part.chars().count() <= 2 && part.chars().all(char::is_alphabetic));
    if dotted {
        return next.bracket || !next.often_begins_sentence();
    }
    if is_doubled(word) {
        // Spanish doubles the letters of plurals: "EE. UU.", "CC. OO.".
        let behind = is_doubled(last_token(earlier).trim_end_matches('.')) && earlier.trim_end().ends_with('.');
        return behind && !next.often_begins_sentence() || next.dotted && is_doubled(next.word);
    }
    // "Hafenstr. 12"; "Sgt.", "Wm." and others that are not in the tables.
    word.ends_with("str") && next.is_number() || is_contraction(word) && !next.often_begins_sentence()
}

/// What an abbreviation's kind says about this place.
fn holds(kind: Abbreviation, earlier: &str, word: &str, next: &Next<'_>) -> bool {
    match kind {
        Abbreviation::Always => true,
        Abbreviation::Title | Abbreviation::Rank => {
            let capital = word.starts_with(char::is_uppercase);
            let unit = !capital && is_number(last_token(earlier));
            let name = (capital || kind == Abbreviation::Title)
                && (!next.often_begins_sentence() || lexicon::is_particle(next.word));
            !unit && name
        }
        Abbreviation::Number => next.is_number() || next.is_label() || word != "No" && is_chain(word, next),
        Abbreviation::Seldom => next.bracket || !next.often_begins_sentence(),
        // "S. A. Gómez" has initials, "Faro S.A." is a company.
        Abbreviation::Mostly if word.chars().nth(1).is_none() && word.starts_with(char::is_uppercase) => {
            !next.often_begins_sentence()
        }
        // "в 90-х гг. XX в."
        Abbreviation::Mostly if is_roman(next.word) && !word.is_ascii() => true,
        Abbreviation::Mostly => {
            next.bracket || lexicon::is_behind_hour(next.word) || lexicon::follows_company_form(next.word)
        }
    }
}

/// Says whether `word` and the next are both abbreviations with a capital: "Sat. Jan. 4", "Mar. Biol.".
fn is_chain(word: &str, next: &Next<'_>) -> bool {
    let kind = || lexicon::abbreviation(&next.word.to_lowercase());
    next.dotted
        && word.starts_with(char::is_uppercase)
        && matches!(kind(), Some(Abbreviation::Rank | Abbreviation::Number))
}

/// Says whether an hour opens the sentence: "At 5 a.m. Mr. Reed woke up."
fn is_opening(earlier: &str, word: &str) -> bool {
    let mut tokens = earlier.split_whitespace();
    let first = tokens
        .next()
        .is_some_and(|word| matches!(word, "At" | "By" | "Around" | "Before" | "After" | "Until" | "From" | "Since"));
    first && word.to_ascii_lowercase().ends_with(".m") && tokens.count() < 3
}

/// The kind of `word`, together with the single letters before it ("z. B.", "и т. д.") or by itself.
fn kind(earlier: &str, word: &str) -> Option<Abbreviation> {
    if word.len() > MAX_ABBREVIATION_BYTES {
        return None;
    }
    // French "M. Dupont" and Spanish "D. Luis" are titles only with a capital.
    if matches!(word, "M" | "D" | "г") && composite(earlier, word).is_none() {
        return Some(Abbreviation::Title);
    }
    // Weekdays, but "sat" and "sun" are words.
    if matches!(word, "Sat" | "Sun") {
        return Some(Abbreviation::Number);
    }
    if word == "ex" && last_token(earlier) == "par" {
        return Some(Abbreviation::Always);
    }
    let alone = || (word.chars().nth(1).is_some()).then(|| lexicon::abbreviation(&word.to_lowercase())).flatten();
    composite(earlier, word).and_then(|whole| lexicon::abbreviation(&whole)).or_else(alone)
}

/// `word` with the dotted single letters before it, in lower case and without spaces.
fn composite(earlier: &str, word: &str) -> Option<String> {
    let mut rest = earlier.trim_end();
    if !rest.ends_with('.') || word.chars().nth(3).is_some() {
        return None;
    }
    let mut letters = Vec::new();
    while let Some(undotted) = rest.strip_suffix('.').filter(|_| letters.len() < 3) {
        let (before, letter) = last_word(undotted);
        if letter.is_empty() || letter.chars().count() > 2 || !letter.chars().all(char::is_alphabetic) {
            break;
        }
        letters.push(letter);
        rest = before.trim_end();
    }
    letters.reverse();
    letters.push(word);
    (letters.len() > 1).then(|| letters.join(".").to_lowercase())
}

/// Says whether a single letter with a dot stands for a name or the like.
fn is_initial(letter: char, first: bool, earlier: &str, next: &Next<'_>) -> bool {
    if is_unspaced(letter) {
        return false;
    }
    if first || next.is_number() {
        return first || !lexicon::is_label(&last_token(earlier).to_lowercase());
    }
    if !letter.is_lowercase() && !letter.is_uppercase() {
        // Arabic "د. أحمد", but not the end of Hebrew "ש״ח".
        return earlier.is_empty() || earlier.ends_with([' ', '\u{a0}', '.']);
    }
    // In lower case German knows "s. Kapitel 3", "v. Berg"; elsewhere it is the name of a variable.
    let chained = earlier.trim_end().ends_with('.');
    if letter.is_ascii_lowercase() && !chained && !matches!(letter, 's' | 'v' | 'u' | 'o' | 'd' | 'z' | 'i') {
        return false;
    }
    let lead = last_token(earlier);
    let label = !lead.ends_with('.') && lexicon::is_label(&lead.to_lowercase());
    !label && !next.often_begins_sentence()
}

/// Says whether German, which begins nouns with capitals, counts what follows: "am 3. Mai", "der 2. Platz".
fn is_ordinal(earlier: &str, next: &Next<'_>) -> bool {
    let lead = last_token(earlier).trim_start_matches(is_opener);
    lexicon::is_counted(&next.word.to_lowercase())
        || lexicon::is_before_ordinal(&lead.to_lowercase())
            && !next.often_begins_sentence()
            && next.word.starts_with(char::is_uppercase)
}

/// Says whether `word` numbers an item within a sentence: "for three reasons: 1. time, 2. money".
fn is_in_list(earlier: &str, word: &str) -> bool {
    let earlier = earlier.trim_end();
    let before = word.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
    let counted = |number: u16| {
        let item = format!(" {number}. ");
        earlier.contains(&item) || earlier.starts_with(item.trim_start())
    };
    earlier.ends_with([':', '：']) || before.is_some_and(|number| number > 0 && counted(number))
}

/// Says whether the number is the day or the month of "30. 6. 2025".
fn is_date(earlier: &str, next: &Next<'_>) -> bool {
    let digits = |word: &str| !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_digit());
    let day = next.word.len() <= 2 && next.dotted;
    let year = next.word.len() == 4 && last_token(earlier).strip_suffix('.').is_some_and(digits);
    digits(next.word) && (day || year)
}

/// Says whether a unit and the number behind it are one measure: "6 ft. 2 in.", "15 ч. 30 мин.", "3 руб. 50 коп.".
fn is_measure(word: &str, next: &Next<'_>) -> bool {
    let finer = next.behind.trim_start();
    match word {
        "ft" => next.is_number() && (finer.starts_with("in.") || finer.starts_with("in ")),
        "lb" | "lbs" => next.is_number() && finer.starts_with("oz"),
        "ч" => finer.starts_with("мин"),
        "мин" => finer.starts_with("сек"),
        "руб" => finer.starts_with("коп"),
        _ => false,
    }
}

/// A number that may count items or be a German ordinal; a year is neither.
fn is_list_number(word: &str) -> bool {
    word.len() <= 3 && word.bytes().all(|octet| octet.is_ascii_digit())
}

/// Says whether an all-capital word only looks like an abbreviation: "Oakland, CA.", "Tell ME.".
fn is_capital_word(word: &str, kind: Abbreviation) -> bool {
    matches!(kind, Abbreviation::Always | Abbreviation::Title | Abbreviation::Rank)
        && word.chars().count() > 1
        && word.chars().all(char::is_uppercase)
        && !matches!(word, "MR" | "MRS" | "DR" | "MM" | "ST")
}

/// Says whether a word with a capital has no vowel, as only abbreviations do.
fn is_contraction(word: &str) -> bool {
    let mut chars = word.chars();
    let consonant = |c: char| c.is_ascii_lowercase() && !"aeiouy".contains(c);
    word.len() <= 5
        && chars.next().is_some_and(|c| c.is_ascii_uppercase() && !"AEIOUY".contains(c))
        && word.len() > 1
        && chars.all(consonant)
}

fn is_doubled(word: &str) -> bool {
    let mut chars = word.chars();
    let pair = (chars.next(), chars.next(), chars.next());
    matches!(pair, (Some(a), Some(b), None) if a == b && a.is_uppercase())
}

fn is_number(word: &str) -> bool {
    word.ends_with(|c: char| c.is_numeric()) || is_roman(word)
}

fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.len() < 8 && word.bytes().all(|octet| b"IVXLCDM".contains(&octet))
}

/// Cuts `text` before its last word; hyphens, brackets and quotes bound a word as spaces do. An
/// apostrophe bounds the word of "l'art. 5", but not the end of "don't".
fn last_word(text: &str) -> (&str, &str) {
    let mut start = text.len();
    let mut chars = text.char_indices().rev().peekable();
    while let Some((at, c)) = chars.next() {
        let behind = text.get(start..).unwrap_or_default();
        let apostrophe = matches!(c, '\'' | '’')
            && matches!(behind, "t" | "s" | "d" | "m" | "ll" | "re" | "ve")
            && chars.peek().is_some_and(|(_, before)| before.is_alphanumeric());
        let sign = is_opener(c) && c != '_' && !apostrophe || matches!(c, '/' | '‑' | ')' | ',' | '+');
        if c.is_whitespace() || sign || is_unspaced(c) {
            break;
        }
        start = at;
    }
    text.split_at_checked(start).unwrap_or(("", text))
}

/// The last token before a space, with its signs.
fn last_token(text: &str) -> &str {
    text.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default()
}

/// The first word behind the space, and what surrounds it.
struct Next<'a> {
    word: &'a str,
    /// What stands behind the word.
    behind: &'a str,
    /// A dot follows the word: it may be an abbreviation itself.
    dotted: bool,
    /// A bracket stands before it.
    bracket: bool,
    /// "¿" or "¡" stands before it, or a dash: only sentences begin so.
    opened: bool,
}

impl<'a> Next<'a> {
    fn read(next: &'a str) -> Self {
        let start = next.trim_start_matches(is_opener);
        let word = start.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let behind = start.strip_prefix(word).unwrap_or_default();
        Self {
            word,
            behind,
            dotted: behind.starts_with('.'),
            bracket: next.starts_with(['(', '[', '（']),
            opened: next.starts_with(['¿', '¡', '—', '–']),
        }
    }

    /// Says whether the word is a letter, or makes an abbreviation of the tables with the letter before it.
    fn is_letter_or_part(&self, letter: &str) -> bool {
        let single = self.word.chars().nth(1).is_none() && self.word.chars().all(char::is_alphabetic);
        single
            || is_contraction(self.word)
            || self.word.len() < MAX_ABBREVIATION_BYTES
                && lexicon::abbreviation(&format!("{letter}.{}", self.word).to_lowercase()).is_some()
    }

    fn often_begins_sentence(&self) -> bool {
        let initial = self.dotted && self.word.chars().count() == 1;
        self.opened || !initial && lexicon::often_begins_sentence(self.word)
    }

    /// The letter of "Fig. B", but not a word of one letter.
    fn is_label(&self) -> bool {
        self.word.len() == 1 && self.word.starts_with(|c: char| c.is_ascii_uppercase() && !"AEIOUY".contains(c))
    }

    /// "5", "XII", "A4".
    fn is_number(&self) -> bool {
        let digit = |c: char| c.is_numeric();
        self.word.starts_with(digit)
            || is_roman(self.word) && self.word != "I"
            || self.word.len() < 5 && self.word.ends_with(digit) && self.word.starts_with(char::is_uppercase)
    }
}
