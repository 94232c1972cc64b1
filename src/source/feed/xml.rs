//! Entries of RSS, RDF and Atom, and what they take from their feed.

use base64::Engine as _;
use url::Url;

use super::{
    draft::{Draft, FeedContext, Picture, join, paragraphs, person, unique},
    tree::{Element, Tree},
};
use crate::zone::Zone;

/// What all entries of a feed have in common; `own` is the feed's address.
pub(super) fn context<'a>(tree: &Tree<'_>, own: Option<Url>, source: &'a str, zone: Zone) -> FeedContext<'a> {
    let root = &tree.root;
    let channel = root.child("channel").unwrap_or(root);
    let site = links(channel).into_iter().find_map(|link| join(&link, own.as_ref()));
    let outer = base(root, None);
    let given = base(channel, outer.as_ref()).or(outer);
    let names = ["author", "managingeditor", "dc:creator", "itunes:author"].iter().map(|name| people(channel, name));
    let language = text(channel, &["language", "dc:language"]).or_else(|| attribute(channel, "lang"));
    FeedContext {
        source,
        base: given.or(site).or(own),
        authors: unique(names.into_iter().flatten()),
        language: language.or_else(|| attribute(root, "lang")).and_then(|tag| super::draft::language(&tag)),
        zone,
    }
}

/// Reads one entry.
pub(super) fn draft(entry: &Element<'_>, about: &FeedContext<'_>) -> Draft {
    let content = CONTENTS.iter().flat_map(|name| entry.all(name)).max_by_key(|content| content.inner.len());
    let media: Vec<&Element<'_>> = media(entry);
    let base = base(entry, about.base.as_ref());
    let inner = content
        .and_then(|content| attribute(content, "base"))
        .and_then(|link| join(&link, base.as_ref().or(about.base.as_ref())));
    let mut links = links(entry);
    let id = text(entry, &["guid", "id"]).unwrap_or_default();
    links.extend(attribute(entry, "about"));
    if !entry
        .child("guid")
        .and_then(|guid| attribute(guid, "ispermalink"))
        .is_some_and(|is| is.eq_ignore_ascii_case("false"))
    {
        links.extend(Some(id.clone()).filter(|id| id.starts_with("http")));
    }
    let authors = ["author", "dc:creator", "dc:author", "itunes:author", "media:credit"];
    let authors = authors.iter().map(|name| people(entry, name)).find(|names| !names.is_empty());
    let dates = |names: &[&str]| names.iter().flat_map(|name| entry.all(name)).map(Element::text).collect();
    let tags = ["category", "dc:subject"].iter().flat_map(|name| entry.all(name));
    let described = media.iter().filter(|one| one.name == "media:description").copied();
    let summaries = SUMMARIES.iter().filter_map(|name| entry.child(name)).chain(described);
    Draft {
        id,
        links,
        base: inner.or(base),
        title: TITLES
            .iter()
            .filter_map(|name| entry.child(name))
            .map(markup)
            .find(|title| !title.trim().is_empty())
            .unwrap_or_default(),
        authors: authors.unwrap_or_default(),
        published: dates(&PUBLISHED),
        updated: dates(&UPDATED),
        tags: tags
            .map(|tag| attribute(tag, "label").or_else(|| attribute(tag, "term")).unwrap_or_else(|| tag.text()))
            .collect(),
        language: text(entry, &["dc:language"]).or_else(|| attribute(entry, "lang")),
        images: pictures(entry, &media),
        content: content.map(body).unwrap_or_default(),
        summary: summaries.map(body).find(|summary| !summary.trim().is_empty()).unwrap_or_default(),
    }
}

const TITLES: [&str; 4] = ["title", "dc:title", "media:title", "itunes:title"];
const CONTENTS: [&str; 4] = ["content:encoded", "content", "xhtml:body", "fullitem"];
const SUMMARIES: [&str; 6] =
    ["description", "summary", "dc:description", "dcterms:abstract", "itunes:summary", "itunes:subtitle"];
const PUBLISHED: [&str; 9] =
    ["published", "issued", "pubdate", "dc:date", "dcterms:issued", "dcterms:created", "dc:created", "created", "date"];
const UPDATED: [&str; 3] = ["updated", "modified", "dcterms:modified"];

