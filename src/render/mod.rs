//! An edition in, its parts out: subject, preheader, HTML, text, MJML.

mod color;
mod context;
mod intro;
mod markup;
mod mjml;
mod picture;
mod templates;
mod text;
mod texts;
mod variants;

use std::path::{Path, PathBuf};

use crate::edition::Edition;
use context::Context;
use templates::Templates;

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
    let mut mjml = templates.render(&name, &context)?;
    let html = match mjml::to_html(&mjml, mjml::Fonts::None) {
        Ok(html) => html,
        Err(fault) => {
            let fault = template_error(&templates, &name, &mjml, &fault);
            problems = reduce(&templates, &name, &mut context, fault)?;
            mjml = templates.render(&name, &context)?;
            mjml::to_html(&mjml, mjml::Fonts::None).map_err(|fault| template_error(&templates, &name, &mjml, &fault))?
        }
    };
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

/// Lays out one MJML file and adds nothing; Tera runs over it only with `data`.
///
/// `mj-include` is resolved inside the file's folder.
///
/// # Errors
/// A file that cannot be read, run or laid out, with line and column.
pub fn mjml_file(path: &Path, data: Option<serde_json::Value>) -> Result<String, Error> {
    let unread = |source| Error::Read { path: path.to_owned(), source };
    let mut markup = std::fs::read_to_string(path).map_err(unread)?;
    if let Some(data) = data {
        markup = Templates::load(None)?.one_off(&path.display().to_string(), &markup, &data)?;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    mjml::to_html_with_includes(&markup, folder).map_err(|fault| {
        let place = fault.at.map(|at| markup::place(&markup, at)).map(|(line, column)| format!("{line}:{column}: "));
        Error::Template(format!("{}:{}{}", path.display(), place.unwrap_or_else(|| " ".to_owned()), fault.what))
    })
}

/// The templates that come with Tidings: name and text.
pub fn builtin_templates() -> &'static [(&'static str, &'static str)] {
    templates::BUILTIN
}

/// Finds the posts that break the layout, reduces them to title and link, and says so.
///
/// With all posts reduced the template must pass, or the fault is its own. Then each post is tried alone.
fn reduce(templates: &Templates, name: &str, context: &mut Context, fault: Error) -> Result<Vec<String>, Error> {
    let full = std::mem::take(&mut context.posts);
    context.posts = full.clone();
    context.posts.iter_mut().for_each(context::Post::reduce);
    let passes = |context: &Context| {
        templates.render(name, context).is_ok_and(|mjml| mjml::to_html(&mjml, mjml::Fonts::None).is_ok())
    };
    if !passes(context) {
        return Err(fault);
    }
    let mut problems = Vec::new();
    for (index, post) in full.into_iter().enumerate() {
        let reduced = std::mem::replace(&mut context.posts[index], post);
        if !passes(context) {
            problems.push(format!("`{}` breaks the layout and is shown as title and link", reduced.title));
            context.posts[index] = reduced;
        }
    }
    Ok(problems)
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
        let parts = templates.render(name, context).ok().and_then(|mjml| {
            let html = mjml::to_html(&mjml, mjml::Fonts::None).ok()?;
            (html.len() < CLIPPED).then_some((mjml, html))
        });
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

/// Points at the line of the user's file where its text is found, else at the line of what it gave.
fn template_error(templates: &Templates, name: &str, mjml: &str, fault: &markup::Fault) -> Error {
    let path = templates.path(name);
    let Some((number, column)) = fault.at.map(|at| markup::place(mjml, at)) else {
        return Error::Template(format!("{path}: {}", fault.what));
    };
    let line = mjml.lines().nth(number - 1).unwrap_or_default();
    let shown: String = line.trim().chars().take(100).collect();
    let place = match templates.find(line) {
        Some((path, line)) => format!("{path}:{line}:{column}"),
        None => format!("{path}: line {number}, column {column} of the MJML it gives"),
    };
    Error::Template(format!(
        "{place}: {}\n  | {shown}\nhint: values from posts need no `| safe`, and every tag must be closed",
        fault.what
    ))
}

/// Names the edition's language where a template forgot to: mrml writes `und` then, which no reader can speak.
fn speak(html: String, context: &Context) -> String {
    let silent = "lang=\"und\" dir=\"auto\"";
    if !html.starts_with(&format!("<!doctype html><html {silent}")) {
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
