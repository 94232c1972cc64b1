//! Notices of Amazon SES that come by SNS: a mail whose text is JSON (Amazon SES, "Notification contents").

use serde_json::Value;

use super::{
    codes,
    report::{Fate, Feedback, Recipient},
};
use crate::deliver::Reply;

/// What a notice says.
#[derive(Debug)]
pub(super) enum Notice {
    /// What became of a message.
    Fates(Vec<Recipient>),
    /// What a reader says of it.
    Feedback(Option<Feedback>),
}

/// Reads a text that begins with a notice, bare or in the envelope of SNS.
pub(super) fn read(text: &str) -> Option<Notice> {
    let start = text.find('{')?;
    // Mail cuts long lines, and JSON has no line ends in its words.
    let whole = text[start..].replace(['\r', '\n'], "");
    let outer: Value = serde_json::Deserializer::from_str(&whole).into_iter().next()?.ok()?;
    let inner = outer["Message"].as_str().and_then(|message| serde_json::from_str::<Value>(message).ok());
    let notice = inner.as_ref().unwrap_or(&outer);
    let kind = notice["notificationType"].as_str().or(notice["eventType"].as_str())?;
    Some(match kind {
        "Bounce" => Notice::Fates(recipients(&notice["bounce"])),
        "Complaint" => {
            let is_other = notice["complaint"]["complaintFeedbackType"].as_str().is_some_and(|kind| kind == "not-spam");
            Notice::Feedback(Some(Feedback::Complaint).filter(|_| !is_other))
        }
        "Delivery" => Notice::Fates(vec![Recipient { addresses: Vec::new(), fate: Fate::Arrived }]),
        _ => return None,
    })
}

fn recipients(bounce: &Value) -> Vec<Recipient> {
    let is_permanent = bounce["bounceType"].as_str() == Some("Permanent");
    let kind = bounce["bounceSubType"].as_str().unwrap_or_default();
    let one = |recipient: &Value| {
        let mut reply = codes::reply(recipient["status"].as_str(), recipient["diagnosticCode"].as_str());
        if reply.text.is_empty() {
            reply.text = kind.to_owned();
        }
        if reply == Reply::default() {
            reply.enhanced = Some(if is_permanent { (5, 0, 0) } else { (4, 0, 0) });
        }
        let addresses = recipient["emailAddress"].as_str().map(str::to_owned).into_iter().collect();
        Recipient { addresses, fate: Fate::Failed(reply) }
    };
    bounce["bouncedRecipients"].as_array().map(|all| all.iter().map(one).collect()).unwrap_or_default()
}
