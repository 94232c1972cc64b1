//! Events of mail providers, each in its own JSON: what became of a message, and what its reader thinks of it.
//!
//! The words and codes of the other server count where the event has them; where it has none, or words of the
//! provider's own, `events.toml` says what the provider's class means.

use std::{borrow::Cow, sync::LazyLock};

use serde::Deserialize;
use serde_json::Value;

use super::{
    codes, plain,
    report::{Fate, Feedback, Ignored, Recipient, Report},
    tokens::TokenTexts,
    webhook::Provider,
};
use crate::{
    deliver::Reply,
    token::{Keys, Subject},
};

/// So much of an event is looked through for tokens.
const MAX_TEXT: usize = 64 * 1024;
/// Events are no deeper than this.
const MAX_DEPTH: usize = 16;

/// What an event says.
#[derive(Debug)]
pub(super) enum Notice {
    /// What became of a message.
    Fates(Vec<Recipient>),
    /// What a reader says of it.
    Feedback(Option<Feedback>),
}

/// Reads an event of a webhook: what it reports, and the text that tells it from every other.
///
/// Whom it is about is read from tokens of ours, which stand in the Message-ID, a field, a variable or the return
/// path that the event gives back, and from no address.
///
/// # Errors
/// Says why it is to be ignored.
pub fn read_event(provider: Provider, event: &Value, keys: &Keys) -> (Result<Report, Ignored>, Vec<u8>) {
    let content = format!("{provider:?} {event}").into_bytes();
    let said = match notice(provider, event) {
        None => Err(Ignored::NoReport),
        Some(Notice::Feedback(None)) => Err(Ignored::Idle),
        Some(Notice::Fates(recipients)) if recipients.iter().all(|one| one.fate == Fate::Arrived) => Err(Ignored::Idle),
        Some(said) => about(event, keys).map(|about| match said {
            Notice::Fates(recipients) => Report::Delivery { about, recipients },
            Notice::Feedback(kind) => Report::Feedback { about, kind: kind.unwrap_or(Feedback::OptOut) },
        }),
    };
    (said, content)
}

fn about(event: &Value, keys: &Keys) -> Result<Subject, Ignored> {
    let mut text = String::new();
    collect(event, MAX_DEPTH, &mut text);
    let texts = TokenTexts { paths: vec![text.clone()], ids: vec![text] };
    let unknown = || if texts.name_no_reader(keys) { Ignored::OfNoReader } else { Ignored::NotOurs };
    texts.subject(keys).ok_or_else(unknown)
}

/// Puts together all texts of an event, each on a line.
fn collect(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::String(own) if text.len() + own.len() < MAX_TEXT => {
            text.push_str(own);
            text.push('\n');
        }
        Value::Array(items) if depth > 0 => items.iter().for_each(|item| collect(item, depth - 1, text)),
        Value::Object(items) if depth > 0 => items.values().for_each(|item| collect(item, depth - 1, text)),
        _ => {}
    }
}

/// Reads a text that begins with a notice of SES, bare or in the envelope of SNS: as it comes by mail.
pub(super) fn read_mailed(text: &str) -> Option<Notice> {
    let start = text.find('{')?;
    // Mail cuts long lines, and JSON has no line ends in its words.
    let whole = text[start..].replace(['\r', '\n'], "");
    let outer: Value = serde_json::Deserializer::from_str(&whole).into_iter().next()?.ok()?;
    let inner = outer["Message"].as_str().and_then(|message| serde_json::from_str::<Value>(message).ok());
    notice(Provider::Ses, inner.as_ref().unwrap_or(&outer))
}

