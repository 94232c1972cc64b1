//! An edition in, its parts out: subject, preheader, HTML, text, MJML.
//!
//! `layout` runs the template with Tera, hands what it gives to `mjml`, and trims the page; `fit` makes a page
//! shorter that clients would clip. An edition is laid out once for each language (`variants`), never for a recipient.

mod color;
mod context;
mod error;
mod fit;
mod fonts;
mod languages;
mod layout;
mod source_positions;
mod mjml;
mod pages;
mod picture;
mod problem;
mod script;
mod template_source;
mod templates;
mod text;
mod texts;
mod theme;
mod variants;

use crate::edition::Edition;

pub use error::Error;
pub use layout::mjml_file;
pub use pages::{PageTexts, Pages};
pub use problem::{Problem, ProblemSubject};
pub use template_source::Templates;
pub use templates::BUILTIN_TEMPLATES;
pub use texts::TEXTS;
pub use theme::{THEME, check as check_theme};
pub use variants::Rendered;
pub use variants::{Variants, variants, with_languages};

pub(crate) use color::{READABLE, Rgb, contrast, hex, parse as parse_color};

/// Lays out an edition.
///
/// The same edition gives the same octets. A post whose content breaks the layout is shown as title and link
/// and named in [`Rendered::problems`].
///
/// # Errors
/// A template that cannot be read, parsed or run, with file, line and column; a word of `texts` or a value of
/// `theme` that is none.
pub fn render(edition: &Edition, templates: &Templates) -> Result<Rendered, Error> {
    variants::render_with(&*templates.load()?, edition)
}

/// What the templates see of an edition in one language, the publication's own where none is named.
///
/// # Errors
/// As [`render()`].
pub fn template_context(
    edition: &Edition,
    language: Option<&str>,
    templates: &Templates,
) -> Result<serde_json::Value, Error> {
    let spoken = language.filter(|tag| languages::language(tag).is_some()).map(script::primary);
    let language = spoken.filter(|language| *language != script::primary(&edition.language));
    let language = language.unwrap_or_else(|| edition.language.clone());
    let edition = Edition { language, ..edition.clone() };
    let mut context = variants::template_context(&*templates.load()?, &edition)?;
    context.drop_broken_posts();
    serde_json::to_value(&context).map_err(|error| Error::Template(error.to_string().into()))
}

#[cfg(test)]
mod tests;
