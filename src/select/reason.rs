//! Why a post is in or out, in words for an editor.

use std::{fmt, time::Duration};

use super::known::KnownBy;

/// Why a post is in or out; shown as one plain line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// In: new since the last edition.
    New,
    /// In: new, and this digest has no edition yet.
    First,
    /// In: published within the time that `since` names.
    Recent(Duration),
    /// In: named by `pin`.
    Pinned,
    /// Out: named by `drop`.
    Dropped,
    /// Out: not finished.
    Draft,
    /// Out for now: its date lies ahead.
    Future,
    /// Out: it, or the same story, went out.
    Sent {
        /// In this edition.
        edition: i64,
        /// What it is known again by.
        by: KnownBy,
    },
    /// Out: another candidate tells the same story.
    Duplicate {
        /// The other's title.
        title: String,
        /// The other's source.
        source: String,
    },
    /// Out: seen before the last edition and not published since.
    Seen,
    /// Out: not published within the time that `since` names.
    NotRecent(Duration),
    /// Out: published longer ago than `max_age`.
    TooOld(Duration),
    /// Out: what its tags lack or have too many.
    Tags(String),
    /// Out: what its authors lack or have too many.
    Authors(String),
    /// Out: its language is none of the digest's.
    Language(String),
    /// Out: its source has so many already.
    PerSource(usize),
    /// Out: the edition has so many already.
    Max(usize),
    /// Out for now: the edition would have too few new posts.
    Waits {
        /// So many there are.
        found: usize,
        /// So many there must be: `min`.
        min: usize,
    },
}

impl Reason {
    /// Says whether the post goes into the edition.
    pub fn is_in(&self) -> bool {
        matches!(self, Self::New | Self::First | Self::Recent(_) | Self::Pinned)
    }
}

impl Reason {
    /// What became of the post, in the same words for all that it became of.
    pub fn fate(&self) -> String {
        match self {
            Self::Duplicate { .. } => "the same story as another".to_owned(),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("new since the last edition"),
            Self::First => f.write_str("new, for the first edition"),
            Self::Recent(within) => write!(f, "published within the last {}", Span(*within)),
            Self::Pinned => f.write_str("pinned"),
            Self::Dropped => f.write_str("left out by `drop`"),
            Self::Draft => f.write_str("draft"),
            Self::Future => f.write_str("dated in the future"),
            Self::Sent { edition, by } => write!(f, "already sent in edition {edition}, known by its {}", by.as_str()),
            Self::Duplicate { title, source } if title.is_empty() => write!(f, "the same story as one from `{source}`"),
            Self::Duplicate { title, source } => write!(f, "the same story as `{title}` from `{source}`"),
            Self::Seen => f.write_str("seen before the last edition and not published since"),
            Self::NotRecent(within) => write!(f, "not published within the last {}", Span(*within)),
            Self::TooOld(age) => write!(f, "older than max_age = {}", Span(*age)),
            Self::Tags(why) | Self::Authors(why) | Self::Language(why) => f.write_str(why),
            Self::PerSource(cap) => write!(f, "left out: per_source = {cap}"),
            Self::Max(cap) => write!(f, "left out: max = {cap}"),
            Self::Waits { found, min } => {
                write!(f, "waits: {found} of at least {min} new post{}", if *min == 1 { "" } else { "s" })
            }
        }
    }
}

/// A length of time as the config writes it: `30d`, `36h`, `90m`.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (unit, name) = [(86_400, "d"), (3_600, "h"), (60, "m")]
            .into_iter()
            .find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit))
            .unwrap_or((1, "s"));
        write!(f, "{}{name}", seconds / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reason: Reason, expect: &str) {
        assert_eq!(reason.to_string(), expect);
    }

    #[test]
    fn reasons_read_as_plain_words() {
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        check(Reason::Future, "dated in the future");
        check(Reason::Sent { edition: 3, by: KnownBy::Id }, "already sent in edition 3, known by its id");
        check(Reason::TooOld(hours(720)), "older than max_age = 30d");
        check(Reason::Recent(hours(36)), "published within the last 36h");
        check(Reason::NotRecent(Duration::from_secs(90)), "not published within the last 90s");
        check(Reason::Max(10), "left out: max = 10");
        check(Reason::Waits { found: 1, min: 3 }, "waits: 1 of at least 3 new posts");
        check(Reason::Waits { found: 0, min: 1 }, "waits: 0 of at least 1 new post");
    }
}
