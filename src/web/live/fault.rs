//! An error as the page shows it: what, where, the line itself, how to mend it.

use serde::Serialize;

use crate::{diagnostic::error_report, source::Problem};

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
    pub(super) fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::read(&error_report(error))
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

    /// Reads what `config`, `render` and others say: `file:line:column: what`, or ` --> file:line:column` below it; then
    /// the line, and the hint.
    pub(super) fn read(said: &str) -> Self {
        let mut fault = Self::default();
        let mut what: Vec<&str> = Vec::new();
        for line in said.lines() {
            if let Some(hint) = line.strip_prefix("hint: ") {
                fault.hint = Some(hint.to_owned());
            } else if fault.hint.is_some() {
                fault.hint = fault.hint.map(|hint| format!("{hint} {line}"));
            } else if let Some(place) = line.trim_start().strip_prefix("--> ") {
                fault.put(self::place(place));
            } else if let Some((number, text)) = line.split_once(" |") {
                if !number.trim().is_empty() && number.trim().bytes().all(|octet| octet.is_ascii_digit()) {
                    fault.source = Some(text.strip_prefix(' ').unwrap_or(text).to_owned());
                }
            } else {
                what.push(line);
            }
        }
        fault.what = what.join("\n");
        if fault.file.is_none()
            && let Some((place, rest)) = before(&fault.what)
        {
            let (file, line, column) = self::place(place);
            (fault.file, fault.line, fault.column) = (Some(file.to_owned()), line, column);
            fault.what = rest.to_owned();
        }
        fault
    }

    fn put(&mut self, (file, line, column): (&str, Option<u32>, Option<u32>)) {
        (self.file, self.line, self.column) = (Some(file.to_owned()), line, column);
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
pub(super) fn line_of(text: &str) -> Option<String> {
    let (file, line, _) = place(text);
    let number = usize::try_from(line?.checked_sub(1)?).ok()?;
    if std::fs::metadata(file).ok()?.len() > LONGEST {
        return None;
    }
    std::fs::read_to_string(file).ok()?.lines().nth(number).map(str::to_owned)
}

/// The place before a message, and the message: `file:line: what`, `file:line:column: what`.
pub(super) fn before(text: &str) -> Option<(&str, &str)> {
    let (place, rest) = text.split_once(": ")?;
    let (file, line, _) = self::place(place);
    (line.is_some() && !file.is_empty() && !file.contains('\n')).then_some((place, rest))
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

    #[track_caller]
    fn check(said: &str, expect: &Fault) {
        assert_eq!(&Fault::read(said), expect);
    }

    #[test]
    fn both_ways_of_naming_a_place_are_read() {
        check(
            "unknown key `mx`\n --> a/tidings.toml:4:1\n  |\n4 | mx = 3\n  | ^^\nhint: did you mean `max`?",
            &fault("unknown key `mx`", ("a/tidings.toml", 4, 1), "mx = 3", "did you mean `max`?"),
        );
        check(
            "t/classic.mjml:3:5: unknown `x`\n  |\n3 |   {{ x }}\nhint: there are a,\nb",
            &fault("unknown `x`", ("t/classic.mjml", 3, 5), "  {{ x }}", "there are a, b"),
        );
        check("classic.mjml:2: endless", &fault("endless", ("classic.mjml", 2, 0), "", ""));
        check("no config at `x`\nhint: `init`", &fault("no config at `x`", ("", 0, 0), "", "`init`"));
        check("cannot read: no such file", &fault("cannot read: no such file", ("", 0, 0), "", ""));
    }

    #[test]
    fn a_posts_problem_names_its_file() {
        let place = Some("posts/a.md:3".to_owned());
        let problem = Problem { source: "notes".to_owned(), place, message: "not closed".to_owned() };
        let hint = "the other posts go out all the same";
        assert_eq!(Fault::of_problem(&problem), fault("not closed", ("posts/a.md", 3, 0), "", hint));
    }
}
