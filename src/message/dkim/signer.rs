//! The keys of a sender, and the signatures that they put before a message.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};

use super::{
    canonical::{self, Field},
    key::{Error, Key},
};

/// The fields that a signature covers where they are there, and whether it also says that there is no further one:
/// nobody can put a second From above the first.
const FIELDS: [(&str, bool); 16] = [
    ("From", true),
    ("To", true),
    ("Subject", true),
    ("Date", true),
    ("Reply-To", true),
    ("Cc", true),
    ("Sender", true),
    ("Message-ID", false),
    ("List-Unsubscribe", false),
    ("List-Unsubscribe-Post", false),
    ("List-Id", false),
    ("List-Help", false),
    ("List-Archive", false),
    ("Feedback-ID", false),
    ("MIME-Version", false),
    ("Content-Type", false),
];

/// Lines of a signature are folded to stay within this many octets.
pub(super) const LINE: usize = 76;

/// A key with the name under which its public half is published.
#[derive(Debug)]
pub struct Signer {
    pub(super) domain: String,
    pub(super) selector: String,
    pub(super) key: Key,
}

impl Signer {
    /// Reads a private key, RSA or Ed25519, PKCS#1 or PKCS#8, in PEM.
    ///
    /// # Errors
    /// When there is no such key in it, or one too short (RFC 8301).
    pub fn new(domain: &str, selector: &str, pem: &str) -> Result<Self, Error> {
        Ok(Self { domain: domain.to_owned(), selector: selector.to_owned(), key: Key::read(pem)? })
    }

    /// The domain that takes responsibility (`d=`).
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The field with an empty `b=` at its end, folded.
    fn field(&self, names: &[&str], body_hash: &str) -> String {
        let mut tags: Vec<String> = vec![
            "v=1;".to_owned(),
            format!(" a={};", self.key.algorithm()),
            " c=relaxed/relaxed;".to_owned(),
            format!(" d={};", self.domain),
            format!(" s={};", self.selector),
        ];
        for (at, name) in names.iter().enumerate() {
            let (start, end) = (if at == 0 { " h=" } else { "" }, if at + 1 == names.len() { ";" } else { ":" });
            tags.push(format!("{start}{name}{end}"));
        }
        tags.push(format!(" bh={body_hash};"));
        tags.push(" b=".to_owned());

        let mut field = String::from("DKIM-Signature: ");
        let mut column = field.len();
        for tag in tags {
            if column + tag.len() > LINE {
                field.push_str("\r\n ");
                column = 1;
                field.push_str(tag.trim_start());
            } else {
                field.push_str(&tag);
            }
            column += tag.len();
        }
        field
    }
}

/// Puts the signature of each signer before a finished message, CRLF line ends.
///
/// # Errors
/// When a key cannot sign.
pub(in crate::message) fn sign(signers: &[Signer], octets: &mut Vec<u8>) -> Result<(), Error> {
    if signers.is_empty() {
        return Ok(());
    }
    let (header, body) = canonical::split(octets);
    let body_hash = STANDARD.encode(digest(&SHA256, &canonical::body(body)));
    let fields = canonical::fields(header);
    let mut names = Vec::with_capacity(24);
    let mut signed = Vec::with_capacity(header.len() + 1_024);
    for (name, is_only) in FIELDS {
        // Of fields of one name the last is taken first (RFC 6376 5.4.2).
        for field in fields.iter().rev().filter(|field| field.is(name)) {
            names.push(name);
            signed.extend_from_slice(&field.relaxed());
            signed.extend_from_slice(b"\r\n");
        }
        if is_only {
            names.push(name);
        }
    }
    let mut signatures = String::new();
    for signer in signers {
        let mut field = signer.field(&names, &body_hash);
        let all = [&signed[..], &Field::new(field.as_bytes()).relaxed()].concat();
        let signature = STANDARD.encode(signer.key.sign(&all)?);
        let mut rest = signature.as_str();
        let taken = field.rsplit("\r\n").next().map_or(0, str::len);
        let mut room = LINE.saturating_sub(taken).max(1);
        while rest.len() > room {
            let (line, after) = rest.split_at(room);
            field.push_str(line);
            field.push_str("\r\n ");
            (rest, room) = (after, LINE - 1);
        }
        signatures.push_str(&field);
        signatures.push_str(rest);
        signatures.push_str("\r\n");
    }
    octets.splice(..0, signatures.into_bytes());
    Ok(())
}
