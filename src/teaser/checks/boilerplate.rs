//! What a publisher's software or habit puts around a post: it speaks of the site, not of the post.

use std::sync::LazyLock;

use super::{
    super::{
        languages::{MARKERS, entries},
        phrases::Phrases,
        script::is_unspaced,
    },
    checked_text::CheckedText,
};

/// Says whether `text` is boilerplate: subscriptions, shares, credits, notices, where else it appeared.
pub(super) fn is_boilerplate(text: &CheckedText<'_>) -> bool {
    is_boilerplate_within(text, 9)
}

/// The same of the publisher's own words, which may begin with "Share" or "Updated" if they say anything behind it.
pub(super) fn is_boilerplate_of_publisher(text: &CheckedText<'_>) -> bool {
    is_boilerplate_within(text, 3)
}

/// `words` is how many a text that begins with "Share" and its like has at most where it is boilerplate.
fn is_boilerplate_within(text: &CheckedText<'_>, words: usize) -> bool {
    let lower = text.lower.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '©' | '#'));
    if ANYWHERE.find_in(&text.lower).any(|(start, end)| is_word(&text.lower, start, end)) {
        return true;
    }
    // A credit often runs into the words behind it: "A. Lima/REUTERSThe quay is closed."
    if MARKERS.photo_agencies.iter().any(|agency| text.original.contains(agency)) {
        return true;
    }
    let begins = |starts: &Phrases| starts.length_at_start(lower).is_some_and(|end| is_word(lower, 0, end));
    // "Share" and its like begin many good sentences: those that are boilerplate are short.
    begins(&STARTS) || (begins(&SHORT_STARTS) && lower.split_whitespace().nth(words).is_none())
}

/// Says whether nothing of a word goes on before or behind what was found; scripts without spaces have no such words.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let parts = |c: char| c.is_alphanumeric() && (c.is_ascii() || !is_unspaced(c));
    let (Some(before), Some(found), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return false;
    };
    let goes_on = |one: &str, next: &str| one.ends_with(parts) && next.starts_with(parts);
    !goes_on(before, found) && !goes_on(found, after)
}

static ANYWHERE: LazyLock<Phrases> = LazyLock::new(|| {
    let of_languages = entries(|language| &language.boilerplate).chain(entries(|language| &language.read_more));
    Phrases::anywhere(of_languages.chain(MARKERS.boilerplate.iter().map(String::as_str)))
});

static STARTS: LazyLock<Phrases> = LazyLock::new(|| {
    let of_languages = entries(|language| &language.boilerplate_starts).chain(entries(|language| &language.read_on));
    Phrases::at_start(of_languages.chain(MARKERS.boilerplate_starts.iter().map(String::as_str)))
});

static SHORT_STARTS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::at_start(entries(|language| &language.short_boilerplate_starts)));

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bad: &[&str], fine: &[&str]) {
        for text in bad {
            assert!(is_boilerplate(&CheckedText::new(text)), "{text}");
        }
        for text in fine {
            assert!(!is_boilerplate(&CheckedText::new(text)), "{text}");
        }
    }

    #[test]
    fn english() {
        check(
            &[
                "The post Quay appeared first on Harbour.",
                "Subscribe to our newsletter.",
                "Sign up for our weekly news and never miss a boat that comes into the harbour.",
                "We use cookies to make this harbour better for everyone who comes to see it.",
                "Follow us on the usual places.",
                "Five min read, and worth it all.",
                "(Photo: Jane Doe, Harbour Office.)",
                "Photo by Jane Doe.",
                "Jane Doe/REUTERSThe north quay of the town is closed until the end of May.",
                "Image courtesy of the harbour office and its friends.",
                "By Jane Doe, Harbour Office.",
                "Posted January 09, 2025.",
                "Editor’s note: the quay was closed when this went to press last Sunday.",
                "This post originally appeared on the blog of the harbour office.",
                "Update: the quay is open again, as of Monday.",
                "Table of contents.",
                "Filed under harbours.",
                "Tags: harbour, quay, boats.",
                "Click here to see the plan of the quay.",
                "All rights reserved.",
                "Watch the video below.",
                "This post may contain affiliate links.",
                "Please enable JavaScript to see the quay.",
                "Leave a comment and tell the harbour office what you think of the quay.",
                "Print this page.",
                "Share this post with all who love boats.",
            ],
            &[
                "By the end of May the whole north quay will be open again for all boats of the town.",
                "The harbour prints its own tide tables.",
                "Sharing a berth saves the club about a third of the fee.",
                "The photographer spent a year on the quay.",
                "A commenter on the plan asked for a lower wall.",
                "The harbour office publishes the figures each spring.",
                "Updates to the tide tables arrive every night at ten.",
                "The museum bakes biscuits for the crews.",
                "Follow the red buoys and the channel is never less than four metres deep.",
                "The reader wants to know when the ferry sails.",
                "Image files of the old charts can be had from the library for a small fee.",
                "Source code of the tide clock is open to all who want to build their own.",
                "The minister read the plan and put it away.",
                "A new way of loading cargo halves the time that boats spend at the quay.",
                "The harbour’s rules, originally published in 1902, are still in force.",
                "About forty boats came on Sunday.",
                "Home prices at the quay rose again.",
                "Play stopped when the fog came in.",
                "Search parties left at noon.",
                "Source maps now name the file.",
                "The bill, sponsored by two fishermen, passed on Friday.",
                "The ferry company changed its privacy policy last week.",
                "Pupils read more when the library boat calls.",
                "A mailer must let people unsubscribe with one click.",
                "Pages can ask people to subscribe to push notifications.",
                "The list lets a reader unsubscribe by post.",
                "A browser of 1996 could not enable JavaScript.",
                "Getty Images lost the case in a London court.",
                "Dinghies can be seen in a table of contents that folds.",
            ],
        );
    }

    #[test]
    fn other_languages() {
        check(
            &[
                "Der Beitrag Kai erschien zuerst auf Hafen.",
                "Jetzt abonnieren und nichts verpassen.",
                "Foto: Anna Beispiel.",
                "L’article Quai est apparu en premier sur Port.",
                "Abonnez-vous à la lettre du port.",
                "La entrada Muelle se publicó primero en Puerto.",
                "Suscríbete al boletín del puerto.",
                "O post Cais apareceu primeiro em Porto.",
                "Подписывайтесь на рассылку порта.",
                "Фото: Анна Иванова.",
                "图片来源：港口办公室。",
                "请订阅我们的通讯。",
                "続きを読むにはここから。",
                "写真：港の事務所。",
            ],
            &[
                "Der Hafen veröffentlicht jeden Monat neue Zahlen.",
                "Die Taucher machten sich ein Bild von der Lage.",
                "Il sale proviene da una salina del porto.",
                "Команда хочет поделиться опытом ремонта причала.",
                "安装程序把地图放在港口的目录里。",
                "Von der alten Mole bis zum neuen Leuchtturm führt nun ein Weg, den alle gehen können.",
                "Le port ferme le quai pour réparer un trou.",
                "El puerto cierra el muelle hasta mayo.",
                "O porto fecha o cais até maio.",
                "Порт закрывает причал до мая.",
                "港口从明天起关闭到五月底。",
                "朝の港はとても静かだった。",
            ],
        );
    }
}
