//! The edition that is measured: posts of invented words, the same on every machine.

use chrono::DateTime;
use serde_json::json;
use tidings::{
    digest::{self, Plan},
    edition::{Edition, EditionId},
    post::{Post, PostId},
    render::Templates,
    select::{DigestHistory, select},
    source::fetch,
};

/// An edition of `posts` posts, each with a teaser of `words` words.
pub(crate) fn edition(posts: usize, template: &str, words: usize) -> anyhow::Result<Edition> {
    let now = DateTime::from_timestamp(1_795_334_400, 0).unwrap_or_default();
    let digest = serde_json::from_value(json!({
        "subject": "{{ posts[0].title }} and {{ posts | length - 1 }} more", "schedule": "weekly mon 07:30",
        "template": template, "select": { "max": posts },
        "teaser": { "max_chars": 700, "max_sentences": 9 },
    }))?;
    let publication = serde_json::from_value(json!({
        "name": "Bench Notes", "from": "Bench Notes <notes@bench.example>", "reply_to": "editor@bench.example",
        "address": "1 Long Street, Lisbon",
    }))?;
    let limits = fetch::Limits::default();
    let templates = Templates::built_in();
    let plan = Plan {
        digest: &digest,
        publication: &publication,
        sources: &[],
        limits: &limits,
        templates: &templates,
        has_unsubscribe: true,
        public_url: None,
        llm: None,
    };
    let posts = (0..posts).map(|number| post(number, words)).collect::<anyhow::Result<_>>()?;
    let selection = select(posts, &digest.select, &DigestHistory::default(), now);
    let draft = digest::compose(&plan, selection, &digest::Answers::new(), EditionId::new([7; 16]), 1, now);
    Ok(draft.edition)
}

fn post(number: usize, count: usize) -> anyhow::Result<Post> {
    let url = format!("https://bench.example/posts/{number}").parse()?;
    let words = ["harbour", "quay", "lighthouse", "ferry", "tide", "crane", "captain", "rope", "storm", "market"];
    // Neighbouring posts of other words: one story told twice would go in once.
    let words: Vec<String> = (0..count).map(|at| format!("{}{}", words[at % 10], number * 31 + at)).collect();
    Ok(Post {
        id: PostId::new(None, Some(&url), ""),
        source: "blog".to_owned(),
        url: Some(url),
        title: format!("What the {} says of {}", words[number % 10], words[number % 10 + 11]),
        authors: vec!["Ana Reed".to_owned()],
        published: DateTime::from_timestamp(1_795_200_000 - number as i64 * 3_600, 0),
        updated: None,
        tags: vec!["harbour".to_owned(), "notes".to_owned()],
        language: None,
        image: None,
        description: None,
        teaser: Some(format!("{}.", words.join(" "))),
        body: format!("<p>{}.</p>", words.join(", ")),
        weight: None,
        draft: false,
        has_marked_lead: false,
    })
}
