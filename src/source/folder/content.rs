//! What the text of a file says, apart from its front matter.

use chrono::{DateTime, NaiveTime, Utc};
use url::Url;

use super::{
    markdown,
    templating::{Dialect, without_templates},
};
use crate::{
    html,
    post::Image,
    source::{copied_text, date, document::Document, page},
    zone::Zone,
};

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
            let rendered = markdown::render(&body[..body.floor_char_boundary(html::MAX_ARTICLE)], dialect);
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
