//! What several commands say of an edition: what went wrong on the way to it, and that there is none.

use super::{exit::Failure, invocation::Invocation};
use crate::{render, source::Problem};

/// Warns of what went wrong on the way to an edition.
pub fn warn_of_problems(invocation: &Invocation, problems: &[Problem], layout: &[render::Problem]) {
    for line in problems.iter().map(Problem::to_string).chain(layout.iter().map(render::Problem::to_string)) {
        invocation.tell(format!("warning: {line}"));
    }
}

/// Prints that there is nothing to send, and why.
///
/// # Errors
/// When standard output takes nothing.
pub fn print_nothing(invocation: &Invocation, digest: &str, reason: &str) -> Result<(), Failure> {
    let json = serde_json::json!({ "schema": 1, "digest": digest, "edition": null, "reason": reason });
    invocation.print(&json, format!("nothing new: {reason}"))
}
