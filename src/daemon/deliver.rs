//! An edition that is on its way, a stretch further.

use chrono::{DateTime, Utc};

use super::{
    attend::{lateness, pass_over},
    duty::Duty,
};
use crate::{
    deliver::InDoubt,
    diagnostic::error_report,
    digest::LatePolicy,
    mailing::{self, Run, Stop},
    store::{self, Counts, Stage, Standing, State},
    subscriber::mask,
};

/// What a stretch of delivering came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch {
    /// As far as it goes at present; when more is due, where that is known.
    Done(Option<DateTime<Utc>>),
    /// Somebody asked for the end of it.
    Interrupted,
    /// Nothing gets out at present; whether it may by itself.
    Stuck { passes: bool },
}

/// Delivers what is due of an edition. `go_on` is asked after each delivery. With `is_new`, a trouble that may pass by
/// itself is not told yet.
///
/// # Errors
/// When the store fails.
pub(super) async fn deliver(
    duty: &Duty,
    edition: &Standing,
    is_new: bool,
    clock: impl Fn() -> DateTime<Utc> + Send + Sync,
    mut go_on: impl FnMut() -> bool + Send,
) -> Result<Stretch, store::Error> {
    let (config, store) = (&duty.config, &duty.store);
    let runs = store.open_runs(None).await?;
    let run = runs.into_iter().map(|(run, _)| run).find(|run| run.edition == Some(edition.row));
    // A person's own act is not late, and what has begun goes on.
    if let (Some(run), None) = (&run, edition.released)
        && let Some(digest) = config.digests.get(&edition.digest)
        && digest.late_policy != LatePolicy::Send
        && let Some(why) = lateness(digest, edition, clock())
    {
        pass_over(duty, digest, run, edition, &why, clock()).await?;
        if store.standing_at(edition.row).await?.is_some_and(|now| now.state != edition.state) {
            return Ok(Stretch::Done(None));
        }
    }
    let destination = match duty.destination() {
        Ok(destination) => destination,
        Err(why) => {
            store.note_stop(edition.row, Some(&why)).await?;
            return Ok(Stretch::Stuck { passes: false });
        }
    };
    let Some(frozen) = store.edition(&edition.digest, edition.number).await? else { return Ok(Stretch::Done(None)) };
    let sender = duty.sender_of(edition.frozen).await?;
    let before = store.counts(edition.row).await?;
    let run_over = Run { store, sender: &sender, destination: &destination, limits: &config.limits };
    let report = mailing::deliver(&run_over, &frozen, &clock, |_| go_on()).await?;
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
        Some(Stop::Asked) => return Ok(Stretch::Interrupted),
        Some(stop) => {
            let (why, passes) = (mask(&error_report(stop)), stop.passes());
            tracing::warn!(digest = edition.digest, edition = edition.number, why, "nothing gets out");
            if !(is_new && passes) {
                store.note_stop(edition.row, Some(&why)).await?;
            }
            return Ok(Stretch::Stuck { passes });
        }
        None => store.note_stop(edition.row, None).await?,
    }
    let is_over = counts.pending + counts.deferred == 0 || (counts.pending == 0 && counts.sent > 0);
    if let Some(run) = run.filter(|_| is_over) {
        let standing = store.standing_at(edition.row).await?;
        // Somebody may have stopped it on its way.
        match standing.filter(|now| matches!(now.state, State::Vetoed | State::Cancelled)) {
            Some(stopped) => store.end_run(&run, Stage::Stopped, stopped.why.as_deref(), clock()).await?,
            None => store.end_run(&run, Stage::Sent, odd(&counts).as_deref(), clock()).await?,
        }
    }
    Ok(Stretch::Done(report.next.filter(|_| config.limits.in_doubt == InDoubt::Resend || counts.deferred > 0)))
}

/// What is odd about how an edition went out, if anything is.
pub(super) fn odd(counts: &Counts) -> Option<String> {
    if counts.bounced * 20 > counts.recipients {
        return Some(format!("{} of {} recipients bounced", counts.bounced, counts.recipients));
    }
    (counts.in_doubt > 0)
        .then(|| format!("{} deliveries are in doubt\nhint: `tidings editions settle` ends a doubt", counts.in_doubt))
}
