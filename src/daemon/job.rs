//! A job: one thing to do that is under way, or put off, by itself.

use chrono::{DateTime, Utc};

use super::timetable::ScheduledRun;
use crate::store::EditionRecord;

/// Something to do.
#[derive(Debug, Clone)]
pub enum Job {
    /// Bring the run of a digest a step further.
    Advance {
        /// The digest's name.
        digest: String,
        /// A run that nobody has claimed yet.
        due: Option<ScheduledRun>,
        /// Whether an editor may be asked now.
        may_ask: bool,
    },
    /// Deliver what is due of an edition that is on its way.
    Deliver(Box<EditionRecord>),
    /// Fetch the mail of `bounce.mailbox`, and where `waits`, what comes to it in the next minutes.
    FetchMail {
        /// Whether to wait for more.
        waits: bool,
    },
    /// Call the monitor outside after a good run.
    Ping,
    /// Tell people of new incidents.
    Alert,
}

/// What a job is about: two jobs of the same key are not done at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JobKey {
    /// The run of a digest.
    Advance(String),
    /// The question to a digest's editor, which is put off by itself.
    AskEditor(String),
    /// An edition, by its row in the store.
    Deliver(i64),
    /// The mailbox that bounces come to.
    FetchMail,
    /// The monitor outside.
    Ping,
    /// People.
    Alert,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done; the same may be done again at once, should there be more of it.
    Done,
    /// Done, but for an editor who could not be asked and is asked again later.
    EditorNotReached,
    /// Not to be done again before then.
    Until(DateTime<Utc>),
    /// It failed, and is tried again later.
    Failed,
}

impl Job {
    /// Names what the job is about.
    pub fn key(&self) -> JobKey {
        match self {
            Self::Advance { digest, .. } => JobKey::Advance(digest.clone()),
            Self::Deliver(edition) => JobKey::Deliver(edition.row),
            Self::FetchMail { .. } => JobKey::FetchMail,
            Self::Ping => JobKey::Ping,
            Self::Alert => JobKey::Alert,
        }
    }
}
