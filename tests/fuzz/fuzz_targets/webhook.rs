#![no_main]
//! Any octets as what a mail provider posts: no panic, nothing is taken unsigned, and no event is believed without a token.

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use tidings::{
    internals::bounce::{Opened, Posted, Provider, Webhook, read_event},
    token::Keys,
};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:bounces";

fuzz_target!(|octets: &[u8]| {
    let keys = Keys::new((1, [7; 32]), []);
    let (head, body) = octets.split_at(octets.len().min(64));
    let head = std::str::from_utf8(head).ok();
    for (_, provider) in Provider::ALL {
        let secret = if provider == Provider::Resend { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" } else { "key-0123456789abcdef" };
        if let Ok(webhook) = Webhook::new(provider, secret, Some(TOPIC.to_owned())) {
            let opened = webhook.open(Posted { field: &|_| head, body }, DateTime::UNIX_EPOCH);
            if let Ok(Opened::Sns(message)) = opened {
                assert!(message.verify(body).is_err());
            } else {
                assert!(opened.is_err());
            }
        }
        if let Ok(event) = serde_json::from_slice(body) {
            assert!(read_event(provider, &event, &keys).0.is_err());
        }
    }
});
