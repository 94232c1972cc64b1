//! Patterns of addresses with the tokens of Hugo, Jekyll and Hexo: `/:year/:month/:slug/`.

use std::fmt::Write as _;

use chrono::NaiveDateTime;

/// Puts values into a pattern; `None` where it has a token that neither `value` nor the date knows.
///
/// A token is a colon, letters and underscores, and may be followed by a range in brackets, as `:sections[1:]`.
pub fn expand(pattern: &str, date: Option<NaiveDateTime>, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some(at) = rest.find(':') {
        out.push_str(&rest[..at]);
        let token = &rest[at + 1..];
        let name = token.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(token.len());
        let range = Some(&token[name..])
            .filter(|rest| rest.starts_with('['))
            .and_then(|rest| rest.find(']'))
            .map_or(0, |end| end + 1);
        let whole = &token[..name + range];
        out.push_str(&value(whole).or_else(|| date_token(whole, date?))?);
        rest = &token[name + range..];
    }
    out.push_str(rest);
    Some(out)
}

/// What a token makes of a date.
fn date_token(token: &str, date: NaiveDateTime) -> Option<String> {
    let form = match token {
        "year" => "%Y",
        "short_year" => "%y",
        "month" => "%m",
        "i_month" => "%-m",
        "short_month" => "%b",
        "monthname" | "long_month" => "%B",
        "day" => "%d",
        "i_day" => "%-d",
        "y_day" => "%j",
        "yearday" => "%-j",
        "weekday" => "%w",
        "weekdayname" | "long_day" => "%A",
        "short_day" => "%a",
        "week" => "%V",
        "w_year" => "%G",
        "w_day" => "%u",
        "hour" => "%H",
        "minute" => "%M",
        "second" => "%S",
        _ => return None,
    };
    format_date(form, date)
}

/// A date in a form of `strftime`; `None` where the form is none.
pub fn format_date(form: &str, date: NaiveDateTime) -> Option<String> {
    let mut out = String::new();
    write!(out, "{}", date.format(form)).ok()?;
    Some(out)
}

/// The parts of a range: `[1:]`, `[:2]`, `[0]`, `[last]`.
pub fn slice<'a, 'p>(range: &str, parts: &'p [&'a str]) -> &'p [&'a str] {
    let inner = range.trim_start_matches('[').trim_end_matches(']');
    let at = |text: &str, default| match text {
        "" => default,
        "last" => parts.len().saturating_sub(1),
        number => number.parse().unwrap_or(default).min(parts.len()),
    };
    let (start, end) = match inner.split_once(':') {
        Some((start, end)) => (at(start, 0), at(end, parts.len())),
        None if inner.is_empty() => (0, parts.len()),
        None => (at(inner, 0), (at(inner, 0) + 1).min(parts.len())),
    };
    parts.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_values_and_an_unknown_one_is_none() {
        let date = "2025-05-06T07:08:09".parse().ok();
        let value = |token: &str| (token == "slug").then(|| "a".to_owned());
        let check = |pattern: &str| expand(pattern, date, value);
        assert_eq!(check("/:year/:i_month/:yearday/:slug.html").as_deref(), Some("/2025/5/126/a.html"));
        assert_eq!(check("/:hash/"), None);
        assert_eq!(expand("/:year/", None, value), None);
        assert_eq!(slice("[1:]", &["a", "b", "c"]), ["b", "c"]);
        assert_eq!(slice("[last]", &["a", "b", "c"]), ["c"]);
        assert_eq!(slice("[7:]", &["a"]), [""; 0]);
    }
}
