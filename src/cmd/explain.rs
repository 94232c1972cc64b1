//! `explain`: every candidate post, in or out, and why.

use chrono::{DateTime, Utc};
use comfy_table::{ContentArrangement, Row, Table};
use serde::Serialize;
use serde_json::json;

use super::{
    edition_output::warn_of_problems,
    exit::{Exit, Failure},
    invocation::Invocation,
    output::{count, table},
};
use crate::{
    digest, html,
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
    let day = |at: Option<DateTime<Utc>>| {
        at.map_or_else(|| "–".to_owned(), |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
    };
    let (picked, others) = in_display_order(&draft.selection);
    let mut items = draft.edition.posts.iter().zip(&draft.refused).filter(|_| args.teasers);
    let (mut rows, mut groups) = (Vec::new(), Vec::<Group>::new());
    for (index, selected) in picked.iter().map(|&i| (i, true)).chain(others.iter().map(|&i| (i, false))) {
        let candidate = &draft.selection.candidates[index];
        let post = &candidate.post;
        let (reason, fate) = (candidate.reason.to_string(), candidate.reason.fate());
        let group = match groups.iter().position(|group| group.selected == selected && group.fate == fate) {
            Some(at) => at,
            None => {
                let table = table(&["published", "first seen", "source", "title"]);
                groups.push(Group { selected, fate, posts: 0, table });
                groups.len() - 1
            }
        };
        let group = &mut groups[group];
        group.posts += 1;
        let made = if selected { items.next() } else { None };
        if selected || group.posts <= MAX_LISTED {
            let title = html::shorten(&post.title, MAX_TITLE);
            let cells = [day(post.published), day(candidate.first_seen), post.source.clone(), title];
            let mut row = Row::from(cells);
            row.max_height(1);
            group.table.add_row(row);
        }
        let teaser = made.map(|(item, _)| &item.teaser);
        if let Some((item, refused)) = made {
            group.table.add_row(["", "", item.teaser.from.as_str(), &item.teaser.text]);
            for SkippedMethod { method, reason } in refused {
                group.table.add_row(["", "", method.as_str(), &format!("no teaser: {reason}")]);
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
    let passed_over: Vec<_> = draft.folders.iter().flat_map(|(_, folder)| &folder.passed_over).collect();
    let json = json!({ "posts": rows, "overflow": draft.edition.overflow, "passed_over": passed_over });
    let mut shown: Vec<String> = groups.into_iter().map(Group::shown).collect();
    if shown.is_empty() {
        shown.push("no source gave a post\n".to_owned());
    }
    shown.extend(draft.folders.iter().filter_map(|(source, folder)| {
        let generator = folder.generator.map(|generator| format!("a folder of {generator}"));
        let all: Vec<String> = generator.into_iter().chain(folder.summary()).collect();
        (!all.is_empty()).then(|| format!("{source}: {}\n", all.join("; ")))
    }));
    let shown = shown.join("\n").trim_end().to_owned();
    invocation.print(&json, shown)?;
    Ok(Exit::Done)
}

/// So many posts of one fate that are not in are named; there may be a thousand.
const MAX_LISTED: usize = 10;

/// Longer titles are cut, in graphemes; a terminal may have room for less.
const MAX_TITLE: usize = 100;

/// Posts of which the same became.
struct Group {
    selected: bool,
    fate: String,
    posts: usize,
    table: Table,
}

impl Group {
    fn shown(mut self) -> String {
        // Where nobody looks at a terminal, lines stay whole, so that they can be searched.
        if let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size() {
            self.table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        let place = if self.selected { "in" } else { "out" };
        let mut shown =
            format!("{place}, {}: {}\n{}\n", count(self.posts as i64, "post"), self.fate, self.table.trim_fmt());
        if !self.selected && self.posts > MAX_LISTED {
            shown.push_str(&format!(" … and {} more; `--json` names them all\n", self.posts - MAX_LISTED));
        }
        shown
    }
}

/// The selected posts in the order of the edition, then the others as they were offered.
fn in_display_order(selection: &crate::select::Selection) -> (&[usize], Vec<usize>) {
    let picked: std::collections::HashSet<usize> = selection.picked.iter().copied().collect();
    (&selection.picked, (0..selection.candidates.len()).filter(|index| !picked.contains(index)).collect())
}
