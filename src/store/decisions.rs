//! What people and the clock decide about an edition.
//!
//! Each step is made only from the states that lead to it, in one transaction: who comes second learns what the first
//! decided, and changes nothing.

use chrono::{DateTime, Utc};

use super::{
    db::{Transaction, values},
    edition_record::{EditionRecord, EditionState, RESTORED, edition_for_update},
    error::Error,
    open::Store,
};

/// What a decision came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The state before.
    pub before: EditionState,
    /// The state now: as before, where the decision came too late or was made already.
    pub after: EditionState,
}

impl Store {
    /// Lets an edition go: one that waits goes out at its due time, one whose due time is over now.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn approve(&self, row: i64, now: DateTime<Utc>) -> Result<Decision, Error> {
        self.decide(row, approved, None, now).await
    }

    /// Sends an edition that waits or is held on its way now, by a person's own act.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn release(&self, row: i64, now: DateTime<Utc>) -> Result<Decision, Error> {
        self.decide(row, released, None, now).await
    }

    /// Stops an edition before it goes out; its posts return to the candidates.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn veto(&self, row: i64, now: DateTime<Utc>) -> Result<Decision, Error> {
        self.decide(row, vetoed, Some("vetoed by its editor"), now).await
    }

    /// Stops an edition also on its way: who has not got it gets nothing. Its posts return to the candidates, unless
    /// readers have them already.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn cancel(&self, row: i64, why: &str, now: DateTime<Utc>) -> Result<Decision, Error> {
        self.decide(row, cancelled, Some(why), now).await
    }

    /// Holds an edition for a person's word; says whether it did. One of which something has left goes on.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn hold(&self, row: i64, why: &str) -> Result<bool, Error> {
        let mut write = self.db.begin().await?;
        let may = has_not_begun(&mut write, row).await?;
        if may {
            set_state(&mut write, row, EditionState::Held, Some(why)).await?;
        }
        write.commit().await?;
        Ok(may)
    }

    /// Passes an edition over: its posts return. Says whether it did; one of which something has left goes on.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn skip_edition(&self, row: i64, why: &str, now: DateTime<Utc>) -> Result<bool, Error> {
        let mut write = self.db.begin().await?;
        let may = has_not_begun(&mut write, row).await?;
        if may {
            let edition = edition_for_update(&mut write, row).await?;
            stop(&mut write, &edition, EditionState::Cancelled, why, now).await?;
        }
        write.commit().await?;
        Ok(may)
    }

    /// Sends an edition on its way at its due time, if its state is still `from`; says whether it did.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn start_sending(&self, row: i64, from: EditionState) -> Result<bool, Error> {
        let start = "UPDATE edition SET state = 'sending', why = NULL WHERE id = $1 AND state = $2";
        Ok(self.db.run(start, values![row, from.as_str()]).await? > 0)
    }

    /// Records that the relay took the mail to the editor.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn mark_asked(&self, row: i64, now: DateTime<Utc>) -> Result<(), Error> {
        let mark = "UPDATE edition SET asked_ms = $1 WHERE id = $2 AND asked_ms IS NULL";
        self.db.run(mark, values![now, row]).await?;
        Ok(())
    }

    /// Records why nothing of an edition gets out at present, or that it does again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_stopped(&self, row: i64, why: Option<&str>) -> Result<(), Error> {
        let set = "UPDATE edition SET stopped = $1 WHERE id = $2 AND stopped IS DISTINCT FROM $1";
        self.db.run(set, values![why, row]).await?;
        Ok(())
    }

    /// Brings an edition into the state that `decide` chooses for it; `why` where that stops it.
    async fn decide(
        &self,
        row: i64,
        decide: fn(&EditionRecord, DateTime<Utc>) -> EditionState,
        why: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Decision, Error> {
        let mut write = self.db.begin().await?;
        let edition = edition_for_update(&mut write, row).await?;
        let decision = Decision { before: edition.state, after: decide(&edition, now) };
        match why {
            _ if decision.after == decision.before => {}
            Some(why) => stop(&mut write, &edition, decision.after, why, now).await?,
            None => {
                set_state(&mut write, row, decision.after, None).await?;
                if decision.after == EditionState::Sending {
                    write.run("UPDATE edition SET released_ms = $1 WHERE id = $2", values![now, row]).await?;
                }
            }
        }
        write.commit().await?;
        Ok(decision)
    }
}

fn approved(edition: &EditionRecord, now: DateTime<Utc>) -> EditionState {
    match edition.state {
        EditionState::Waiting | EditionState::Held if edition.due.is_some_and(|due| due > now) => {
            EditionState::Approved
        }
        EditionState::Waiting | EditionState::Held => EditionState::Sending,
        other => other,
    }
}

fn released(edition: &EditionRecord, _: DateTime<Utc>) -> EditionState {
    if edition.state.is_before_sending() { EditionState::Sending } else { edition.state }
}

fn vetoed(edition: &EditionRecord, _: DateTime<Utc>) -> EditionState {
    if edition.state.is_before_sending() { EditionState::Vetoed } else { edition.state }
}

fn cancelled(edition: &EditionRecord, _: DateTime<Utc>) -> EditionState {
    match edition.state {
        EditionState::Sent | EditionState::Vetoed => edition.state,
        _ => EditionState::Cancelled,
    }
}

/// Says whether an edition is open, waits for nobody's word, and nothing of it has left.
async fn has_not_begun(write: &mut Transaction<'_>, row: i64) -> Result<bool, Error> {
    match edition_for_update(write, row).await?.state {
        EditionState::Waiting | EditionState::Approved => Ok(true),
        EditionState::Sending => {
            let untouched = "SELECT NOT EXISTS (SELECT 1 FROM delivery WHERE edition = $1
                 AND state IN ('attempting', 'sent', 'deferred', 'bounced', 'in_doubt'))";
            write.value(untouched, values![row]).await
        }
        _ => Ok(false),
    }
}

async fn set_state(write: &mut Transaction<'_>, row: i64, state: EditionState, why: Option<&str>) -> Result<(), Error> {
    write.run("UPDATE edition SET state = $1, why = $2 WHERE id = $3", values![state.as_str(), why, row]).await?;
    Ok(())
}

/// Stops an edition; what has not left gets nothing. One that readers may have already leaves its deliveries in doubt,
/// so that its posts do not return.
async fn stop(
    write: &mut Transaction<'_>,
    edition: &EditionRecord,
    state: EditionState,
    why: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let is_doubtful = edition.state == EditionState::Held && edition.why.as_deref() == Some(RESTORED);
    let stop = "UPDATE edition SET state = $1, why = $2, stopped = NULL, finished_ms = $3 WHERE id = $4";
    write.run(stop, values![state.as_str(), why, now, edition.row]).await?;
    let end = "UPDATE delivery SET state = $1, next_ms = NULL, at_ms = $2
         WHERE edition = $3 AND state IN ('pending', 'deferred')";
    let left = if is_doubtful { "in_doubt" } else { "skipped" };
    write.run(end, values![left, now, edition.row]).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
