//! Dates, places and names that stand before the words of a post.

use std::{collections::HashSet, sync::LazyLock};

use super::{super::languages::LANGUAGES, checked_text::CheckedText};

/// Says whether `text` is a date alone, or begins with the place and date of an agency's report, or is a byline.
pub(super) fn is_dateline(text: &CheckedText<'_>) -> bool {
    is_date_alone(&text.lower) || begins_with_place(text.original) || after_stamp(text.original).is_some()
}

/// Says whether there is nothing but a date and a time.
fn is_date_alone(lower: &str) -> bool {
    if lower.len() > 120 || !lower.contains(|c: char| c.is_numeric()) {
        return false;
    }
    if lower.contains(['年', '月', '년', '월']) {
        return lower.chars().all(|c| {
            c.is_numeric()
                || c.is_whitespace()
                || "年月日号號曜星期周週一二三四五六天火水木金土（）().,:：时分時년월일".contains(c)
        });
    }
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| {
        let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let ordinal = word.get(number.len()..).unwrap_or_default();
        let numeric = !number.is_empty()
            && number.chars().all(char::is_numeric)
            && matches!(ordinal, "" | "st" | "nd" | "rd" | "th" | "er" | "h" | "am" | "pm" | "o" | "a");
        numeric || DATE_WORDS.contains(word)
    })
}

/// Words of dates in all languages.
static DATE_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lists = LANGUAGES.iter().flat_map(|language| {
        [&language.months, &language.month_abbreviations, &language.weekdays, &language.date_words]
    });
    lists.flatten().map(String::as_str).collect()
});

/// Says whether `text` begins as agencies begin: "LISBON, Jan. 9 (Reuters) —", "BERLIN (dpa) –", "Lisbon, Portugal –
/// May 5 –", "(CNN) —".
fn begins_with_place(text: &str) -> bool {
    let start = text.get(..text.floor_char_boundary(90)).unwrap_or_default();
    if !start.contains(" -") && !start.contains(['–', '—']) {
        return false;
    }
    let Some((place, _)) = split_at_dash(start) else { return false };
    let place = place.trim();
    let mut words = place.split_whitespace().peekable();
    if place.is_empty() || words.clone().count() > 10 {
        return false;
    }
    let agency = place.ends_with(')') && place.contains('(') && {
        let outside = place.split('(').next().unwrap_or_default();
        outside.split_whitespace().all(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()))
    };
    // "LISBON" and "NEW YORK", but not "NASA" in "NASA and others – …".
    let first = words.peek().copied().unwrap_or_default();
    let capitals = is_capital_word(first) && {
        let rest = place.split([',', '(']).next().unwrap_or_default();
        rest.split_whitespace().all(is_capital_word)
    };
    let dated = place.split_once(',').is_some_and(|(_, rest)| {
        let lower = rest.to_lowercase();
        let named = |word: &str| DATE_WORDS.contains(word) && word.len() > 2 && !matches!(word, "the" | "den" | "del");
        lower.split(|c: char| !c.is_alphanumeric()).any(named) && rest.contains(|c: char| c.is_numeric())
    });
    let all_named = place.contains(',')
        && place.split_whitespace().all(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()));
    agency || capitals || dated || all_named
}

/// `text` without the dateline before its words, where it has one.
pub(in crate::teaser) fn strip_dateline(text: &str) -> Option<&str> {
    if let Some(rest) = after_stamp(text) {
        return Some(rest);
    }
    let (_, rest) = begins_with_place(text).then(|| split_at_dash(text))??;
    Some(rest.trim_start_matches(|c: char| c.is_whitespace() || "–—-".contains(c)))
}

/// What stands behind the time of a live report, "14:32 Ferries …", or behind the name of a paper, "【本报讯】".
fn after_stamp(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('【') {
        let (name, rest) = rest.split_once('】')?;
        let agency = name.ends_with(['讯', '訊', '电', '電', '道']) && name.chars().nth(16).is_none();
        return agency.then(|| rest.trim_start()).filter(|rest| !rest.is_empty());
    }
    let hour = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let minute = hour.strip_prefix([':', '.', 'h'])?;
    let rest = minute.trim_start_matches(|c: char| c.is_ascii_digit());
    if !(1..=2).contains(&(text.len() - hour.len())) || minute.len() - rest.len() != 2 {
        return None;
    }
    let rest =
        [" Uhr", " h", " am", " pm", " GMT", " UTC"].iter().find_map(|unit| rest.strip_prefix(unit)).unwrap_or(rest);
    let words = rest.trim_start_matches(|c: char| c.is_whitespace() || ":–—-".contains(c));
    // "12:30 is high water" speaks of the time.
    (words.len() < rest.len() && words.starts_with(char::is_uppercase)).then_some(words)
}

