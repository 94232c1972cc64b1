//! What the text of a file says, apart from its front matter: Markdown as site generators write it, HTML, or text.

use chrono::{DateTime, NaiveTime, Utc};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};
use url::Url;

use crate::{
    html,
    post::Image,
    source::{copied_text, date, document::Document, page},
    zone::Zone,
};

use super::templating::{Dialect, without_templates};

/// What a file's own text says, apart from its front matter.
#[derive(Debug, Default)]
pub struct FileContent {
    pub body: String,
    pub title: Option<String>,
    pub description: Option<String>,
    pub has_marked_lead: bool,
    pub authors: Vec<String>,
    pub published: Option<DateTime<Utc>>,
    pub language: Option<String>,
    pub image: Option<Image>,
}

/// Reads a file's own text; its links and pictures are not resolved yet.
pub fn content(kind: &str, body: &str, base: Option<&Url>, zone: Zone) -> FileContent {
    match kind {
        "md" | "markdown" | "mdx" => {
            let dialect = if kind == "mdx" { Dialect::Mdx } else { Dialect::Markdown };
            let rendered = render(&body[..body.floor_char_boundary(html::MAX_ARTICLE)], dialect);
            FileContent {
                body: rendered.html,
                title: rendered.title,
                has_marked_lead: rendered.lead.is_some(),
                description: rendered.lead,
                ..FileContent::default()
            }
        }
        "html" | "htm" => whole_page(body, base, zone)
            .unwrap_or_else(|| FileContent { body: without_templates(body, Dialect::Html), ..FileContent::default() }),
        _ => {
            let article = copied_text::read(body).article.unwrap_or_default();
            FileContent {
                body: article.body(),
                title: Some(article.title).filter(|title| !title.is_empty()),
                authors: article.authors,
                published: article.date.and_then(|day| date::in_zone(day.and_time(NaiveTime::MIN), zone)),
                ..FileContent::default()
            }
        }
    }
}

/// What a file says that is a page of its own, with a head: its title, author and date stand there.
fn whole_page(body: &str, base: Option<&Url>, zone: Zone) -> Option<FileContent> {
    let lower = body.get(..body.floor_char_boundary(2_048))?.to_ascii_lowercase();
    if !lower.contains("<html") && !lower.contains("<head") {
        return None;
    }
    let document = Document { octets: body.as_bytes().to_vec(), charset: Some("utf-8".to_owned()), url: base.cloned() };
    let page = page::read(document, "", zone).ok()?.posts.into_iter().next()?;
    Some(FileContent {
        body: page.body,
        title: Some(page.title).filter(|title| !title.is_empty()),
        description: page.description,
        has_marked_lead: false,
        authors: page.authors,
        published: page.published,
        language: page.language,
        image: page.image,
    })
}

/// A rendered text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// HTML with whatever raw HTML stood in the text.
    pub html: String,
    /// The words of a heading of the first level that begins the text; it is not in `html`.
    pub title: Option<String>,
    /// The HTML before `<!-- more -->`.
    pub lead: Option<String>,
}

/// Renders Markdown with tables, footnotes and strikethrough.
pub fn render(text: &str, dialect: Dialect) -> Rendered {
    let text = without_templates(text, dialect);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut events: Vec<Event<'_>> = Parser::new_ext(&text, options).collect();
    let title = take_title(&mut events);
    let more = events.iter().position(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => is_more(raw),
        _ => false,
    });
    let mut rendered = Rendered { title, ..Rendered::default() };
    rendered.html.reserve(text.len() + text.len() / 4);
    if let Some(at) = more {
        let rest = events.split_off(at);
        push_html(&mut rendered.html, events.into_iter());
        rendered.lead = Some(rendered.html.clone());
        push_html(&mut rendered.html, rest.into_iter());
    } else {
        push_html(&mut rendered.html, events.into_iter());
    }
    rendered
}

fn is_more(raw: &str) -> bool {
    let raw = raw.trim();
    let inner = raw.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    inner.is_some_and(|inner| matches!(inner.trim(), "more" | "excerpt" | "truncate" | "readmore"))
}

/// Removes the heading that begins the text, if it is of the first level.
fn take_title(events: &mut Vec<Event<'_>>) -> Option<String> {
    if !matches!(events.first(), Some(Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }))) {
        return None;
    }
    let end = events.iter().position(|event| matches!(event, Event::End(TagEnd::Heading(_))))?;
    let words: String = events[..end]
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            _ => None,
        })
        .collect();
    let title = crate::html::plain_line(&words.replace('&', "&amp;").replace('<', "&lt;"));
    if title.is_empty() {
        return None;
    }
    events.drain(..=end);
    Some(title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(render(text, Dialect::Markdown).html.trim_end(), expect);
    }

    #[test]
    fn markdown_is_rendered() {
        check("One *two*\n\n- a\n- b", "<p>One <em>two</em></p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>");
        check("\"a\" -- b", "<p>\"a\" -- b</p>");
        check("~~a~~", "<p><del>a</del></p>");
        assert!(render("|a|b|\n|-|-|\n|1|2|", Dialect::Markdown).html.contains("<td>2</td>"));
    }

    #[test]
    fn a_first_heading_is_the_title() {
        let rendered = render("# A *boat* & `b`\n\nText", Dialect::Markdown);
        assert_eq!((rendered.title.as_deref(), rendered.html.as_str()), (Some("A boat & b"), "<p>Text</p>\n"));
        assert_eq!(render("Text\n\n# Later", Dialect::Markdown).title, None);
    }

    #[test]
    fn what_stands_before_more_is_the_lead() {
        assert_eq!(
            render("Lead.\n\n<!-- more -->\n\nRest.", Dialect::Markdown).lead.as_deref(),
            Some("<p>Lead.</p>\n")
        );
        assert_eq!(render("Rest.", Dialect::Markdown).lead, None);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(\\{\\{|\\}\\}|\\{%|%\\}|`|```|\n|a|# |é|    ){0,30}") {
            let _ = render(&text, Dialect::Markdown);
        }
    }
}
