//! Errors, diagnostics and paths as the rows of `check` show them.

use std::path::Path;

use crate::{
    diagnostic::{Diagnostic, Explain, Place},
    lint::{Level, Row},
};

/// An error as a row.
pub(super) fn error_row(rule: &'static str, error: &impl Explain, place: impl Into<Place>, hint: &str) -> Row {
    diagnostic_row(rule, error.diagnostic(), place, hint)
}

/// A diagnostic as a row. A place and a hint of its own come before `place` and `hint`.
pub(super) fn diagnostic_row(rule: &'static str, own: Diagnostic, place: impl Into<Place>, hint: &str) -> Row {
    let place = own.place.map_or_else(|| place.into(), |own| Place { file: plain(&own.file), ..own });
    Row::error(rule, own.message, place, own.hint.as_deref().unwrap_or(hint))
}

/// The worst level of all rows.
pub fn worst_level(rows: &[Row]) -> Level {
    rows.iter().map(|row| row.level).max().unwrap_or(Level::Ok)
}

/// A path as a person writes it, without the `./` that a config beside us gives it.
fn plain(path: &str) -> String {
    path.strip_prefix("./").unwrap_or(path).to_owned()
}

/// The same for the path of a file.
pub(super) fn path_text(path: &Path) -> String {
    plain(&path.display().to_string())
}
