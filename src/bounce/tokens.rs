//! Whose message a report is about: by tokens of ours that it carries, and by nothing else.
//!
//! What carries no key of ours is not looked for: a token is verified or it is not there. So everything that may
//! hold one is searched, and no address, name or number in a report is believed.

use super::mime::Fields;
use crate::{
    message::{is_own_message_id, read_message_id, read_return_path},
    token::{Keys, Purpose, Subject},
};

/// A return path's token has so many letters and digits, as `message` writes it.
const RETURN_PATH_LENGTH: usize = 53;
/// Shorter words hold no token as a whole: key number, subscriber and signature alone are 25 octets.
const MIN_WORD: usize = 34;
/// Longer words hold none.
const MAX_WORD: usize = 256;
/// So many words of a text are tried.
const MAX_WORDS: usize = 500;
/// Mail clients cut a long word of a subject into so many pieces at most.
const MAX_PIECES: usize = 4;

/// The fields that say whom a mail was sent to, as each server on its way wrote it down.
pub(super) const ENVELOPE: [&str; 6] =
    ["delivered-to", "x-delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to"];

/// Texts that may hold tokens of ours.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TokenTexts {
    /// Addresses that a return path of ours may be among.
    pub(super) paths: Vec<String>,
    /// Message-IDs that ours may be among.
    pub(super) ids: Vec<String>,
}

impl TokenTexts {
    /// Takes the texts of these fields.
    pub(super) fn collect(&mut self, fields: &Fields, paths: &[&str], ids: &[&str]) {
        self.paths.extend(paths.iter().flat_map(|name| fields.all(name)).map(str::to_owned));
        self.ids.extend(ids.iter().flat_map(|name| fields.all(name)).map(str::to_owned));
    }

    /// The subscriber and the edition's id, or its first digits, that the verified tokens name. Where they name two
    /// messages, somebody put them together, and they name none.
    pub(super) fn subject(&self, keys: &Keys) -> Option<Subject> {
        let paths = self.paths.iter().flat_map(|text| return_paths(keys, text));
        let mut found = paths.chain(self.ids.iter().flat_map(|text| message_ids(keys, text)));
        // Zero is who sees a preview or gets a test.
        let mut about = found.next().filter(|subject| subject.subscriber > 0)?;
        for other in found {
            if other.subscriber != about.subscriber || !is_one_edition(&other.of, &about.of) {
                return None;
            }
            if other.of.len() > about.of.len() {
                about = other;
            }
        }
        Some(about)
    }

    /// Says whether they name a test, or a letter of ours to somebody who is no reader.
    pub(super) fn name_no_reader(&self, keys: &Keys) -> bool {
        self.paths.iter().flat_map(|text| return_paths(keys, text)).any(|subject| subject.subscriber == 0)
            || self.ids.iter().any(|text| has_own_id(keys, text) && message_ids(keys, text).is_empty())
    }
}

/// Says whether a Message-ID of ours is in a text, of whatever message.
pub(super) fn has_own_id(keys: &Keys, text: &str) -> bool {
    long_words(text).any(|word| is_own_message_id(keys, word))
}

/// A return path names an edition by the first digits of its id.
fn is_one_edition(a: &str, b: &str) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// The subjects of the return paths in a text, whatever stands before and behind their tokens: the mailbox's name,
/// or what forwarders add.
fn return_paths(keys: &Keys, text: &str) -> Vec<Subject> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| (RETURN_PATH_LENGTH..=MAX_WORD).contains(&word.len())).take(MAX_WORDS);
    let stretches =
        words.flat_map(|word| (0..=word.len() - RETURN_PATH_LENGTH).map(|at| &word[at..at + RETURN_PATH_LENGTH]));
    stretches.take(MAX_WORDS).filter_map(|token| read_return_path(keys, token)).collect()
}

/// The subjects of the Message-IDs in a text, whatever became of their domains.
fn message_ids(keys: &Keys, text: &str) -> Vec<Subject> {
    long_words(text).filter_map(|word| read_message_id(keys, &format!("{word}@"))).collect()
}

fn long_words(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).filter(|word| (MIN_WORD..=MAX_WORD).contains(&word.len())).take(MAX_WORDS)
}

/// The subscriber and the digest of the token in a Subject, which mail clients may prefix or cut.
pub(super) fn unsubscription(keys: &Keys, subject: &str) -> Option<Subject> {
    let words: Vec<&str> = tokens(subject).take(MAX_WORDS / MAX_PIECES).collect();
    let starts = (0..words.len()).flat_map(|start| (1..=MAX_PIECES).map(move |length| start..start + length));
    leaver(keys, starts.filter_map(|range| Some(words.get(range)?.concat())))
}

/// The same of a token that stands as a whole somewhere in a text.
pub(super) fn unsubscription_in(keys: &Keys, text: &str) -> Option<Subject> {
    leaver(keys, long_words(text).map(str::to_owned))
}

fn leaver(keys: &Keys, tokens: impl Iterator<Item = String>) -> Option<Subject> {
    let verified = tokens.filter_map(|token| keys.verify(Purpose::Unsubscribe, &token));
    let mut subjects = verified.filter_map(|payload| Subject::read(&payload));
    subjects.find(|subject| subject.subscriber > 0)
}

/// The stretches of a text that base64url is made of (RFC 4648 5).
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    words.filter(|word| !word.is_empty())
}
