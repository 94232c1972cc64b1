//! What each path of the page answers.

use std::convert::Infallible;

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Shared, assets, guard, look,
    parts::{self, Seen},
    views::{self, View},
};
use crate::{
    diagnostic::error_report,
    mailing::{self, SampleError},
    subscriber::Address,
};

/// What somebody looks at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// Which digest.
    pub(super) digest: Option<String>,
    /// The number of an edition that was frozen before; the next one where left out.
    pub(super) edition: Option<i64>,
    /// Whose mail; a sample reader's where left out.
    pub(super) reader: Option<String>,
    /// Show it as it is, whatever is wrong with it.
    pub(super) fresh: bool,
    /// Which of several posts.
    pub(super) post: usize,
}

pub(super) async fn page(State(shared): State<Shared>) -> Html<String> {
    assets::page(&shared.guard.token)
}

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    assets::file(&name).unwrap_or_else(|| nothing_there().into_response())
}

pub(super) async fn nothing() -> (StatusCode, &'static str) {
    nothing_there()
}

fn nothing_there() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "nothing here\n")
}

/// Tells of each new version by its number, the present one first.
pub(super) async fn events(State(shared): State<Shared>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut versions = shared.room.versions();
    versions.mark_changed();
    let over = shared.over.clone();
    let events = stream::unfold((versions, over), |(mut versions, mut over)| async move {
        tokio::select! {
            changed = versions.changed() => changed.ok()?,
            _ = over.wait_for(|over| *over) => return None,
        }
        let version = *versions.borrow_and_update();
        Some((Ok(Event::default().data(version.to_string())), (versions, over)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// All that stands around the mail.
pub(super) async fn look(State(shared): State<Shared>, Query(ask): Query<Ask>) -> Json<Value> {
    Json(look::look(&shared.room, &ask).await)
}

/// The mail itself, as a client would show it.
pub(super) async fn frame(State(shared): State<Shared>, Query(ask): Query<Ask>, Query(view): Query<View>) -> Response {
    let html = match Seen::of(&shared.room, &ask).await {
        Ok(seen) => parts::html(&seen, view),
        Err(_) => String::new(),
    };
    let html = views::without_ways_out(&html);
    ([(header::CONTENT_SECURITY_POLICY, guard::MAIL)], Html(html)).into_response()
}

/// What one of the tabs shows.
pub(super) async fn part(State(shared): State<Shared>, Path(name): Path<String>, Query(ask): Query<Ask>) -> Response {
    if !parts::NAMES.contains(&name.as_str()) {
        return nothing_there().into_response();
    }
    let seen = match Seen::of(&shared.room, &ask).await {
        Ok(seen) => seen,
        Err(fault) => return Json(json!({ "fault": fault })).into_response(),
    };
    match parts::part(&shared.room, &seen, &name, &ask).await {
        Ok(part) => Json(part).into_response(),
        Err(fault) => Json(json!({ "fault": fault })).into_response(),
    }
}

/// A test, and where it goes.
#[derive(Debug, Deserialize)]
pub(super) struct Test {
    address: String,
    #[serde(flatten)]
    ask: Ask,
}

/// Sends the edition that is shown to one address.
pub(super) async fn test(State(shared): State<Shared>, Json(test): Json<Test>) -> Response {
    let refused = |status, words: String| (status, Json(json!({ "error": words }))).into_response();
    let address: Address = match test.address.trim().parse() {
        Ok(address) => address,
        Err(words) => return refused(StatusCode::UNPROCESSABLE_ENTITY, words),
    };
    let seen = match Seen::of(&shared.room, &test.ask).await {
        Ok(seen) => seen,
        Err(fault) => return refused(StatusCode::CONFLICT, fault.what),
    };
    if seen.is_stale {
        let words = "what is shown is not what would go out: mend the error first".to_owned();
        return refused(StatusCode::CONFLICT, words);
    }
    let Some(parts) = seen.built.parts() else {
        return refused(StatusCode::CONFLICT, "there is no edition to test with".to_owned());
    };
    let destination = match seen.built.config.open_destination(&shared.room.project.environment) {
        Ok(destination) => destination,
        Err(error) => return refused(StatusCode::CONFLICT, error_report(&error)),
    };
    let nonce = chrono::Utc::now().timestamp_millis().unsigned_abs();
    let to = [address];
    match mailing::sample(&seen.built.store, parts, &seen.sender, &destination, &to, nonce).await {
        Ok(tested) => Json(json!({ "tested": tested })).into_response(),
        Err(SampleError::Deliver(error)) => refused(StatusCode::BAD_GATEWAY, error_report(&error)),
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, error_report(&error)),
    }
}

/// Asks all sources anew.
pub(super) async fn fetch(State(shared): State<Shared>) -> Json<Value> {
    shared.room.fetch_again().await;
    Json(json!({}))
}
