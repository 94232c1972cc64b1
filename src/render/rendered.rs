//! The parts of an edition in one language.

use super::{
    context::Context,
    error::Error,
    fit, intro,
    layout::{self, Layout},
    problem::{Problem, ProblemSubject},
    script,
    templates::TemplateSet,
    text,
};
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
    /// What is not shown as it was given: posts that break the layout or have no room, colours that cannot be read.
    pub problems: Vec<Problem>,
}

/// Lays out an edition with templates that are read already.
pub(super) fn render_with(templates: &TemplateSet, edition: &Edition) -> Result<Rendered, Error> {
    let mut context = template_context(templates, edition)?;
    let name = format!("{}.mjml", edition.template);
    let mut problems = std::mem::take(&mut context.problems);
    let titles = context.drop_broken_posts().into_iter();
    problems.extend(titles.map(|title| {
        let words = format!("`{title}` breaks the layout and is shown as title and link");
        Problem::new(ProblemSubject::Post(title), words)
    }));
    let mut layout = layout::lay_out(templates, &name, &context)?;
    problems.extend(layout.warnings.drain(..).map(|warning| Problem::new(ProblemSubject::Template, warning)));
    let Layout { mjml, html, .. } = fit::fit(templates, &name, &mut context, &mut problems, layout);
    let html = name_language(html, &context);
    context.show_all();
    let own = format!("{}.txt", edition.template);
    let own = if templates.has(&own) { own.as_str() } else { "classic.txt" };
    let text = text::tidy(&templates.render(own, &context)?);
    Ok(Rendered { subject: context.subject, preheader: context.preheader, html, text, mjml, problems })
}

/// Gathers all that an edition has to say, the editor's own words among it.
pub(super) fn template_context(templates: &TemplateSet, edition: &Edition) -> Result<Context, Error> {
    let mut context = Context::new(edition)?;
    let key = |name: &str| format!("digest.{}.{name}", edition.digest);
    context.subject = text::fold(&templates.inline(&key("subject"), &edition.subject, &context)?);
    context.preheader = shorten(&text::fold(&templates.inline(&key("preheader"), &edition.preheader, &context)?));
    context.padding = "&#847;&#8204;&#160;".repeat(100_usize.saturating_sub(context.preheader.chars().count() / 2));
    if let Some(own) = &edition.intro {
        let markdown = templates.inline_markdown(&key("intro"), own, &context)?;
        context.intro = intro::to_html(&markdown);
        context.intro_text = intro::to_text(&markdown);
        context.intro_dir = script::first_strong(&context.intro_text).unwrap_or(context.dir);
    }
    Ok(context)
}

/// Names the edition's language where a template forgot to: MJML says `und` then, which no reader can speak.
fn name_language(html: String, context: &Context) -> String {
    let silent = "lang=\"und\" dir=\"auto\"";
    if !html.contains(&format!("<html {silent}")) {
        return html;
    }
    html.replace(silent, &format!("lang=\"{}\" dir=\"{}\"", context.lang, context.dir))
}

/// Cuts a preheader after a word: clients show less than 200 characters.
pub(super) fn shorten(line: &str) -> String {
    let Some((end, _)) = line.char_indices().nth(199) else { return line.to_owned() };
    let head = &line[..end];
    let cut = head.rfind(' ').filter(|cut| *cut > 0).unwrap_or(end);
    format!("{}…", head[..cut].trim_end_matches([' ', '·', ',', '.', ';']))
}
