//! When a digest is due; pure.
//!
//! A schedule speaks of wall-clock times and knows no zone; [`Schedule::next`] turns them into instants. One rule
//! serves every way of writing one: a time that the clocks skip in spring is due at the first instant after the
//! gap, a time that they show twice in autumn is due once, the first time. Only what is due every so many minutes or
//! hours goes on through the hour that is repeated.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};

use crate::zone::Zone;

/// What a user may write, for a hint.
pub const GRAMMAR: &str = "`daily 07:30`, `weekly mon 07:30`, `monthly 1 09:00`, `monthly last fri 09:00`, `quarterly 1 09:00`, `every 2 weeks mon 07:30 from 2026-12-07`, or five cron fields such as `30 7 * * mon`";

/// A recurring time, as written in the config.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Schedule {
    text: String,
    cron: Box<Cron>,
    /// Due every so many minutes or hours, not at times of the day: `*` in the minute's or hour's field, as cron has it.
    is_interval: bool,
    every: Option<Weeks>,
}

/// Every so many weeks, counted from the week of a day; nothing is due before that day.
#[derive(Debug, Clone, Copy)]
struct Weeks {
    number: i64,
    from: NaiveDate,
}

impl Weeks {
    /// Says whether a day of the week of the schedule is one of its days.
    fn holds(self, day: NaiveDate) -> bool {
        let days = (day - self.from).num_days();
        days >= 0 && (days / 7) % self.number == 0
    }
}

impl Schedule {
    /// The first due instant after `after`, for a publication whose clocks are those of `zone`.
    ///
    /// `None` only where the calendar ends: a schedule that is never due is refused when it is read.
    pub fn next(&self, after: DateTime<Utc>, zone: Zone) -> Option<DateTime<Utc>> {
        let local = after.with_timezone(&zone);
        let wall = local.naive_local();
        let due = self.next_from(wall, after, |wall| zone.first(wall))?;
        if !self.is_interval {
            return Some(due);
        }
        // Clocks that are set back before then show times again that lie behind on their face.
        let offset = |at: &DateTime<Zone>| at.offset().fix().local_minus_utc();
        let set_back = (offset(&local) - offset(&due.with_timezone(&zone))).max(0);
        let last = |wall| {
            let shown = zone.from_local_datetime(&wall).latest();
            shown.map_or_else(|| zone.first(wall), |shown| Some(shown.to_utc()))
        };
        let again = self.next_from(wall - TimeDelta::seconds(set_back.into()), after, last)?;
        Some(due.min(again))
    }

