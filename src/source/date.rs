//! Dates as publishers write them: in feeds, front matter, meta elements and bylines.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use chrono::{
    DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc, Weekday,
};

use super::words::WORDS;
use crate::zone::Zone;

/// Reads a date, or a date and a time, that stands alone; without an offset it is local to `zone`, without a
/// time it is midnight there.
///
/// Takes RFC 3339 and its looser ISO 8601 relatives, RFC 2822 with its common faults, and a day with a month
/// name in one of several languages.
pub fn parse(text: &str, zone: Zone) -> Option<DateTime<Utc>> {
    let text = ascii_digits(text.trim());
    if text.len() < 6 || text.len() > 100 {
        return None;
    }
    // The parser of RFC 2822 takes a zone that it does not know for UTC.
    let is_named = text.rsplit(' ').next().is_some_and(|last| last.bytes().all(|c| c.is_ascii_alphabetic()));
    let mail = || DateTime::parse_from_rfc2822(&text).ok().filter(|_| !is_named);
    if let Some(instant) = DateTime::parse_from_rfc3339(&text).ok().or_else(mail) {
        return Some(instant.to_utc());
    }
    let forms = [iso, unix, worded];
    let read = forms.iter().find_map(|form| form(&text, zone));
    read.or_else(|| worded(&year_forward(&text)?, zone)).or_else(|| worded(&with_century(&text)?, zone))
}

/// Writes the digits of every script as ASCII does.
fn ascii_digits(text: &str) -> Cow<'_, str> {
    /// Where the digits of scripts begin (Unicode, `Nd`).
    const ZEROS: [char; 6] = ['٠', '۰', '०', '০', '๐', '０'];
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let ascii = |c: char| {
        let digit =
            ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|digit| *digit < 10));
        digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
    };
    text.chars().map(ascii).collect()
}

/// Seconds or milliseconds since 1970, as `1760000000`.
fn unix(text: &str, _: Zone) -> Option<DateTime<Utc>> {
    let number = text.parse().ok().filter(|_| text.bytes().all(|c| c.is_ascii_digit()))?;
    match text.len() {
        9 | 10 => DateTime::from_timestamp(number, 0),
        12 | 13 => DateTime::from_timestamp_millis(number),
        _ => None,
    }
}

/// `Thursday, 09-Oct-25 10:00:00 GMT` (RFC 850), with all four digits of the year.
fn with_century(text: &str) -> Option<String> {
    let words = words(text);
    let year = words.windows(3).find_map(|three| {
        let dated = three[0].day().is_some() && month(three[1].text).is_some();
        (dated && three[2].text.len() == 2).then(|| three[2].number().map(|_| &three[2]))?
    })?;
    let century = if year.text < "70" { "20" } else { "19" };
    Some(format!("{}{century}{}", &text[..year.start], &text[year.start..]))
}

/// `Thu Jan  9 10:00:00 UTC 2025`, as C and Java write it, with the year before the time.
fn year_forward(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let time = words.iter().position(|word| word.contains(':'))?;
    let (year, zone) = words[time + 1..].split_last()?;
    let (before, time) = (words[..time].join(" "), words[time]);
    (year.len() == 4 && zone.len() < 2).then(|| format!("{before} {year} {time} {}", zone.concat()))
}

/// Says whether a date can be one of an article: nothing was published on the web before there was one, and
/// year 1 or 9999 stands for "unknown".
pub fn is_plausible(date: &DateTime<Utc>) -> bool {
    (1970..=2200).contains(&date.year())
}

/// What a local time means in `zone`; in the hour that a clock change leaves out, the time after it.
pub fn in_zone(local: NaiveDateTime, zone: Zone) -> Option<DateTime<Utc>> {
    zone.from_local_datetime(&local)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(local + chrono::Duration::hours(1))).earliest())
        .map(|instant| instant.to_utc())
}

