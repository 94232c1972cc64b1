//! The incidents: what is wrong at present, for `status`, alerts, `/healthz` and `/metrics`. Only the store is asked.

use chrono::{DateTime, TimeDelta, Utc};

use super::deadlines::{answer_deadline, local_time, schedule_text, whole_minutes};
use crate::{
    config::Config,
    diagnostic::Diagnostic,
    digest::{Approval, Digest},
    store::{self, DueRun, EditionRecord, EditionState, RunState, Store},
};

/// What is due may take so long before it counts as not done.
const GRACE: TimeDelta = TimeDelta::minutes(10);

/// So many readings of a source in a row that failed are worth a word.
const MIN_SOURCE_FAILURES: i64 = 3;

/// So many runs in a row that had nothing to send are worth a word.
const MIN_EMPTY_RUNS: i64 = 3;

/// Something that is wrong at present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Stays the same as long as the incident lasts.
    pub key: String,
    /// What it is, and how to mend it.
    pub diagnostic: Diagnostic,
    /// Whether something due did not happen.
    pub is_overdue: bool,
}

impl Incident {
    fn overdue(key: String, text: String) -> Self {
        Self { key, diagnostic: text.into(), is_overdue: true }
    }

    fn remark(key: String, text: String) -> Self {
        Self { key, diagnostic: text.into(), is_overdue: false }
    }
}

/// Finds what is wrong at `now` with what a daemon looks after.
///
/// # Errors
/// When the store cannot be read.
pub async fn open_incidents(config: &Config, store: &Store, now: DateTime<Utc>) -> Result<Vec<Incident>, store::Error> {
    let mut incidents = Vec::new();
    let hold = store.heartbeat().await?.hold;
    let (watched, runs) = (store.watched_digests().await?, store.last_runs().await?);
    incidents.extend(hold.iter().map(|why| Incident::overdue("hold".to_owned(), why.clone())));
    for digest in config.digests.values() {
        let name = &digest.name;
        // Where no daemon ever ran, nothing is due.
        let Some(watched) = watched.get(name) else { continue };
        if let Some(run) = runs.get(name) {
            incidents.extend(run_incidents(config, digest, run, now));
        }
        let overdue = |since| {
            let next = digest.schedule.next(since, config.publication.timezone);
            next.filter(|due| hold.is_none() && now - *due > GRACE)
        };
        let mut due = overdue(watched.since);
        // An edition that was sent by hand since then is its run.
        if due.is_some()
            && let Some(by_hand) = store.last_manual_edition(name).await?
        {
            due = overdue(watched.since.max(by_hand));
        }
        if let Some(due) = due
            && watched.schedule == schedule_text(config, digest)
        {
            let text = format!("`{name}`: the run of {} did not happen", local_time(config, due));
            incidents.push(Incident::overdue(format!("overdue {name} {}", due.timestamp()), text));
        }
        if watched.empties >= MIN_EMPTY_RUNS {
            let text = format!("`{name}`: nothing to send, {} times in a row", watched.empties);
            incidents.push(Incident::remark(format!("empty {name}"), text));
        }
    }
    for edition in store.open_editions().await? {
        incidents.extend(edition_incident(config, &edition, now));
    }
    for source in store.source_statuses().await? {
        let known = config.sources.iter().any(|known| known.name == source.name);
        if known && source.failures >= MIN_SOURCE_FAILURES {
            let why =
                source.problems.first().map(|problem| format!(": {}", problem.diagnostic.message)).unwrap_or_default();
            let text = format!("source `{}`: not read {} times in a row{why}", source.name, source.failures);
            incidents.push(Incident::remark(format!("source {}", source.name), text));
        }
    }
    Ok(incidents)
}

fn run_incidents(config: &Config, digest: &Digest, run: &DueRun, now: DateTime<Utc>) -> Vec<Incident> {
    let which = format!("`{}`: the run of {}", digest.name, local_time(config, run.due));
    let why = run.why.as_deref().unwrap_or("nobody knows why");
    let mut found = Vec::new();
    let mut add = |kind, text: String, is_overdue| {
        found.push(Incident {
            key: format!("{kind} {}", run.number),
            diagnostic: (which.clone() + &text).into(),
            is_overdue,
        });
    };
    match run.state {
        RunState::Open if run.tries > 0 => add("run", format!(" failed and is tried again: {why}"), run.due <= now),
        // Nothing is wrong with it: a source is down, which is an incident of its own, and it is looked at again soon.
        RunState::Open if run.next.is_some_and(|next| now - next <= GRACE) => {}
        RunState::Open if now - run.due.max(run.found) > GRACE => {
            add("slow", " does not come to an end".to_owned(), true)
        }
        RunState::Failed => add("run", format!(" failed: {why}"), true),
        RunState::Skipped => add("skipped", format!(" was skipped: {why}"), false),
        RunState::Sent if run.why.is_some() => add("sent", format!(": {why}"), false),
        _ => {}
    }
    let late = (run.found - run.due).to_std().unwrap_or_default();
    if late > digest.late && matches!(run.state, RunState::Frozen | RunState::Sent) {
        add("late", format!(" was found {} late", whole_minutes(late)), false);
    }
    if run.missed > 0 {
        let missed = run.missed;
        add("missed", format!(" stands for {missed} before it as well, when nobody was there to run them"), false);
    }
    found
}

fn edition_incident(config: &Config, edition: &EditionRecord, now: DateTime<Utc>) -> Option<Incident> {
    let EditionRecord { digest, number, uid, .. } = edition;
    let is_due = edition.due.is_none_or(|due| due <= now);
    let approve = format!("`tidings --digest {digest} editions approve {number}` sends it");
    let mut hint = None;
    let (kind, text, is_overdue) = match edition.state {
        state if state.is_before_sending() && !config.digests.contains_key(digest) => {
            hint = Some(format!("{approve}, `editions cancel {number}` stops it"));
            ("orphan", format!("is {}, and the config has no digest `{digest}` any more", state.as_str()), true)
        }
        EditionState::Held => {
            let why = edition.why.as_deref().unwrap_or("it waits for a person's word");
            hint = Some(format!("{approve}, `editions veto {number}` stops it"));
            ("held", format!("is held: {why}"), is_due)
        }
        EditionState::Waiting if edition.stopped.is_some() => {
            let why = edition.stopped.as_deref().unwrap_or_default();
            ("ask", format!("waits, and its editor cannot be asked: {why}"), is_due)
        }
        EditionState::Sending => ("stopped", format!("does not get out: {}", edition.stopped.as_deref()?), true),
        _ => {
            let digest = config.digests.get(digest)?;
            let waits = edition.state == EditionState::Waiting && digest.approval != Approval::None;
            let at = if waits { answer_deadline(digest, edition) } else { edition.due }?;
            (now - at > GRACE).then(|| ("overdue", "did not go out when it was due".to_owned(), true))?
        }
    };
    let diagnostic = Diagnostic { hint, ..Diagnostic::new(format!("`{digest}`: edition {number} {text}")) };
    Some(Incident { key: format!("{kind} {uid}"), diagnostic, is_overdue })
}
