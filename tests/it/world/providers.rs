//! What mail providers post, signed as each signs it, with keys that are the tests' own.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256},
};
use serde_json::{Value, json};

/// A POST: its header fields, their names in lower case, and its body.
#[derive(Debug, Clone, Default)]
pub struct Post {
    pub head: Vec<(String, String)>,
    pub body: String,
}

impl Post {
    pub fn new(body: impl Into<String>) -> Self {
        Self { head: Vec::new(), body: body.into() }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.head.retain(|(known, _)| known != name);
        self.head.push((name.to_owned(), value.into()));
        self
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

pub fn mailgun(key: &str, event: &Value, at: i64, token: &str) -> Post {
    let signature: String =
        mac(key.as_bytes(), format!("{at}{token}").as_bytes()).iter().map(|octet| format!("{octet:02x}")).collect();
    let signature = json!({ "timestamp": at.to_string(), "token": token, "signature": signature });
    Post::new(json!({ "signature": signature, "event-data": event }).to_string())
}

pub fn resend(secret: &str, event: &Value, at: i64, id: &str) -> Post {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let body = event.to_string();
    let signature = STANDARD.encode(mac(&key, format!("{id}.{at}.{body}").as_bytes()));
    Post::new(body)
        .with("svix-id", id)
        .with("svix-timestamp", at.to_string())
        .with("svix-signature", format!("v1,bm9uZQ== v1,{signature}"))
}

/// The keys of SendGrid.
pub struct Sendgrid(EcdsaKeyPair);

impl Sendgrid {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref(), &random).unwrap())
    }

    /// As the settings of SendGrid show it.
    pub fn public_key(&self) -> String {
        let start = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
        let digits: Vec<u8> =
            (0..start.len()).step_by(2).map(|at| u8::from_str_radix(&start[at..at + 2], 16).unwrap()).collect();
        STANDARD.encode([&digits, self.0.public_key().as_ref()].concat())
    }

    pub fn post(&self, events: &Value, at: i64) -> Post {
        let body = events.to_string();
        let signature = self.0.sign(&SystemRandom::new(), format!("{at}{body}").as_bytes()).unwrap();
        Post::new(body)
            .with("x-twilio-email-event-webhook-timestamp", at.to_string())
            .with("x-twilio-email-event-webhook-signature", STANDARD.encode(signature))
    }
}

/// Postmark and Brevo, with the secret in the address.
pub fn basic(secret: &str, event: &Value) -> Post {
    Post::new(event.to_string())
        .with("authorization", format!("Basic {}", STANDARD.encode(format!("tidings:{secret}"))))
}

pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:bounces";
pub const CERTIFICATE: &str = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem";
pub const CONFIRM: &str = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=y";

/// Amazon SNS, with a certificate of its own.
pub struct Sns {
    pub certificate: String,
    key: ring::signature::RsaKeyPair,
}

impl Sns {
    pub fn new() -> Self {
        let pem = include_str!("../../fixtures/dkim/rsa.pem");
        let pair = rcgen::KeyPair::from_pem(pem).unwrap();
        let params = rcgen::CertificateParams::new(vec!["sns.eu-west-1.amazonaws.com".to_owned()]).unwrap();
        let certificate = params.self_signed(&pair).unwrap().pem();
        let key = ring::signature::RsaKeyPair::from_pkcs8(pair.serialized_der()).unwrap();
        Self { certificate, key }
    }

    /// A notification of this event of SES.
    pub fn notification(&self, event: &Value, at: &str) -> Value {
        let message = json!({
            "Type": "Notification", "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b", "TopicArn": TOPIC,
            "Subject": "Amazon SES Email Event Notification", "Message": event.to_string(), "Timestamp": at,
            "SignatureVersion": "2", "SigningCertURL": CERTIFICATE, "UnsubscribeURL": CONFIRM,
        });
        self.signed(message)
    }

    /// What a topic says first, or last.
    pub fn confirmation(&self, kind: &str, at: &str) -> Value {
        let message = json!({
            "Type": kind, "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b", "Token": "2336412f37", "TopicArn": TOPIC,
            "Message": "You have chosen to subscribe to the topic.", "SubscribeURL": CONFIRM, "Timestamp": at,
            "SignatureVersion": "2", "SigningCertURL": CERTIFICATE,
        });
        self.signed(message)
    }

    /// Signs what is signed of a message, version 2.
    pub fn signed(&self, mut message: Value) -> Value {
        let mut text = String::new();
        for name in ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"] {
            if let Some(value) = message[name].as_str() {
                text.push_str(&format!("{name}\n{value}\n"));
            }
        }
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        message["Signature"] = STANDARD.encode(signature).into();
        message
    }
}
