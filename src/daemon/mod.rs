//! What happens without anybody: what is due is done, and what is wrong is said.
//!
//! [`Supervisor::run`] is the loop. It sleeps to the next instant at which something is due, but no longer than a minute,
//! so that it notices when the clock jumps or the machine was asleep. Then it makes sure that it is safe to go on
//! (`hold`: the store is no old copy, the clock was not set back), leaves a heartbeat, and asks the `scheduler`, which
//! only reads, for the [`Job`]s that are due. The `pool` has several of them done at a time, but one
//! edition delivered at a time, in stretches where several wait, because the relay's connections are one budget. A
//! worker ([`run_job`]) does one job and says how it ended; a job that failed is put off (`backoff`). A test calls
//! [`Supervisor::run_due_jobs`], which does them one after the other.
//!
//! A due run is one row in the store: who inserts it makes its edition, and the run of a dead process is taken over.
//! `advance` brings a run one step further at a time (freeze, ask the editor, release, hold or skip), each from what the
//! store says and ending in one transaction; so whoever dies between two steps, the next look finds the one that was not
//! made. Nothing is delivered of an edition that is not `sending`.
//!
//! The [`Checkpoint`], a file beside the store, counts what was done; a store that knows less was put back from a copy.
//! [`open_incidents`] says what is wrong from the store alone.

mod advance;
mod alert;
mod backoff;
mod checkpoint;
mod close;
mod context;
mod deadlines;
mod delivery;
mod editor;
mod freeze;
mod hold;
mod incidents;
mod incoming;
mod job;
mod mailbox;
mod notify;
mod pool;
mod scheduler;
mod supervisor;
mod timetable;

pub use checkpoint::update_checkpoint;
pub use context::{Clock, Context};
pub use editor::{Answer, editor_answer};
pub use hold::{hold_if_restored, resume};
pub use incidents::{Incident, open_incidents};
pub use incoming::{Handling, Received, Reception};
pub use job::Job;
pub use mailbox::{FetchError, MailFetch, mail_files};
pub use notify::Notifier;
pub use pool::run_job;
pub use supervisor::{Command, Supervisor};
