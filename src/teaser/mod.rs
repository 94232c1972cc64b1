//! The words that stand for a post in the digest.
//!
//! An editor's words come first, then the methods in the order of the config; each gives a text or says why it has
//! none. When every method has refused, what passes all checks but the preferences (long enough, no question) is taken;
//! else the teaser is empty: a title and a link are more honest than a text that breaks off.

mod checks;
mod description;
pub mod extract;
mod highlight;
mod input;
mod language;
mod languages;
mod lead;
mod limits;
pub mod llm;
mod options;
mod phrases;
mod post_text;
mod prompt_injection;
mod repetition;
mod result;
mod script;
mod sentence;
mod shared_text;

pub use highlight::{HighlightedBlock, TextSpan, highlight_teaser};
pub use input::TeaserContext;
pub use options::{TeaserMethod, TeaserOptions};
pub use post_text::PostText;
pub use repetition::{PreviousTeaser, repeats_previous};
pub use result::{RefusalReason, SkippedMethod, Teaser, TeaserResult, TeaserSource};
pub use shared_text::SharedText;

use crate::{html, post::Post};
use input::TeaserInput;

/// Makes the teaser of one post.
///
/// Editors' words stay as they are, whatever their length; all others keep to `options`.
pub fn tease(post: &Post, options: &TeaserOptions, context: &TeaserContext<'_>) -> TeaserResult {
    tease_text(post, &PostText::of(post), options, context)
}

/// Makes the teaser of a post that was read before.
pub fn tease_text(post: &Post, text: &PostText, options: &TeaserOptions, context: &TeaserContext<'_>) -> TeaserResult {
    if let Some(result) = editors_teaser(post, context) {
        return result;
    }
    let input = TeaserInput::new(post, text, options, context);
    // Who asks for a model's words alone gets the extractor's where the model has none.
    let methods = match options.from.contains(&TeaserMethod::Llm) && !options.from.contains(&TeaserMethod::Extract) {
        true => [&options.from[..], &[TeaserMethod::Extract]].concat(),
        false => options.from.clone(),
    };
    let skipped = match try_methods(&methods, &input) {
        Ok(result) => return result,
        Err(skipped) => skipped,
    };
    let fallback = methods.into_iter().find_map(|method| {
        let text = apply_fallback(method, &input).filter(|text| !prompt_injection::is_prompt_injection(text))?;
        Some(Teaser { text, from: method.into() })
    });
    let teaser = fallback.unwrap_or(Teaser { text: String::new(), from: TeaserSource::None });
    TeaserResult { teaser, skipped }
}

/// Makes the teaser of a post as far as no language model is needed for it; `None` where its words come next.
pub fn tease_before_model(
    post: &Post,
    text: &PostText,
    options: &TeaserOptions,
    context: &TeaserContext<'_>,
) -> Option<TeaserResult> {
    let Some(model) = options.from.iter().position(|method| *method == TeaserMethod::Llm) else {
        return Some(tease_text(post, text, options, context));
    };
    let input = TeaserInput::new(post, text, options, context);
    editors_teaser(post, context).or_else(|| try_methods(options.from.get(..model)?, &input).ok())
}

/// An editor's own words, from the config or the front matter.
fn editors_teaser(post: &Post, context: &TeaserContext<'_>) -> Option<TeaserResult> {
    let editors = [context.pinned, post.teaser.as_deref()];
    let mut editors = editors.into_iter().flatten().map(|text| limits::one_line(&html::plain_line(text)));
    let text = editors.find(|text| !text.is_empty())?;
    Some(TeaserResult { teaser: Teaser { text, from: TeaserSource::Editor }, skipped: Vec::new() })
}

/// The teaser of the first method that has one, or why none of them has.
fn try_methods(methods: &[TeaserMethod], input: &TeaserInput<'_>) -> Result<TeaserResult, Vec<SkippedMethod>> {
    let mut skipped = Vec::new();
    for method in methods.iter().copied() {
        let text = apply(method, input);
        // Whatever a method thinks of its own work, nothing with a defect goes out.
        let find_defect = match method {
            TeaserMethod::Description if !input.options.strict => checks::find_defect_of_publisher,
            _ => checks::find_defect,
        };
        let text = text.and_then(|text| find_defect(&text, input).map_or(Ok(text), |defect| Err(defect.into())));
        match text {
            Ok(text) => return Ok(TeaserResult { teaser: Teaser { text, from: method.into() }, skipped }),
            Err(reason) => skipped.push(SkippedMethod { method, reason }),
        }
    }
    Err(skipped)
}