/// What an event says; `None` where its kind is not known.
fn notice(provider: Provider, event: &Value) -> Option<Notice> {
    let facts = match provider {
        Provider::Ses => ses(event),
        Provider::Mailgun => mailgun(event),
        Provider::Postmark => postmark(event),
        Provider::Sendgrid => sendgrid(event),
        // Brevo, "Transactional webhooks".
        Provider::Brevo => Facts::new(&[&event["event"]], &event["email"], &Value::Null, &event["reason"]),
        Provider::Resend => resend(event),
    };
    let row = ROWS.iter().find(|row| row.of == provider && facts.begins(&row.on))?;
    let failed = |fate: fn(Reply) -> Fate| {
        let one = |one: &EventRecipient<'_>| Recipient {
            addresses: one.address.map(str::to_owned).into_iter().collect(),
            fate: fate(reply(one, row)),
        };
        Notice::Fates(facts.recipients.iter().map(one).collect())
    };
    Some(match row.means {
        Means::Failed => failed(Fate::Failed),
        Means::Delayed => failed(Fate::Delayed),
        Means::Arrived => Notice::Fates(vec![Recipient { addresses: Vec::new(), fate: Fate::Arrived }]),
        Means::Complaint => Notice::Feedback(Some(Feedback::Complaint)),
        Means::OptOut => Notice::Feedback(Some(Feedback::OptOut)),
        Means::Nothing => Notice::Feedback(None),
    })
}

/// The other server's words, with what the provider's class says where they say nothing.
fn reply(told: &EventRecipient<'_>, row: &Row) -> Reply {
    let own = || Reply { code: 0, enhanced: row.code, text: row.says.clone().unwrap_or_default() };
    if row.alone {
        return own();
    }
    let mut reply = codes::reply(told.status, told.words.as_deref());
    if reply.code == 0
        && let Some(said) = plain::reply(&reply.text).filter(|said| said.code > 0)
    {
        reply = Reply { enhanced: said.enhanced.or(reply.enhanced), ..said };
    }
    if reply.code == 0 && reply.enhanced.is_none() {
        reply.enhanced = row.code;
    }
    if reply.text.is_empty() {
        reply.text = own().text;
    }
    reply
}

/// What an event says, in the same form for each provider.
struct Facts<'a> {
    /// Its kind, and its kind within that kind, in lower case and with hyphens.
    path: Vec<String>,
    recipients: Vec<EventRecipient<'a>>,
}

/// What it says of one address.
#[derive(Default)]
struct EventRecipient<'a> {
    address: Option<&'a str>,
    status: Option<&'a str>,
    words: Option<Cow<'a, str>>,
}

impl<'a> Facts<'a> {
    fn new(path: &[&Value], address: &'a Value, status: &'a Value, words: &'a Value) -> Self {
        let told =
            EventRecipient { address: address.as_str(), status: status.as_str(), words: words.as_str().map(Cow::from) };
        Self { path: path.iter().map(|value| word(value)).collect(), recipients: vec![told] }
    }

    /// Says whether its path begins with these words, of which `*` stands for any.
    fn begins(&self, words: &str) -> bool {
        let mut path = self.path.iter();
        words.split(' ').all(|word| path.next().is_some_and(|own| word == "*" || own == word))
    }
}

/// A value as a word of a path.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_lowercase().replace(' ', "-"),
        Value::Bool(value) => value.to_string(),
        _ => "-".to_owned(),
    }
}

/// Amazon SES, "Contents of event data that Amazon SES publishes to Amazon SNS" and "Notification contents".
fn ses(event: &Value) -> Facts<'_> {
    let kind = if event["eventType"].is_string() { &event["eventType"] } else { &event["notificationType"] };
    let (bounce, delay) = (&event["bounce"], &event["deliveryDelay"]);
    let (first, second, recipients) = match kind.as_str().unwrap_or_default() {
        "Bounce" => (&bounce["bounceType"], &bounce["bounceSubType"], &bounce["bouncedRecipients"]),
        "DeliveryDelay" => (&delay["delayType"], &Value::Null, &delay["delayedRecipients"]),
        "Complaint" => (&event["complaint"]["complaintFeedbackType"], &Value::Null, &Value::Null),
        "Subscription" => (&event["subscription"]["newTopicPreferences"]["unsubscribeAll"], &Value::Null, &Value::Null),
        "Reject" => return Facts::new(&[kind], &Value::Null, &Value::Null, &event["reject"]["reason"]),
        _ => (&Value::Null, &Value::Null, &Value::Null),
    };
    Facts {
        path: [kind, first, second].map(word).to_vec(),
        recipients: recipients.as_array().into_iter().flatten().map(sns_recipient).collect(),
    }
}

