//! One article, whatever it came from.
//!
//! A [`source`](crate::source) makes posts; every later stage reads them. All text in a [`Post`] is already
//! clean: markup has passed `html::clean`, plain fields are single lines without
//! control characters.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::html;

/// One article as its publisher gave it, cleaned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// What stays the same when a post is edited or moved.
    pub id: PostId,
    /// The name of the `[[source]]` that gave it.
    pub source: String,
    /// Where the whole article is; `None` for a post that has no page, which then gets no link.
    pub url: Option<Url>,
    /// One line of plain text; empty where the publisher gave none.
    pub title: String,
    /// Names, one line each, in the publisher's order.
    pub authors: Vec<String>,
    /// When it was published; `None` where nothing says so: its first-seen time then stands for it.
    pub published: Option<DateTime<Utc>>,
    /// When it was last changed. Never makes a post new.
    pub updated: Option<DateTime<Utc>>,
    /// Its own tags and those that the source adds.
    pub tags: Vec<String>,
    /// BCP 47 tag, where the post or its source names one.
    pub language: Option<String>,
    /// The picture that stands for it.
    pub image: Option<Image>,
    /// The publisher's own summary, as plain text; it may still be cut off or boilerplate: the teaser judges.
    pub description: Option<String>,
    /// The description is the beginning of the body that its author marked off (`<!-- more -->`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_marked_lead: bool,
    /// A teaser that an editor wrote into the front matter, as plain text.
    pub teaser: Option<String>,
    /// The article as clean, well-formed HTML; empty where only a summary is known.
    pub body: String,
    /// Zola's and Hugo's `weight`: smaller comes first under `order = "weight"`.
    pub weight: Option<i64>,
    /// Drafts are read, reported by `explain`, and never selected.
    pub draft: bool,
}

impl Post {
    /// Makes a post of a page of one's own; `html` is cleaned, and its links are made absolute against `url`.
    ///
    /// What else is known of it goes into its fields: `Post { tags, published, ..Post::new(url, title, html) }`.
    pub fn new(url: Url, title: &str, html: &str) -> Self {
        Self {
            id: PostId::new(None, Some(&url), html),
            source: String::new(),
            title: html::plain_line(title),
            authors: Vec::new(),
            published: None,
            updated: None,
            tags: Vec::new(),
            language: None,
            image: None,
            description: None,
            has_marked_lead: false,
            teaser: None,
            body: html::clean(html, Some(&url)),
            weight: None,
            draft: false,
            url: Some(url),
        }
    }
}

/// Longer titles, names and texts than these are broken content: graphemes.
const MAX_TITLE: usize = 500;
const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 5_000;

/// So many authors and tags a post has at most.
const MAX_NAMES: usize = 100;

/// No browser follows a longer address: octets.
const MAX_URL: usize = 8_000;

/// What is kept of a body, octets: 40,000 words. Teasers and comparisons need no more.
const MAX_BODY: usize = 256 << 10;

impl Post {
    /// Cuts what is longer than any publisher means it to be, in graphemes and octets, so that whatever is kept of a
    /// post stays small.
    #[must_use]
    pub(crate) fn bounded(mut self) -> Self {
        let has_length = |url: &Url| url.as_str().len() <= MAX_URL;
        for (text, most) in [
            (Some(&mut self.title), MAX_TITLE),
            (self.description.as_mut(), MAX_DESCRIPTION),
            (self.teaser.as_mut(), MAX_DESCRIPTION),
            (self.image.as_mut().and_then(|image| image.alt.as_mut()), MAX_TITLE),
        ] {
            if let Some(text) = text.filter(|text| !html::fits(text, most)) {
                *text = html::shorten(text, most);
            }
        }
        for names in [&mut self.authors, &mut self.tags] {
            names.truncate(MAX_NAMES);
            names.iter_mut().for_each(|name| *name = html::shorten(name, MAX_NAME));
        }
        self.url = self.url.filter(has_length);
        self.image = self.image.filter(|image| has_length(&image.url));
        if self.body.len() > MAX_BODY {
            self.body = html::clean(&self.body[..self.body.floor_char_boundary(MAX_BODY)], None);
        }
        self
    }
}

