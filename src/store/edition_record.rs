//! An edition as its row has it, and what is shown of it elsewhere.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    db::{Row, Transaction, values},
    error::Error,
    open::Store,
};
use crate::{edition::Edition, render::Variants};

/// An edition without its contents.
#[derive(Debug, Clone, PartialEq)]
pub struct EditionRecord {
    /// Its row in the store.
    pub row: i64,
    /// Its random id.
    pub uid: String,
    /// The digest's name.
    pub digest: String,
    /// Its number.
    pub number: i64,
    /// Its subject in the publication's own language.
    pub subject: String,
    /// How far it is.
    pub state: EditionState,
    /// When it was frozen.
    pub frozen: DateTime<Utc>,
    /// When it is to go out; none for one sent by hand.
    pub due: Option<DateTime<Utc>>,
    /// When its editor had it in their mail.
    pub asked: Option<DateTime<Utc>>,
    /// When a person sent it on its way.
    pub released: Option<DateTime<Utc>>,
    /// When nothing was left to do for it; `None` while something is.
    pub finished: Option<DateTime<Utc>>,
    /// Why it is held or was stopped.
    pub why: Option<String>,
    /// Why nothing of it gets out at present.
    pub stopped: Option<String>,
}

/// The state of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EditionState {
    /// Frozen before its due time, and its editor is asked.
    Waiting,
    /// Its editor said yes; it goes out at its due time.
    Approved,
    /// It waits for a person's word, however long.
    Held,
    /// On its way.
    Sending,
    /// Nothing is left to do.
    Sent,
    /// Its editor stopped it before it went out; its posts return.
    Vetoed,
    /// It was stopped otherwise; its posts return, unless readers have them.
    Cancelled,
}

/// An edition with its contents, as it was frozen.
#[derive(Debug, Clone)]
pub struct FrozenEdition {
    /// Its row in the store.
    pub row: i64,
    /// What it holds.
    pub edition: Edition,
    /// How it looks.
    pub variants: Variants,
    /// When nothing was left to do for it; `None` while something is.
    pub finished: Option<DateTime<Utc>>,
}

/// An edition on one line, for `editions list` and `status`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EditionSummary {
    /// The digest's name.
    pub digest: String,
    /// Its number.
    pub edition: i64,
    /// How far it is.
    pub state: EditionState,
    /// Its subject.
    pub subject: String,
    /// How many posts it holds.
    pub posts: i64,
    /// When it was frozen.
    pub date: DateTime<Utc>,
    /// What became of its deliveries.
    #[serde(flatten)]
    pub counts: DeliveryCounts,
}

/// Deliveries by state; `attempting` counts as pending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryCounts {
    /// The sum of the others.
    pub recipients: i64,
    /// Taken on by the relay.
    pub sent: i64,
    /// To be tried again.
    pub deferred: i64,
    /// Refused for good.
    pub bounced: i64,
    /// Left or suppressed after the edition was frozen.
    pub skipped: i64,
    /// Handed over, and the reply never came.
    pub in_doubt: i64,
    /// Not tried yet.
    pub pending: i64,
}

/// Why an edition is held that was not finished in a store that came back from a backup.
pub(super) const RESTORED: &str = "the store was restored from a backup, and readers may have it already";

impl EditionState {
    const ALL: [Self; 7] =
        [Self::Waiting, Self::Approved, Self::Held, Self::Sending, Self::Sent, Self::Vetoed, Self::Cancelled];

    /// The state's name in the store and in what people read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Held => "held",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Vetoed => "vetoed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Says whether it is frozen and nobody has sent it on its way yet.
    pub fn is_before_sending(self) -> bool {
        matches!(self, Self::Waiting | Self::Approved | Self::Held)
    }

    /// Says whether nothing is left to do for it.
    fn is_over(self) -> bool {
        matches!(self, Self::Sent | Self::Vetoed | Self::Cancelled)
    }
}

impl FromStr for EditionState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| format!("no edition has the state `{text}`"))
    }
}

