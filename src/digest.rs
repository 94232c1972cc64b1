//! From sources to an edition: the first of the two acts.
//!
//! [`compose`] is pure. [`draft`] reads the past from the store, gathers, and composes; [`next`] is what preview,
//! test and send all show: the frozen edition where one is still being sent, else a fresh draft.

mod pictures;
mod teasers;

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::{
    diagnostic::{Diagnostic, Explain},
    edition::{Edition, EditionId, ImageUse, Item, Publication, Sections},
    message,
    post::Filter,
    render::{self, Templates, Variants},
    schedule::Schedule,
    select::{self, Rules, Selection},
    source::{self, Gathered, Problem, Source, fetch},
    store::{self, FrozenEdition, Store},
    subscriber::Address,
    teaser::{SkippedMethod, TeaserOptions, TeaserResult, llm},
};

pub use teasers::Answers;
use teasers::Teasers;

/// A recurring publication: `[digest.NAME]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// The table's name.
    #[serde(skip)]
    pub name: String,
    /// The name for readers. Default: the publication's name.
    pub title: Option<String>,
    /// The subject, Tera, as `{{ posts[0].title }} and {{ posts | length - 1 }} more`. Required.
    pub subject: String,
    /// The line that an inbox shows after the subject, Tera. Default: the first post's teaser.
    #[serde(default = "lead_teaser")]
    pub preheader: String,
    /// The layout: `classic`, `cards`, `plain`, `brief`, or one of your own in `templates/`. Default: `classic`.
    #[serde(default = "classic")]
    pub template: String,
    /// When it is due: `daily 07:30`, `weekly mon 07:30`, `monthly 1 09:00`, `monthly last fri 09:00`, or five cron
    /// fields. Required.
    pub schedule: Schedule,
    /// A run found late by more than this is not simply sent. Default: `2h`.
    #[serde(default = "two_hours", with = "humantime_serde")]
    pub late: Duration,
    /// What becomes of a late run: `send`, `skip` (its posts wait) or `hold` (for `editions approve`). Default: `hold`.
    #[serde(default)]
    pub late_policy: LatePolicy,
    /// Whether an editor is asked first: `none`, `veto` (no answer sends it) or `required` (no answer holds it).
    /// Default: `none`.
    #[serde(default)]
    pub approval: Approval,
    /// How long before its time an edition is frozen and its editor asked. Default: `3h`.
    #[serde(default, with = "humantime_serde")]
    pub approval_window: Option<Duration>,
    /// The address of the editor who is asked. Default: nobody; required with `approval`.
    #[serde(default, deserialize_with = "address")]
    pub editor: Option<Address>,
    /// The names of its sources. Default: all.
    pub sources: Option<Vec<String>>,
    /// Who gets it, by the tags of subscribers, as `{ any = ["weekly"], all = [], none = [] }`. Default: every active
    /// subscriber.
    #[serde(default)]
    pub audience: Filter,
    /// The editor's own words, Markdown and Tera. Default: none.
    pub intro: Option<String>,
    /// The file that holds them. Default: none.
    pub intro_file: Option<std::path::PathBuf>,
    /// What becomes of the posts' pictures: `link` (names those that can be seen), `embed` (carries them along) or
    /// `none`. Default: `link`.
    #[serde(default)]
    pub image: ImageUse,
    /// What the posts below the first are grouped by: `none`, `source` or `tag` (the first of each post). Default:
    /// `none`.
    #[serde(default)]
    pub sections: Sections,
    /// Looks: `accent`, `background`, `paper`, `ink` (colours), `font`, `heading_font`, `logo` (an https address or a
    /// file), `width` (320 to 800), `radius` (0 to 48). Default: the layout's own.
    #[serde(default, deserialize_with = "words_and_numbers")]
    pub theme: BTreeMap<String, String>,
    /// Replacements of our own words, as `{ read_on = "Keep reading" }`. Default: those of the reader's language.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
    /// An editor's teasers, by the post's URL or id. Default: none.
    #[serde(default)]
    pub teasers: BTreeMap<String, String>,
    /// Which posts go in. Default: as each key says.
    #[serde(default)]
    pub select: Rules,
    /// How teasers are made. Default: as each key says.
    #[serde(default)]
    pub teaser: TeaserOptions,
}

/// What becomes of a run found late: `late_policy`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LatePolicy {
    /// Sent all the same.
    Send,
    /// Passed over; the posts wait.
    Skip,
    /// FrozenEdition and held for an editor's word.
    #[default]
    Hold,
}

/// Whether an editor is asked before a scheduled edition goes out: `approval`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    /// Nobody is asked.
    #[default]
    None,
    /// Silence sends it.
    Veto,
    /// Silence holds it.
    Required,
}

impl Digest {
    /// How long before its due time an edition is frozen and its editor asked; nothing where nobody is.
    pub fn window(&self) -> Duration {
        match self.approval {
            Approval::None => Duration::ZERO,
            _ => self.approval_window.unwrap_or(THREE_HOURS),
        }
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Address>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

/// Reads texts, and whole numbers as texts.
fn words_and_numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "neither a text nor a whole number")]
    enum Value {
        Text(String),
        Number(i64),
    }
    let given = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let text = |value| match value {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string(),
    };
    Ok(given.into_iter().map(|(key, value)| (key, text(value))).collect())
}

fn classic() -> String {
    "classic".to_owned()
}

