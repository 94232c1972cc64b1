//! What providers post: whose it is, and what it says.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::deliver::{Phase, meaning};

#[path = "../../../tests/it/world/providers.rs"]
mod providers;

use providers::{CERTIFICATE, CONFIRM, Post, Sendgrid, Sns, TOPIC, basic, mailgun, resend};

const KEY: &str = "key-0123456789abcdef";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn now() -> DateTime<chrono::Utc> {
    DateTime::parse_from_rfc3339("2025-06-01T12:00:00Z").unwrap().to_utc()
}

fn open(webhook: &Webhook, post: &Post) -> Result<Opened, WebhookError> {
    let field = |name: &str| post.head.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    webhook.open(Posted { field: &field, body: post.body.as_bytes() }, now())
}

/// How many events a POST holds, or why it is refused.
#[track_caller]
fn check(webhook: &Webhook, post: &Post, expect: &str) {
    let said = match open(webhook, post) {
        Ok(Opened::Events { events, once }) => format!("{} {}", events.len(), once.unwrap_or_default()),
        Ok(Opened::Sns(_)) => "sns".to_owned(),
        Err(WebhookError::Malformed(_)) => "400".to_owned(),
        Err(WebhookError::Unsigned(_)) => "401".to_owned(),
        Err(WebhookError::Forged(_)) => "403".to_owned(),
    };
    assert_eq!(said.trim(), expect, "{post:?}");
}

/// A POST that lacks a field.
fn without(post: &Post, name: &str) -> Post {
    let head = post.head.iter().filter(|(known, _)| known != name).cloned().collect();
    Post { head, body: post.body.clone() }
}

const OLD: i64 = 26 * 3_600;

