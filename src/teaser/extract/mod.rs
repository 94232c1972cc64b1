//! The sentences of the body that say best what the post is about.
//!
//! The first pages of a post are read (`parsed_post`): its sentences in order, each with its place, and its words, each
//! with how often, how early and where it stands. A logistic model tells how likely a person would use a word in a teaser
//! (`word_model`); a linear one weighs every candidate by the words that it so shares with a person's teaser, by its
//! place, length, title words and the like (`features`). Candidates are single sentences, pairs that belong together, forms
//! without what only ties a sentence to its neighbours (`shorten`), and rows of a list's labels (`list_summary`). They
//! are weighed first and put to the checks after, the heaviest first, because a weight is cheaper than a check. The
//! weights stand in `weights.toml`, which `tests/bench/fit.rs` writes.
//!
//! Tried and left out: weights by softmax instead of least squares (RAVG 1 less), graphs of sentences, pairs of words,
//! words that open sentences, kinds of post as factors, two thousand posts of other blogs (each within the noise, or
//! worse on sites not seen).

mod candidates;
mod features;
mod list_summary;
mod parsed_post;
mod shorten;
mod stop_words;
mod training;
mod weights;
mod word_key;
mod word_model;

use super::{checks, input::TeaserInput, options::TeaserOptions, result::RefusalReason};
use candidates::Candidates;
use weights::WEIGHTS;

pub use features::FEATURES as CANDIDATE_FEATURES;
pub use training::{TrainingData, extract_with, training_data, word_keys};
pub use weights::Weights;
pub use word_model::FEATURES as WORD_FEATURES;

/// Takes the candidate that weighs most of those that have no defect.
pub(super) fn tease(input: &TeaserInput<'_>) -> Result<String, RefusalReason> {
    Candidates::of(input, input.options, &WEIGHTS)
        .best_without_defect(input, checks::find_defect)
        .map_err(|defect| defect.unwrap_or("no good sentence within the limits").into())
}

/// The same where nothing better is left: it may be short, a question, an item of a list.
pub(super) fn fallback(input: &TeaserInput<'_>) -> Option<String> {
    let candidates = Candidates::of(input, input.options, &WEIGHTS);
    let hard = checks::find_hard_defect;
    candidates
        .best_without_defect(input, hard)
        .or_else(|_| candidates.with_list_items().best_without_defect(input, hard))
        .ok()
}

/// The sentences that weigh most, in the order of the post: what a model is told of it.
pub(super) fn best_sentences(input: &TeaserInput<'_>, n: usize) -> Vec<String> {
    let options = TeaserOptions { max_chars: 1_000, max_sentences: 1, ..TeaserOptions::default() };
    let candidates = Candidates::of(input, &options, &WEIGHTS).with_list_items();
    let mut quality = candidates.unknown_quality();
    let mut best: Vec<usize> = Vec::new();
    for candidate in candidates.ranked() {
        let whole = candidates
            .sentence(candidate.first)
            .is_some_and(|sentence| !sentence.shortened && sentence.list_items == 0);
        if whole && candidates.is_usable(candidate, input, &mut quality) {
            best.push(candidate.first);
            if best.len() == n {
                break;
            }
        }
    }
    best.sort_unstable();
    best.into_iter().filter_map(|at| Some(candidates.sentence(at)?.text.clone().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{
        TeaserContext, TeaserMethod, TeaserOptions,
        tests::{made, post},
    };
    use crate::html::BlockKind::{self, Caption, Code, Heading, ListItem, Paragraph, Quote};

    #[track_caller]
    fn check(blocks: &[(BlockKind, &str)], expect: Option<&str>) {
        assert_eq!(made(TeaserMethod::Extract, "", blocks).ok().as_deref(), expect);
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
        assert!(
            [TOLD, Some(&behind)].contains(&made(TeaserMethod::Extract, "", &[(Paragraph, &behind)]).ok().as_deref())
        );
        check(&[(Paragraph, &[FOUND.1, "But why so?", hole].join(" "))], TOLD);
    }

    #[test]
    fn what_stands_between_two_sentences_parts_them() {
        let leaning = (Paragraph, "This is why the harbour office closed the quay for all boats on Sunday.");
        let both = [FOUND.1, leaning.1].join(" ");
        let whole = |blocks: &[_]| made(TeaserMethod::Extract, "", blocks).unwrap();
        assert!(whole(&[FOUND, (Code, "let quay = 1;"), leaning]) == FOUND.1);
        assert!([FOUND.1, &both].contains(&whole(&[FOUND, leaning]).as_str()));
        let inner = "The crane of the north pier lifted the plank on Sunday.";
        let apart = format!("{} The gulls slept. {inner}", FOUND.1);
        assert!(!whole(&[(Paragraph, &apart)]).contains(&[FOUND.1, inner].join(" ")));
    }

    #[test]
    fn an_item_is_a_part_of_its_list() {
        let item = "Divers and the harbour office found holes in the north quay on Sunday, on Monday and in May.";
        let said = "The harbour office has told the club what it will do about the quay.";
        let more = "The club waits for the spring, and for the plans of the harbour office, until it will be told.";
        let told = made(TeaserMethod::Extract, "", &[(Paragraph, said), (Paragraph, more), (ListItem, item)]).unwrap();
        assert!(!told.contains(item));
        check(&[(ListItem, item)], Some(item));
        let bad = "It is so. It is closed. It was open. It will be again.";
        let words = post("", &format!("<p>{bad}</p><ul><li>{item}</li></ul>"));
        assert_eq!(super::super::tease(&words, &TeaserOptions::default(), &TeaserContext::default()).teaser.text, item);
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
    fn lists_are_summed_up() {
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
        assert_eq!(made(TeaserMethod::Extract, "", &blocks), made(TeaserMethod::Extract, "", &blocks));
    }
}
