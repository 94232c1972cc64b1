//! The live preview: a page for whoever writes, that shows the edition to come while its files change.
//!
//! On a save, `file_watcher` drops what makes no edition (the store, an editor's own files) and has the
//! `session` begin a *generation*: the config is read anew, and each digest that somebody looks at is built once,
//! however many ask, from files read anew and what servers said a moment ago (`source_cache`). An event tells the
//! browsers, which ask for what the save touches; the mail is loaded behind the old one and takes its place. A build that
//! fails, or a post that is newly broken, leaves the last good one shown (`snapshot`) and says what is wrong.
//!
//! The mail stands in a frame that no script runs in, by its sandbox and by its policy; the page writes others' words as
//! text and never as markup; `origin_guard` refuses other names, other pages, and a POST without the token. `views` make
//! of the HTML what a mail client makes of it. Nothing here freezes an edition or marks a post.

mod assets;
mod diagnostics;
mod file_watcher;
mod handlers;
mod origin_guard;
mod overview;
mod reader_view;
mod session;
mod snapshot;
mod tabs;
mod views;

use std::{future::Future, sync::Arc};

use tokio::{net::TcpListener, sync::watch};

pub use session::Project;

use handlers::{PreviewState, router};
use origin_guard::OriginGuard;
use session::PreviewSession;

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
    let guard = Arc::new(OriginGuard::new(host)?);
    let session = PreviewSession::new(project);
    let (end, is_over) = watch::channel(false);
    let router = router(PreviewState { session: Arc::clone(&session), guard, is_over });
    session.read_subscribers().await;
    let watching = tokio::spawn(file_watcher::watch_files(Arc::clone(&session)));
    let stop = async move {
        stop.await;
        end.send_replace(true);
    };
    super::serve::serve(listener, router, stop).await;
    watching.abort();
    session.close().await;
    Ok(())
}
