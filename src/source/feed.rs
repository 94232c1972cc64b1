//! The octets of a feed in; its posts and what was wrong with them out. RSS 0.9 to 2.0, RDF, Atom, JSON Feed.
//!
//! The id of a post is its `guid` or `atom:id`, else its canonical link, else a hash of what it says. Relative
//! links are resolved against `xml:base`, else the site that the feed names, else the feed's own address.
//! `content:encoded`, `atom:content` and `content_html` are the body; a `description` that is long or made of
//! several blocks is one too, where there is no other.

use std::num::NonZero;

use chrono::{DateTime, Utc};
use feed_rs::{
    model::{Entry, Feed, Link, LinkTarget, Person, Text},
    parser::{self, Parser},
};
use url::Url;

use super::{
    charset, date,
    document::{Document, Parsed, Problem, first_image},
    feed_repair,
};
use crate::{
    diagnostic::Diagnostic,
    html,
    post::{Image, Post, PostId},
    zone::Zone,
};

/// Reads a feed.
///
/// # Errors
/// A [`Problem`] in plain words when it is no feed at all; trouble with single entries is part of the answer.
pub fn read(document: Document, source: &str, zone: Zone) -> Result<Parsed, Problem> {
    let trouble = |message: String| Problem::new(source, message);
    let decoded = charset::decode(document.octets, document.charset.as_deref());
    if let Some(wrong) = no_feed(&decoded.text) {
        return Err(Problem::new(source, wrong));
    }
    let mut problems = Vec::new();
    if decoded.lossy {
        problems.push(trouble("some characters could not be decoded and are shown as \u{fffd}".to_owned()));
    }
    let repaired = feed_repair::read(decoded.text, &|| parser(zone)).map_err(|cause| {
        let wrong = Diagnostic::new(format!("this is not a feed that can be read: {}", plain(&cause)));
        Problem::new(source, wrong.hint(UNDERSTOOD))
    })?;
    let mut feed = repaired.feed;
    let entries = std::mem::take(&mut feed.entries);
    if repaired.truncated {
        problems
            .push(trouble(format!("the feed ends in the middle; the {} entries before that were read", entries.len())));
    }
    if repaired.lost > 0 && !(repaired.truncated && repaired.lost == 1) {
        problems.push(trouble(format!("{} of its entries are broken and were passed over", repaired.lost)));
    }
    let about = FeedContext::new(&feed, document.url, source);
    let mut posts = Vec::with_capacity(entries.len());
    let mut dateless = Vec::new();
    for (post, date_trouble) in in_parallel(entries, |entry| post(entry, &about)) {
        if let Some(message) = date_trouble {
            let place = post.url.as_ref().map_or_else(|| post.title.clone(), Url::to_string);
            dateless.push(Problem::new(source, Diagnostic::new(message).at(place)));
        }
        posts.push(post);
    }
    const NAMED: usize = 5;
    let more = dateless.len().saturating_sub(NAMED);
    problems.extend(dateless.into_iter().take(NAMED));
    if more > 0 {
        problems.push(trouble(format!("{more} more entries have a date that cannot be")));
    }
    Ok(Parsed { posts, problems })
}

const UNDERSTOOD: &str = "RSS, Atom and JSON Feed are understood";

/// Says why text is no feed, where that can be seen at a glance.
fn no_feed(text: &str) -> Option<Diagnostic> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
    if start.is_empty() {
        return Some("the answer is empty: no feed in it".into());
    }
    let head: String = start.chars().take(300).collect::<String>().to_ascii_lowercase();
    if head.starts_with("<!doctype html")
        || head.starts_with("<html")
        || (head.contains("<html") && !head.contains("<rss"))
    {
        let hint = match advertised(text) {
            Some(link) => format!("it names a feed of its own: `{link}`"),
            None => "look for the feed's own address, or use `page` or `listing` for a web page".to_owned(),
        };
        return Some(Diagnostic::new("this is a web page, not a feed").hint(hint));
    }
    if !start.starts_with(['<', '{']) {
        let shown: String = html::plain_line(&start.chars().take(40).collect::<String>());
        return Some(Diagnostic::new(format!("this is no feed: it begins with `{shown}`")).hint(UNDERSTOOD));
    }
    None
}

/// The feed that a web page links to.
fn advertised(page: &str) -> Option<String> {
    page.split("<link").skip(1).take(50).find_map(|rest| {
        let tag = rest.split('>').next()?;
        ["application/rss+xml", "application/atom+xml", "application/feed+json"]
            .iter()
            .find(|kind| tag.contains(*kind))?;
        let href = tag.split("href=").nth(1)?;
        let quote = href.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        href[1..].split(quote).next().map(html::plain_line)
    })
}

