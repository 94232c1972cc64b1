//! An edition in, its parts out: subject, preheader, HTML, text, MJML.

mod builtin;
mod color;
mod context;
mod fonts;
mod intro;
mod layout;
mod markup;
mod marks;
mod mjml;
mod pages;
mod picture;
mod problem;
mod templates;
mod text;
mod texts;
mod theme;
mod trim;
mod variants;

use std::path::{Path, PathBuf};

use crate::{
    diagnostic::{Diagnostic, Explain},
    edition::Edition,
};
use context::Context;
use layout::Layout;
use templates::Templates;

pub use layout::mjml_file;
pub use pages::{Pages, Words};
pub use problem::{About, Problem};
pub use texts::KEYS as TEXTS;
pub use theme::{THEME, check as check_theme};
pub use variants::{Variants, variants};

pub(crate) use color::{READABLE, Rgb, contrast, parse as parse_color};

/// Gmail clips a page of 102 KB; what the recipients' own links add must fit as well.
const CLIPPED: usize = 100 * 1024;

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
    /// What is not shown as it was given: posts that break the layout or have no room, colours that cannot be read.
    pub problems: Vec<Problem>,
}

/// Why an edition cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template cannot be parsed or run; the text says in which file, line and column.
    #[error("{0}")]
    Template(Diagnostic),
    /// A template that stands in the config cannot be parsed or run; the text says under which key.
    #[error("{0}")]
    Key(Diagnostic),
    /// A template or its folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Template(shown) | Self::Key(shown) => shown.clone(),
            Self::Read { .. } => Diagnostic::of_causes(self),
        }
    }
}

/// Lays out an edition, with the user's `templates` folder before the built-in ones.
///
/// The same edition gives the same octets. A post whose content breaks the layout is shown as title and link
/// and named in [`Rendered::problems`].
///
/// # Errors
/// A template that cannot be read, parsed or run, with file, line and column; a word of `texts` or a value of
/// `theme` that is none.
pub fn render(edition: &Edition, templates: Option<&Path>) -> Result<Rendered, Error> {
    render_with(&*Templates::load(templates)?, edition)
}

/// What the templates see of an edition in one language, the publication's own where none is named.
///
/// # Errors
/// As [`render`].
pub fn context(
    edition: &Edition,
    language: Option<&str>,
    templates: Option<&Path>,
) -> Result<serde_json::Value, Error> {
    let spoken = language.map(texts::primary).filter(|language| texts::speaks(language));
    let language = spoken.filter(|language| *language != texts::primary(&edition.language));
    let language = language.unwrap_or_else(|| edition.language.clone());
    let mut context = told(&*Templates::load(templates)?, &Edition { language, ..edition.clone() })?;
    context.reduce();
    serde_json::to_value(&context).map_err(|error| Error::Template(error.to_string().into()))
}

/// Gathers all that an edition has to say, the editor's own words among it.
fn told(templates: &Templates, edition: &Edition) -> Result<Context, Error> {
    let mut context = Context::new(edition)?;
    let key = |name: &str| format!("digest.{}.{name}", edition.digest);
    context.subject = text::fold(&templates.inline(&key("subject"), &edition.subject, &context)?);
    context.preheader = shorten(&text::fold(&templates.inline(&key("preheader"), &edition.preheader, &context)?));
    context.padding = "&#847;&#8204;&#160;".repeat(100_usize.saturating_sub(context.preheader.chars().count() / 2));
    if let Some(own) = &edition.intro {
        let markdown = templates.inline_markdown(&key("intro"), own, &context)?;
        context.intro = intro::to_html(&markdown);
        context.intro_text = intro::to_text(&markdown);
        context.intro_dir = texts::first_strong(&context.intro_text).unwrap_or(context.dir);
    }
    Ok(context)
}

/// Lays out an edition with templates that are read already.
fn render_with(templates: &Templates, edition: &Edition) -> Result<Rendered, Error> {
    let mut context = told(templates, edition)?;
    let name = format!("{}.mjml", edition.template);
    let mut problems = std::mem::take(&mut context.problems);
    let titles = context.reduce().into_iter();
    problems.extend(titles.map(|title| {
        let words = format!("`{title}` breaks the layout and is shown as title and link");
        Problem::new(About::Post(title), words)
    }));
    let Layout { mjml, html, warnings } = layout::lay_out(templates, &name, &context)?;
    problems.extend(warnings.into_iter().map(|warning| Problem::new(About::Template, warning)));
    let (mjml, html) = shrink(templates, &name, &mut context, &mut problems, (mjml, html));
    let html = speak(html, &context);
    context.show_all();
    let own = format!("{}.txt", edition.template);
    let own = if templates.has(&own) { own.as_str() } else { "classic.txt" };
    let text = text::tidy(&templates.render(own, &context)?);
    Ok(Rendered { subject: context.subject, preheader: context.preheader, html, text, mjml, problems })
}

