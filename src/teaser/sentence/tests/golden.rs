//! Cutting, measured against what a person cut.

use std::collections::BTreeSet;

use super::super::split_sentences;

/// The golden file of a language: its first half was written before the rules, its second half after them.
fn check_golden(name: &str, golden: &str, space: &str) {
    let mut failed = false;
    for (half, texts) in golden.split("\n# second").enumerate() {
        let lines: Vec<&str> = texts.lines().filter(|line| !line.starts_with('#')).collect();
        let (mut right, mut found, mut expected, mut count) = (0, 0, 0, 0);
        for text in lines.split(|line| line.is_empty()).filter(|text| !text.is_empty()) {
            count += text.len();
            let whole = text.join(space);
            let expect = boundaries(&whole, text.iter().copied());
            let got = boundaries(&whole, split_sentences(&whole));
            right += expect.intersection(&got).count();
            (found, expected) = (found + got.len(), expected + expect.len());
            for at in expect.symmetric_difference(&got) {
                let (before, after) = whole.split_at(*at);
                let what = if expect.contains(at) { "missed" } else { "wrong" };
                println!("{name} {half} {what}: …{} ¦{}…", tail(before), after.chars().take(25).collect::<String>());
            }
        }
        assert!(count >= 40, "{name} has {count} sentences");
        // F1 in ten-thousandths.
        let f1 = 20_000 * right / (found + expected);
        println!("{name}, half {half}: {count} sentences, F1 {f1}");
        failed |= f1 < 9_800;
    }
    assert!(!failed, "{name}: see what is printed above");
}

fn tail(text: &str) -> String {
    let mut tail: Vec<char> = text.chars().rev().take(25).collect();
    tail.reverse();
    tail.into_iter().collect()
}

/// The offsets behind the sentences, the last one left out: it cannot be wrong.
fn boundaries<'a>(whole: &str, parts: impl Iterator<Item = &'a str>) -> BTreeSet<usize> {
    let mut at = 0;
    let mut ends = BTreeSet::new();
    for part in parts {
        at = at + whole[at..].find(part).unwrap() + part.len();
        ends.insert(at);
    }
    ends.remove(&whole.len());
    ends
}

macro_rules! golden {
    ($($name:ident $space:literal)*) => {
        $(#[test]
        fn $name() {
            let golden = include_str!(concat!("../../../../tests/fixtures/sentences/", stringify!($name), ".txt"));
            check_golden(stringify!($name), golden, $space);
        })*
    };
}

golden!(en " " de " " fr " " es " " pt " " ru " " zh "" ja "");