/// The parser's own words are for its developers: one line, no repetition.
fn plain(cause: &str) -> String {
    let cause = html::plain_line(cause);
    let cause = cause.strip_prefix("unable to parse feed: ").unwrap_or(&cause);
    if cause == "no root element" { "its first element is not one of a feed".to_owned() } else { cause.to_owned() }
}

/// Stands for a date that is there and cannot be read; no feed can give it.
const UNREADABLE: DateTime<Utc> = DateTime::<Utc>::MIN_UTC;

fn parser(zone: Zone) -> Parser {
    parser::Builder::new()
        .sanitize_content(false)
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| match date::parse(text, zone) {
            None if !text.trim().is_empty() => Some(UNREADABLE),
            date => date,
        })
        .build()
}

/// What entries take from the feed they stand in.
struct FeedContext<'a> {
    source: &'a str,
    base: Option<Url>,
    authors: Vec<String>,
    language: Option<String>,
}

impl<'a> FeedContext<'a> {
    fn new(feed: &Feed, own: Option<Url>, source: &'a str) -> Self {
        let site = article_link(&feed.links).and_then(|link| match &own {
            Some(own) => own.join(link).ok(),
            None => Url::parse(link).ok(),
        });
        let base = site.filter(|site| matches!(site.scheme(), "http" | "https")).or(own);
        let authors = names(&feed.authors);
        let language = feed.language.as_deref().and_then(language);
        Self { source, base, authors, language }
    }
}

fn post(entry: Entry, about: &FeedContext<'_>) -> (Post, Option<String>) {
    let given =
        entry.base.as_deref().or(entry.content.as_ref().and_then(|c| c.src.as_ref()).map(|link| link.href.as_str()));
    let base = given.and_then(|given| join(given, about.base.as_ref())).or_else(|| about.base.clone());
    let url = article_link(&entry.links)
        .and_then(|link| join(link, base.as_ref()))
        .or_else(|| Url::parse(&entry.id).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let inner_base = given.and(base.as_ref()).or(url.as_ref()).or(base.as_ref());

    let title = entry.title.as_ref().map(|title| html::plain_line(&title.content)).unwrap_or_default();
    let (body, description) = words(&entry, inner_base);
    let image = media_image(&entry, base.as_ref()).or_else(|| first_image(&body));
    let mut authors = names(&entry.authors);
    if authors.is_empty() {
        // Podcasts name their authors there.
        let credits = entry.media.iter().flat_map(|media| &media.credits);
        authors = credits.map(|credit| html::plain_line(&credit.entity)).filter(|name| !name.is_empty()).collect();
    }
    if authors.is_empty() {
        authors.clone_from(&about.authors);
    }
    let mut tags: Vec<String> = Vec::new();
    for category in &entry.categories {
        let tag = html::plain_line(category.label.as_deref().unwrap_or(&category.term));
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let (published, trouble) = checked(entry.published);
    let (updated, updated_trouble) = checked(entry.updated);
    // Atom demands `updated` and not `published`: without the latter it is the date of the entry.
    let published = published.or(updated);
    let updated = updated.filter(|updated| Some(*updated) != published);
    let own = Some(entry.id.as_str()).filter(|id| id.len() <= 2_000);
    let content = format!("{title}\n{}\n{body}", description.as_deref().unwrap_or_default());
    let post = Post {
        id: PostId::new(own, url.as_ref(), &content),
        source: about.source.to_owned(),
        url,
        title,
        authors,
        published,
        updated,
        tags,
        language: entry.language.as_deref().and_then(language).or_else(|| about.language.clone()),
        image,
        description,
        teaser: None,
        body,
        weight: None,
        draft: false,
        has_marked_lead: false,
    };
    (post, trouble.or(updated_trouble))
}

/// Takes the body and the publisher's summary out of an entry.
fn words(entry: &Entry, base: Option<&Url>) -> (String, Option<String>) {
    let content = entry.content.as_ref().and_then(|content| {
        let body = content.body.as_deref().filter(|body| !body.trim().is_empty())?;
        let kind = content.content_type.to_string();
        let binary = !kind.starts_with("text/") && !kind.contains("xml") && !kind.contains("html");
        (!binary).then(|| if kind.starts_with("text/plain") { paragraphs(body) } else { html::clean(body, base) })
    });
    let media = || entry.media.iter().find_map(|media| media.description.as_ref());
    let summary = entry.summary.as_ref().filter(|summary| !summary.content.trim().is_empty()).or_else(media);
    let cleaned = summary.map(|summary| summary_html(summary, base));
    match (content.filter(|body| !body.is_empty()), cleaned) {
        (Some(body), None) => (body, None),
        (Some(body), Some(summary)) if summary == body => (body, None),
        (Some(body), Some(summary)) => (body, flat(&summary)),
        (None, None) => (String::new(), None),
        (None, Some(summary)) => {
            let blocks = html::blocks(&summary);
            let length: usize = blocks.iter().map(|block| block.text.len()).sum();
            if blocks.len() > 1 || length > 600 { (summary, None) } else { (String::new(), flat(&summary)) }
        }
    }
}

fn summary_html(summary: &Text, base: Option<&Url>) -> String {
    html::clean(&summary.content, base)
}

/// Plain text as HTML: blank lines part paragraphs.
pub(super) fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| format!("<p>{}</p>", html::escape(part))).collect()
}

