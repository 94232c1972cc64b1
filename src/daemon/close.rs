//! How a run ends whose edition went out, was stopped by a person, or came too late.

use chrono::{DateTime, Utc};

use super::context::{Context, RunStep};
use crate::{
    diagnostic::Diagnostic,
    digest::LatePolicy,
    store::{self, DeliveryCounts, DueRun, EditionRecord, EditionState, RunState},
};

/// Ends a run whose edition is over: it went out, or somebody stopped it on its way.
pub(super) async fn close_run(context: &Context, run: &DueRun, now: DateTime<Utc>) -> Result<(), store::Error> {
    let store = &context.store;
    let Some(row) = run.edition else { return Ok(()) };
    let Some(edition) = store.edition_in_row(row).await? else { return Ok(()) };
    match edition.state {
        EditionState::Sent | EditionState::Sending => {
            let remark = delivery_remark(&store.delivery_counts(row).await?);
            store.end_run(run, RunState::Sent, remark.as_deref(), now).await
        }
        EditionState::Vetoed | EditionState::Cancelled => {
            store.end_run(run, RunState::Stopped, edition.why.as_deref(), now).await
        }
        EditionState::Waiting | EditionState::Approved | EditionState::Held => Ok(()),
    }
}

/// Holds or skips an edition that is found too late, if nothing of it has left.
pub(super) async fn hold_or_skip(step: &RunStep<'_>, edition: &EditionRecord, why: &str) -> Result<(), store::Error> {
    let (digest, number, store) = (step.digest, edition.number, &step.context.store);
    if digest.late_policy == LatePolicy::Skip {
        if store.skip_edition(edition.row, why, step.now).await? {
            tracing::warn!(digest = digest.name, edition = number, why, "an edition is skipped");
            step.end(RunState::Skipped, Some(why)).await?;
        }
    } else if store.hold(edition.row, why).await? {
        tracing::warn!(digest = digest.name, edition = number, why, "an edition is held");
    }
    Ok(())
}

/// Remarks on what people should know of how an edition went out.
fn delivery_remark(counts: &DeliveryCounts) -> Option<String> {
    if counts.bounced * 20 > counts.recipients {
        return Some(format!("{} of {} recipients bounced", counts.bounced, counts.recipients));
    }
    (counts.in_doubt > 0).then(|| {
        let doubt = Diagnostic::new(format!("{} deliveries are in doubt", counts.in_doubt));
        doubt.hint("`tidings editions settle` ends a doubt").to_string()
    })
}
