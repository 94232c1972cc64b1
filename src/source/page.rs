//! One article out of a web page or a text copied from one.
//!
//! Title, date and author come from JSON-LD, else from OpenGraph and `meta` elements, else from `<time>`, else
//! from the visible byline. The body is what readability finds, or the lines under the byline where it finds
//! less; boilerplate, repeated titles and lists of other posts are not part of it.

use chrono::{DateTime, NaiveTime, Utc};
use dom_query::Document as Dom;
use dom_smoothie::Readability;
use serde_json::Value;
use url::Url;

use super::{
    byline, byline_markup, charset, copied_text, date,
    document::{Document, Parsed, Problem, first_image},
    feed, listing,
    outline::{self, Entry, PageLine, is_markup, midnight, post},
};
use crate::{
    diagnostic::Diagnostic,
    html,
    post::{Image, Post},
    zone::Zone,
};

mod surroundings;

/// Reads the article of a page.
///
/// # Errors
/// A [`Problem`] when the page holds no article.
pub fn read(document: Document, source: &str, zone: Zone) -> Result<Parsed, Problem> {
    let url = document.url;
    let text = charset::decode(document.octets, document.charset.as_deref()).text;
    let post = if is_markup(&text) {
        from_html(&text, url.as_ref(), source, zone)
    } else {
        from_text(&text, url, source, zone)
    };
    match post {
        Some(post) => Ok(Parsed { posts: vec![post], ..Parsed::default() }),
        None => {
            let hint = "use `listing` for a page that only lists posts";
            Err(Problem::new(source, Diagnostic::new("no article was found on the page").hint(hint)))
        }
    }
}

fn from_text(text: &str, url: Option<Url>, source: &str, zone: Zone) -> Option<Post> {
    let article = copied_text::read(text).article.filter(|article| !article.lines.is_empty())?;
    let published = midnight(&article, zone);
    let body = article.body();
    Some(post(source, url, article.title, article.authors, published, body))
}

fn from_html(page: &str, url: Option<&Url>, source: &str, zone: Zone) -> Option<Post> {
    let page = html::limit(page);
    let dom = Dom::from(page.as_ref());
    let mut about = PageMetadata::of(&dom, url, zone);
    let base =
        dom.base_uri().and_then(|base| Url::parse(&base).ok()).or_else(|| url.cloned()).or_else(|| about.url.clone());
    surroundings::remove_surroundings(&dom);
    byline_markup::write_out(&dom);
    let mut heading = surroundings::headings(&dom, about.site.as_deref()).into_iter().next();
    let lines = outline::lines(&html::clean(&dom.html(), base.as_ref()));
    // An article whose head and heading agree on its title may have others below it.
    let agreed = about.is_article
        && heading.as_deref().zip(about.title.as_deref()).is_some_and(|(h1, meta)| names_same(h1, meta));
    let entry = outline::first_entry(&lines).filter(|entry| !agreed && heading.as_deref() != Some(entry));
    if let Some(entry) = entry {
        // The page of a blog: its own heading names the blog.
        about.title = about.title.filter(|title| heading.as_deref().is_none_or(|h1| !outline::same_title(title, h1)));
        heading = Some(entry);
    }
    let is_heading = |line: &&PageLine| line.heading;
    let below: Vec<String> = lines.iter().filter(is_heading).map(|line| line.text.clone()).collect();
    let mut seen = outline::read(lines, heading.as_deref().or(about.title.as_deref())).article.unwrap_or_default();
    let title = match (&about.title, &heading) {
        // `Title - Site` and the heading `Title`: the site is no part of it.
        (Some(meta), Some(h1)) if names_same(h1, meta) || about.is_outvoted(h1) => h1.clone(),
        (Some(meta), _) if !about.title_is_weak => meta.clone(),
        // The first heading names a section of the site, and a later one the article.
        (Some(meta), Some(_)) if below.iter().any(|heading| names_same(heading, meta)) => meta.clone(),
        (_, Some(h1)) => h1.clone(),
        _ if !seen.title.is_empty() && (seen.date.is_some() || about.title.is_none()) => seen.title.clone(),
        (meta, None) => meta.as_deref().map(without_site).unwrap_or_default().to_owned(),
    };
    drop_lists(&dom, &title, base.as_ref(), zone);
    if seen.authors.is_empty() {
        seen.authors = marked_authors(&dom);
    }
    let bare = dom.html();
    let visible = outline::read(outline::lines(&html::clean(&bare, base.as_ref())), Some(&title)).article;
    let mut found = extracted(&bare, base.as_ref(), &title).unwrap_or_default();
    let mut body = best(outline::read(found.clone(), Some(&title)).article, &visible.unwrap_or_default());
    if body.is_empty() && !found.is_empty() {
        // Dates in a table at its top are no other posts where nothing is left without.
        body = Entry { lines: found.split_off(1), ..Entry::default() }.body();
    }
    if body.is_empty() || title.is_empty() {
        return None;
    }
    let published = about.published.or_else(|| midnight(&seen, zone)).or(about.time);
    let authors = if about.authors.is_empty() { seen.authors } else { about.authors };
    let own = about.url.or_else(|| url.cloned());
    let published = published.or_else(|| own.as_ref().and_then(|url| dated_path(url, zone)));
    let body_image = first_image(&body);
    let post = post(source, own, title, authors, published, body);
    Some(Post {
        updated: about.updated.filter(|updated| Some(*updated) != published),
        language: about.language,
        image: about.image.map(|url| Image { url, alt: None, width: None, height: None, file: None }).or(body_image),
        description: about.description,
        ..post
    })
}

