//! A file as generators see it: where it stands, what its name says, what its front matter says.

use chrono::{NaiveDate, NaiveDateTime};

use crate::source::{feed, front_matter::FrontMatter};

/// A page whose address is sought.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Its path within the site, `/` between its parts.
    pub path: &'a str,
    /// Its front matter, with what the site says of all pages like it.
    pub matter: &'a FrontMatter,
    /// Its title.
    pub title: &'a str,
    /// Its date as it is written, on the clock of whoever wrote it.
    pub written: Option<NaiveDateTime>,
    /// Its date on the clock of the site.
    pub local: Option<NaiveDateTime>,
}

/// What the path of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName<'a> {
    /// The folders around it; of an `index`, those around its own folder.
    pub folders: Vec<&'a str>,
    /// Its name without kind and language; of an `index`, its folder's name.
    pub stem: &'a str,
    /// The stem without a date before it.
    pub slug: &'a str,
    /// The date that the stem, or the folders around it, begin with.
    pub date: Option<NaiveDate>,
    /// The language that its name ends with, as `post.de.md`.
    pub language: Option<&'a str>,
    /// The `index` of a folder: a page with files of its own.
    pub is_index: bool,
    /// Its kind, as `md`.
    pub kind: &'a str,
}

impl<'a> FileName<'a> {
    /// Reads the path of a file.
    pub fn of(path: &'a str) -> Self {
        let mut folders: Vec<&str> = path.split('/').collect();
        let file = folders.pop().unwrap_or_default();
        let (mut stem, kind) = file.rsplit_once('.').unwrap_or((file, ""));
        let mut language = None;
        if let Some((before, tag)) = stem.rsplit_once('.') {
            let whole = tag.len() == 2 || (tag.len() == 5 && tag.as_bytes()[2] == b'-');
            let is_word = tag.bytes().all(|c| c.is_ascii_alphabetic() || c == b'-');
            if whole && is_word && feed::language(tag).is_some() {
                (language, stem) = (Some(tag), before);
            }
        }
        let is_index = matches!(stem, "index" | "_index") && !folders.is_empty();
        if is_index {
            stem = folders.pop().unwrap_or_default();
        }
        let (date, slug) = match leading_date(stem) {
            Some((day, rest)) => (
                Some(day),
                Some(rest.trim_start_matches(['-', '_', ' '])).filter(|rest| !rest.is_empty()).unwrap_or(stem),
            ),
            None => (date_of_folders(&folders, stem), stem),
        };
        Self { folders, stem, slug, date, language, is_index, kind }
    }
}

/// `2025-01-09-a-title` and `2025-1-9-a-title`: the day, and the rest.
fn leading_date(stem: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = stem.split_once(['-', '_']).filter(|(year, _)| year.len() == 4)?;
    let (month, rest) = rest.split_once(['-', '_']).filter(|(month, _)| month.len() <= 2)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let day = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, rest[..end].parse().ok()?)?;
    Some((day, &rest[end..]))
}

/// `2025/01/09-a-title` and `2025/01/09/a-title`.
fn date_of_folders(folders: &[&str], stem: &str) -> Option<NaiveDate> {
    let mut parts = folders.to_vec();
    parts.push(stem);
    parts.windows(3).find_map(|three| match three {
        [year, month, day] if year.len() == 4 && month.len() <= 2 => {
            let end = day.find(|c: char| !c.is_ascii_digit()).unwrap_or(day.len());
            let ends = day[end..].is_empty() || day[end..].starts_with(['-', '_']);
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day[..end].parse().ok().filter(|_| ends)?)
        }
        _ => None,
    })
}

/// The day that stands in an address, as `/2025/01/09/a-title/`.
pub fn date_of_address(address: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = address.split('/').filter(|part| !part.is_empty()).collect();
    date_of_folders(&parts, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, folders: &[&str], slug: &str, date: Option<&str>) {
        let name = FileName::of(path);
        let day = name.date.map(|day| day.to_string());
        assert_eq!((name.folders.as_slice(), name.slug, day.as_deref()), (folders, slug, date), "{path}");
    }

    #[test]
    fn paths_name_slugs_and_days() {
        check("blog/2025-1-9-a.md", &["blog"], "a", Some("2025-01-09"));
        check("blog/2025-01-09.md", &["blog"], "2025-01-09", Some("2025-01-09"));
        check("blog/2025-03-18_chisel/index.de.md", &["blog"], "chisel", Some("2025-03-18"));
        check("blog/2025/04/01-third.md", &["blog", "2025", "04"], "01-third", Some("2025-04-01"));
        check("2025/04/01/third.md", &["2025", "04", "01"], "third", Some("2025-04-01"));
        check("index.md", &[], "index", None);
        check("a.b.md", &[], "a.b", None);
        check("go1.27.md", &[], "go1.27", None);
        assert_eq!(FileName::of("x.de.md").language, Some("de"));
        assert_eq!(date_of_address("2015/05/15/Rust-1.0").unwrap().to_string(), "2015-05-15");
    }
}
