//! Everything that can be known to be wrong before an edition goes out.
//!
//! The project and an edition to come in, rows out. [`lint`](crate::lint) judges the message; here stands what else
//! decides whether it arrives: the config, the sources, the templates, the selection, and, where asked, DNS, the relay
//! and the pages that the edition links to.

mod clock;
mod edition;
mod online;
mod project;
mod refusal;
mod rows;

pub use clock::of_clock;
pub use edition::{of_digest, of_next};
pub use online::rows as online;
pub use project::{of_project, of_roster, of_subscriber};
pub use refusal::{can_be_left, refusal};
pub use rows::worst;
