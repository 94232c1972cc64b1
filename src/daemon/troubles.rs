//! What is wrong at present, for `status`, alerts, `/healthz` and `/metrics`. Only the store is asked.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    config::Config,
    digest::{Approval, Digest},
    store::{self, DueRun, Stage, Standing, State, Store},
};

/// What is due may take so long before it counts as not done.
const GRACE: TimeDelta = TimeDelta::minutes(10);

/// So many readings of a source in a row that failed are worth a word.
pub const FAILURES: i64 = 3;

/// So many runs in a row that had nothing to send are worth a word.
pub const EMPTIES: i64 = 3;

/// Something that is wrong at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Stays the same as long as the trouble lasts.
    pub key: String,
    /// What it is, for people; a hint may follow on a line of its own.
    pub text: String,
    /// Whether something due did not happen.
    pub is_due: bool,
}

impl Trouble {
    fn due(key: String, text: String) -> Self {
        Self { key, text, is_due: true }
    }

    fn odd(key: String, text: String) -> Self {
        Self { key, text, is_due: false }
    }
}

/// Says what is wrong at `now` with what a daemon looks after.
///
/// # Errors
/// When the store cannot be read.
pub async fn troubles(config: &Config, store: &Store, now: DateTime<Utc>) -> Result<Vec<Trouble>, store::Error> {
    let mut troubles = Vec::new();
    let hold = store.pulse().await?.and_then(|pulse| pulse.hold);
    let (watched, runs) = (store.watched().await?, store.last_runs().await?);
    // Where no daemon ever ran, nothing is due.
    if let Some(why) = hold.as_ref().filter(|_| !watched.is_empty()) {
        troubles.push(Trouble::due("hold".to_owned(), why.clone()));
    }
    for digest in config.digests.values() {
        let name = &digest.name;
        let Some(watched) = watched.get(name) else { continue };
        if let Some(run) = runs.get(name) {
            troubles.extend(of_run(config, digest, run, now));
        }
        let overdue = |since| {
            let next = digest.schedule.next(since, config.publication.timezone);
            next.filter(|due| hold.is_none() && now - *due > GRACE)
        };
        let mut due = overdue(watched.since);
        // An edition that was sent by hand since then is its run.
        if due.is_some()
            && let Some(by_hand) = store.last_by_hand(name).await?
        {
            due = overdue(watched.since.max(by_hand));
        }
        if let Some(due) = due
            && watched.schedule == schedule_of(config, digest)
        {
            let text = format!("`{name}`: the run of {} did not happen", local(config, due));
            troubles.push(Trouble::due(format!("overdue {name} {}", due.timestamp()), text));
        }
        if watched.empties >= EMPTIES {
            let text = format!("`{name}`: nothing to send, {} times in a row", watched.empties);
            troubles.push(Trouble::odd(format!("empty {name}"), text));
        }
    }
    for edition in store.open_editions().await? {
        troubles.extend(of_edition(config, &edition, now));
    }
    for source in store.sources().await? {
        let known = config.sources.iter().any(|known| known.name == source.name);
        if known && source.failures >= FAILURES {
            let why = source.problems.first().map(|problem| format!(": {}", problem.message)).unwrap_or_default();
            let text = format!("source `{}`: not read {} times in a row{why}", source.name, source.failures);
            troubles.push(Trouble::odd(format!("source {}", source.name), text));
        }
    }
    Ok(troubles)
}

/// A digest's schedule as the store keeps it: what makes a run due.
pub(super) fn schedule_of(config: &Config, digest: &Digest) -> String {
    format!("{} {}", digest.schedule, config.publication.timezone.name())
}

/// An instant as people of the publication read it.
pub(super) fn local(config: &Config, at: DateTime<Utc>) -> String {
    at.with_timezone(&config.publication.timezone).format("%Y-%m-%d %H:%M").to_string()
}

/// When the silence of an editor counts: at the due time, but never before they had their time to look.
pub(super) fn answer_by(digest: &Digest, edition: &Standing) -> Option<DateTime<Utc>> {
    let window = TimeDelta::from_std(digest.window()).unwrap_or(TimeDelta::MAX);
    Some(edition.due?.max(edition.asked?.checked_add_signed(window)?))
}

