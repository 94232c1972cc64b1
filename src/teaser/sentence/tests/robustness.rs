//! What must hold for every text.

use proptest::prelude::*;

use super::super::{is_ended, split_sentences};

#[test]
fn ends_are_seen() {
    for ended in [
        "He said “Go.”",
        "終わり。」",
        "Really?",
        "(It rained.)",
        "We sell nets, etc.",
        "She left at 5 p.m.",
        "It shipped! 🎉",
        "It shipped.🎉🎉 ",
        "It is known.[3]",
        "It is known.³",
        "Il est venu. »",
        "Qui ?",
        "Γιατί;",
        "बंद है।",
        "قف؟",
        "Ինչո՞ւ։",
        "ท่าเรือปิดแล้ว",
        "Thanks! :)",
        "Wait…",
    ] {
        assert!(is_ended(ended), "{ended}");
    }
    for open in [
        "Here is why:",
        "cut in the mid",
        "see Node.js",
        "He came (and left)",
        "One; two;",
        "1.",
        "2024.",
        "…",
        "?!",
        "",
        "🎉",
        "“Stop!” he said, and",
        "朝の港",
        "A list [3]",
    ] {
        assert!(!is_ended(open), "{open}");
    }
}

#[test]
fn the_work_grows_with_the_length_alone() {
    use std::time::{Duration, Instant};
    #[track_caller]
    fn check(text: &str, bound: Duration) -> Duration {
        let start = Instant::now();
        let parts = split_sentences(text).count() + usize::from(is_ended(text));
        let taken = start.elapsed();
        assert!(taken < bound, "{parts} parts of {:?}… took {taken:?}", text.get(..20));
        taken
    }
    let long = |unit: &str, length: usize| unit.repeat(length / unit.len());
    // What is quadratic takes thousands of times as long as prose of the same length.
    let prose = long("The quay is closed, e.g. on Monday. It opens again. ", 200_000);
    let bound = (check(&prose, Duration::MAX) * 60).max(Duration::from_secs(2));
    for unit in ["a ", "a", ".", "?!", "\"", "”", "(", "a. a. a. ", "「", "“你", "。", "🎉", " "] {
        check(&format!("他{}。", long(unit, 200_000)), bound);
    }
    let units = "…|. |! |.  |“|)|[|«| »|. »|A. |1. |『|「。|（|。（|a.\u{a0}|! 🎉|!🎉|EE. UU. |p. |z. B. |¿|—|. —|[1]|.[1]|. (|(a. \
                 |a\"你|。\"|।|ท.|α;|: 1. |“a.”b|Yahoo! |\u{301}|.\u{301}|'|.'|.*|*|_a.|. a|」と。|说。”|“说。”|他”。|«。";
    check(&long(".", 200_000), bound);
    check(&long("「", 200_000), bound);
    for unit in units.split('|') {
        check(&format!("a{}", long(unit, 20_000)), bound);
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_panics(text in foreign()) {
        // Each sentence is a part of the text, and only space lies between two.
        let mut at = 0;
        for sentence in split_sentences(&text) {
            prop_assert_eq!(sentence, sentence.trim());
            prop_assert!(!sentence.is_empty());
            let from = sentence.as_ptr() as usize - text.as_ptr() as usize;
            prop_assert!(text.is_char_boundary(from));
            prop_assert_eq!(text[at..from].trim(), "");
            at = from + sentence.len();
        }
        prop_assert_eq!(text[at..].trim(), "");
        is_ended(&text);
    }

    #[test]
    fn a_sentence_is_one_sentence(words in proptest::collection::vec("[A-Z][a-z]{3,9}( [a-z]{4,9}){1,6}[.?!]", 1..6)) {
        let text = words.join(" ");
        prop_assert_eq!(split_sentences(&text).collect::<Vec<_>>(), words);
        for sentence in split_sentences(&text) {
            prop_assert_eq!(split_sentences(sentence).collect::<Vec<_>>(), vec![sentence]);
        }
    }

    #[test]
    fn cutting_again_cuts_no_further(text in plain()) {
        for sentence in split_sentences(&text) {
            prop_assert_eq!(split_sentences(sentence).count(), 1, "{}", sentence);
        }
    }
}

/// Signs of all kinds, and pieces of hard cases.
fn foreign() -> impl Strategy<Value = String> {
    let signs = "[a-zA-Z0-9 .!?…“”»«\"'()é。．！「」『』（）と说他你《》;αท។ལ\n\u{a0}\u{3000}🎉:\\[\\]—¿]{0,60}";
    prop_oneof![signs, plain(), "\\PC{0,40}"]
}

/// The same without quotations and brackets, which bind what stands between them.
fn plain() -> impl Strategy<Value = String> {
    "((Dr|etc|U|z|B|5|12|said|He|The|он|г|1990|。|と|说|ок|EE|UU|a|m|p|Reed|boats)(\\.|\\. | |！|!|! |\\?|。)?){0,30}"
}