fn attribute(element: &Element<'_>, name: &str) -> Option<String> {
    element.attribute(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn base(element: &Element<'_>, outer: Option<&Url>) -> Option<Url> {
    join(&attribute(element, "base")?, outer)
}

fn text(element: &Element<'_>, names: &[&str]) -> Option<String> {
    let found = names.iter().flat_map(|name| element.all(name)).map(|child| child.text().trim().to_owned());
    found.into_iter().find(|text| !text.is_empty())
}

/// The links to the page itself, not to its comments, its enclosure or the feed; those to HTML first.
fn links(element: &Element<'_>) -> Vec<String> {
    let mut found: Vec<(bool, String)> = Vec::new();
    for link in element.all("link") {
        if attribute(link, "rel").is_some_and(|rel| !rel.eq_ignore_ascii_case("alternate")) {
            continue;
        }
        let is_page = attribute(link, "type").is_none_or(|kind| kind.contains("html"));
        let address = attribute(link, "href").unwrap_or_else(|| link.text());
        let base = base(link, None).and_then(|base| base.join(address.trim()).ok());
        found.push((!is_page, base.map_or(address, String::from)));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, link)| link).filter(|link| !link.trim().is_empty()).collect()
}

/// The names of persons in elements of one name.
fn people(element: &Element<'_>, name: &str) -> Vec<String> {
    let named = |person: &Element<'_>| {
        let name = text(person, &["name", "title"]);
        name.or_else(|| text(person, &["email"])).or_else(|| person.children.is_empty().then(|| person.text()))
    };
    unique(element.all(name).filter_map(named).map(|name| person(&name)))
}

/// A text as it stands, decoded where it was coded (Atom 0.3 `mode`, RFC 4287 4.1.3.3).
fn markup(element: &Element<'_>) -> String {
    let text = element.text();
    let kind = attribute(element, "type").unwrap_or_default().to_ascii_lowercase();
    let is_text = ["", "text", "html", "xhtml", "plain", "escaped"].contains(&kind.as_str())
        || kind.contains("text/")
        || kind.contains("ml");
    let is_coded = attribute(element, "mode").is_some_and(|mode| mode == "base64");
    if is_text && !is_coded {
        return text;
    }
    let packed: String = text.split_whitespace().collect();
    let decoded = base64::engine::general_purpose::STANDARD
        .decode(&packed)
        .ok()
        .and_then(|octets| String::from_utf8(octets).ok());
    // What is long and no text is a file; what is short was never coded, whatever its type says.
    decoded.unwrap_or(if packed.len() < 64 { text } else { String::new() })
}

/// A text as HTML: where it calls itself plain and looks so, its blank lines part paragraphs.
fn body(element: &Element<'_>) -> String {
    let text = markup(element);
    let is_plain = element.name == "content"
        && attribute(element, "type").is_none_or(|kind| kind.ends_with("text") || kind.ends_with("plain"));
    if is_plain && !text.contains("</") && !text.contains("/>") { paragraphs(&text) } else { text }
}

/// The elements of Media RSS, wherever they stand.
fn media<'e, 'a>(entry: &'e Element<'a>) -> Vec<&'e Element<'a>> {
    let mut all = Vec::new();
    let mut open: Vec<&Element<'a>> =
        entry.children.iter().filter(|child| child.name.starts_with("media:")).rev().collect();
    while let Some(one) = open.pop() {
        all.push(one);
        open.extend(one.children.iter().rev());
    }
    all
}

/// The pictures that an entry names beside its text.
fn pictures(entry: &Element<'_>, media: &[&Element<'_>]) -> Vec<Picture> {
    let picture = |element: &Element<'_>, key: &str| {
        let size = |name| attribute(element, name).and_then(|value| value.trim_end_matches("px").parse().ok());
        Some(Picture {
            address: attribute(element, key)?,
            alt: text(element, &["media:text"]).unwrap_or_default(),
            width: size("width"),
            height: size("height"),
        })
    };
    let is_picture = |element: &&&Element<'_>| {
        let (kind, medium) = (attribute(element, "type").unwrap_or_default(), attribute(element, "medium"));
        let address = attribute(element, "url").or_else(|| attribute(element, "href")).unwrap_or_default();
        kind.starts_with("image/")
            || medium.as_deref() == Some("image")
            || (medium.is_none() && !kind.contains('/') && names_picture(&address))
    };
    let enclosures: Vec<&Element<'_>> = entry
        .all("enclosure")
        .chain(entry.all("link").filter(|link| attribute(link, "rel").as_deref() == Some("enclosure")))
        .collect();
    let mut all: Vec<Picture> = media
        .iter()
        .filter(|one| one.name == "media:content")
        .filter(is_picture)
        .filter_map(|one| picture(one, "url"))
        .collect();
    // Of several sizes the largest.
    all.sort_by_key(|picture| std::cmp::Reverse(picture.width));
    all.extend(media.iter().filter(|one| one.name == "media:thumbnail").filter_map(|one| picture(one, "url")));
    all.extend(
        enclosures.iter().filter(is_picture).filter_map(|one| picture(one, "url").or_else(|| picture(one, "href"))),
    );
    all.extend(entry.all("itunes:image").filter_map(|one| picture(one, "href")));
    for image in entry.all("image") {
        let address = text(image, &["url"]).unwrap_or_else(|| image.text().trim().to_owned());
        all.extend(names_picture(&address).then_some(Picture {
            address,
            alt: String::new(),
            width: None,
            height: None,
        }));
    }
    all
}

fn names_picture(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"].iter().any(|end| path.ends_with(end))
}
