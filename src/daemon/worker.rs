//! Does one job.

use super::{
    advance::advance_run,
    alert,
    checkpoint::update_checkpoint,
    context::{Clock, Context},
    delivery::deliver_edition,
    job::{Job, Outcome},
};
use crate::store;

/// Does one job. `keep_going` is asked after each delivery of an edition; with `is_retry`, a failure of delivering that
/// may pass by itself is kept in the store for people to see.
///
/// # Errors
/// When the store fails; what is left is due again.
pub async fn run_job(
    context: &Context,
    job: &Job,
    is_retry: bool,
    clock: &Clock,
    keep_going: impl FnMut() -> bool + Send,
) -> Result<Outcome, store::Error> {
    let outcome = match job {
        Job::Advance { digest, due, may_ask } => advance_run(context, digest, *due, *may_ask, clock()).await?,
        Job::Deliver(edition) => deliver_edition(context, edition, is_retry, clock, keep_going).await?,
        Job::Ping => return alert::ping_monitor(context, clock()).await,
        Job::Alert => return alert::alert_people(context, clock()).await,
    };
    update_checkpoint(&context.store, clock()).await?;
    Ok(outcome)
}
