//! The lines under a title: when, and by whom.

use chrono::NaiveDate;

use super::{boilerplate::is_boilerplate, date, words::WORDS};

/// What a byline says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Byline {
    /// The day.
    pub date: Option<NaiveDate>,
    /// The names.
    pub authors: Vec<String>,
}

/// Reads a line that is nothing but a byline: `Posted January 09, 2025`, `By Jane Doe`,
/// `9. Januar 2025 | Jane Doe`, `Posted on January 9, 2025 by Jane Doe and John Roe`.
pub fn read(line: &str) -> Option<Byline> {
    let line = line.trim();
    if line.is_empty() || line.chars().count() > 140 {
        return None;
    }
    let mut byline = Byline::default();
    let mut parts = 0;
    let mut unclear = Vec::new();
    for part in line.split(['|', '·', '•', '–', '—', '／']).map(str::trim).filter(|part| !part.is_empty()) {
        parts += 1;
        match part_of(part) {
            Some(read) => {
                byline.date = byline.date.or(read.date);
                byline.authors.extend(read.authors);
            }
            None => unclear.push(part),
        }
    }
    if byline.date.is_none() && byline.authors.is_empty() {
        return None;
    }
    for part in unclear {
        if byline.date.is_some() && byline.authors.is_empty() && is_name(part) && !is_section(part) {
            byline.authors = split_names(part);
        } else if part.chars().count() > 30 || parts == 1 {
            // Words that are neither: a sentence with a dash in it.
            return None;
        }
    }
    Some(byline)
}

/// Says whether a short line is nothing but who and when: "By Jane Doe.", "Por Ana Lima e Rui Reis".
pub(crate) fn is_byline(line: &str) -> bool {
    let line = line.trim_end_matches(['.', '。']);
    line.len() <= 80 && read(line).is_some()
}

fn part_of(part: &str) -> Option<Byline> {
    if let Some(rest) = after_label(part, &WORDS.before_author) {
        let (names, date) = match date::find(rest) {
            Some(found) => {
                let names = rest[..found.start].trim_end_matches(|c: char| !c.is_alphabetic());
                (strip_end(names, &WORDS.between_author_and_date), Some(found.date))
            }
            None => (rest, None),
        };
        let authors = split_names(names);
        let likely = !authors.is_empty() && authors.len() <= 8 && authors.iter().all(|name| is_name(name));
        return likely.then_some(Byline { date, authors });
    }
    let labelled = after_label(part, &WORDS.before_date);
    let rest = labelled.unwrap_or(part);
    let found = date::find(rest)?;
    let before = rest[..found.start].trim_matches(|c: char| !c.is_alphanumeric());
    let weekday = before.is_empty() || (!before.contains(' ') && before.chars().count() <= 12);
    if !weekday {
        return None;
    }
    let after = rest[found.end..].trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    if after.is_empty() || is_time(after) {
        return Some(Byline { date: Some(found.date), authors: Vec::new() });
    }
    let names = after_label(after, &WORDS.before_author)?;
    let authors = split_names(names);
    authors.iter().all(|name| is_name(name)).then_some(Byline { date: Some(found.date), authors })
}

/// What follows one of `labels`, which a space, a colon or an end must follow.
fn after_label<'a>(text: &'a str, labels: &[String]) -> Option<&'a str> {
    labels.iter().find_map(|label| {
        let mut chars = text.char_indices();
        for wanted in label.chars() {
            let (_, there) = chars.next()?;
            if there != wanted && !there.to_lowercase().eq(std::iter::once(wanted)) {
                return None;
            }
        }
        let rest = chars.as_str();
        (rest.starts_with([':', ' ', '\u{a0}', '：']) || rest.is_empty())
            .then(|| rest.trim_start_matches([':', ' ', '\u{a0}', '：']))
            .filter(|rest| !rest.is_empty())
    })
}

fn strip_end<'a>(text: &'a str, words: &[String]) -> &'a str {
    let text = text.trim_end();
    words
        .iter()
        .find_map(|word| text.strip_suffix(word.as_str()).filter(|rest| rest.ends_with([' ', ','])))
        .unwrap_or(text)
        .trim_end_matches([' ', ','])
}

/// `10:30`, `at 3:30 pm EST`, `Uhr`.
fn is_time(text: &str) -> bool {
    text.chars().count() <= 24 && text.contains(|c: char| c.is_ascii_digit()) && text.contains([':', 'h', '.', ' '])
}

/// Says whether words look like the name of a person or of a desk.
pub fn is_name(words: &str) -> bool {
    let words = words.trim();
    let count = words.split_whitespace().count();
    let fits = (1..=5).contains(&count) && (2..=50).contains(&words.chars().count());
    let plain = !words.contains(|c: char| c.is_ascii_digit() || matches!(c, '?' | '!' | ':' | ';' | '"' | '@' | '/'));
    let capital = |word: &str| {
        let first = word.chars().find(|c| c.is_alphabetic());
        first.is_none_or(|c| !c.is_lowercase()) || WORDS.lower_case_in_names.iter().any(|known| known == word)
    };
    let ends = words.ends_with('.') && !words.ends_with("Jr.") && !words.ends_with("Sr.");
    fits && plain && !ends && words.split_whitespace().all(capital)
}

