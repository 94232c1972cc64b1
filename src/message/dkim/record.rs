//! The DNS record of a key (RFC 6376 3.6.1): what to publish, and whether what is published fits.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::signer::Signer;

/// Octets of one string of a TXT record (RFC 1035 3.3).
const STRING: usize = 255;

/// What is published under a key's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// This key.
    Same,
    /// No record of a key.
    Missing,
    /// Another key.
    Different,
    /// An empty `p=`: the key is taken back.
    Revoked,
}

impl Signer {
    /// The name of the record: `s2026._domainkey.harbour.example`.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// The record's text: `v=DKIM1; k=rsa; p=…`.
    pub fn record(&self) -> String {
        let public = self.key.public().into_iter().next().unwrap_or_default();
        format!("v=DKIM1; k={}; p={}", self.key.kind(), STANDARD.encode(public))
    }

    /// The record as a line of a zone file, cut into strings as long as DNS has them.
    pub fn zone_line(&self) -> String {
        let record = self.record();
        let strings: Vec<_> = record.as_bytes().chunks(STRING).map(String::from_utf8_lossy).collect();
        format!("{} TXT \"{}\"", self.record_name(), strings.join("\" \""))
    }

    /// Compares the key with the texts of the records under its name.
    pub fn compare<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Published {
        let known = self.key.public();
        let compare = |text: &str| {
            let value = tag(text, "p")?;
            let version = tag(text, "v").is_none_or(|version| version == "DKIM1");
            let kind = tag(text, "k").is_none_or(|kind| kind.eq_ignore_ascii_case(self.key.kind()));
            let same = || STANDARD.decode(&value).is_ok_and(|octets| known.contains(&octets));
            Some(match value.is_empty() {
                true => Published::Revoked,
                false if version && kind && same() => Published::Same,
                false => Published::Different,
            })
        };
        let found: Vec<Published> = texts.into_iter().filter_map(compare).collect();
        // Of several a verifier may take any (RFC 6376 3.6.2.2): one that does not fit is what to tell of.
        found
            .iter()
            .copied()
            .find(|found| *found != Published::Same)
            .or(found.first().copied())
            .unwrap_or(Published::Missing)
    }
}

/// The value of a tag, without white space (RFC 6376 3.2).
fn tag(text: &str, name: &str) -> Option<String> {
    let mut tags = text.split(';').filter_map(|tag| tag.split_once('='));
    tags.find(|(known, _)| known.trim() == name).map(|(_, value)| value.split_whitespace().collect())
}
