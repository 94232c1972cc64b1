//! Reads a mail that came back: finds the report in it, and whom it is about.

use super::{
    fields::Fields,
    mime::{self, Mail, Part},
    plain,
    report::{Feedback, Ignored, Recipient, Report},
    status,
    tokens::{self, TokenTexts},
};
use crate::token::Keys;

/// So much of a mail is read; what a report says stands before the message that it returns.
pub const MAX_OCTETS: u64 = 10_000_000;

/// Reports are looked for in mails that are attached to mails, so deep.
const MAX_DEPTH: usize = 3;

/// Reads a mail.
///
/// # Errors
/// Says why it is to be ignored: that is no fault of whoever hands it in.
pub fn read(octets: &[u8], keys: &Keys) -> Result<Report, Ignored> {
    let octets = octets.trim_ascii_start();
    let Some((said, texts)) = find(octets, MAX_DEPTH) else {
        let subject = mime::subject(&Fields::read(octets));
        return tokens::unsubscription(keys, &subject).map(Report::Unsubscribe).ok_or(Ignored::NoReport);
    };
    let about = texts.subject(keys).ok_or(Ignored::NotOurs)?;
    match said {
        ReportBody::Fates(recipients) => Ok(Report::Delivery { about, recipients }),
        ReportBody::Feedback(kind) => kind.map(|kind| Report::Feedback { about, kind }).ok_or(Ignored::Idle),
    }
}

/// What a report says, whoever it is about.
#[derive(Debug)]
enum ReportBody {
    Fates(Vec<Recipient>),
    Feedback(Option<Feedback>),
}

/// Finds the report in a mail, or in a mail that is attached to it, and what may hold a token of ours.
fn find(octets: &[u8], depth: usize) -> Option<(ReportBody, TokenTexts)> {
    let mail = Mail::read(octets);
    let mut texts = TokenTexts::default();
    let found = report_body(&mail, &mut texts).or_else(|| {
        let attached = mail.parts.iter().filter(|part| is_message(part)).take_while(|_| depth > 0);
        let (said, inner) = attached.filter_map(|part| find(&part.body, depth - 1)).next()?;
        texts = inner;
        Some(said)
    })?;
    // Whom the report itself was sent to, as each server on its way wrote it down.
    let envelope = ["delivered-to", "x-delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to"];
    texts.collect(&mail.header, &envelope, &["in-reply-to", "references"]);
    Some((found, texts))
}

fn report_body(mail: &Mail, texts: &mut TokenTexts) -> Option<ReportBody> {
    let said = if let Some(part) = mail.part(&["message/delivery-status", "message/global-delivery-status"]) {
        let groups = Fields::groups(&part.body);
        for group in &groups {
            texts.collect(group, &[], &["original-envelope-id", "original-message-id", "x-original-message-id"]);
        }
        ReportBody::Fates(status::recipients(&groups))
    } else if let Some(part) = mail.part(&["message/feedback-report"]) {
        let fields = Fields::read(part.body.trim_ascii_start());
        texts.collect(&fields, &["original-mail-from"], &["original-envelope-id"]);
        ReportBody::Feedback(feedback(fields.first("feedback-type")?))
    } else {
        let text = mail.part(&["text/plain"])?;
        let text = String::from_utf8_lossy(&text.body[..text.body.len().min(64 * 1024)]).replace('\r', "");
        let recipients = match mail.header.first("x-failed-recipients") {
            Some(failed) => plain::exim(failed, &text),
            None => plain::qmail(&text),
        };
        if recipients.is_empty() {
            return None;
        }
        // The message itself stands somewhere below.
        texts.paths.push(text.clone());
        texts.ids.push(text);
        ReportBody::Fates(recipients)
    };
    for returned in mail.parts.iter().filter(|part| is_message(part) || is_header(part)) {
        texts.collect(&Fields::read(returned.body.trim_ascii_start()), &["return-path"], &["message-id"]);
    }
    match said {
        ReportBody::Fates(recipients) if recipients.is_empty() => None,
        said => Some(said),
    }
}

/// Reads a `Feedback-Type` (RFC 5965 3.1, and `opt-out` from before it).
fn feedback(kind: &str) -> Option<Feedback> {
    match kind.trim().to_ascii_lowercase().as_str() {
        "abuse" | "fraud" => Some(Feedback::Complaint),
        "opt-out" | "opt-out-list" => Some(Feedback::OptOut),
        _ => None,
    }
}

fn is_message(part: &Part) -> bool {
    matches!(part.kind.as_str(), "message/rfc822" | "message/global" | "text/rfc822")
}

fn is_header(part: &Part) -> bool {
    matches!(part.kind.as_str(), "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers")
}
