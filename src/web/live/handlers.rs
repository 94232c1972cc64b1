//! What each path of the page answers.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    middleware,
    response::{
        Html, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures::{Stream, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{
    assets, diagnostics,
    origin_guard::{self, OriginGuard},
    overview,
    reader_view::{ReaderView, ViewQuery},
    session::PreviewSession,
    tabs,
    views::{self, DisplayOptions},
};
use crate::{
    diagnostic::{Diagnostic, error_report},
    mailing::{self, TestSendError},
    subscriber::Address,
};

/// What every request may ask.
#[derive(Debug, Clone)]
pub(super) struct PreviewState {
    pub(super) session: Arc<PreviewSession>,
    pub(super) guard: Arc<OriginGuard>,
    /// Becomes true when the preview ends: no answer may outlast it.
    pub(super) is_over: watch::Receiver<bool>,
}

/// Leads each path to its answer.
pub(super) fn router(state: PreviewState) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/assets/{name}", get(asset))
        .route("/events", get(events))
        .route("/look", get(overview))
        .route("/frame", get(mail_frame))
        .route("/part/{name}", get(tab))
        .route("/test", post(send_test))
        .route("/fetch", post(refetch))
        .fallback(async || not_found())
        .layer(middleware::from_fn_with_state(Arc::clone(&state.guard), origin_guard::enforce))
        .with_state(state)
}

async fn page(State(state): State<PreviewState>) -> Html<String> {
    assets::page(&state.guard.token)
}

async fn asset(Path(name): Path<String>) -> Response {
    assets::file(&name).unwrap_or_else(not_found)
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "nothing here\n").into_response()
}

/// Sends the number of each new generation, the present one first.
async fn events(State(state): State<PreviewState>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut versions = state.session.subscribe();
    versions.mark_changed();
    let events = stream::unfold((versions, state.is_over), |(mut versions, mut is_over)| async move {
        tokio::select! {
            changed = versions.changed() => changed.ok()?,
            _ = is_over.wait_for(|is_over| *is_over) => return None,
        }
        let version = *versions.borrow_and_update();
        Some((Ok(Event::default().data(version.to_string())), (versions, is_over)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// Gives all that stands around the mail.
async fn overview(State(state): State<PreviewState>, Query(query): Query<ViewQuery>) -> Json<Value> {
    Json(overview::overview(&state.session, &query).await)
}

/// Gives the mail itself, as a client would show it.
async fn mail_frame(
    State(state): State<PreviewState>,
    Query(query): Query<ViewQuery>,
    Query(options): Query<DisplayOptions>,
) -> Response {
    let view = ReaderView::load(&state.session, &query).await;
    let html = view.map(|view| view.html(options)).unwrap_or_default();
    ([(header::CONTENT_SECURITY_POLICY, origin_guard::MAIL_POLICY)], Html(views::block_navigation(&html)))
        .into_response()
}

/// Gives what one of the tabs shows.
async fn tab(State(state): State<PreviewState>, Path(name): Path<String>, Query(query): Query<ViewQuery>) -> Response {
    if !tabs::NAMES.contains(&name.as_str()) {
        return not_found();
    }
    let content = async {
        let view = ReaderView::load(&state.session, &query).await?;
        tabs::content(&state.session, &view, &name, &query).await
    };
    let content: Result<Value, Diagnostic> = content.await;
    Json(content.unwrap_or_else(|fault| json!({ "fault": diagnostics::to_json(&fault) }))).into_response()
}

/// A test, and where it goes.
#[derive(Debug, Deserialize)]
struct Test {
    address: String,
    #[serde(flatten)]
    query: ViewQuery,
}

/// Why no test was sent.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

/// Sends the edition that is shown to one address.
async fn send_test(State(state): State<PreviewState>, Json(test): Json<Test>) -> Result<Json<Value>, Refused> {
    let conflict = |words: String| Refused(StatusCode::CONFLICT, words);
    let address: Result<Address, String> = test.address.trim().parse();
    let to = [address.map_err(|words| Refused(StatusCode::UNPROCESSABLE_ENTITY, words))?];
    let view = ReaderView::load(&state.session, &test.query).await.map_err(|fault| conflict(fault.message))?;
    if view.is_stale {
        return Err(conflict("what is shown is not what would go out: mend the error first".to_owned()));
    }
    let parts = view.built.parts().ok_or_else(|| conflict("there is no edition to test with".to_owned()))?;
    let destination = view.built.config.open_destination(&state.session.project.environment);
    let destination = destination.map_err(|error| conflict(error_report(&error)))?;
    let nonce = chrono::Utc::now().timestamp_millis().unsigned_abs();
    match mailing::send_test(&view.built.store, parts, &view.sender, &destination, &to, nonce).await {
        Ok(tested) => Ok(Json(json!({ "tested": tested }))),
        Err(TestSendError::Deliver(error)) => Err(Refused(StatusCode::BAD_GATEWAY, error_report(&error))),
        Err(error) => Err(Refused(StatusCode::INTERNAL_SERVER_ERROR, error_report(&error))),
    }
}

/// Asks all sources anew.
async fn refetch(State(state): State<PreviewState>) -> Json<Value> {
    state.session.refetch().await;
    Json(json!({}))
}
