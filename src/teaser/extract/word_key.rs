//! Numbers that stand for words, and a table for them.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::LazyLock,
};

/// A hash of eight octets at a time; two words with one key are one word, which does no harm.
pub(super) const fn key(word: &str) -> u64 {
    let octets = word.as_bytes();
    let mut hash = octets.len() as u64;
    let mut at = 0;
    while at < octets.len() {
        let mut eight = 0;
        let end = if at + 8 < octets.len() { at + 8 } else { octets.len() };
        while at < end {
            eight = (eight << 8) | octets[at] as u64;
            at += 1;
        }
        hash = (hash ^ eight).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    }
    hash
}

/// Spreads keys, which are hashes already, so that nobody can make them meet on purpose.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyHasher(u64);

impl Default for KeyHasher {
    fn default() -> Self {
        static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
        Self(*SEED)
    }
}

impl BuildHasher for KeyHasher {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        *self
    }
}

impl Hasher for KeyHasher {
    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.write_u64(u64::from(*octet));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let wide = u128::from(self.0 ^ key) * 0x9e37_79b9_7f4a_7c15;
        #[expect(clippy::cast_possible_truncation, reason = "the halves are folded into one")]
        let folded = (wide >> 64) as u64 ^ wide as u64;
        self.0 = folded;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
