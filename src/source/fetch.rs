//! HTTP, guarded: the only file that speaks it.

use std::time::Duration;

/// Limits of fetching, `[fetch]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// From the start of a request to the last octet of its body.
    pub timeout: Duration,
    /// Octets of decoded body.
    pub max_bytes: usize,
    /// May fetch from loopback and private addresses.
    pub allow_private: bool,
    /// The User-Agent.
    pub user_agent: String,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20),
            max_bytes: 10_000_000,
            allow_private: false,
            user_agent: concat!("tidings/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
