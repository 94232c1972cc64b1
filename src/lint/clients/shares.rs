//! What the readers read mail with, and how many of them lack something.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::table::{Client, Feature, names};

/// What the readers read mail with: `[check]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Clients {
    pub(super) shares: Vec<(Client, f64)>,
    /// So many percent of the readers may miss something without a word.
    pub(super) tolerate: f64,
}

/// Shares and names of clients.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Facts {
    /// What is taken where the config names no clients.
    pub(super) usual_shares: Vec<(String, f64)>,
    /// How those call themselves whose name is more than a capital letter and the key.
    names: BTreeMap<String, String>,
}

pub(super) static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    // Compiled in, and read by every test of this room.
    toml::from_str(include_str!("clients.toml")).unwrap_or_else(|error| panic!("clients.toml: {error}"))
});

const TOLERATE: f64 = 5.0;

impl Default for Clients {
    fn default() -> Self {
        Self { shares: shares(FACTS.usual_shares.clone()), tolerate: TOLERATE }
    }
}

impl Clients {
    /// The readers' shares by client, in any measure, and what percentage of them may miss something; `None` is the
    /// default of either.
    pub fn new(shares: Option<BTreeMap<String, f64>>, tolerate: Option<f64>) -> Self {
        let usual = Self::default();
        Self { shares: shares.map_or(usual.shares, self::shares), tolerate: tolerate.unwrap_or(usual.tolerate) }
    }

    /// How many percent of the readers lack a feature, and by which clients.
    pub(super) fn lost(&self, feature: &Feature) -> (f64, Vec<Client>) {
        let all: f64 = self.shares.iter().map(|(_, share)| share).sum();
        let lacking = || self.shares.iter().filter(|(client, _)| feature.lacking.contains(client));
        let lost: f64 = lacking().map(|(_, share)| share).sum();
        (if all > 0.0 { lost * 100.0 / all } else { 0.0 }, lacking().map(|(client, _)| *client).collect())
    }
}

/// The shares of those clients that are known.
fn shares(of: impl IntoIterator<Item = (String, f64)>) -> Vec<(Client, f64)> {
    of.into_iter().filter_map(|(name, share)| Some((Client::new(&name)?, share))).collect()
}

impl Client {
    /// The client of that name, as the config writes it.
    pub fn new(name: &str) -> Option<Self> {
        names().position(|known| known == name).map(Self)
    }

    /// All names that the config may write.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        names().collect::<Vec<_>>().into_iter()
    }

    /// How it calls itself.
    pub(super) fn words(self) -> String {
        let name = names().nth(self.0).unwrap_or_default();
        let spelled = FACTS.names.get(name).cloned();
        spelled.unwrap_or_else(|| name[..1].to_uppercase() + &name[1..])
    }
}
