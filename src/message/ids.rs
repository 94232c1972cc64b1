//! Message-IDs and return paths that lead a bounce back to its recipient, and that nobody can forge.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    subscriber::{Address, Subscriber},
    token::{Keys, Purpose, Subject},
};

use super::{error::Error, outgoing::Occasion};

/// Relays need not carry a longer local part (RFC 5321 4.5.3.1.1).
const MAX_LOCAL_PART: usize = 64;
/// So many digits of the edition's id stand in a return path, where every octet counts.
const SHORT_ID_LEN: usize = 8;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// The Message-ID with its angle brackets: fixed by edition and subscriber, or by edition and sample.
pub(super) fn message_id(
    keys: &Keys,
    edition: &str,
    subscriber: &Subscriber,
    occasion: Occasion,
    from: &Address,
) -> String {
    let token = match occasion {
        Occasion::Send => echo(keys, edition, subscriber, occasion),
        Occasion::Sample(number) => sign(keys, Purpose::Sample, subscriber, format!("{edition} {number}")),
    };
    format!("<{token}@{}>", from.domain())
}

/// What a field that events give back holds: the left side of the Message-ID, without the number of a sample, which would
/// be too long for Postmark's 80 characters.
pub(super) fn echo(keys: &Keys, edition: &str, subscriber: &Subscriber, occasion: Occasion) -> String {
    let purpose = match occasion {
        Occasion::Send => Purpose::MessageId,
        // A bounce of a sample must not count against anyone: its id is signed for nothing a bounce asks.
        Occasion::Sample(_) => Purpose::Sample,
    };
    sign(keys, purpose, subscriber, edition.to_owned())
}

fn sign(keys: &Keys, purpose: Purpose, subscriber: &Subscriber, of: String) -> String {
    keys.sign(purpose, &Subject { subscriber: subscriber.id, of }.payload())
}

/// Reads the subscriber and the edition's id out of a Message-ID of ours.
pub fn read_message_id(keys: &Keys, message_id: &str) -> Option<Subject> {
    let (token, _) = message_id.trim().trim_start_matches('<').split_once('@')?;
    Subject::read(&keys.verify(Purpose::MessageId, token)?)
}

/// Says whether this is the left side of a Message-ID that we wrote, to readers or to others.
pub fn is_own_message_id(keys: &Keys, token: &str) -> bool {
    [Purpose::MessageId, Purpose::Sample].iter().any(|purpose| keys.verify(*purpose, token).is_some())
}

/// The envelope's sender: the same for all, or with a token in the middle (VERP).
#[derive(Debug)]
pub(super) enum ReturnPath {
    Shared(String),
    Signed { before: String, after: String },
}

impl ReturnPath {
    /// Reads `smtp.return_path`. Every token is as long as another, so one that is tried out here stands for all.
    ///
    /// # Errors
    /// Says why it gives no address.
    pub(super) fn read(template: &str) -> Result<Self, Error> {
        let bad = |why: String| Error::ReturnPath(template.to_owned(), why);
        let sample = token(&Keys::new((1, [0; 32]), []), 0, &"0".repeat(SHORT_ID_LEN));
        let filled = match template.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?))) {
            None => template.to_owned(),
            Some((before, (name, after))) if name.trim() == "token" => format!("{before}{sample}{after}"),
            Some(_) => return Err(bad("only `{{ token }}` is known".to_owned())),
        };
        let address: Address = filled.parse().map_err(bad)?;
        let local = address.as_str().len() - address.domain().len() - 1;
        if local > MAX_LOCAL_PART {
            return Err(bad(format!(
                "the part before `@` has {local} octets with its token, mail allows {MAX_LOCAL_PART}"
            )));
        }
        Ok(match address.as_str().split_once(&sample) {
            None => Self::Shared(address.to_string()),
            Some((before, after)) => Self::Signed { before: before.to_owned(), after: after.to_owned() },
        })
    }

    /// The return path of one message; that of a sample leads back to nobody.
    pub(super) fn of(&self, keys: &Keys, edition: &str, subscriber: &Subscriber, occasion: Occasion) -> String {
        match self {
            Self::Shared(address) => address.clone(),
            Self::Signed { before, after } => {
                let number = if occasion == Occasion::Send { subscriber.id } else { 0 };
                format!("{before}{}{after}", token(keys, number, edition))
            }
        }
    }
}

/// Tries out `smtp.return_path`.
///
/// # Errors
/// Says why it gives no address.
pub fn check_return_path(template: &str) -> Result<(), Error> {
    ReturnPath::read(template).map(drop)
}

fn token(keys: &Keys, subscriber: i64, edition: &str) -> String {
    let of = edition.chars().take(SHORT_ID_LEN).collect();
    to_lower_case(&keys.sign(Purpose::ReturnPath, &Subject { subscriber, of }.payload()))
}

/// Reads the subscriber and the first eight digits of the edition's id out of the token of a return path.
///
/// Upper and lower case are the same: some relays change the case of a local part.
pub fn read_return_path(keys: &Keys, token: &str) -> Option<Subject> {
    Subject::read(&keys.verify(Purpose::ReturnPath, &from_lower_case(token)?)?)
}

/// Writes a token in base32hex (RFC 4648 7), lower case and without padding.
fn to_lower_case(token: &str) -> String {
    let octets = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
    let digit = |at: usize| {
        let (byte, shift) = (at * 5 / 8, at * 5 % 8);
        let pair = u16::from(octets[byte]) << 8 | u16::from(octets.get(byte + 1).copied().unwrap_or(0));
        char::from(ALPHABET[usize::from(pair >> (11 - shift)) & 31])
    };
    (0..(octets.len() * 8).div_ceil(5)).map(digit).collect()
}

fn from_lower_case(token: &str) -> Option<String> {
    let (mut octets, mut bits, mut held) = (Vec::new(), 0u16, 0);
    for character in token.bytes().take(512) {
        let digit = ALPHABET.iter().position(|known| *known == character.to_ascii_lowercase())?;
        bits = (bits << 5 | u16::try_from(digit).ok()?) & 0x1fff;
        held += 5;
        if held >= 8 {
            held -= 8;
            octets.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(URL_SAFE_NO_PAD.encode(octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lower_case_tokens_come_back(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            let token = URL_SAFE_NO_PAD.encode(octets);
            let lower = to_lower_case(&token);
            prop_assert_eq!(from_lower_case(&lower), Some(token.clone()));
            prop_assert_eq!(from_lower_case(&lower.to_uppercase()), Some(token));
        }

        #[test]
        fn foreign_text_is_no_id(text in ".{0,90}") {
            let keys = Keys::new((1, [1; 32]), []);
            prop_assert_eq!(read_return_path(&keys, &text), None);
            prop_assert_eq!(read_message_id(&keys, &text), None);
        }
    }
}
