//! Everything that can be known to be wrong before an edition goes out.
//!
//! The project and an edition to come in, rows out. [`lint`](crate::lint) judges the message; here stands what else
//! decides whether it arrives: the config, the sources, the templates, the selection, and, where asked, DNS, the relay
//! and the pages that the edition links to.

mod clock;
mod edition;
mod gate;
mod online;
mod project;

use std::error::Error;

use crate::{
    diagnostic::error_report,
    lint::{Level, Row},
};

pub use clock::of_clock;
pub use edition::{of_digest, of_next};
pub use gate::{can_be_left, refusal};
pub use online::rows as online;
pub use project::{of_project, of_roster, of_subscriber};

/// An error as a row. A place that it names itself, as `templates/own.mjml:3:5`, comes before `place`, and so does its
/// hint before `hint`.
fn of_error(rule: &'static str, error: &dyn Error, place: impl Into<String>, hint: &str) -> Row {
    told(rule, &error_report(error), place, hint)
}

/// The same for words that an error would say.
fn told(rule: &'static str, said: &str, place: impl Into<String>, hint: &str) -> Row {
    let (what, hint) = said.split_once("\nhint: ").unwrap_or((said, hint));
    // Under the first line stands what is at the place: who reads a row looks there.
    let what = what.lines().next().unwrap_or_default();
    match leading_place(what) {
        Some((own, what)) => Row::error(rule, what, own, hint),
        None => Row::error(rule, what, place, hint),
    }
}

/// Takes `file:line:column` off the beginning of a message.
fn leading_place(said: &str) -> Option<(&str, &str)> {
    let (place, what) = said.split_once(": ")?;
    let place = place.strip_prefix("./").unwrap_or(place);
    let (file, numbers) = place.split_once(':')?;
    let are_numbers = numbers.split(':').all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    (are_numbers && !file.is_empty()).then_some((place, what))
}

/// A level that is not below another.
pub fn worst(rows: &[Row]) -> Level {
    rows.iter().map(|row| row.level).max().unwrap_or(Level::Ok)
}

/// A path as a person writes it, without the `./` that a config beside us gives it.
fn shown(path: &std::path::Path) -> String {
    let shown = path.display().to_string();
    shown.strip_prefix("./").map(str::to_owned).unwrap_or(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_names_its_place_keeps_it() {
        let row = told("template", "a/b.mjml:3:5: no such thing\n  | {{ x }}\nhint: look", "x", "y");
        assert_eq!(row, Row::error("template", "no such thing", "a/b.mjml:3:5", "look"));
        let row = told("template", "cannot read `x`: no: 3", "x", "y");
        assert_eq!(row, Row::error("template", "cannot read `x`: no: 3", "x", "y"));
    }
}