fn lead_teaser() -> String {
    "{{ posts[0].teaser }}".to_owned()
}

/// What `approval_window` is where it is left out.
const THREE_HOURS: Duration = Duration::from_secs(3 * 60 * 60);

fn two_hours() -> Duration {
    Duration::from_secs(2 * 60 * 60)
}

/// What making an edition needs from the config.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// The digest.
    pub digest: &'a Digest,
    /// Who publishes it.
    pub publication: &'a Publication,
    /// Its sources, in the order of the config.
    pub sources: &'a [Source],
    /// Limits of fetching.
    pub limits: &'a fetch::Limits,
    /// The user's own templates.
    pub templates: &'a Templates,
    /// Whether messages can carry a link to unsubscribe.
    pub has_unsubscribe: bool,
    /// Where the pages behind a mail's links are.
    pub public_url: Option<&'a Url>,
    /// The language model, where the digest names one.
    pub llm: Option<llm::Access<'a>>,
}

/// An edition that is not frozen, and why it is so.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The edition; without posts where there is nothing to send.
    pub edition: Edition,
    /// Every candidate and its reason.
    pub selection: Selection,
    /// For each post of the edition, the makers that had no teaser for it, and why.
    pub refused: Vec<Vec<SkippedMethod>>,
    /// What went wrong at the sources.
    pub problems: Vec<Problem>,
}

/// Why there is no next edition to show.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A template.
    #[error(transparent)]
    Render(#[from] render::Error),
    /// No randomness to be had.
    #[error("cannot draw a random edition id: {0}")]
    Random(String),
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Store(error) => error.diagnostic(),
            Self::Render(error) => error.diagnostic(),
            Self::Random(_) => Diagnostic::of_causes(self),
        }
    }
}

/// The edition that preview, test and send show.
#[derive(Debug)]
pub enum Next {
    /// FrozenEdition before, and not finished.
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
        (0, _) => "the sources gave no posts".to_owned(),
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
    let context = source::Context { limits: plan.limits, past: &past, zone: plan.publication.timezone, now };
    let gathered = source::gather(sources, &context).await;
    for harvest in &gathered.harvests {
        tracing::info!(source = harvest.source, state = ?harvest.state, posts = harvest.posts.len(), "gathered");
    }
    Ok(gathered)
}

async fn draft_of(store: &Store, plan: &Plan<'_>, gathered: &Gathered, now: DateTime<Utc>) -> Result<Draft, Error> {
    let posts = store.ingest(gathered, plan.sources, now).await?;
    // Read before what was seen: if somebody freezes an edition in between, the number is theirs and this draft,
    // which may hold the same posts, cannot be frozen.
    let number = store.next_edition_number(&plan.digest.name).await?;
    let seen = store.history(&plan.digest.name).await?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::Random(error.to_string()))?;
    let selection = select::select(posts, &plan.digest.select, &seen, now);
    let mut teasers = Teasers::of(&plan.digest.teaser, &plan.digest.teasers, &selection);
    let answers = match &plan.llm {
        Some(access) => teasers.ask(store, access, now).await,
        None => Answers::new(),
    };
    let made = teasers.make(&answers);
    let mut draft = assemble(plan, selection, made, EditionId::new(random), number, now);
    draft.problems.clone_from(&gathered.problems);
    Ok(draft)
}

/// Makes teasers of the selected posts, and puts an edition together; pure. `answers` are a language model's, by
/// the post's place among the candidates.
pub fn compose(
    plan: &Plan<'_>,
    selection: Selection,
    answers: &Answers,
    id: EditionId,
    number: i64,
    now: DateTime<Utc>,
) -> Draft {
    let teasers = Teasers::of(&plan.digest.teaser, &plan.digest.teasers, &selection).make(answers);
    assemble(plan, selection, teasers, id, number, now)
}

/// Puts an edition together of the selected posts and their teasers.
fn assemble(
    plan: &Plan<'_>,
    selection: Selection,
    teasers: Vec<TeaserResult>,
    id: EditionId,
    number: i64,
    now: DateTime<Utc>,
) -> Draft {
    let Plan { digest, publication, .. } = *plan;
    let (mut posts, mut refused) = (Vec::new(), Vec::new());
    for (&index, result) in selection.picked.iter().zip(teasers) {
        let candidate = &selection.candidates[index];
        let mut post = candidate.post.clone();
        // A post without a date takes the time when it was first seen.
        post.published = post.published.or(candidate.first_seen);
        refused.push(result.skipped);
        posts.push(Item { post, teaser: result.teaser });
    }
    let edition = Edition {
        id,
        digest: digest.name.clone(),
        number,
        date: now,
        publication: publication.clone(),
        title: digest.title.clone().unwrap_or_else(|| publication.name.clone()),
        subject: digest.subject.clone(),
        preheader: digest.preheader.clone(),
        template: digest.template.clone(),
        language: publication.language.clone(),
        intro: digest.intro.clone(),
        image: digest.image,
        sections: digest.sections,
        images: Vec::new(),
        theme: digest.theme.clone(),
        texts: digest.texts.clone(),
        posts,
        has_unsubscribe: plan.has_unsubscribe,
        archive_url: plan
            .public_url
            .and_then(|url| message::page_url(url, &["archive", &digest.name, &number.to_string()])),
    };
    Draft { edition, selection, refused, problems: Vec::new() }
}
