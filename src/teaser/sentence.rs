//! Cuts running text into sentences.
//!
//! One set of rules serves every language: terminators of all scripts, then reasons why a full stop may be none
//! (abbreviations, initials, ordinals, what follows in lower case). Text without terminators is one sentence.

/// The sentences of one line of plain text, in order, without the space between them.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (sentence, after) = rest.split_at_checked(first_end(rest)).unwrap_or((rest, ""));
        rest = after.trim_start();
        Some(sentence.trim_end())
    })
}

/// Says whether `text` ends as a sentence does, quotes and brackets behind the terminator allowed.
pub fn is_ended(text: &str) -> bool {
    text.trim_end_matches(is_closer).ends_with(|c| is_stop(c) || is_full_stop(c))
}

/// Terminators that always end a sentence: their scripts use them for nothing else.
fn is_full_stop(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '।' | '॥' | '؟' | '۔' | '։' | '።' | '။')
}

/// Terminators that may stand inside a sentence, too.
fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‼' | '⁉' | '⁈' | '⁇')
}

/// What may stand behind a terminator and still belongs to its sentence.
fn is_closer(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '”'
            | '’'
            | '“'
            | '‘'
            | '»'
            | '«'
            | '›'
            | '‹'
            | ')'
            | ']'
            | '」'
            | '』'
            | '）'
            | '】'
            | '〉'
            | '》'
    )
}

/// What may stand before the first word of a sentence.
fn is_opener(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '“'
            | '‘'
            | '„'
            | '‚'
            | '«'
            | '»'
            | '‹'
            | '('
            | '['
            | '¿'
            | '¡'
            | '—'
            | '–'
            | '-'
            | '「'
            | '『'
            | '（'
    )
}

