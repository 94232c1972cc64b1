//! Reads a mail that came back: finds the report in it, and whom it is about.

use super::{
    events::{self, Notice},
    mime::{self, Fields, Mail, Part},
    plain,
    report::{Fate, Feedback, Ignored, Letter, Recipient, Report, WishSource},
    signs::{self, Sign},
    status,
    tokens::{self, ENVELOPE, TokenTexts},
    wish,
};
use crate::{message::parse_mailbox, token::Keys};

/// So much of a mail is read; what a report says stands before the message that it returns.
pub const MAX_OCTETS: u64 = 10_000_000;

/// Reports are looked for in mails that are attached to mails, so deep.
const MAX_DEPTH: usize = 3;

/// So much of a text is looked at.
const MAX_TEXT: usize = 64 * 1024;

/// Reads a mail.
///
/// # Errors
/// Says why it is to be ignored: that is no fault of whoever hands it in.
pub fn read(octets: &[u8], keys: &Keys) -> Result<Report, Ignored> {
    let octets = octets.trim_ascii_start();
    let (said, mut texts) = match find(octets, MAX_DEPTH, structured).or_else(|| find(octets, MAX_DEPTH, plain_body)) {
        Some(found) => found,
        None => {
            let mail = Mail::read(octets);
            if let Some(about) = tokens::unsubscription(keys, &mime::subject(&mail.header)) {
                return Ok(Report::Unsubscribe { about, source: WishSource::Link });
            }
            // Our own mail that comes back to us is on its second round.
            let is_loop = mail.header.first("message-id").is_some_and(|id| tokens::has_own_id(keys, id));
            let is_receipt = mail.part(&["message/disposition-notification"]).is_some();
            if is_loop || is_receipt || signs::sign(&mail.header, "") == Sign::Answer {
                return Err(Ignored::Answer);
            }
            let text = human_text(&mail).unwrap_or_default();
            return wish::read(&mail.header, &text, keys).ok_or(Ignored::NoReport);
        }
    };
    if texts.subject(keys).is_none() {
        // The message may stand in it in pieces, or behind a broken boundary.
        let whole = String::from_utf8_lossy(&octets[..octets.len().min(MAX_TEXT)]).into_owned();
        texts.paths.push(whole.clone());
        texts.ids.push(whole);
    }
    let unknown = || if texts.name_no_reader(keys) { Ignored::OfNoReader } else { Ignored::NotOurs };
    let about = texts.subject(keys).ok_or_else(unknown)?;
    match said {
        ReportBody::Fates(recipients) => Ok(Report::Delivery { about, recipients }),
        ReportBody::Feedback(kind) => kind.map(|kind| Report::Feedback { about, kind }).ok_or(Ignored::Idle),
    }
}

/// Reads what a person sees of a mail.
pub fn letter(octets: &[u8]) -> Letter {
    let mail = Mail::read(octets.trim_ascii_start());
    let field = |name: &str| mail.header.first(name).unwrap_or_default().to_owned();
    let mailbox = |name: &str| parse_mailbox(mail.header.first(name)?).ok().map(|(_, address)| address);
    let is_id = |id: &&str| {
        id.starts_with('<') && id.ends_with('>') && id.len() <= 250 && id.bytes().all(|octet| octet.is_ascii_graphic())
    };
    Letter {
        from: field("from"),
        answer_to: mailbox("reply-to").or_else(|| mailbox("from")),
        subject: mime::subject(&mail.header),
        message_id: mail.header.first("message-id").map(str::trim).filter(is_id).map(str::to_owned),
        text: human_text(&mail).unwrap_or_else(|| mail.text(MAX_TEXT)),
    }
}

/// What a report says, whoever it is about.
#[derive(Debug)]
enum ReportBody {
    Fates(Vec<Recipient>),
    Feedback(Option<Feedback>),
}

/// Reads a report in one of its forms, and collects what may hold a token of ours.
type ReadBody = fn(&Mail, &mut TokenTexts) -> Option<ReportBody>;

