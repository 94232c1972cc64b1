//! What is wrong, as the page shows it: what, where, the line itself, how to mend it.

use serde_json::{Value, json};

use crate::{
    diagnostic::{Diagnostic, Place, mask_secrets},
    source::Problem,
};

/// Writes a diagnostic for the page.
pub(super) fn to_json(diagnostic: &Diagnostic) -> Value {
    let place = diagnostic.place.as_ref();
    json!({
        "what": mask_secrets(&diagnostic.message),
        "file": place.map(|place| &place.file),
        "line": place.and_then(|place| place.line),
        "column": place.and_then(|place| place.column),
        "source": diagnostic.excerpt.as_ref().map(|excerpt| mask_secrets(&excerpt.line)),
        "hint": diagnostic.hint,
    })
}

/// Explains that a post, or a file of one, cannot be read as it was meant.
pub(super) fn of_problem(problem: &Problem) -> Diagnostic {
    let diagnostic = problem.diagnostic.clone();
    let named = if diagnostic.place.is_some() { diagnostic } else { diagnostic.context(&problem.source) };
    let hint = named.hint.clone().unwrap_or_else(|| "the other posts go out all the same".to_owned());
    named.hint(hint)
}

/// No line of a longer file is shown: octets.
const MAX_FILE: u64 = 4 << 20;

/// Reads the line that a place names out of its file.
pub(super) fn line_at(Place { file, line, .. }: &Place) -> Option<String> {
    let number = (*line)?.checked_sub(1)?;
    if std::fs::metadata(file).ok()?.len() > MAX_FILE {
        return None;
    }
    std::fs::read_to_string(file).ok()?.lines().nth(number).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_known_of_an_error_is_shown() {
        let shown = Diagnostic::new("unknown key `mx`").below(Place::new("a/tidings.toml", 4, 1));
        let shown = shown.excerpt("mx = 3", Some(2)).hint("did you mean `max`?");
        let expect = json!({
            "what": "unknown key `mx`", "file": "a/tidings.toml", "line": 4, "column": 1, "source": "mx = 3",
            "hint": "did you mean `max`?",
        });
        assert_eq!(to_json(&shown), expect);
        assert_eq!(to_json(&Diagnostic::new("no"))["file"], Value::Null);
    }

    #[test]
    fn a_posts_problem_names_its_file() {
        let problem = Problem::new("notes", Diagnostic::new("not closed").at(Place::line("posts/a.md", 3)));
        let shown = to_json(&of_problem(&problem));
        assert_eq!(
            (&shown["what"], &shown["file"], &shown["line"]),
            (&json!("not closed"), &json!("posts/a.md"), &json!(3))
        );
    }
}
