//! Phrases looked for all at once, however many they are.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};

/// Phrases, made ready for one way of looking; of several that begin at the same place the longest is found.
pub(super) struct Phrases(Option<AhoCorasick>);

impl Phrases {
    /// Phrases that may stand anywhere in a text; that is asked at each of its letters.
    pub(super) fn anywhere(phrases: impl IntoIterator<Item = &'static str>) -> Self {
        Self::build(phrases, StartKind::Unanchored, Some(AhoCorasickKind::DFA))
    }

    /// Phrases with which a text may begin.
    pub(super) fn at_start(phrases: impl IntoIterator<Item = &'static str>) -> Self {
        Self::build(phrases, StartKind::Anchored, None)
    }

    fn build(phrases: impl IntoIterator<Item = &'static str>, start: StartKind, kind: Option<AhoCorasickKind>) -> Self {
        let mut builder = AhoCorasick::builder();
        builder.kind(kind).match_kind(MatchKind::LeftmostLongest).start_kind(start);
        Self(builder.build(phrases).ok())
    }

    /// Where phrases stand in `text`.
    pub(super) fn find_in(&self, text: &str) -> impl Iterator<Item = (usize, usize)> {
        self.0.iter().flat_map(move |phrases| phrases.find_iter(text)).map(|found| (found.start(), found.end()))
    }

    /// How long the phrase is with which `text` begins.
    pub(super) fn length_at_start(&self, text: &str) -> Option<usize> {
        self.0.as_ref()?.find(Input::new(text).anchored(Anchored::Yes)).map(|found| found.end())
    }
}
