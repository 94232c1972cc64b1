//! An edition in each language that its readers ask for and we speak: its parts, and the editor's words, which are
//! Markdown.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::{edition::Edition, html};

use super::{
    context::Context,
    error::Error,
    fit,
    languages::language,
    layout::{self, Layout},
    problem::{Problem, ProblemSubject},
    script::{self, primary},
    template_source::Templates,
    templates::TemplateSet,
    text,
};

/// The parts of an edition by language: the publication's own, and the others that readers ask for.
///
/// Posts and teasers stay as they are written; our own words, dates and the direction of the page follow the
/// reader. Everyone who reads one variant gets the same mail but for the slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Variants<T = Rendered> {
    main: T,
    others: BTreeMap<String, T>,
}

impl<T> Variants<T> {
    /// Puts parts together: the publication's own, and others by the first part of their BCP 47 tag (`de`).
    pub fn new(main: T, others: BTreeMap<String, T>) -> Self {
        Self { main, others }
    }

    /// The parts in the publication's own language.
    pub fn main(&self) -> &T {
        &self.main
    }

    /// The parts for a reader of this language; the publication's own where there are no others.
    pub fn of(&self, language: Option<&str>) -> &T {
        language.and_then(|tag| self.others.get(&primary(tag))).unwrap_or(&self.main)
    }

    /// The variants in other languages than the publication's own.
    pub fn others(&self) -> impl Iterator<Item = (&str, &T)> {
        self.others.iter().map(|(language, parts)| (language.as_str(), parts))
    }

    /// All of them, the publication's own first.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.main).chain(self.others.values())
    }

    /// The same variants made into something else.
    ///
    /// # Errors
    /// The first that `make` gives.
    pub fn try_map<U, E>(&self, make: impl Fn(&T) -> Result<U, E>) -> Result<Variants<U>, E> {
        let others = self.others.iter().map(|(language, parts)| Ok((language.clone(), make(parts)?)));
        Ok(Variants { main: make(&self.main)?, others: others.collect::<Result<_, E>>()? })
    }
}

/// Lays out an edition in its own language and in each of `languages` that we speak.
///
/// # Errors
/// As [`render`](super::render()) does.
pub fn variants(edition: &Edition, languages: &[String], templates: &Templates) -> Result<Variants, Error> {
    let main = render_with(&*templates.load()?, edition)?;
    with_languages(main, edition, languages, templates)
}

/// The same where the edition's own language is laid out already.
///
/// # Errors
/// As [`variants`].
pub fn with_languages(
    main: Rendered,
    edition: &Edition,
    languages: &[String],
    templates: &Templates,
) -> Result<Variants, Error> {
    let own = primary(&edition.language);
    let wanted: BTreeSet<String> = languages.iter().map(|tag| primary(tag)).collect();
    let others = wanted.into_iter().filter(|tag| *tag != own && language(tag).is_some());
    let templates = templates.load()?;
    let others = others.map(|language| {
        let edition = Edition { language: language.clone(), ..edition.clone() };
        Ok((language, render_with(&templates, &edition)?))
    });
    let others = others.collect::<Result<_, Error>>()?;
    Ok(Variants { main, others })
}

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
        context.intro = to_html(&markdown);
        context.intro_text = to_text(&markdown);
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

/// Makes clean, well-formed HTML; every heading stands under the edition's own.
pub(super) fn to_html(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH).map(|event| match event {
        Event::Start(Tag::Heading { id, classes, attrs, .. }) => {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, id, classes, attrs })
        }
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(HeadingLevel::H2)),
        other => other,
    });
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    html::clean(&out, None)
}

/// Makes plain text; a link's address follows its words.
pub(super) fn to_text(markdown: &str) -> String {
    let mut out = String::new();
    let mut links = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&text),
            Event::SoftBreak => out.push(' '),
            Event::HardBreak => out.push('\n'),
            Event::Rule => out.push_str("* * *\n\n"),
            Event::Start(Tag::Item) => out.push_str("- "),
            Event::Start(Tag::Link { dest_url, .. }) => links.push((out.len(), dest_url)),
            Event::End(TagEnd::Link) => {
                if let Some((start, address)) = links.pop()
                    && out.get(start..) != Some(&*address)
                    && ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme))
                {
                    out.push_str(&format!(" ({address})"));
                }
            }
            Event::End(TagEnd::Item) => {
                let kept = out.trim_end().len();
                out.truncate(kept);
                out.push('\n');
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock) => out.push_str("\n\n"),
            Event::End(TagEnd::List(_)) => out.push('\n'),
            _ => {}
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_addresses_and_lists() {
        let markdown = "# Hello\n\nDear *reader*, see [us](https://h.example/).\n\n- one\n- two\n\nBye";
        assert_eq!(to_text("[here](javascript:alert)"), "here");
        assert_eq!(to_text(markdown), "Hello\n\nDear reader, see us (https://h.example/).\n\n- one\n- two\n\nBye");
    }

    #[test]
    fn html_has_no_second_main_heading() {
        assert!(to_html("# Hello").contains("<h2>Hello</h2>"));
    }
}
