//! One look at a picture: by its address, or in its file.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::size::{self, HEAD, Head, Size};
use crate::source::fetch::{Fetcher, Octets};

/// What a look at an address showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// Whether there is a picture.
    pub state: State,
    /// How large it is, as far as any look told.
    pub size: Option<Size>,
}

/// Whether a picture is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Everybody can see it.
    Alive,
    /// Nobody sees it, and why.
    Dead(String),
    /// It could not be had, and may be there again: why.
    Silent(String),
}

impl Look {
    /// Says whether it need not be taken again: what is there will stay for a while, what failed may be mended by now.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        let most = match self.state {
            State::Alive => TimeDelta::days(7),
            State::Dead(_) | State::Silent(_) => TimeDelta::minutes(15),
        };
        (now - self.at).abs() < most
    }

    /// A look that showed these octets of a file.
    pub(super) fn at_octets(octets: &[u8], now: DateTime<Utc>) -> Self {
        let (state, size) = match size::read(octets) {
            Head::Size(size) if size.is_nothing() => (State::Dead(NOTHING.to_owned()), Some(size)),
            Head::Size(size) => (State::Alive, Some(size)),
            Head::Unknown => (State::Alive, None),
            Head::Foreign => (State::Dead(FOREIGN.to_owned()), None),
        };
        Self { at: now, state, size }
    }

    pub(super) fn dead(why: String, now: DateTime<Utc>) -> Self {
        Self { at: now, state: State::Dead(why), size: None }
    }

    /// Keeps the size that an earlier look told.
    pub(super) fn silent(why: String, past: Option<&Self>, now: DateTime<Utc>) -> Self {
        Self { at: now, state: State::Silent(why), size: past.and_then(|past| past.size) }
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
    past: Option<&Look>,
    deadline: tokio::time::Instant,
    now: DateTime<Utc>,
) -> Look {
    let enough = |octets: &[u8]| octets.len() > 64 && size::read(octets) != Head::Unknown;
    match tokio::time::timeout_at(deadline, fetcher.start(url, HEAD, enough)).await {
        Ok(Octets::Got(octets)) => Look::at_octets(&octets, now),
        Ok(Octets::Refused(why)) => Look::dead(why, now),
        Ok(Octets::Failed(why)) => Look::silent(why, past, now),
        Err(_) => Look::silent("no answer in time".to_owned(), past, now),
    }
}

/// Reads the first octets of a file of ours.
///
/// # Errors
/// Says why it cannot be read.
pub(super) fn open(path: &Path, now: DateTime<Utc>) -> Result<Look, String> {
    let mut octets = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut octets));
    read.map_err(|error| unread(&error))?;
    Ok(Look::at_octets(&octets, now))
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
        let look = |state| Look { at: now, state, size: None };
        let failed =
            [State::Silent(String::new()), State::Dead(String::new())].map(|state| (state, TimeDelta::minutes(15)));
        for (state, most) in failed.into_iter().chain([(State::Alive, TimeDelta::days(7))]) {
            let look = look(state);
            assert!(look.holds(now) && look.holds(now + most - TimeDelta::seconds(1)), "{look:?}");
            assert!(!look.holds(now + most) && !look.holds(now - most), "{look:?}");
        }
    }
}
