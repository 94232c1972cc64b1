//! The outbox: one row for each edition and recipient, claimed before anything leaves and settled after.
//!
//! A claim is committed before the first octet goes out, a verdict before the final dot of the next message on the
//! same connection. Both go through [`Ledger::exchange`], in one transaction for all connections that ask at a time.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Column as _, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    Error, Ledger, Owner, bounces,
    pace::{self, PACES, Paces},
    subscribers,
};
use crate::{
    deliver::{Blame, InDoubt, Reply, rate::Bucket},
    subscriber::Subscriber,
};

/// Rows of one domain that throttles are looked at again no later than this.
const HORIZON_MS: i64 = 60_000;

/// So many rows are put off at a time: outcomes wait for it, and so do all others who send.
const PUT_OFF: usize = 1_000;

/// What an owner works on.
#[derive(Debug)]
pub struct Work<'a> {
    /// The edition's row.
    pub edition: i64,
    /// Who works.
    pub owner: &'a Owner,
    /// The relay's name: its pace is everybody's who sends over it.
    pub relay: &'a str,
    /// The ceiling, in messages a second.
    pub rate: Option<f64>,
    /// Whether deliveries in doubt are claimed again.
    pub in_doubt: InDoubt,
}

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

/// A delivery that this process may attempt now.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Whom it goes to.
    pub subscriber: Subscriber,
    /// How often it was tried before.
    pub tries: u32,
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
        }
    }
}

impl Ledger {
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
            claim(&mut write, work, exchange.wanted, looked.due, &mut paces, &mut given, now).await?;
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
            .bind(i64::from(verdict != Verdict::Pending))
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

/// Those of the held who left or were suppressed since they were claimed, or whose claim a report of a bounce ended.
const WITHDRAWN: &str = "SELECT s.id FROM json_each(?) held CROSS JOIN subscriber s ON s.id = held.value
     WHERE NOT (s.status = 'active' AND s.listed = 1 AND NOT EXISTS (SELECT 1 FROM departure p
        JOIN edition e ON e.id = ? WHERE p.subscriber = s.id AND p.digest = e.digest))
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

/// Claims what is due and may go now.
async fn claim(
    write: &mut SqliteConnection,
    work: &Work<'_>,
    wanted: usize,
    never_tried: Vec<SqliteRow>,
    paces: &mut Paces,
    given: &mut Exchanged,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let now_ms = paces.now_ms;
    // A place is taken only for a row that is claimed.
    let mut places = (*paces.of(work.relay)).clone().take(wanted, work.rate, now_ms);
    let held_back = places < wanted;
    // Looked at in larger and larger pieces where everybody left or must wait; never more than wanted are claimed.
    let (mut piece, mut never_tried) = (places, Some(never_tried));
    let mut put_off = 0;
    while places > 0 && put_off < PUT_OFF {
        let due = due(write, work, piece, never_tried.take(), now).await?;
        let (mut claimed, mut left, mut postponed) = (Vec::new(), Vec::new(), Vec::new());
        for row in &due {
            if !row.get::<bool, _>("wanted") {
                left.push(row.get("id"));
            } else if claimed.len() < places {
                let claim = Claim { subscriber: subscribers::read(row)?, tries: row.get("tries") };
                let pace = paces.of_domain(claim.subscriber.address.domain());
                if let Some(wait) = pace.and_then(|pace| must_wait(pace, put_off + postponed.len(), now_ms)) {
                    postponed.push((claim.subscriber.id, wait));
                } else {
                    claimed.push(claim.subscriber.id);
                    given.claims.push(claim);
                }
            }
        }
        mark(write, work.edition, "attempting", Some(work.owner), &claimed, now).await?;
        mark(write, work.edition, "skipped", None, &left, now).await?;
        postpone(write, work.edition, &postponed, now).await?;
        places -= claimed.len();
        put_off += postponed.len();
        if due.is_empty() || claimed.len() == due.len() {
            break;
        }
        piece = (piece * 4).min(1_000);
    }
    paces.of(work.relay).take(given.claims.len(), work.rate, now_ms);
    given.again = if places > 0 && put_off >= PUT_OFF {
        Some(Duration::ZERO)
    } else if places > 0 {
        next_pending(write, work.edition, now).await?
    } else if held_back && !due(write, work, 1, None, now).await?.is_empty() {
        Some(paces.of(work.relay).wait(work.rate, now_ms))
    } else {
        None
    };
    Ok(())
}

/// Takes a place in a domain's pace; where there is none, says in how many milliseconds to look again, behind those
/// that were put off before.
fn must_wait(pace: &mut Bucket, before: usize, now_ms: f64) -> Option<f64> {
    if pace.take(1, None, now_ms) > 0 {
        return None;
    }
    let wait = pace.wait(None, now_ms).as_secs_f64() * 1_000.0;
    let behind = before as f64 * pace.gap(None, now_ms).unwrap_or_default();
    let over = pace.throttle.map_or(0.0, |throttle| throttle.over_ms() - now_ms);
    Some((wait + behind).min(over.max(wait)).min(HORIZON_MS as f64))
}

/// The rows that are due: those never tried, then those put off, then those tried longest ago. Each part is a walk
/// along the index, however many rows an edition has.
async fn due(
    write: &mut SqliteConnection,
    work: &Work<'_>,
    limit: usize,
    never_tried: Option<Vec<SqliteRow>>,
    now: DateTime<Utc>,
) -> Result<Vec<SqliteRow>, Error> {
    let known = never_tried.is_some();
    let mut due = never_tried.unwrap_or_default();
    let now_ms = now.timestamp_millis();
    for (state, when, bound) in [
        ("pending", NEVER_TRIED, None),
        ("pending", "d.next_ms <= ?", Some(now_ms)),
        // Nobody puts off a pending row as far as this: the clock was set back since.
        ("pending", "d.next_ms > ?", Some(now_ms.saturating_add(HORIZON_MS + 1))),
        ("deferred", "d.next_ms <= ?", Some(now_ms)),
        ("in_doubt", "d.next_ms <= ?", Some(now_ms)),
    ]
    .into_iter()
    .skip(usize::from(known))
    {
        if due.len() >= limit || (state == "in_doubt" && work.in_doubt == InDoubt::Hold) {
            break;
        }
        let mut query = sqlx::query(AssertSqlSafe(due_query(state, when))).bind(work.edition);
        if let Some(bound) = bound {
            query = query.bind(bound);
        }
        query = query.bind(i64::try_from(limit - due.len()).unwrap_or(i64::MAX));
        due.extend(query.fetch_all(&mut *write).await?);
    }
    Ok(due)
}

const NEVER_TRIED: &str = "d.next_ms IS NULL";

/// Asks for rows of an edition in a state, with what is needed to claim them.
fn due_query(state: &str, when: &str) -> String {
    format!(
        "SELECT s.*, d.tries, s.status = 'active' AND s.listed = 1 AND NOT EXISTS (SELECT 1 FROM departure p
            JOIN edition e ON e.id = d.edition WHERE p.subscriber = s.id AND p.digest = e.digest) AS wanted
         FROM delivery d INDEXED BY delivery_state CROSS JOIN subscriber s ON s.id = d.subscriber
         WHERE d.edition = ? AND d.state = '{state}' AND {when} ORDER BY d.next_ms, d.subscriber LIMIT ?"
    )
}

