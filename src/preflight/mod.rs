//! Everything that can be known to be wrong before an edition goes out.
//!
//! The project and an edition to come in, rows out. [`lint`](crate::lint) judges the message; here stands what else
//! decides whether it arrives: the config, the sources, the templates, the selection, and, where asked, DNS, the relay
//! and the pages that the edition links to.

mod edition;
mod online;
mod project;
mod refusal;
mod rows;

pub use edition::{check_digest, check_next_edition};
pub use online::rows as online;
pub use project::{bad_subscriber_row, check_project, check_time_zone_data, subscribers_file_row};
pub use refusal::{offers_unsubscribe, refusal};
pub use rows::worst_level;
