//! The pages behind a mail's links: leaving a digest, the archive and its feed, the editor's answer, what mail
//! providers report, how things stand.
//!
//! Each mail carries `public_url/u/TOKEN`; the token is an HMAC over the subscriber's number and the digest's name, and
//! holds no address. `middleware` sees each request first (limits, the prefix of `public_url`) and each answer last
//! (headers, the count, the page of an error). `unsubscribe` verifies the token; only a POST goes on, and brings its
//! change to the `write_queue`, which writes together what came while the transaction before was on its way: the answer
//! says what is durable. Who only looks uses connections of their own and waits for no writer.
//!
//! `bounces` takes what mail providers post of bounces and complaints: it is believed only where the provider signed it,
//! and answered when it is applied.
//!
//! `edition_page` makes of a mail a page that is nobody's. The words of pages are in `render`, their templates in
//! `templates/web`.

mod approval;
mod archive;
mod bounces;
mod conditional;
mod edition_page;
mod extract;
mod feed;
mod health;
mod message_page;
mod metrics;
mod middleware;
mod page_context;
mod state;
mod unsubscribe;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    routing::{MethodRouter, get, post},
};

pub use bounces::ask_sns_over_https;
pub use state::{AskSns, Site};

use extract::PageError;
use state::PublicState;

/// Makes every page of the public side. It is to be called on a runtime, which goes on working for it.
pub fn router(site: Site) -> Router {
    let state = PublicState::new(site);
    let unsubscribe = || with_options("GET,HEAD,OPTIONS,POST", get(unsubscribe::show).post(unsubscribe::change));
    let read_only = |page| with_options("GET,HEAD,OPTIONS", page);
    let pages = Router::new()
        .route("/u", unsubscribe())
        .route("/u/", unsubscribe())
        .route("/u/{*token}", unsubscribe())
        .route("/a/{token}", with_options("GET,HEAD,OPTIONS,POST", get(approval::show).post(approval::decide)))
        .route("/a/{token}/look", read_only(get(approval::edition)))
        .route("/bounces/{name}", with_options("OPTIONS,POST", post(bounces::receive)))
        .route("/", read_only(get(archive::list)))
        .route("/archive", read_only(get(archive::list)))
        .route("/archive/", read_only(get(archive::list)))
        .route("/archive/{digest}", read_only(get(archive::list_digest)))
        .route("/archive/{digest}/", read_only(get(archive::list_digest)))
        .route("/archive/{digest}/{number}", read_only(get(archive::edition)))
        .route("/feed.xml", read_only(get(feed::feed)))
        .route("/healthz", read_only(get(health::health)))
        .route("/metrics", read_only(get(metrics::metrics)))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .fallback(async || PageError::NotFound)
        .with_state(Arc::clone(&state));
    middleware::wrap(state, pages)
}

/// Makes a page answer OPTIONS with the methods that it allows.
fn with_options(allowed: &'static str, page: MethodRouter<Arc<PublicState>>) -> MethodRouter<Arc<PublicState>> {
    page.options(async move || (StatusCode::NO_CONTENT, [(header::ALLOW, HeaderValue::from_static(allowed))]))
}