/// The names in words that something marks as an author's.
pub fn names(words: &str) -> Vec<String> {
    let names = match read(words) {
        Some(byline) => byline.authors,
        None => split_names(words),
    };
    if names.iter().all(|name| is_name(name)) { names } else { Vec::new() }
}

/// Says whether a line of its own is a person's name: two to four words, each with a capital.
pub fn is_bare_author(line: &str) -> bool {
    let count = line.split_whitespace().count();
    (2..=4).contains(&count)
        && line.chars().count() <= 40
        && is_name(line)
        && !is_section(line)
        && !is_boilerplate(line)
}

fn is_section(words: &str) -> bool {
    let lower = words.to_lowercase();
    WORDS.sections.contains(&lower) || lower.ends_with("comments") || lower.ends_with("comment")
}

fn split_names(names: &str) -> Vec<String> {
    // `Lee, Robert` is one name, the last part first.
    if let Some((last, first)) = names.split_once(", ")
        && is_name(names)
        && !last.trim().contains(' ')
        && (1..=2).contains(&first.split_whitespace().count())
        && !first.contains(',')
    {
        return vec![names.trim().to_owned()];
    }
    let mut rest = vec![names];
    for separator in [", ", " & ", "、", "; "] {
        rest = rest.iter().flat_map(|part| part.split(separator)).collect();
    }
    for word in &WORDS.between_authors {
        let separator = format!(" {word} ");
        let parts = rest.iter().flat_map(|part| part.split(separator.as_str()));
        rest = parts.collect();
    }
    let bare = |name: &str| {
        let joined = |word: &String| name.strip_prefix(word.as_str())?.strip_prefix(' ');
        WORDS.between_authors.iter().find_map(joined).unwrap_or(name).to_owned()
    };
    let clean = |name: &str| bare(name.trim()).trim_matches([',', ' ']).to_owned();
    let role = |name: &str| WORDS.roles.iter().any(|role| name.to_lowercase().ends_with(role));
    let names = rest.iter().map(|name| clean(name)).enumerate();
    names.filter(|(at, name)| !name.is_empty() && (*at == 0 || !role(name))).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(line: &str, date: &str, authors: &[&str]) {
        let byline = read(line).unwrap_or_default();
        assert_eq!(byline.date.map(|date| date.to_string()).unwrap_or_default(), date, "{line}");
        assert_eq!(byline.authors, authors, "{line}");
    }

    #[test]
    fn bylines_are_read() {
        check("Posted January 09, 2025", "2025-01-09", &[]);
        check("Posted: January 09, 2025", "2025-01-09", &[]);
        check("Posted on 9 January 2025", "2025-01-09", &[]);
        check("January 9, 2025", "2025-01-09", &[]);
        check("Thursday, January 9, 2025 10:30 am", "2025-01-09", &[]);
        check("9. Januar 2025", "2025-01-09", &[]);
        check("Veröffentlicht am 9. Januar 2025", "2025-01-09", &[]);
        check("Publié le 9 janvier 2025", "2025-01-09", &[]);
        check("2025-01-09", "2025-01-09", &[]);
        check("2025年1月9日", "2025-01-09", &[]);
        check("By Jane Doe", "", &["Jane Doe"]);
        check("by Jane Doe and John Roe", "", &["Jane Doe", "John Roe"]);
        check("BY JANE DOE", "", &["JANE DOE"]);
        check("Written by Jane Doe, John Roe and Ann Poe", "", &["Jane Doe", "John Roe", "Ann Poe"]);
        check("Von Anna Müller", "", &["Anna Müller"]);
        check("Posted January 09, 2025 by Jane Doe", "2025-01-09", &["Jane Doe"]);
        check("By Jane Doe on January 9, 2025", "2025-01-09", &["Jane Doe"]);
        check("By Jane Doe | January 9, 2025", "2025-01-09", &["Jane Doe"]);
        check("January 9, 2025 | Jane Doe", "2025-01-09", &["Jane Doe"]);
        check("By Lee, Robert", "", &["Lee, Robert"]);
        check("By Ann Lee, Robert Roe", "", &["Ann Lee", "Robert Roe"]);
        check("Jane Doe · 9 January 2025 · 4 min read", "2025-01-09", &["Jane Doe"]);
    }

    #[test]
    fn sentences_are_no_bylines() {
        for line in [
            "On January 9, 2025 the harbour was closed for the whole of the day.",
            "By the time the ferry came, everybody had left.",
            "By now it was late",
            "The meeting of January 9, 2025",
            "Posted",
            "",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn a_sentence_may_be_a_byline() {
        assert!(is_byline("By Jane Doe and John Roe.") && is_byline("Por Ana Lima e Rui Reis."));
        assert!(!is_byline("By May the quay is open.") && !is_byline("By popular demand."));
    }

    proptest! {
        #[test]
        fn nothing_panics(line in "(by |posted |[|·—]|jan|9|2025|, |é|年|\\PC){0,12}") {
            let _ = (read(&line), is_bare_author(&line));
        }
    }
}
