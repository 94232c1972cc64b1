//! What a mail provider posts in, its events out, if the provider itself wrote it: each has its own way to show that.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    UnparsedPublicKey, VerificationAlgorithm,
};
use rustls::{
    pki_types::{CertificateDer, pem::PemObject as _},
    server::ParsedCertificate,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::message::EchoField;

/// Clocks differ by so much at most.
const MAX_AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A secret that is one's own to choose is at least so long.
const MIN_SECRET: usize = 16;

/// `SubjectPublicKeyInfo` of a point on P-256, up to the point (RFC 5480 2).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Who relays the mail and says what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Amazon SES, whose notices come by SNS.
    Ses,
    /// Mailgun.
    Mailgun,
    /// Postmark.
    Postmark,
    /// Twilio SendGrid.
    Sendgrid,
    /// Brevo, once Sendinblue.
    Brevo,
    /// Resend.
    Resend,
}

impl Provider {
    /// Each with its name.
    pub const ALL: [(&str, Self); 6] = [
        ("ses", Self::Ses),
        ("mailgun", Self::Mailgun),
        ("postmark", Self::Postmark),
        ("sendgrid", Self::Sendgrid),
        ("brevo", Self::Brevo),
        ("resend", Self::Resend),
    ];

    /// The provider of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, provider)| *provider)
    }

    /// The field that mail through it carries, where its events do not all give the Message-ID back.
    pub fn echo_field(self) -> Option<EchoField> {
        match self {
            Self::Ses | Self::Mailgun | Self::Resend => None,
            // Postmark, "Custom metadata": names up to 20 characters, values up to 80.
            Self::Postmark => Some(EchoField { name: "X-PM-Metadata-tidings", before: "", after: "" }),
            // SendGrid, "Unique Arguments": they stand beside the event's own keys; lines may be folded between tokens.
            Self::Sendgrid => {
                let before = "{\"unique_args\":\r\n {\"tidings\":\"";
                Some(EchoField { name: "X-SMTPAPI", before, after: "\"}}" })
            }
            // Brevo, "Transactional webhooks": the field comes back under its own name.
            Self::Brevo => Some(EchoField { name: "X-Mailin-custom", before: "", after: "" }),
        }
    }

    /// How old what it signed may be: as long as it goes on trying, where it signs once for all tries.
    pub fn max_age(self) -> TimeDelta {
        match self {
            // Svix signs each try anew, and asks for five minutes.
            Self::Resend => TimeDelta::minutes(5),
            // SNS tries for an hour, Mailgun for eight, SendGrid for 24.
            _ => TimeDelta::hours(25),
        }
    }
}

/// What is to be known of a webhook to tell who writes to it.
#[derive(Debug, Clone)]
pub struct Webhook {
    provider: Provider,
    /// Any of them is right, so that one can be changed for another.
    secrets: Vec<SecretString>,
    topic: Option<String>,
}

