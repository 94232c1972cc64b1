//! What a daemon works with.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    config::Config,
    deliver::Destination,
    diagnostic::error_report,
    digest::Digest,
    message::Sender,
    store::{self, Owner, Store},
};

/// The config in force, the store, and who this is to others who look after the same store.
#[derive(Debug, Clone)]
pub struct Duty {
    /// The config; a reload replaces it.
    pub config: Arc<Config>,
    /// The store.
    pub store: Store,
    /// Whose runs are this daemon's to go on with.
    pub owner: Arc<Owner>,
    /// The process's variables, for passwords.
    pub environment: Arc<[(String, String)]>,
}

impl Duty {
    /// Takes on a store.
    ///
    /// # Errors
    /// When the lock file cannot be made beside the store.
    pub fn new(config: Arc<Config>, store: Store, environment: Arc<[(String, String)]>) -> Result<Self, store::Error> {
        let owner = Arc::new(store.owner()?);
        Ok(Self { config, store, owner, environment })
    }

    pub(super) async fn sender(&self) -> Result<Sender, store::Error> {
        Ok(self.config.sender(self.store.keys().await?))
    }

    /// The same for an edition that was frozen then: its Message-IDs stay when the signing key changes.
    pub(super) async fn sender_of(&self, frozen: DateTime<Utc>) -> Result<Sender, store::Error> {
        Ok(self.config.sender(self.store.keys_of(frozen).await?))
    }

    /// Where mail is handed over, or why its password cannot be had.
    pub(super) fn destination(&self) -> Result<Destination, String> {
        self.config.open_destination(&self.environment).map_err(|error| error_report(&error))
    }
}

/// By how much a run found at `now` is too late for its digest, where it is.
pub(super) fn too_late(digest: &Digest, due: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    let late = (now - due).to_std().ok().filter(|late| *late > digest.late)?;
    let late = std::time::Duration::from_secs(late.as_secs() / 60 * 60);
    Some(format!("it was found {} late", humantime::format_duration(late)))
}
