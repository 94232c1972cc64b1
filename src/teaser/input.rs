//! What teasers are made from.

use super::{options::TeaserOptions, post_text::PostText, repetition::PreviousTeaser, shared_text::SharedText};
use crate::{html::Block, post::Post};

/// What is known of a post besides itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct TeaserContext<'a> {
    /// An editor's own teaser, from `[digest.X.teasers]`.
    pub pinned: Option<&'a str>,
    /// What stands in many posts of its source.
    pub shared: Option<&'a SharedText>,
    /// The teasers of the posts before it in the edition.
    pub earlier: &'a [PreviousTeaser],
    /// What a language model answered, or why there is no answer.
    pub answer: Option<Result<&'a str, &'a str>>,
}

/// What every method works on.
pub(super) struct TeaserInput<'a> {
    pub(super) post: &'a Post,
    pub(super) blocks: &'a [Block],
    pub(super) options: &'a TeaserOptions,
    pub(super) context: &'a TeaserContext<'a>,
    /// The language of the body, or the one that the publisher names.
    pub(super) language: Option<&'static str>,
}

impl<'a> TeaserInput<'a> {
    pub(super) fn new(
        post: &'a Post,
        text: &'a PostText,
        options: &'a TeaserOptions,
        context: &'a TeaserContext<'a>,
    ) -> Self {
        Self { post, blocks: &text.blocks, language: text.language, options, context }
    }
}