/// Parses every template, and looks for the one named.
///
/// # Errors
/// A template that cannot be read or parsed, or that is not there.
pub fn check_templates(folder: Option<&Path>, name: &str) -> Result<(), Error> {
    Templates::load(folder)?.find_named(&format!("{name}.mjml"))
}

/// Reads the templates of a folder and keeps them for all editions from now on, whatever becomes of the files;
/// looks for those named. With a fault in any, what was kept before is kept on.
///
/// # Errors
/// As [`check_templates`].
pub fn keep_templates(folder: &Path, names: &[&str]) -> Result<(), Error> {
    let templates = Templates::parse(Some(folder))?;
    names.iter().try_for_each(|name| templates.find_named(&format!("{name}.mjml")))?;
    templates.keep(folder);
    Ok(())
}

/// The templates that come with Tidings: name and text.
pub fn builtin_templates() -> &'static [(&'static str, &'static str)] {
    builtin::BUILTIN
}

/// Moves whole posts from the end to a list of links until a mail client shows the whole page; markup is never cut.
///
/// The first post, which leads, goes last, and a list that is too long even so ends with the number of what it
/// leaves out: the text part has them all. A page that cannot be made small stays as it is, and the preflight
/// rules say so.
fn shrink(
    templates: &Templates,
    name: &str,
    context: &mut Context,
    problems: &mut Vec<Problem>,
    full: (String, String),
) -> (String, String) {
    if full.1.len() < CLIPPED {
        return full;
    }
    let count = context.count();
    let mut attempt = |whole: usize, listed: usize| {
        context.show(whole, listed);
        let parts = layout::lay_out(templates, name, context).ok()?;
        (parts.html.len() < CLIPPED).then_some((parts.mjml, parts.html))
    };
    let first = usize::from(attempt(1, 0).is_some());
    let found = most(first, count.saturating_sub(1), |whole| attempt(whole, count))
        .map(|(whole, parts)| (whole, count, parts))
        .or_else(|| most(0, count, |listed| attempt(first, listed)).map(|(listed, parts)| (first, listed, parts)));
    let Some((whole, listed, parts)) = found else { return full };
    context.show(whole, listed);
    let moved = count - whole;
    let links = context.links();
    let lost = links.iter().filter(|link| !parts.0.contains(link.as_str())).count() + (moved - links.len());
    let words = match lost {
        0 => format!("the page is too big for Gmail: its last {moved} posts are listed as links"),
        _ => format!("the page is too big for Gmail: of its last {moved} posts {lost} stand in the text part only"),
    };
    problems.push(Problem::new(About::Size, words));
    parts
}

/// The greatest number from `low` to `high` for which `attempt` gives something, where it gives something for all
/// smaller ones.
fn most<T>(low: usize, high: usize, mut attempt: impl FnMut(usize) -> Option<T>) -> Option<(usize, T)> {
    let mut best = (low, attempt(low)?);
    let mut beyond = high + 1;
    while best.0 + 1 < beyond {
        let middle = best.0.midpoint(beyond);
        match attempt(middle) {
            Some(found) => best = (middle, found),
            None => beyond = middle,
        }
    }
    Some(best)
}

/// Names the edition's language where a template forgot to: MJML says `und` then, which no reader can speak.
fn speak(html: String, context: &Context) -> String {
    let silent = "lang=\"und\" dir=\"auto\"";
    if !html.contains(&format!("<html {silent}")) {
        return html;
    }
    html.replace(silent, &format!("lang=\"{}\" dir=\"{}\"", context.lang, context.dir))
}

/// Cuts a preheader after a word: clients show less than 200 characters.
fn shorten(line: &str) -> String {
    let Some((end, _)) = line.char_indices().nth(199) else { return line.to_owned() };
    let head = &line[..end];
    let cut = head.rfind(' ').filter(|cut| *cut > 0).unwrap_or(end);
    format!("{}…", head[..cut].trim_end_matches([' ', '·', ',', '.', ';']))
}

#[cfg(test)]
mod odd;
#[cfg(test)]
mod tests;
