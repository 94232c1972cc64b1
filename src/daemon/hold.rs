//! What speaks against going on: a store that is a copy from before, a clock that was set back. Then everything is held
//! until a person resumes it.

use std::io;

use chrono::{DateTime, TimeDelta, Utc};

use super::checkpoint::{Checkpoint, write_checkpoint};
use crate::{
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

/// Holds everything where going on at `now` would do something twice; gives why everything is held.
///
/// # Errors
/// When the store fails.
pub(super) async fn hold_if_unsafe(store: &Store, now: DateTime<Utc>) -> Result<Option<String>, store::Error> {
    hold_for(store, now, |_| true).await
}

/// Holds everything where the store is a copy from before; gives why everything is held. A clock that was set back
/// makes nothing due that a person asks for.
///
/// # Errors
/// When the store fails.
pub async fn hold_if_restored(store: &Store, now: DateTime<Utc>) -> Result<Option<String>, store::Error> {
    hold_for(store, now, HoldReason::is_restored).await
}

async fn hold_for(
    store: &Store,
    now: DateTime<Utc>,
    counts: impl Fn(&HoldReason) -> bool,
) -> Result<Option<String>, store::Error> {
    // First the checkpoint, which is written last: the other way round, a run that another daemon begins in between
    // would be known to it and not to the store.
    let checkpoint = Checkpoint::read(store.path());
    let heartbeat = store.heartbeat().await?;
    if heartbeat.hold.is_some() {
        return Ok(heartbeat.hold);
    }
    let Some(hold) = find_hold(checkpoint, &heartbeat, now).filter(counts) else { return Ok(None) };
    tracing::error!(why = hold.text(), "everything is held");
    hold.apply(store, now).await?;
    Ok(Some(hold.text()))
}

/// Goes on from `now` where everything was held; says whether it was. Editions in a store that was restored are held
/// one by one, and stay so: readers may have what it does not know of.
///
/// # Errors
/// When the store fails.
pub async fn resume(store: &Store, now: DateTime<Utc>) -> Result<bool, store::Error> {
    hold_if_unsafe(store, now).await?;
    let was_held = store.resume(now).await?;
    if was_held {
        write_checkpoint(store, &store.heartbeat().await?, now);
    }
    Ok(was_held)
}

/// Finds what speaks against going on at `now`. `heartbeat` is what the store knows of itself.
fn find_hold(
    checkpoint: io::Result<Option<Checkpoint>>,
    heartbeat: &Heartbeat,
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
    let (run, generation) = (heartbeat.last_run, heartbeat.generation);
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
    let latest = heartbeat.at.max(checkpoint.map(|checkpoint| checkpoint.at))?;
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
        store.hold_all(&self.text(), self.is_restored(), now).await
    }

    fn is_restored(&self) -> bool {
        matches!(self, Self::StoreRestored(_))
    }

    /// Says it to people.
    fn text(&self) -> String {
        let (Self::StoreRestored(why) | Self::ClockSetBack(why)) = self;
        let held = Diagnostic::new(format!("everything is held: {why}"));
        held.hint("look at `tidings status`, then `--resume` of `tidings send` or `tidings run` goes on from now")
            .to_string()
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
        let heartbeat = |run, day| Heartbeat { at: Some(at(day)), hold: None, last_run: run, generation: 5 };
        for (checkpoint, heartbeat, now, expect) in [
            (Ok(None), Heartbeat::default(), 0, None),
            (Ok(None), heartbeat(7, 0), 1, None),
            (checkpoint(7, 0), heartbeat(7, 0), 1, None),
            (checkpoint(6, 0), heartbeat(7, 0), 400, None),
            (checkpoint(8, 0), heartbeat(7, 0), 1, Some("restored")),
            (checkpoint(7, 0), Heartbeat { generation: 4, ..heartbeat(7, 0) }, 1, Some("restored")),
            (checkpoint(7, 0), Heartbeat { generation: 6, ..heartbeat(7, 0) }, 1, None),
            (checkpoint(1, 0), Heartbeat::default(), 1, Some("restored")),
            (Err(io::Error::other("no")), heartbeat(7, 0), 1, Some("restored")),
            (checkpoint(7, 0), heartbeat(7, 3), 2, None),
            (checkpoint(7, 0), heartbeat(7, 3), 1, Some("set back")),
            (checkpoint(7, 3), heartbeat(7, 0), 1, Some("set back")),
        ] {
            let said = find_hold(checkpoint, &heartbeat, at(now));
            let kind = said.as_ref().map(|hold| if hold.is_restored() { "restored" } else { "set back" });
            assert_eq!(kind, expect, "{said:?}");
        }
    }
}
