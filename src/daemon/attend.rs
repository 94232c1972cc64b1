//! One digest, as far as it has come: its run is taken on, its edition frozen, its editor asked, and it is let go,
//! held or passed over.
//!
//! Each step begins with what the store says, and ends with one transaction: whoever dies between two of them, the
//! next look finds the step that was not made.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    ask::ask,
    duty::{Duty, too_late},
    freeze::{Made, freeze},
    guard::note_epoch,
    timetable::Due,
    troubles::{answer_by, local},
};
use crate::{
    digest::{Approval, Digest, LatePolicy},
    store::{self, DueRun, Stage, Standing, State},
};

/// A run that failed is tried again after so long; each time twice that.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

/// But no later than this.
const LATEST: TimeDelta = TimeDelta::hours(1);

/// Does what is to be done for a digest at `now`; `due` is a run that nobody has taken on yet. With `may_ask`, an
/// editor who is to be asked is asked. Says whether one was asked in vain.
///
/// # Errors
/// When the store fails; the next look goes on from there.
pub(super) async fn attend(
    duty: &Duty,
    digest: &str,
    due: Option<Due>,
    may_ask: bool,
    now: DateTime<Utc>,
) -> Result<bool, store::Error> {
    let Some(digest) = duty.config.digests.get(digest) else { return Ok(false) };
    let mut in_vain = false;
    let editions = duty.store.open_editions().await?;
    let runs = duty.store.open_runs(Some(&duty.owner)).await?;
    for (run, _) in runs.iter().filter(|(run, mine)| run.digest == digest.name && *mine) {
        match run.stage {
            Stage::Frozen => {
                let edition = editions.iter().find(|edition| Some(edition.row) == run.edition);
                in_vain |= settle(duty, digest, run, edition, may_ask, now).await?;
            }
            _ if due.is_some_and(|due| due.at > run.due) => {
                let why = run.why.as_deref().unwrap_or("a later run took its place");
                duty.store.end_run(run, Stage::Failed, Some(why), now).await?;
            }
            _ if run.next.is_none_or(|next| next <= now) => make(duty, digest, run, now).await?,
            _ => {}
        }
    }
    if let Some(due) = due
        && let Some(run) = duty.store.take_on(&duty.owner, &digest.name, due.at, due.missed, now).await?
    {
        let at = local(&duty.config, due.at);
        tracing::info!(digest = digest.name, due = at, run = run.number, missed = due.missed, "a run is taken on");
        note_epoch(&duty.store, now).await?;
        make(duty, digest, &run, now).await?;
    }
    Ok(in_vain)
}

/// Makes the edition of a run, or ends the run without one.
async fn make(duty: &Duty, digest: &Digest, run: &DueRun, now: DateTime<Utc>) -> Result<(), store::Error> {
    let store = &duty.store;
    let late = too_late(digest, run.due, now);
    if let (Some(why), LatePolicy::Skip) = (&late, digest.late_policy) {
        tracing::warn!(digest = digest.name, run = run.number, why, "the run is skipped");
        return store.end_run(run, Stage::Skipped, Some(why), now).await;
    }
    clear_the_way(duty, digest, run, now).await?;
    let held = late.filter(|_| digest.late_policy == LatePolicy::Hold);
    let (state, why) = match (held, digest.approval) {
        (Some(late), _) => (State::Held, Some(late)),
        (None, Approval::None) => (State::Sending, None),
        (None, _) => (State::Waiting, None),
    };
    match freeze(duty, digest, run, state, why.as_deref(), now).await? {
        Made::Frozen(number) => {
            tracing::info!(digest = digest.name, edition = number, state = state.as_str(), why, "an edition is frozen");
            Ok(())
        }
        Made::Overtaken => Ok(()),
        Made::Nothing { why, may_change } => {
            let next = next_try(run, now);
            if may_change && too_late(digest, run.due, next).is_none() {
                tracing::info!(digest = digest.name, run = run.number, why, "nothing to send yet");
                return store.wait(run.number, &why, next).await;
            }
            tracing::info!(digest = digest.name, run = run.number, why, "nothing to send");
            store.end_run(run, Stage::Empty, Some(&why), now).await
        }
        Made::Failed(why) => {
            let next = next_try(run, now);
            tracing::error!(digest = digest.name, run = run.number, why, "the run failed");
            if in_time(digest, run, next) {
                store.try_again(run.number, &why, next).await
            } else {
                store.end_run(run, Stage::Failed, Some(&why), now).await
            }
        }
    }
}

/// When a run that came to nothing is tried again.
fn next_try(run: &DueRun, now: DateTime<Utc>) -> DateTime<Utc> {
    let factor = 1 << run.tries.clamp(0, 4);
    now + (AGAIN * factor).min(LATEST)
}

/// Says whether a run tried again at `next` would not be too late. One that is sent however late is tried until the
/// next one is due.
fn in_time(digest: &Digest, run: &DueRun, next: DateTime<Utc>) -> bool {
    digest.late_policy == LatePolicy::Send || too_late(digest, run.due, next).is_none()
}

