//! A language model's words, asked for over an OpenAI-compatible endpoint and never believed unchecked.
//!
//! [`question`] makes what is asked of a post, pure; [`ask`] alone speaks to the endpoint; what it answered comes
//! back as [`Around::answer`](super::Around), and is taken only if every check passes and all it says stands in the
//! post. Nothing here knows of the cache: whoever asks hands in what is already known.

mod answer;
mod ask;
mod ground;
mod number;
mod prompt;
mod source_words;

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

pub use ask::{Asked, ask};
pub use ground::is_about;
pub use prompt::{PROMPT_VERSION, Question, question};
pub use source_words::Words;

use super::{Material, Reason, Style, checks, fit, sentence};

/// What a maker that was not asked says; [`digest`](crate::digest) looks for it.
pub(super) const NOT_ASKED: &str = "not asked";

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

/// Takes what the model answered, if it holds.
pub(super) fn make(material: &Material<'_>, style: &Style) -> Result<String, Reason> {
    let text = match material.around.answer {
        None => return Err(NOT_ASKED.into()),
        Some(Err(reason)) => return Err(reason.to_owned().into()),
        // Taken away, it would leave a broken word that nobody notices.
        Some(Ok(text)) if text.contains('\u{fffd}') => return Err("a broken character".into()),
        Some(Ok(text)) => fit::one_line(text),
    };
    if let Some(echo) = ground::echo(&text, material.post) {
        return Err(echo);
    }
    if !fit::fits(&text, style) {
        return Err(format!("longer than {} characters", style.max_chars).into());
    }
    if sentence::sentences(&text).nth(style.max_sentences).is_some() {
        return Err(format!("more than {} sentences", style.max_sentences).into());
    }
    if let Some(defect) = checks::defect(&text, material) {
        return Err(defect.into());
    }
    ground::fault(&text, material.post).map_or(Ok(text), Err)
}