/// How long until a pending row is due that has to wait.
async fn next_pending(
    write: &mut SqliteConnection,
    edition: i64,
    now: DateTime<Utc>,
) -> Result<Option<Duration>, Error> {
    let next: Option<i64> =
        sqlx::query_scalar("SELECT min(next_ms) FROM delivery WHERE edition = ? AND state = 'pending' AND next_ms > ?")
            .bind(edition)
            .bind(now.timestamp_millis())
            .fetch_one(&mut *write)
            .await?;
    let wait = |next: i64| Duration::from_millis(next.saturating_sub(now.timestamp_millis()).unsigned_abs());
    Ok(next.map(wait))
}

/// Puts these rows into `state`.
async fn mark(
    write: &mut SqliteConnection,
    edition: i64,
    state: &str,
    owner: Option<&Owner>,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE delivery SET next_ms = NULL, state = ?, owner = ?, at_ms = ?
         WHERE edition = ? AND subscriber IN (SELECT value FROM json_each(?))",
    )
    .bind(state)
    .bind(owner.map(Owner::id))
    .bind(now.timestamp_millis())
    .bind(edition)
    .bind(list(ids))
    .execute(&mut *write)
    .await?;
    Ok(())
}

/// Puts off rows of a domain that throttles, each by its milliseconds.
async fn postpone(
    write: &mut SqliteConnection,
    edition: i64,
    rows: &[(i64, f64)],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for (subscriber, ahead_ms) in rows {
        let next = now + TimeDelta::milliseconds(*ahead_ms as i64 + 1);
        sqlx::query("UPDATE delivery SET next_ms = ? WHERE edition = ? AND subscriber = ?")
            .bind(next.timestamp_millis())
            .bind(edition)
            .bind(subscriber)
            .execute(&mut *write)
            .await?;
    }
    Ok(())
}

/// A list of numbers as one value for a statement that stays the same, however long it is.
pub(super) fn list(ids: &[i64]) -> String {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    format!("[{}]", ids.join(","))
}
