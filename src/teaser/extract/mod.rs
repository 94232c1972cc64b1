//! The sentences of the body that say best what the post is about.
//!
//! Candidates are one or two good sentences in their order, shortened where that loses nothing, and roll-ups of lists.
//! A linear model weighs what is known of each; the best that passes every check is taken. The weights stand in
//! `weights.rs`, a generated file; the program that fits them is `tests/bench/fit.rs`.

mod features;
mod offer;
mod reading;
mod roll;
mod stop;
mod study;
mod trim;
mod weights;
mod words;

use super::{Material, Reason, Style, checks};
use offer::Offer;

pub use features::FACTS as CANDIDATE_FACTS;
pub use study::{Study, choose, keys, study};
pub use words::FACTS as WORD_FACTS;

/// What the fitting program finds out.
#[derive(Debug, Clone)]
pub struct Weights {
    /// Of the facts about a word.
    pub word: [f64; words::FACTS],
    /// Of the facts about a candidate.
    pub candidate: [f64; features::FACTS],
}

/// Takes the candidate that weighs most of those that have no defect.
pub(super) fn make(material: &Material<'_>, style: &Style) -> Result<String, Reason> {
    let offer = Offer::of(material, style, &weights::WEIGHTS);
    offer
        .heaviest(material, checks::defect)
        .map_err(|defect| defect.unwrap_or("no good sentence within the limits").into())
}

/// The same where nothing better is left: it may be short, and it may be a question.
pub(super) fn shorten(material: &Material<'_>, style: &Style) -> Option<String> {
    Offer::of(material, style, &weights::WEIGHTS).heaviest(material, checks::hard_defect).ok()
}

/// The sentences that weigh most, in the order of the post: what a model is told of it.
pub(super) fn best(material: &Material<'_>, n: usize) -> Vec<String> {
    let style = Style { max_chars: 1_000, max_sentences: 1, ..Style::default() };
    let offer = Offer::of(material, &style, &weights::WEIGHTS);
    let mut worth = offer.unknown_worth();
    let mut best: Vec<usize> = Vec::new();
    for candidate in offer.ranked() {
        let whole = offer.sentence(candidate.first).is_some_and(|sentence| !sentence.trimmed && sentence.rolled == 0);
        if whole && offer.holds(candidate, material, &mut worth) {
            best.push(candidate.first);
            if best.len() == n {
                break;
            }
        }
    }
    best.sort_unstable();
    best.into_iter().filter_map(|at| Some(offer.sentence(at)?.text.clone().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Maker, tests::made};
    use crate::html::BlockKind::{self, Caption, Code, Heading, ListItem, Paragraph, Quote};

    #[track_caller]
    fn check(blocks: &[(BlockKind, &str)], expect: Option<&str>) {
        assert_eq!(made(Maker::Extract, "", blocks).ok().as_deref(), expect);
    }

    const FOUND: (BlockKind, &str) =
        (Paragraph, "Divers of the harbour office found a hole in the north quay on Sunday.");
    const TOLD: Option<&str> = Some(FOUND.1);

    #[test]
    fn furniture_is_skipped() {
        check(&[FOUND], TOLD);
        check(&[(Heading(2), "This is a heading, not a sentence of the text."), FOUND], TOLD);
        check(
            &[(Caption, "A diver looks at the north quay on a Sunday."), (Code, "let quay = 1; // Closed."), FOUND],
            TOLD,
        );
        check(&[(Paragraph, "By Jane Doe"), (Paragraph, "Posted January 09, 2025."), FOUND], TOLD);
        check(&[(Paragraph, "Here is what they found below the quay:"), FOUND], TOLD);
        check(&[(Paragraph, "The quay is closed."), FOUND], TOLD);
        check(&[(Paragraph, &format!("PORTO SERENO — {}", FOUND.1))], TOLD);
    }

    #[test]
    fn what_refers_to_a_sentence_stands_right_behind_it_or_nowhere() {
        let hole = "It is as wide as a door.";
        check(&[(Paragraph, "It is as wide as a door and goes through all of the wall.")], None);
        let behind = [FOUND.1, hole].join(" ");
        assert!([TOLD, Some(&behind)].contains(&made(Maker::Extract, "", &[(Paragraph, &behind)]).ok().as_deref()));
        check(&[(Paragraph, &[FOUND.1, "But why so?", hole].join(" "))], TOLD);
    }

    #[test]
    fn titles_and_early_words_weigh() {
        let blocks = [
            (Paragraph, "I had a long day at the office and drank a cup of cold coffee in the kitchen."),
            (Paragraph, "The north quay is closed until May, because divers found a hole in it."),
            (Paragraph, "Somebody left a blue umbrella on the bench in front of the chandler's shop."),
        ];
        check(&blocks, Some("The north quay is closed until May, because divers found a hole in it."));
    }

    #[test]
    fn lists_are_rolled_up() {
        let blocks = [
            (Heading(2), "News"),
            (ListItem, "A crane for the quay: it lifts forty tonnes and was built in Vigo in the spring."),
            (ListItem, "More ferries in May: two boats more each day, and one of them carries bicycles."),
            (ListItem, "Price of ice: it costs as much as in the last year, the market's board has decided."),
        ];
        check(&blocks, Some("A crane for the quay; More ferries in May; Price of ice."));
    }

    #[test]
    fn quotations_and_lists_will_do() {
        check(
            &[(Quote, "The sea gives and the sea takes, my father said.")],
            Some("The sea gives and the sea takes, my father said."),
        );
        check(&[(Code, "fn main() {}")], None);
        check(&[], None);
    }

    #[test]
    fn all_that_is_read_counts_the_same_on_every_run() {
        let body =
            "The quay was mended on a Sunday by divers. The ferries leave from the pier until then. ".repeat(3_000);
        let blocks = [(Paragraph, body.as_str())];
        assert_eq!(made(Maker::Extract, "", &blocks), made(Maker::Extract, "", &blocks));
    }
}
