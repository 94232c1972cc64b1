//! A site by its address: its home page, or its feed.

use chrono::{DateTime, Utc};
use dom_query::Document as Dom;
use serde_json::Value;
use url::{Host, Url};

use super::{
    accent::accent,
    site::{Logo, Posts, Site, language},
};
use crate::{
    diagnostic::Diagnostic,
    html,
    source::{
        Document, GatherContext, Kind, Location, Selectors, Source, Validators,
        fetch::{FetchResult, FetchedFile, Fetcher, Limits},
        gather,
    },
    zone::Zone,
};

/// Where feeds lie on sites that do not name theirs.
const USUAL_FEEDS: &[&str] = &["feed.xml", "index.xml", "atom.xml", "rss.xml", "feed/", "feed.json"];

/// Feeds, style sheets and pictures that are looked at, of each at most.
const MAX_LOOKS: usize = 4;

/// A picture of a head is no larger.
const MAX_LOGO: usize = 1_000_000;

/// Reads a site by its address.
///
/// # Errors
/// When nothing is there, or nothing that could be read.
pub async fn read(url: &Url, now: DateTime<Utc>) -> Result<Site, Diagnostic> {
    // Who names this machine means it.
    let limits = Limits { allow_private: is_loopback(url), ..Limits::default() };
    let fetcher = Fetcher::new(&limits);
    let mut document = fetch(&fetcher, url, now).await?;
    let mut text = document.text();
    let mut feeds = Vec::new();
    if !is_page(&text) {
        feeds.push(url.clone());
        let home = url.join("/").map_err(|error| Diagnostic::new(error.to_string()))?;
        document =
            fetch(&fetcher, &home, now).await.unwrap_or_else(|_| Document { url: Some(home), ..Document::default() });
        text = document.text();
    }
    let home = document.url.unwrap_or_else(|| url.clone());
    let page = Page::of(&text, &home);
    feeds.extend(page.feeds.iter().take(MAX_LOOKS).cloned());
    if feeds.is_empty() {
        feeds.extend(USUAL_FEEDS.iter().filter_map(|path| home.join(path).ok()));
    }
    let mut posts = None;
    for feed in feeds {
        if has_posts(Kind::Feed(Location::Web(feed.clone())), &limits, now).await {
            posts = Some(Posts::Feed(feed));
            break;
        }
    }
    if posts.is_none()
        && has_posts(Kind::Listing(Location::Web(home.clone()), Selectors::default()), &limits, now).await
    {
        posts = Some(Posts::Listing(home.clone()));
    }
    let manifest = match &page.manifest {
        Some(url) => whole(&fetcher, url).await.and_then(|octets| serde_json::from_slice(&octets).ok()),
        None => None,
    };
    let mut styles = page.styles;
    for sheet in page.sheets.iter().take(MAX_LOOKS) {
        styles.extend(whole(&fetcher, sheet).await.map(|octets| String::from_utf8_lossy(&octets).into_owned()));
    }
    let color = |manifest: &Value| accent(manifest["theme_color"].as_str(), &[]);
    let accent = accent(page.theme_color.as_deref(), &styles).or_else(|| manifest.as_ref().and_then(color));
    let mut logo = None;
    for place in page.logos.iter().take(MAX_LOOKS) {
        let octets = whole(&fetcher, place).await.filter(|octets| octets.len() <= MAX_LOGO);
        logo = octets.and_then(|octets| Logo::new(place.to_string(), octets));
        if logo.is_some() {
            break;
        }
    }
    Ok(Site {
        posts,
        generator: page.generator,
        name: page.name,
        language: page.language,
        timezone: None,
        url: Some(home),
        accent,
        logo,
        is_private: limits.allow_private,
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_page(text: &str) -> bool {
    let start = text[..text.floor_char_boundary(2_048)].to_ascii_lowercase();
    ["<html", "<!doctype html", "<head", "<body"].iter().any(|tag| start.contains(tag))
}

async fn fetch(fetcher: &Fetcher, url: &Url, now: DateTime<Utc>) -> Result<Document, Diagnostic> {
    match fetcher.get(url, None, now).await {
        FetchResult::Document(document, ..) => Ok(document),
        FetchResult::Later(_, why) | FetchResult::Gone(_, why) | FetchResult::Failed(why) => Err(why),
        FetchResult::Unchanged(_) => Err(Diagnostic::new("the server sent no page")),
    }
}

async fn whole(fetcher: &Fetcher, url: &Url) -> Option<Vec<u8>> {
    match fetcher.whole(url).await {
        FetchedFile::Got(octets) => Some(octets),
        FetchedFile::Refused(_) | FetchedFile::Failed(_) => None,
    }
}

async fn has_posts(kind: Kind, limits: &Limits, now: DateTime<Utc>) -> bool {
    let source = Source { name: "posts".to_owned(), kind, tags: Vec::new(), full_text: false };
    let context = GatherContext { limits, past: &Validators::new(), zone: Zone::utc(), now };
    gather(&[source], &context).await.fetched.iter().any(|fetched| !fetched.posts.is_empty())
}

/// What a home page says.
struct Page {
    name: Option<String>,
    language: Option<String>,
    generator: Option<String>,
    theme_color: Option<String>,
    feeds: Vec<Url>,
    styles: Vec<String>,
    sheets: Vec<Url>,
    manifest: Option<Url>,
    /// The likeliest first.
    logos: Vec<Url>,
}

impl Page {
    fn of(text: &str, url: &Url) -> Self {
        let dom = Dom::from(html::limit(text).as_ref());
        let base = dom.base_uri().and_then(|base| url.join(&base).ok()).unwrap_or_else(|| url.clone());
        let links = |selector: &str, attribute: &str| -> Vec<Url> {
            let nodes = dom.select(selector);
            let links = nodes.nodes().iter().filter_map(|node| base.join(node.attr(attribute)?.trim()).ok());
            links.filter(|link| matches!(link.scheme(), "http" | "https")).collect()
        };
        let content =
            |selector: &str| dom.select(selector).attr("content").map(|text| html::plain_line(&html::escape(&text)));
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let title = html::plain_line(&html::escape(&dom.select("head title").text()));
        // `Name | What it is about`.
        let end = [" | ", " – ", " — ", " - ", " · ", ": "].iter().filter_map(|sign| title.find(sign)).min();
        let first = title[..end.unwrap_or(title.len())].to_owned();
        let feeds = ["rss+xml", "atom+xml", "feed+json"].map(|kind| format!("link[rel~=alternate][type*=\"{kind}\"]"));
        let mut logos = links("header img, [class*=logo] img, img[class*=logo], img[id*=logo], img[alt*=logo]", "src");
        logos.extend(links("link[rel~=apple-touch-icon]", "href"));
        logos.extend(links("link[rel~=icon]", "href"));
        logos.retain(|logo| !logo.path().ends_with(".svg") && !logo.path().ends_with(".ico"));
        logos.extend(links("meta[property=\"og:image\"]", "content"));
        let mut found = links(&feeds.join(", "), "href");
        found.retain(|feed| !feed.path().contains("comments"));
        Self {
            name: filled(content("meta[property=\"og:site_name\"]"))
                .or_else(|| filled(content("meta[name=application-name]")))
                .or_else(|| filled(Some(first))),
            language: dom.select("html").attr("lang").and_then(|tag| language(&tag)),
            generator: filled(content("meta[name=generator]")),
            theme_color: filled(content("meta[name=theme-color]")),
            feeds: found,
            styles: dom.select("style").nodes().iter().map(|node| node.text().to_string()).collect(),
            sheets: links("link[rel~=stylesheet]", "href"),
            manifest: links("link[rel~=manifest]", "href").into_iter().next(),
            logos,
        }
    }
}
