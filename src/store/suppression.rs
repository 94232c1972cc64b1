//! Which bounces suppress an address, and which are too many in the same words to be believed.

use chrono::{DateTime, Utc};

use super::{
    db::{Transaction, values},
    error::Error,
    open::Store,
    suppression_record::suppress,
};
use crate::deliver::Blame;

/// So many readers may bounce in the same words, however few there are: three dead addresses are three dead addresses.
const MAX_ALIKE: i64 = 3;

/// One in so many: where more readers of an edition than this share bounce in the same words, nobody is suppressed.
const MAX_SHARE: i64 = 5;

/// Why an address is to be suppressed.
#[derive(Debug)]
pub(super) struct Cause {
    /// The edition's row.
    pub(super) edition: i64,
    /// Whose fault it was.
    pub(super) blame: Blame,
    /// The words without what differs from reader to reader.
    pub(super) gist: String,
    /// What the server said.
    pub(super) words: String,
}

impl Store {
    /// The words in which so many readers of an edition bounced that nobody was suppressed for them, and how many did.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn doubtful_bounces(&self, edition: i64) -> Result<Vec<(String, i64)>, Error> {
        let select = "SELECT words, readers FROM alike
             WHERE edition = $1 AND readers > $2 AND readers * $3 > recipients ORDER BY readers DESC";
        let rows = self.db.all(select, values![edition, MAX_ALIKE, MAX_SHARE]).await?;
        Ok(rows.iter().map(|row| (row.get("words"), row.get("readers"))).collect())
    }
}

/// Suppresses a subscriber for a bounce that speaks against the address; says whether it did. Without a clear reason the
/// three newest editions must have bounced so (the column `blamed`); those that are still on their way, or were skipped,
/// say nothing. Where more than a fifth of an edition bounces in the same words, it is not the readers' fault: those who
/// were suppressed for them come back, and a person is asked.
pub(super) async fn suppress_for(
    write: &mut Transaction<'_>,
    subscriber: i64,
    cause: &Cause,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if !cause.blame.counts() || count_alike(write, cause, now).await? {
        return Ok(false);
    }
    if cause.blame == Blame::Unclear {
        let newest = write.all(THREE_NEWEST, values![subscriber]).await?;
        if newest.len() < 3 || newest.iter().any(|row| !row.get::<bool>("is_blamed")) {
            return Ok(false);
        }
    }
    let why = if cause.blame == Blame::Unclear { "three editions in a row bounced" } else { "there is no such reader" };
    let is_new = suppress(write, subscriber, (why, Some(&cause.words), Some(cause.edition)), now).await?;
    if is_new {
        let record =
            "INSERT INTO suppressed_alike (edition, gist, subscriber) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        write.run(record, values![cause.edition, &cause.gist, subscriber]).await?;
    }
    Ok(is_new)
}

/// Walks from the newest edition back, by primary keys alone: three steps for most subscribers, however many deliveries
/// there are. The words CROSS JOIN keep SQLite from beginning with the deliveries.
pub(super) const THREE_NEWEST: &str = "SELECT d.state = 'bounced' AND d.blamed = 1 AS is_blamed
     FROM edition e CROSS JOIN delivery d ON d.edition = e.id AND d.subscriber = $1
     WHERE d.state IN ('sent', 'bounced') ORDER BY e.id DESC LIMIT 3";

/// Counts one more who bounced in these words; says whether they are too many.
async fn count_alike(write: &mut Transaction<'_>, cause: &Cause, now: DateTime<Utc>) -> Result<bool, Error> {
    let count = "UPDATE alike SET readers = readers + 1 WHERE edition = $1 AND gist = $2 RETURNING readers, recipients";
    let Some(row) = write.first(count, values![cause.edition, &cause.gist]).await? else {
        let first = "INSERT INTO alike (edition, gist, words, readers, recipients)
             VALUES ($1, $2, $3, 1, (SELECT count(*) FROM delivery WHERE edition = $1))";
        write.run(first, values![cause.edition, &cause.gist, &cause.words]).await?;
        return Ok(false);
    };
    let (readers, recipients): (i64, i64) = (row.get("readers"), row.get("recipients"));
    let are_too_many = |readers| readers > MAX_ALIKE && readers * MAX_SHARE > recipients;
    if are_too_many(readers) && !are_too_many(readers - 1) {
        let give_back = "UPDATE subscriber SET status = 'active' WHERE status = 'suppressed'
             AND id IN (SELECT subscriber FROM suppressed_alike WHERE edition = $1 AND gist = $2)";
        let lift = "UPDATE suppression SET lifted_ms = $3, lifted_why = 'too many readers bounced in the same words'
             WHERE lifted_ms IS NULL
             AND subscriber IN (SELECT subscriber FROM suppressed_alike WHERE edition = $1 AND gist = $2)";
        write.run(give_back, values![cause.edition, &cause.gist]).await?;
        write.run(lift, values![cause.edition, &cause.gist, now]).await?;
    }
    Ok(are_too_many(readers))
}
