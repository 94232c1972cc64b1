//! From sources to an edition: the first of the two acts.
//!
//! [`compose`] is pure. [`draft`] reads the past from the store, gathers, and composes; [`next`] is what preview,
//! test and send all show: the frozen edition where one is still being sent, else a fresh draft.

mod compose;
#[cfg(feature = "send")]
mod error;
#[cfg(feature = "send")]
mod next;
#[cfg(feature = "send")]
mod pictures;
mod settings;
mod teasers;

pub use compose::{Draft, Plan, compose};
#[cfg(feature = "send")]
pub use error::Error;
#[cfg(feature = "send")]
pub use next::{Next, draft, fresh, fresh_of, gather, next};
pub use settings::{Approval, Digest, LatePolicy};
pub use teasers::Answers;
