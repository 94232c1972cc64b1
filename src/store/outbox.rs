//! The outbox: one row for each edition and recipient, claimed before anything leaves and settled after.
//!
//! A claim is committed before the first octet goes out, a verdict before the final dot of the next message on the
//! same connection. Both go through [`Store::exchange`], in one transaction for all connections that ask at a time.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Column as _, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    Error, Store, bounces,
    claim::{Claim, NEVER_TRIED, Work, claim, due_query, list},
    pace::{self, PACES, Paces},
};
use crate::deliver::{Blame, Reply};

/// What goes to the store at one time.
#[derive(Debug, Default)]
pub struct Exchange {
    /// What became of claimed deliveries.
    pub settled: Vec<Settled>,
    /// Subscribers whose deliveries were claimed ahead and come next.
    pub held: Vec<i64>,
    /// How many deliveries are wanted.
    pub wanted: usize,
    /// Who is to go slower, the relay (`None`) or a recipient domain, and how many messages a second went there.
    pub slower: Vec<(Option<String>, f64)>,
}

/// What the store gives back.
#[derive(Debug, Default)]
pub struct Exchanged {
    /// Deliveries that this process may attempt now.
    pub claims: Vec<Claim>,
    /// Of those held, who left, was suppressed or bounced meanwhile: they get nothing.
    pub withdrawn: Vec<i64>,
    /// When there may be more than were given, where time alone brings them.
    pub again: Option<Duration>,
}

/// What became of a claimed delivery.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The subscriber's number.
    pub subscriber: i64,
    /// The new state.
    pub verdict: Verdict,
    /// What the other side said.
    pub reply: Reply,
}

/// The state that an attempt leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

impl Verdict {
    /// The state's name, and when the delivery is due again.
    fn state(self, now: DateTime<Utc>) -> (&'static str, Option<DateTime<Utc>>) {
        match self {
            Self::Sent => ("sent", None),
            Self::Deferred(at) => ("deferred", Some(at)),
            Self::Bounced(_) => ("bounced", None),
            Self::InDoubt(at) => ("in_doubt", at),
            // Behind those that were never tried: one that breaks each connection must not stand in their way.
            Self::Pending => ("pending", Some(now)),
            Self::Doubtful => ("in_doubt", Some(now)),
        }
    }
}

impl Store {
    /// Settles deliveries and claims others, in one transaction that is committed before this returns.
    ///
    /// Subscribers who left or were suppressed since the edition was frozen are skipped here, in the same
    /// transaction: nobody who left is mailed, nor whose message was made ready and waits for its turn. A claim takes
    /// its place in the pace of the relay and of a recipient domain that throttles, whoever else sends.
    ///
    /// # Errors
    /// When the transaction cannot be made durable; then nothing may be sent, and what was settled stays `attempting`
    /// and will be in doubt.
    pub async fn exchange(&self, work: &Work<'_>, exchange: &Exchange, now: DateTime<Utc>) -> Result<Exchanged, Error> {
        // SQLite would go on writing into a file that no longer has a name, and nobody would ever read it.
        std::fs::metadata(&self.path).map_err(|source| Error::Open { path: self.path.clone(), source })?;
        let mut write = self.write().await?;
        let looked = settle_and_look(&mut write, work, exchange, now).await?;
        judge_addresses(&mut write, &exchange.settled).await?;
        skip(&mut write, work, &looked.withdrawn, now).await?;
        let mut given = Exchanged { withdrawn: looked.withdrawn, ..Exchanged::default() };
        if exchange.wanted > 0 || !exchange.slower.is_empty() {
            let mut paces = looked.paces.clone();
            for (domain, seen) in &exchange.slower {
                let bucket = paces.of(&domain.as_ref().map_or_else(|| work.relay.to_owned(), |name| pace::key(name)));
                bucket.lower(*seen, looked.paces.now_ms);
            }
            (given.claims, given.again) = claim(&mut write, work, exchange.wanted, looked.due, &mut paces, now).await?;
            paces.write(&looked.paces, &mut write).await?;
        }
        write.commit().await?;
        Ok(given)
    }
}

/// What one question to the store brings.
struct Looked {
    withdrawn: Vec<i64>,
    paces: Paces,
    /// Rows never tried.
    due: Vec<SqliteRow>,
}

