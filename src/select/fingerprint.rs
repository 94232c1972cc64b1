//! Simhashes: texts that share most of their words get numbers that differ in few bits.
//!
//! The ledger keeps these numbers, so the way they are made must not change between versions.

use crate::post::Post;

/// Texts of fewer words have no fingerprint: one changed word would change too much of them.
const ENOUGH_WORDS: u32 = 40;

/// So many octets after a `<` are searched for its `>`; what is longer is text.
const LONGEST_TAG: usize = 4_096;

/// A simhash of the post's words: near-duplicates differ in few bits.
///
/// Made from the body, or from the description where there is no body; 0 where that is too short to be compared.
pub fn fingerprint(post: &Post) -> u64 {
    sketch(post).hash
}

/// What is compared of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sketch {
    /// The simhash; 0 for a text too short to have one.
    pub hash: u64,
    /// How many words it has, or characters in Chinese, Japanese and Korean.
    pub words: u32,
}

pub(super) fn sketch(post: &Post) -> Sketch {
    let mut votes = Votes::default();
    // Three words in a row make a shingle; of a script without spaces, two characters.
    let mut last = [0_u64; 2];
    let mut words = 0;
    each_word(text(post), |word| {
        words += 1;
        match word {
            Word::Spaced(hash) if words > 2 => votes.add(mix(hash ^ last[0].rotate_left(21) ^ last[1].rotate_left(42))),
            Word::Character(hash) if words > 1 => votes.add(mix(hash ^ last[0].rotate_left(21))),
            _ => {}
        }
        let (Word::Spaced(hash) | Word::Character(hash)) = word;
        last = [hash, last[0]];
    });
    let hash = if words < ENOUGH_WORDS { 0 } else { votes.majority() };
    Sketch { hash, words }
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
pub(super) fn text(post: &Post) -> &str {
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
                rest.iter().take(LONGEST_TAG).position(|byte| *byte == b'>')
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

/// Counts, for each of 64 bits, how many hashes have it set.
///
/// The counters lie across the words of `planes`, one binary digit of all 64 in each, so that one addition costs
/// a few operations instead of 64.
#[derive(Default)]
struct Votes {
    planes: [u64; 32],
    cast: u32,
}

impl Votes {
    fn add(&mut self, hash: u64) {
        let mut carry = hash;
        for plane in &mut self.planes {
            (*plane, carry) = (*plane ^ carry, *plane & carry);
            if carry == 0 {
                break;
            }
        }
        self.cast = self.cast.saturating_add(1);
    }

    fn majority(&self) -> u64 {
        let count = |bit: u32| -> u64 {
            self.planes.iter().zip(0_u32..).map(|(plane, digit)| ((plane >> bit) & 1) << digit).sum()
        };
        (0..64).filter(|bit| count(*bit) * 2 > u64::from(self.cast)).fold(0, |hash, bit| hash | 1 << bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn post(body: &str) -> Post {
        Post { body: body.to_owned(), ..super::super::tests::post("a", "blog") }
    }

    fn distance(a: &str, b: &str) -> u32 {
        (fingerprint(&post(a)) ^ fingerprint(&post(b))).count_ones()
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
        assert_eq!(distance(&plain, &marked), 0);
        assert_eq!(distance(&format!("don't {plain}"), &format!("don’t {plain}")), 0);
    }

    #[test]
    fn near_texts_are_near_and_others_far() {
        let text = prose(1, 400);
        assert!(distance(&text, &format!("{text} one last line of an editor")) <= 6);
        assert!(distance(&text, &prose(2, 400)) > 16);
    }

    #[test]
    fn scripts_without_spaces_are_compared_by_characters() {
        let text = "港の朝は早い。漁師たちは夜明け前に船を出し、日が昇るころには市場に魚が並ぶ。観光客はまだ眠っている。冬の海は荒く、沖に出られない日も多い。それでも市場は毎朝開く。";
        let other = "新しい図書館が来月開館する。三階建ての建物には児童書の部屋と静かな閲覧席があり、週末は夜九時まで利用できる。開館の日には作家の講演会も予定されている。";
        assert_ne!(fingerprint(&post(text)), 0);
        assert!(distance(text, &text.replace("市場は", "市場だけは")) <= 10);
        assert!(distance(text, other) > 16);
    }

    #[test]
    fn short_texts_have_none() {
        assert_eq!(fingerprint(&post("<p>Just a few words.</p>")), 0);
        assert_eq!(fingerprint(&post("")), 0);
    }

    proptest! {
        #[test]
        fn nothing_panics_on_foreign_text(text in "[<>&;!/a-z海é'\u{200b} ]{0,80}") {
            sketch(&post(&text));
        }
    }
}
