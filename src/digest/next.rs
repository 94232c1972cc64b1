//! From the store's past and the sources to the edition that comes next.

use chrono::{DateTime, Utc};

use super::{
    compose::{Draft, Plan, assemble},
    error::Error,
    pictures,
    teasers::{Answers, Teasers},
};
use crate::{
    edition::EditionId,
    render::Variants,
    select,
    source::{self, FolderReport, Gathered, Source},
    store::{FrozenEdition, Ingested, Store},
};

/// The edition that preview, test and send show.
#[derive(Debug)]
pub enum Next {
    /// Frozen before, and not finished.
    Unfinished(Box<FrozenEdition>),
    /// Made now.
    Fresh(Box<Draft>, Box<Variants>),
    /// Nothing to send, and why.
    Nothing(Box<Draft>, String),
}

/// Gives the edition to come: the one that is still being sent, or a fresh one.
///
/// # Errors
/// When the store or a template fails. A source that fails is no error.
pub async fn next(store: &Store, plan: &Plan<'_>, now: DateTime<Utc>) -> Result<Next, Error> {
    if let Some(frozen) = store.unfinished_edition(&plan.digest.name).await? {
        return Ok(Next::Unfinished(Box::new(frozen)));
    }
    fresh(store, plan, now).await
}

/// Gives a fresh edition, whatever is still being sent.
///
/// # Errors
/// As [`next`].
pub async fn fresh(store: &Store, plan: &Plan<'_>, now: DateTime<Utc>) -> Result<Next, Error> {
    let gathered = gather(store, plan, plan.sources, now).await?;
    fresh_of(store, plan, &gathered, now).await
}

/// Gives a fresh edition of what was gathered already.
///
/// # Errors
/// As [`next`].
pub async fn fresh_of(store: &Store, plan: &Plan<'_>, gathered: &Gathered, now: DateTime<Utc>) -> Result<Next, Error> {
    let mut draft = draft_of(store, plan, gathered, now).await?;
    if draft.edition.posts.is_empty() {
        let reason = why_empty(&draft, plan.digest.select.min);
        return Ok(Next::Nothing(Box::new(draft), reason));
    }
    let (variants, problems) = pictures::lay_out(store, plan, &mut draft.edition, now).await?;
    draft.problems.extend(problems);
    Ok(Next::Fresh(Box::new(draft), Box::new(variants)))
}

/// Why a selection makes no edition.
fn why_empty(draft: &Draft, min: usize) -> String {
    match (draft.selection.candidates.len(), draft.selection.waiting()) {
        (0, _) if !draft.problems.is_empty() => "no source gave a post; `tidings status` says what is wrong".to_owned(),
        (0, _) => {
            match draft.folders.iter().find_map(|(source, folder)| Some((source, folder.summary()?, folder.hint()))) {
                Some((source, summary, hint)) => format!("the sources gave no posts; in `{source}`, {summary}; {hint}"),
                None => "the sources gave no posts".to_owned(),
            }
        }
        (_, 0) => "no post is new since the last edition".to_owned(),
        (_, 1) => format!("1 new post waits until there are {min}"),
        (_, waiting) => format!("{waiting} new posts wait until there are {min}"),
    }
}

/// Gathers and composes, whatever is still being sent.
///
/// # Errors
/// When the store fails.
pub async fn draft(store: &Store, plan: &Plan<'_>, now: DateTime<Utc>) -> Result<Draft, Error> {
    let gathered = gather(store, plan, plan.sources, now).await?;
    draft_of(store, plan, &gathered, now).await
}

/// Reads `sources`, all of the plan's or some.
///
/// # Errors
/// When the store fails. A source that fails is no error.
pub async fn gather(store: &Store, plan: &Plan<'_>, sources: &[Source], now: DateTime<Utc>) -> Result<Gathered, Error> {
    let past = store.validators().await?;
    let context = source::GatherContext { limits: plan.limits, past: &past, zone: plan.publication.timezone, now };
    let gathered = source::gather(sources, &context).await;
    for fetched in &gathered.fetched {
        tracing::info!(source = fetched.source, state = ?fetched.state, posts = fetched.posts.len(), "gathered");
    }
    Ok(gathered)
}

async fn draft_of(store: &Store, plan: &Plan<'_>, gathered: &Gathered, now: DateTime<Utc>) -> Result<Draft, Error> {
    let Ingested { posts, problems } = store.ingest(gathered, plan.sources, now).await?;
    // Read before what was seen: if somebody freezes an edition in between, the number is theirs and this draft,
    // which may hold the same posts, cannot be frozen.
    let number = store.next_edition_number(&plan.digest.name).await?;
    let seen = store.history(&plan.digest.name).await?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::Random(error.to_string()))?;
    let selection = select::select(posts, &plan.digest.select, &seen, now);
    let mut teasers = Teasers::for_selection(&plan.digest.teaser, &plan.digest.teasers, &selection);
    let answers = match &plan.llm {
        Some(access) => teasers.ask(store, access, now).await,
        None => Answers::new(),
    };
    let made = teasers.make(&answers);
    let mut draft = assemble(plan, selection, made, EditionId::new(random), number, now);
    draft.problems = gathered.problems.iter().cloned().chain(problems).collect();
    let folders = gathered.fetched.iter().filter(|fetched| fetched.folder != FolderReport::default());
    draft.folders = folders.map(|fetched| (fetched.source.clone(), fetched.folder.clone())).collect();
    Ok(draft)
}