/// A picture by its address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Absolute `https:` or `http:` address; a `file:` one where a file of ours has no other. In an edition, `cid:` names
    /// a picture that its messages carry.
    pub url: Url,
    /// What it shows, for those who do not see it.
    pub alt: Option<String>,
    /// Width in pixels, where known.
    pub width: Option<u32>,
    /// Height in pixels, where known.
    pub height: Option<u32>,
    /// The picture itself, where its post came from a folder that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
}

/// The identity of a post within its source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostId(String);

impl PostId {
    /// Takes the first of: the publisher's own id, the canonical link, a hash of `content`.
    ///
    /// The order is that of RFC 4287 4.2.6: an id survives an edit and a move, a link survives an edit,
    /// a hash survives neither and is better than nothing.
    pub fn new(own: Option<&str>, url: Option<&Url>, content: &str) -> Self {
        let own = own.map(str::trim).filter(|id| !id.is_empty());
        Self(match (own, url) {
            (Some(id), _) => id.to_owned(),
            (None, Some(url)) => canonical(url),
            (None, None) => {
                let hash = Sha256::digest(content.as_bytes());
                let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
                format!("sha256:{hex}")
            }
        })
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PostId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reduces a URL to what two links to the same article have in common.
///
/// Scheme, `www.`, default port, fragment, tracking parameters, the order of parameters, a trailing slash
/// and `index.html` say nothing about which article it is. The result is for comparing, not for following.
pub fn canonical(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().filter(|port| ![80, 443].contains(port)).map(|port| format!(":{port}"));
    let mut path = url.path();
    loop {
        let shorter = path.trim_end_matches('/');
        let shorter = ["/index.html", "/index.htm", "/index.php"]
            .iter()
            .find_map(|index| shorter.strip_suffix(index))
            .unwrap_or(shorter);
        if shorter == path {
            break;
        }
        path = shorter;
    }
    let mut query: Vec<&str> = url.query().unwrap_or_default().split('&').filter(|pair| says_which(pair)).collect();
    query.sort_unstable();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("//{host}{}{path}{query}", port.unwrap_or_default())
}

/// Tells a query parameter that names the article from one that only follows its reader.
fn says_which(pair: &str) -> bool {
    let key = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    let tracks = key.starts_with("utm_")
        || ["fbclid", "gclid", "dclid", "msclkid", "igshid", "mc_cid", "mc_eid", "ref_src", "yclid", "_hsenc", "_hsmi"]
            .contains(&key.as_str());
    !key.is_empty() && !tracks
}

/// A condition on a set of words: tags of a post, authors of a post, tags of a subscriber.
///
/// Words compare without regard to case. An empty condition holds for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// At least one of these; empty: no demand.
    pub any: Vec<String>,
    /// Every one of these.
    pub all: Vec<String>,
    /// Not one of these.
    pub none: Vec<String>,
}

impl Filter {
    /// Says whether `words` meet the condition.
    pub fn holds<S: AsRef<str>>(&self, words: &[S]) -> bool {
        let has = |wanted: &String| words.iter().any(|word| word.as_ref().to_lowercase() == wanted.to_lowercase());
        (self.any.is_empty() || self.any.iter().any(has)) && self.all.iter().all(has) && !self.none.iter().any(has)
    }
}

/// Languages of posts or of readers, as BCP 47 tags; `en` stands for `en-GB` too. None: all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Languages {
    tags: Vec<String>,
    /// The language of those who name none: the publication's.
    pub unnamed: String,
}

impl Languages {
    /// Says whether every language is one of these.
    pub fn is_any(&self) -> bool {
        self.tags.is_empty()
    }

    /// Says whether the language of this tag is one of these.
    pub fn holds(&self, tag: Option<&str>) -> bool {
        let tag = tag.unwrap_or(&self.unnamed).replace('_', "-").to_lowercase();
        let is_it =
            |wanted: &String| tag.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        self.is_any() || self.tags.iter().any(is_it)
    }
}

impl TryFrom<Vec<String>> for Languages {
    type Error = String;

