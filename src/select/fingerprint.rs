//! Fingerprints of texts: those of near-duplicates have most of their numbers in common.
//!
//! A text is the set of its shingles, three words in a row; its fingerprint is the smallest hashes of them (a bottom-k
//! sketch: Broder, "On the resemblance and containment of documents", 1997). Two fingerprints give the likeness of
//! the two sets, as exactly as 64 draws can. The store keeps them, so the way they are made must not change.

use std::{cell::OnceCell, cmp::Ordering};

use crate::post::Post;

/// Texts of fewer words have no fingerprint: one changed word would change too much of them.
const MIN_WORDS: u32 = 40;

/// So many hashes are kept.
const MAX_HASHES: usize = 64;

/// Texts that are four fifths alike share one of the eight smallest hashes in all but one of a million cases.
const LOOKUP_HASHES: usize = 8;

/// So many octets after a `<` are searched for its `>`; what is longer is text.
const MAX_TAG_BYTES: usize = 4_096;

/// What a text is known by; empty for one too short to be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprint(Vec<u64>);

/// The fingerprint of one post, made when somebody asks, because it takes longer than all else here.
#[derive(Debug, Default)]
pub(super) struct LazyFingerprint(OnceCell<Fingerprint>);

impl LazyFingerprint {
    /// The fingerprint, of the same post each time.
    pub(super) fn of(&self, post: &Post) -> &Fingerprint {
        self.0.get_or_init(|| fingerprint(post))
    }
}

/// Makes the fingerprint of the post's body, or of its description where there is no body.
pub fn fingerprint(post: &Post) -> Fingerprint {
    let mut shingles = Vec::new();
    // Of a script without spaces, two characters make a shingle.
    let mut last = [0_u64; 2];
    let mut words = 0;
    each_word(compared_text(post), |word| {
        words += 1;
        match word {
            Word::Spaced(hash) if words > 2 => {
                shingles.push(mix(hash ^ last[0].rotate_left(21) ^ last[1].rotate_left(42)));
            }
            Word::Character(hash) if words > 1 => shingles.push(mix(hash ^ last[0].rotate_left(21))),
            _ => {}
        }
        let (Word::Spaced(hash) | Word::Character(hash)) = word;
        last = [hash, last[0]];
    });
    if words < MIN_WORDS {
        return Fingerprint::default();
    }
    shingles.sort_unstable();
    shingles.dedup();
    shingles.truncate(MAX_HASHES);
    Fingerprint(shingles)
}

impl Fingerprint {
    /// How much of two texts is the same, from 0 to 1; `None` where one is too short to tell.
    pub fn likeness(&self, other: &Self) -> Option<f64> {
        if self.0.is_empty() || other.0.is_empty() {
            return None;
        }
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        let (mut seen, mut shared) = (0_u32, 0_u32);
        while seen < MAX_HASHES as u32 {
            let order = match (ours.peek(), theirs.peek()) {
                (Some(a), Some(b)) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            seen += 1;
            shared += u32::from(order == Ordering::Equal);
            if order != Ordering::Greater {
                ours.next();
            }
            if order != Ordering::Less {
                theirs.next();
            }
        }
        Some(f64::from(shared) / f64::from(seen))
    }

    /// The numbers under which like texts find each other.
    pub(super) fn keys(&self) -> &[u64] {
        &self.0[..self.0.len().min(LOOKUP_HASHES)]
    }

    /// The fingerprint as octets, eight for each number.
    pub fn to_octets(&self) -> Vec<u8> {
        self.0.iter().flat_map(|hash| hash.to_be_bytes()).collect()
    }

    /// Reads what [`Fingerprint::to_octets`] wrote.
    pub fn from_octets(octets: &[u8]) -> Self {
        Self(octets.as_chunks().0.iter().map(|hash| u64::from_be_bytes(*hash)).collect())
    }
}

/// The hashes of the text's words, sorted and each once: what two short texts are compared by.
pub(super) fn vocabulary(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    each_word(text, |(Word::Spaced(hash) | Word::Character(hash))| words.push(hash));
    words.sort_unstable();
    words.dedup();
    words
}

/// The words that a post is known by.
pub(super) fn compared_text(post: &Post) -> &str {
    if post.body.trim().is_empty() { post.description.as_deref().unwrap_or_default() } else { &post.body }
}

enum Word {
    /// Letters and digits between other things.
    Spaced(u64),
    /// One character of a script without spaces.
    Character(u64),
}

/// Walks over the words of HTML or plain text; tags and entities stand between words.
fn each_word(text: &str, mut found: impl FnMut(Word)) {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    let push = |hash: u64, c: char| (hash ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01b3);
    let mut hash = START;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c.is_ascii_alphanumeric() {
            hash = push(hash, c.to_ascii_lowercase());
            continue;
        }
        if !c.is_ascii() && c.is_alphanumeric() && !unspaced(c) {
            hash = c.to_lowercase().fold(hash, push);
            continue;
        }
        // An apostrophe or a hyphen inside a word may be written in several ways: none of them counts.
        if matches!(c, '\'' | '’' | '\u{ad}' | '\u{200b}'..='\u{200d}') {
            continue;
        }
        if hash != START {
            found(Word::Spaced(hash));
            hash = START;
        }
        let rest = text.get(at..).unwrap_or_default().as_bytes();
        let skip = match c {
            '<' if rest.get(1).is_some_and(|next| next.is_ascii_alphabetic() || b"/!".contains(next)) => {
                rest.iter().take(MAX_TAG_BYTES).position(|byte| *byte == b'>')
            }
            '&' => rest.iter().take(10).position(|byte| *byte == b';'),
            _ if unspaced(c) => {
                found(Word::Character(push(START, c)));
                None
            }
            _ => None,
        };
        // What is skipped ends before an ASCII byte, hence between two characters.
        if let Some(rest) = skip.and_then(|length| text.get(at + length + 1..)) {
            let offset = text.len() - rest.len();
            while chars.offset() < offset && chars.next().is_some() {}
        }
    }
    if hash != START {
        found(Word::Spaced(hash));
    }
}