/// Says whether the title in the head of a page is its heading, with or without the name of the site behind it.
fn names_same(heading: &str, title: &str) -> bool {
    outline::same_title(heading, title) || title.starts_with(heading)
}

/// `Title | Site` without what stands behind the last sign between words, where enough is left.
fn without_site(title: &str) -> &str {
    let cut = [" | ", " – ", " — ", " - ", " · ", " » ", " :: "].iter().filter_map(|sign| title.rfind(sign)).max();
    cut.and_then(|at| title.get(..at)).filter(|rest| rest.split_whitespace().count() > 3).unwrap_or(title)
}

/// The day in an address like `/2025/01/09/title/`.
fn dated_path(url: &Url, zone: Zone) -> Option<DateTime<Utc>> {
    let found = date::find(url.path())?;
    let year_first = url.path()[found.start..].bytes().take(4).all(|c| c.is_ascii_digit());
    year_first.then(|| date::in_zone(found.date.and_time(NaiveTime::MIN), zone)).flatten()
}

/// The names that a page marks as its author's, where no byline was found.
fn marked_authors(dom: &Dom) -> Vec<String> {
    const MARKS: &[&str] = &[
        "[itemprop='author'] [itemprop='name']",
        "[itemprop='author']",
        "[rel~='author']",
        ".p-author",
        ".author .fn",
        ".byline",
        ".author-name",
        ".author",
    ];
    MARKS
        .iter()
        .map(|mark| byline::names(&html::plain_line(&dom.select(mark).first().html())))
        .find(|names| !names.is_empty())
        .unwrap_or_default()
}

/// The lines that readability finds, under the title.
fn extracted(page: &str, base: Option<&Url>, title: &str) -> Option<Vec<PageLine>> {
    let mut reader = Readability::new(page, base.map(Url::as_str), None).ok()?;
    let article = reader.parse().ok()?;
    let mut lines = outline::lines(&html::clean(&article.content, base));
    if !lines.first().is_some_and(|line| outline::same_title(&line.text, title)) {
        // The title stands over what is left, so that its first line is not taken for one.
        lines.insert(0, PageLine { text: title.to_owned(), heading: true, ..PageLine::default() });
    }
    Some(lines)
}

/// Takes lists of other posts out of the page before anything scores it.
fn drop_lists(dom: &Dom, title: &str, base: Option<&Url>, zone: Zone) {
    for node in listing::guess(dom).unwrap_or_default() {
        let item = listing::item(&node, base, zone);
        let words = node.text().len();
        if item.date.is_some() && !outline::same_title(&item.title, title) && words < 1_200 {
            node.remove_from_parent();
        }
    }
}

/// The larger of two readings, unless the smaller has hardly less.
fn best(found: Option<Entry>, visible: &Entry) -> String {
    let Some(found) = found else { return visible.body() };
    let dated = visible.date.is_some() || !visible.authors.is_empty();
    if dated && visible.words().len() > found.words().len() * 2 || found.lines.is_empty() {
        visible.body()
    } else {
        found.body()
    }
}

/// What the head of a page says.
#[derive(Default)]
struct PageMetadata {
    title: Option<String>,
    title_is_weak: bool,
    /// What the window is called, and how many besides it name the title otherwise.
    window: Option<String>,
    others: usize,
    /// The head says that the page is an article.
    is_article: bool,
    site: Option<String>,
    authors: Vec<String>,
    published: Option<DateTime<Utc>>,
    updated: Option<DateTime<Utc>>,
    time: Option<DateTime<Utc>>,
    description: Option<String>,
    image: Option<Url>,
    language: Option<String>,
    url: Option<Url>,
}

impl PageMetadata {
    /// Says whether heading and window agree on the title, and no two others do.
    fn is_outvoted(&self, heading: &str) -> bool {
        self.others < 2 && self.window.as_deref().is_some_and(|window| names_same(heading, window))
    }

