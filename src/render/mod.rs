//! An edition in, its parts out: subject, preheader, HTML, text, MJML.

use crate::edition::Edition;

/// The parts of an edition, the same for all its recipients but for the slots' markers
/// ([`Edition::marker`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// One line of plain text.
    pub subject: String,
    /// One line of plain text; empty for none.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The text part, LF line ends.
    pub text: String,
    /// What the HTML was made from.
    pub mjml: String,
    /// Posts that broke the layout and are shown as title and link.
    pub problems: Vec<String>,
}

/// Why an edition cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template cannot be read, parsed or run.
    #[error("{0}")]
    Template(String),
}

/// Lays out an edition.
///
/// # Errors
/// A template that cannot be parsed or run, with file, line and column.
pub fn render(edition: &Edition, templates: Option<&std::path::Path>) -> Result<Rendered, Error> {
    let _ = (edition, templates);
    Err(Error::Template("not yet".to_owned()))
}