/// Settles, and looks up all that a claim needs: several statements at one time, because each costs a way to the
/// thread of SQLite and back.
async fn settle_and_look(
    write: &mut SqliteConnection,
    work: &Work<'_>,
    exchange: &Exchange,
    now: DateTime<Utc>,
) -> Result<Looked, Error> {
    let mut alike: BTreeMap<(Verdict, u16, &str), Vec<i64>> = BTreeMap::new();
    for one in &exchange.settled {
        alike.entry((one.verdict, one.reply.code, &one.reply.text)).or_default().push(one.subscriber);
    }
    let question = [&SETTLE.repeat(alike.len()), WITHDRAWN, PACES, &due_query("pending", NEVER_TRIED)].concat();
    let mut query = sqlx::query(AssertSqlSafe(question));
    for ((verdict, code, text), subscribers) in alike {
        let (state, next) = verdict.state(now);
        query = query
            .bind(state)
            .bind(now.timestamp_millis())
            .bind(next.map(|at| at.timestamp_millis()))
            .bind(i64::from(!matches!(verdict, Verdict::Pending | Verdict::Doubtful)))
            .bind(i64::from(code))
            .bind(text)
            .bind(matches!(verdict, Verdict::Bounced(Blame::Address | Blame::Perhaps)))
            .bind(work.edition)
            .bind(list(&subscribers))
            .bind(work.owner.id());
    }
    query = query.bind(list(&exchange.held)).bind(work.edition).bind(work.edition).bind(work.owner.id());
    let rows =
        query.bind(work.edition).bind(i64::try_from(exchange.wanted).unwrap_or(i64::MAX)).fetch_all(write).await?;
    let (withdrawn, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.columns().len() == 1);
    let (paces, due): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.column(0).name() == "now_ms");
    Ok(Looked { withdrawn: withdrawn.iter().map(|row| row.get(0)).collect(), paces: Paces::of_rows(&paces), due })
}

/// Deliveries that came to the same are settled in one statement; only those that are still this owner's.
const SETTLE: &str = "UPDATE delivery SET state = ?, owner = NULL, at_ms = ?, next_ms = ?, tries = tries + ?, code = ?,
     reply = ?, blamed = ? WHERE edition = ? AND subscriber IN (SELECT value FROM json_each(?))
     AND +state = 'attempting' AND owner = ?;";

/// Those of the held who left or were suppressed since they were claimed, or whose claim a report of a bounce ended;
/// all of them, where the edition was stopped.
const WITHDRAWN: &str = "SELECT s.id FROM json_each(?) held CROSS JOIN subscriber s ON s.id = held.value
     JOIN edition e ON e.id = ?
     WHERE NOT (e.state = 'sending' AND s.status = 'active' AND s.listed = 1 AND NOT EXISTS
        (SELECT 1 FROM departure p WHERE p.subscriber = s.id AND p.digest = e.digest))
     OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.edition = ? AND d.subscriber = s.id
        AND +d.state = 'attempting' AND d.owner = ?);";

/// Suppresses addresses that are at fault.
async fn judge_addresses(write: &mut SqliteConnection, settled: &[Settled]) -> Result<(), Error> {
    for one in settled {
        match one.verdict {
            Verdict::Bounced(Blame::Address) => drop(bounces::suppress(write, one.subscriber).await?),
            Verdict::Bounced(Blame::Perhaps) => drop(bounces::suppress_after_three(write, one.subscriber).await?),
            _ => {}
        }
    }
    Ok(())
}

/// Skips those of `gone` whose claim still stands; what a report of a bounce settled meanwhile stays as it says.
async fn skip(write: &mut SqliteConnection, work: &Work<'_>, gone: &[i64], now: DateTime<Utc>) -> Result<(), Error> {
    if gone.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE delivery SET state = 'skipped', owner = NULL, next_ms = NULL, at_ms = ? WHERE edition = ?
         AND subscriber IN (SELECT value FROM json_each(?)) AND +state = 'attempting' AND owner = ?",
    )
    .bind(now.timestamp_millis())
    .bind(work.edition)
    .bind(list(gone))
    .bind(work.owner.id())
    .execute(&mut *write)
    .await?;
    Ok(())
}
