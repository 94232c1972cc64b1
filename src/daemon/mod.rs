//! What happens without anybody: what is due is done, and what is wrong is said.
//!
//! [`Daemon::look`] asks the store what is to be done at an instant and gives back jobs; [`Daemon::perform`] does
//! one; [`Daemon::step`] does them all, one after the other, which is all that a test needs. [`watch`](watch()) is the thin loop around them:
//! it sleeps to the next instant at which something is due, but no longer than a minute, so that it notices when the
//! clock jumps or the machine was asleep.

mod alert;
mod ask;
mod attend;
mod deliver;
mod duty;
mod freeze;
mod guard;
mod jobs;
mod notify;
mod timetable;
mod troubles;
mod watch;

pub use duty::Duty;
pub use guard::{Epoch, Hold, note_epoch};
pub use jobs::{Daemon, Job, resume};
pub use notify::Notifier;
pub use troubles::{Trouble, troubles};
pub use watch::{Word, watch};

use chrono::{DateTime, Utc};

/// Gives the present.
pub type Clock = std::sync::Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
