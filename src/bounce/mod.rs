//! A mail that came back in, or what a mail provider posts; whom it is about and what it says out.
//!
//! Delivery status notifications (RFC 3464), complaints (RFC 5965), mails to `smtp.unsubscribe_mailto`, and what persons
//! write who want to leave. Anybody can write one: so a mail that carries no token of ours says nothing, whatever stands in it, and whom it is about
//! is read from tokens alone. What a provider posts is its own only where it is signed (`webhook`), and carries a token as
//! well (`events`). What lies in a mailbox is fetched by `imap`. [`Store::apply_report`](crate::store::Store::apply_report) does what follows from it.

mod tokens;
mod codes;
mod events;
mod mime;
mod plain;
mod read;
mod imap_connection;
mod imap;
mod report;
mod signs;
mod status;
mod webhook;
mod wish;

pub use events::read_event;
pub use imap::{Account, MailboxAuth, MailboxDeadlines, Session};
pub use imap_connection::MailboxError;
pub use read::{MAX_OCTETS, letter, read};
#[cfg(test)]
pub(crate) use report::Recipient;
pub use report::{Fate, Feedback, Ignored, Letter, Report, WishSource};
pub use status::fate_of;
pub use webhook::{Opened, Posted, Provider, SnsSaid, Webhook, WebhookError, is_secret, sns_host};

#[cfg(test)]
mod tests;
