//! Which deliveries an owner gets: those that are due, whose reader is still there, and for whom there is a place.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    db::{Row, Transaction, to_json, values},
    error::Error,
    owner::Owner,
    rate_limits::RateLimits,
    subscribers,
};
use crate::{
    deliver::{InDoubt, rate_limit::TokenBucket},
    subscriber::Subscriber,
};

/// Rows of one domain that throttles are looked at again no later than this.
const MAX_POSTPONE_MS: i64 = 60_000;

/// So many rows are put off at a time: outcomes wait for it, and so do all others who send.
const MAX_POSTPONED: usize = 1_000;

/// What an owner works on.
#[derive(Debug)]
pub struct SendJob<'a> {
    /// The edition's row.
    pub edition: i64,
    /// Who works.
    pub owner: &'a Owner,
    /// The relay's name: its rate is shared by everybody who sends over it.
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

/// Claims what is due and may go now, and says when time alone may bring more. `never_tried` are the rows that
/// [`NEVER_TRIED`] has, at most as many as are wanted.
pub(super) async fn claim(
    write: &mut Transaction<'_>,
    job: &SendJob<'_>,
    wanted: usize,
    never_tried: Vec<Row>,
    limits: &mut RateLimits,
    now: DateTime<Utc>,
) -> Result<(Vec<Claim>, Option<Duration>), Error> {
    let mut claims = Vec::new();
    let now_ms = limits.now_ms;
    // A place is taken only for a row that is claimed.
    let mut places = limits.of(job.relay).clone().take(wanted, job.rate, now_ms);
    let held_back = places < wanted;
    // Looked at in larger and larger pieces where everybody left or must wait; never more than wanted are claimed.
    let (mut piece, mut never_tried) = (places, Some(never_tried));
    let mut put_off = 0;
    while places > 0 && put_off < MAX_POSTPONED {
        let due = due(write, job, piece, never_tried.take(), now).await?;
        let (mut claimed, mut left, mut postponed) = (Vec::new(), Vec::new(), Vec::new());
        for row in &due {
            if !row.get::<bool>("wanted") {
                left.push(row.get("id"));
            } else if claimed.len() < places {
                let claim = Claim {
                    subscriber: subscribers::read(row)?,
                    tries: row.get("tries"),
                    is_doubtful: row.get("is_doubtful"),
                };
                let bucket = limits.of_domain(claim.subscriber.address.domain());
                if let Some(wait) = bucket.and_then(|bucket| must_wait(bucket, put_off + postponed.len(), now_ms)) {
                    postponed.push((claim.subscriber.id, now.timestamp_millis() + wait as i64 + 1));
                } else {
                    claimed.push(claim.subscriber.id);
                    claims.push(claim);
                }
            }
        }
        mark(write, job.edition, "attempting", Some(job.owner.id()), &claimed, now).await?;
        mark(write, job.edition, "skipped", None, &left, now).await?;
        postpone(write, job.edition, &postponed).await?;
        places -= claimed.len();
        put_off += postponed.len();
        if due.is_empty() || claimed.len() == due.len() {
            break;
        }
        piece = (piece * 4).min(1_000);
    }
    limits.of(job.relay).take(claims.len(), job.rate, now_ms);
    let again = if places > 0 && put_off >= MAX_POSTPONED {
        Some(Duration::ZERO)
    } else if places > 0 {
        next_pending(write, job.edition, now).await?
    } else if held_back && !due(write, job, 1, None, now).await?.is_empty() {
        Some(limits.of(job.relay).wait(job.rate, now_ms))
    } else {
        None
    };
    Ok((claims, again))
}

/// Takes a place in a domain's rate; where there is none, says in how many milliseconds to look again, behind those
/// that were put off before.
fn must_wait(bucket: &mut TokenBucket, before: usize, now_ms: f64) -> Option<f64> {
    if bucket.take(1, None, now_ms) > 0 {
        return None;
    }
    let wait = bucket.wait(None, now_ms).as_secs_f64() * 1_000.0;
    let behind = before as f64 * bucket.interval_ms(None, now_ms).unwrap_or_default();
    let over = bucket.throttle.map_or(0.0, |throttle| throttle.ends_ms() - now_ms);
    Some((wait + behind).min(over.max(wait)).min(MAX_POSTPONE_MS as f64))
}

