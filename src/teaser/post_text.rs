//! The text of a post, read once for all that is done with it.

use super::{language, prompt_injection};
use crate::{
    html::{self, Block},
    post::Post,
};

/// The blocks of a post's body without what speaks to machines, and its language.
#[derive(Debug, Clone)]
pub struct PostText {
    pub(super) blocks: Vec<Block>,
    /// The language of the body, or the one that the publisher names.
    pub(super) language: Option<&'static str>,
}

impl PostText {
    /// Reads a post.
    pub fn of(post: &Post) -> Self {
        Self::of_blocks(post, prompt_injection::remove(html::blocks(&post.body)))
    }

    /// Takes blocks that were read elsewhere.
    pub(super) fn of_blocks(post: &Post, blocks: Vec<Block>) -> Self {
        let language = language::detect_post_language(post.language.as_deref(), &blocks);
        Self { blocks, language }
    }
}