fn of_run(config: &Config, digest: &Digest, run: &DueRun, now: DateTime<Utc>) -> Vec<Trouble> {
    let (name, number) = (&digest.name, run.number);
    let which = format!("`{name}`: the run of {}", local(config, run.due));
    let why = run.why.as_deref().unwrap_or("nobody knows why");
    let mut troubles = Vec::new();
    match run.stage {
        Stage::Open if run.tries > 0 => {
            let (key, text) = (format!("run {number}"), format!("{which} failed and is tried again: {why}"));
            troubles.push(Trouble { key, text, is_due: run.due <= now });
        }
        // Nothing is wrong with it: a source is down, which is a trouble of its own, and it is looked at again soon.
        Stage::Open if run.next.is_some_and(|next| now - next <= GRACE) => {}
        Stage::Open if now - run.due.max(run.found) > GRACE => {
            troubles.push(Trouble::due(format!("slow {number}"), format!("{which} does not come to an end")));
        }
        Stage::Failed => troubles.push(Trouble::due(format!("run {number}"), format!("{which} failed: {why}"))),
        Stage::Skipped => {
            troubles.push(Trouble::odd(format!("skipped {number}"), format!("{which} was skipped: {why}")))
        }
        Stage::Sent if run.why.is_some() => {
            troubles.push(Trouble::odd(format!("sent {number}"), format!("{which}: {why}")));
        }
        _ => {}
    }
    let late = (run.found - run.due).to_std().unwrap_or_default();
    if late > digest.late && matches!(run.stage, Stage::Frozen | Stage::Sent) {
        let late = humantime::format_duration(std::time::Duration::from_secs(late.as_secs() / 60 * 60));
        troubles.push(Trouble::odd(format!("late {number}"), format!("{which} was found {late} late")));
    }
    if run.missed > 0 {
        let text = format!("{which} stands for {} before it as well, when nobody was there to run them", run.missed);
        troubles.push(Trouble::odd(format!("missed {number}"), text));
    }
    troubles
}

fn of_edition(config: &Config, edition: &Standing, now: DateTime<Utc>) -> Option<Trouble> {
    let Standing { digest, number, uid, .. } = edition;
    let which = format!("`{digest}`: edition {number}");
    let over = edition.due.is_none_or(|due| due <= now);
    match edition.state {
        state if state.is_before_sending() && !config.digests.contains_key(digest) => {
            let text = format!(
                "{which} is {}, and the config has no digest `{digest}` any more\nhint: `tidings --digest {digest} \
                 editions approve {number}` sends it, `editions cancel {number}` stops it",
                state.as_str()
            );
            Some(Trouble::due(format!("orphan {uid}"), text))
        }
        State::Held => {
            let why = edition.why.as_deref().unwrap_or("it waits for a person's word");
            let text = format!(
                "{which} is held: {why}\nhint: `tidings --digest {digest} editions approve {number}` sends it, \
                 `editions veto {number}` stops it"
            );
            Some(Trouble { key: format!("held {uid}"), text, is_due: over })
        }
        State::Waiting if edition.stopped.is_some() => {
            let why = edition.stopped.as_deref().unwrap_or_default();
            let text = format!("{which} waits, and its editor cannot be asked: {why}");
            Some(Trouble { key: format!("ask {uid}"), text, is_due: over })
        }
        State::Sending => {
            let why = edition.stopped.as_deref()?;
            Some(Trouble::due(format!("stopped {uid}"), format!("{which} does not get out: {why}")))
        }
        _ => {
            let digest = config.digests.get(digest)?;
            let waits = edition.state == State::Waiting && digest.approval != Approval::None;
            let at = if waits { answer_by(digest, edition) } else { edition.due }?;
            let late = now - at > GRACE;
            late.then(|| Trouble::due(format!("overdue {uid}"), format!("{which} did not go out when it was due")))
        }
    }
}
