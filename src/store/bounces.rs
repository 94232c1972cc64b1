//! What reports change: a delivery bounces, a subscriber is suppressed or leaves a digest.

use chrono::{DateTime, Utc};

use super::{
    db::{Transaction, values},
    error::Error,
    open::Store,
    subscriptions::leave,
    suppression::{Cause, suppress_for},
    suppression_record::suppress,
    unread::content_id,
};
use crate::{
    bounce::{Fate, Feedback, Report, WishSource, fate_of},
    deliver::{Phase, Reply, gist, meaning},
    subscriber::Address,
    token::Subject,
};

/// What a report came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedReport {
    /// Whom it is about.
    pub address: Address,
    /// The digest.
    pub digest: String,
    /// The edition's number, where it is about an edition.
    pub edition: Option<i64>,
    /// What changed.
    pub effect: ReportEffect,
    /// What the server said, where it is about a delivery.
    pub reply: Option<Reply>,
    /// Whether it counts against the address.
    pub counts: bool,
}

/// What a report changed; the last that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportEffect {
    /// Nothing: it was so before, or asks for nothing.
    Nothing,
    /// A delay is noted beside the delivery.
    Noted,
    /// The delivery bounced.
    Bounced,
    /// The subscriber left the digest.
    Unsubscribed,
    /// The subscriber gets no mail any more.
    Suppressed,
}

impl ReportEffect {
    fn if_changed(self, changed: bool) -> Self {
        if changed { self } else { Self::Nothing }
    }
}

impl Store {
    /// Does what a report asks for, in one transaction; `None` where the store knows nothing of what it is about.
    /// A report that comes again changes nothing more; nor does one that comes in the same `content`, whatever happened
    /// in between.
    ///
    /// # Errors
    /// When the store cannot be written: then nothing changed.
    pub async fn apply_report(
        &self,
        report: &Report,
        content: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Option<AppliedReport>, Error> {
        let mut write = self.db.begin().await?;
        let found = match report {
            Report::Unsubscribe { about, source: WishSource::Link | WishSource::Words } => {
                find_subscriber(&mut write, about).await?
            }
            Report::Unsubscribe { about, .. } | Report::Delivery { about, .. } | Report::Feedback { about, .. } => {
                find_delivery(&mut write, about).await?
            }
        };
        let Some(found) = found else { return Ok(None) };
        let is_known = write.run(MARK_SEEN, values![content_id(content), now, false]).await? == 0;
        let mut reply = None;
        let mut counts = matches!(report, Report::Feedback { kind: Feedback::Complaint, .. });
        let effect = match report {
            Report::Delivery { recipients, .. } if is_known => {
                if let Some(Fate::Failed(said) | Fate::Delayed(said)) = fate_of(recipients, &found.address) {
                    counts = meaning(Phase::Report, said).blame.counts();
                    reply = Some(said.clone());
                }
                ReportEffect::Nothing
            }
            _ if is_known => ReportEffect::Nothing,
            Report::Unsubscribe { .. } | Report::Feedback { kind: Feedback::OptOut, .. } => {
                let left = leave(&mut write, found.subscriber, &found.digest, now).await?;
                ReportEffect::Unsubscribed.if_changed(left)
            }
            Report::Feedback { kind: Feedback::Complaint, .. } => {
                let reason = ("they complained of a message", None, found.edition);
                ReportEffect::Suppressed.if_changed(suppress(&mut write, found.subscriber, reason, now).await?)
            }
            Report::Delivery { recipients, .. } => match fate_of(recipients, &found.address) {
                None | Some(Fate::Arrived) => ReportEffect::Nothing,
                Some(Fate::Delayed(said)) => {
                    reply = Some(said.clone());
                    record_delay(&mut write, &found, said).await?
                }
                Some(Fate::Failed(said)) => {
                    reply = Some(said.clone());
                    counts = meaning(Phase::Report, said).blame.counts();
                    bounce(&mut write, &found, said, now).await?
                }
            },
        };
        write.commit().await?;
        // What was not settled may have been the last delivery that its edition waited for.
        let waited = matches!(effect, ReportEffect::Bounced | ReportEffect::Suppressed) && found.state != "sent";
        if let Some(row) = found.edition.filter(|_| waited) {
            self.finish_edition(row, now).await?;
        }
        let Found { address, digest, number, .. } = found;
        Ok(Some(AppliedReport { address, digest, edition: number, effect, reply, counts }))
    }
}

/// Remembers what came in; changes no row where it is known.
const MARK_SEEN: &str = "INSERT INTO seen_mail (id, at_ms, forwarded) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

impl Store {
    /// Whether this came in before and was dealt with.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn has_seen(&self, content: &[u8]) -> Result<bool, Error> {
        let select = "SELECT EXISTS (SELECT 1 FROM seen_mail WHERE id = $1)";
        self.db.value(select, values![content_id(content)]).await
    }