/// `2025-01-09`, `2025-01-09 10:00`, `2025-01-09T10:00:00.5+0100`, `2025/01/09`, `20250109T100000Z`, `2025-W02-4`.
fn iso(text: &str, zone: Zone) -> Option<DateTime<Utc>> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let (date, rest) = if digits.len() == 8 || digits.len() == 14 {
        (NaiveDate::parse_from_str(&digits[..8], "%Y%m%d").ok()?, &text[8..])
    } else if digits.len() == 4 {
        let separator = text[4..].chars().next().filter(|c| matches!(c, '-' | '/' | '.'))?;
        if let Some((week, rest)) = text[5..].strip_prefix('W').and_then(|rest| rest.split_at_checked(2)) {
            let (day, rest) = rest.strip_prefix('-')?.split_at_checked(1)?;
            let day = Weekday::try_from(day.parse::<u8>().ok()?.checked_sub(1)?).ok()?;
            (NaiveDate::from_isoywd_opt(digits.parse().ok()?, week.parse().ok()?, day)?, rest)
        } else {
            let (month, rest) = text[5..].split_once(separator)?;
            let length = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
            let (day, rest) = rest.split_at(length);
            (NaiveDate::from_ymd_opt(digits.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?, rest)
        }
    } else {
        return None;
    };
    let rest = rest.strip_prefix(['T', 't', '_']).unwrap_or(rest).trim();
    if rest.is_empty() {
        return at(date, TimeDelta::zero(), None, zone);
    }
    let (time, offset) = clock(rest)?;
    at(date, time, offset, zone)
}

/// The time since midnight and what stands behind it: `10:00`, `10:00:00.123 +0100`, `100000Z`, `10:00 EST`, `9:30 am`.
fn clock(text: &str) -> Option<(TimeDelta, Option<FixedOffset>)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(text.len());
    let (time, rest) = text.split_at(end);
    let basic = |digits: &str| matches!(digits.len(), 4 | 6) && digits.bytes().all(|c| c.is_ascii_digit());
    let coloned = if basic(time) {
        format!("{}:{}:{}", &time[..2], &time[2..4], &time[4..])
    } else if time.contains(':') {
        time.to_owned()
    } else {
        time.replace('.', ":")
    };
    let mut parts = coloned.trim_end_matches(['.', ':']).splitn(3, ':');
    let mut hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next()?.parse().ok()?;
    let second = parts.next().unwrap_or("0");
    let second: u32 = second.split('.').next()?.parse().ok()?;
    let mut rest = rest.trim();
    let lower = rest.to_ascii_lowercase();
    for (mark, evening) in [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)] {
        if lower.starts_with(mark) {
            hour = hour % 12 + if evening { 12 } else { 0 };
            rest = rest[mark.len()..].trim();
            break;
        }
    }
    // 24:00 is the next day's midnight, and a leap second the last second of its minute.
    let is_time = hour < 24 && minute < 60 && second <= 60 || (hour, minute, second) == (24, 0, 0);
    let seconds = i64::from(hour * 3_600 + minute * 60 + second.min(59));
    is_time.then_some(())?;
    Some((TimeDelta::seconds(seconds), offset(rest)?))
}

/// `Z`, `GMT`, `+01:00`, `+0100`, `EST`; nothing at all is no offset.
fn offset(text: &str) -> Option<Option<FixedOffset>> {
    static NAMES: LazyLock<HashMap<&str, i32>> = LazyLock::new(|| {
        let lines = include_str!("zone_names.txt").lines().filter_map(|line| line.split_once(' '));
        lines.filter_map(|(name, minutes)| Some((name, minutes.parse().ok()?))).collect()
    });
    let text = text.split(['(', '[']).next().unwrap_or_default().trim();
    if text.is_empty() {
        return Some(None);
    }
    if let Some(minutes) = NAMES.get(text.to_ascii_uppercase().as_str()) {
        return FixedOffset::east_opt(minutes * 60).map(Some);
    }
    let digits = text.strip_prefix("UTC").or(text.strip_prefix("GMT")).unwrap_or(text);
    let sign = match digits.chars().next()? {
        '+' => 1,
        '-' => -1,
        // An unknown name of a zone: the local time is the best guess.
        c if c.is_alphabetic() => return Some(None),
        _ => return None,
    };
    let digits: String = digits[1..].chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes): (i32, i32) = match digits.len() {
        1 | 2 => (digits.parse().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)).map(Some)
}