    /// The first due instant after `after` among the times that the clocks show from `wall` on.
    fn next_from(
        &self,
        mut wall: NaiveDateTime,
        after: DateTime<Utc>,
        instant: impl Fn(NaiveDateTime) -> Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        // The search walks over wall-clock times as if they were UTC, where no time is skipped or shown twice.
        let mut inclusive = true;
        loop {
            wall = self.cron.find_next_occurrence(&wall.and_utc(), inclusive).ok()?.naive_utc();
            inclusive = false;
            if self.every.is_some_and(|every| !every.holds(wall.date())) {
                continue;
            }
            // Several skipped times fall on one instant, and times shown twice may lie behind: those are not due again.
            let due = instant(wall)?;
            if due > after {
                return Some(due);
            }
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    /// Reads one of the forms of [`GRAMMAR`]; case and the number of spaces do not matter.
    ///
    /// # Errors
    /// Says which word is wrong, or that no day of the calendar ever fits.
    fn from_str(text: &str) -> Result<Self, String> {
        read(text).map_err(|why| format!("bad schedule `{}`: {why}", text.trim()))
    }
}

impl TryFrom<String> for Schedule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn read(text: &str) -> Result<Schedule, String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let (cron, every) = match words.as_slice() {
        ["every", rest @ ..] => every(rest)?,
        words => (fields(words)?, None),
    };
    let is_interval = cron.split(' ').take(2).any(|field| field.starts_with('*'));
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = parser.parse(&cron).map_err(|error| complaint(&error))?;
    // A leap year is the rarest day there is, and every weekday meets it within 40 years.
    let start = DateTime::UNIX_EPOCH;
    match cron.find_next_occurrence(&start, true) {
        Ok(_) => Ok(Schedule { text: words.join(" "), cron: Box::new(cron), is_interval, every }),
        Err(_) => Err("no day of the calendar fits, it would never run".to_owned()),
    }
}

/// Reads `2 weeks mon 07:30 from 2026-12-07`; without a day to count from, the weeks are counted from that of
/// 5 January 1970.
fn every(words: &[&str]) -> Result<(String, Option<Weeks>), String> {
    const MOST: i64 = 520;
    let (form, from) = match words {
        [form @ .., "from", day] => {
            (form, day.parse().map_err(|_| format!("`{day}` is no day, write it as `2026-12-07`"))?)
        }
        form => (form, NaiveDate::default() + TimeDelta::days(4)),
    };
    let [number, "weeks" | "week", day, at] = form else {
        return Err(
            "`every` wants a number of weeks, a day and a time: `every 2 weeks mon 07:30 from 2026-12-07`".to_owned()
        );
    };
    let number = number.parse().ok().filter(|number| (1..=MOST).contains(number));
    let number = number.ok_or_else(|| format!("`{}` is not a number of weeks from 1 to {MOST}", form[0]))?;
    Ok((format!("{} * * {}", time(at)?, weekday(day)?), Some(Weeks { number, from })))
}

/// Writes any of the other forms as five cron fields.
fn fields(words: &[&str]) -> Result<String, String> {
    match *words {
        [] => Err("it is empty".to_owned()),
        ["daily", at] => Ok(format!("{} * * *", time(at)?)),
        ["weekly", day, at] => Ok(format!("{} * * {}", time(at)?, weekday(day)?)),
        ["monthly", day, at] => Ok(format!("{} {} * *", time(at)?, day_of_month(day)?)),
        ["monthly", which, day, at] => Ok(format!("{} * * {}#{}", time(at)?, weekday(day)?, occurrence(which)?)),
        ["quarterly", day, at] => Ok(format!("{} {} 1,4,7,10 *", time(at)?, day_of_month(day)?)),
        ["quarterly", which, day, at] => {
            Ok(format!("{} * 1,4,7,10 {}#{}", time(at)?, weekday(day)?, occurrence(which)?))
        }
        [form @ ("daily" | "weekly" | "monthly" | "quarterly"), ..] => {
            Err(format!("`{form}` wants {}", if form == "daily" { "a time" } else { "a day and a time" }))
        }
        [_, _, _, _, _] => Ok(words.join(" ")),
        [first, ..] if first.starts_with(|c: char| c.is_ascii_digit() || "*@".contains(c)) => {
            Err(format!("a cron line has 5 fields, this one has {}", words.len()))
        }
        [first, ..] => Err(format!("unknown word `{first}`")),
    }
}

/// `07:30` as the minute and the hour of a cron line.
fn time(text: &str) -> Result<String, String> {
    let wrong = || format!("`{text}` is not a time from 00:00 to 23:59");
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str, below: u8| {
        let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u8>().ok().filter(|number| plain && *number < below)
    };
    match (number(hour, 24), number(minute, 60)) {
        (Some(hour), Some(at)) if minute.len() == 2 => Ok(format!("{at} {hour}")),
        _ => Err(wrong()),
    }
}

fn weekday(text: &str) -> Result<&'static str, String> {
    const DAYS: [(&str, &str); 7] = [
        ("mon", "monday"),
        ("tue", "tuesday"),
        ("wed", "wednesday"),
        ("thu", "thursday"),
        ("fri", "friday"),
        ("sat", "saturday"),
        ("sun", "sunday"),
    ];
    let found = DAYS.iter().find(|(short, long)| text == *short || text == *long);
    found
        .map(|(short, _)| *short)
        .ok_or_else(|| format!("`{text}` is not a day of the week (mon, tue, wed, thu, fri, sat, sun)"))
}

/// A month that lacks the day is left out: `monthly 31` runs seven times a year.
fn day_of_month(text: &str) -> Result<String, String> {
    match text.parse::<u8>() {
        _ if text == "last" => Ok("L".to_owned()),
        Ok(day @ 1..=31) => Ok(day.to_string()),
        _ => Err(format!("`{text}` is not a day of the month, 1 to 31 or last")),
    }
}