/// Finds the report in a mail, or in a mail that is attached to it, and what may hold a token of ours.
fn find(octets: &[u8], depth: usize, body: ReadBody) -> Option<(ReportBody, TokenTexts)> {
    let mail = Mail::read(octets);
    let mut texts = TokenTexts::default();
    let found = body(&mail, &mut texts).or_else(|| {
        let attached = mail.parts.iter().filter(|part| is_message(part)).take_while(|_| depth > 0);
        let (said, inner) = attached.filter_map(|part| find(&part.body, depth - 1, body)).next()?;
        texts = inner;
        Some(said)
    })?;
    texts.collect(&mail.header, &ENVELOPE, &["in-reply-to", "references"]);
    for returned in mail.parts.iter().filter(|part| is_message(part) || is_header(part)) {
        texts.collect(&Fields::read(returned.body.trim_ascii_start()), &["return-path"], &["message-id"]);
    }
    Some((found, texts))
}

/// Reads what a mail says in a form that was made for it: a delivery status, a feedback report, a notice of SES.
fn structured(mail: &Mail, texts: &mut TokenTexts) -> Option<ReportBody> {
    let status = mail.part(&["message/delivery-status", "message/global-delivery-status"]);
    if let Some(part) = status {
        return fates(&Fields::groups(&part.body), mail, texts);
    }
    if let Some(part) = mail.part(&["message/feedback-report"]) {
        let fields = Fields::read(part.body.trim_ascii_start());
        texts.collect(&fields, &["original-mail-from"], &["original-envelope-id"]);
        return Some(ReportBody::Feedback(feedback(fields.first("feedback-type")?)));
    }
    let from = mail.header.first("from").unwrap_or_default().to_ascii_lowercase();
    if mime::subject(&mail.header).trim().to_ascii_lowercase().starts_with("complaint about message from")
        && from.contains("staff@")
    {
        // What Microsoft's Junk Mail Reporting Program sent before it took to RFC 5965.
        return Some(ReportBody::Feedback(Some(Feedback::Complaint)));
    }
    let text = human_text(mail)?;
    let notice = Some(&text).filter(|text| text.contains("Type\"")).and_then(|text| events::read_mailed(text))?;
    texts.paths.push(text.clone());
    texts.ids.push(text);
    Some(match notice {
        Notice::Fates(recipients) if recipients.is_empty() => return None,
        Notice::Fates(recipients) => ReportBody::Fates(recipients),
        Notice::Feedback(kind) => ReportBody::Feedback(kind),
    })
}

/// Reads groups of delivery status fields. Where what they say of one recipient is unclear, the text beside them may
/// say more.
fn fates(groups: &[Fields], mail: &Mail, texts: &mut TokenTexts) -> Option<ReportBody> {
    for group in groups {
        texts.collect(group, &[], &["original-envelope-id", "original-message-id", "x-original-message-id"]);
    }
    let mut recipients = status::recipients(groups);
    if let [Recipient { fate: Fate::Failed(reply), .. }] = recipients.as_mut_slice()
        && let Some(text) = human_text(mail)
    {
        *reply = plain::clearest(Some(std::mem::take(reply)), signs::before_copy(&text)).unwrap_or_default();
    }
    if recipients.is_empty() { None } else { Some(ReportBody::Fates(recipients)) }
}

/// Reads a bounce in plain text, or one whose parts lost their boundaries.
fn plain_body(mail: &Mail, texts: &mut TokenTexts) -> Option<ReportBody> {
    let text = human_text(mail).unwrap_or_else(|| mail.text(MAX_TEXT));
    let lower = text.to_ascii_lowercase();
    let found = if lower.contains("final-recipient:") || lower.contains("\naction: failed") {
        fates(&Fields::groups(text.as_bytes()), mail, texts)
    } else {
        None
    };
    let found = found.or_else(|| {
        let sign = signs::sign(&mail.header, &text);
        let reply = || plain::clearest(None, signs::before_copy(&text));
        let fate = match sign {
            Sign::Failure => Fate::Failed(reply()?),
            Sign::Delay => Fate::Delayed(reply()?),
            Sign::Answer | Sign::Other => return None,
        };
        Some(ReportBody::Fates(vec![Recipient { addresses: Vec::new(), fate }]))
    })?;
    // The message itself stands somewhere below.
    texts.paths.push(text.clone());
    texts.ids.push(text);
    Some(found)
}

/// The text for people in a mail: the first plain part, else the first page.
fn human_text(mail: &Mail) -> Option<String> {
    let of = |kind: &'static str| mail.parts.iter().filter(move |part| part.kind == kind);
    let mut texts = of("text/plain").chain(of("text/html")).map(|part| part.text(MAX_TEXT));
    texts.find(|text| !text.trim().is_empty())
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
