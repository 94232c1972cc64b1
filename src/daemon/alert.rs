//! People are told: of each incident once, and a monitor outside after each good run.

use chrono::{DateTime, TimeDelta, Utc};

use super::{context::Context, incidents::open_incidents, job::Outcome};
use crate::{
    message::{self, OperatorNotice},
    source::fetch::{FetchResult, Fetcher},
    store,
};

/// A ping that could not be made is tried so long; later it would say something wrong.
pub(super) const PING_WITHIN: TimeDelta = TimeDelta::hours(1);

/// Keeps what is wrong, and mails `web.alert` what it was not told yet.
///
/// # Errors
/// When the store fails.
pub(super) async fn alert_people(context: &Context, now: DateTime<Utc>) -> Result<Outcome, store::Error> {
    let incidents = open_incidents(&context.config, &context.store, now).await?;
    let texts: Vec<(String, String)> =
        incidents.into_iter().map(|incident| (incident.key, incident.diagnostic.to_string())).collect();
    let noted = context.store.record_alerts(&texts, now).await?;
    noted.new.iter().for_each(|text| tracing::warn!(trouble = text, "something is wrong"));
    noted.over.iter().for_each(|text| tracing::info!(trouble = text, "no longer wrong"));
    if noted.untold.is_empty() {
        return Ok(Outcome::Done);
    }
    let (keys, texts): (Vec<String>, Vec<String>) = noted.untold.into_iter().unzip();
    if let Some(to) = &context.config.alert {
        let notice = OperatorNotice {
            name: "alert",
            from: &context.config.publication.from,
            to,
            subject: &subject(&context.config.publication.name, &texts),
            text: &format!(
                "{}\n\n`tidings status` shows what there is now. You are told of each of these once, as long as it lasts.\n",
                texts.join("\n\n")
            ),
            about: None,
            reply_to: None,
            attached: None,
            date: now,
        };
        let letter = message::operator_notice(&notice, &context.sender().await?);
        if let Err(unsent) = context.send_letters(letter.map(|letter| vec![letter])).await {
            tracing::error!(to = to.masked(), why = unsent.why, "an alert cannot be sent");
            return Ok(Outcome::Failed);
        }
        tracing::info!(to = to.masked(), troubles = keys.len(), "an alert is sent");
    }
    context.store.mark_alerts_sent(&keys, now).await?;
    Ok(Outcome::Done)
}

fn subject(publication: &str, incidents: &[String]) -> String {
    let first = incidents.first().and_then(|text| text.lines().next()).unwrap_or_default();
    let more = if incidents.len() > 1 { format!(" (and {} more)", incidents.len() - 1) } else { String::new() };
    format!("{publication}: {first}{more}")
}

/// Calls `web.ping` once for each run that went well and of which it was not told yet.
///
/// # Errors
/// When the store fails.
pub(super) async fn ping_monitor(context: &Context, now: DateTime<Utc>) -> Result<Outcome, store::Error> {
    let Some(url) = &context.config.ping else { return Ok(Outcome::Done) };
    let fetcher = Fetcher::new(&context.config.fetch);
    for run in context.store.runs_to_ping(now - PING_WITHIN).await? {
        match fetcher.get(url, None, now).await {
            FetchResult::Document(..) | FetchResult::Unchanged(_) => {
                tracing::info!(digest = run.digest, run = run.number, "the ping is made");
                context.store.mark_pinged(run.number, now).await?;
            }
            FetchResult::Later(_, why) | FetchResult::Gone(_, why) | FetchResult::Failed(why) => {
                tracing::warn!(digest = run.digest, run = run.number, why = why.message, "the ping failed");
                return Ok(Outcome::Failed);
            }
        }
    }
    Ok(Outcome::Done)
}
