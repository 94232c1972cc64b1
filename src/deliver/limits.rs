//! How much and how often is delivered.

use std::time::Duration;

/// How much and how often.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Connections open at a time.
    pub connections: usize,
    /// Messages per second; `None` for as many as the relay takes.
    pub rate: Option<f64>,
    /// Waits before the second, third, … try; after the last one a deferred delivery bounces.
    pub retry: Vec<Duration>,
    /// What becomes of a delivery whose reply never came.
    pub in_doubt: InDoubt,
}

impl Default for Limits {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Self {
            connections: 4,
            rate: None,
            retry: vec![minutes(1), minutes(5), minutes(30), minutes(120), minutes(360)],
            in_doubt: InDoubt::Resend,
        }
    }
}

/// What becomes of a delivery in doubt: `smtp.in_doubt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InDoubt {
    /// Sent again with the same Message-ID: at least once.
    Resend,
    /// Left for a person to settle: at most once.
    Hold,
}
