//! Signs finished messages (RFC 6376, RFC 8463): relaxed/relaxed, never with `l=`, without a date, so that the same
//! message has the same octets on every try.

mod canonical;
mod key;
mod record;
mod signer;

pub use key::Error;
pub use record::Published;
pub use signer::Signer;

pub(super) use signer::sign;

#[cfg(test)]
mod tests;
