//! The octets of a feed in; its posts and what was wrong with them out. RSS 0.9 to 2.0, RDF, Atom, JSON Feed.
//!
//! The id of a post is its `guid` or `atom:id`, else its canonical link, else a hash of what it says. Relative
//! links are resolved against `xml:base`, else the site that the feed names, else the feed's own address.
//! `content:encoded`, `atom:content` and `content_html` are the body; a `description` that is long or made of
//! several blocks is one too, where there is no other.

mod draft;
mod json;
mod tree;
mod xml;

use std::num::NonZero;

use url::Url;

pub(super) use draft::language;

use super::{
    charset,
    document::{Document, Parsed, Problem},
};
use crate::{
    diagnostic::Diagnostic,
    html::{self, Tag, Token},
    post::Post,
    zone::Zone,
};

/// Reads a feed.
///
/// # Errors
/// A [`Problem`] in plain words when it is no feed at all; trouble with single entries is part of the answer.
pub fn read(document: Document, source: &str, zone: Zone) -> Result<Parsed, Problem> {
    let trouble = |message: String| Problem::new(source, message);
    let decoded = charset::decode(document.octets, document.charset.as_deref());
    if let Some(wrong) = no_feed(&decoded.text, document.url.as_ref()) {
        return Err(Problem::new(source, wrong));
    }
    let mut problems = Vec::new();
    if decoded.lossy {
        problems.push(trouble("some characters could not be decoded and are shown as \u{fffd}".to_owned()));
    }
    let text = without_illegal(decoded.text);
    let unreadable = |why: &str| {
        let wrong = Diagnostic::new(format!("this is not a feed that can be read: {why}"));
        Problem::new(source, wrong.hint(UNDERSTOOD))
    };
    let (read, lost, truncated) = if text.trim_start().starts_with('{') {
        let feed = json::parse(&text).ok_or_else(|| unreadable("it holds no list of items"))?;
        let about = json::context(&feed.head, document.url, source, zone);
        (in_parallel(feed.items, |item| json::draft(&item).post(&about)), feed.lost, feed.truncated)
    } else {
        let tree = tree::parse(&text).ok_or_else(|| unreadable("its first element is not one of a feed"))?;
        let about = xml::context(&tree, document.url, source, zone);
        let read = in_parallel(tree.entries, |entry| xml::draft(&entry, &about).post(&about));
        if read.is_empty()
            && tree.unfinished == 0
            && ["<item", "<entry", ":item", ":entry"].iter().any(|tag| text.contains(tag))
        {
            let wrong = Diagnostic::new("none of its entries could be read, although it seems to have some");
            problems.push(Problem::new(source, wrong.hint("send us the feed: this is a fault of ours")));
        }
        (read, tree.unfinished, tree.truncated)
    };
    if truncated {
        problems
            .push(trouble(format!("the feed ends in the middle; the {} entries before that were read", read.len())));
    }
    if lost > usize::from(truncated) {
        problems.push(trouble(format!("{lost} of its entries are broken and were passed over")));
    }
    let mut posts: Vec<Post> = Vec::with_capacity(read.len());
    let mut dateless = Vec::new();
    for (post, date_trouble) in read {
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
    Ok(Parsed { posts, problems, ..Parsed::default() })
}

const UNDERSTOOD: &str = "RSS, Atom and JSON Feed are understood";

/// Says why text is no feed, where that can be seen at a glance.
fn no_feed(text: &str, own: Option<&Url>) -> Option<Diagnostic> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
    if start.is_empty() {
        return Some("the answer is empty: no feed in it".into());
    }
    let head = start[..start.floor_char_boundary(1_000)].to_ascii_lowercase();
    if (head.starts_with("<!doctype html") || head.contains("<html"))
        && !["<rss", "<feed", "<rdf:rdf"].iter().any(|root| head.contains(root))
    {
        let hint = match advertised(text, own) {
            Some(link) => format!("it names a feed of its own: `feed = \"{link}\"`"),
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
fn advertised(page: &str, own: Option<&Url>) -> Option<String> {
    const KINDS: [&str; 3] = ["application/rss+xml", "application/atom+xml", "application/feed+json"];
    let links = html::scan(page).filter_map(|token| match token {
        Token::Start(tag) if tag.is(&["link"]) => Some(tag),
        _ => None,
    });
    let named = |tag: &Tag<'_>| KINDS.iter().any(|kind| tag.attribute("type") == Some(*kind));
    let href = html::plain_line(links.take(200).find(named)?.attribute("href")?);
    Some(own.and_then(|own| own.join(&href).ok()).map_or(href, String::from))
}

/// Removes control characters, and byte order marks wherever they stand.
fn without_illegal(mut text: String) -> String {
    let is_illegal =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}');
    // Hardly any feed holds one: its octets say so in a fraction of the time that its characters would take.
    if text.bytes().any(|octet| octet < b' ' && !b"\t\n\r".contains(&octet) || octet == 0xef) {
        text.retain(|c| !is_illegal(c));
    }
    text
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