/// Whole sentences within the limits, or why there are none.
fn apply(method: TeaserMethod, input: &TeaserInput<'_>) -> Result<String, RefusalReason> {
    match method {
        TeaserMethod::Description => description::tease(input),
        TeaserMethod::Extract => extract::tease(input),
        TeaserMethod::Lead => lead::tease(input),
        TeaserMethod::Llm => llm::tease(input),
    }
}

/// What the method had to refuse for being short, a question, or too long as a whole.
fn apply_fallback(method: TeaserMethod, input: &TeaserInput<'_>) -> Option<String> {
    match method {
        TeaserMethod::Description => description::fallback(input),
        TeaserMethod::Extract => extract::fallback(input),
        TeaserMethod::Lead => lead::fallback(input),
        TeaserMethod::Llm => None,
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod bad_bodies;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::{Block, BlockKind};

    pub(super) fn post(description: &str, body: &str) -> Post {
        Post {
            id: crate::post::PostId::new(Some("a"), None, ""),
            source: "blog".to_owned(),
            url: None,
            title: "The quay is closed".to_owned(),
            authors: Vec::new(),
            published: None,
            updated: None,
            tags: Vec::new(),
            language: None,
            image: None,
            description: Some(description.to_owned()).filter(|text| !text.is_empty()),
            teaser: None,
            body: body.to_owned(),
            weight: None,
            draft: false,
            has_marked_lead: false,
        }
    }

    /// What `method` makes of a post with these blocks, at 100 graphemes and 2 sentences.
    pub(super) fn made(
        method: TeaserMethod,
        description: &str,
        blocks: &[(BlockKind, &str)],
    ) -> Result<String, RefusalReason> {
        let blocks: Vec<Block> =
            blocks.iter().map(|(kind, text)| Block { kind: *kind, text: (*text).to_owned() }).collect();
        let options = TeaserOptions { max_chars: 100, ..TeaserOptions::default() };
        let context = TeaserContext::default();
        let post = post(description, "");
        let text = PostText { language: language::detect_post_language(None, &blocks), blocks };
        apply(method, &TeaserInput::new(&post, &text, &options, &context))
    }

    #[track_caller]
    fn check(description: &str, body: &str, expect: &str, from: TeaserSource) {
        let options = TeaserOptions { max_chars: 60, ..TeaserOptions::default() };
        let made = tease(&post(description, body), &options, &TeaserContext::default());
        assert_eq!(made.teaser, Teaser { text: expect.to_owned(), from });
    }

    const WORDS: &str = "The north quay is closed until the end of May.";
    const BODY: &str = "Divers found a hole in the quay on Sunday. The repair takes weeks.";

    #[test]
    fn methods_are_tried_in_order() {
        check(WORDS, BODY, WORDS, TeaserMethod::Description.into());
        check(
            "The north quay is closed until […]",
            BODY,
            "Divers found a hole in the quay on Sunday.",
            TeaserMethod::Extract.into(),
        );
        check("", BODY, "Divers found a hole in the quay on Sunday.", TeaserMethod::Extract.into());
        check("", "", "", TeaserSource::None);
    }

    #[test]
    fn nothing_is_better_than_a_text_that_breaks_off() {
        let long = "Divers found a hole as large as a door in the northern part of the old quay on Sunday.";
        check("", long, "", TeaserSource::None);
        check(
            "Divers found a hole in the quay. The repair […]",
            "",
            "Divers found a hole in the quay.",
            TeaserMethod::Description.into(),
        );
        check("Divers found a hole in the quay and then they […]", "", "", TeaserSource::None);
        check("", &"x".repeat(100), "", TeaserSource::None);
        check("", &"港".repeat(100), "", TeaserSource::None);
        check("", "Who dug the hole in the quay?", "Who dug the hole in the quay?", TeaserMethod::Extract.into());
    }

    #[test]
    fn an_editors_words_stay_as_they_are() {
        let options = TeaserOptions { max_chars: 5, ..TeaserOptions::default() };
        let edited = Post { teaser: Some("Come aboard\n now".to_owned()), ..post(WORDS, BODY) };
        let check = |pinned, text: &str| {
            let made = tease(&edited, &options, &TeaserContext { pinned, ..TeaserContext::default() });
            assert_eq!(made.teaser, Teaser { text: text.to_owned(), from: TeaserSource::Editor });
        };
        check(None, "Come aboard now");
        check(Some("Pinned."), "Pinned.");
        check(Some(" "), "Come aboard now");
    }
}
