//! Where a language model is, and how much may be asked of it.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// `[llm]`: which endpoint, and how much may be asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// Where `chat/completions` is below.
    pub base_url: Url,
    /// The model's name there.
    pub model: String,
    /// From the start of a request to the last octet of its answer.
    pub timeout: Duration,
    /// At most so many requests for an edition.
    pub requests: usize,
    /// At most so many tokens for an edition.
    pub tokens: u64,
    /// At most so many requests at the same time.
    pub at_once: usize,
    /// Octets of an answer.
    pub max_bytes: usize,
}

impl Endpoint {
    /// An endpoint with the defaults of the config.
    pub fn new(base_url: Url, model: String) -> Self {
        let timeout = Duration::from_secs(20);
        Self { base_url, model, timeout, requests: 20, tokens: 40_000, at_once: 2, max_bytes: 256_000 }
    }

    /// Where requests go.
    pub fn address(&self) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}/chat/completions", url.path().trim_end_matches('/')));
        url
    }
}

/// An endpoint with the way in: its key, none, or why there is none.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// Its key.
    pub key: Result<Option<&'a SecretString>, &'a str>,
    /// Whether new questions may be asked; else only what is known is taken.
    pub may_ask: bool,
}
