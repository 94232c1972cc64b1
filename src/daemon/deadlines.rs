//! When something of a digest is too late, and when its editor is asked and may answer; pure.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    config::Config,
    digest::{Approval, Digest},
    store::{EditionRecord, EditionState},
};

/// Says by how much a run found at `now` is too late for its digest, where it is.
pub(super) fn run_lateness(digest: &Digest, due: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    let late = (now - due).to_std().ok().filter(|late| *late > digest.late)?;
    Some(format!("it was found {} late", whole_minutes(late)))
}

/// Says by how much an edition is too late at `now`, where it is: one that waited for its editor's silence was due when
/// that began to count, as they were told.
pub(super) fn edition_lateness(digest: &Digest, edition: &EditionRecord, now: DateTime<Utc>) -> Option<String> {
    let waited = digest.approval != Approval::None && edition.state != EditionState::Approved;
    let deadline = if waited { answer_deadline(digest, edition) } else { None };
    run_lateness(digest, deadline.or(edition.due)?, now)
}

/// Says whether the editor is still to be asked about an edition.
pub(super) fn must_ask_editor(digest: &Digest, edition: &EditionRecord) -> bool {
    let waits = match edition.state {
        EditionState::Waiting => true,
        EditionState::Held => edition.stopped.is_none(),
        _ => false,
    };
    waits && digest.approval != Approval::None && edition.asked.is_none()
}

/// Says when the silence of an editor counts: at the due time, which is at once for an edition made by hand, but never
/// before they had their time to look.
pub(super) fn answer_deadline(digest: &Digest, edition: &EditionRecord) -> Option<DateTime<Utc>> {
    Some(edition.due.unwrap_or(edition.frozen).max(edition.asked?.checked_add_signed(approval_window(digest))?))
}

/// How long before its time an edition is frozen, for its editor to look at it.
pub(super) fn approval_window(digest: &Digest) -> TimeDelta {
    TimeDelta::from_std(digest.window()).unwrap_or(TimeDelta::MAX)
}

/// Writes a length of time in whole minutes.
pub(super) fn whole_minutes(time: Duration) -> impl std::fmt::Display {
    humantime::format_duration(Duration::from_secs(time.as_secs() / 60 * 60))
}

/// Writes an instant as people of the publication read it.
pub(super) fn local_time(config: &Config, at: DateTime<Utc>) -> String {
    at.with_timezone(&config.publication.timezone).format("%Y-%m-%d %H:%M").to_string()
}

/// Writes a digest's schedule as the store keeps it: what makes a run due.
pub(super) fn schedule_text(config: &Config, digest: &Digest) -> String {
    format!("{} {}", digest.schedule, config.publication.timezone.name())
}
