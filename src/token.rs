//! Signed tokens: links and ids that nobody else can make.
//!
//! A token is `base64url(key number ‖ payload ‖ HMAC-SHA-256 cut to 16 octets)`. Each [`Purpose`] has a key
//! label of its own, so that a token made for one purpose is worthless for another.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

const MAC_OCTETS: usize = 16;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Leaving a digest (RFC 8058).
    Unsubscribe,
    /// The link in a preview or a test: leads to a page that says so.
    Sample,
    /// The left side of a Message-ID.
    MessageId,
    /// The return path of a message (VERP).
    ReturnPath,
    /// Letting an edition go that waits for its editor; the payload is a [`Subject`] of no subscriber and the
    /// edition's id.
    Approve,
    /// Stopping it; the same payload.
    Veto,
}

impl Purpose {
    /// In the order of their declaration.
    const ALL: [Self; 6] =
        [Self::Unsubscribe, Self::Sample, Self::MessageId, Self::ReturnPath, Self::Approve, Self::Veto];

    fn label(self) -> &'static [u8] {
        match self {
            Self::Unsubscribe => b"tidings unsubscribe 1",
            Self::Sample => b"tidings sample 1",
            Self::MessageId => b"tidings message-id 1",
            Self::ReturnPath => b"tidings return-path 1",
            Self::Approve => b"tidings approve 1",
            Self::Veto => b"tidings veto 1",
        }
    }
}

/// The signing keys, newest first: the newest signs, every one verifies, so that old links work after a
/// change of keys.
#[derive(Clone)]
pub struct Keys(Arc<[Key]>);

/// A numbered key as it stands ready for each [`Purpose`], in their order: half of an HMAC is done with the key alone.
struct Key(u8, [Hmac<Sha256>; Purpose::ALL.len()]);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({} hidden)", self.0.len())
    }
}

impl Keys {
    /// Takes numbered keys, newest first; there must be one.
    pub fn new(newest: (u8, [u8; 32]), older: impl IntoIterator<Item = (u8, [u8; 32])>) -> Self {
        Self(std::iter::once(newest).chain(older).map(|(number, key)| Key::new(number, &key)).collect())
    }

    /// Signs `payload` for one purpose: ASCII letters, digits, `-` and `_`.
    pub fn sign(&self, purpose: Purpose, payload: &[u8]) -> String {
        let key = &self.0[0];
        let mut token = Vec::with_capacity(1 + payload.len() + MAC_OCTETS);
        token.push(key.0);
        token.extend_from_slice(payload);
        let mac = key.mac(purpose, &token);
        token.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Gives back the payload of a token that one of these keys signed for `purpose`.
    pub fn verify(&self, purpose: Purpose, token: &str) -> Option<Vec<u8>> {
        if token.len() > 512 {
            return None;
        }
        let octets = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signed, given) = octets.split_at_checked(octets.len().checked_sub(MAC_OCTETS)?)?;
        let (number, payload) = signed.split_first()?;
        // An unknown number costs what a known one costs: time tells nobody which keys there are.
        let known = self.0.iter().find(|key| key.0 == *number);
        let is_right = bool::from(known.unwrap_or(&self.0[0]).mac(purpose, signed).ct_eq(given));
        (is_right && known.is_some()).then(|| payload.to_vec())
    }
}

impl Key {
    fn new(number: u8, key: &[u8; 32]) -> Self {
        let keyed = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        Self(number, Purpose::ALL.map(|purpose| keyed.clone().chain_update(purpose.label()).chain_update([0])))
    }

    fn mac(&self, purpose: Purpose, signed: &[u8]) -> [u8; MAC_OCTETS] {
        let full = self.1[purpose as usize].clone().chain_update(signed).finalize().into_bytes();
        let mut cut = [0; MAC_OCTETS];
        cut.copy_from_slice(&full[..MAC_OCTETS]);
        cut
    }
}

/// Who a token speaks of: a subscriber and a digest, or an edition of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The subscriber's number in the store; 0 for a preview or a test.
    pub subscriber: i64,
    /// The digest's name, or the edition's id, as the purpose asks.
    pub of: String,
}

impl Subject {
    /// Writes the subject as a payload: eight octets, then the name.
    pub fn payload(&self) -> Vec<u8> {
        [&self.subscriber.to_be_bytes()[..], self.of.as_bytes()].concat()
    }

    /// Reads what [`Subject::payload`] wrote.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let (number, of) = payload.split_first_chunk::<8>()?;
        Some(Self { subscriber: i64::from_be_bytes(*number), of: String::from_utf8(of.to_vec()).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> Keys {
        Keys::new((2, [7; 32]), [(1, [3; 32])])
    }

    #[test]
    fn a_token_verifies_for_its_purpose_only() {
        let subject = Subject { subscriber: 42, of: "weekly".into() };
        let token = keys().sign(Purpose::Unsubscribe, &subject.payload());
        let payload = keys().verify(Purpose::Unsubscribe, &token).unwrap();
        assert_eq!(Subject::read(&payload), Some(subject));
        assert_eq!(keys().verify(Purpose::Sample, &token), None);
    }

    #[test]
    fn old_links_work_after_a_change_of_keys() {
        let old = Keys::new((1, [3; 32]), []);
        let token = old.sign(Purpose::Unsubscribe, b"x");
        assert!(keys().verify(Purpose::Unsubscribe, &token).is_some());
        assert!(old.verify(Purpose::Unsubscribe, &keys().sign(Purpose::Unsubscribe, b"x")).is_none());
    }

    proptest! {
        #[test]
        fn a_flipped_bit_is_seen(payload in proptest::collection::vec(any::<u8>(), 0..40), at in any::<usize>(), bit in 0u8..8) {
            let token = keys().sign(Purpose::Unsubscribe, &payload);
            let mut octets = URL_SAFE_NO_PAD.decode(&token).unwrap();
            let at = at % octets.len();
            octets[at] ^= 1 << bit;
            prop_assert_eq!(keys().verify(Purpose::Unsubscribe, &URL_SAFE_NO_PAD.encode(octets)), None);
        }

        #[test]
        fn random_text_is_refused_without_a_panic(text in ".{0,80}") {
            prop_assert_eq!(keys().verify(Purpose::Unsubscribe, &text), None);
        }
    }

    #[test]
    fn a_token_stays_what_it_was() {
        // HMAC-SHA-256 of the key 0x07 × 32 over "tidings unsubscribe 1", 0, 2, "x", cut to 16 octets.
        assert_eq!(keys().sign(Purpose::Unsubscribe, b"x"), "AnhEvfG2888jNrtxPiTlpt3K");
        for (at, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, at);
        }
    }

    #[test]
    fn keys_are_never_shown() {
        assert_eq!(format!("{:?}", keys()), "Keys(2 hidden)");
    }
}
