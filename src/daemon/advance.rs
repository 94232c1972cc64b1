//! One digest, a step further: its run is claimed, its edition frozen, its editor asked, and it is released, held or
//! skipped.
//!
//! Each step begins with what the store says, and ends with one transaction: whoever dies between two of them, the
//! next look finds the step that was not made.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    backoff::doubled,
    checkpoint::update_checkpoint,
    close::{close_run, hold_or_skip},
    context::Context,
    deadlines::{answer_deadline, edition_lateness, local_time, run_lateness},
    editor::ask_editor,
    freeze::{Freeze, freeze_edition},
    job::Outcome,
    timetable::Due,
};
use crate::{
    digest::{Approval, Digest, LatePolicy},
    store::{self, DueRun, Stage, Standing, State},
};

/// A run that failed is tried again after so long; each time twice that.
const RETRY_AFTER: TimeDelta = TimeDelta::minutes(5);

/// But no later than this.
const MAX_RETRY_AFTER: TimeDelta = TimeDelta::hours(1);

/// Does what is to be done for a digest at `now`; `due` is a run that nobody has claimed yet. With `may_ask`, an editor
/// who is to be asked is asked.
///
/// # Errors
/// When the store fails; the next look goes on from there.
pub(super) async fn advance_run(
    context: &Context,
    digest: &str,
    due: Option<Due>,
    may_ask: bool,
    now: DateTime<Utc>,
) -> Result<Outcome, store::Error> {
    let Some(digest) = context.config.digests.get(digest) else { return Ok(Outcome::Done) };
    let store = &context.store;
    let mut outcome = Outcome::Done;
    let editions = store.open_editions().await?;
    let runs = store.open_runs(Some(&context.owner)).await?;
    for (run, _) in runs.iter().filter(|(run, is_mine)| run.digest == digest.name && *is_mine) {
        match run.stage {
            Stage::Frozen => match editions.iter().find(|edition| Some(edition.row) == run.edition) {
                None => close_run(context, run, now).await?,
                Some(edition) => {
                    if advance_edition(context, digest, run, edition, may_ask, now).await? != Outcome::Done {
                        outcome = Outcome::EditorNotReached;
                    }
                }
            },
            _ if due.is_some_and(|due| due.at > run.due) => {
                let why = run.why.as_deref().unwrap_or("a later run took its place");
                store.end_run(run, Stage::Failed, Some(why), now).await?;
            }
            _ if run.next.is_none_or(|next| next <= now) => make_edition(context, digest, run, now).await?,
            _ => {}
        }
    }
    if let Some(due) = due
        && let Some(run) = store.take_on(&context.owner, &digest.name, due.at, due.missed, now).await?
    {
        let at = local_time(&context.config, due.at);
        tracing::info!(digest = digest.name, due = at, run = run.number, missed = due.missed, "a run is taken on");
        update_checkpoint(store, now).await?;
        make_edition(context, digest, &run, now).await?;
    }
    Ok(outcome)
}

/// Makes the edition of a run, or ends the run without one.
async fn make_edition(
    context: &Context,
    digest: &Digest,
    run: &DueRun,
    now: DateTime<Utc>,
) -> Result<(), store::Error> {
    let store = &context.store;
    let late = run_lateness(digest, run.due, now);
    if let (Some(why), LatePolicy::Skip) = (&late, digest.late_policy) {
        tracing::warn!(digest = digest.name, run = run.number, why, "the run is skipped");
        return store.end_run(run, Stage::Skipped, Some(why), now).await;
    }
    cancel_waiting(context, digest, run, now).await?;
    let held = late.filter(|_| digest.late_policy == LatePolicy::Hold);
    let (state, why) = match (held, digest.approval) {
        (Some(late), _) => (State::Held, Some(late)),
        (None, Approval::None) => (State::Sending, None),
        (None, _) => (State::Waiting, None),
    };
    match freeze_edition(context, digest, run, state, why.as_deref(), now).await? {
        Freeze::Frozen(number) => {
            tracing::info!(digest = digest.name, edition = number, state = state.as_str(), why, "an edition is frozen");
            Ok(())
        }
        Freeze::Overtaken => Ok(()),
        Freeze::NothingToSend { why, may_change } => {
            let next = next_try(run, now);
            if may_change && run_lateness(digest, run.due, next).is_none() {
                tracing::info!(digest = digest.name, run = run.number, why, "nothing to send yet");
                return store.wait(run.number, &why, next).await;
            }
            tracing::info!(digest = digest.name, run = run.number, why, "nothing to send");
            store.end_run(run, Stage::Empty, Some(&why), now).await
        }
        Freeze::Failed(why) => {
            let next = next_try(run, now);
            tracing::error!(digest = digest.name, run = run.number, why, "the run failed");
            // One that is sent however late is tried until the next one is due.
            if digest.late_policy == LatePolicy::Send || run_lateness(digest, run.due, next).is_none() {
                store.try_again(run.number, &why, next).await
            } else {
                store.end_run(run, Stage::Failed, Some(&why), now).await
            }
        }
    }
}

