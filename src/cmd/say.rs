//! What several verbs say in the same words.

use serde::Serialize;

use super::Setting;
use crate::source::Problem;

/// Says what went wrong on the way to an edition.
pub fn say_problems(setting: &Setting, problems: &[Problem], layout: &[String]) {
    for line in problems.iter().map(in_words).chain(layout.iter().cloned()) {
        setting.say(format!("warning: {line}"));
    }
}

/// A source's problem in one line.
pub fn in_words(problem: &Problem) -> String {
    match &problem.place {
        Some(place) => format!("{}: {place}: {}", problem.source, problem.message),
        None => format!("{}: {}", problem.source, problem.message),
    }
}

/// What `send --json` and `preview --json` print where there is nothing to send.
#[derive(Debug, Serialize)]
pub struct Nothing<'a> {
    schema: u8,
    digest: &'a str,
    edition: Option<i64>,
    reason: &'a str,
}

impl<'a> Nothing<'a> {
    /// Says why there is no edition.
    pub fn new(digest: &'a str, reason: &'a str) -> Self {
        Self { schema: 1, digest, edition: None, reason }
    }
}
