//! One digest, a step further: its run is claimed, its edition frozen, its editor asked, and it is released, held or
//! skipped.
//!
//! Each step begins with what the store says, and ends with one transaction: whoever dies between two of them, the
//! next look finds the step that was not made.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    backoff::exponential_delay,
    checkpoint::update_checkpoint,
    close::{close_run, hold_or_skip},
    context::{Context, RunStep},
    deadlines::{answer_deadline, edition_lateness, local_time, must_ask_editor, run_lateness},
    editor::ask_editor,
    freeze::{FreezeOutcome, freeze_edition},
    job::Outcome,
    timetable::ScheduledRun,
};
use crate::{
    digest::{Approval, Digest, LatePolicy},
    store::{self, DueRun, EditionRecord, EditionState, RunState},
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
    due: Option<ScheduledRun>,
    may_ask: bool,
    now: DateTime<Utc>,
) -> Result<Outcome, store::Error> {
    let Some(digest) = context.config.digests.get(digest) else { return Ok(Outcome::Done) };
    let store = &context.store;
    let mut outcome = Outcome::Done;
    let editions = store.open_editions().await?;
    let runs = store.open_runs().await?;
    for run in runs.iter().filter(|run| run.digest == digest.name && run.owner == context.owner.id()) {
        let step = RunStep { context, digest, run, now };
        match run.state {
            RunState::Frozen => match editions.iter().find(|edition| Some(edition.row) == run.edition) {
                None => close_run(context, run, now).await?,
                Some(edition) if advance_edition(&step, edition, may_ask).await? => {}
                Some(_) => outcome = Outcome::EditorNotReached,
            },
            _ if due.is_some_and(|due| due.at > run.due) => {
                step.end(RunState::Failed, Some(run.why.as_deref().unwrap_or("a later run took its place"))).await?;
            }
            _ if run.next.is_none_or(|next| next <= now) => make_edition(&step).await?,
            _ => {}
        }
    }
    if let Some(due) = due
        && let Some(run) = store.claim_run(&context.owner, &digest.name, due.at, due.missed, now).await?
    {
        let at = local_time(&context.config, due.at);
        tracing::info!(digest = digest.name, due = at, run = run.number, missed = due.missed, "a run is taken on");
        update_checkpoint(store, now).await?;
        make_edition(&RunStep { context, digest, run: &run, now }).await?;
    }
    Ok(outcome)
}

/// Makes the edition of a run, or ends the run without one.
async fn make_edition(step: &RunStep<'_>) -> Result<(), store::Error> {
    let RunStep { context, digest, run, now } = *step;
    let late = run_lateness(digest, run.due, now);
    if let (Some(why), LatePolicy::Skip) = (&late, digest.late_policy) {
        tracing::warn!(digest = digest.name, run = run.number, why, "the run is skipped");
        return step.end(RunState::Skipped, Some(why)).await;
    }
    cancel_waiting(step).await?;
    let held = late.filter(|_| digest.late_policy == LatePolicy::Hold);
    let (state, why) = match (held, digest.approval) {
        (Some(late), _) => (EditionState::Held, Some(late)),
        (None, Approval::None) => (EditionState::Sending, None),
        (None, _) => (EditionState::Waiting, None),
    };
    match freeze_edition(step, state, why.as_deref()).await? {
        FreezeOutcome::Frozen(number) => {
            tracing::info!(digest = digest.name, edition = number, state = state.as_str(), why, "an edition is frozen");
            Ok(())
        }
        FreezeOutcome::Overtaken => Ok(()),
        FreezeOutcome::NothingToSend { why, may_change } => {
            let next = next_try(run, now);
            if may_change && run_lateness(digest, run.due, next).is_none() {
                tracing::info!(digest = digest.name, run = run.number, why, "nothing to send yet");
                return context.store.postpone_run(run.number, &why, next).await;
            }
            tracing::info!(digest = digest.name, run = run.number, why, "nothing to send");
            step.end(RunState::Empty, Some(&why)).await
        }
        FreezeOutcome::Failed(why) => {
            let next = next_try(run, now);
            tracing::error!(digest = digest.name, run = run.number, why, "the run failed");
            // One that is sent however late is tried until the next one is due.
            if digest.late_policy == LatePolicy::Send || run_lateness(digest, run.due, next).is_none() {
                context.store.retry_run(run.number, &why, next).await
            } else {
                step.end(RunState::Failed, Some(&why)).await
            }
        }
    }
}

/// Says when a run that came to nothing is tried again.
fn next_try(run: &DueRun, now: DateTime<Utc>) -> DateTime<Utc> {
    now + exponential_delay(RETRY_AFTER, u32::try_from(run.tries).unwrap_or_default(), MAX_RETRY_AFTER)
}

/// Cancels an edition that waits for a person's word: there is one of a digest at a time, and it gives way to the next,
/// and its posts with it.
async fn cancel_waiting(step: &RunStep<'_>) -> Result<(), store::Error> {
    let RunStep { context, digest, run, now } = *step;
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
enum NextStep {
    Wait,
    Release,
    Hold(String),
}

/// Goes on with a run whose edition is frozen; says whether its editor needs not be asked again.
async fn advance_edition(step: &RunStep<'_>, edition: &EditionRecord, may_ask: bool) -> Result<bool, store::Error> {
    let RunStep { context, digest, now, .. } = *step;
    let asks = may_ask && must_ask_editor(digest, edition);
    if asks && ask_editor(context, digest, edition, now).await? {
        return Ok(true);
    }
    match next_step(digest, edition, now) {
        NextStep::Wait => {}
        NextStep::Release => match edition_lateness(digest, edition, now) {
            Some(why) if digest.late_policy != LatePolicy::Send => hold_or_skip(step, edition, &why).await?,
            _ if context.store.start_sending(edition.row, edition.state).await? => {
                tracing::info!(digest = digest.name, edition = edition.number, "an edition is sent on its way");
            }
            _ => {}
        },
        NextStep::Hold(why) => {
            tracing::warn!(digest = digest.name, edition = edition.number, why, "an edition is held");
            context.store.hold(edition.row, &why).await?;
        }
    }
    Ok(!asks)
}

/// Decides what becomes of an edition that waits for its time, or its editor.
fn next_step(digest: &Digest, edition: &EditionRecord, now: DateTime<Utc>) -> NextStep {
    match (edition.state, digest.approval) {
        (EditionState::Approved, _) if edition.due.is_none_or(|due| due <= now) => NextStep::Release,
        // The config asks nobody any more.
        (EditionState::Waiting, Approval::None) if edition.due.is_some_and(|due| due <= now) => NextStep::Release,
        (EditionState::Waiting, Approval::Veto | Approval::Required) => match answer_deadline(digest, edition) {
            Some(deadline) if deadline > now => NextStep::Wait,
            Some(_) if digest.approval == Approval::Required => NextStep::Hold("its editor gave no answer".to_owned()),
            Some(_) => NextStep::Release,
            None if edition.due.is_some_and(|due| run_lateness(digest, due, now).is_some()) => {
                let why = edition.stopped.as_deref().unwrap_or("nobody could be asked");
                NextStep::Hold(format!("its editor could not be asked in time: {why}"))
            }
            None => NextStep::Wait,
        },
        _ => NextStep::Wait,
    }
}
