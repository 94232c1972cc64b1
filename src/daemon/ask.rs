//! The editor gets the real thing, and a letter that asks.
//!
//! Two mails: the edition as readers will get it, header and parts, with links that change nothing; then a short
//! letter with the links to answer. A link that lets an edition go must not stand in what looks like the edition, or
//! it is forwarded with it; and an attached message is shown by few clients as readers will see it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{duty::Duty, troubles::local};
use crate::{
    diagnostic::error_report,
    digest::{Approval, Digest},
    mailing,
    message::{self, Message, Note, Occasion, Sender, editor_link, note},
    store::{self, Standing, State},
    subscriber::{Address, Subscriber},
    token::Purpose,
};

/// Asks the editor about an edition that waits or is held; says whether they were asked.
///
/// Where the relay will not take their mail, nobody can look: the edition is held, because silence is no consent of
/// somebody who never heard the question.
///
/// # Errors
/// When the store fails.
pub(super) async fn ask(
    duty: &Duty,
    digest: &Digest,
    edition: &Standing,
    now: DateTime<Utc>,
) -> Result<bool, store::Error> {
    let Some(editor) = &digest.editor else { return Ok(false) };
    let sender = duty.sender().await?;
    let letters = match letters(duty, digest, edition, editor, &sender, now).await? {
        Ok(letters) => letters,
        Err(why) => return give_up(duty, edition, &why).await,
    };
    let destination = match duty.destination() {
        Ok(destination) => destination,
        Err(why) => return give_up(duty, edition, &why).await,
    };
    match mailing::hand_over(&destination, &letters).await {
        Ok(()) => {
            tracing::info!(digest = digest.name, edition = edition.number, to = editor.masked(), "the editor is asked");
            duty.store.asked(edition.row, now).await?;
            duty.store.note_stop(edition.row, None).await?;
            Ok(true)
        }
        Err(unsent) => {
            let (number, to, why) = (edition.number, editor.masked(), &unsent.why);
            tracing::warn!(digest = digest.name, edition = number, to, why, "the editor cannot be asked");
            if unsent.lasts {
                return give_up(duty, edition, why).await;
            }
            duty.store.note_stop(edition.row, Some(why)).await?;
            Ok(false)
        }
    }
}

async fn give_up(duty: &Duty, edition: &Standing, why: &str) -> Result<bool, store::Error> {
    duty.store.note_stop(edition.row, Some(why)).await?;
    if edition.state == State::Waiting {
        duty.store.hold(edition.row, &format!("its editor cannot be asked: {why}")).await?;
    }
    Ok(true)
}

async fn letters(
    duty: &Duty,
    digest: &Digest,
    edition: &Standing,
    editor: &Address,
    sender: &Sender,
    now: DateTime<Utc>,
) -> Result<Result<[Message; 2], String>, store::Error> {
    let Some(frozen) = duty.store.edition(&edition.digest, edition.number).await? else {
        return Ok(Err("the edition is gone".to_owned()));
    };
    let known = duty.store.subscriber(editor).await?;
    let reader = known.unwrap_or_else(|| Subscriber::stranger(editor.clone()));
    let occasion = Occasion::Sample(now.timestamp_millis().unsigned_abs());
    let sample = match message::make(&frozen.edition, frozen.variants.main(), &reader, sender, occasion) {
        Ok(sample) => sample,
        Err(error) => return Ok(Err(error_report(&error))),
    };
    let recipients = duty.store.counts(edition.row).await?.pending;
    let text = question(duty, digest, edition, sender, recipients, now);
    let subject = format!("Look at this before it goes out: {}", edition.subject);
    let letter = note(
        &Note {
            name: &format!("ask-{}-{}", edition.digest, edition.number),
            from: &duty.config.publication.from,
            to: editor,
            subject: &subject,
            text: &text,
            about: Some(&sample.message_id),
            date: now,
        },
        sender,
    );
    Ok(letter.map(|letter| [sample, letter]).map_err(|error| error_report(&error)))
}

fn question(
    duty: &Duty,
    digest: &Digest,
    edition: &Standing,
    sender: &Sender,
    recipients: i64,
    now: DateTime<Utc>,
) -> String {
    let (name, number, zone) = (&edition.digest, edition.number, duty.config.publication.timezone);
    let window = TimeDelta::from_std(digest.window()).unwrap_or_default();
    let due = edition.due.unwrap_or(now);
    let by = due.max(now.checked_add_signed(window).unwrap_or(due));
    let what = match (edition.state, digest.approval) {
        (State::Held, _) => {
            let why = edition.why.as_deref().unwrap_or("it waits for your word");
            format!("It is held ({why}) and goes to {recipients} recipients once you let it go.")
        }
        (_, Approval::Required) => format!(
            "It goes to {recipients} recipients at {} ({zone}) if you let it go before {}. Without your answer it is held.",
            local(&duty.config, due),
            local(&duty.config, by)
        ),
        _ => format!(
            "It goes to {recipients} recipients at {} ({zone}), unless you stop it before then.",
            local(&duty.config, by)
        ),
    };
    let links = (editor_link(sender, Purpose::Approve, &edition.uid), editor_link(sender, Purpose::Veto, &edition.uid));
    let ways = match links {
        (Some(approve), Some(veto)) => format!(
            "Let it go: {approve}\nStop it:   {veto}\n\nEach link opens a page that asks you to confirm; opening it \
             changes nothing.\n"
        ),
        _ => format!(
            "Let it go: tidings --digest {name} editions approve {number}\nStop it:   tidings --digest {name} editions veto {number}\n"
        ),
    };
    format!(
        "Edition {number} of “{}” is frozen. The message before this one is it, as readers will get it.\n\n{what}\n\n{ways}",
        digest.title.as_deref().unwrap_or(&duty.config.publication.name)
    )
}
