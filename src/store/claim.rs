//! Which deliveries an owner gets: those that are due, whose reader is still there, and for whom there is a place.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{Error, Owner, pace::Paces, subscribers};
use crate::{
    deliver::{InDoubt, rate::Bucket},
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

/// A delivery that this process may attempt now.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Whom it goes to.
    pub subscriber: Subscriber,
    /// How often it was tried before.
    pub tries: u32,
    /// The message may have arrived by an earlier try.
    pub is_doubtful: bool,
}

/// Claims what is due and may go now, and says when time alone may bring more.
pub(super) async fn claim(
    write: &mut SqliteConnection,
    work: &Work<'_>,
    wanted: usize,
    never_tried: Vec<SqliteRow>,
    paces: &mut Paces,
    now: DateTime<Utc>,
) -> Result<(Vec<Claim>, Option<Duration>), Error> {
    let mut claims = Vec::new();
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
                let claim = Claim {
                    subscriber: subscribers::read(row)?,
                    tries: row.get("tries"),
                    is_doubtful: row.get("is_doubtful"),
                };
                let pace = paces.of_domain(claim.subscriber.address.domain());
                if let Some(wait) = pace.and_then(|pace| must_wait(pace, put_off + postponed.len(), now_ms)) {
                    postponed.push((claim.subscriber.id, wait));
                } else {
                    claimed.push(claim.subscriber.id);
                    claims.push(claim);
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
    paces.of(work.relay).take(claims.len(), work.rate, now_ms);
    let again = if places > 0 && put_off >= PUT_OFF {
        Some(Duration::ZERO)
    } else if places > 0 {
        next_pending(write, work.edition, now).await?
    } else if held_back && !due(write, work, 1, None, now).await?.is_empty() {
        Some(paces.of(work.relay).wait(work.rate, now_ms))
    } else {
        None
    };
    Ok((claims, again))
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

pub(super) const NEVER_TRIED: &str = "d.next_ms IS NULL";

/// Asks for rows of an edition in a state, with what is needed to claim them. Of an edition that is not on its way,
/// as one that was stopped meanwhile, there are none.
pub(super) fn due_query(state: &str, when: &str) -> String {
    format!(
        "SELECT s.*, d.tries, d.state = 'in_doubt' AS is_doubtful,
            s.status = 'active' AND s.listed = 1 AND NOT EXISTS (SELECT 1 FROM departure p
            JOIN edition e ON e.id = d.edition WHERE p.subscriber = s.id AND p.digest = e.digest) AS wanted
         FROM delivery d INDEXED BY delivery_state CROSS JOIN subscriber s ON s.id = d.subscriber
         WHERE d.edition = ? AND d.state = '{state}' AND {when}
            AND (SELECT e.state FROM edition e WHERE e.id = d.edition) = 'sending'
         ORDER BY d.next_ms, d.subscriber LIMIT ?"
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
