//! People are told: of each trouble once, and a watchman outside after each good run.

use chrono::{DateTime, TimeDelta, Utc};

use super::{duty::Duty, troubles::troubles};
use crate::{
    diagnostic::error_report,
    mailing,
    message::{self, Note},
    source::fetch::{Answer, Fetcher},
    store,
};

/// A ping that could not be made is tried so long; later it would say something wrong.
pub(super) const PING: TimeDelta = TimeDelta::hours(1);

/// Takes note of what is wrong, and tells `web.alert` what it was not told yet, in one mail. Says whether it could.
///
/// # Errors
/// When the store fails.
pub(super) async fn alert(duty: &Duty, may_mail: bool, now: DateTime<Utc>) -> Result<bool, store::Error> {
    let troubles = troubles(&duty.config, &duty.store, now).await?;
    let texts: Vec<(String, String)> = troubles.into_iter().map(|trouble| (trouble.key, trouble.text)).collect();
    let noted = duty.store.note_troubles(&texts, now).await?;
    noted.new.iter().for_each(|text| tracing::warn!(trouble = text, "something is wrong"));
    noted.over.iter().for_each(|text| tracing::info!(trouble = text, "no longer wrong"));
    if noted.untold.is_empty() {
        return Ok(true);
    }
    let keys: Vec<String> = noted.untold.iter().map(|(key, _)| key.clone()).collect();
    let Some(to) = &duty.config.alert else {
        duty.store.told(&keys, now).await?;
        return Ok(true);
    };
    if !may_mail {
        return Ok(false);
    }
    let told: Vec<&str> = noted.untold.iter().map(|(_, text)| text.as_str()).collect();
    match tell(duty, to, &told, now).await? {
        Ok(()) => {
            tracing::info!(to = to.masked(), troubles = keys.len(), "an alert is sent");
            duty.store.told(&keys, now).await?;
            Ok(true)
        }
        Err(why) => {
            tracing::error!(to = to.masked(), why, "an alert cannot be sent");
            Ok(false)
        }
    }
}

async fn tell(
    duty: &Duty,
    to: &crate::subscriber::Address,
    troubles: &[&str],
    now: DateTime<Utc>,
) -> Result<Result<(), String>, store::Error> {
    let name = &duty.config.publication.name;
    let first = troubles.first().and_then(|text| text.lines().next()).unwrap_or_default();
    let more = if troubles.len() > 1 { format!(" (and {} more)", troubles.len() - 1) } else { String::new() };
    let text = format!(
        "{}\n\n`tidings status` shows what there is now. You are told of each of these once, as long as it lasts.\n",
        troubles.join("\n\n")
    );
    let subject = format!("{name}: {first}{more}");
    let from = &duty.config.publication.from;
    let letter = Note { name: "alert", from, to, subject: &subject, text: &text, about: None, date: now };
    let letter = match message::note(&letter, &duty.sender().await?) {
        Ok(letter) => letter,
        Err(error) => return Ok(Err(error_report(&error))),
    };
    let destination = match duty.destination() {
        Ok(destination) => destination,
        Err(why) => return Ok(Err(why)),
    };
    Ok(mailing::hand_over(&destination, &[letter]).await.map_err(|unsent| unsent.why))
}

/// Calls `web.ping` once for each run that went well and of which it was not told yet. Says whether it could.
///
/// # Errors
/// When the store fails.
pub(super) async fn ping(duty: &Duty, now: DateTime<Utc>) -> Result<bool, store::Error> {
    let Some(url) = &duty.config.ping else { return Ok(true) };
    let runs = duty.store.to_ping(now - PING).await?;
    if runs.is_empty() {
        return Ok(true);
    }
    let fetcher = Fetcher::new(&duty.config.fetch);
    for run in runs {
        match fetcher.get(url, None, now).await {
            Answer::Document(..) | Answer::Unchanged(_) => {
                tracing::info!(digest = run.digest, run = run.number, "the ping is made");
                duty.store.pinged(run.number, now).await?;
            }
            Answer::Later(_, why) | Answer::Gone(_, why) | Answer::Failed(why) => {
                tracing::warn!(digest = run.digest, run = run.number, why, "the ping failed");
                return Ok(false);
            }
        }
    }
    Ok(true)
}