fn at(day: NaiveDate, time: TimeDelta, offset: Option<FixedOffset>, zone: Zone) -> Option<DateTime<Utc>> {
    let local = day.and_time(NaiveTime::MIN).checked_add_signed(time)?;
    match offset {
        Some(offset) => offset.from_local_datetime(&local).single().map(|instant| instant.to_utc()),
        None => in_zone(local, zone),
    }
}

/// `Thu, 9 January 2025 10:00:00 +0100`, `January 9th, 2025`, `9. Januar 2025`, `2025年1月9日`, `01/31/2025`.
fn worded(text: &str, zone: Zone) -> Option<DateTime<Utc>> {
    let found = find(text)?;
    // What stands before the date may only be the name of a day or an article.
    let before = text[..found.start].trim_matches(|c: char| !c.is_alphanumeric());
    if before.split_whitespace().count() > 2 || before.chars().count() > 16 {
        return None;
    }
    // What parts a date from its time is short in every language: `at`, `kl.`, `à`, `г. в`.
    let rest = &text[found.end..];
    let time =
        rest.find(|c: char| c.is_ascii_digit()).filter(|at| *at <= MAX_BEFORE_TIME).and_then(|at| clock(&rest[at..]));
    let (time, offset) = time.unwrap_or_default();
    at(found.date, time, offset, zone)
}

/// So many octets may stand between a date and its time.
const MAX_BEFORE_TIME: usize = 16;

/// A date inside a longer text, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The day.
    pub date: NaiveDate,
    /// Octet where it begins.
    pub start: usize,
    /// Octet after its end.
    pub end: usize,
}

/// Finds the first day that is written out in `text`.
pub fn find(text: &str) -> Option<Found> {
    let words = words(text);
    for at in 0..words.len() {
        let found = ideographs(&words, at)
            .or_else(|| named_month(&words, at))
            .or_else(|| numbers(text, &words, at))
            .filter(|found| (1900..=2200).contains(&found.date.year()));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// A run of digits or of letters.
struct Word<'a> {
    text: &'a str,
    start: usize,
}

impl Word<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn number(&self) -> Option<u32> {
        (self.text.len() <= 4 && self.text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| self.text.parse().ok())
            .flatten()
    }

    fn year(&self) -> Option<i32> {
        (self.text.len() == 4).then(|| self.number()).flatten().and_then(|year| i32::try_from(year).ok())
    }

    fn day(&self) -> Option<u32> {
        (self.text.len() <= 2).then(|| self.number()).flatten().filter(|day| (1..=31).contains(day))
    }
}

/// Splits the first 2,000 octets of a text; dates of articles do not stand further behind.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut kind = 0;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < 2_000) {
        let now = match c {
            _ if c.is_ascii_digit() => 1,
            '年' | '月' | '日' | '년' | '월' | '일' => 3,
            _ if c.is_alphabetic() => 2,
            _ => 0,
        };
        match words.last_mut() {
            Some(word) if now == kind && now != 0 && now != 3 => {
                word.text = &text[word.start..at + c.len_utf8()];
            }
            _ if now != 0 => words.push(Word { text: &text[at..at + c.len_utf8()], start: at }),
            _ => {}
        }
        kind = now;
    }
    words
}

