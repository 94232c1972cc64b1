//! An edition in, its parts out: subject, preheader, HTML, text, MJML.

mod color;
mod context;
mod intro;
mod layout;
mod markup;
mod marks;
mod mjml;
mod templates;
mod text;
mod texts;
mod variants;

use std::path::{Path, PathBuf};

use crate::edition::Edition;
use context::Context;
use layout::Layout;
use templates::Templates;

pub use layout::mjml_file;
pub use texts::KEYS as TEXTS;
pub use variants::{Variants, variants};

pub(crate) use color::{READABLE, contrast, parse as parse_color};

/// The keys of `[digest.X.theme]`.
pub const THEME: [&str; 2] = ["accent", "logo"];

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
    /// Posts that broke the layout and are shown as title and link.
    pub problems: Vec<String>,
}

/// Why an edition cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template cannot be parsed or run; the text says in which file, line and column.
    #[error("{0}")]
    Template(String),
    /// A template that stands in the config cannot be parsed or run; the text says under which key.
    #[error("{0}")]
    Key(String),
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

/// Lays out an edition, with the user's `templates` folder before the built-in ones.
///
/// The same edition gives the same octets. A post whose content breaks the layout is shown as title and link
/// and named in [`Rendered::problems`].
///
/// # Errors
/// A template that cannot be read, parsed or run, with file, line and column; a word of `texts` or a colour of
/// `theme` that is none.
pub fn render(edition: &Edition, templates: Option<&Path>) -> Result<Rendered, Error> {
    let templates = Templates::load(templates)?;
    let mut context = Context::new(edition)?;
    let key = |name: &str| format!("digest.{}.{name}", edition.digest);
    context.subject = text::fold(&templates.inline(&key("subject"), &edition.subject, &context)?);
    context.preheader = shorten(&text::fold(&templates.inline(&key("preheader"), &edition.preheader, &context)?));
    context.padding = "&#847;&#8204;&#160;".repeat(100_usize.saturating_sub(context.preheader.chars().count() / 2));
    if let Some(own) = &edition.intro {
        let markdown = templates.inline_markdown(&key("intro"), own, &context)?;
        context.intro = intro::to_html(&markdown);
        context.intro_text = intro::to_text(&markdown);
    }

    let name = format!("{}.mjml", edition.template);
    let mut problems = Vec::new();
    for post in context.posts.iter_mut().filter(|post| !markup::is_sound(&post.body)) {
        problems.push(format!("`{}` breaks the layout and is shown as title and link", post.title));
        post.reduce();
    }
    let Layout { mjml, html, warnings } = layout::lay_out(&templates, &name, &context)?;
    problems.extend(warnings);
    let (mjml, html) = shrink(&templates, &name, &mut context, &mut problems, (mjml, html));
    let html = speak(html, &context);
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

/// The templates that come with Tidings: name and text.
pub fn builtin_templates() -> &'static [(&'static str, &'static str)] {
    templates::BUILTIN
}

/// Reduces the last posts to title and link until a mail client shows the whole page; markup is never cut.
///
/// A page that is too big even so stays as it is: the preflight rules say so.
fn shrink(
    templates: &Templates,
    name: &str,
    context: &mut Context,
    problems: &mut Vec<String>,
    full: (String, String),
) -> (String, String) {
    if full.1.len() < CLIPPED {
        return full;
    }
    let posts = context.posts.clone();
    let mut best = None;
    let (mut low, mut high) = (1, posts.len());
    while low <= high {
        let reduced = low.midpoint(high);
        context.posts = posts.clone();
        context.posts.iter_mut().rev().take(reduced).for_each(context::Post::reduce);
        let parts = layout::lay_out(templates, name, context).ok();
        let parts = parts.filter(|parts| parts.html.len() < CLIPPED).map(|parts| (parts.mjml, parts.html));
        match parts {
            Some(parts) => {
                best = Some((reduced, context.posts.clone(), parts));
                high = reduced - 1;
            }
            None => low = reduced + 1,
        }
    }
    let Some((reduced, shown, parts)) = best else {
        context.posts = posts;
        return full;
    };
    context.posts = shown;
    problems.push(format!("the page is too big for Gmail: its last {reduced} posts are shown as title and link"));
    parts
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
mod tests;