/// There is one edition of a digest at a time that waits for a word: one that nobody gave its word for gives way to
/// the next, and its posts with it.
async fn clear_the_way(duty: &Duty, digest: &Digest, run: &DueRun, now: DateTime<Utc>) -> Result<(), store::Error> {
    for edition in duty.store.open_editions().await? {
        if edition.digest == digest.name && edition.state.is_before_sending() {
            let why = format!("the run of {} took its place", local(&duty.config, run.due));
            tracing::warn!(digest = digest.name, edition = edition.number, why, "an edition is cancelled");
            duty.store.cancel(edition.row, &why, now).await?;
        }
    }
    Ok(())
}

/// Goes on with a run whose edition is frozen; says whether its editor was asked in vain.
async fn settle(
    duty: &Duty,
    digest: &Digest,
    run: &DueRun,
    edition: Option<&Standing>,
    may_ask: bool,
    now: DateTime<Utc>,
) -> Result<bool, store::Error> {
    let store = &duty.store;
    let Some(edition) = edition else { return close(duty, run, now).await.map(|()| false) };
    let is_to_be_asked = digest.approval != Approval::None
        && edition.asked.is_none()
        && (edition.state == State::Waiting || (edition.state == State::Held && edition.stopped.is_none()));
    let asks = is_to_be_asked && may_ask;
    if asks && ask(duty, digest, edition, now).await? {
        return Ok(false);
    }
    match edition.state {
        State::Waiting => {
            match (digest.approval != Approval::None, answer_by(digest, edition)) {
                // The config asks nobody any more.
                (false, _) if edition.due.is_some_and(|due| due <= now) => {
                    let_go(duty, digest, run, edition, now).await?;
                }
                (true, Some(by)) if by <= now => {
                    if digest.approval == Approval::Required {
                        let why = "its editor gave no answer";
                        tracing::warn!(digest = digest.name, edition = edition.number, why, "an edition is held");
                        store.hold(edition.row, why).await?;
                    } else {
                        let_go(duty, digest, run, edition, now).await?;
                    }
                }
                (true, None) if edition.due.is_some_and(|due| too_late(digest, due, now).is_some()) => {
                    let why = edition.stopped.as_deref().unwrap_or("nobody could be asked");
                    let why = format!("its editor could not be asked in time: {why}");
                    tracing::warn!(digest = digest.name, edition = edition.number, why, "an edition is held");
                    store.hold(edition.row, &why).await?;
                }
                _ => {}
            }
        }
        State::Approved if edition.due.is_none_or(|due| due <= now) => {
            let_go(duty, digest, run, edition, now).await?;
        }
        _ => {}
    }
    Ok(asks)
}

/// By how much an edition is too late at `now`, where it is: one that waited for its editor's silence was due when that
/// began to count, as they were told.
pub(super) fn lateness(digest: &Digest, edition: &Standing, now: DateTime<Utc>) -> Option<String> {
    let waited = digest.approval != Approval::None && edition.state != State::Approved;
    let by = if waited { answer_by(digest, edition) } else { None };
    too_late(digest, by.or(edition.due)?, now)
}

/// Sends an edition on its way at its time; one found too late goes by the digest's policy.
async fn let_go(
    duty: &Duty,
    digest: &Digest,
    run: &DueRun,
    edition: &Standing,
    now: DateTime<Utc>,
) -> Result<(), store::Error> {
    let store = &duty.store;
    let late = lateness(digest, edition, now);
    match late.filter(|_| digest.late_policy != LatePolicy::Send) {
        None => {
            if store.go(edition.row, edition.state).await? {
                tracing::info!(digest = digest.name, edition = edition.number, "an edition is sent on its way");
            }
            Ok(())
        }
        Some(why) => pass_over(duty, digest, run, edition, &why, now).await,
    }
}

/// Holds or skips an edition that is found too late, if nothing of it has left.
pub(super) async fn pass_over(
    duty: &Duty,
    digest: &Digest,
    run: &DueRun,
    edition: &Standing,
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), store::Error> {
    let (name, number, store) = (&digest.name, edition.number, &duty.store);
    if digest.late_policy == LatePolicy::Skip {
        if store.skip(edition.row, why, now).await? {
            tracing::warn!(digest = name, edition = number, why, "an edition is skipped");
            store.end_run(run, Stage::Skipped, Some(why), now).await?;
        }
    } else if store.hold(edition.row, why).await? {
        tracing::warn!(digest = name, edition = number, why, "an edition is held");
    }
    Ok(())
}

/// Ends a run whose edition is over.
async fn close(duty: &Duty, run: &DueRun, now: DateTime<Utc>) -> Result<(), store::Error> {
    let edition = match run.edition {
        Some(row) => duty.store.standing_at(row).await?,
        None => None,
    };
    let Some(edition) = edition else { return Ok(()) };
    match edition.state {
        State::Sent => {
            let odd = super::deliver::odd(&duty.store.counts(edition.row).await?);
            duty.store.end_run(run, Stage::Sent, odd.as_deref(), now).await
        }
        State::Vetoed | State::Cancelled => duty.store.end_run(run, Stage::Stopped, edition.why.as_deref(), now).await,
        _ => Ok(()),
    }
}
