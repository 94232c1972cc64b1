//! From a due run to a frozen edition, as `send` makes one, without anybody to look on.

use super::context::RunStep;
use crate::{
    diagnostic::error_report,
    digest::{self, Next},
    mailing::{self, SubscriberFileError},
    preflight,
    store::{self, EditionState, PublishOptions},
    subscriber::mask,
};

/// What freezing an edition came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FreezeOutcome {
    /// There is one, of this number.
    Frozen(i64),
    /// There is nothing to send; it may change as long as a source cannot be read.
    NothingToSend { why: String, may_change: bool },
    /// Somebody else was faster, or has the run.
    Overtaken,
    /// It cannot be made, or must not go out.
    Failed(String),
}

/// Makes the edition of a run and freezes it in `state`.
///
/// # Errors
/// When the store fails. What else goes wrong is part of what was made.
pub(super) async fn freeze_edition(
    step: &RunStep<'_>,
    state: EditionState,
    why: Option<&str>,
) -> Result<FreezeOutcome, store::Error> {
    let RunStep { context, digest, run, now } = *step;
    let (config, store) = (&context.config, &context.store);
    store.rotate_key(now).await?;
    if !preflight::offers_unsubscribe(config) {
        return Ok(FreezeOutcome::Failed(error_report(&config.no_unsubscribe_error())));
    }
    if let Some(file) = &config.subscribers {
        match mailing::sync_subscribers(store, file, false, now).await {
            Ok(bad) => bad
                .iter()
                .map(|row| mask(&row.to_string()))
                .for_each(|row| tracing::warn!(row, "a row of the subscribers file is bad")),
            Err(SubscriberFileError::Store(error)) => return Err(error),
            Err(error) => return Ok(FreezeOutcome::Failed(error_report(&error))),
        }
    }
    if store.audience_size(&digest.name, &digest.audience).await? == 0 {
        return Ok(nothing("no active subscriber is in the audience".to_owned()));
    }
    let sources = config.sources_of(digest);
    let (draft, variants) = match digest::fresh(store, &config.plan(digest, &sources), now).await {
        Ok(Next::Fresh(draft, variants)) => (draft, variants),
        Ok(Next::Nothing(draft, reason)) => {
            let down = store
                .source_statuses()
                .await?
                .into_iter()
                .find(|source| source.state == "failed" && sources.iter().any(|known| known.name == source.name));
            for problem in &draft.problems {
                tracing::warn!(source = problem.source, problem.diagnostic.message, "a source has a problem");
            }
            return Ok(match down {
                None => nothing(reason),
                Some(down) => {
                    let why = format!("{reason}, and source `{}` cannot be read", down.name);
                    FreezeOutcome::NothingToSend { why, may_change: true }
                }
            });
        }
        Ok(Next::Unfinished(_)) => return Ok(FreezeOutcome::Overtaken),
        Err(digest::Error::Store(error)) => return Err(error),
        Err(error) => return Ok(FreezeOutcome::Failed(error_report(&error))),
    };
    for problem in &draft.problems {
        tracing::warn!(source = problem.source, problem.diagnostic.message, "a source has a problem");
    }
    for problem in &variants.main().problems {
        tracing::warn!(digest = digest.name, %problem, "the layout has a problem");
    }
    match preflight::refusal(config, &draft.edition, &variants, &context.sender().await?) {
        Ok(None) => {}
        Ok(Some(why)) => return Ok(FreezeOutcome::Failed(why.to_string())),
        Err(error) => return Ok(FreezeOutcome::Failed(error_report(&error))),
    }
    let number = draft.edition.number;
    let start = PublishOptions { state, why, run: Some((run.number, run.due, &context.owner)) };
    match mailing::publish(store, draft.edition, *variants, &digest.audience, &start).await {
        Ok(_) => Ok(FreezeOutcome::Frozen(number)),
        Err(store::Error::Overtaken(_)) => Ok(FreezeOutcome::Overtaken),
        Err(error) => Err(error),
    }
}

fn nothing(why: String) -> FreezeOutcome {
    FreezeOutcome::NothingToSend { why, may_change: false }
}
