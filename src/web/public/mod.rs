//! The pages behind a mail's links: leaving a digest, the archive and its feed, the editor's answer, how things stand.

use std::sync::Arc;

use axum::Router;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::{config::Config, ledger::Ledger};

/// What the pages are made of; each request looks at the config as it stands then.
#[derive(Clone)]
pub struct Site {
    /// The project; another one comes when it is read again.
    pub config: watch::Receiver<Arc<Config>>,
    /// The store.
    pub ledger: Ledger,
    /// What time it is.
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").finish_non_exhaustive()
    }
}

/// Every page of the public side.
pub fn router(_site: Site) -> Router {
    Router::new()
}
