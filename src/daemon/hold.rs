//! What speaks against going on: a store that is a copy from before, a clock that was set back. Then everything is held
//! until a person resumes it.

use std::io;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    checkpoint::{Checkpoint, write_checkpoint},
    context::Context,
};
use crate::{
    config::Config,
    diagnostic::Diagnostic,
    store::{self, Heartbeat, Store},
};

/// A clock may be set back so far without a word: that is a correction, and no run happens twice by it.
const MAX_CORRECTION: TimeDelta = TimeDelta::days(1);

/// Why everything is held.
#[derive(Debug, Clone, PartialEq, Eq)]
enum HoldReason {
    /// The store is a copy from before.
    StoreRestored(String),
    /// The clock was set back.
    ClockSetBack(String),
}

/// Holds everything where going on at `now` would do something twice; says whether everything is held.
///
/// # Errors
/// When the store fails.
pub(super) async fn hold_if_unsafe(context: &Context, now: DateTime<Utc>) -> Result<bool, store::Error> {
    let (config, store) = (&context.config, &context.store);
    // First the checkpoint, which is written last: the other way round, a run that another daemon begins in between
    // would be known to it and not to the store.
    let checkpoint = Checkpoint::read(&config.store);
    let heartbeat = store.heartbeat().await?;
    if heartbeat.as_ref().is_some_and(|heartbeat| heartbeat.hold.is_some()) {
        return Ok(true);
    }
    let Some(hold) = find_hold(checkpoint, heartbeat.as_ref(), now) else { return Ok(false) };
    tracing::error!(why = hold.text(), "everything is held");
    hold.apply(store, now).await?;
    Ok(true)
}

/// Goes on from `now` where everything was held; says whether it was. Editions in a store that was restored are held
/// one by one, and stay so: readers may have what it does not know of.
///
/// # Errors
/// When the store fails.
pub async fn resume(config: &Config, store: &Store, now: DateTime<Utc>) -> Result<bool, store::Error> {
    let checkpoint = Checkpoint::read(&config.store);
    let heartbeat = store.heartbeat().await?;
    if let Some(hold) = find_hold(checkpoint, heartbeat.as_ref(), now) {
        hold.apply(store, now).await?;
    }
    let was_held = store.resume(now).await?;
    if was_held && let Some(heartbeat) = store.heartbeat().await? {
        write_checkpoint(store, &heartbeat, now);
    }
    Ok(was_held)
}

/// Finds what speaks against going on at `now`. `heartbeat` is what the store knows of itself.
fn find_hold(
    checkpoint: io::Result<Option<Checkpoint>>,
    heartbeat: Option<&Heartbeat>,
    now: DateTime<Utc>,
) -> Option<HoldReason> {
    let checkpoint = match checkpoint {
        Ok(checkpoint) => checkpoint,
        Err(error) => {
            return Some(HoldReason::StoreRestored(format!(
                "the `.epoch` file beside the store is unreadable: {error}"
            )));
        }
    };
    let (run, generation) = heartbeat.map_or((0, 0), |heartbeat| (heartbeat.last_run, heartbeat.generation));
    if let Some(checkpoint) =
        checkpoint.as_ref().filter(|checkpoint| checkpoint.run > run || checkpoint.generation > generation)
    {
        let what = if checkpoint.run > run {
            format!("it knows of {run} runs, and there were {}", checkpoint.run)
        } else {
            "it does not know of all that was sent".to_owned()
        };
        return Some(HoldReason::StoreRestored(format!(
            "the store is older than the `.epoch` file beside it: {what}, the last at {}; was it restored from a backup?",
            checkpoint.at.format("%Y-%m-%d %H:%M UTC")
        )));
    }
    let latest = heartbeat.map(|heartbeat| heartbeat.at).max(checkpoint.map(|checkpoint| checkpoint.at))?;
    (latest - now > MAX_CORRECTION).then(|| {
        let (now, latest) = (now.format("%Y-%m-%d %H:%M UTC"), latest.format("%Y-%m-%d %H:%M UTC"));
        HoldReason::ClockSetBack(format!(
            "the clock was set back by more than a day: it is {now}, and it was {latest} before"
        ))
    })
}

impl HoldReason {
    /// Holds everything in the store, for this reason.
    async fn apply(&self, store: &Store, now: DateTime<Utc>) -> Result<(), store::Error> {
        store.hold_all(&self.text(), matches!(self, Self::StoreRestored(_)), now).await
    }

    /// Says it to people.
    fn text(&self) -> String {
        let (Self::StoreRestored(why) | Self::ClockSetBack(why)) = self;
        let held = Diagnostic::new(format!("everything is held: {why}"));
        held.hint("look at `tidings status`, then `tidings run --resume` goes on from now").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day)
    }

    #[test]
    fn an_old_store_and_a_clock_set_back_hold_and_nothing_else() {
        let checkpoint = |run, day| Ok(Some(Checkpoint { run, generation: 5, at: at(day) }));
        let heartbeat = |run, day| Heartbeat { at: at(day), hold: None, last_run: run, generation: 5 };
        for (checkpoint, heartbeat, now, expect) in [
            (Ok(None), None, 0, None),
            (Ok(None), Some(heartbeat(7, 0)), 1, None),
            (checkpoint(7, 0), Some(heartbeat(7, 0)), 1, None),
            (checkpoint(6, 0), Some(heartbeat(7, 0)), 400, None),
            (checkpoint(8, 0), Some(heartbeat(7, 0)), 1, Some("restored")),
            (checkpoint(7, 0), Some(Heartbeat { generation: 4, ..heartbeat(7, 0) }), 1, Some("restored")),
            (checkpoint(7, 0), Some(Heartbeat { generation: 6, ..heartbeat(7, 0) }), 1, None),
            (checkpoint(1, 0), None, 1, Some("restored")),
            (Err(io::Error::other("no")), Some(heartbeat(7, 0)), 1, Some("restored")),
            (checkpoint(7, 0), Some(heartbeat(7, 3)), 2, None),
            (checkpoint(7, 0), Some(heartbeat(7, 3)), 1, Some("set back")),
            (checkpoint(7, 3), Some(heartbeat(7, 0)), 1, Some("set back")),
        ] {
            let said = find_hold(checkpoint, heartbeat.as_ref(), at(now));
            let kind = said
                .as_ref()
                .map(|hold| if matches!(hold, HoldReason::StoreRestored(_)) { "restored" } else { "set back" });
            assert_eq!(kind, expect, "{said:?}");
        }
    }
}
