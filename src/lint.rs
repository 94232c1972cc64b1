//! The preflight rules of a digest mail, each a row.

use serde::Serialize;

/// What one rule says of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The rule's id: `H1`, `S1`.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, or what was found right.
    pub message: String,
    /// The part, header or post.
    pub place: Option<String>,
    /// How to mend it.
    pub hint: Option<String>,
}

/// How bad a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Better mended.
    Warning,
    /// Must be mended.
    Error,
}

/// Judges one finished message by the rules that need no network.
///
/// `octets` are what goes over the wire, header and body.
pub fn lint(octets: &[u8]) -> Vec<Row> {
    let _ = octets;
    Vec::new()
}
