//! The library without the binary: posts of a folder, selected, laid out, written to a page.
//!
//! `cargo run --example library`

use chrono::{TimeZone as _, Utc};
use tidings::{
    digest::{Answers, Plan, compose},
    edition::EditionId,
    render::{Templates, render},
    select::{DigestHistory, select},
    source::{self, FolderOptions, Kind, Source, Validators, fetch},
    zone::Zone,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let now = Utc.with_ymd_and_hms(2025, 4, 1, 7, 30, 0).single().unwrap_or_default();
    let posts = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/minimal/posts");
    let folder = Kind::Folder {
        path: posts.into(),
        options: FolderOptions { base_url: Some("https://pocket.example/".parse()?), ..FolderOptions::default() },
    };
    let sources = [Source { name: "posts".into(), kind: folder, tags: vec![], full_text: false }];
    let (limits, past) = (fetch::Limits::default(), Validators::new());
    let context = source::GatherContext { limits: &limits, past: &past, zone: Zone::utc(), now };
    let gathered = source::gather(&sources, &context).await;

    let digest = serde_json::from_value(serde_json::json!({
        "subject": "{{ posts[0].title }} and {{ posts | length - 1 }} more", "schedule": "weekly mon 07:30",
    }))?;
    let publication = serde_json::from_value(serde_json::json!({
        "name": "Pocket Almanac", "from": "Pocket Almanac <almanac@pocket.example>",
    }))?;
    let templates = Templates::built_in();
    let plan = Plan {
        digest: &digest,
        publication: &publication,
        sources: &sources,
        limits: &limits,
        templates: &templates,
        has_unsubscribe: false,
        public_url: None,
        llm: None,
    };
    let posts = gathered.fetched.into_iter().flat_map(|fetched| fetched.posts).collect();
    let selection = select(posts, &digest.select, &DigestHistory::default(), now);
    let draft = compose(&plan, selection, &Answers::new(), EditionId::new([7; 16]), 1, now);
    let rendered = render(&draft.edition, &templates)?;
    println!("{}\n\n{}", rendered.subject, rendered.text);
    Ok(())
}
