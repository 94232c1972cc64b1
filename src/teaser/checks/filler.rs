//! Sentences that are whole and say nothing of the post: greetings, "no news this week", "see the notes below".

use std::sync::LazyLock;

use super::{
    super::{
        languages::{LANGUAGES, entries},
        phrases::Phrases,
    },
    checked_text::CheckedText,
};

/// Says whether `text` greets, says that there is nothing to say, or only points elsewhere.
pub(super) fn is_filler(text: &CheckedText<'_>) -> bool {
    let lower = text.lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    STARTS.length_at_start(lower).is_some()
        || welcomes(lower)
        || has_no_news(lower)
        || points_elsewhere(lower)
        || UNSEEN.find_in(lower).next().is_some()
        || names_another_page(text.original)
        || is_turn_of_talk(text.original)
}

/// Greetings, and what points elsewhere.
static STARTS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::at_start(entries(|language| &language.greetings).chain(entries(|language| &language.pointers)))
});

/// What points at a picture, a list or a passage that no teaser shows.
static UNSEEN: LazyLock<Phrases> = LazyLock::new(|| Phrases::anywhere(entries(|language| &language.unseen_pointers)));

/// The words for none of [`has_no_news`], one of which must stand in the text.
static NONE: LazyLock<Phrases> = LazyLock::new(|| Phrases::anywhere(entries(|language| &language.no_news.none)));

fn welcomes(lower: &str) -> bool {
    // "Welcome to the quay" may be about the quay.
    entries(|language| &language.welcomes).any(|welcome| lower.starts_with(welcome))
        && entries(|language| &language.publications).any(|word| lower.contains(word))
}

/// Longer sentences say something besides.
const MAX_NO_NEWS_CHARS: usize = 140;

fn has_no_news(lower: &str) -> bool {
    if NONE.find_in(lower).next().is_none() || lower.chars().nth(MAX_NO_NEWS_CHARS).is_some() {
        return false;
    }
    let contains = |words: &[String]| words.iter().any(|word| lower.contains(word));
    let words = LANGUAGES.iter().map(|language| &language.no_news);
    words.into_iter().any(|words| contains(&words.none) && contains(&words.news) && contains(&words.now))
}

fn points_elsewhere(lower: &str) -> bool {
    // "For the older charts, see the library."
    if lower.starts_with("for ") && lower.contains(", see ") {
        return true;
    }
    let end = lower.trim_end_matches(|c: char| !c.is_alphanumeric());
    lower.starts_with("see ") && entries(|language| &language.see_endings).any(|seen| end.ends_with(seen))
}

/// Says whether it begins with "See" and the name of another page.
fn names_another_page(text: &str) -> bool {
    text.strip_prefix("See ").is_some_and(|rest| rest.starts_with(char::is_uppercase))
}

/// Says whether it is one turn of an interview: "Q: …", "Ana: How did you begin?", "Ana: I carried the oil."
fn is_turn_of_talk(text: &str) -> bool {
    let start = text.get(..text.floor_char_boundary(40)).unwrap_or_default();
    let Some((name, _)) = start.split_once(": ") else { return false };
    let Some((_, said)) = text.split_once(": ") else { return false };
    let named = name.split(' ').count() <= 2 && name.split(' ').all(|word| word.starts_with(char::is_uppercase));
    let first = said.split(|c: char| !c.is_alphabetic() && c != '’' && c != '\'').next().unwrap_or_default();
    named
        && (matches!(name, "Q" | "A" | "F" | "R" | "P")
            || said.ends_with('?')
            || entries(|language| &language.first_person_starts).any(|word| word == first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_seen() {
        for text in [
            "Hello, and welcome to our tenth harbour letter!",
            "Happy new year, friends of the harbour!",
            "Welcome to the tenth edition of the harbour letter!",
            "Willkommen zur zehnten Ausgabe der Hafenpost.",
            "Bienvenue dans le dixième numéro de la lettre du port.",
            "No significant news this week.",
            "No jobs listed for this week.",
            "No tasks listed for this week.",
            "Welcome to the first installment of the harbour notes!",
            "Diese Woche keine wesentlichen Neuigkeiten.",
            "Aucune nouvelle importante n’a été trouvée cette semaine au port.",
            "Tento týden nepřinesl žádné významné novinky.",
            "今週は特筆すべきニュースはありませんでした。",
            "本周没有重要新闻。",
            "Q: How did you begin?",
            "A: My father was the keeper of the light.",
            "Ana Lima: I carried the oil when I was six.",
            "Ana: Where did you learn to sail?",
            "See below for the names of the speakers.",
            "See Harbour Rules of 1902 to learn how a boat is berthed.",
            "For the older charts, see the notes of the library.",
            "Please see the older letter for details.",
            "Thanks for reading, and we hope to see you at the quay next week as well!",
            "See our older letter and the table of the tides.",
            "See the notes on the quay below for details.",
            "For more information, ask at the harbour office.",
            "Weitere Informationen finden Sie im Hafenbüro.",
            "Подробности на доске у причала.",
            "詳細は港の事務所まで。",
            "The old wall was mended as described above.",
            "Ana Lima tells of it in the video below.",
            "岸壁は以下のように直された。",
            "Zoals hierboven beschreven is de kade hersteld.",
            "Причал відремонтовано, як описано вище.",
            "Kajen syns på bilden nedan.",
        ] {
            assert!(is_filler(&CheckedText::new(text)), "{text}");
        }
    }

    #[test]
    fn what_says_something_is_not() {
        for text in [
            "Welcome to the quay, where forty boats sail this week.",
            "See how the harbour was built by hand.",
            "Night ferry: the last boat leaves at two.",
            "Quay closed: Why nobody saw the hole in the wall.",
            "See the lighthouse from the ferry.",
            "No boat sails this week.",
            "The storm left no news of the ferry for two days.",
            "Hello Kitty came to the harbour.",
            "Keine Fähre fährt diese Woche.",
            "Seen from the ferry, the quay is small.",
            "Aucun bateau ne part cette semaine.",
            "今週は船が出ませんでした。",
        ] {
            assert!(!is_filler(&CheckedText::new(text)), "{text}");
        }
    }
}