/// Says when a run that came to nothing is tried again.
fn next_try(run: &DueRun, now: DateTime<Utc>) -> DateTime<Utc> {
    now + doubled(RETRY_AFTER, u32::try_from(run.tries).unwrap_or_default(), MAX_RETRY_AFTER)
}

/// Cancels an edition that waits for a person's word: there is one of a digest at a time, and it gives way to the next,
/// and its posts with it.
async fn cancel_waiting(
    context: &Context,
    digest: &Digest,
    run: &DueRun,
    now: DateTime<Utc>,
) -> Result<(), store::Error> {
    for edition in context.store.open_editions().await? {
        if edition.digest == digest.name && edition.state.is_before_sending() {
            let why = format!("the run of {} took its place", local_time(&context.config, run.due));
            tracing::warn!(digest = digest.name, edition = edition.number, why, "an edition is cancelled");
            context.store.cancel(edition.row, &why, now).await?;
        }
    }
    Ok(())
}

/// What becomes of a frozen edition now.
enum Step {
    Wait,
    Release,
    Hold(String),
}

/// Goes on with a run whose edition is frozen.
async fn advance_edition(
    context: &Context,
    digest: &Digest,
    run: &DueRun,
    edition: &Standing,
    may_ask: bool,
    now: DateTime<Utc>,
) -> Result<Outcome, store::Error> {
    let must_ask = digest.approval != Approval::None
        && edition.asked.is_none()
        && (edition.state == State::Waiting || (edition.state == State::Held && edition.stopped.is_none()));
    let asks = must_ask && may_ask;
    if asks && ask_editor(context, digest, edition, now).await? {
        return Ok(Outcome::Done);
    }
    match next_step(digest, edition, now) {
        Step::Wait => {}
        Step::Release => release(context, digest, run, edition, now).await?,
        Step::Hold(why) => {
            tracing::warn!(digest = digest.name, edition = edition.number, why, "an edition is held");
            context.store.hold(edition.row, &why).await?;
        }
    }
    Ok(if asks { Outcome::EditorNotReached } else { Outcome::Done })
}

fn next_step(digest: &Digest, edition: &Standing, now: DateTime<Utc>) -> Step {
    match (edition.state, digest.approval) {
        (State::Approved, _) if edition.due.is_none_or(|due| due <= now) => Step::Release,
        // The config asks nobody any more.
        (State::Waiting, Approval::None) if edition.due.is_some_and(|due| due <= now) => Step::Release,
        (State::Waiting, Approval::Veto | Approval::Required) => match answer_deadline(digest, edition) {
            Some(deadline) if deadline > now => Step::Wait,
            Some(_) if digest.approval == Approval::Required => Step::Hold("its editor gave no answer".to_owned()),
            Some(_) => Step::Release,
            None if edition.due.is_some_and(|due| run_lateness(digest, due, now).is_some()) => {
                let why = edition.stopped.as_deref().unwrap_or("nobody could be asked");
                Step::Hold(format!("its editor could not be asked in time: {why}"))
            }
            None => Step::Wait,
        },
        _ => Step::Wait,
    }
}

/// Releases an edition for delivery at its time; one found too late goes by the digest's policy.
async fn release(
    context: &Context,
    digest: &Digest,
    run: &DueRun,
    edition: &Standing,
    now: DateTime<Utc>,
) -> Result<(), store::Error> {
    if let Some(why) = edition_lateness(digest, edition, now).filter(|_| digest.late_policy != LatePolicy::Send) {
        return hold_or_skip(context, digest, run, edition, &why, now).await;
    }
    if context.store.go(edition.row, edition.state).await? {
        tracing::info!(digest = digest.name, edition = edition.number, "an edition is sent on its way");
    }
    Ok(())
}