    fn try_from(tags: Vec<String>) -> Result<Self, String> {
        let is_tag = |tag: &String| {
            let first = tag.split('-').next().unwrap_or_default();
            matches!(first.len(), 2..=3) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        match tags.iter().find(|tag| !is_tag(tag)) {
            Some(tag) => Err(format!("`{tag}` is no tag of a language, as `en` and `pt-BR` are")),
            None => Ok(Self { tags: tags.iter().map(|tag| tag.to_lowercase()).collect(), unnamed: String::new() }),
        }
    }
}

impl std::fmt::Display for Languages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.tags.iter().map(|tag| format!("`{tag}`")).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn same(a: &str, b: &str) {
        let form = |text: &str| canonical(&Url::parse(text).unwrap());
        assert_eq!(form(a), form(b));
    }

    #[test]
    fn canonical_urls_forget_what_does_not_name_the_article() {
        same("http://www.harbour.example/a/", "https://harbour.example/a");
        same("https://harbour.example:443/a#top", "https://harbour.example/a");
        same("https://harbour.example/a?utm_source=x&id=3", "https://harbour.example/a?id=3");
        same("https://harbour.example/a?b=1&a=2", "https://harbour.example/a?a=2&b=1");
        same("https://harbour.example/a/index.html", "https://harbour.example/a/");
    }

    #[test]
    fn canonical_urls_keep_what_names_the_article() {
        let form = |text: &str| canonical(&Url::parse(text).unwrap());
        assert_ne!(form("https://harbour.example/?p=1"), form("https://harbour.example/?p=2"));
        assert_ne!(form("https://harbour.example:8080/"), form("https://harbour.example/"));
    }

    proptest! {
        #[test]
        fn canonical_is_idempotent(path in "[a-z/.]{0,20}", query in "[a-z=&_]{0,20}") {
            let url = Url::parse(&format!("https://www.harbour.example/{path}?{query}")).unwrap();
            let once = canonical(&url);
            let again = canonical(&Url::parse(&format!("https:{once}")).unwrap());
            prop_assert_eq!(once, again);
        }
    }

    #[test]
    fn ids_fall_back_to_the_link_and_then_to_a_hash() {
        let url = Url::parse("https://harbour.example/a?utm_source=feed").unwrap();
        assert_eq!(PostId::new(Some(" tag:1 "), Some(&url), "x").as_str(), "tag:1");
        assert_eq!(PostId::new(Some(""), Some(&url), "x").as_str(), "//harbour.example/a");
        assert!(PostId::new(None, None, "x").as_str().starts_with("sha256:"));
    }

    #[test]
    fn nothing_that_is_kept_of_a_post_is_long() {
        let url = Url::parse("https://harbour.example/a").unwrap();
        let marks = format!("e{}", "\u{301}".repeat(100_000));
        let post = Post::new(url.clone(), &marks, &format!("<p>{}<b>boat", "<i>A word</i> ".repeat(100_000)));
        let names = vec![format!("e{}", "\u{301}".repeat(500)); 1_000];
        let image = Image { url: url.clone(), alt: Some(marks.clone()), width: None, height: None, file: None };
        let post = Post { authors: names.clone(), tags: names, description: Some(marks), image: Some(image), ..post };
        let post = post.bounded();
        assert!(serde_json::to_string(&post).unwrap().len() < 300_000);
        assert!(post.body.ends_with("</p>"));
        assert_eq!(post, post.clone().bounded());
        let long = Url::parse(&format!("https://harbour.example/{}", "a".repeat(10_000))).unwrap();
        assert_eq!(Post { url: Some(long), ..post }.bounded().url, None);
    }

    #[test]
    fn a_language_stands_for_its_regions() {
        let of = |tags: &[&str]| Languages::try_from(tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>());
        let languages = Languages { unnamed: "de-AT".into(), ..of(&["EN", "pt-BR"]).unwrap() };
        assert!(languages.holds(Some("en_GB")) && languages.holds(Some("en")) && languages.holds(Some("pt-br")));
        assert!(!languages.holds(Some("pt")) && !languages.holds(Some("eno")) && !languages.holds(None));
        assert!(Languages::default().holds(None));
        assert!(of(&["English"]).unwrap_err().contains("`English` is no tag"));
    }

    #[test]
    fn filters_combine() {
        let filter = Filter { any: vec!["Release".into()], all: vec![], none: vec!["draft".into()] };
        assert!(filter.holds(&["release", "news"]));
        assert!(!filter.holds(&["release", "Draft"]));
        assert!(!filter.holds(&["news"]));
        assert!(Filter::default().holds::<&str>(&[]));
    }
}
