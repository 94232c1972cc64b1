//! The words that a text is about, by which two texts are compared.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation as _;

use super::super::prompt_injection;
use crate::{html, post::Post};

/// The content words of a text, each by its first letters, so that endings do not part them; of scripts without
/// spaces, the pairs of neighbours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentWords(HashSet<String>);

impl ContentWords {
    /// The words of a post's title and body.
    pub fn of_post(post: &Post) -> Self {
        Self::of(&text(post))
    }

    /// The words of a text.
    pub fn of(text: &str) -> Self {
        let mut words = HashSet::new();
        let mut before = None;
        for word in text.unicode_words() {
            match single(word) {
                Some(c) => {
                    words.extend(before.map(|before| format!("{before}{c}")));
                    before = Some(c);
                }
                None => {
                    before = None;
                    let word = word.to_lowercase();
                    // ContentWords of two letters, and the smallest ones of each language, say nothing of a text.
                    if word.chars().nth(2).is_some() && !is_function_word(&word) {
                        words.insert(word.chars().take(STEM).collect());
                    }
                }
            }
        }
        Self(words)
    }

    /// Which share of these words `other` has, too; 0 where there are none.
    pub fn share_in(&self, other: &Self) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        self.0.iter().filter(|word| other.0.contains(*word)).count() as f64 / self.0.len() as f64
    }
}

/// ContentWords are cut behind so many letters: a stemmer that is as good as most in most languages.
const STEM: usize = 5;

/// The one character of a word of a script without spaces.
fn single(word: &str) -> Option<char> {
    let mut chars = word.chars();
    let first = chars.next()?;
    (chars.next().is_none() && super::super::limits::is_unspaced(first)).then_some(first)
}

/// What a post says of itself, without what speaks to machines.
pub(super) fn text(post: &Post) -> String {
    let mut text = String::new();
    if !prompt_injection::is_prompt_injection(&post.title) {
        text.push_str(&post.title);
    }
    for block in prompt_injection::remove(html::blocks(&post.body)) {
        text.push('\n');
        text.push_str(&block.text);
    }
    text
}

/// Says whether a word, in lower case, is one of those that hold sentences together.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.iter().any(|(_, words)| words.split(' ').any(|known| known == word))
}

/// The language whose small words a text uses most, where one is clearly ahead.
pub(super) fn language(text: &str) -> Option<&'static str> {
    let mut counts: Vec<(usize, &str)> = FUNCTION_WORDS.iter().map(|(tag, _)| (0, *tag)).collect();
    for word in text.unicode_words().take(2_000) {
        let word = word.to_lowercase();
        for (count, (_, words)) in counts.iter_mut().zip(FUNCTION_WORDS) {
            count.0 += usize::from(words.split(' ').any(|known| known == word));
        }
    }
    counts.sort_by(|a, b| b.cmp(a));
    match counts[..] {
        [(first, tag), (second, _), ..] if first >= 3 && first > second * 3 / 2 => Some(tag),
        _ => None,
    }
}

const FUNCTION_WORDS: &[(&str, &str)] = &[
    (
        "en",
        "the a an and or but of to in on at by for with from as is are was were be been has have had will would can \
         could not no this that these those it its they their them he she his her we our you your who which what when \
         where how why if so than then there here after before while because during until since also more most all \
         some many one two now new into over under about out up down off once both each every only just still even",
    ),
    (
        "de",
        "der die das den dem des ein eine einen einem einer und oder aber von zu im in am an auf mit für aus bei nach \
         vor über unter ist sind war waren wird werden hat haben hatte nicht kein keine es sie er wir ihr ihre sein \
         seine sich dass wenn als wie auch noch nur schon mehr bis seit durch gegen ohne zum zur vom",
    ),
    (
        "fr",
        "le la les un une des du de et ou mais à au aux en dans sur sous par pour avec sans est sont était été a ont \
         sera ne pas plus ce cette ces il elle ils elles on nous vous leur leurs son sa ses qui que quoi dont où quand \
         comme si après avant depuis pendant aussi très l d",
    ),
    (
        "es",
        "el la los las un una unos unas y o pero de del a al en con por para sin sobre entre es son era fue ha han ser \
         será no más este esta estos estas ese esa su sus se lo le les que quien cuando donde como si ya también muy \
         desde hasta después antes",
    ),
    (
        "pt",
        "o a os as um uma uns umas e ou mas de do da dos das em no na nos nas ao à com por para sem sobre entre é são \
         era foi ser será não mais este esta isto esse essa seu sua seus suas se que quem quando onde como já também \
         muito desde até depois antes pelo pela",
    ),
    (
        "it",
        "il lo la i gli le un uno una e o ma di del della dei delle a al alla in nel nella con per su sul da dal è \
         sono era ha hanno non più questo questa che chi quando dove come se già anche molto dopo prima",
    ),
    (
        "nl",
        "de het een en of maar van te in op aan bij voor met uit naar over onder is zijn was waren wordt worden heeft \
         hebben niet geen er dit dat deze die ze hij wij hun zich als dan ook nog maar door tot sinds na",
    ),
    (
        "ru",
        "и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по её мне было вот от меня о из \
         ему для при до после это этот эта эти их чем или мы был была были быть также уже ещё",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_content_words() {
        let post = ContentWords::of("Divers found a hole in the old quay. The repair takes weeks.");
        let share = |text: &str| ContentWords::of(text).share_in(&post);
        assert!(share("The diver repaired the quay.") > 0.6);
        assert!(share("The bakery sells bread.") < 0.1);
        assert!(share("") < 0.1);
        let chinese = ContentWords::of("港口码头关闭到五月底");
        assert!(
            ContentWords::of("码头关闭").share_in(&chinese) > 0.9
                && ContentWords::of("面包店").share_in(&chinese) < 0.1
        );
    }

    #[test]
    fn languages_are_told_by_their_small_words() {
        assert_eq!(language("The quay is closed and the repair takes weeks."), Some("en"));
        assert_eq!(language("Der Kai ist gesperrt und die Reparatur dauert Wochen."), Some("de"));
        assert_eq!(language("Le quai est fermé et les travaux dureront des semaines."), Some("fr"));
        assert_eq!(language("Quay closed."), None);
    }
}
