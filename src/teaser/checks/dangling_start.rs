//! Starts of sentences that hang in the air: pronouns and connectives without what they refer to.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    super::{
        languages::{LANGUAGES, Language, entries, holds, language},
        script,
        sentence::split_sentences,
    },
    checked_text::CheckedText,
};

/// Says whether `text`, in the language `tag`, begins with a word whose antecedent stands in another sentence.
pub(super) fn has_dangling_start(text: &CheckedText<'_>, tag: &str) -> bool {
    let lower = text.lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    if let Some(first) = lower.chars().next().filter(|c| script::is_han_or_kana(*c)) {
        let kana = tag == "ja" || text.lower.contains(script::is_kana);
        let lists = if kana { &JAPANESE } else { &CHINESE };
        let Some(starts) = lists.get(&first) else { return false };
        let longest = starts.iter().filter(|(start, _)| lower.starts_with(start)).max_by_key(|(start, _)| start.len());
        return longest.is_some_and(|(_, start)| *start == Start::Dangling);
    }
    let (Some(language), Some(starts)) = (language(tag), STARTS.get(tag)) else { return false };
    if hangs(text, language) {
        return true;
    }
    if dangles_before_comma(lower, language)
        || tag == "en" && (has_dangling_aim(lower, language) || has_pronoun_after_time(lower, language))
    {
        return true;
    }
    let words = text.first_words();
    match words.phrases().find_map(|phrase| starts.get(phrase).copied()) {
        // "Both the quay and the pier" says itself who the two are.
        Some(Start::DanglingUnlessPaired) => {
            let is_pair_word = |word: &str| entries(|language| &language.pair_words).any(|known| known == word);
            !text.lower.split_whitespace().take(12).any(is_pair_word)
        }
        Some(Start::Dangling) => true,
        Some(Start::SelfContained) | None => false,
    }
}

/// Says whether the first sentence holds a word like "also" or ", however,", by which it leans on one before it.
fn hangs(text: &CheckedText<'_>, language: &Language) -> bool {
    let is_in = |text: &str| {
        let mut found = language.hanging_words.iter().flat_map(|word| text.match_indices(word.as_str()));
        found.any(|(at, _)| {
            let (before, behind) = text.split_at_checked(at).unwrap_or_default();
            let before = before.rsplit(' ').next().unwrap_or_default();
            // "These days" lean on nothing wherever they stand.
            let stands = language.self_contained_starts.iter().any(|start| behind.trim_start().starts_with(start));
            !stands && !holds(&language.not_hanging_after, before.trim_matches(','))
        })
    };
    // Most texts hold none, and need not be cut into sentences.
    is_in(&text.lower)
        && split_sentences(text.original).next().is_some_and(|first| is_in(&CheckedText::new(first).lower))
}

/// Says whether it begins with a short clause that ends in a bare pronoun: "To help the crews with that, the town …"
fn dangles_before_comma(lower: &str, language: &Language) -> bool {
    let pronouns = &language.dangling_before_comma;
    if pronouns.is_empty() {
        return false;
    }
    let start = lower.get(..lower.floor_char_boundary(MAX_CLAUSE_BYTES)).unwrap_or_default();
    let Some((clause, _)) = start.split_once(',') else { return false };
    let mut words = clause.split_whitespace();
    let (first, last) = (words.next().unwrap_or_default(), words.next_back().unwrap_or_default());
    // "If you like it," and "As we know it," speak of what follows.
    let leads = language.clause_openers.is_empty() || holds(&language.clause_openers, first);
    leads && holds(pronouns, last) && words.count() <= 6
}

/// Says whether it begins with the aim of something: "To address these questions, the town …"
fn has_dangling_aim(lower: &str, english: &Language) -> bool {
    let Some(start) = lower.strip_prefix("to ").and_then(|rest| rest.get(..rest.floor_char_boundary(MAX_CLAUSE_BYTES)))
    else {
        return false;
    };
    let Some((clause, _)) = start.split_once(',') else { return false };
    let mut words = clause.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let next = words.peek().copied().unwrap_or_default();
        let dangles = match word {
            "these" => next != "days",
            "those" => !matches!(next, "who" | "of" | "that" | "with" | "in" | "on" | "at"),
            "this" => {
                let next = next.trim_end_matches("'s");
                !holds(&english.edition_nouns, next) && !english.is_day_or_month(next)
            }
            "them" => true,
            _ => false,
        };
        if dangles {
            return true;
        }
    }
    false
}

