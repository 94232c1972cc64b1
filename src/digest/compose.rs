//! Selected posts in, an edition out; pure.

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    settings::Digest,
    teasers::{Answers, Teasers},
};
use crate::{
    edition::{Edition, EditionId, Item, Publication},
    message,
    render::Templates,
    select::{Overflow, Selection},
    source::{FolderReport, Problem, Source, fetch},
    teaser::{SkippedMethod, TeaserResult, llm},
};

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
    /// The sources that are folders, and what each is.
    pub folders: Vec<(String, FolderReport)>,
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
    let teasers = Teasers::for_selection(&plan.digest.teaser, &plan.digest.teasers, &selection).make(answers);
    assemble(plan, selection, teasers, id, number, now)
}

/// Puts an edition together of the selected posts and their teasers.
pub(super) fn assemble(
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
    let waits = digest.select.overflow == Overflow::Wait;
    let waiting = selection.overflow().filter(|_| waits).map(|post| (post.source.clone(), post.id.clone())).collect();
    let edition = Edition {
        overflow: selection.overflow().count(),
        waiting,
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
    Draft { edition, selection, refused, problems: Vec::new(), folders: Vec::new() }
}