/// Chinese characters, kana, Hangul: scripts in which a word is not what stands between two spaces.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Spreads a hash over all its bits (the finisher of splitmix64).
fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn post(body: &str) -> Post {
        Post { body: body.to_owned(), ..super::super::tests::post("a", "blog") }
    }

    fn likeness(a: &str, b: &str) -> f64 {
        fingerprint(&post(a)).likeness(&fingerprint(&post(b))).unwrap()
    }

    /// A text of many different words, the same for the same seed.
    fn prose(seed: u64, words: usize) -> String {
        let words: Vec<String> =
            (0..words as u64).map(|n| format!("w{:x}", mix(seed * 1_000_003 + n) % 5_000)).collect();
        words.join(" ")
    }

    #[test]
    fn markup_case_and_typography_do_not_count() {
        let plain = prose(1, 100);
        let marked = format!("<p class='x'>{}</p>", plain.to_uppercase().replace(' ', "</b> &amp; <b>"));
        assert_eq!(likeness(&plain, &marked), 1.0);
        assert_eq!(likeness(&format!("don't {plain}"), &format!("don’t {plain}")), 1.0);
    }

    #[test]
    fn near_texts_are_near_and_others_far() {
        let text = prose(1, 400);
        assert!(likeness(&text, &format!("{text} one last line of an editor")) > 0.9);
        assert!(likeness(&text, &prose(2, 400)) < 0.1);
    }

    #[test]
    fn scripts_without_spaces_are_compared_by_characters() {
        let text = "港の朝は早い。漁師たちは夜明け前に船を出し、日が昇るころには市場に魚が並ぶ。観光客はまだ眠っている。冬の海は荒く、沖に出られない日も多い。それでも市場は毎朝開く。";
        let other = "新しい図書館が来月開館する。三階建ての建物には児童書の部屋と静かな閲覧席があり、週末は夜九時まで利用できる。開館の日には作家の講演会も予定されている。";
        assert!(likeness(text, &text.replace("市場は", "市場だけは")) > 0.8);
        assert!(likeness(text, other) < 0.2);
    }

    #[test]
    fn short_texts_have_none() {
        assert_eq!(fingerprint(&post("<p>Just a few words.</p>")), Fingerprint::default());
        assert_eq!(fingerprint(&post("")).likeness(&fingerprint(&post(&prose(1, 100)))), None);
    }

    proptest! {
        #[test]
        fn nothing_panics_on_foreign_text(text in "[<>&;!/a-z海é'\u{200b} ]{0,80}") {
            let print = fingerprint(&post(&text));
            prop_assert_eq!(Fingerprint::from_octets(&print.to_octets()), print);
        }
    }
}
