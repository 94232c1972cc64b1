//! What an entry says, whatever format its feed has; a post out.

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    html,
    post::{Image, Post, PostId},
    source::{date, document::first_image},
    zone::Zone,
};

/// What entries take from the feed they stand in.
pub(super) struct FeedContext<'a> {
    pub source: &'a str,
    /// What relative links begin with: the site that the feed names, else the feed's own address.
    pub base: Option<Url>,
    pub authors: Vec<String>,
    pub language: Option<String>,
    pub zone: Zone,
}

/// An entry, before anything in it was cleaned.
#[derive(Default)]
pub(super) struct Draft {
    /// The publisher's own id.
    pub id: String,
    /// The links to the article, the best first.
    pub links: Vec<String>,
    /// What links are relative to, where the entry says so.
    pub base: Option<Url>,
    pub title: String,
    /// People who wrote it, the best list first.
    pub authors: Vec<String>,
    pub published: Vec<String>,
    pub updated: Vec<String>,
    pub tags: Vec<String>,
    pub language: Option<String>,
    /// Addresses of pictures with their sizes, the best first.
    pub images: Vec<Picture>,
    /// The article as HTML.
    pub content: String,
    /// The publisher's summary as HTML.
    pub summary: String,
}

/// A picture that an entry names.
#[derive(Clone)]
pub(super) struct Picture {
    pub address: String,
    pub alt: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// Smaller pictures stand for an article only where its text has none.
const MIN_WIDTH: u32 = 200;
/// Where pictures of persons come from, which many feeds give each post of one.
const PORTRAITS: &[&str] = &["gravatar.com", "secure.gravatar.com"];

impl Draft {
    /// Makes the post, and says what is wrong with its date.
    pub fn post(self, about: &FeedContext<'_>) -> (Post, Option<String>) {
        let base = self.base.as_ref().or(about.base.as_ref());
        let url = self.links.iter().find_map(|link| join(link, base));
        let inner_base = self.base.as_ref().or(url.as_ref()).or(base);
        let title = html::plain_line(&self.title);
        let content = html::clean(&self.content, inner_base);
        let summary = html::clean(&self.summary, inner_base);
        let in_text = || first_image(&content).or_else(|| first_image(&summary));
        let named = || self.images.iter().filter_map(|picture| picture.image(base));
        let image = named()
            .find(|image| image.width.is_none_or(|width| width >= MIN_WIDTH))
            .or_else(in_text)
            .or_else(|| named().next());
        let (body, description) = body_and_description(content, summary);
        let authors = unique(self.authors.iter().map(|name| person(name)));
        let zone = about.zone;
        let (published, trouble) = dated(&self.published, zone);
        let (updated, updated_trouble) = dated(&self.updated, zone);
        // Atom demands `updated` and not `published`: without the latter it is the date of the entry.
        let published = published.or(updated);
        let updated = updated.filter(|updated| Some(*updated) != published);
        let trouble = trouble.or(updated_trouble).filter(|_| published.is_none());
        let own = Some(self.id.trim()).filter(|id| id.len() <= 2_000);
        let words = format!("{title}\n{}\n{body}", description.as_deref().unwrap_or_default());
        let post = Post {
            id: PostId::new(own, url.as_ref(), &words),
            source: about.source.to_owned(),
            url,
            title,
            authors: if authors.is_empty() { about.authors.clone() } else { authors },
            published,
            updated,
            tags: unique(self.tags.iter().map(|tag| html::plain_line(tag))),
            language: self.language.as_deref().and_then(language).or_else(|| about.language.clone()),
            image,
            description,
            teaser: None,
            body,
            weight: None,
            draft: false,
            has_marked_lead: false,
        };
        (post, trouble)
    }
}

impl Picture {
    fn image(&self, base: Option<&Url>) -> Option<Image> {
        let is_icon = [self.width, self.height].into_iter().flatten().any(|side| side < html::MIN_SIDE);
        let is_portrait = |url: &Url| url.host_str().is_some_and(|host| PORTRAITS.contains(&host));
        let url = join(&self.address, base).filter(|url| !is_icon && !html::is_icon(url) && !is_portrait(url))?;
        let alt = Some(html::plain_line(&self.alt)).filter(|alt| !alt.is_empty());
        Some(Image { url, alt, width: self.width, height: self.height, file: None })
    }
}

/// A summary that is long or made of several blocks is the body, where there is no other.
fn body_and_description(body: String, summary: String) -> (String, Option<String>) {
    if summary.is_empty() || summary == body {
        return (body, None);
    }
    if !body.is_empty() {
        return (body, flat(&summary));
    }
    let blocks = html::blocks(&summary);
    let length: usize = blocks.iter().map(|block| block.text.len()).sum();
    if blocks.len() > 1 || length > 600 { (summary, None) } else { (String::new(), flat(&summary)) }
}

fn flat(cleaned: &str) -> Option<String> {
    let text = html::plain_line(&html::text(cleaned).replace('<', "&lt;"));
    (!text.is_empty()).then_some(text)
}

/// The first date that can be one; else what is wrong with the first.
fn dated(texts: &[String], zone: Zone) -> (Option<DateTime<Utc>>, Option<String>) {
    let mut trouble = None;
    for text in texts.iter().filter(|text| !text.trim().is_empty()) {
        match date::parse(text, zone) {
            Some(date) if date::is_plausible(&date) => return (Some(date), None),
            Some(date) => {
                trouble.get_or_insert(format!("its date lies in the year {}; it counts as undated", date.format("%Y")))
            }
            None => trouble.get_or_insert("its date cannot be read; it counts as undated".to_owned()),
        };
    }
    (None, trouble)
}

/// Makes a link absolute, where it leads to a page of the web.
pub(super) fn join(link: &str, base: Option<&Url>) -> Option<Url> {
    let link = link.trim();
    if link.is_empty() {
        return None;
    }
    let url = base.map_or_else(|| Url::parse(link), |base| base.join(link));
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// A name; RSS writes `jane@harbour.example (Jane Doe)`, others `Jane Doe <jane@harbour.example>`.
pub(super) fn person(text: &str) -> String {
    let name = html::plain_line(text);
    let bracketed = name.split_once(" (").or(name.strip_prefix('(').map(|rest| ("@", rest)));
    let bracketed = bracketed.filter(|(before, _)| before.contains('@')).and_then(|(_, rest)| rest.strip_suffix(')'));
    let before = || name.split_once('<').filter(|(_, address)| address.contains('@')).map(|(name, _)| name);
    let name = bracketed.or_else(before).unwrap_or(&name).trim();
    if name == "unknown" { String::new() } else { name.to_owned() }
}

pub(super) fn unique(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for word in words.filter(|word| !word.is_empty()) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    all
}

/// A language tag in its usual form, where it looks like one.
pub fn language(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let whole = (2..=35).contains(&tag.len()) && tag.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    let first = tag.split('-').next().unwrap_or_default();
    if !whole || !(2..=3).contains(&first.len()) || tag == "und" {
        return None;
    }
    let parts = tag.split('-').enumerate().map(|(at, part)| match part.len() {
        2 if at > 0 => part.to_ascii_uppercase(),
        4 if at > 0 && part.bytes().all(|c| c.is_ascii_alphabetic()) => {
            part[..1].to_ascii_uppercase() + &part[1..].to_ascii_lowercase()
        }
        _ => part.to_ascii_lowercase(),
    });
    Some(parts.collect::<Vec<_>>().join("-"))
}

/// Plain text as HTML: blank lines part paragraphs.
pub(super) fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| format!("<p>{}</p>", html::escape(part))).collect()
}