/// Why what was posted is refused. The words are for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It is not of the form that the provider writes.
    #[error("{0}")]
    Malformed(&'static str),
    /// It shows nothing of who wrote it.
    #[error("{0}")]
    Unsigned(&'static str),
    /// Whoever wrote it is not the provider, or it is old.
    #[error("{0}")]
    Forged(&'static str),
}

/// One POST.
#[derive(Clone, Copy)]
pub struct Posted<'a> {
    /// The value of a header field, by its name in lower case.
    pub field: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
}

/// What a POST holds.
#[derive(Debug)]
pub enum Opened {
    /// Events of the provider.
    Events {
        /// Each in the provider's own form.
        events: Vec<Value>,
        /// What is good for one POST only, where the signature does not cover the events.
        once: Option<String>,
    },
    /// A message of SNS, which its certificate is still needed for.
    Sns(Box<SnsMessage>),
}

impl Webhook {
    /// Takes the secrets, one a line, or the ARN of the topic.
    ///
    /// # Errors
    /// Says what is wrong with a secret, and not the secret.
    pub fn new(provider: Provider, secrets: &str, topic: Option<String>) -> Result<Self, &'static str> {
        let is_pem = |line: &str| line.starts_with("-----");
        let secrets: Vec<String> = if secrets.lines().any(is_pem) {
            vec![secrets.lines().filter(|line| !is_pem(line)).map(str::trim).collect()]
        } else {
            secrets.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        if secrets.is_empty() && provider != Provider::Ses {
            return Err("it is empty");
        }
        for secret in &secrets {
            match provider {
                Provider::Resend if svix_key(secret).is_none() => return Err("it is no `whsec_` and base64"),
                Provider::Sendgrid if p256_point(secret).is_none() => {
                    return Err("it is no public key of P-256 in base64");
                }
                Provider::Postmark | Provider::Brevo if secret.len() < MIN_SECRET => {
                    return Err("it is shorter than 16 characters");
                }
                _ => {}
            }
        }
        Ok(Self { provider, secrets: secrets.into_iter().map(SecretString::from).collect(), topic })
    }

    /// Reads what was posted, if the provider wrote it.
    ///
    /// # Errors
    /// When it did not, or it cannot be told.
    pub fn open(&self, posted: Posted<'_>, now: DateTime<Utc>) -> Result<Opened, WebhookError> {
        let (events, once) = match self.provider {
            Provider::Ses => {
                return SnsMessage::read(posted.body, self.topic.as_deref(), now)
                    .map(|message| Opened::Sns(Box::new(message)));
            }
            Provider::Mailgun => {
                let (event, token) = self.open_mailgun(posted.body, now)?;
                (vec![event], Some(token))
            }
            Provider::Sendgrid => (self.open_sendgrid(posted, now)?, None),
            Provider::Resend => {
                self.check_svix(posted, now)?;
                (list(json(posted.body)?), None)
            }
            Provider::Postmark | Provider::Brevo => {
                self.check_secret(posted)?;
                (list(json(posted.body)?), None)
            }
        };
        Ok(Opened::Events { events, once })
    }

    fn is_any(&self, is_right: impl Fn(&str) -> bool) -> bool {
        // All are looked at, whichever is right.
        self.secrets.iter().filter(|secret| is_right(secret.expose_secret())).count() > 0
    }

    /// Mailgun, "Securing webhooks": HMAC-SHA-256 in hex over timestamp and token. It does not cover the event.
    fn open_mailgun(&self, body: &[u8], now: DateTime<Utc>) -> Result<(Value, String), WebhookError> {
        let MailgunSignature { timestamp, token, signature } =
            json::<MailgunPost>(body)?.signature.ok_or(WebhookError::Unsigned("there is no signature in it"))?;
        let wrong = WebhookError::Forged("the signature is not the one of the signing key");
        let given = unhex(&signature).ok_or(wrong)?;
        if !self.is_any(|key| is_mac(key.as_bytes(), &[timestamp.as_bytes(), token.as_bytes()], &given)) {
            return Err(wrong);
        }
        self.check_age(seconds(&timestamp), now)?;
        match json::<Value>(body)?.get_mut("event-data").map(Value::take) {
            Some(event @ Value::Object(_)) => Ok((event, token)),
            _ => Err(WebhookError::Malformed("there is no `event-data` in it")),
        }
    }

    /// SendGrid, "Event Webhook Security Features": ECDSA on P-256 with SHA-256 over timestamp and body.
    fn open_sendgrid(&self, posted: Posted<'_>, now: DateTime<Utc>) -> Result<Vec<Value>, WebhookError> {
        let field = |name: &str| (posted.field)(name);
        let signature = field("x-twilio-email-event-webhook-signature");
        let (Some(signature), Some(timestamp)) = (signature, field("x-twilio-email-event-webhook-timestamp")) else {
            return Err(WebhookError::Unsigned("there is no signature with it; turn signature verification on"));
        };
        let signed = [timestamp.as_bytes(), posted.body].concat();
        let signature = STANDARD.decode(signature).unwrap_or_default();
        let is_right = |key: &str| {
            p256_point(key).is_some_and(|key| is_signed(&ECDSA_P256_SHA256_ASN1, &key, &signed, &signature))
        };
        if !self.is_any(is_right) {
            return Err(WebhookError::Forged("the signature is not the one of the public key"));
        }
        self.check_age(seconds(timestamp), now)?;
        Ok(list(json(posted.body)?))
    }

    /// Svix, "Verifying webhooks manually": HMAC-SHA-256 in base64 over id, timestamp and body, with dots between.
    fn check_svix(&self, posted: Posted<'_>, now: DateTime<Utc>) -> Result<(), WebhookError> {
        let field = |name: &str| (posted.field)(&format!("svix-{name}")).or((posted.field)(&format!("webhook-{name}")));
        let (Some(id), Some(timestamp), Some(signatures)) = (field("id"), field("timestamp"), field("signature"))
        else {
            return Err(WebhookError::Unsigned("there is no signature with it"));
        };
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", posted.body];
        let given = signatures.split(' ').take(16).filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
        let given: Vec<Vec<u8>> = given.collect();
        let is_right = |key: &str| svix_key(key).is_some_and(|key| given.iter().any(|mac| is_mac(&key, &signed, mac)));
        if !self.is_any(is_right) {
            return Err(WebhookError::Forged("the signature is not the one of the signing secret"));
        }
        self.check_age(seconds(timestamp), now)
    }

    /// What the operator chose, as the password of HTTP Basic, as a bearer token, or in a field of its own: Postmark
    /// and Brevo sign nothing.
    fn check_secret(&self, posted: Posted<'_>) -> Result<(), WebhookError> {
        let authorization = (posted.field)("authorization").and_then(|value| value.trim().split_once(' '));
        let given = match authorization {
            Some((kind, value)) if kind.eq_ignore_ascii_case("basic") => {
                let pair = STANDARD.decode(value.trim()).ok().and_then(|octets| String::from_utf8(octets).ok());
                pair.and_then(|pair| Some(pair.split_once(':')?.1.to_owned()))
            }
            Some((kind, value)) if kind.eq_ignore_ascii_case("bearer") => Some(value.trim().to_owned()),
            _ => (posted.field)("x-webhook-secret").map(|value| value.trim().to_owned()),
        };
        let given = given.ok_or(WebhookError::Unsigned("there is no secret with it"))?;
        // Digests are of one length: time tells nobody how long the secret is.
        let is_right = |secret: &str| bool::from(Sha256::digest(secret).ct_eq(&Sha256::digest(&given)));
        if self.is_any(is_right) { Ok(()) } else { Err(WebhookError::Forged("the secret is another one")) }
    }

    fn check_age(&self, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), WebhookError> {
        check_age(self.provider, at, now)
    }
}

fn check_age(provider: Provider, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), WebhookError> {
    match at {
        None => Err(WebhookError::Malformed("its time cannot be read")),
        Some(at) if at - now > MAX_AHEAD => {
            Err(WebhookError::Forged("it comes from the future; see that the clock is right"))
        }
        Some(at) if now - at > provider.max_age() => Err(WebhookError::Forged("it is too old")),
        Some(_) => Ok(()),
    }
}

/// A message of SNS that nobody has verified yet (Amazon SNS, "Verifying the signatures of messages").
#[derive(Debug)]
pub struct SnsMessage {
    kind: SnsKind,
    message: String,
    /// Where the certificate is, on the host of the topic's region.
    pub certificate: Url,
    algorithm: &'static dyn VerificationAlgorithm,
    signature: Vec<u8>,
    signed: String,
}

/// What is read of a POST of Mailgun before it is known to be theirs: no more, for anybody may have written it.
#[derive(Deserialize)]
struct MailgunPost {
    signature: Option<MailgunSignature>,
}

#[derive(Deserialize)]
struct MailgunSignature {
    timestamp: String,
    token: String,
    signature: String,
}

/// The same of a message of SNS.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SnsFields {
    r#type: Option<String>,
    topic_arn: Option<String>,
    message: Option<String>,
    message_id: Option<String>,
    subject: Option<String>,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    timestamp: Option<String>,
    token: Option<String>,
    signature: Option<String>,
    signature_version: Option<String>,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: Option<String>,
}