/// `2025年1月9日`, `2025년 1월 9일`.
fn ideographs(words: &[Word<'_>], at: usize) -> Option<Found> {
    let [year, a, month, b, day, c, ..] = &words[at..] else { return None };
    let marks = [a.text, b.text, c.text];
    if marks != ["年", "月", "日"] && marks != ["년", "월", "일"] {
        return None;
    }
    found(year.year()?, month.day()?, day.day()?, year.start, c.end())
}

/// `January 9th, 2025`, `9 January 2025`, `9. Januar 2025`, `9 de enero de 2025`, `Jan 9 2025`.
fn named_month(words: &[Word<'_>], at: usize) -> Option<Found> {
    let first = words.get(at)?;
    let joins = |word: &&Word<'_>| !WORDS.within_date.contains(&word.text.to_lowercase());
    let mut after = words[at + 1..].iter().take(5).filter(joins);
    let (second, third) = (after.next()?, after.next()?);
    let (month, day, year) = match (month(first.text), first.day()) {
        (Some(month), _) => (month, second.day()?, third.year()?),
        (None, Some(day)) => (month(second.text)?, day, third.year()?),
        // Hungarian, and those who sort by it.
        (None, None) => (month(second.text)?, third.day()?, first.year()?),
    };
    // Words that stand far apart make no date.
    (third.end() - first.start < 40).then_some(())?;
    found(year, month, day, first.start, third.end())
}

/// `2025-01-09`, `09.01.2025`, `31/01/2025`, `01/31/2025`; where day and month could be either, a slash means
/// the American order and a point the European one.
fn numbers(text: &str, words: &[Word<'_>], at: usize) -> Option<Found> {
    let [a, b, c, ..] = &words[at..] else { return None };
    let separator = text.get(a.end()..b.start)?;
    if text.get(b.end()..c.start)? != separator || !["-", "/", ".", ". "].contains(&separator) {
        return None;
    }
    if let Some(year) = a.year() {
        return found(year, b.day()?, c.day()?, a.start, c.end());
    }
    let (first, second, year) = (a.day()?, b.day()?, c.year()?);
    let american = (separator == "/" && first <= 12) || second > 12;
    let (month, day) = if american { (first, second) } else { (second, first) };
    found(year, month, day, a.start, c.end())
}

fn found(year: i32, month: u32, day: u32, start: usize, end: usize) -> Option<Found> {
    NaiveDate::from_ymd_opt(year, month, day).map(|date| Found { date, start, end })
}

/// The number of a month by its name or the usual short form of it.
fn month(name: &str) -> Option<u32> {
    (3..=40).contains(&name.len()).then(|| WORDS.month(&name.to_lowercase())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let read = parse(text, "Europe/Berlin".parse().unwrap())
            .map(|date| date.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        assert_eq!(read.as_deref().unwrap_or("none"), expect, "{text}");
    }

    #[test]
    fn machine_dates_are_read() {
        check("2025-01-09T10:00:00Z", "2025-01-09T10:00:00Z");
        check("2025-01-09T10:00:00.123+01:00", "2025-01-09T09:00:00Z");
        check("2025-01-09 10:00:00 +0100", "2025-01-09T09:00:00Z");
        check("2025-01-09T10:00", "2025-01-09T09:00:00Z");
        check("2025-01-09 10:00", "2025-01-09T09:00:00Z");
        check("2025-01-09", "2025-01-08T23:00:00Z");
        check("2025-7-9", "2025-07-08T22:00:00Z");
        check("20250109", "2025-01-08T23:00:00Z");
        check("Thu, 09 Jan 2025 10:00:00 +0100", "2025-01-09T09:00:00Z");
        check("Thu, 9 Jan 2025 10:00:00 EST", "2025-01-09T15:00:00Z");
        check("Wed, 09 January 2025 10:00:00 GMT", "2025-01-09T10:00:00Z");
        check("09 Jan 2025 10:00 UT", "2025-01-09T10:00:00Z");
        check("2025-03-30T02:30", "2025-03-30T01:30:00Z");
        check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
        check("Thu Jan  9 10:00:00 UTC 2025", "2025-01-09T10:00:00Z");
        check("1760000000", "2025-10-09T08:53:20Z");
        check("1760000000000", "2025-10-09T08:53:20Z");
        check("20251009T100000Z", "2025-10-09T10:00:00Z");
        check("20251009T1000+0200", "2025-10-09T08:00:00Z");
        check("2025-W41-4", "2025-10-08T22:00:00Z");
        check("2025-10-09T24:00:00Z", "2025-10-10T00:00:00Z");
        check("Thu, 09 Oct 2025 24:00:00 GMT", "2025-10-10T00:00:00Z");
        check("Thursday, 09-Oct-25 10:00:00 GMT", "2025-10-09T10:00:00Z");
        check("Thu, 9 Oct 2025 10:00:00 AEDT", "2025-10-08T23:00:00Z");
        check("Thu, 9 Oct 2025 10:00:00 MSK", "2025-10-09T07:00:00Z");
        check("Tue, 05 Aug 2025 07:00:00 IST", "2025-08-05T01:30:00Z");
        check("Thu Oct 09 2025 10:00:00 GMT+0200 (Central European Summer Time)", "2025-10-09T08:00:00Z");
        check("Thu, 32 Oct 2025 10:00:00 GMT", "none");
        check("soon", "none");
        check("2025-13-45", "none");
        check("", "none");
    }

    #[test]
    fn dates_in_words_are_read_in_several_languages() {
        for text in [
            "January 09, 2025",
            "January 9th, 2025",
            "9 January 2025",
            "Jan. 9, 2025",
            "Thursday, January 9, 2025",
            "9. Januar 2025",
            "9 janvier 2025",
            "9 de enero de 2025",
            "9 de janeiro de 2025",
            "9 gennaio 2025",
            "2025年1月9日",
            "2025년 1월 9일",
            "09.01.2025",
            "01/09/2025",
            "2025/01/09",
            "1er janvier 2025",
        ] {
            check(text, if text.starts_with("1er") { "2024-12-31T23:00:00Z" } else { "2025-01-08T23:00:00Z" });
        }
        for text in [
            "fre, 09 maj 2025 10:00:00 +0200",
            "fre. 9. mai 2025 kl. 10.00",
            "pe 9. toukokuuta 2025 klo 10:00",
            "9. května 2025, 10:00",
            "pi 9. mája 2025 10:00",
            "2025. május 9., 10:00",
            "пт, 09 мая 2025 10:00:00 +0200",
            "9 травня 2025 р. о 10:00",
            "09 Mayıs 2025, 10:00",
            "9 Μαΐου 2025, 10:00",
            "9 mai 2025, 10:00",
            "pt., 9 maja 2025 10:00:00 +0200",
            "2025년 5월 9일 10:00",
            "٩ مايو 2025 10:00",
        ] {
            check(text, "2025-05-09T08:00:00Z");
        }
        check("January 9, 2025 at 3:30 pm", "2025-01-09T14:30:00Z");
        check("31/01/2025", "2025-01-30T23:00:00Z");
        check("The ferry of 9 January 2025 was late again", "none");
    }

    #[test]
    fn years_that_mean_unknown_are_not_plausible() {
        let plausible = |text| is_plausible(&parse(text, Zone::utc()).unwrap());
        assert!(plausible("2025-01-09"));
        assert!(plausible("2100-01-09"));
        assert!(!plausible("0001-01-01T00:00:00Z"));
        assert!(!plausible("9999-12-31T23:59:59Z"));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,30}", dateish in "[0-9]{0,4}[-/. ]?[0-9jan年月日é]{0,5}[-/. ,T]?[0-9]{0,4}[ :Zz+0-9]{0,9}") {
            let _ = (parse(&text, "Europe/Berlin".parse().unwrap()), parse(&dateish, "Europe/Berlin".parse().unwrap()), find(&text), find(&dateish));
        }
    }
}