/// The offset behind the first sentence of `text`.
fn first_end(text: &str) -> usize {
    let mut quoted = 0_usize;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '「' | '『' | '（' => quoted += 1,
            '」' | '』' | '）' => quoted = quoted.saturating_sub(1),
            _ if is_full_stop(c) || is_stop(c) => {
                // A run of terminators is one ("?!", "..."); what closes belongs to it.
                let mut end = at + c.len_utf8();
                let mut run = 1;
                let mut wide = is_full_stop(c);
                let mut closed = false;
                while let Some((at, next)) = chars.peek().copied() {
                    let stop = is_stop(next) || is_full_stop(next);
                    if !(stop && !closed || is_closer(next)) {
                        break;
                    }
                    closed |= !stop;
                    run += usize::from(stop);
                    wide |= is_full_stop(next);
                    if matches!(next, '」' | '』' | '）') {
                        quoted = quoted.saturating_sub(1);
                    }
                    end = at + next.len_utf8();
                    chars.next();
                }
                let Some((before, after)) = text.split_at_checked(end) else { continue };
                // French puts a space before its closing quotation mark.
                if let Some(rest) = after.strip_prefix([' ', '\u{a0}', '\u{202f}']).filter(|rest| rest.starts_with('»'))
                {
                    end = text.len() - rest.len() + '»'.len_utf8();
                    let after = text.get(end..).unwrap_or_default();
                    if after.is_empty() || begins(after.trim_start()) {
                        return end;
                    }
                    continue;
                }
                let single_dot = c == '.' && run == 1;
                let ends = match after.chars().next() {
                    None => true,
                    Some(_) if wide => quoted == 0 && !(closed && goes_on(after)),
                    Some(next) if !next.is_whitespace() => false,
                    Some(_) => {
                        let next = after.trim_start();
                        let word = before.get(..at).unwrap_or_default();
                        begins(next) && !(single_dot && dot_is_part(word, next))
                    }
                };
                if ends {
                    return end;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Says whether `after` a closed Japanese quotation the same sentence goes on ("…。」と言った").
fn goes_on(after: &str) -> bool {
    after.starts_with(['と', 'っ', 'な', 'に', 'の', 'を', 'が', 'は', 'も', 'で', 'へ', '、', '，', ','])
}

/// Says whether `next` can be the beginning of a sentence.
fn begins(next: &str) -> bool {
    next.trim_start_matches(|c: char| is_opener(c) || c.is_whitespace())
        .chars()
        .next()
        .is_none_or(|c| !c.is_lowercase())
}

/// Says whether the dot behind `before` belongs to its last word and ends nothing.
fn dot_is_part(before: &str, next: &str) -> bool {
    let start = before.rfind(|c: char| c.is_whitespace() || is_opener(c)).map_or(0, |at| at + 1);
    let start = (start..=before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(0);
    let (earlier, word) = before.split_at_checked(start).unwrap_or(("", before));
    let word = word.trim_start_matches(is_opener);
    let earlier = earlier.trim_end_matches(|c: char| c.is_whitespace() || is_opener(c));
    let follows = next.trim_start_matches(is_opener).split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();

    if !word.is_empty() && word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        let lead = earlier.rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
        return earlier.is_empty() || is_month(follows) || BEFORE_ORDINALS.contains(&lead.as_str());
    }
    let lower = word.to_lowercase();
    if TITLES.contains(&lower.as_str()) {
        return true;
    }
    if BEFORE_NUMBERS.contains(&lower.as_str()) {
        return follows.starts_with(|c: char| c.is_numeric());
    }
    let mut letters = word.chars();
    let single = letters.next().filter(|_| letters.next().is_none());
    // "z. B." and "J. Smith", but not the unit of "at 10 h."
    let initial = single.is_some_and(|c| c.is_uppercase() || c.is_lowercase() && !earlier.ends_with(char::is_numeric));
    let dotted = word.contains('.')
        && word.split('.').all(|part| part.chars().count() <= 2 && part.chars().all(char::is_alphabetic));
    let starter = STARTERS.contains(&follows);
    (initial || dotted) && !starter
}

/// Words with a dot that something always follows.
const TITLES: &[&str] = &[
    // English.
    "mr",
    "mrs",
    "ms",
    "dr",
    "prof",
    "st",
    "mt",
    "gen",
    "col",
    "capt",
    "lt",
    "sgt",
    "rev",
    "gov",
    "sen",
    "rep",
    "vs",
    "e.g",
    "i.e",
    "cf",
    "approx",
    "viz",
    // German.
    "bzw",
    "ca",
    "sog",
    "evtl",
    "ggf",
    "inkl",
    "exkl",
    "z.b",
    "d.h",
    "u.a",
    "z.t",
    "dipl",
    "hrsg",
    "vgl",
    "geb",
    // French, Spanish, Portuguese.
    "mme",
    "mlle",
    "mgr",
    "sr",
    "sra",
    "srta",
    "dña",
    "dra",
    "lic",
    "ud",
    "uds",
    "p.ej",
    "v.gr",
    "p.ex",
    "eng",
    "exmo",
    "exma",
    // Russian.
    "т.е",
    "т.к",
    "им",
    "ул",
    "просп",
    "акад",
    "проф",
    "др",
    "св",
    "гр",
    "тов",
];

/// Words that have a dot before a number and end a sentence otherwise.
const BEFORE_NUMBERS: &[&str] = &[
    "no", "nos", "nr", "nº", "n", "fig", "figs", "vol", "vols", "p", "pp", "pg", "ch", "sec", "art", "abb", "abs", "s",
    "bd", "kap", "tab", "núm", "pág", "págs", "рис", "стр", "гл",
];

/// Words before which German writes an ordinal with its dot: "am 9. Januar", "der 2. Platz".
const BEFORE_ORDINALS: &[&str] = &[
    "am", "vom", "zum", "beim", "im", "der", "die", "das", "den", "dem", "des", "bis", "ab", "seit", "jeden", "und",
    "ins",
];

/// Words that rarely follow an initial or an abbreviation but often begin a sentence.
const STARTERS: &[&str] = &[
    "The", "This", "That", "These", "Those", "It", "He", "She", "We", "They", "You", "I", "In", "On", "At", "But",
    "And", "If", "When", "As", "For", "There", "A", "An", "Our", "Its", "His", "Her", "Now", "So", "Der", "Die", "Das",
    "Es", "Er", "Sie", "Wir", "Ein", "Eine", "Im", "Aber", "Le", "La", "Les", "Un", "Une", "Il", "Elle", "Nous", "El",
    "Los", "Las", "En", "O", "Os", "As", "Это", "Он", "Она", "Они", "Мы", "Но",
];

fn is_month(word: &str) -> bool {
    const MONTHS: &[&str] = &[
        "januar",
        "jänner",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
        "jan",
        "feb",
        "mär",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "okt",
        "nov",
        "dez",
    ];
    MONTHS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        check("He paid $5.| 40 boats came.| iPhones".replace("| iPhones", " iPhones did not.").as_str());
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
}
