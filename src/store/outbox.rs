//! The outbox: one row for each edition and recipient, claimed before anything leaves and settled after.
//!
//! A claim is committed before the first octet goes out, a verdict before the final dot of the next message on the
//! same connection. Both go through [`Store::settle_and_claim`], in one transaction for all connections that ask at a
//! time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    claim::{Claim, NEVER_TRIED, SendJob, claim},
    db::{Transaction, to_json, values},
    error::Error,
    open::Store,
    rate_limits::{self, RateLimits},
    suppression::{Cause, suppress_for},
};
use crate::deliver::{Blame, Reply, gist};

/// What a sender brings to the store, and asks of it, at one time.
#[derive(Debug, Default)]
pub struct OutboxRequest {
    /// What became of claimed deliveries.
    pub settled: Vec<Settlement>,
    /// Subscribers whose deliveries were claimed ahead and come next.
    pub held: Vec<i64>,
    /// Who bounced without a clear reason, and it was no other's blame.
    pub confirmed: Vec<i64>,
    /// Whose bounce was not about them: their deliveries go back.
    pub retracted: Vec<i64>,
    /// How many deliveries are wanted.
    pub wanted: usize,
    /// Who is to go slower, the relay (`None`) or a recipient domain, and how many messages a second went there.
    pub slower: Vec<(Option<String>, f64)>,
}

/// What the store gives back.
#[derive(Debug, Default)]
pub struct OutboxReply {
    /// Deliveries that this process may attempt now.
    pub claims: Vec<Claim>,
    /// Of those held, who left, was suppressed or bounced meanwhile: they get nothing.
    pub withdrawn: Vec<i64>,
    /// When there may be more than were given, where time alone brings them.
    pub again: Option<Duration>,
}

/// What became of a claimed delivery.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The subscriber's number.
    pub subscriber: i64,
    /// The new state.
    pub verdict: Verdict,
    /// What the other side said.
    pub reply: Reply,
}

/// The state that an attempt leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Taken on.
    Sent,
    /// To be tried again, not before then.
    Deferred(DateTime<Utc>),
    /// Refused for good, and what that says about the address.
    Bounced(Blame),
    /// Handed over without an answer; where there is a time, it may be resent from then on.
    InDoubt(Option<DateTime<Utc>>),
    /// Nothing happened, and it was no try: as it was before the claim.
    Pending,
    /// The same for one that was in doubt before.
    Doubtful,
}

impl Store {
    /// Settles deliveries and claims others, in one transaction that is committed before this returns.
    ///
    /// Subscribers who left or were suppressed since the edition was frozen are skipped here, in the same
    /// transaction: nobody who left is mailed, nor whose message was made ready and waits for its turn. A claim takes
    /// its place in the rate of the relay and of a recipient domain that throttles, whoever else sends.
    ///
    /// # Errors
    /// When the transaction cannot be made durable; then nothing may be sent, and what was settled stays `attempting`
    /// and will be in doubt.
    pub async fn settle_and_claim(
        &self,
        job: &SendJob<'_>,
        request: &OutboxRequest,
        now: DateTime<Utc>,
    ) -> Result<OutboxReply, Error> {
        self.db.check_file()?;
        let (edition, owner) = (job.edition, job.owner.id());
        let settled: Vec<_> = request.settled.iter().map(|one| SettledRow::new(one, now)).collect();
        let limit = i64::try_from(request.wanted).unwrap_or(i64::MAX);
        let mut write = self.db.begin().await?;
        let [_, withdrawn, limits, never_tried] = write
            .together([
                (SETTLE, values![to_json(&settled, "delivery")?, now, edition, owner].into()),
                (WITHDRAWN, values![&request.held[..], edition, owner].into()),
                (rate_limits::SELECT, Vec::new()),
                (NEVER_TRIED, values![edition, limit].into()),
            ])
            .await?;
        let withdrawn: Vec<i64> = withdrawn.iter().map(|row| row.get("id")).collect();
        retract(&mut write, edition, &request.retracted, now).await?;
        suppress_bad_addresses(&mut write, edition, request, now).await?;
        skip(&mut write, job, &withdrawn, now).await?;
        let mut reply = OutboxReply { withdrawn, ..OutboxReply::default() };
        if request.wanted > 0 || !request.slower.is_empty() {
            let before = RateLimits::read(&limits);
            let mut limits = before.clone();
            for (domain, seen) in &request.slower {
                limits.slow_down(job.relay, domain.as_deref(), *seen);
            }
            (reply.claims, reply.again) = claim(&mut write, job, request.wanted, never_tried, &mut limits, now).await?;
            limits.save_changes(&before, &mut write).await?;
        }
        write.commit().await?;
        Ok(reply)
    }
}

/// A settlement as the database takes it, in a JSON list.
#[derive(Serialize)]
struct SettledRow<'a> {
    subscriber: i64,
    state: &'static str,
    next_ms: Option<i64>,
    tries: i64,
    code: u16,
    reply: &'a str,
    blamed: i64,
}

