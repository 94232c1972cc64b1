//! The live preview: a page for whoever writes, that shows the edition to come while its files change.
//!
//! The `room` builds an edition once for all who look; `watch` says when; `guard` lets nobody else ask; `views`
//! show the mail as clients do. Nothing here freezes an edition or marks a post.

mod answers;
mod assets;
mod fault;
mod guard;
mod harvest;
mod look;
mod parts;
mod room;
mod views;
mod watch;

use std::{future::Future, sync::Arc};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use tokio::{net::TcpListener, sync::watch as channel};

pub use room::Project;

use guard::Guard;
use room::Room;

/// What every request may ask.
#[derive(Debug, Clone)]
struct Shared {
    room: Arc<Room>,
    guard: Arc<Guard>,
    /// Becomes true when the preview ends: no answer may outlast it.
    over: channel::Receiver<bool>,
}

/// Shows a project live until `stop` is ready. `host` is the name or address that the listener was asked for.
///
/// # Errors
/// When there is no randomness for the token.
pub async fn preview(
    listener: TcpListener,
    host: &str,
    project: Project,
    stop: impl Future<Output = ()>,
) -> Result<(), getrandom::Error> {
    let guard = Arc::new(Guard::new(host)?);
    let room = Room::new(project);
    let (end, over) = channel::channel(false);
    let router = router(Shared { room: Arc::clone(&room), guard, over });
    room.read_subscribers().await;
    let watching = tokio::spawn(watch::watch(Arc::clone(&room)));
    let stop = async move {
        stop.await;
        end.send_replace(true);
    };
    super::serve(listener, router, stop).await;
    watching.abort();
    room.close().await;
    Ok(())
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/", get(answers::page))
        .route("/assets/{name}", get(answers::asset))
        .route("/events", get(answers::events))
        .route("/look", get(answers::look))
        .route("/frame", get(answers::frame))
        .route("/part/{name}", get(answers::part))
        .route("/test", post(answers::test))
        .route("/fetch", post(answers::fetch))
        .fallback(answers::nothing)
        .layer(middleware::from_fn_with_state(Arc::clone(&shared.guard), guard::guard))
        .with_state(shared)
}
