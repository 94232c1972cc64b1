//! The editor gets the real thing, and a letter that asks.
//!
//! Two mails: the edition as readers will get it, header and parts, with links that change nothing; then a short
//! letter with the links to answer. A link that releases an edition must not stand in what looks like the edition, or
//! it is forwarded with it; and an attached message is shown by few clients as readers will see it.

use chrono::{DateTime, Utc};

use super::{
    context::Context,
    deadlines::{answer_deadline, approval_window, local_time, must_ask_editor},
};
use crate::{
    digest::{Approval, Digest},
    message::{self, Occasion, OperatorNotice, Sender, editor_link},
    store::{self, EditionRecord, EditionState},
    subscriber::Subscriber,
    token::Purpose,
};

/// What an editor says to an edition that somebody sends by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing, in all the time they had to stop it.
    NoVeto,
    /// Nothing yet; without an answer it goes out then, where silence is consent.
    None(Option<DateTime<Utc>>),
    /// They were not reached, and why; `is_permanent` where another try will not help.
    NotReached { why: String, is_permanent: bool },
}

/// Asks the editor of an edition that waits, where nobody has asked them yet, and says what came of it by `now`.
///
/// # Errors
/// When the store fails.
pub async fn editor_answer(
    context: &Context,
    digest: &Digest,
    mut edition: EditionRecord,
    now: DateTime<Utc>,
) -> Result<Answer, store::Error> {
    if must_ask_editor(digest, &edition) {
        let is_done = ask_editor(context, digest, &edition, now).await?;
        edition = context.store.edition_in_row(edition.row).await?.unwrap_or(edition);
        if let Some(why) = edition.stopped {
            return Ok(Answer::NotReached { why, is_permanent: is_done });
        }
    }
    let deadline = answer_deadline(digest, &edition).filter(|_| digest.approval == Approval::Veto);
    Ok(if deadline.is_some_and(|at| at <= now) { Answer::NoVeto } else { Answer::None(deadline) })
}

/// Asks the editor about an edition that waits or is held; says whether that is done with.
///
/// Where the relay will not take their mail, nobody can look: the edition is held, because silence is no consent of
/// somebody who never heard the question.
///
/// # Errors
/// When the store fails.
pub(super) async fn ask_editor(
    context: &Context,
    digest: &Digest,
    edition: &EditionRecord,
    now: DateTime<Utc>,
) -> Result<bool, store::Error> {
    let (Some(editor), store) = (&digest.editor, &context.store) else { return Ok(false) };
    let Some(frozen) = store.frozen_edition(&edition.digest, edition.number).await? else { return Ok(false) };
    let sender = context.sender().await?;
    let known = store.subscriber(editor).await?;
    let reader = known.unwrap_or_else(|| Subscriber::stranger(editor.clone()));
    let recipients = store.delivery_counts(edition.row).await?.pending;
    let occasion = Occasion::Sample(now.timestamp_millis().unsigned_abs());
    let letters =
        message::fill_once(&frozen.edition, frozen.variants.main(), &reader, &sender, occasion).and_then(|sample| {
            let notice = OperatorNotice {
                name: &format!("ask-{}-{}", edition.digest, edition.number),
                from: &context.config.publication.from,
                to: editor,
                subject: &format!("Look at this before it goes out: {}", edition.subject),
                text: &question(context, digest, edition, &sender, recipients, now),
                about: Some(&sample.message_id),
                reply_to: None,
                attached: None,
                date: now,
            };
            let question = message::operator_notice(&notice, &sender)?;
            Ok(vec![sample, question])
        });
    let (name, number, to) = (&digest.name, edition.number, editor.masked());
    let Err(unsent) = context.send_letters(letters).await else {
        tracing::info!(digest = name, edition = number, to, "the editor is asked");
        store.mark_asked(edition.row, now).await?;
        store.set_stopped(edition.row, None).await?;
        return Ok(true);
    };
    let why = &unsent.why;
    tracing::warn!(digest = name, edition = number, to, why, "the editor cannot be asked");
    store.set_stopped(edition.row, Some(why)).await?;
    if unsent.is_permanent && edition.state == EditionState::Waiting {
        store.hold(edition.row, &format!("its editor cannot be asked: {why}")).await?;
    }
    Ok(unsent.is_permanent)
}

/// Writes the letter: what becomes of the edition by itself, and how to answer.
fn question(
    context: &Context,
    digest: &Digest,
    edition: &EditionRecord,
    sender: &Sender,
    recipients: i64,
    now: DateTime<Utc>,
) -> String {
    let (name, number, zone) = (&edition.digest, edition.number, context.config.publication.timezone);
    let due = edition.due.unwrap_or(now);
    let by = due.max(now.checked_add_signed(approval_window(digest)).unwrap_or(due));
    let what = match (edition.state, digest.approval) {
        (EditionState::Held, _) => {
            let why = edition.why.as_deref().unwrap_or("it waits for your word");
            format!("It is held ({why}) and goes to {recipients} recipients once you let it go.")
        }
        (_, Approval::Required) => format!(
            "It goes to {recipients} recipients at {} ({zone}) if you let it go before {}. Without your answer it is held.",
            local_time(&context.config, due),
            local_time(&context.config, by)
        ),
        _ => format!(
            "It goes to {recipients} recipients at {} ({zone}), unless you stop it before then.",
            local_time(&context.config, by)
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
        digest.title.as_deref().unwrap_or(&context.config.publication.name)
    )
}
