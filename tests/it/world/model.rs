//! An OpenAI-compatible endpoint that says what a test tells it to, and a project that asks it.

use serde_json::json;
use tidings::{
    config::Config,
    digest::{self, Draft},
    store::Store,
};

use super::web::{Answer, Request, Web};
use crate::project::Project;

/// The envelope around a model's content.
pub fn envelope(content: &str) -> String {
    let choice = json!({ "index": 0, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" });
    json!({ "object": "chat.completion", "choices": [choice], "usage": { "total_tokens": 300 } }).to_string()
}

/// An answer whose teaser is `text`.
pub fn says(text: &str) -> Answer {
    Answer::new("200 OK", envelope(&json!({ "teaser": text }).to_string()))
}

/// What the request shows of the post, as JSON.
pub fn shown(request: &Request) -> serde_json::Value {
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    let user = body["messages"][1]["content"].as_str().unwrap();
    serde_json::from_str(user.lines().nth(1).unwrap()).unwrap()
}

/// A project whose digest asks the model at `url` first, then the extractor; `limits` are more keys of `[llm]`.
pub fn project(url: &str, limits: &str) -> Project {
    Project::with_notes(&format!(
        "[digest.weekly.teaser]\nfrom = [\"llm\", \"extract\"]\n[llm]\nbase_url = \"{url}/v1\"\nmodel = \"small\"\n{limits}\n"
    ))
}

/// A post of the project, as HTML.
pub fn post(project: Project, day: usize, title: &str, body: &str) -> Project {
    project.file(
        &format!("posts/p{day}.html"),
        format!("---\ntitle: '{title}'\ndate: 2025-05-{day:02}\nlang: en\n---\n{body}\n"),
    )
}

/// Teasers of a project's next edition: text, maker, and what the model's refusal said.
pub fn teasers(project: &Project) -> Vec<(String, String, Option<String>)> {
    let draft = draft(project);
    let refusal = |refused: &Vec<tidings::teaser::SkippedMethod>| {
        let of_model = refused.iter().find(|refusal| refusal.method == tidings::teaser::TeaserMethod::Llm);
        of_model.map(|refusal| refusal.reason.to_string())
    };
    let items = draft.edition.posts.iter().zip(&draft.refused);
    items
        .map(|(item, refused)| (item.teaser.text.clone(), item.teaser.from.as_str().to_owned(), refusal(refused)))
        .collect()
}

/// Makes the next edition without freezing it.
pub fn draft(project: &Project) -> Draft {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = Config::load(&project.path("tidings.toml"), &[]).unwrap();
        let now = "2025-06-01T12:00:00Z".parse().unwrap();
        let store = Store::open(&config.store, now).await.unwrap();
        let chosen = config.digest(None).unwrap();
        let sources = config.sources_of(chosen);
        let draft = digest::draft(&store, &config.plan(chosen, &sources), now).await.unwrap();
        store.close().await;
        draft
    })
}

/// A model that answers every question with the same words.
pub fn always(text: &str) -> Web {
    let text = text.to_owned();
    Web::start(move |_| says(&text))
}