#[derive(Debug, Clone)]
enum SnsKind {
    Notification,
    Subscription(Url),
    End,
}

/// What a verified message of SNS says.
#[derive(Debug)]
pub enum SnsSaid {
    /// Events of SES.
    Events(Vec<Value>),
    /// The topic wants to be subscribed: who fetches this agrees.
    Confirm(Url),
    /// The topic sends nothing here any more.
    Ended,
}

impl SnsMessage {
    fn read(body: &[u8], topic: Option<&str>, now: DateTime<Utc>) -> Result<Self, WebhookError> {
        let body = json::<SnsFields>(body)?;
        let (kind, arn) = (needed(&body.r#type)?, needed(&body.topic_arn)?);
        if topic != Some(arn) {
            return Err(WebhookError::Forged("it is of another topic than `topic`"));
        }
        let host = sns_host(arn).ok_or(WebhookError::Forged("the topic's ARN has no region"))?;
        let certificate = Url::parse(needed(&body.signing_cert_url)?).ok().filter(|url| is_at(url, &host));
        let is_bare = |url: &Url| url.path().ends_with(".pem") && url.query().is_none() && url.fragment().is_none();
        let certificate =
            certificate.filter(is_bare).ok_or(WebhookError::Forged("its certificate is not at the host of SNS"))?;
        let algorithm: &'static dyn VerificationAlgorithm = match needed(&body.signature_version)? {
            "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "2" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(WebhookError::Malformed("its `SignatureVersion` is neither 1 nor 2")),
        };
        let kind = match kind {
            "Notification" => SnsKind::Notification,
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
                let url = Url::parse(needed(&body.subscribe_url)?).ok().filter(|url| is_at(url, &host));
                let url = url.ok_or(WebhookError::Forged("its `SubscribeURL` is not at the host of SNS"))?;
                if kind.starts_with('S') { SnsKind::Subscription(url) } else { SnsKind::End }
            }
            _ => return Err(WebhookError::Malformed("its `Type` is unknown")),
        };
        let is_notification = matches!(kind, SnsKind::Notification);
        let mut signed = String::new();
        for (name, value) in [
            ("Message", &body.message),
            ("MessageId", &body.message_id),
            ("SubscribeURL", &body.subscribe_url),
            ("Subject", &body.subject),
            ("Timestamp", &body.timestamp),
            ("Token", &body.token),
            ("TopicArn", &body.topic_arn),
            ("Type", &body.r#type),
        ] {
            match (name, value) {
                ("SubscribeURL" | "Token", _) if is_notification => {}
                ("Subject", _) if !is_notification => {}
                ("Subject", None) => {}
                (_, Some(value)) => signed.extend([name, "\n", value, "\n"]),
                (_, None) => return Err(WebhookError::Malformed("a field that is signed is missing")),
            }
        }
        let at = DateTime::parse_from_rfc3339(needed(&body.timestamp)?).ok().map(|at| at.to_utc());
        check_age(Provider::Ses, at, now)?;
        let signature = STANDARD.decode(needed(&body.signature)?).unwrap_or_default();
        Ok(Self { kind, message: needed(&body.message)?.to_owned(), certificate, algorithm, signature, signed })
    }

    /// Verifies the message with its certificate, in PEM.
    ///
    /// # Errors
    /// When it was signed with another one, or holds no event.
    pub fn verify(self, certificate: &[u8]) -> Result<SnsSaid, WebhookError> {
        let der = CertificateDer::from_pem_slice(certificate).ok();
        let key = der.as_ref().and_then(|der| ParsedCertificate::try_from(der).ok());
        let key = key.map(|parsed| parsed.subject_public_key_info());
        let key = key.as_deref().and_then(key_bits).ok_or(WebhookError::Forged("its certificate cannot be read"))?;
        if !is_signed(self.algorithm, key, self.signed.as_bytes(), &self.signature) {
            return Err(WebhookError::Forged("the signature is not the one of its certificate"));
        }
        Ok(match self.kind {
            // SNS tells that it was set up in words that are no JSON.
            SnsKind::Notification => SnsSaid::Events(serde_json::from_str(&self.message).map(list).unwrap_or_default()),
            SnsKind::Subscription(url) => SnsSaid::Confirm(url),
            SnsKind::End => SnsSaid::Ended,
        })
    }
}

/// Says whether a text has the form of a secret or a key, and not of a file's name.
pub fn is_secret(text: &str) -> bool {
    text.starts_with("whsec_") || p256_point(text).is_some()
}

/// The host that signs for a topic, `arn:aws:sns:REGION:ACCOUNT:NAME`; none where it is no topic.
pub fn sns_host(topic: &str) -> Option<String> {
    let parts: Vec<&str> = topic.split(':').collect();
    let ["arn", partition, "sns", region, account, name] = parts[..] else { return None };
    let is_region = !region.is_empty() && region.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    let is_whole = is_region && account.bytes().all(|octet| octet.is_ascii_digit()) && !account.is_empty();
    let end = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    (is_whole && !name.is_empty() && partition.starts_with("aws")).then(|| format!("sns.{region}.{end}"))
}

fn needed(field: &Option<String>) -> Result<&str, WebhookError> {
    field.as_deref().ok_or(WebhookError::Unsigned("it is no message of SNS; see that raw message delivery is off"))
}

fn is_at(url: &Url, host: &str) -> bool {
    let is_bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    url.scheme() == "https" && is_bare && url.host_str() == Some(host)
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, WebhookError> {
    serde_json::from_slice(body).map_err(|_| WebhookError::Malformed("it is no JSON of the provider's form"))
}

/// One event, or several.
fn list(body: Value) -> Vec<Value> {
    match body {
        Value::Array(events) => events,
        event => vec![event],
    }
}

fn seconds(text: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(text.parse().ok()?, 0)
}

fn is_mac(key: &[u8], signed: &[&[u8]], given: &[u8]) -> bool {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    signed.iter().fold(mac, |mac, part| mac.chain_update(part)).verify_slice(given).is_ok()
}

fn is_signed(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], signed: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(signed, signature).is_ok()
}

fn svix_key(secret: &str) -> Option<Vec<u8>> {
    STANDARD.decode(secret.strip_prefix("whsec_")?).ok().filter(|key| !key.is_empty())
}

fn p256_point(key: &str) -> Option<Vec<u8>> {
    let octets = STANDARD.decode(key).ok()?;
    octets.strip_prefix(&P256).filter(|point| point.len() == 65).map(<[u8]>::to_vec)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// The key in a `SubjectPublicKeyInfo` (RFC 5280 4.1): a sequence of an algorithm and a string of bits.
fn key_bits(info: &[u8]) -> Option<&[u8]> {
    let (0x30, inner, _) = der(info)? else { return None };
    let (0x30, _, rest) = der(inner)? else { return None };
    let (0x03, bits, _) = der(rest)? else { return None };
    bits.strip_prefix(&[0])
}

/// The first value in some DER: its tag, its content, and what comes after (X.690 8.1).
fn der(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = octets.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x82 => {
            let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