/// What stands before and behind the first dash that has space around it.
fn split_at_dash(text: &str) -> Option<(&str, &str)> {
    [" — ", " – ", " - ", " -- ", "— ", " —", "—", ": – ", "– "]
        .iter()
        .filter_map(|dash| text.split_once(dash))
        .min_by_key(|(place, _)| place.len())
}

fn is_capital_word(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() >= 3 && letters.clone().all(char::is_uppercase)
        || !word.contains(char::is_alphabetic)
        || word.ends_with('.') && word.starts_with(char::is_uppercase)
}

/// Says whether `text` begins with the number or letter of a list's item.
pub(super) fn begins_as_list_item(text: &str) -> bool {
    let text = text.trim_start_matches(['(', '[', '（', '【']);
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - number.len();
    let single = text.starts_with(|c: char| c.is_ascii_lowercase()).then(|| text.get(1..)).flatten();
    let behind = |rest: &str| {
        // Marks of full width need no space behind them.
        let wide = rest.starts_with(['）', '】', '、']);
        wide || rest
            .strip_prefix([')', ']', '.'])
            .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
    };
    let circled = text.starts_with(|c: char| matches!(c, '①'..='⓿' | '❶'..='➓'));
    let chinese = text.find('、').is_some_and(|at| {
        text.get(..at).is_some_and(|head| !head.is_empty() && head.chars().all(|c| "一二三四五六七八九十".contains(c)))
    });
    circled
        || chinese
        || (1..=3).contains(&digits) && behind(number)
        || single.is_some_and(|rest| rest.starts_with(')'))
        || text.starts_with('#') && text.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        || {
            let lower = text.get(..text.floor_char_boundary(10)).unwrap_or_default().to_ascii_lowercase();
            lower.strip_prefix("step ").is_some_and(|rest| {
                rest.trim_start_matches(|c: char| c.is_ascii_digit()).len() < rest.len() && rest.contains([':', '.'])
            })
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines() {
        for text in [
            "January 9, 2025",
            "Posted on, at 9:30 am, January 9th 2025.".trim_start_matches("Posted "),
            "9. Januar 2025.",
            "2025年1月9日",
            "9 января 2025 г.",
            "le 9 janvier 2025",
            "2025-01-09",
            "LISBON, Jan. 9 (Reuters) — The quay is closed.",
            "LISBON — The quay is closed.",
            "Lisbon, Portugal – May 5, 2024 – The quay is closed.",
            "BERLIN (dpa) – Die Mole ist zu.",
            "Berlin (dpa) - Die Mole ist zu.",
            "NEW YORK, May 5 — The quay is closed.",
            "PARIS – Le quai est fermé.",
            "WASHINGTON (AP) — The quay is closed.",
            "(CNN) — The quay is closed.",
        ] {
            assert!(is_dateline(&CheckedText::new(text)), "{text}");
        }
        for text in [
            "On January 9, 2025 the quay was closed.",
            "The quay — old and green — is closed.",
            "Three boats, two of them old – all sank.",
            "NASA is late.",
            "NASA and the harbour – old friends – fell out.",
            "In May, the quay opens – at last.",
            "May is over.",
            "2025 was dry.",
            "Die Mole – alt und grün – ist zu.",
            "2025年の港は静かだった。",
            "一月九日码头关闭了，渔民都走了。",
            "Lisbon’s quay is closed.",
        ] {
            assert!(!is_dateline(&CheckedText::new(text)), "{text}");
        }
    }

    #[test]
    fn stamps_go() {
        for (text, rest) in [
            ("14:32 Ferries have been stopped.", "Ferries have been stopped."),
            ("14.10 Uhr: Die Mole ist zu.", "Die Mole ist zu."),
            ("9h05 – Le quai est fermé.", "Le quai est fermé."),
            ("【本报讯】港务局关闭了码头。", "港务局关闭了码头。"),
        ] {
            assert_eq!(strip_dateline(text), Some(rest));
            assert!(is_dateline(&CheckedText::new(text)), "{text}");
        }
        for text in ["12:30 is high water.", "2025: The year of the quay.", "【重要】码头关闭了。", "12:30"] {
            assert_eq!(strip_dateline(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_of_items() {
        for text in [
            "1. The quay.",
            "1) The quay.",
            "(1) The quay.",
            "12. The quay.",
            "a) The quay.",
            "#1 The quay.",
            "Step 2: The quay.",
            "① 码头。",
            "一、码头。",
            "1、码头。",
            "【1】码头。",
        ] {
            assert!(begins_as_list_item(text), "{text}");
        }
        for text in [
            "1.5 metres.",
            "12 boats sank.",
            "2025 was dry.",
            "A quay.",
            "The quay.",
            "Step by step the quay grows.",
            "1,000 boats.",
            "一个码头。",
            "3D charts are here.",
            "(Old) quays.",
        ] {
            assert!(!begins_as_list_item(text), "{text}");
        }
    }
}
