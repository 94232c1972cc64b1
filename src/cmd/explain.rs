//! `explain`: every candidate post, in or out, and why.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    edition_output::warn_of_problems,
    exit::{Exit, Failure},
    invocation::Invocation,
    output::table,
};
use crate::{
    digest,
    teaser::{SkippedMethod, TeaserSource},
};

/// Says of every candidate post whether it is in or out, and why.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The teaser that each selected post gets too, where it came from, and why other makers had none.
    #[arg(long)]
    teasers: bool,
}

/// A candidate as `explain --json` shows it.
#[derive(Debug, Serialize)]
struct CandidateJson<'a> {
    id: &'a str,
    url: Option<&'a url::Url>,
    title: &'a str,
    published: Option<DateTime<Utc>>,
    first_seen: Option<DateTime<Utc>>,
    source: &'a str,
    selected: bool,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    teaser: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    teaser_from: Option<TeaserSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    teaser_refused: Option<&'a [SkippedMethod]>,
}

/// Runs the command.
pub async fn run(args: Args, invocation: &Invocation) -> Result<Exit, Failure> {
    let config = invocation.load_config()?;
    let chosen = invocation.digest(&config)?;
    let store = invocation.open_store(&config).await?;
    let sources = config.sources_of(chosen);
    let now = invocation.now();
    // Only who wants to see teasers pays for a model's.
    let plan =
        if args.teasers { config.plan(chosen, &sources) } else { config.plan_without_llm_requests(chosen, &sources) };
    let draft = digest::draft(&store, &plan, now).await?;
    warn_of_problems(invocation, &draft.problems, &[]);
    let zone = config.publication.timezone;
    let mut rows = Vec::new();
    let mut shown = table(&["", "published", "first seen", "source", "title", "why"]);
    let day = |at: Option<DateTime<Utc>>| {
        at.map_or_else(|| "–".to_owned(), |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
    };
    let (picked, others) = in_display_order(&draft.selection);
    let mut items = draft.edition.posts.iter().zip(&draft.refused).filter(|_| args.teasers);
    for (index, selected) in picked.iter().map(|&i| (i, true)).chain(others.iter().map(|&i| (i, false))) {
        let candidate = &draft.selection.candidates[index];
        let post = &candidate.post;
        let reason = candidate.reason.to_string();
        let mark = if selected { "+" } else { " " };
        let (published, seen) = (day(post.published), day(candidate.first_seen));
        shown.add_row([mark, &published, &seen, &post.source, &post.title, &reason]);
        let made = if selected { items.next() } else { None };
        let teaser = made.map(|(item, _)| &item.teaser);
        if let Some((item, refused)) = made {
            shown.add_row(["", "", "", item.teaser.from.as_str(), &item.teaser.text, ""]);
            for SkippedMethod { method, reason } in refused {
                shown.add_row(["", "", "", method.as_str(), "", &format!("no teaser: {reason}")]);
            }
        }
        rows.push(CandidateJson {
            id: post.id.as_str(),
            url: post.url.as_ref(),
            title: &post.title,
            published: post.published,
            first_seen: candidate.first_seen,
            source: &post.source,
            selected,
            reason,
            teaser_from: teaser.map(|teaser| teaser.from),
            teaser: teaser.map(|teaser| teaser.text.clone()),
            teaser_refused: made.map(|(_, refused)| refused.as_slice()),
        });
    }
    invocation.print(&BTreeMap::from([("posts", rows)]), shown)?;
    Ok(Exit::Done)
}

/// The selected posts in the order of the edition, then the others as they were offered.
fn in_display_order(selection: &crate::select::Selection) -> (&[usize], Vec<usize>) {
    let picked: std::collections::HashSet<usize> = selection.picked.iter().copied().collect();
    (&selection.picked, (0..selection.candidates.len()).filter(|index| !picked.contains(index)).collect())
}
