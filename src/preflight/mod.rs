//! Everything that can be known to be wrong before an edition goes out.
//!
//! The project and an edition to come in, rows out. [`lint`](crate::lint) judges the message; here stands what else
//! decides whether it arrives: the config, the sources, the templates, the selection, and, where asked, DNS, the relay
//! and the pages that the edition links to.

mod clock;
mod edition;
mod online;
mod project;
mod refusal;

use crate::{
    diagnostic::{Diagnostic, Explain, Place},
    lint::{Level, Row},
};

pub use clock::of_clock;
pub use edition::{of_digest, of_next};
pub use online::rows as online;
pub use project::{of_project, of_roster, of_subscriber};
pub use refusal::{can_be_left, refusal};

/// An error as a row.
fn of_error(rule: &'static str, error: &impl Explain, place: impl Into<Place>, hint: &str) -> Row {
    of_diagnostic(rule, error.diagnostic(), place, hint)
}

/// A diagnostic as a row. A place and a hint of its own come before `place` and `hint`.
fn of_diagnostic(rule: &'static str, own: Diagnostic, place: impl Into<Place>, hint: &str) -> Row {
    let place = own.place.map_or_else(|| place.into(), |own| Place { file: plain(&own.file), ..own });
    Row::error(rule, own.message, place, own.hint.as_deref().unwrap_or(hint))
}

/// A level that is not below another.
pub fn worst(rows: &[Row]) -> Level {
    rows.iter().map(|row| row.level).max().unwrap_or(Level::Ok)
}

/// A path as a person writes it, without the `./` that a config beside us gives it.
fn plain(path: &str) -> String {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}

/// The same for the path of a file.
fn shown(path: &std::path::Path) -> String {
    plain(&path.display().to_string())
}
