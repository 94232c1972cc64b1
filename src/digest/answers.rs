//! What a language model says of the selected posts: known from the store, or asked now.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Plan, pinned};
use crate::{
    select::Selection,
    store::{self, Store},
    teaser::{
        self, PreviousTeaser, SharedText, TeaserContext, TeaserMethod,
        llm::{self, AskOutcome, ContentWords, Prompt},
    },
};

/// A language model's words, or why there are none, by the post's place among the candidates.
pub type Answers = HashMap<usize, store::ModelAnswer>;

/// Asks about those selected posts for which no maker before the model has a teaser.
///
/// A store that cannot be read or written only makes the answers be asked for again.
pub(super) async fn answers(store: &Store, plan: &Plan<'_>, selection: &Selection, now: DateTime<Utc>) -> Answers {
    let Some(access) = &plan.llm else { return Answers::new() };
    let mut answers = Answers::new();
    let mut open: Vec<(usize, Prompt)> = Vec::new();
    for index in wanting(plan, selection) {
        let post = &selection.candidates[index].post;
        match llm::build_prompt(post, &plan.digest.teaser, access.endpoint) {
            Some(question) => open.push((index, question)),
            None => drop(answers.insert(index, Err("no good sentence to ask about".to_owned()))),
        }
    }
    let keys: Vec<&str> = open.iter().map(|(_, question)| question.key.as_str()).collect();
    let known = store.model_answers(&keys).await.unwrap_or_else(|error| {
        tracing::warn!("the answers of the language model cannot be read: {error}");
        HashMap::new()
    });
    let (known_ones, new): (Vec<_>, Vec<_>) = open.iter().partition(|(_, question)| known.contains_key(&question.key));
    let questions: Vec<&Prompt> = new.iter().map(|(_, question)| question).collect();
    // Whoever may not ask hears of the others that they were not asked.
    let asked = if access.may_ask { llm::ask(access, &questions).await } else { Vec::new() };
    let mut kept = Vec::new();
    for ((index, question), asked) in new.iter().zip(&asked) {
        match asked {
            AskOutcome::Answered(answer) => {
                kept.push((question.key.as_str(), answer));
                answers.insert(*index, answer.clone());
            }
            AskOutcome::Failed(reason) => drop(answers.insert(*index, Err(reason.clone()))),
        }
    }
    // One line for a run, whatever the number of posts: the first reason is why the others were not asked.
    if let Some(reason) = asked.iter().find_map(|asked| match asked {
        AskOutcome::Failed(reason) => Some(reason),
        AskOutcome::Answered(_) => None,
    }) {
        tracing::warn!("not every teaser could be asked of the language model: {reason}");
    }
    let used: Vec<&str> = known_ones.iter().map(|(_, question)| question.key.as_str()).collect();
    for (index, question) in known_ones {
        answers.extend(known.get(&question.key).map(|answer| (*index, answer.clone())));
    }
    if (!kept.is_empty() || !used.is_empty())
        && let Err(error) = store.save_model_answers(&kept, &used, now).await
    {
        tracing::warn!("the answers of the language model cannot be kept: {error}");
    }
    refuse_strangers(&mut answers, selection);
    answers
}

/// The picked posts whose teaser would be the model's, or of a maker behind it.
fn wanting(plan: &Plan<'_>, selection: &Selection) -> Vec<usize> {
    let shared = SharedText::of(selection.candidates.iter().map(|candidate| &candidate.post));
    let mut earlier = Vec::new();
    let mut wanting = Vec::new();
    for &index in &selection.picked {
        let post = &selection.candidates[index].post;
        let pinned = pinned(post, plan.digest);
        let context = TeaserContext { pinned, shared: Some(&shared), earlier: &earlier, answer: None };
        let made = teaser::tease(post, &plan.digest.teaser, &context);
        if made.skipped.iter().any(|refusal| refusal.method == TeaserMethod::Llm) {
            wanting.push(index);
        }
        earlier.push(PreviousTeaser::of(&made.teaser.text));
    }
    wanting
}

/// Refuses what fits another post of the edition as well as its own.
fn refuse_strangers(answers: &mut Answers, selection: &Selection) {
    if !answers.values().any(Result::is_ok) {
        return;
    }
    let words: HashMap<usize, ContentWords> = selection
        .picked
        .iter()
        .map(|index| (*index, ContentWords::of_post(&selection.candidates[*index].post)))
        .collect();
    for (index, answer) in answers {
        let Some(own) = words.get(index) else { continue };
        let others = words.iter().filter(|(other, _)| *other != index).map(|(_, words)| words);
        if answer.as_ref().is_ok_and(|text| !llm::is_about(text, own, others)) {
            *answer = Err("speaks of another post".to_owned());
        }
    }
}
