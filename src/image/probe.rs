//! One look at a picture: by its address, or in its file.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::size::{self, Head, MAX_HEAD, Size};
use crate::source::fetch::{FetchedFile, Fetcher};

/// What is known of pictures, by their addresses.
pub type ImageProbes = BTreeMap<String, ImageProbe>;

/// What is known of a picture from the first octets of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageProbe {
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// Whether there is a picture.
    pub state: Availability,
    /// How large it is, as far as any request told.
    pub size: Option<Size>,
}

/// Whether a picture is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    /// Everybody can see it.
    Alive,
    /// Nobody sees it, and why.
    Dead(String),
    /// It could not be had, and may be there again: why.
    Silent(String),
}

impl ImageProbe {
    /// Says whether it need not be taken again: what is there will stay for a while, what failed may be mended by now.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        let most = match self.state {
            Availability::Alive => TimeDelta::days(7),
            Availability::Dead(_) | Availability::Silent(_) => TimeDelta::minutes(15),
        };
        (now - self.at).abs() < most
    }

    /// What these octets of a file say.
    pub(super) fn from_octets(octets: &[u8], now: DateTime<Utc>) -> Self {
        let (state, size) = match size::read(octets) {
            Head::Size(size) if size.is_invisible() => (Availability::Dead(NOTHING.to_owned()), Some(size)),
            Head::Size(size) => (Availability::Alive, Some(size)),
            Head::Unknown => (Availability::Alive, None),
            Head::Foreign => (Availability::Dead(FOREIGN.to_owned()), None),
        };
        Self { at: now, state, size }
    }

    pub(super) fn dead(why: String, now: DateTime<Utc>) -> Self {
        Self { at: now, state: Availability::Dead(why), size: None }
    }

    /// Keeps the size that an earlier request told.
    pub(super) fn silent(why: String, past: Option<&Self>, now: DateTime<Utc>) -> Self {
        Self { at: now, state: Availability::Silent(why), size: past.and_then(|past| past.size) }
    }
}

/// Why a counter of readers is left out.
pub(super) const NOTHING: &str = "it shows nothing";

/// Why a document is left out.
pub(super) const FOREIGN: &str = "it is no JPEG, PNG, GIF or WebP";

/// Asks for the first octets of a picture, until `deadline`.
pub(super) async fn ask(
    url: &Url,
    fetcher: &Fetcher,
    past: Option<&ImageProbe>,
    deadline: tokio::time::Instant,
    now: DateTime<Utc>,
) -> ImageProbe {
    let enough = |octets: &[u8]| octets.len() > 64 && size::read(octets) != Head::Unknown;
    match tokio::time::timeout_at(deadline, fetcher.start(url, MAX_HEAD, enough)).await {
        Ok(FetchedFile::Got(octets)) => ImageProbe::from_octets(&octets, now),
        Ok(FetchedFile::Refused(why)) => ImageProbe::dead(why.in_one_line(), now),
        Ok(FetchedFile::Failed(why)) => ImageProbe::silent(why.in_one_line(), past, now),
        Err(_) => ImageProbe::silent("no answer in time".to_owned(), past, now),
    }
}

/// Reads the first octets of a file of ours.
///
/// # Errors
/// Says why it cannot be read.
pub(super) fn open(path: &Path, now: DateTime<Utc>) -> Result<ImageProbe, String> {
    let mut octets = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_HEAD as u64).read_to_end(&mut octets));
    read.map_err(|error| unread(&error))?;
    Ok(ImageProbe::from_octets(&octets, now))
}

/// Says why a file of ours cannot be read.
pub(super) fn unread(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("its file cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_looked_at_again_sooner() {
        let now = DateTime::UNIX_EPOCH;
        let probe = |state| ImageProbe { at: now, state, size: None };
        let failed = [Availability::Silent(String::new()), Availability::Dead(String::new())]
            .map(|state| (state, TimeDelta::minutes(15)));
        for (state, most) in failed.into_iter().chain([(Availability::Alive, TimeDelta::days(7))]) {
            let probe = probe(state);
            assert!(probe.is_fresh(now) && probe.is_fresh(now + most - TimeDelta::seconds(1)), "{probe:?}");
            assert!(!probe.is_fresh(now + most) && !probe.is_fresh(now - most), "{probe:?}");
        }
    }
}
