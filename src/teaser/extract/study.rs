//! What the fitting program sees of a post.

use super::{Weights, features, offer::Offer, reading, words};
use crate::{
    html::Block,
    post::Post,
    teaser::{Around, Material, Style, checks},
};

/// What the fitting program sees of a post.
#[derive(Debug)]
pub struct Study {
    /// Every word of the text: its key as [`keys`] gives it, and the facts about it.
    pub words: Vec<(u64, [f64; words::FACTS])>,
    /// Everything that could stand for the post and is good by itself: its text, and the facts about it.
    pub candidates: Vec<(String, [f32; features::FACTS])>,
}

/// Reads a post as the extractor does, for the fitting program.
pub fn study(post: &Post, blocks: &[Block], style: &Style, weights: &Weights) -> Study {
    let around = Around::default();
    let material = Material::new(post, blocks, style, &around);
    let offer = Offer::of(&material, style, weights);
    let mut worth = offer.unknown_worth();
    let good = offer.candidates.iter().filter(|candidate| offer.holds(candidate, &material, &mut worth));
    let candidates = good.map(|candidate| (offer.text(candidate), offer.all_facts(candidate))).collect();
    Study { words: reading::read(&material).facts(), candidates }
}

/// The teaser that these weights choose.
pub fn choose(post: &Post, blocks: &[Block], style: &Style, weights: &Weights) -> Option<String> {
    let around = Around::default();
    let material = Material::new(post, blocks, style, &around);
    Offer::of(&material, style, weights).heaviest(&material, checks::defect).ok()
}

/// The words of a text as the extractor tells them apart.
pub fn keys(text: &str) -> Vec<u64> {
    let mut keys = Vec::new();
    words::tokens(text, |token| keys.push(token.key));
    keys
}
