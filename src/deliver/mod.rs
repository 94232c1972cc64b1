//! One message in, what became of it out.
//!
//! [`Transport::open`] goes as far as mail can go without a message; [`Transport::deliver`] hands over one and
//! classifies the answer. When to try again is for [`backoff`] and [`rate_limit`] to say and for others to do.

pub mod backoff;
mod code_pattern;
mod destination;
mod blame;
mod file;
mod limits;
mod outcome;
pub mod rate_limit;
mod rejection;
mod reply;
mod sendmail;
pub mod smtp;
mod throttle_detector;
mod transport;

pub use blame::{Blame, Limit, Meaning, Phase, gist, meaning};
pub use destination::{Destination, Relay, Tls};
pub use limits::{InDoubt, Limits};
pub use outcome::{Error, Outcome};
pub use rejection::Rejection;
pub use reply::Reply;
pub use throttle_detector::{SlowDown, ThrottleDetector};
pub use transport::Transport;
