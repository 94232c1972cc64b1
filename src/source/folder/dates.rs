//! When a page was published, as its front matter, its name or its address say.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::context::FolderContext;
use crate::{
    source::{
        date,
        document::Problem,
        front_matter::{FrontMatter, KEYS},
        site::{FileName, Site, date_of_address},
    },
    zone::Zone,
};

/// Reads the dates of a page: when it was published, and that as its author wrote it.
pub struct Dates {
    pub published: Option<DateTime<Utc>>,
    pub updated: Option<DateTime<Utc>>,
    pub expires: Option<DateTime<Utc>>,
    pub written: Option<NaiveDateTime>,
    pub local: Option<NaiveDateTime>,
}

/// Reads the dates of the page at a path within the folder; what is no date is a problem.
pub fn dates(
    path: &str,
    name: &FileName<'_>,
    matter: &FrontMatter,
    about: &FolderContext<'_>,
    problems: &mut Vec<Problem>,
) -> Dates {
    let site_zone = about.site.and_then(Site::zone);
    let mut date = |keys: &[String]| {
        // A time of day is that of the site, a bare day one of the publication.
        let has_time = matter.raw(keys).is_some_and(|text| text.contains(':'));
        let zone = site_zone.filter(|_| has_time).unwrap_or(about.zone);
        matter.date(keys, zone).unwrap_or_else(|words| {
            problems.push(about.problem(path, None, format!("`{words}` is no date; the post counts as undated")));
            None
        })
    };
    let written = date(&KEYS.published);
    let from = date(&KEYS.published_from);
    let (updated, expires) = (date(&KEYS.updated), date(&KEYS.expires));
    let in_address = || matter.raw(&["path", "permalink", "url"]).and_then(|path| date_of_address(&path));
    let day = name.date.or_else(in_address);
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    let published = from.max(written).or_else(|| day.and_then(|day| date::in_zone(midnight(day), about.zone)));
    let text = matter.raw(&KEYS.published).or_else(|| matter.raw(&KEYS.published_from));
    let as_written =
        text.as_deref().and_then(naive).or_else(|| published.map(|at| at.with_timezone(&about.zone).naive_local()));
    let has_offset = text
        .is_some_and(|text| DateTime::parse_from_rfc3339(&text).is_ok() || text.contains(" +") || text.contains(" -"));
    let local = match published.filter(|_| has_offset) {
        Some(at) => Some(at.with_timezone(&site_zone.unwrap_or_else(Zone::utc)).naive_local()),
        None => as_written,
    };
    Dates { published, updated, expires, written: as_written.or(day.map(midnight)), local: local.or(day.map(midnight)) }
}

/// The day and time that a date begins with, whatever its offset.
fn naive(text: &str) -> Option<NaiveDateTime> {
    let day: NaiveDate = text.get(..10)?.parse().ok()?;
    let time = text
        .get(11..19)
        .and_then(|time| time.parse().ok())
        .or_else(|| NaiveTime::parse_from_str(text.get(11..16)?, "%H:%M").ok());
    Some(day.and_time(time.unwrap_or(NaiveTime::MIN)))
}
