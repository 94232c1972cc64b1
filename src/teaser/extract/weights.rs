//! What the words and the candidates of a post weigh; the numbers stand in `weights.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{features, word_model};

/// What the fitting program finds out.
#[derive(Debug, Clone)]
pub struct Weights {
    /// Of the features of a word.
    pub word: [f64; word_model::FEATURES],
    /// Of the features of a candidate.
    pub candidate: [f64; features::FEATURES],
}

/// The weights that the fitting program wrote.
pub(super) static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Lists {
        word: Vec<f64>,
        candidate: Vec<f64>,
    }
    let lists: Lists = toml::from_str(include_str!("weights.toml")).expect("the weights are written by a program");
    Weights {
        word: lists.word.try_into().expect("a weight for each feature of a word"),
        candidate: lists.candidate.try_into().expect("a weight for each feature of a candidate"),
    }
});
