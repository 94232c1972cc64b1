//! A mail that came back in; whom it is about and what it says out.
//!
//! Delivery status notifications (RFC 3464), complaints (RFC 5965), mails to `smtp.unsubscribe_mailto`, and what persons
//! write who want to leave. Anybody can write one: so a mail that carries no token of ours says nothing, whatever stands in it, and whom it is about
//! is read from tokens alone. [`Store::apply_report`](crate::store::Store::apply_report) does what follows from it.

mod tokens;
mod codes;
mod fields;
mod mime;
mod plain;
mod read;
mod report;
mod signs;
mod sns;
mod status;
mod wish;

pub use read::{MAX_OCTETS, letter, read};
#[cfg(test)]
pub(crate) use report::Recipient;
pub use report::{Fate, Feedback, Ignored, Letter, Report, WishSource};
pub use status::fate_of;

#[cfg(test)]
mod tests;
