//! ROUGE-1, -2 and -L (Lin, 2004): what two texts share, as F1.

use std::{cell::RefCell, collections::HashMap};

use rust_stemmers::{Algorithm, Stemmer};

thread_local! {
    static STEMS: RefCell<HashMap<String, String>> = RefCell::default();
}

/// The words of a text: stems in English, characters where words are written without spaces.
pub fn words(text: &str, language: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    if language == "en" {
        let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        return words.map(|word| if word.len() > 3 { stem(word) } else { word.to_owned() }).collect();
    }
    let mut found = Vec::new();
    let marks = |c: char| matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}');
    for word in lower.split(|c: char| !c.is_alphanumeric() && !marks(c)).filter(|word| !word.is_empty()) {
        let wide = |c: char| matches!(c, '\u{e01}'..='\u{e7f}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
        if word.contains(wide) {
            found.extend(word.chars().map(String::from));
        } else {
            found.push(word.to_owned());
        }
    }
    found
}

fn stem(word: &str) -> String {
    STEMS.with_borrow_mut(|stems| {
        let make = || Stemmer::create(Algorithm::English).stem(word).into_owned();
        stems.entry(word.to_owned()).or_insert_with(make).clone()
    })
}

/// The mean of the three, in hundredths.
pub fn mean(text: &[String], wanted: &[String]) -> f64 {
    let pairs = |words: &[String]| words.windows(2).map(<[String]>::to_vec).collect::<Vec<_>>();
    let one = f1(shared(text.iter(), wanted.iter()), text.len(), wanted.len());
    let (a, b) = (pairs(text), pairs(wanted));
    let two = f1(shared(a.iter(), b.iter()), a.len(), b.len());
    let long = f1(longest(text, wanted), text.len(), wanted.len());
    (one + two + long) / 3.0 * 100.0
}

fn shared<T: std::hash::Hash + Eq>(a: impl Iterator<Item = T>, b: impl Iterator<Item = T>) -> usize {
    let mut counts: HashMap<T, usize> = HashMap::new();
    for item in b {
        *counts.entry(item).or_default() += 1;
    }
    a.filter(|item| counts.get_mut(item).is_some_and(|count| std::mem::replace(count, count.saturating_sub(1)) > 0))
        .count()
}

/// The length of the longest common subsequence.
fn longest(a: &[String], b: &[String]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut before = 0;
        for (at, y) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if x == y { before + 1 } else { above.max(row[at]) };
            before = above;
        }
    }
    row[b.len()]
}

fn f1(hit: usize, a: usize, b: usize) -> f64 {
    if hit == 0 { 0.0 } else { 2.0 * hit as f64 / (a + b) as f64 }
}
