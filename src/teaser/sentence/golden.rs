//! Cutting, measured against what a person cut.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{is_ended, sentences};

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
            let got = boundaries(&whole, sentences(&whole));
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
            let golden = include_str!(concat!("../../../tests/fixtures/sentences/", stringify!($name), ".txt"));
            check_golden(stringify!($name), golden, $space);
        })*
    };
}

golden!(en " " de " " fr " " es " " pt " " ru " " zh "" ja "");

/// A text with `|` where a sentence ends.
#[track_caller]
fn check(marked: &str) {
    let text = marked.replace('|', "");
    let expect: Vec<&str> = marked.split('|').map(str::trim).collect();
    assert_eq!(sentences(&text).collect::<Vec<_>>(), expect);
}

#[test]
fn english() {
    check("The quay is closed.| It opens on Monday.");
    check("Dr. Hall met Mrs. Reed at 5.30 p.m. on the quay.| Nobody spoke.");
    check("It costs 3.50 a day, e.g. for a dinghy.| Is that much?| Hardly!");
    check("The U.S. Navy came first.| We left the U.S.| The rest stayed.");
    check("J. R. Smith wrote it.| See plan B.| The rest is easy.");
    check("“Stop!” he said.| “Why?”| She left.");
    check("See No. 5 and Fig. 2 for more.| Did he say no.| Yes.");
    check("Wait... what happened?| Well… Nothing did.".replace("… Nothing", "…| Nothing").as_str());
    check("Read harbour.example/a.html first.| Then version 2.0.1 came out.");
    check("(It rained.)| The boats stayed in [as always].| Really?!| Yes.");
    check("1. Install the pump.| Then start it.");
    check("He paid $5.| 40 boats came.| iPhones did not.| npm did.");
    check("No stop at all");
    check("Yahoo! was there.| So was St. John.");
}

#[test]
fn german() {
    check("Am 9. Januar kam das Schiff.| Es blieb bis zum 12. März im Hafen.");
    check("Das gilt z. B. für Boote.| Auch Kähne, d. h. alles, was schwimmt.");
    check("Dr. Hahn fragte: „Wann?“| Niemand wusste es.");
    check("Siehe Nr. 4 und S. 12.| Mehr steht im 2. Band, vgl. Abb. 3.");
    check("Der Verein zahlt ca. 300 Euro bzw. 5 Prozent.| Das reicht.");
    check("Er sagte: „Komm.“| Sie kam nicht!| Warum?");
}

#[test]
fn french_spanish_portuguese() {
    check("M. Dupont est venu.| Mme Leroy aussi, à 10 h.| Qui d’autre ?| Personne !");
    check("Il a dit : « Venez. »| Elle est venue.");
    check("El Sr. Gómez llegó tarde.| ¿Por qué?| ¡Nadie lo sabe!| Así es.");
    check("La empresa Faro S.A. abrió ayer.| Vende p. ej. redes.");
    check("O Sr. Silva chegou às 7.30.| A Dra. Costa ficou.| E agora?");
}

#[test]
fn russian() {
    check("Порт закрыт.| Он откроется в понедельник, т. е. завтра.");
    check("А. С. Петров живёт на ул. Садовой.| Кто там?| Никого!");
    check("«Стой!» — сказал он.| Все ушли.");
}

#[test]
fn chinese_and_japanese() {
    check("港口关闭了。|星期一开放！|为什么？|没有人知道。");
    check("他说：“来吧。”|她没有来。");
    check("朝の港は静かだ。|「もう行くよ。」と彼は言った。|船が出た。");
    check("「早い。でも寒い。」|漁師は笑った。");
    check("本当か？！|本当だ。");
}

#[test]
fn other_scripts() {
    check("هل الميناء مغلق؟| نعم، حتى يوم الاثنين.");
    check("बंदरगाह बंद है।| वह सोमवार को खुलेगा।");
}

#[test]
fn ends_are_seen_behind_quotes() {
    assert!(is_ended("He said “Go.”"));
    assert!(is_ended("終わり。」"));
    assert!(is_ended("Really?"));
    assert!(!is_ended("Here is why:"));
    assert!(!is_ended("cut in the mid"));
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_panics(text in "[a-zA-Z0-9 .!?…“”»(é。」「と\\n\u{a0}|]{0,60}|\\PC{0,40}") {
        let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let joined: String = sentences(&text).collect();
        prop_assert_eq!(squeeze(&joined), squeeze(&text));
    }
}
