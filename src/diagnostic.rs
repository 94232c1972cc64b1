//! What people are shown of something wrong: what it is, where, the line itself, and how to mend it.
//!
//! Each stage makes a [`Diagnostic`] where the facts are known; the terminal, JSON and the live page show it, each in its
//! own form, and nobody reads its parts back out of a text.

mod secrets;

use std::{error::Error, fmt};

use serde::{Deserialize, Serialize, Serializer};

pub use secrets::mask_secrets;

/// Something wrong, as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What is wrong.
    #[serde(serialize_with = "serialize_masked")]
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// The line there.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
    /// How to mend it.
    #[serde(default)]
    pub hint: Option<String>,
    /// Whether the terminal shows the place below the words, as compilers do, or before them.
    #[serde(skip)]
    pub is_place_below: bool,
}

/// Where something is wrong: `templates/own.mjml:7:5`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Place {
    /// The file; where there is none, the header, the address or the post.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column, from 1, in characters.
    pub column: Option<usize>,
}

/// A line of a file, and which of its columns are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line.
    pub line: String,
    /// How many columns are meant, from that of the place on; `None` for the whole line.
    pub width: Option<usize>,
}

/// An error that can be shown to people.
pub trait Explain: Error {
    /// Tells what is known of it; an error with a hint or a place of its own adds them here.
    fn diagnostic(&self) -> Diagnostic
    where
        Self: Sized,
    {
        Diagnostic::of_causes(self)
    }
}

impl Explain for std::io::Error {}

/// Tells an error and its causes as the terminal shows them.
pub fn error_report(error: &impl Explain) -> String {
    error.diagnostic().to_string()
}

impl Diagnostic {
    /// Says what is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Joins the words of an error and of its causes, each said once.
    pub fn of_causes(error: &dyn Error) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut next = Some(error);
        while let Some(cause) = next {
            let own = cause.to_string();
            if !words.iter().any(|said| said.contains(&own)) {
                words.push(own);
            }
            next = cause.source();
        }
        Self::new(words.join(": "))
    }

    /// Adds where it is; the terminal shows it before the words.
    #[must_use]
    pub fn at(self, place: impl Into<Place>) -> Self {
        Self { place: Some(place.into()), ..self }
    }

    /// Adds where it is; the terminal shows it below the words.
    #[must_use]
    pub fn below(self, place: impl Into<Place>) -> Self {
        Self { is_place_below: true, ..self.at(place) }
    }

    /// Adds the line, with as many columns marked.
    #[must_use]
    pub fn excerpt(self, line: impl Into<String>, width: Option<usize>) -> Self {
        Self { excerpt: Some(Excerpt { line: line.into(), width }), ..self }
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Says what and how to mend it in one line.
    pub fn in_one_line(&self) -> String {
        self.hint.as_ref().map_or_else(|| self.message.clone(), |hint| format!("{}; {hint}", self.message))
    }

    /// Puts words before its own.
    #[must_use]
    pub fn context(self, words: impl fmt::Display) -> Self {
        Self { message: format!("{words}: {}", self.message), ..self }
    }
}

impl Error for Diagnostic {}

impl From<String> for Diagnostic {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

impl From<&str> for Diagnostic {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl Explain for Diagnostic {
    fn diagnostic(&self) -> Diagnostic {
        self.clone()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) if self.is_place_below => write!(f, "{}\n --> {place}", mask_secrets(&self.message))?,
            Some(place) => write!(f, "{place}: {}", mask_secrets(&self.message))?,
            None => f.write_str(&mask_secrets(&self.message))?,
        }
        if let Some(excerpt) = &self.excerpt {
            let place = self.place.as_ref().and_then(|place| Some((place.line?, place.column?)));
            let source = mask_secrets(&excerpt.line);
            match (place, excerpt.width) {
                (Some((line, column)), Some(width)) => {
                    let margin = " ".repeat(line.to_string().len());
                    // What is masked is shorter, or longer, than what is meant.
                    let room = (source.chars().count() + 1).saturating_sub(column);
                    let width = if source == excerpt.line { width } else { width.min(room) };
                    let (indent, mark) = (" ".repeat(column.saturating_sub(1)), "^".repeat(width.max(1)));
                    write!(f, "\n{margin} |\n{line} | {source}\n{margin} | {indent}{mark}")?;
                }
                _ => write!(f, "\n  | {source}")?,
            }
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {}", mask_secrets(hint)),
            None => Ok(()),
        }
    }
}

fn serialize_masked<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&mask_secrets(text))
}

impl Place {
    /// A line and a column of a file.
    pub fn new(file: impl Into<String>, line: usize, column: usize) -> Self {
        Self { file: file.into(), line: Some(line), column: Some(column) }
    }

    /// A line of a file.
    pub fn line(file: impl Into<String>, line: usize) -> Self {
        Self { file: file.into(), line: Some(line), column: None }
    }
}

impl From<String> for Place {
    fn from(file: String) -> Self {
        Self { file, line: None, column: None }
    }
}

impl From<&str> for Place {
    fn from(file: &str) -> Self {
        file.to_owned().into()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        [self.line, self.column].iter().flatten().try_for_each(|number| write!(f, ":{number}"))
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shown: &Diagnostic, expect: &str) {
        assert_eq!(shown.to_string(), expect);
    }

    #[test]
    fn the_terminal_shows_all_that_is_known() {
        let unknown = Diagnostic::new("unknown key `mx`").below(Place::new("a/tidings.toml", 14, 3));
        check(
            &unknown.clone().excerpt("  mx = 3", Some(2)).hint("did you mean `max`?"),
            "unknown key `mx`\n --> a/tidings.toml:14:3\n   |\n14 |   mx = 3\n   |   ^^\nhint: did you mean `max`?",
        );
        check(&Diagnostic::new("empty").below("tidings.toml"), "empty\n --> tidings.toml");
        let nobody = Diagnostic::new("unknown `x`").at(Place::new("t/a.mjml", 3, 4));
        check(&nobody.clone().excerpt("{{ x }}", None), "t/a.mjml:3:4: unknown `x`\n  | {{ x }}");
        check(&nobody.excerpt("{{ x }}", Some(1)), "t/a.mjml:3:4: unknown `x`\n  |\n3 | {{ x }}\n  |    ^");
        check(&Diagnostic::new("endless").at(Place::line("a.mjml", 2)), "a.mjml:2: endless");
        check(&Diagnostic::new("locked").hint("wait"), "locked\nhint: wait");
    }

    #[test]
    fn an_error_and_its_causes_are_each_said_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read `x`")]
        struct Outer(#[source] std::io::Error);
        let inner = || std::io::Error::other("no disk");
        check(&Diagnostic::of_causes(&Outer(inner())), "cannot read `x`: no disk");
        check(&Diagnostic::of_causes(&std::io::Error::other(Outer(inner()))), "cannot read `x`: no disk");
    }
}
