//! One message in, what became of it out.
//!
//! [`Transport::open`] goes as far as mail can go without a message; [`Transport::deliver`] hands over one and
//! classifies the answer. When to try again is for [`backoff`] and [`rate_limit`] to say and for others to do.

pub mod backoff;
mod bounce_kind;
mod destination;
mod file;
mod limits;
mod outcome;
pub mod rate_limit;
mod sendmail;
pub mod smtp;
mod throttle_detector;
mod transport;

pub use bounce_kind::{BounceKind, classify_bounce};
pub use destination::{Destination, Relay, Tls};
pub use limits::{InDoubt, Limits};
pub use outcome::{Error, Outcome, Reply};
pub use throttle_detector::{SlowDown, ThrottleDetector};
pub use transport::Transport;
