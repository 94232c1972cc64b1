//! A language model's words, asked for over an OpenAI-compatible endpoint and never believed unchecked.
//!
//! [`build_prompt`] makes what is asked of a post, pure; [`ask`] alone speaks to the endpoint; what it answered comes
//! back as [`TeaserContext::answer`](super::TeaserContext), and is taken only if every check passes and all it says stands in the
//! post. Nothing here knows of the cache: whoever asks hands in what is already known.

mod answer;
mod client;
mod content_words;
mod endpoint;
mod grounding;
mod numbers;
mod prompt;

pub use client::{AskOutcome, ask};
pub use content_words::ContentWords;
pub use endpoint::{Access, Endpoint};
pub use grounding::is_about;
pub use prompt::{PROMPT_VERSION, Prompt, build_prompt};

use super::{checks, input::TeaserInput, limits, result::RefusalReason, sentence};

/// What a method that was not asked says.
const NOT_ASKED: &str = "not asked";

/// Takes what the model answered, if it holds.
pub(super) fn tease(input: &TeaserInput<'_>) -> Result<String, RefusalReason> {
    let text = match input.context.answer {
        None => return Err(NOT_ASKED.into()),
        Some(Err(reason)) => return Err(reason.to_owned().into()),
        // Taken away, it would leave a broken word that nobody notices.
        Some(Ok(text)) if text.contains('\u{fffd}') => return Err("a broken character".into()),
        Some(Ok(text)) => limits::one_line(text),
    };
    let source = content_words::text_of(input.post, input.blocks);
    if let Some(reason) = grounding::find_self_reference(&text, &source) {
        return Err(reason);
    }
    if !limits::fits(&text, input.options) {
        return Err(format!("longer than {} characters", input.options.max_chars).into());
    }
    if sentence::split_sentences(&text).nth(input.options.max_sentences).is_some() {
        return Err(format!("more than {} sentences", input.options.max_sentences).into());
    }
    if let Some(defect) = checks::find_defect(&text, input) {
        return Err(defect.into());
    }
    grounding::find_unsupported_claim(&text, &source, input.post).map_or(Ok(text), Err)
}
