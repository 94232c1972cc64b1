//! An error as the page shows it: what, where, the line itself, how to mend it.

use serde::Serialize;

use crate::{
    diagnostic::{Diagnostic, Explain, Place},
    source::Problem,
};

/// Something that keeps the next edition from being shown as it would go out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) what: String,
    /// The file.
    pub(super) file: Option<String>,
    /// Its line, from 1.
    pub(super) line: Option<u32>,
    /// The column, from 1.
    pub(super) column: Option<u32>,
    /// The line itself.
    pub(super) source: Option<String>,
    /// How to mend it.
    pub(super) hint: Option<String>,
}

impl Fault {
    /// Takes an error apart.
    pub(super) fn of(error: &impl Explain) -> Self {
        error.diagnostic().into()
    }

    /// A post or a file of one that cannot be read as it was meant.
    pub(super) fn of_problem(problem: &Problem) -> Self {
        let hint = Some("the other posts go out all the same".to_owned());
        match problem.place.as_deref().map(place) {
            Some((file, line, column)) => {
                Self { what: problem.message.clone(), file: Some(file.to_owned()), line, column, source: None, hint }
            }
            None => Self { what: format!("{}: {}", problem.source, problem.message), hint, ..Self::default() },
        }
    }
}

impl From<Diagnostic> for Fault {
    fn from(shown: Diagnostic) -> Self {
        let number = |number: Option<usize>| u32::try_from(number?).ok();
        let (line, column) =
            shown.place.as_ref().map_or((None, None), |place| (number(place.line), number(place.column)));
        Self {
            what: shown.message,
            file: shown.place.map(|place| place.file),
            line,
            column,
            source: shown.excerpt.map(|excerpt| excerpt.line),
            hint: shown.hint,
        }
    }
}

/// `file:line:column` or less of it.
pub(super) fn place(text: &str) -> (&str, Option<u32>, Option<u32>) {
    let number = |text: &str| text.parse::<u32>().ok();
    let Some((before, last)) = text.rsplit_once(':').and_then(|(before, last)| Some((before, number(last)?))) else {
        return (text, None, None);
    };
    match before.rsplit_once(':').and_then(|(file, line)| Some((file, number(line)?))) {
        Some((file, line)) => (file, Some(line), Some(last)),
        None => (before, Some(last), None),
    }
}

/// No line of a longer file is shown: octets.
const LONGEST: u64 = 4 << 20;

/// The line that a place in a file names.
pub(super) fn line_at(Place { file, line, .. }: &Place) -> Option<String> {
    let number = (*line)?.checked_sub(1)?;
    if std::fs::metadata(file).ok()?.len() > LONGEST {
        return None;
    }
    std::fs::read_to_string(file).ok()?.lines().nth(number).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(what: &str, place: (&str, u32, u32), source: &str, hint: &str) -> Fault {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Fault {
            what: what.to_owned(),
            file: some(place.0),
            line: Some(place.1).filter(|line| *line > 0),
            column: Some(place.2).filter(|column| *column > 0),
            source: some(source),
            hint: some(hint),
        }
    }

    #[test]
    fn all_that_is_known_of_an_error_is_shown() {
        let shown = Diagnostic::new("unknown key `mx`").below(Place::new("a/tidings.toml", 4, 1));
        let shown = shown.excerpt("mx = 3", Some(2)).hint("did you mean `max`?");
        let expect = fault("unknown key `mx`", ("a/tidings.toml", 4, 1), "mx = 3", "did you mean `max`?");
        assert_eq!(Fault::from(shown), expect);
        assert_eq!(Fault::from(Diagnostic::new("no")), fault("no", ("", 0, 0), "", ""));
    }

    #[test]
    fn a_posts_problem_names_its_file() {
        let place = Some("posts/a.md:3".to_owned());
        let problem = Problem { source: "notes".to_owned(), place, message: "not closed".to_owned() };
        let hint = "the other posts go out all the same";
        assert_eq!(Fault::of_problem(&problem), fault("not closed", ("posts/a.md", 3, 0), "", hint));
    }
}
