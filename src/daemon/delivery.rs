//! An edition that is on its way, a stretch further.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    backoff::{MAX_RETRY_AFTER, RETRY_AFTER},
    close::{close_run, hold_or_skip},
    context::{Clock, Context, RunStep},
    deadlines::edition_lateness,
    job::Outcome,
};
use crate::{
    deliver::InDoubt,
    diagnostic::error_report,
    digest::LatePolicy,
    mailing::{self, SendContext, StopReason},
    store::{self, EditionRecord},
    subscriber::mask,
};

/// Delivers what is due of an edition. `keep_going` is asked after each delivery. Without `is_retry`, a failure that may
/// pass by itself is not kept in the store yet.
///
/// # Errors
/// When the store fails.
pub(super) async fn deliver_edition(
    context: &Context,
    edition: &EditionRecord,
    is_retry: bool,
    clock: &Clock,
    mut keep_going: impl FnMut() -> bool + Send,
) -> Result<Outcome, store::Error> {
    let (config, store) = (&context.config, &context.store);
    // Somebody else has what is left, or it was claimed and will be due again.
    let later = |next: Option<DateTime<Utc>>| {
        let now = clock();
        Outcome::Until(next.filter(|next| *next > now).unwrap_or(now + RETRY_AFTER))
    };
    let run = store.open_runs().await?.into_iter().find(|run| run.edition == Some(edition.row));
    // A person's own act is not late, and what has begun goes on.
    if let (Some(run), None) = (&run, edition.released)
        && let Some(digest) = config.digests.get(&edition.digest)
        && digest.late_policy != LatePolicy::Send
        && let Some(why) = edition_lateness(digest, edition, clock())
    {
        hold_or_skip(&RunStep { context, digest, run, now: clock() }, edition, &why).await?;
        if store.edition_in_row(edition.row).await?.is_some_and(|now| now.state != edition.state) {
            return Ok(later(None));
        }
    }
    let destination = match context.destination() {
        Ok(destination) => destination,
        Err(why) => {
            store.set_stopped(edition.row, Some(&why)).await?;
            return Ok(Outcome::Until(clock() + MAX_RETRY_AFTER));
        }
    };
    let Some(frozen) = store.frozen_edition(&edition.digest, edition.number).await? else { return Ok(later(None)) };
    let sender = context.sender_of(edition.frozen).await?;
    let before = store.delivery_counts(edition.row).await?;
    let delivery = SendContext { store, sender: &sender, destination: &destination, limits: &config.limits };
    let report = mailing::deliver(&delivery, &frozen, || clock(), |_| keep_going()).await?;
    let counts = report.counts;
    tracing::info!(
        digest = edition.digest,
        edition = edition.number,
        sent = counts.sent - before.sent,
        bounced = counts.bounced - before.bounced,
        deferred = counts.deferred,
        in_doubt = counts.in_doubt,
        pending = counts.pending,
        "delivered"
    );
    match &report.stopped {
        Some(StopReason::Asked) => return Ok(Outcome::Done),
        Some(stop) => {
            let (why, passes) = (mask(&error_report(stop)), stop.is_temporary());
            tracing::warn!(digest = edition.digest, edition = edition.number, why, "nothing gets out");
            if is_retry || !passes || stop.pause().is_some() {
                store.set_stopped(edition.row, Some(&why)).await?;
            }
            return Ok(match stop.pause().and_then(|pause| TimeDelta::from_std(pause).ok()) {
                Some(pause) => Outcome::Until(clock() + pause),
                None if passes => Outcome::Failed,
                None => Outcome::Until(clock() + MAX_RETRY_AFTER),
            });
        }
        None => store.set_stopped(edition.row, None).await?,
    }
    let is_over = counts.pending + counts.deferred == 0 || (counts.pending == 0 && counts.sent > 0);
    if let Some(run) = run.filter(|_| is_over) {
        close_run(context, &run, clock()).await?;
    }
    Ok(later(report.next.filter(|_| config.limits.in_doubt == InDoubt::Resend || counts.deferred > 0)))
}
