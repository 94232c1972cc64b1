//! Whether the clocks that the schedule follows are those of today's laws.

use chrono::{DateTime, Utc};

use crate::{config::Config, lint::Row};

/// What is wrong with the time zone data of this machine, as far as the publication's zone goes.
pub fn check_time_zone_data(config: &Config, now: DateTime<Utc>) -> Option<Row> {
    let zone = config.publication.timezone;
    let (from, old, newer) = zone.differs(now)?;
    let day = from.with_timezone(&zone).format("%Y-%m-%d");
    let message = format!(
        "this machine's time zone data are those of {old}: by those of {newer} the clocks of `{zone}` go otherwise from \
         {day} on, and so would the schedule"
    );
    let hint = "bring the package `tzdata` up to date, or name newer data by the variable TZDIR";
    Some(Row::warning("zone", message, config.place_of_key(&["publication", "timezone"]), hint))
}
