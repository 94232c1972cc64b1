//! The lines of a page that are no part of any article.

use super::words::WORDS;

/// Says whether a line is there for the reader of the page, not of the article: print and share links,
/// switches of the font size, navigation.
pub fn is_boilerplate(line: &str) -> bool {
    let known = |words: &str| WORDS.boilerplate.contains(words);
    if !line.contains(char::is_alphanumeric) {
        return true;
    }
    let lower = line.trim().to_lowercase();
    let lower = lower.trim_matches(|c: char| {
        matches!(c, '|' | '·' | '»' | '«' | '›' | '‹' | '→' | '←' | ':' | '.' | '…' | '[' | ']' | ' ')
    });
    if lower.chars().count() > 120 {
        return false;
    }
    if lower.is_empty() || known(lower) || known(&numbered(lower)) {
        return true;
    }
    let sentence = line.trim_end().ends_with(['.', '!', '?', '"']);
    if !sentence && lower.chars().count() <= 80 && begins_with(lower, &WORDS.boilerplate_starts) {
        return true;
    }
    // A row of them: `Print | Share | A A A`, `Share: Facebook Twitter`.
    let parts: Vec<&str> = lower
        .split(['|', '·', '•', '/', ':', ',', '»', '>', '›'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > 1 && parts.iter().all(|part| known(part) || part.split_whitespace().all(known)) {
        return true;
    }
    let words: Vec<&str> = lower.split_whitespace().collect();
    let bare = |word: &&str| known(word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '-'));
    words.len() > 1 && words.iter().all(bare)
}

fn begins_with(text: &str, starts: &[String]) -> bool {
    starts.iter().any(|start| text.starts_with(start.as_str()))
}

/// The words with `#` for each number.
fn numbered(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            c if c.is_ascii_digit() && out.ends_with('#') => {}
            c if c.is_ascii_digit() => out.push('#'),
            c => out.push(c),
        }
    }
    out
}

/// Says whether a line heads a list of other posts.
pub fn heads_other_posts(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    lower.chars().count() <= 60 && !lower.ends_with('.') && begins_with(&lower, &WORDS.other_posts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_is_known() {
        for line in [
            "Print",
            "Share",
            "A A A",
            "Print | Share | A A A",
            "Share: Facebook Twitter LinkedIn",
            "A- A A+",
            "» Print",
            "Print Email Share",
        ] {
            assert!(is_boilerplate(line), "{line}");
        }
        for line in ["The print shop has closed", "Jane Doe", "A boat", "Share prices fall"] {
            assert!(!is_boilerplate(line), "{line}");
        }
    }
}
