//! Posts of one's own in place of sources, as a static site generator or a CMS has them: selected, laid out, printed.
//!
//! `cargo run --example own_posts --no-default-features >digest.html`

use chrono::{TimeZone as _, Utc};
use tidings::{
    digest::{Answers, Plan, compose},
    edition::EditionId,
    post::Post,
    render::{Templates, render},
    select::{DigestHistory, select},
    source::fetch,
};

fn main() -> anyhow::Result<()> {
    let now = Utc.with_ymd_and_hms(2026, 5, 4, 7, 30, 0).single().unwrap_or_default();
    let ferry = "<p>The ferry to the island runs every hour from May on.</p><p>Its first boat leaves at six.</p>";
    let crane = "<p>The old crane at the quay turns again after nine years of rust.</p>";
    let posts = vec![
        Post {
            published: Some(now),
            ..Post::new("https://harbour.example/ferry/".parse()?, "The ferry is back", ferry)
        },
        Post {
            tags: vec!["quay".into()],
            ..Post::new("https://harbour.example/crane/".parse()?, "A crane turns", crane)
        },
    ];

    let digest = serde_json::from_value(serde_json::json!({
        "subject": "{{ posts[0].title }} and {{ posts | length - 1 }} more", "schedule": "weekly mon 07:30",
    }))?;
    let publication = serde_json::from_value(serde_json::json!({
        "name": "Harbour Notes", "from": "Harbour Notes <notes@harbour.example>",
    }))?;
    let (limits, templates) = (fetch::Limits::default(), Templates::built_in());
    let plan = Plan {
        digest: &digest,
        publication: &publication,
        sources: &[],
        limits: &limits,
        templates: &templates,
        has_unsubscribe: false,
        public_url: None,
        llm: None,
    };
    let selection = select(posts, &digest.select, &DigestHistory::default(), now);
    let draft = compose(&plan, selection, &Answers::new(), EditionId::new([7; 16]), 1, now);
    let rendered = render(&draft.edition, &templates)?;
    eprintln!("{}", rendered.subject);
    println!("{}", rendered.html);
    Ok(())
}