/// The rows that are due: those never tried, then those put off, then those tried longest ago. Each part is a walk
/// along the index, however many rows an edition has.
async fn due(
    write: &mut Transaction<'_>,
    job: &SendJob<'_>,
    limit: usize,
    never_tried: Option<Vec<Row>>,
    now: DateTime<Utc>,
) -> Result<Vec<Row>, Error> {
    let limit = |due: &[Row]| i64::try_from(limit.saturating_sub(due.len())).unwrap_or(i64::MAX);
    let mut due = match never_tried {
        Some(rows) => rows,
        None => write.all(NEVER_TRIED, values![job.edition, limit(&[])]).await?,
    };
    let now_ms = now.timestamp_millis();
    // Nobody puts off a pending row as far as this: the clock was set back since.
    let too_far_ms = now_ms.saturating_add(MAX_POSTPONE_MS + 1);
    for (state, next, bound) in [
        ("pending", "d.next_ms <= $2", now_ms),
        ("pending", "d.next_ms > $2", too_far_ms),
        ("deferred", "d.next_ms <= $2", now_ms),
        ("in_doubt", "d.next_ms <= $2", now_ms),
    ] {
        if limit(&due) == 0 || (state == "in_doubt" && job.in_doubt == InDoubt::Hold) {
            break;
        }
        // The state stands in the statement, and not among its values, for SQLite to walk along the index.
        let select = format!(
            "SELECT s.*, d.tries, d.state = 'in_doubt' AS is_doubtful,
                s.status = 'active' AND s.listed = 1 AND NOT EXISTS (SELECT 1 FROM departure p
                JOIN edition e ON e.id = d.edition WHERE p.subscriber = s.id AND p.digest = e.digest) AS wanted
             FROM delivery d INDEXED BY delivery_state CROSS JOIN subscriber s ON s.id = d.subscriber
             WHERE d.edition = $1 AND d.state = '{state}' AND {next}
                AND (SELECT e.state FROM edition e WHERE e.id = d.edition) = 'sending'
             ORDER BY d.next_ms, d.subscriber LIMIT $3"
        );
        due.extend(write.all(&select, values![job.edition, bound, limit(&due)]).await?);
    }
    Ok(due)
}

/// Rows of an edition that were never tried, with what is needed to claim them. Of an edition that is not on its way,
/// as one that was stopped meanwhile, there are none.
pub(super) const NEVER_TRIED: &str = "SELECT s.*, d.tries, d.state = 'in_doubt' AS is_doubtful,
        s.status = 'active' AND s.listed = 1 AND NOT EXISTS (SELECT 1 FROM departure p
        JOIN edition e ON e.id = d.edition WHERE p.subscriber = s.id AND p.digest = e.digest) AS wanted
     FROM delivery d INDEXED BY delivery_state CROSS JOIN subscriber s ON s.id = d.subscriber
     WHERE d.edition = $1 AND d.state = 'pending' AND d.next_ms IS NULL
        AND (SELECT e.state FROM edition e WHERE e.id = d.edition) = 'sending'
     ORDER BY d.next_ms, d.subscriber LIMIT $2";

/// How long until a pending row is due that has to wait.
async fn next_pending(
    write: &mut Transaction<'_>,
    edition: i64,
    now: DateTime<Utc>,
) -> Result<Option<Duration>, Error> {
    let select = "SELECT min(next_ms) FROM delivery WHERE edition = $1 AND state = 'pending' AND next_ms > $2";
    let next: Option<i64> = write.value(select, values![edition, now]).await?;
    let wait = |next: i64| Duration::from_millis(next.saturating_sub(now.timestamp_millis()).unsigned_abs());
    Ok(next.map(wait))
}

/// Puts these rows into `state`.
async fn mark(
    write: &mut Transaction<'_>,
    edition: i64,
    state: &str,
    owner: Option<&str>,
    subscribers: &[i64],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if subscribers.is_empty() {
        return Ok(());
    }
    let mark = "UPDATE delivery SET next_ms = NULL, state = $1, owner = $2, at_ms = $3
         WHERE edition = $4 AND subscriber IN (SELECT value FROM json_each($5))";
    write.run(mark, values![state, owner, now, edition, subscribers]).await?;
    Ok(())
}

/// Puts off rows of a domain that throttles: pairs of a subscriber and the time in milliseconds.
async fn postpone(write: &mut Transaction<'_>, edition: i64, rows: &[(i64, i64)]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let postpone = "WITH postponed AS MATERIALIZED (
            SELECT value->>0 AS subscriber, value->>1 AS next_ms FROM json_each($1))
         UPDATE delivery SET next_ms = postponed.next_ms FROM postponed
         WHERE delivery.edition = $2 AND delivery.subscriber = postponed.subscriber";
    write.run(postpone, values![to_json(rows, "delivery")?, edition]).await?;
    Ok(())
}