/// Says whether it goes from a time or a place straight to a pronoun: "On Friday it was carried up the stairs."
fn has_pronoun_after_time(lower: &str, english: &Language) -> bool {
    let mut words = lower.split_whitespace();
    if !matches!(words.next(), Some("on" | "in" | "at" | "by" | "since" | "until" | "during" | "last" | "yesterday")) {
        return false;
    }
    let Some(at) = words.clone().take(4).position(|word| matches!(word, "it" | "he" | "she" | "they")) else {
        return false;
    };
    // "In the town they built, …" has its noun before the pronoun; a time has none.
    let mut timed = lower.split_whitespace().take(at + 1).map(|word| word.trim_end_matches(','));
    let timed = timed.any(|word| {
        english.is_day_or_month(word)
            || holds(&english.time_words, word)
            || word.len() == 4 && word.bytes().all(|c| c.is_ascii_digit())
    });
    let mut behind = words.skip(at);
    let pronoun = behind.next();
    let (verb, next) = (behind.next().unwrap_or_default(), behind.next().unwrap_or_default());
    let acts = matches!(verb, "was" | "is" | "has" | "had" | "were" | "are" | "have" | "will" | "would" | "became")
        || verb.ends_with("ed");
    let weather = matches!(verb, "rained" | "snowed" | "seemed" | "turned" | "happened" | "looked" | "appeared");
    let idle =
        pronoun == Some("it") && (weather || holds(&english.impersonal_it_followers, next) || next.ends_with("ing"));
    timed && acts && !idle
}

/// A clause of eight words takes no more octets.
const MAX_CLAUSE_BYTES: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Dangling,
    SelfContained,
    DanglingUnlessPaired,
}

/// The starts of each language that parts words by spaces.
static STARTS: LazyLock<HashMap<&'static str, HashMap<String, Start>>> = LazyLock::new(|| {
    let with_own = LANGUAGES.iter().map(|own| {
        let of = own.dangling_starts_of.as_deref().and_then(language).unwrap_or(own);
        (own.tag, starts(of))
    });
    with_own.filter(|(_, starts)| !starts.is_empty()).collect()
});

fn starts(language: &Language) -> HashMap<String, Start> {
    let mut starts = HashMap::new();
    let before_nouns = &language.dangling_unless_before_noun;
    starts.extend(language.dangling_starts.iter().chain(before_nouns).map(|phrase| (phrase.clone(), Start::Dangling)));
    for phrase in before_nouns {
        let nouns = language.edition_nouns.iter().chain(&language.months).chain(&language.weekdays);
        starts.extend(nouns.map(|noun| (format!("{phrase} {noun}"), Start::SelfContained)));
    }
    starts.extend(language.self_contained_starts.iter().map(|phrase| (phrase.clone(), Start::SelfContained)));
    starts.extend(language.dangling_unless_paired.iter().map(|phrase| (phrase.clone(), Start::DanglingUnlessPaired)));
    starts
}

