//! `status`: last and next edition, the queue, subscribers, the sources' troubles.

use serde_json::json;

use super::{
    exit::{Exit, Failure},
    invocation::Invocation,
    output::count,
    subscribers,
};
use crate::{daemon, subscriber::mask};

/// Shows the last and the next edition, counts, the queue, and what is wrong.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub async fn run(_: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let store = invocation.open_store(&config).await?;
    subscribers::sync_or_warn(invocation, &config, &store).await?;
    let zone = config.publication.timezone;
    let mut text = String::new();
    let mut shown = Vec::new();
    let (runs, open) = (store.last_runs().await?, store.open_editions().await?);
    for digest in invocation.digests(&config)? {
        let name = &digest.name;
        let last = store.edition_summaries(Some(name)).await?.into_iter().next();
        let next = digest.schedule.next(invocation.now(), zone);
        let recipients = store.audience_size(name, &digest.audience).await?;
        text.push_str(&format!("{name}\n"));
        match &last {
            None => text.push_str("  no edition yet\n"),
            Some(line) => {
                let (counts, date) = (&line.counts, line.date.with_timezone(&zone).format("%Y-%m-%d %H:%M"));
                let queue = counts.pending + counts.deferred;
                text.push_str(&format!(
                    "  last: edition {} of {date}, {}: {} of {} sent, {queue} in the queue, {} bounced, {} in doubt\n",
                    line.edition,
                    line.state.as_str(),
                    counts.sent,
                    counts.recipients,
                    counts.bounced,
                    counts.in_doubt
                ));
            }
        }
        if let Some(line) = &last
            && let Some(edition) = store.edition_by_number(name, line.edition).await?
        {
            for (words, readers) in store.doubtful_bounces(edition.row).await? {
                let words = mask(&words);
                text.push_str(&format!(
                    "  {readers} bounced in the same words, nobody is suppressed for it: {words}\n"
                ));
            }
        }
        for edition in open.iter().filter(|edition| edition.digest == *name && edition.state.is_before_sending()) {
            let due = edition.due.map(|due| format!(", due {}", due.with_timezone(&zone).format("%Y-%m-%d %H:%M")));
            let why = edition.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            let (number, state) = (edition.number, edition.state.as_str());
            text.push_str(&format!("  edition {number} is {state}{}{why}\n", due.unwrap_or_default()));
        }
        let run = runs.get(name);
        if let Some(run) = run {
            let due = run.due.with_timezone(&zone).format("%Y-%m-%d %H:%M");
            let why = run.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            text.push_str(&format!("  last run: {due}, {}{why}\n", run.state.as_str()));
        }
        let run = run.map(|run| json!({ "due": run.due, "state": run.state.as_str(), "why": run.why }));
        if let Some(next) = next {
            let local = next.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z");
            text.push_str(&format!("  next: {local}, to {recipients} recipients\n"));
        }
        shown.push(json!({ "digest": name, "last": last, "next": next, "recipients": recipients, "run": run }));
    }
    let troubles = daemon::open_incidents(&config, &store, invocation.now()).await?;
    if !troubles.is_empty() {
        text.push_str("troubles\n");
    }
    for trouble in &troubles {
        text.push_str(&format!("  {}\n", trouble.diagnostic.to_string().replace('\n', "\n    ")));
    }
    let troubles: Vec<_> =
        troubles.iter().map(|one| json!({ "text": one.diagnostic.to_string(), "due": one.is_overdue })).collect();
    let counts = store.subscriber_counts().await?;
    let listed: Vec<String> = counts.iter().map(|(status, count)| format!("{count} {status}")).collect();
    text.push_str(&format!("subscribers\n  {}\n", if listed.is_empty() { "none".into() } else { listed.join(", ") }));
    let unread = store.unread_count();
    if unread > 0 {
        text.push_str(&format!("unread\n  {}, in `unread/` beside the store\n", count(unread as i64, "mail")));
    }
    let throttles = store.throttles().await?;
    if !throttles.is_empty() {
        text.push_str("asked to go slower\n");
    }
    for (name, rate) in &throttles {
        text.push_str(&format!("  {name}: {rate:.0} a second, twice that every 10 s\n"));
    }
    let throttled: Vec<_> = throttles.iter().map(|(name, rate)| json!({ "name": name, "rate": rate })).collect();
    let known = store.source_statuses().await?;
    let mut sources = Vec::new();
    text.push_str("sources\n");
    for source in &config.sources {
        let Some(status) = known.iter().find(|status| status.name == source.name) else {
            text.push_str(&format!("  {}: not read yet\n", source.name));
            sources.push(json!({ "name": source.name, "state": null, "problems": [] }));
            continue;
        };
        let checked = status.checked.with_timezone(&zone).format("%Y-%m-%d %H:%M");
        let again = if status.failures > 1 { format!(", {} times in a row", status.failures) } else { String::new() };
        text.push_str(&format!("  {}: {} at {checked}{again}\n", source.name, status.state));
        for problem in &status.problems {
            text.push_str(&format!("    {}\n", problem));
        }
        sources.push(json!({
            "name": status.name, "state": status.state, "checked": status.checked, "read": status.read,
            "failures": status.failures, "problems": status.problems,
        }));
    }
    let counts: serde_json::Map<_, _> = counts.into_iter().map(|(status, n)| (status, n.into())).collect();
    let json = json!({
        "digests": shown, "subscribers": counts, "throttled": throttled, "sources": sources, "troubles": troubles,
        "unread": unread,
    });
    invocation.print(&json, text)?;
    Ok(Exit::Done)
}