impl<'a> SettledRow<'a> {
    fn new(settled: &'a Settlement, now: DateTime<Utc>) -> Self {
        let (state, next) = match settled.verdict {
            Verdict::Sent => ("sent", None),
            Verdict::Deferred(at) => ("deferred", Some(at)),
            Verdict::Bounced(_) => ("bounced", None),
            Verdict::InDoubt(at) => ("in_doubt", at),
            // Behind those that were never tried: one that breaks each connection must not stand in their way.
            Verdict::Pending => ("pending", Some(now)),
            Verdict::Doubtful => ("in_doubt", Some(now)),
        };
        let is_blamed = matches!(settled.verdict, Verdict::Bounced(blame) if blame.counts());
        Self {
            subscriber: settled.subscriber,
            state,
            next_ms: next.map(|at| at.timestamp_millis()),
            tries: i64::from(!matches!(settled.verdict, Verdict::Pending | Verdict::Doubtful)),
            code: settled.reply.code,
            reply: &settled.reply.text,
            blamed: i64::from(is_blamed),
        }
    }
}

/// Settles those of a list that are still this owner's. The list is read once, and each row found by its primary key: an
/// edition may have millions.
const SETTLE: &str = "WITH settled AS MATERIALIZED (
        SELECT value->>'subscriber' AS subscriber, value->>'state' AS state, value->>'next_ms' AS next_ms,
            value->>'tries' AS tries, value->>'code' AS code, value->>'reply' AS reply, value->>'blamed' AS blamed
        FROM json_each($1))
     UPDATE delivery SET state = settled.state, owner = NULL, at_ms = $2, next_ms = settled.next_ms,
        tries = delivery.tries + settled.tries, code = settled.code, reply = settled.reply, blamed = settled.blamed
     FROM settled WHERE delivery.edition = $3 AND delivery.subscriber = settled.subscriber
        AND coalesce(delivery.state, '') = 'attempting' AND delivery.owner = $4";

/// Those of the held who left or were suppressed since they were claimed, or whose claim a report of a bounce ended;
/// all of them, where the edition was stopped.
const WITHDRAWN: &str = "SELECT s.id FROM subscriber s JOIN edition e ON e.id = $2
     WHERE s.id IN (SELECT value FROM json_each($1)) AND (
        NOT (e.state = 'sending' AND s.status = 'active' AND s.listed = 1
            AND NOT EXISTS (SELECT 1 FROM departure p WHERE p.subscriber = s.id AND p.digest = e.digest))
        OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.edition = $2 AND d.subscriber = s.id
            AND coalesce(d.state, '') = 'attempting' AND d.owner = $3))";

/// Suppresses addresses that are at blame. Where that is not clear, it waits for `confirmed`.
async fn suppress_bad_addresses(
    write: &mut Transaction<'_>,
    edition: i64,
    request: &OutboxRequest,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for one in &request.settled {
        if one.verdict == Verdict::Bounced(Blame::Reader) {
            let cause = Cause { edition, blame: Blame::Reader, gist: gist(&one.reply), words: one.reply.to_string() };
            suppress_for(write, one.subscriber, &cause, now).await?;
        }
    }
    for subscriber in &request.confirmed {
        let said = "SELECT code, reply FROM delivery
             WHERE edition = $1 AND subscriber = $2 AND state = 'bounced' AND blamed = 1";
        if let Some(row) = write.first(said, values![edition, *subscriber]).await? {
            let (code, text): (Option<i64>, Option<String>) = (row.get("code"), row.get("reply"));
            let code = code.and_then(|code| u16::try_from(code).ok()).unwrap_or(0);
            let reply = Reply { code, text: text.unwrap_or_default(), enhanced: None };
            let cause = Cause { edition, blame: Blame::Unclear, gist: gist(&reply), words: reply.to_string() };
            suppress_for(write, *subscriber, &cause, now).await?;
        }
    }
    Ok(())
}

/// Takes bounces back that were not about their readers.
async fn retract(
    write: &mut Transaction<'_>,
    edition: i64,
    subscribers: &[i64],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if subscribers.is_empty() {
        return Ok(());
    }
    let retract = "UPDATE delivery SET state = 'pending', blamed = 0, at_ms = $1, next_ms = $1
         WHERE edition = $2 AND subscriber IN (SELECT value FROM json_each($3)) AND state = 'bounced'";
    write.run(retract, values![now, edition, subscribers]).await?;
    Ok(())
}

/// Skips those of `gone` whose claim still stands; what a report of a bounce settled meanwhile stays as it says.
async fn skip(write: &mut Transaction<'_>, job: &SendJob<'_>, gone: &[i64], now: DateTime<Utc>) -> Result<(), Error> {
    if gone.is_empty() {
        return Ok(());
    }
    let skip = "UPDATE delivery SET state = 'skipped', owner = NULL, next_ms = NULL, at_ms = $1
         WHERE edition = $2 AND subscriber IN (SELECT value FROM json_each($3))
         AND coalesce(state, '') = 'attempting' AND owner = $4";
    write.run(skip, values![now, job.edition, gone, job.owner.id()]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn settling_finds_each_row_by_its_primary_key() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("tidings.db"), DateTime::UNIX_EPOCH).await.unwrap();
        let plan =
            store.db.all(&format!("EXPLAIN QUERY PLAN {SETTLE}"), values!["[]", 0_i64, 1_i64, "me"]).await.unwrap();
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        let wanted = "SEARCH delivery USING PRIMARY KEY (edition=? AND subscriber=?)";
        assert!(steps.iter().any(|step| step == wanted), "{steps:?}");
        assert!(!steps.iter().any(|step| step.starts_with("SCAN delivery")), "{steps:?}");
    }
}