fn sns_recipient(one: &Value) -> EventRecipient<'_> {
    EventRecipient {
        address: one["emailAddress"].as_str(),
        status: one["status"].as_str(),
        words: one["diagnosticCode"].as_str().map(Cow::from),
    }
}

/// Mailgun, "Event structure": the code stands apart from the words.
fn mailgun(event: &Value) -> Facts<'_> {
    let status = &event["delivery-status"];
    let words =
        ["message", "description"].iter().find_map(|name| status[*name].as_str().filter(|text| !text.is_empty()));
    let words = words.or(event["reject"]["reason"].as_str());
    let code = status["code"].as_u64().filter(|code| (400..600).contains(code));
    let told = EventRecipient {
        address: event["recipient"].as_str(),
        status: status["enhanced-code"].as_str(),
        words: match (code, words) {
            (Some(code), Some(words)) if !words.starts_with(&code.to_string()) => {
                Some(format!("{code} {words}").into())
            }
            (Some(code), None) => Some(code.to_string().into()),
            _ => words.map(Cow::from),
        },
    };
    let path = [&event["event"], &event["severity"], &event["reason"]];
    Facts { path: path.map(word).to_vec(), recipients: vec![told] }
}

/// Postmark, "Bounce webhook", "Spam complaint webhook", "Subscription change webhook".
fn postmark(event: &Value) -> Facts<'_> {
    let kind = &event["RecordType"];
    let (first, second) = match kind.as_str().unwrap_or_default() {
        "SubscriptionChange" => (&event["SuppressSending"], &event["SuppressionReason"]),
        _ => (&event["Type"], &Value::Null),
    };
    let address = if event["Email"].is_string() { &event["Email"] } else { &event["Recipient"] };
    Facts::new(&[kind, first, second], address, &Value::Null, &event["Details"])
}

/// SendGrid, "Event Webhook Reference".
fn sendgrid(event: &Value) -> Facts<'_> {
    let is_dropped = event["event"] == "dropped";
    let kind = if is_dropped { &event["reason"] } else { &event["type"] };
    let words = if event["reason"].is_string() { &event["reason"] } else { &event["response"] };
    let path = [&event["event"], kind, &event["bounce_classification"]];
    Facts::new(&path, &event["email"], &event["status"], words)
}

/// Resend, "Event types": the other server's words where there are, else Resend's own.
fn resend(event: &Value) -> Facts<'_> {
    let data = &event["data"];
    let (bounce, other) = (&data["bounce"], [&data["failed"]["reason"], &data["suppressed"]["message"]]);
    let said = [&bounce["diagnosticCode"][0], &bounce["diagnosticCode"], &bounce["message"]];
    let words = said.into_iter().chain(other).find(|words| words.is_string()).unwrap_or(&Value::Null);
    let path = [&event["type"], &bounce["type"], &bounce["subType"]];
    Facts::new(&path, &data["to"][0], &Value::Null, words)
}

/// What a class of a provider means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    of: Provider,
    /// What the event's path begins with.
    on: String,
    means: Means,
    /// The code where the event has none.
    code: Option<(u8, u16, u16)>,
    /// The words where the event has none.
    says: Option<String>,
    /// Says that code and words of this row count whatever the event says.
    #[serde(default)]
    alone: bool,
    /// Who says so.
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Means {
    Arrived,
    Delayed,
    Failed,
    Complaint,
    OptOut,
    Nothing,
}

#[derive(Deserialize)]
struct File {
    row: Vec<Row>,
}

static ROWS: LazyLock<Vec<Row>> =
    LazyLock::new(|| toml::from_str::<File>(include_str!("events.toml")).expect("a test reads the table").row);