#[test]
fn mailgun_signs_a_time_and_a_token() {
    let at = now().timestamp();
    let webhook = Webhook::new(Provider::Mailgun, &format!("{KEY}\n"), None).unwrap();
    let event = json!({ "event": "failed" });
    let good = mailgun(KEY, &event, at, "abc");
    check(&webhook, &good, "1 abc");
    check(&webhook, &mailgun(KEY, &event, at - 8 * 3_600, "abc"), "1 abc");
    check(&webhook, &mailgun("another", &event, at, "abc"), "403");
    check(&webhook, &mailgun(KEY, &event, at - OLD, "abc"), "403");
    check(&webhook, &mailgun(KEY, &event, at + 600, "abc"), "403");
    check(&webhook, &mailgun(KEY, &event, i64::MAX, "abc"), "400");
    check(&webhook, &mailgun(KEY, &Value::Null, at, "abc"), "400");
    check(&webhook, &Post::new(good.body.replace("abc", "abd")), "403");
    check(&webhook, &Post::new(r#"{"event-data":{"event":"failed"}}"#), "401");
    check(&webhook, &Post::new(r#"{"signature":{"timestamp":[1],"token":2,"signature":{}}}"#), "400");
    check(&webhook, &Post::new(r#"{"signature":{"timestamp":"1","token":"2","signature":"ä"}}"#), "403");
    check(&webhook, &Post::new("[1]"), "400");
    check(&webhook, &Post::new("event=failed&token=abc"), "400");
    let both = Webhook::new(Provider::Mailgun, &format!("another\r\n\r\n{KEY}"), None).unwrap();
    check(&both, &good, "1 abc");
}

#[test]
fn sendgrid_signs_a_time_and_the_body() {
    let (at, keys) = (now().timestamp(), Sendgrid::new());
    let webhook = Webhook::new(Provider::Sendgrid, &keys.public_key(), None).unwrap();
    let events = json!([{ "event": "bounce" }, { "event": "open" }]);
    let (signature, time) = ("x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp");
    let good = keys.post(&events, at);
    check(&webhook, &good, "2");
    check(&webhook, &keys.post(&json!({ "event": "bounce" }), at), "1");
    check(&webhook, &keys.post(&events, at - 24 * 3_600), "2");
    check(&webhook, &keys.post(&events, at - OLD), "403");
    check(&webhook, &keys.post(&events, at + 600), "403");
    check(&webhook, &Sendgrid::new().post(&events, at), "403");
    check(&webhook, &without(&good, signature), "401");
    check(&webhook, &without(&good, time), "401");
    check(&webhook, &good.clone().with(signature, "AAAA"), "403");
    check(&webhook, &good.clone().with(signature, "?"), "403");
    check(&webhook, &good.clone().with(time, (at + 1).to_string()), "403");
    check(&webhook, &Post { body: good.body.replace("bounce", "bounces"), ..good.clone() }, "403");
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", keys.public_key());
    check(&Webhook::new(Provider::Sendgrid, &pem, None).unwrap(), &good, "2");
}

#[test]
fn resend_signs_id_time_and_body() {
    let at = now().timestamp();
    let webhook = Webhook::new(Provider::Resend, WHSEC, None).unwrap();
    let event = json!({ "type": "email.bounced" });
    let good = resend(WHSEC, &event, at, "msg_1");
    check(&webhook, &good, "1");
    check(&webhook, &resend(WHSEC, &event, at - 240, "msg_1"), "1");
    check(&webhook, &resend(WHSEC, &event, at - 360, "msg_1"), "403");
    check(&webhook, &resend(WHSEC, &event, at + 360, "msg_1"), "403");
    check(&webhook, &resend("whsec_AAAA", &event, at, "msg_1"), "403");
    check(&webhook, &good.clone().with("svix-id", "msg_2"), "403");
    check(&webhook, &without(&good, "svix-id"), "401");
    check(&webhook, &without(&good, "svix-signature"), "401");
    check(&webhook, &good.clone().with("svix-signature", "v2,AAAA"), "403");
    check(&webhook, &Post { body: good.body.replace("bounced", "sent"), ..good.clone() }, "403");
    let broken = resend(WHSEC, &Value::Null, at, "msg_1");
    check(&webhook, &broken, "1");
}

#[test]
fn postmark_and_brevo_bring_a_secret() {
    for provider in [Provider::Postmark, Provider::Brevo] {
        let webhook = Webhook::new(provider, KEY, None).unwrap();
        let event = json!({ "event": "hard_bounce" });
        let bare = Post::new(event.to_string());
        check(&webhook, &basic(KEY, &event), "1");
        check(&webhook, &bare.clone().with("authorization", format!("bearer {KEY}")), "1");
        check(&webhook, &bare.clone().with("x-webhook-secret", KEY), "1");
        check(&webhook, &basic(KEY, &json!([event, event])), "2");
        check(&webhook, &bare, "401");
        check(&webhook, &basic("key-0123456789abcdeF", &event), "403");
        check(&webhook, &basic(&KEY[1..], &event), "403");
        check(&webhook, &bare.clone().with("authorization", "Bearer"), "401");
        check(&webhook, &bare.clone().with("authorization", "Basic !"), "401");
        check(&webhook, &bare.clone().with("authorization", "Digest x"), "401");
        check(&webhook, &bare.with("authorization", "Bearer "), "401");
        check(&webhook, &Post { body: "{".to_owned(), ..basic(KEY, &event) }, "400");
        check(&webhook, &Post { body: String::new(), ..basic(KEY, &event) }, "400");
    }
}

/// What a message of SNS says once it is verified.
fn sns(message: &Value, certificate: &str) -> String {
    let webhook = Webhook::new(Provider::Ses, "", Some(TOPIC.to_owned())).unwrap();
    let opened = open(&webhook, &Post::new(message.to_string()));
    match opened {
        Ok(Opened::Sns(message)) => match message.verify(certificate.as_bytes()) {
            Ok(SnsSaid::Events(events)) => format!("{} events", events.len()),
            Ok(SnsSaid::Confirm(url)) => format!("confirm {url}"),
            Ok(SnsSaid::Ended) => "ended".to_owned(),
            Err(refusal) => format!("{refusal:?}"),
        },
        Ok(other) => format!("{other:?}"),
        Err(refusal) => format!("{refusal:?}"),
    }
}

#[test]
fn sns_signs_with_a_certificate_of_its_own_host() {
    let (sns_side, at) = (Sns::new(), "2025-06-01T11:59:58.123Z");
    let good = sns_side.notification(&json!({ "eventType": "Bounce" }), at);
    let said = |message: &Value| sns(message, &sns_side.certificate);
    assert_eq!(said(&good), "1 events");
    assert_eq!(said(&sns_side.confirmation("SubscriptionConfirmation", at)), format!("confirm {CONFIRM}"));
    assert_eq!(said(&sns_side.confirmation("UnsubscribeConfirmation", at)), "ended");
    // Each is signed anew, but for the signature itself.
    let with = |name: &str, value: &str| {
        let mut changed = good.clone();
        changed[name] = value.into();
        said(&sns_side.signed(changed))
    };
    assert_eq!(with("Subject", "Another"), "1 events");
    assert_eq!(with("Message", "Successfully validated SNS topic for Amazon SES event publishing."), "0 events");
    for (name, value, expect) in [
        ("TopicArn", "arn:aws:sns:eu-west-1:999999999999:bounces", "another topic"),
        ("SigningCertURL", "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem", "not at the host"),
        ("SigningCertURL", "http://sns.eu-west-1.amazonaws.com/x.pem", "not at the host"),
        ("SigningCertURL", "https://sns.us-east-1.amazonaws.com/x.pem", "not at the host"),
        ("SigningCertURL", "https://u:p@sns.eu-west-1.amazonaws.com/x.pem", "not at the host"),
        ("SigningCertURL", "https://sns.eu-west-1.amazonaws.com:8443/x.pem", "not at the host"),
        ("SigningCertURL", "https://sns.eu-west-1.amazonaws.com/x.pem?y", "not at the host"),
        ("SigningCertURL", "https://bucket.s3.amazonaws.com/x.pem", "not at the host"),
        ("SigningCertURL", "file:///etc/x.pem", "not at the host"),
        ("SigningCertURL", "", "not at the host"),
        ("SignatureVersion", "3", "neither 1 nor 2"),
        ("SignatureVersion", "1", "not the one of its certificate"),
        ("Timestamp", "2025-05-31T09:00:00.000Z", "too old"),
        ("Timestamp", "2025-06-01T12:10:00.000Z", "from the future"),
        ("Timestamp", "yesterday", "cannot be read"),
        ("Type", "Unknown", "unknown"),
        ("Type", "SubscriptionConfirmation", "no message of SNS"),
    ] {
        let told = with(name, value);
        assert!(told.contains(expect), "{name} {value}: {told}");
    }
    for name in ["Message", "MessageId", "Subject", "Timestamp"] {
        let mut changed = good.clone();
        changed[name] = format!("{} ", good[name].as_str().unwrap()).into();
        let told = said(&changed);
        assert!(told.contains("not the one of its certificate") || told.contains("cannot be read"), "{name}: {told}");
    }
    let mut elsewhere = sns_side.confirmation("SubscriptionConfirmation", at);
    elsewhere["SubscribeURL"] = "https://evil.example/?Action=ConfirmSubscription".into();
    assert!(said(&sns_side.signed(elsewhere)).contains("`SubscribeURL` is not"));
    assert!(said(&json!({ "eventType": "Bounce" })).contains("raw message delivery"));
    assert!(sns(&good, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").contains("cannot be read"));
    assert!(sns(&good, "<html>").contains("cannot be read"));
    let other = rcgen::generate_simple_self_signed(vec!["sns.eu-west-1.amazonaws.com".into()]).unwrap();
    assert!(sns(&good, &other.cert.pem()).contains("not the one"));
}

#[test]
fn version_1_of_sns_is_read_too() {
    let mut message = json!({
        "Type": "Notification", "MessageId": "1", "TopicArn": TOPIC, "Message": "{\"notificationType\":\"Delivery\"}",
        "Timestamp": "2025-06-01T12:00:00.000Z", "SignatureVersion": "1", "SigningCertURL": CERTIFICATE,
    });
    // Made once with `openssl dgst -sha1 -sign tests/fixtures/dkim/rsa.pem`: ring makes none any more.
    message["Signature"] = concat!(
        "iMCUjY7dZRHSdypI0Dx7LAwu/AdtMuNLCDd77lMclGy5TJjnv/HypDeKMe0K9G6SAm0OUadPoTl9QYE6B05WQqhKYWWlOcG2sWtxFukeoJ4h",
        "pOTPZouU7p0FhOK68oIsDvGTNqb8EfGu8mNO4+FDs7G6fnt+Q8sXsrCHD6k23e/CVUawCfemhkGMcQ8iWzkpxV9XIJfuj1LCVxoCiFqoyLi1",
        "04C10FuXnw/55AhG9//6r8hz03thhA6Pcw4tl/HIFC+gGWkOPpHMb7qGRYD8//DZWJfqc7i0Tvy0XLVysqZB+ATYIIVzKgqcyKmu1uF8FcTY",
        "Kqfcw3KSPoYf2OTEug=="
    )
    .into();
    let certificate = Sns::new().certificate;
    assert_eq!(sns(&message, &certificate), "1 events");
    message["Message"] = "{\"notificationType\":\"Bounce\"}".into();
    assert!(sns(&message, &certificate).contains("not the one"));
}

#[test]
fn topics_name_the_host_that_signs() {
    for (topic, expect) in [
        (TOPIC, Some("sns.eu-west-1.amazonaws.com")),
        ("arn:aws-cn:sns:cn-north-1:1:b", Some("sns.cn-north-1.amazonaws.com.cn")),
        ("arn:aws-us-gov:sns:us-gov-west-1:1:b", Some("sns.us-gov-west-1.amazonaws.com")),
        ("arn:aws:sns:evil.example/:1:b", None),
        ("arn:aws:sns::1:b", None),
        ("arn:aws:sqs:eu-west-1:1:b", None),
        ("arn:aws:sns:eu-west-1:1:b:c", None),
        ("arn:aws:sns:eu-west-1:1:", None),
        ("bounces", None),
    ] {
        assert_eq!(sns_host(topic).as_deref(), expect, "{topic}");
    }
}

#[test]
fn a_secret_that_can_be_none_is_told() {
    for (provider, secret, expect) in [
        (Provider::Mailgun, "", "it is empty"),
        (Provider::Mailgun, "\n \n", "it is empty"),
        (Provider::Resend, "whsec_!", "it is no `whsec_` and base64"),
        (Provider::Resend, "re_123456789", "it is no `whsec_` and base64"),
        (Provider::Sendgrid, "SG.abc", "it is no public key of P-256 in base64"),
        (Provider::Postmark, "short", "it is shorter than 16 characters"),
        (Provider::Brevo, "short", "it is shorter than 16 characters"),
    ] {
        assert_eq!(Webhook::new(provider, secret, None).unwrap_err(), expect);
    }
    assert!(!format!("{:?}", Webhook::new(Provider::Mailgun, KEY, None).unwrap()).contains(KEY));
}

/// Every line of `tests/fixtures/events.txt`: a provider, what the event says of whose fault, the event.
#[test]
fn each_event_has_its_meaning() {
    let message = sent(ADA, Occasion::Send);
    let token = message.message_id.trim_start_matches('<').split('@').next().unwrap();
    // Postmark's metadata take no longer values.
    assert!(token.len() <= 80, "{token}");
    let mut wrong = Vec::new();
    for line in include_str!("../../../tests/fixtures/events.txt").lines() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let [provider, expect, event] = line.splitn(3, " | ").collect::<Vec<_>>().try_into().unwrap();
        let event = event
            .replace("{id}", &message.message_id)
            .replace("{bare_id}", message.message_id.trim_matches(['<', '>']))
            .replace("{token}", token)
            .replace("{path}", &message.return_path);
        let event: Value = serde_json::from_str(&event).unwrap_or_else(|error| panic!("{error}: {event}"));
        let said = match read_event(Provider::named(provider).unwrap(), &event, &keys()).0 {
            Err(ignored) => format!("{ignored:?}").to_lowercase(),
            Ok(Report::Feedback { kind, .. }) => format!("{kind:?}").to_lowercase(),
            Ok(Report::Unsubscribe { .. }) => unreachable!(),
            Ok(Report::Delivery { recipients, .. }) => {
                match fate_of(&recipients, &"ada@readers.example".parse().unwrap()) {
                    Some(Fate::Failed(reply)) => {
                        let blame = format!("{:?}", meaning(Phase::Report, reply).blame).to_lowercase();
                        format!("{blame}: {reply}")
                    }
                    Some(Fate::Delayed(reply)) => format!("delayed: {reply}"),
                    other => format!("{other:?}"),
                }
            }
        };
        if said != expect {
            wrong.push(format!("{provider} | {said} | not {expect}: {event}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_event_of_another_sender_or_of_a_test_says_nothing() {
    let event = |id: &str| {
        json!({ "event": "failed", "severity": "permanent", "recipient": "ada@readers.example",
        "message": { "headers": { "message-id": id } } })
    };
    let said = |id: &str| read_event(Provider::Mailgun, &event(id), &keys()).0.unwrap_err();
    assert_eq!(said("20250601.abc@elsewhere.example"), Ignored::NotOurs);
    let (sample, own, other) =
        (sent(0, Occasion::Sample(1)), sent(ADA, Occasion::Send).message_id, sent(7, Occasion::Send).message_id);
    assert_eq!(said(&sample.message_id), Ignored::OfNoReader);
    assert_eq!(said(&format!("{own} {other}")), Ignored::NotOurs);
    assert_eq!(said(&own[..own.len() / 2]), Ignored::NotOurs);
}

#[test]
fn the_same_event_has_the_same_content_and_another_another() {
    let content = |provider, event: &Value| read_event(provider, event, &keys()).1;
    let (one, two) = (json!({ "event": "a", "id": 1 }), json!({ "event": "a", "id": 2 }));
    assert_eq!(content(Provider::Brevo, &one), content(Provider::Brevo, &one.clone()));
    assert_ne!(content(Provider::Brevo, &one), content(Provider::Brevo, &two));
    assert_ne!(content(Provider::Brevo, &one), content(Provider::Mailgun, &one));
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "event",
        "type",
        "bounce",
        "failed",
        "Bounce",
        "notificationType",
        "bouncedRecipients",
        "data",
        "to",
        "reason",
        "email.bounced",
        "RecordType",
        "hard_bounce",
        "delivery-status",
        "code",
        "message",
        "emailAddress",
        "dropped",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        words.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((words.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn foreign_octets_are_refused_without_a_panic(body: Vec<u8>, name in "[a-z-]{1,20}", value in "[ -~]{0,60}") {
        let keys = Sendgrid::new().public_key();
        for (provider, secret) in [
            (Provider::Ses, ""), (Provider::Mailgun, KEY), (Provider::Sendgrid, keys.as_str()), (Provider::Resend, WHSEC),
            (Provider::Postmark, KEY), (Provider::Brevo, KEY),
        ] {
            let webhook = Webhook::new(provider, secret, Some(TOPIC.to_owned())).unwrap();
            let field = |asked: &str| (asked == name || asked.ends_with("signature")).then_some(value.as_str());
            let posted = Posted { field: &field, body: &body };
            prop_assert!(webhook.open(posted, now()).is_err());
        }
    }

    #[test]
    fn no_event_without_a_token_reports(event in any_json()) {
        for (_, provider) in Provider::ALL {
            prop_assert!(read_event(provider, &event, &keys()).0.is_err());
        }
    }

    #[test]
    fn no_message_of_sns_panics(event in any_json(), version in "[123]", certificate: Vec<u8>) {
        let webhook = Webhook::new(Provider::Ses, "", Some(TOPIC.to_owned())).unwrap();
        let message = json!({ "Type": "Notification", "TopicArn": TOPIC, "Message": event.to_string(), "MessageId": event,
            "Timestamp": "2025-06-01T12:00:00Z", "SignatureVersion": version, "SigningCertURL": CERTIFICATE, "Signature": "AAAA" });
        if let Ok(Opened::Sns(message)) = open(&webhook, &Post::new(message.to_string())) {
            prop_assert!(message.verify(&certificate).is_err());
        }
    }
}
