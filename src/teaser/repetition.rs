//! Texts that say again what stands beside them: the title, or another post's teaser.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::{script::is_unspaced, sentence::split_sentences};

/// Letters and digits in lower case: what two texts are the same by.
pub(super) fn letters(text: &str) -> String {
    folded(text).collect()
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// Says whether `text` is the title again, with a little more or less around it.
pub(super) fn is_title(text: &str, title: &str) -> bool {
    // Letters are compared only where the lengths allow it.
    let (own, theirs) = (text.len(), title.len());
    if theirs == 0 || own > 2 * theirs + 24 || theirs > 3 * own + 24 {
        return false;
    }
    let (text, title) = (letters(text), letters(title));
    let (own, theirs) = (text.chars().count(), title.chars().count());
    if title.is_empty() || text.is_empty() {
        return false;
    }
    text == title
        || theirs >= 8 && own <= theirs + theirs / 3 + 3 && text.contains(&title)
        || own >= 8 && theirs <= own * 2 && title.contains(&text)
}

/// Says whether `text` and `title` have nearly the same words.
pub(super) fn is_almost_title(text: &str, title: &str) -> bool {
    text.len() < 2 * title.len() + 24 && {
        let title = units(title);
        title.len() >= 3 && Overlap::of(&units(text), &title).jaccard() >= 0.8
    }
}

/// A teaser that is already in the edition, as others are compared with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreviousTeaser {
    /// Hashes of its words, sorted.
    units: Vec<u64>,
    /// Hashes of its long sentences, by their letters.
    sentences: Vec<u64>,
    letters: u64,
}

impl PreviousTeaser {
    /// Reads a teaser.
    pub fn of(text: &str) -> Self {
        let long = split_sentences(text).map(letters).filter(|part| part.len() >= 30);
        Self { units: units(text), sentences: long.map(|part| hash(&part)).collect(), letters: hash(&letters(text)) }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Says whether one of the earlier teasers is nearly `text`, or shares a long sentence with it.
pub fn repeats_previous(text: &str, earlier: &[PreviousTeaser]) -> bool {
    if earlier.is_empty() {
        return false;
    }
    let own = PreviousTeaser::of(text);
    earlier.iter().filter(|other| !other.units.is_empty()).any(|other| {
        let common = Overlap::of(&own.units, &other.units);
        common.jaccard() >= 0.6
            || common.smaller() >= 5 && common.containment() >= 0.85
            || other.letters == own.letters
            || other.sentences.iter().any(|part| own.sentences.contains(part))
    })
}

/// Hashes of the words of a text, of pairs of characters where words have no spaces: sorted, each once.
fn units(text: &str) -> Vec<u64> {
    let mut units = Vec::new();
    each_unit(text, |unit| units.push(hash(unit)));
    units.sort_unstable();
    units.dedup();
    units
}

fn each_unit(text: &str, mut take: impl FnMut(&str)) {
    let mut unit = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.contains(is_unspaced) {
            let mut before = None;
            for c in word.chars() {
                if let Some(before) = before.replace(c) {
                    unit.clear();
                    unit.extend([before, c]);
                    take(&unit);
                }
            }
        } else {
            unit.clear();
            unit.extend(word.chars().flat_map(char::to_lowercase));
            take(&unit);
        }
    }
}

/// How many units two texts have, and how many both.
struct Overlap {
    one: usize,
    other: usize,
    both: usize,
}

impl Overlap {
    fn of(one: &[u64], other: &[u64]) -> Self {
        let mut theirs = other.iter().peekable();
        let mut both = 0;
        for unit in one {
            while theirs.next_if(|their| *their < unit).is_some() {}
            both += usize::from(theirs.peek() == Some(&unit));
        }
        Self { one: one.len(), other: other.len(), both }
    }

    fn jaccard(&self) -> f64 {
        let all = self.one + self.other - self.both;
        if all == 0 { 0.0 } else { self.both as f64 / all as f64 }
    }

    fn smaller(&self) -> usize {
        self.one.min(self.other)
    }

    fn containment(&self) -> f64 {
        if self.smaller() == 0 { 0.0 } else { self.both as f64 / self.smaller() as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        let again = |text: &str, title: &str| is_title(text, title) || is_almost_title(text, title);
        for (text, title) in [
            ("The Quay is closed!", "The quay is closed"),
            ("The quay is closed – Harbour.", "The quay is closed"),
            ("Quay is closed.", "The quay is closed"),
            ("The quay is now closed.", "The quay is closed"),
            ("码头从明天起关闭。", "码头从明天起关闭"),
            ("Die Mole ist zu.", "Die Mole ist zu: Hafen"),
        ] {
            assert!(again(text, title), "{text}");
        }
        for (text, title) in [
            ("The north quay is closed until May.", "The quay is closed"),
            ("The quay is closed because divers found a hole in it.", "The quay is closed"),
            ("Divers found a hole.", "The quay is closed"),
            ("Rust is fast.", "Rust"),
            ("Any words.", ""),
            ("码头关闭是因为潜水员发现了一个洞。", "码头关闭"),
        ] {
            assert!(!again(text, title), "{text}");
        }
    }

    #[test]
    fn other_teasers() {
        let told =
            |text: &str, other: &str| repeats_previous(text, &[PreviousTeaser::default(), PreviousTeaser::of(other)]);
        let other = "Divers found a hole in the quay on Sunday. The repair takes until May.";
        for text in [
            other,
            "Divers found a hole in the quay on Sunday.",
            "Divers found a big hole in the quay on Sunday. The repair takes until June.",
            "A long and quite different sentence about boats and birds. Divers found a hole in the quay on Sunday.",
        ] {
            assert!(told(text, other), "{text}");
        }
        assert!(told("码头从明天起关闭到五月底。", "码头从明天起关闭到五月末。"));
        for text in [
            "The ferry sails again on Sundays, and the kiosk sells hot chocolate.",
            "Divers found a boat in the bay.",
            "The quay was built in 1902 by two brothers.",
        ] {
            assert!(!told(text, other), "{text}");
        }
        assert!(!told("渔船明天出海去很远的地方。", "码头从明天起关闭到五月底。"));
        assert!(!repeats_previous("Any words.", &[]));
    }
}
