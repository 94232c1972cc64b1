//! A short page: what it says, and what can be done.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::json;

use super::state::Present;
use crate::render::Words;

/// What a short page says; all of it is text.
#[derive(Debug, Default)]
pub(super) struct Note {
    pub(super) title: String,
    pub(super) paragraphs: Vec<String>,
    /// Titles of posts.
    pub(super) posts: Vec<String>,
    /// Addresses and what they are called.
    pub(super) links: Vec<(String, String)>,
    pub(super) actions: Vec<Action>,
}

/// Something to do by a POST of the page itself.
#[derive(Debug, Serialize)]
pub(super) struct Action {
    /// What stands before the button; empty for nothing.
    pub(super) ask: String,
    pub(super) name: &'static str,
    pub(super) value: &'static str,
    pub(super) label: String,
}

impl Note {
    /// The page in the look of a digest.
    pub(super) fn answer(
        &self,
        present: &Present,
        words: &Words,
        digest: Option<&str>,
        status: StatusCode,
    ) -> Response {
        let look = present.look(digest, words);
        let links: Vec<_> = self.links.iter().map(|(href, label)| json!({ "href": href, "label": label })).collect();
        let page = present.page(
            "note.html",
            &json!({
                "lang": words.lang, "dir": words.dir, "publication": present.config.publication.name, "head": [],
                "style": look.style, "title": self.title, "paragraphs": self.paragraphs, "posts": self.posts,
                "links": links, "actions": self.actions,
            }),
        );
        let mut answer = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
        if let Ok(policy) = HeaderValue::from_str(&look.policy) {
            answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        answer
    }
}