impl EditionRecord {
    /// Reads a row of the table `edition`.
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        let state: EditionState = row.parse("state", "edition")?;
        Ok(Self {
            row: row.get("id"),
            uid: row.get("uid"),
            digest: row.get("digest"),
            number: row.get("number"),
            subject: row.get("subject"),
            state,
            frozen: row.get("frozen_ms"),
            due: row.get("due_ms"),
            asked: row.get("asked_ms"),
            released: row.get("released_ms"),
            // Set anew where an edition that was over is sent on its way again.
            finished: row.get::<Option<_>>("finished_ms").filter(|_| state.is_over()),
            why: row.get("why"),
            stopped: row.get("stopped"),
        })
    }
}

impl Store {
    /// The edition of that random id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn edition_by_uid(&self, uid: &str) -> Result<Option<EditionRecord>, Error> {
        let select = "SELECT id, uid, digest, number, subject, state, frozen_ms, due_ms, asked_ms, released_ms,
             finished_ms, why, stopped FROM edition WHERE uid = $1";
        self.db.first(select, values![uid]).await?.as_ref().map(EditionRecord::read).transpose()
    }

    /// An edition of `digest` by its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn edition_by_number(&self, digest: &str, number: i64) -> Result<Option<EditionRecord>, Error> {
        let select = "SELECT id, uid, digest, number, subject, state, frozen_ms, due_ms, asked_ms, released_ms,
             finished_ms, why, stopped FROM edition WHERE digest = $1 AND number = $2";
        self.db.first(select, values![digest, number]).await?.as_ref().map(EditionRecord::read).transpose()
    }

    /// The edition in that row.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn edition_in_row(&self, row: i64) -> Result<Option<EditionRecord>, Error> {
        self.db.first(IN_ROW, values![row]).await?.as_ref().map(EditionRecord::read).transpose()
    }

    /// Every edition that waits, is held or is on its way, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_editions(&self) -> Result<Vec<EditionRecord>, Error> {
        let select = "SELECT id, uid, digest, number, subject, state, frozen_ms, due_ms, asked_ms, released_ms,
             finished_ms, why, stopped FROM edition INDEXED BY edition_open
             WHERE state IN ('waiting', 'approved', 'held', 'sending') ORDER BY id";
        self.db.all(select, []).await?.iter().map(EditionRecord::read).collect()
    }

    /// The newest editions of a digest, at most so many.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_editions(&self, digest: &str, limit: i64) -> Result<Vec<EditionRecord>, Error> {
        let select = "SELECT id, uid, digest, number, subject, state, frozen_ms, due_ms, asked_ms, released_ms,
             finished_ms, why, stopped FROM edition WHERE digest = $1 ORDER BY number DESC LIMIT $2";
        self.db.all(select, values![digest, limit]).await?.iter().map(EditionRecord::read).collect()
    }

    /// The newest edition of each digest, by name, whatever its state.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_of_each_digest(&self) -> Result<Vec<EditionRecord>, Error> {
        let select = "SELECT e.id, e.uid, e.digest, e.number, e.subject, e.state, e.frozen_ms, e.due_ms, e.asked_ms,
             e.released_ms, e.finished_ms, e.why, e.stopped FROM edition e
             WHERE e.number = (SELECT max(n.number) FROM edition n WHERE n.digest = e.digest) ORDER BY e.digest";
        self.db.all(select, []).await?.iter().map(EditionRecord::read).collect()
    }
}

/// The edition in a row, as a transaction sees it that is about to change it.
pub(super) async fn edition_for_update(write: &mut Transaction<'_>, row: i64) -> Result<EditionRecord, Error> {
    let found = write.first(IN_ROW, values![row]).await?;
    let gone = || Error::Corrupt { place: "edition", source: format!("there is no row {row}").into() };
    EditionRecord::read(&found.ok_or_else(gone)?)
}

const IN_ROW: &str = "SELECT id, uid, digest, number, subject, state, frozen_ms, due_ms, asked_ms, released_ms,
     finished_ms, why, stopped FROM edition WHERE id = $1";
