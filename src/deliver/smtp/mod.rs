//! Our own SMTP client: the only place that speaks it (RFC 5321).
//!
//! We drive MAIL, RCPT and DATA ourselves, because only then do we know, when something breaks, whether the
//! other side can have the message.

mod auth;
mod connection;
mod conversation;
mod deadlines;
mod greet;
pub(super) mod reply;
mod session;
pub(crate) mod tls;

pub use deadlines::Deadlines;
pub use session::Session;

#[cfg(test)]
mod tests;