/// The starts of languages that part no words, by their first letter.
type StartsByLetter = HashMap<char, Vec<(&'static str, Start)>>;

static CHINESE: LazyLock<StartsByLetter> = LazyLock::new(|| starts_by_letter("zh"));
static JAPANESE: LazyLock<StartsByLetter> = LazyLock::new(|| starts_by_letter("ja"));

fn starts_by_letter(tag: &str) -> StartsByLetter {
    let mut starts = StartsByLetter::new();
    let Some(language) = language(tag) else { return starts };
    let lists = [(&language.dangling_starts, Start::Dangling), (&language.self_contained_starts, Start::SelfContained)];
    for (list, start) in lists {
        for word in list {
            starts.entry(word.chars().next().unwrap_or_default()).or_default().push((word, start));
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: &str, bad: &[&str], fine: &[&str]) {
        for text in bad {
            assert!(has_dangling_start(&CheckedText::new(text), language), "{text}");
        }
        for text in fine {
            assert!(!has_dangling_start(&CheckedText::new(text), language), "{text}");
        }
    }

    #[test]
    fn english() {
        check(
            "en",
            &[
                "It was closed on Sunday.",
                "“It’s closed,” the warden said.",
                "He left the quay.",
                "However, the quay is closed.",
                "But the quay is closed.",
                "And so the quay is closed.",
                "As a result, the quay is closed.",
                "This bug sank the boat.",
                "This is the quay.",
                "These boats sank.",
                "That said, the quay is open.",
                "That’s why the quay is closed.",
                "In addition, the quay is closed.",
                "For example, the quay is closed.",
                "Here are five quays.",
                "Both sank on Sunday.",
                "The former is closed.",
                "As mentioned above, the quay is closed.",
                "On the other hand, the pier is open.",
                "Such boats sink.",
                "Instead, the pier was closed.",
                "To do this, the crew closed the quay.",
                "Their boat sank.",
                "So the boat sank.",
                "In these cases the quay is closed.",
                "To help the crews with that, the town built a ramp.",
                "On top of all this, the ferry is late.",
                "Below, the warden tells of the quay.",
                "The second, a pier of stone, is closed.",
                "Two of their boats sank.",
                "Apart from that, the quay is quiet.",
                "The council also closed the pier.",
                "The pier, however, is open.",
                "On Friday it was carried up the stairs.",
                "In May 2014 she moved to the quay.",
                "Since March, they have mended forty boats.",
                "To address these questions, the town built a ramp.",
                "To help make this easier, the town built a ramp.",
                "To help them berth, the town built a ramp.",
                "Below we tell how the quay was built.",
                "The simplest way to moor these boats is a rope.",
                "A rope is enough in this case.",
            ],
            &[
                "This post shows how the quay was built.",
                "This week’s newsletter tells of the quay.",
                "This week the quay is closed.",
                "These days the quay is quiet.",
                "This year we built a quay.",
                "In this guide, you build a quay.",
                "It is time to build a quay.",
                "It’s been a year since the quay was closed.",
                "It takes a village to build a quay.",
                "I built a quay.",
                "We closed the quay.",
                "Instead of a quay, the town built a pier.",
                "So far, nobody has fallen in.",
                "Both the quay and the pier are closed.",
                "Those who sail know the quay.",
                "There is a hole in the quay.",
                "Anderson built a quay.",
                "Itching hands build quays.",
                "The formerly green quay is grey.",
                "Thistle grows on the quay.",
                "Sofia closed the quay.",
                "Orange boats came.",
                "When the tide falls, the quay is dry.",
                "Hereford has no harbour.",
                "Along the quay stand forty lamps.",
                "To those who sail at night, the lamp is dear.",
                "To mark this year’s festival, the town lit the quay.",
                "Below the quay, the water is four metres deep.",
                "Boats that also fly are rare, and the quay has not only one but also two.",
                "The quay is closed. It is also old.",
                "On Friday it rained on the quay.",
                "In 2026 it is time to mend the quay.",
                "On Monday it was announced that the quay is closed.",
                "In the town they love, nobody sails.",
                "By May the town had mended the quay.",
                "To mend the quay, the town needs stone.",
                "The second quay is closed.",
                "Two of the boats sank.",
                "The quay is quiet these days.",
            ],
        );
    }

    #[test]
    fn german() {
        check(
            "de",
            &[
                "Er schloss den Kai.",
                "Sie schlossen den Kai.",
                "Dies ist der Kai.",
                "Dabei war der Kai offen.",
                "Außerdem ist der Kai zu.",
                "Das ist der Kai.",
                "Es ist zu.",
                "Dieser Kai ist zu.",
                "Zum Beispiel ist der Kai zu.",
                "Deshalb ist der Kai zu.",
                "Das teilte das Hafenamt mit.",
                "Zwei ihrer Boote sanken.",
            ],
            &[
                "Es gibt einen neuen Kai.",
                "Das Boot sank.",
                "Die Fähre fährt wieder.",
                "Der Kai ist zu.",
                "Dieser Artikel zeigt den Kai.",
                "In dieser Woche ist der Kai zu.",
                "Erst im Mai öffnet der Kai.",
                "Siebzig Boote kamen.",
                "Es ist Zeit für einen neuen Kai.",
                "Beide Ufer und die Insel sind zu.",
            ],
        );
    }

    #[test]
    fn further_languages() {
        check(
            "cs",
            &["Jeho loď se potopila.", "Však molo je zavřené."],
            &["Přístav zavřel molo.", "Tento týden je molo zavřené."],
        );
        check("pl", &["Jednak nabrzeże jest zamknięte."], &["Port zamknął nabrzeże.", "Tona węgla leży na nabrzeżu."]);
        check("sv", &["Men kajen är stängd."], &["Mentorn visade kajen.", "Hamnen har stängt kajen."]);
        check("tr", &["Ancak iskele kapalı."], &["Liman iskeleyi kapattı.", "Bu hafta iskele kapalı."]);
        check("el", &["Όμως η προβλήτα έκλεισε."], &["Το λιμάνι έκλεισε την προβλήτα."]);
        check("ko", &["그러나 부두는 닫혔다."], &["항구는 부두를 닫았다."]);
        check("hi", &["लेकिन घाट बंद है।"], &["बंदरगाह ने घाट बंद कर दिया।"]);
        check("ar", &["ولكن الرصيف مغلق."], &["أغلق الميناء الرصيف."]);
        check("he", &["אבל הרציף סגור."], &["הנמל סגר את הרציף."]);
        check("vi", &["Tuy nhiên, bến đã đóng."], &["Cảng đã đóng bến."]);
    }

    #[test]
    fn french() {
        check(
            "fr",
            &[
                "Il est fermé.",
                "Elle a coulé.",
                "Cependant, le quai est fermé.",
                "De plus, le quai est fermé.",
                "Cela ferme le quai.",
                "Ce bateau a coulé.",
                "C’est le quai.",
                "Mais le quai est fermé.",
            ],
            &[
                "Il faut un quai.",
                "Il y a un trou dans le quai.",
                "Le quai est fermé.",
                "Cette semaine, le quai est fermé.",
                "Ce guide montre le quai.",
                "Ilse ferme le quai.",
                "Orange est la couleur du quai.",
                "Les bateaux arrivent.",
            ],
        );
    }

    #[test]
    fn spanish_and_portuguese() {
        check(
            "es",
            &[
                "Esto cierra el muelle.",
                "Ella llegó tarde.",
                "Sin embargo, el muelle está cerrado.",
                "Además, el muelle está cerrado.",
                "Pero el muelle está cerrado.",
                "Por eso cerró el muelle.",
                "También llegó el barco.",
                "Su barco se hundió.",
            ],
            &[
                "Esta semana cierra el muelle.",
                "Este artículo cuenta la historia del muelle.",
                "El muelle está cerrado.",
                "Además de barcos, hay redes.",
                "Son las ocho en el puerto.",
                "Estamos en el puerto.",
                "Los barcos llegan.",
                "Yolanda cerró el muelle.",
            ],
        );
        check(
            "pt",
            &[
                "Ele fechou o cais.",
                "Isso fechou o cais.",
                "No entanto, o cais fechou.",
                "Além disso, o cais fechou.",
                "Mas o cais fechou.",
                "Por isso o cais fechou.",
            ],
            &[
                "O cais fechou.",
                "As autoridades fecharam o cais.",
                "Esta semana o cais fecha.",
                "Em maio o cais abre.",
                "Neste artigo mostramos o cais.",
                "Eleições mudam o porto.",
            ],
        );
    }

    #[test]
    fn russian() {
        check(
            "ru",
            &[
                "Он закрыл причал.",
                "Она ушла.",
                "Это причал.",
                "Однако причал закрыт.",
                "Но причал закрыт.",
                "Поэтому причал закрыт.",
                "Также закрыт причал.",
                "Кроме того, причал закрыт.",
            ],
            &[
                "Причал закрыт.",
                "А. С. Петров закрыл причал.",
                "Эта статья о причале.",
                "На этой неделе причал закрыт.",
                "Ольга закрыла причал.",
                "Игорь ушёл в море.",
                "Ночью причал закрыт.",
                "Одна лодка утонула.",
            ],
        );
    }

    #[test]
    fn chinese_and_japanese() {
        check(
            "zh",
            &[
                "他关闭了码头。",
                "这是码头。",
                "此外，码头关闭了。",
                "但是码头关闭了。",
                "因此码头关闭了。",
                "而且码头很旧。",
            ],
            &[
                "码头关闭了。",
                "这篇文章介绍码头。",
                "我们关闭了码头。",
                "渔民说码头很旧。",
                "就业人数上升。",
                "港口从明天起关闭。",
            ],
        );
        check(
            "ja",
            &[
                "それは岸壁だ。",
                "しかし岸壁は閉まった。",
                "そして船が出た。",
                "また、船が出た。",
                "彼は去った。",
                "なお、港は閉まる。",
            ],
            &[
                "岸壁は閉まった。",
                "この記事では港を紹介する。",
                "朝の港は静かだ。",
                "私たちは港を閉めた。",
                "これまでの港の歴史。",
                "船が出た。",
            ],
        );
    }

    #[test]
    fn no_phrase_is_too_long_to_be_found() {
        for phrases in STARTS.values() {
            assert!(phrases.keys().all(|phrase| phrase.split(' ').count() <= 6), "a phrase is too long to be found");
        }
    }
}
