//! A short page: what it says, and what can be done.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::json;

use super::page_context::PageContext;
use crate::render::PageTexts;

/// What a short page says; all of it is text.
#[derive(Debug, Default)]
pub(super) struct MessagePage {
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

impl MessagePage {
    /// Answers with the page, in the style of a digest.
    pub(super) fn respond(
        &self,
        context: &PageContext,
        words: &PageTexts,
        digest: Option<&str>,
        status: StatusCode,
    ) -> Response {
        let style = context.style(digest, words);
        let links: Vec<_> = self.links.iter().map(|(href, label)| json!({ "href": href, "label": label })).collect();
        let page = context.render(
            "note.html",
            &json!({
                "lang": words.lang, "dir": words.dir, "publication": context.config.publication.name, "head": [],
                "style": style.style, "title": self.title, "paragraphs": self.paragraphs, "posts": self.posts,
                "links": links, "actions": self.actions,
            }),
        );
        let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
        if let Ok(policy) = HeaderValue::from_str(&style.policy) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}