fn occurrence(text: &str) -> Result<&'static str, String> {
    match text {
        "first" => Ok("1"),
        "second" => Ok("2"),
        "third" => Ok("3"),
        "fourth" => Ok("4"),
        "last" => Ok("L"),
        _ => Err(format!("`{text}` is not one of first, second, third, fourth, last")),
    }
}

/// The parser's own words in our form: no capital at the start, no full stop at the end.
fn complaint(error: &croner::errors::CronError) -> String {
    let text = error.to_string();
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod due;

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Runs of `schedule` after `after`, each as local time with its offset.
    #[track_caller]
    fn check(schedule: &str, zone: &str, after: &str, expect: &[&str]) {
        let zone: Zone = zone.parse().unwrap();
        let schedule: Schedule = schedule.parse().unwrap();
        let mut now = at(after);
        let runs: Vec<String> = expect
            .iter()
            .map(|_| {
                now = schedule.next(now, zone).unwrap();
                now.with_timezone(&zone).format("%Y-%m-%dT%H:%M%:z").to_string()
            })
            .collect();
        assert_eq!(runs, expect);
    }

    #[test]
    fn every_form_is_due_when_it_says() {
        let utc = "UTC";
        let noon = "2026-11-22T12:00:00Z"; // a Sunday
        check("daily 07:30", utc, noon, &["2026-11-23T07:30+00:00", "2026-11-24T07:30+00:00"]);
        check("daily 7:05", utc, noon, &["2026-11-23T07:05+00:00"]);
        check("weekly mon 07:30", utc, noon, &["2026-11-23T07:30+00:00", "2026-11-30T07:30+00:00"]);
        check("Weekly  Sunday 12:00", utc, noon, &["2026-11-29T12:00+00:00"]);
        check("monthly 1 09:00", utc, noon, &["2026-12-01T09:00+00:00", "2027-01-01T09:00+00:00"]);
        check(
            "monthly 31 09:00",
            utc,
            noon,
            &["2026-12-31T09:00+00:00", "2027-01-31T09:00+00:00", "2027-03-31T09:00+00:00"],
        );
        check("monthly last 09:00", utc, noon, &["2026-11-30T09:00+00:00", "2026-12-31T09:00+00:00"]);
        check("monthly first mon 09:00", utc, noon, &["2026-12-07T09:00+00:00"]);
        check("monthly second tue 09:00", utc, noon, &["2026-12-08T09:00+00:00"]);
        check("monthly third wed 09:00", utc, noon, &["2026-12-16T09:00+00:00"]);
        check("monthly fourth thu 09:00", utc, noon, &["2026-11-26T09:00+00:00", "2026-12-24T09:00+00:00"]);
        check("monthly last fri 09:00", utc, noon, &["2026-11-27T09:00+00:00", "2026-12-25T09:00+00:00"]);
        check("quarterly 1 09:00", utc, noon, &["2027-01-01T09:00+00:00", "2027-04-01T09:00+00:00"]);
        check("quarterly last fri 09:00", utc, noon, &["2027-01-29T09:00+00:00", "2027-04-30T09:00+00:00"]);
        let fortnight = "every 2 weeks mon 07:30 from 2026-12-07";
        check(fortnight, utc, noon, &["2026-12-07T07:30+00:00", "2026-12-21T07:30+00:00", "2027-01-04T07:30+00:00"]);
        // A day that is none of the schedule's: its week counts from the first that is.
        check(
            "every 4 weeks mon 07:30 from 2026-12-03",
            utc,
            noon,
            &["2026-12-07T07:30+00:00", "2027-01-04T07:30+00:00"],
        );
        check("every 2 weeks thu 07:30", utc, noon, &["2026-11-26T07:30+00:00", "2026-12-10T07:30+00:00"]);
        check("30 7 * * mon-fri", utc, noon, &["2026-11-23T07:30+00:00", "2026-11-24T07:30+00:00"]);
        check("*/20 * * * *", utc, noon, &["2026-11-22T12:20+00:00"]);
        check("0 0 29 2 *", utc, noon, &["2028-02-29T00:00+00:00"]);
        check("0 0 29 2 *", utc, "2096-03-01T00:00:00Z", &["2104-02-29T00:00+00:00"]);
    }

    #[test]
    fn a_run_is_after_never_at() {
        check("daily 07:30", "UTC", "2026-11-22T07:30:00Z", &["2026-11-23T07:30+00:00"]);
        check("daily 07:30", "UTC", "2026-11-22T07:29:59.999Z", &["2026-11-22T07:30+00:00"]);
        check("daily 07:30", "UTC", "2026-11-22T07:30:00.001Z", &["2026-11-23T07:30+00:00"]);
    }

    #[test]
    fn the_hour_of_the_clock_stays_over_a_change() {
        check(
            "daily 07:30",
            "Europe/Lisbon",
            "2026-03-28T00:00:00Z",
            &["2026-03-28T07:30+00:00", "2026-03-29T07:30+01:00", "2026-03-30T07:30+01:00"],
        );
        check(
            "weekly mon 07:30",
            "America/New_York",
            "2026-10-27T00:00:00Z",
            &["2026-11-02T07:30-05:00", "2026-11-09T07:30-05:00"],
        );
    }

    #[test]
    fn a_skipped_time_is_due_right_after_the_gap() {
        check(
            "daily 01:30",
            "Europe/Lisbon",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T02:00+01:00", "2026-03-30T01:30+01:00"],
        );
        check(
            "daily 02:30",
            "America/New_York",
            "2026-03-07T12:00:00Z",
            &["2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"],
        );
        check(
            "daily 02:15",
            "Australia/Lord_Howe",
            "2026-10-02T20:00:00Z",
            &["2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"],
        );
        check(
            "daily 01:30",
            "Antarctica/Troll",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T03:00+02:00", "2026-03-30T01:30+02:00"],
        );
        // Chile changes at midnight: the day begins at one o'clock.
        check(
            "daily 00:00",
            "America/Santiago",
            "2026-09-05T12:00:00Z",
            &["2026-09-06T01:00-03:00", "2026-09-07T00:00-03:00"],
        );
        // Samoa left out the whole of 30 December 2011.
        check(
            "daily 09:00",
            "Pacific/Apia",
            "2011-12-29T00:00:00Z",
            &["2011-12-29T09:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T09:00+14:00"],
        );
        // All the skipped times of one gap are one run.
        check(
            "*/10 2 * * *",
            "America/New_York",
            "2026-03-08T06:00:00Z",
            &["2026-03-08T03:00-04:00", "2026-03-09T02:00-04:00"],
        );
    }

    #[test]
    fn a_time_shown_twice_is_due_once() {
        check(
            "daily 01:30",
            "Europe/Lisbon",
            "2026-10-24T12:00:00Z",
            &["2026-10-25T01:30+01:00", "2026-10-26T01:30+00:00"],
        );
        check(
            "daily 01:30",
            "America/New_York",
            "2026-10-31T12:00:00Z",
            &["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"],
        );
        check(
            "daily 01:45",
            "Australia/Lord_Howe",
            "2026-04-04T00:00:00Z",
            &["2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"],
        );
        check(
            "daily 02:30",
            "Antarctica/Troll",
            "2026-10-24T12:00:00Z",
            &["2026-10-25T02:30+02:00", "2026-10-26T02:30+00:00"],
        );
        check(
            "daily 23:30",
            "America/Santiago",
            "2026-04-04T12:00:00Z",
            &["2026-04-04T23:30-03:00", "2026-04-05T23:30-04:00"],
        );
        // Asked between the two, nothing is due a second time.
        check("daily 01:30", "Europe/Lisbon", "2026-10-25T01:15:00Z", &["2026-10-26T01:30+00:00"]);
    }

    #[test]
    fn intervals_go_on_through_the_repeated_hour() {
        let lisbon = "Europe/Lisbon";
        check(
            "*/30 * * * *",
            lisbon,
            "2026-10-24T23:45:00Z",
            &["2026-10-25T01:00+01:00", "2026-10-25T01:30+01:00", "2026-10-25T01:00+00:00", "2026-10-25T01:30+00:00"],
        );
        check("*/30 * * * *", lisbon, "2026-10-25T01:30:00Z", &["2026-10-25T02:00+00:00"]);
        check(
            "0 * * * *",
            "America/New_York",
            "2026-11-01T04:30:00Z",
            &["2026-11-01T01:00-04:00", "2026-11-01T01:00-05:00", "2026-11-01T02:00-05:00"],
        );
        check(
            "*/20 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T14:30:00Z",
            &["2026-04-05T01:40+11:00", "2026-04-05T01:40+10:30", "2026-04-06T01:00+10:30"],
        );
        check(
            "30 */2 * * *",
            "Antarctica/Troll",
            "2026-10-25T00:00:00Z",
            &["2026-10-25T02:30+02:00", "2026-10-25T02:30+00:00"],
        );
        // Hours that are named one by one are times of the day.
        check("30 1,2 * * *", lisbon, "2026-10-24T23:45:00Z", &["2026-10-25T01:30+01:00", "2026-10-25T02:30+00:00"]);
        check("*/30 * * * *", lisbon, "2026-03-29T00:15:00Z", &["2026-03-29T00:30+00:00", "2026-03-29T02:00+01:00"]);
    }

    #[track_caller]
    fn refused(text: &str, why: &str) {
        let error = text.parse::<Schedule>().unwrap_err();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn errors_say_what_is_wrong() {
        refused("", "empty");
        refused("fortnightly mon 07:30", "unknown word `fortnightly`");
        refused("weekly 07:30", "`weekly` wants a day and a time");
        refused("weekly moonday 07:30", "`moonday` is not a day of the week");
        refused("every 0 weeks mon 07:30", "`0` is not a number of weeks");
        refused("every 2 weeks mon 07:30 from tomorrow", "`tomorrow` is no day");
        refused("every mon 07:30", "`every` wants");
        refused("quarterly 07:30", "`quarterly` wants a day and a time");
        refused("daily 24:00", "`24:00` is not a time");
        refused("daily 7.30", "`7.30` is not a time");
        refused("daily 07:3", "`07:3` is not a time");
        refused("daily +7:30", "`+7:30` is not a time");
        refused("monthly 32 09:00", "`32` is not a day of the month");
        refused("monthly fifth fri 09:00", "`fifth` is not one of");
        refused("0 30 7 * * mon", "this one has 6");
        refused("61 7 * * *", "61");
        refused("0 0 31 2 *", "never run");
        refused("0 0 30 2 *", "never run");
        refused("@reboot", "5 fields");
    }

    #[test]
    fn a_schedule_is_shown_as_it_was_written() {
        for text in ["daily 07:30", "monthly last fri 09:00", "30 7 * * mon-fri"] {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nothing_panics_on_foreign_text(text in "\\PC{0,40}") {
            let _ = text.parse::<Schedule>();
        }

        #[test]
        fn an_interval_leaves_out_no_half_hour(zone: usize, start in 1_000_000_000_i64..2_000_000_000) {
            let names = Zone::names();
            let zone: Zone = names[zone % names.len()].parse().unwrap();
            let schedule: Schedule = "*/30 * * * *".parse().unwrap();
            let start = DateTime::from_timestamp(start, 0).unwrap();
            let first = schedule.next(start, zone).unwrap();
            prop_assert!(first > start && first - start <= Duration::minutes(30));
        }

        #[test]
        fn runs_go_forward_and_leave_no_gap_behind(zone: usize, start in 0_i64..2_000_000_000) {
            let names = Zone::names();
            let zone: Zone = names[zone % names.len()].parse().unwrap();
            let schedule: Schedule = "daily 02:15".parse().unwrap();
            let start = DateTime::from_timestamp(start, 0).unwrap();
            let first = schedule.next(start, zone).unwrap();
            prop_assert!(first > start && first - start <= Duration::hours(50));
            // Asked a moment before, the answer is the same run.
            prop_assert_eq!(schedule.next(first - Duration::seconds(1), zone), Some(first));
        }
    }
}
