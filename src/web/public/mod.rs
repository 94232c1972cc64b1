//! The pages behind a mail's links: leaving a digest, the archive and its feed, the editor's answer, how things stand.

mod approval;
mod archive;
mod count;
mod desk;
mod door;
mod feed;
mod fresh;
mod health;
mod metrics;
mod note;
mod paper;
mod state;
mod unsubscribe;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{MethodRouter, get},
};
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::{config::Config, store::Store};
use note::Note;
use state::Public;

/// What the pages are made of; each request looks at the config as it stands then.
#[derive(Clone)]
pub struct Site {
    /// The project; another one comes when it is read again.
    pub config: watch::Receiver<Arc<Config>>,
    /// The store.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

/// Every page of the public side. It is to be called on a runtime, which goes on working for it.
pub fn router(site: Site) -> Router {
    let public = Public::open(site);
    let tokens = |page: MethodRouter<Arc<Public>>| page.options(door::allow_post);
    let inner = Router::new()
        .route("/u", tokens(get(unsubscribe::show_nobody).post(unsubscribe::act_nobody)))
        .route("/u/", tokens(get(unsubscribe::show_nobody).post(unsubscribe::act_nobody)))
        .route("/u/{*token}", tokens(get(unsubscribe::show).post(unsubscribe::act)))
        .route("/a/{token}", tokens(get(approval::show).post(approval::act)))
        .route("/a/{token}/look", get(approval::look).options(door::allow_get))
        .route("/", get(archive::all).options(door::allow_get))
        .route("/archive", get(archive::all).options(door::allow_get))
        .route("/archive/", get(archive::all).options(door::allow_get))
        .route("/archive/{digest}", get(archive::one).options(door::allow_get))
        .route("/archive/{digest}/", get(archive::one).options(door::allow_get))
        .route("/archive/{digest}/{number}", get(archive::edition).options(door::allow_get))
        .route("/feed.xml", get(feed::feed).options(door::allow_get))
        .route("/healthz", get(health::health).options(door::allow_get))
        .route("/metrics", get(metrics::metrics).options(door::allow_get))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .fallback(missing)
        .with_state(Arc::clone(&public));
    door::before(public, inner)
}

/// No page, however it was asked for.
async fn missing(State(public): State<Arc<Public>>) -> Response {
    let present = public.present();
    let words = present.words(None);
    let archive = (present.link("archive/"), words.word("archive").to_owned());
    let note = Note { title: words.word("missing_title").to_owned(), links: vec![archive], ..Note::default() };
    note.answer(&present, &words, None, StatusCode::NOT_FOUND)
}
