//! What the fitting program sees of a post.

use super::{
    super::{
        checks,
        input::{TeaserContext, TeaserInput},
        options::TeaserOptions,
        post_text::PostText,
    },
    candidates::Candidates,
    features, parsed_post,
    weights::Weights,
    word_model,
};
use crate::{html::Block, post::Post};

/// What the fitting program sees of a post.
#[derive(Debug)]
pub struct TrainingData {
    /// Every word of the text: its key as [`word_keys`] gives it, and the facts about it.
    pub words: Vec<(u64, [f64; word_model::FEATURES])>,
    /// Everything that could stand for the post and is good by itself: its text, and the facts about it.
    pub candidates: Vec<(String, [f32; features::FEATURES])>,
}

/// Reads a post as the extractor does, for the fitting program.
pub fn training_data(post: &Post, blocks: &[Block], options: &TeaserOptions, weights: &Weights) -> TrainingData {
    let context = TeaserContext::default();
    let text = PostText::of_blocks(post, blocks.to_vec());
    let input = TeaserInput::new(post, &text, options, &context);
    let candidates = Candidates::of(&input, options, weights);
    let mut quality = candidates.unknown_quality();
    let good = candidates.candidates.iter().filter(|candidate| candidates.is_usable(candidate, &input, &mut quality));
    let candidates = good.map(|candidate| (candidates.text(candidate), candidates.features_of(candidate))).collect();
    TrainingData { words: parsed_post::parse_post(&input).facts(), candidates }
}

/// The teaser that these weights choose.
pub fn extract_with(post: &Post, blocks: &[Block], options: &TeaserOptions, weights: &Weights) -> Option<String> {
    let context = TeaserContext::default();
    let text = PostText::of_blocks(post, blocks.to_vec());
    let input = TeaserInput::new(post, &text, options, &context);
    Candidates::of(&input, options, weights).best_without_defect(&input, checks::find_defect).ok()
}

/// The words of a text as the extractor tells them apart.
pub fn word_keys(text: &str) -> Vec<u64> {
    let mut keys = Vec::new();
    word_model::tokens(text, |token| keys.push(token.key));
    keys
}