    fn of(dom: &Dom, page: Option<&Url>, zone: Zone) -> Self {
        let linked = linked(dom);
        let field = |key: &str| linked.as_ref().and_then(|map| map.get(key)).and_then(words);
        let meta = |names: &[&str]| {
            names.iter().find_map(|name| {
                let found = dom
                    .select(&format!("meta[property='{name}'], meta[name='{name}'], meta[itemprop='{name}']"))
                    .attr("content")?;
                Some(html::plain_line(&found)).filter(|words| !words.is_empty())
            })
        };
        let day = |text: Option<String>| text.and_then(|text| date::parse(&text, zone)).filter(date::is_plausible);
        let address = |text: Option<String>| {
            let text = text?;
            let url = match page {
                Some(page) => page.join(&text).ok(),
                None => Url::parse(&text).ok(),
            };
            url.filter(|url| matches!(url.scheme(), "http" | "https"))
        };
        let site = meta(&["og:site_name", "application-name"]);
        let titles = [field("headline"), meta(&["og:title", "twitter:title", "dc.title", "DC.title", "parsely-title"])];
        let mut titles = titles.into_iter().flatten().filter(|title| site.as_deref() != Some(title));
        let strong = titles.next();
        let others = usize::from(strong.is_some())
            + titles.filter(|other| strong.as_deref().is_some_and(|one| outline::same_title(one, other))).count();
        let window =
            Some(html::plain_line(&dom.select("head > title").first().text())).filter(|title| !title.is_empty());
        let authors: Vec<String> = match linked.as_ref().and_then(|map| map.get("author")) {
            Some(Value::Array(all)) => all.iter().filter_map(words).collect(),
            Some(one) => words(one).into_iter().collect(),
            None => meta(&["author", "article:author", "dc.creator", "DC.creator", "parsely-author"])
                .into_iter()
                .filter(|name| !name.contains("://") && site.as_deref() != Some(name))
                .collect(),
        };
        let time = |name: &str| dom.select(name).attr("datetime").map(|time| time.to_string());
        let shown = || Some(dom.select("time").text().to_string()).filter(|text| !text.trim().is_empty());
        let sides = [meta(&["og:image:width"]), meta(&["og:image:height"])];
        let is_small = sides.iter().flatten().any(|side| side.parse::<u32>().is_ok_and(|side| side < html::MIN_SIDE));
        let image = address(meta(&["og:image", "og:image:url", "twitter:image"]).or_else(|| field("image")));
        Self {
            title_is_weak: strong.is_none(),
            is_article: linked.is_some() || meta(&["og:type"]).as_deref() == Some("article"),
            site,
            title: strong.or_else(|| window.clone()),
            window,
            others,
            authors,
            published: day(field("datePublished"))
                .or_else(|| {
                    day(meta(&[
                        "article:published_time",
                        "datePublished",
                        "date",
                        "pubdate",
                        "dc.date",
                        "DC.date",
                        "DC.date.issued",
                        "dcterms.created",
                        "parsely-pub-date",
                    ]))
                })
                .or_else(|| day(time("[itemprop='datePublished']"))),
            updated: day(field("dateModified"))
                .or_else(|| day(meta(&["article:modified_time", "og:updated_time", "dateModified"]))),
            time: day(time("time[datetime]")).or_else(|| day(shown())),
            description: meta(&["og:description", "description", "twitter:description"])
                .or_else(|| field("description")),
            image: image.filter(|url| !is_small && !html::is_icon(url)),
            language: dom.select("html").attr("lang").and_then(|tag| feed::language(&tag)),
            url: address(
                dom.select("link[rel='canonical']")
                    .attr("href")
                    .map(|link| link.to_string())
                    .or_else(|| meta(&["og:url"])),
            ),
        }
    }
}

/// The article among the JSON-LD of a page.
fn linked(dom: &Dom) -> Option<serde_json::Map<String, Value>> {
    let scripts = dom.select("script[type='application/ld+json']");
    let parsed =
        scripts.iter().take(20).filter_map(|script| serde_json::from_str::<Value>(without_cdata(&script.text())).ok());
    parsed.collect::<Vec<_>>().into_iter().find_map(article)
}

/// XHTML hides scripts from those who read HTML: `//<![CDATA[ {…} //]]>`.
fn without_cdata(script: &str) -> &str {
    let script = script.trim().trim_start_matches(['/', '*']).trim_start_matches("<![CDATA[");
    let script = script.trim_start_matches(['/', '*']).trim_end_matches(['/', '*']);
    script.trim_end_matches("]]>").trim_end_matches(['/', '*']).trim()
}

fn article(value: Value) -> Option<serde_json::Map<String, Value>> {
    match value {
        Value::Array(all) => all.into_iter().find_map(article),
        Value::Object(mut map) => {
            let kind = map.get("@type").map(Value::to_string).unwrap_or_default();
            if ["Article", "BlogPosting", "Report", "PressRelease"].iter().any(|name| kind.contains(name)) {
                return Some(map);
            }
            map.remove("@graph").and_then(article)
        }
        _ => None,
    }
}

fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => return map.get("name").or_else(|| map.get("url")).and_then(words),
        Value::Array(all) => return all.first().and_then(words),
        _ => return None,
    };
    Some(html::plain_line(&text)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod saved;
#[cfg(test)]
mod tests;
