//! What every job of a daemon works with.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    config::Config,
    deliver::Destination,
    diagnostic::error_report,
    digest::Digest,
    mailing::{self, NotSent},
    message::{self, Message, Sender},
    store::{self, DueRun, Owner, RunState, Store},
};

/// Gives the present.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The config in force, the store, and who this daemon is to others that work on the same store.
#[derive(Debug, Clone)]
pub struct Context {
    /// The config; a reload replaces it.
    pub config: Arc<Config>,
    /// The store.
    pub store: Store,
    /// Whose runs are this daemon's to go on with.
    pub owner: Arc<Owner>,
    /// The process's variables, for passwords.
    pub environment: Arc<[(String, String)]>,
}

impl Context {
    /// Becomes an owner of runs in the store.
    ///
    /// # Errors
    /// When the lock file cannot be made beside the store.
    pub fn new(config: Arc<Config>, store: Store, environment: Arc<[(String, String)]>) -> Result<Self, store::Error> {
        let owner = Arc::new(store.new_owner()?);
        Ok(Self { config, store, owner, environment })
    }

    /// Gives what all messages of today share.
    pub(super) async fn sender(&self) -> Result<Sender, store::Error> {
        Ok(self.config.sender(self.store.signing_keys().await?))
    }

    /// Gives the same for an edition that was frozen then: its Message-IDs stay when the signing key changes.
    pub(super) async fn sender_of(&self, frozen: DateTime<Utc>) -> Result<Sender, store::Error> {
        Ok(self.config.sender(self.store.signing_keys_at(frozen).await?))
    }

    /// Opens where mail is handed over, or says why its password cannot be had.
    pub(super) fn destination(&self) -> Result<Destination, String> {
        self.config.open_destination(&self.environment).map_err(|error| error_report(&error))
    }

    /// Sends letters of the daemon's own, in their order.
    pub(super) async fn send_letters(&self, letters: Result<Vec<Message>, message::Error>) -> Result<(), NotSent> {
        let lasting = |why| NotSent { why, is_permanent: true };
        let letters = letters.map_err(|error| lasting(error_report(&error)))?;
        mailing::send_to_operators(&self.destination().map_err(lasting)?, &letters).await
    }
}

/// A run of a digest, which is to be brought a step further at one instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunStep<'a> {
    pub(super) context: &'a Context,
    pub(super) digest: &'a Digest,
    pub(super) run: &'a DueRun,
    pub(super) now: DateTime<Utc>,
}

impl RunStep<'_> {
    /// Ends the run.
    pub(super) async fn end(&self, stage: RunState, why: Option<&str>) -> Result<(), store::Error> {
        self.context.store.end_run(self.run, stage, why, self.now).await
    }
}