    /// Takes a token that is good for one content alone; `false` where it was taken for another. Tokens from before
    /// `oldest` are forgotten, which nobody takes any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn take_token(
        &self,
        token: &str,
        content: &[u8],
        oldest: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        // No digit of a content's id is an `o`.
        let id = |content: &[u8]| format!("once {}", content_id(content));
        let (bare, filled) = (id(token.as_bytes()), id(&[token.as_bytes(), b"\n", content].concat()));
        let mut write = self.db.begin().await?;
        write.run("DELETE FROM seen_mail WHERE id >= 'o' AND at_ms < $1", values![oldest]).await?;
        let is_new = write.run(MARK_SEEN, values![bare, now, false]).await? > 0;
        let is_right = if is_new {
            write.run(MARK_SEEN, values![filled, now, false]).await?;
            true
        } else {
            write.value("SELECT EXISTS (SELECT 1 FROM seen_mail WHERE id = $1)", values![filled]).await?
        };
        write.commit().await?;
        Ok(is_right)
    }

    /// Remembers that a mail went on to a person.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn mark_forwarded(&self, content: &[u8], now: DateTime<Utc>) -> Result<(), Error> {
        self.db.run(MARK_SEEN, values![content_id(content), now, true]).await.map(drop)
    }

    /// How many mails went on to a person since then.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn forwarded_since(&self, since: DateTime<Utc>) -> Result<i64, Error> {
        self.db.value("SELECT count(*) FROM seen_mail WHERE forwarded AND at_ms > $1", values![since]).await
    }
}

/// What a report is about, as the store knows it.
#[derive(Debug)]
struct Found {
    subscriber: i64,
    address: Address,
    digest: String,
    edition: Option<i64>,
    number: Option<i64>,
    /// The delivery's.
    state: String,
}

/// The delivery to a subscriber in the edition whose id begins so.
async fn find_delivery(write: &mut Transaction<'_>, about: &Subject) -> Result<Option<Found>, Error> {
    let select = "SELECT s.address, e.digest, e.id, e.number, d.state FROM edition e
         JOIN delivery d ON d.edition = e.id AND d.subscriber = $1 JOIN subscriber s ON s.id = d.subscriber
         WHERE e.uid >= $2 AND e.uid < $2 || '~' ORDER BY e.id DESC LIMIT 1";
    let Some(row) = write.first(select, values![about.subscriber, &about.of]).await? else { return Ok(None) };
    Ok(Some(Found {
        subscriber: about.subscriber,
        address: row.parse("address", "subscriber")?,
        digest: row.get("digest"),
        edition: Some(row.get("id")),
        number: Some(row.get("number")),
        state: row.get("state"),
    }))
}

/// The subscriber who wants to leave a digest.
async fn find_subscriber(write: &mut Transaction<'_>, about: &Subject) -> Result<Option<Found>, Error> {
    let select = "SELECT address FROM subscriber WHERE id = $1";
    let Some(row) = write.first(select, values![about.subscriber]).await? else { return Ok(None) };
    Ok(Some(Found {
        subscriber: about.subscriber,
        address: row.parse("address", "subscriber")?,
        digest: about.of.clone(),
        edition: None,
        number: None,
        state: String::new(),
    }))
}

/// Records a delay beside a delivery that the relay took; nothing else knows of it, and it changes nothing.
async fn record_delay(write: &mut Transaction<'_>, found: &Found, reply: &Reply) -> Result<ReportEffect, Error> {
    let record = "UPDATE delivery SET reply = $1
         WHERE edition = $2 AND subscriber = $3 AND state = 'sent' AND reply IS DISTINCT FROM $1";
    let recorded = write.run(record, values![format!("delayed: {reply}"), found.edition, found.subscriber]).await?;
    Ok(ReportEffect::Noted.if_changed(recorded > 0))
}

/// Marks a delivery bounced, and suppresses the address where it is at fault (rule E4).
///
/// A bounce can come before its own hand-over is settled, and it ends a doubt: whoever sends it back took it. So
/// `attempting` and `in_doubt` become `bounced`; the settling that comes after finds the row no more in its claim
/// and leaves it. A delivery that waits for another try (`deferred`, or replayed) keeps its plan, because the report
/// may be about an earlier try, and the next one will tell: but an address that is not there is suppressed all the
/// same, and the claim then skips it.
async fn bounce(
    write: &mut Transaction<'_>,
    found: &Found,
    reply: &Reply,
    now: DateTime<Utc>,
) -> Result<ReportEffect, Error> {
    let blame = meaning(Phase::Report, reply).blame;
    let is_blamed = blame.counts();
    let bounced = "UPDATE delivery SET state = 'bounced', owner = NULL, next_ms = NULL, at_ms = $1, code = $2,
            reply = $3, blamed = $4
         WHERE edition = $5 AND subscriber = $6 AND state IN ('sent', 'attempting', 'in_doubt')";
    // The three digits have a column of their own.
    let words = Reply { code: 0, ..reply.clone() }.to_string();
    let values = values![now, i64::from(reply.code), words, is_blamed, found.edition, found.subscriber];
    let changed = write.run(bounced, values).await? > 0;
    let mut is_news = changed || !matches!(found.state.as_str(), "bounced" | "skipped");
    if found.state == "bounced" && is_blamed {
        let blame = "UPDATE delivery SET blamed = 1 WHERE edition = $1 AND subscriber = $2 AND blamed = 0";
        is_news = write.run(blame, values![found.edition, found.subscriber]).await? > 0;
    }
    // A report that comes again counts once.
    if is_news {
        let edition = found.edition.unwrap_or_default();
        let cause = Cause { edition, blame, gist: gist(reply), words: reply.to_string() };
        if suppress_for(write, found.subscriber, &cause, now).await? {
            return Ok(ReportEffect::Suppressed);
        }
    }
    Ok(ReportEffect::Bounced.if_changed(changed))
}

#[cfg(test)]
mod tests;
