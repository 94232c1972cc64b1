//! What must survive a crash: editions, deliveries, subscribers, what was seen. The only folder that says SQL, and its
//! `db` the only file that names the library behind it.
//!
//! Reading order: `db` runs statements, `open` makes a [`Store`] of it, and each other file adds to the store what it is
//! named after.

mod alerts;
mod archive;
mod backup;
mod bounces;
mod claim;
mod db;
mod decisions;
mod deliveries;
mod edition_record;
mod editions;
mod error;
mod heartbeat;
mod import;
mod model_answers;
mod open;
mod outbox;
mod owner;
mod posts;
mod private_file;
mod publish;
mod rate_limits;
mod runs;
mod signing_keys;
mod subscribers;
mod subscriptions;
mod suppression;
mod suppression_record;
mod unread;
mod write_lock;

pub use alerts::AlertChanges;
pub use archive::ArchiveEntry;
pub use backup::restore;
pub use bounces::{AppliedReport, ReportEffect};
pub use claim::{Claim, SendJob};
pub use decisions::Decision;
pub use edition_record::{DeliveryCounts, EditionRecord, EditionState, EditionSummary, FrozenEdition};
pub use error::Error;
pub use heartbeat::Heartbeat;
pub use import::{ImportCounts, SubscriberImport};
pub use model_answers::ModelAnswer;
pub use open::Store;
pub use outbox::{OutboxReply, OutboxRequest, Settlement, Verdict};
pub use owner::Owner;
pub use posts::{Ingested, SourceStatus};
pub use publish::PublishOptions;
pub use rate_limits::RelayLimits;
pub use runs::{DueRun, RunState, WatchedDigest};
pub use subscribers::ListedSubscriber;
pub use subscriptions::{Applied, SubscriptionChange, SubscriptionStatus};
pub use suppression_record::{DeliveryRecord, Suppression};