fn flat(cleaned: &str) -> Option<String> {
    let text = html::plain_line(&html::text(cleaned).replace('<', "&lt;"));
    (!text.is_empty()).then_some(text)
}

fn checked(date: Option<DateTime<Utc>>) -> (Option<DateTime<Utc>>, Option<String>) {
    match date {
        Some(date) if date == UNREADABLE => (None, Some("its date cannot be read; it counts as undated".to_owned())),
        Some(date) if !date::is_plausible(&date) => {
            (None, Some(format!("its date lies in the year {}; it counts as undated", date.format("%Y"))))
        }
        date => (date, None),
    }
}

/// The link to the article itself: not to its comments, its enclosure or the feed.
fn article_link(links: &[Link]) -> Option<&str> {
    let leads = |link: &&Link| {
        !matches!(link.target, Some(LinkTarget::Comments | LinkTarget::CommentsFeed))
            && link.rel.as_deref().is_none_or(|rel| rel.is_empty() || rel == "alternate")
            && !link.href.trim().is_empty()
            && !is_unsafe(&link.href)
    };
    let page = |link: &&Link| link.media_type.as_deref().is_none_or(|kind| kind.contains("html"));
    let found = links.iter().filter(leads).find(page).or_else(|| links.iter().find(leads));
    found.map(|link| link.href.trim())
}

fn is_unsafe(href: &str) -> bool {
    let scheme = href.trim().split(':').next().unwrap_or_default();
    ["javascript", "data", "vbscript", "file"].iter().any(|bad| bad.eq_ignore_ascii_case(scheme))
}

fn join(link: &str, base: Option<&Url>) -> Option<Url> {
    let url = match base {
        Some(base) => base.join(link),
        None => Url::parse(link),
    };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn names(people: &[Person]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for person in people {
        let name = html::plain_line(person.name.as_deref().or(person.email.as_deref()).unwrap_or_default());
        // RSS writes `jane@harbour.example (Jane Doe)`.
        let name = name.strip_prefix('(').and_then(|name| name.strip_suffix(')')).unwrap_or(&name).to_owned();
        if !name.is_empty() && name != "unknown" && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A language tag in its usual form, where it looks like one.
pub(super) fn language(tag: &str) -> Option<String> {
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

/// A picture from Media RSS, an enclosure or JSON Feed's `image`.
fn media_image(entry: &Entry, base: Option<&Url>) -> Option<Image> {
    let web = |url: &Url| matches!(url.scheme(), "http" | "https");
    let contents = entry.media.iter().flat_map(|media| &media.content);
    let picture = contents.clone().find(|content| {
        content.content_type.as_ref().is_some_and(|kind| kind.to_string().starts_with("image/"))
            || (content.content_type.is_none() && content.url.as_ref().is_some_and(names_picture))
    });
    if let Some((url, picture)) = picture.and_then(|picture| picture.url.clone().filter(web).map(|url| (url, picture)))
    {
        return Some(Image { url, alt: None, width: picture.width, height: picture.height, file: None });
    }
    let thumbnail = entry.media.iter().flat_map(|media| &media.thumbnails).find_map(|thumbnail| {
        let url = join(&thumbnail.image.uri, base)?;
        Some(Image { url, alt: None, width: thumbnail.image.width, height: thumbnail.image.height, file: None })
    });
    let enclosure = || {
        let picture = entry.links.iter().find(|link| {
            link.rel.as_deref() == Some("enclosure")
                && link.media_type.as_deref().is_some_and(|kind| kind.starts_with("image/"))
        })?;
        Some(Image { url: join(&picture.href, base)?, alt: None, width: None, height: None, file: None })
    };
    thumbnail.or_else(enclosure)
}

fn names_picture(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp"].iter().any(|end| path.ends_with(end))
}

/// Does `work` on every item, on all cores, and keeps the order.
pub(super) fn in_parallel<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    if items.len() < 32 || cores == 1 {
        return items.into_iter().map(work).collect();
    }
    let size = items.len().div_ceil(cores);
    let mut items = items.into_iter();
    std::thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..cores)
            .map(|_| items.by_ref().take(size).collect::<Vec<T>>())
            .map(|part| scope.spawn(move || part.into_iter().map(work).collect::<Vec<R>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
mod tests;
