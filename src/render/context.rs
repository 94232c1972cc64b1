//! An edition in, the words that templates may speak out.
//!
//! Every value is data. What depends on the recipient is a marker ([`Edition::marker`]).

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Error, color,
    picture::{Picture, picture},
    texts::{self, Texts},
};
use crate::edition::{Edition, Item, Slot};

/// The paper in light and in dark: what [`color::readable`] measures an accent against.
const PAPER: color::Rgb = [0xff; 3];
const PAPER_DARK: color::Rgb = [0x1f, 0x1d, 0x1a];

/// The accent where the theme has none.
const ACCENT: color::Rgb = [0x9c, 0x2f, 0x1e];

/// What a template sees.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Context {
    publication: Publication,
    digest: String,
    title: String,
    number: i64,
    date: String,
    pub(super) subject: String,
    pub(super) preheader: String,
    /// Invisible characters that keep clients from showing the body after a short preheader.
    pub(super) padding: String,
    pub(super) intro: String,
    pub(super) intro_text: String,
    pub(super) posts: Vec<Post>,
    texts: BTreeMap<&'static str, String>,
    theme: BTreeMap<String, String>,
    pub(super) lang: String,
    pub(super) dir: &'static str,
    start: &'static str,
    rule: String,
    subscriber: Subscriber,
    unsubscribe_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Publication {
    name: String,
    address: Option<String>,
    language: String,
    timezone: String,
}

#[derive(Debug, Clone, Serialize)]
struct Subscriber {
    name: String,
    address: String,
}

/// A post as a template sees it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Post {
    /// The number of its link among the links; of the one before where it has none.
    link: usize,
    id: String,
    url: Option<String>,
    pub(super) title: String,
    authors: Vec<String>,
    author: String,
    by: String,
    posted: String,
    byline: String,
    published: Option<String>,
    published_text: Option<String>,
    tags: Vec<String>,
    source: String,
    image: Option<Picture>,
    teaser: String,
    body: String,
    language: Option<String>,
    lang: String,
    dir: &'static str,
    start: &'static str,
}

impl Context {
    /// Gathers what `edition` has to say.
    ///
    /// # Errors
    /// A word of `texts` that there is not, or a colour of `theme` that is none.
    pub(super) fn new(edition: &Edition) -> Result<Self, Error> {
        let words = Texts::new(&edition.language, &edition.digest, &edition.texts)?;
        let lang = language(&edition.language);
        let dir = texts::direction(&lang);
        Ok(Self {
            publication: Publication {
                name: edition.publication.name.clone(),
                address: edition.publication.address.clone().filter(|address| !address.trim().is_empty()),
                language: edition.publication.language.clone(),
                timezone: edition.publication.timezone.name().to_owned(),
            },
            digest: edition.digest.clone(),
            title: edition.title.clone(),
            number: edition.number,
            date: words.date(edition.date, edition.publication.timezone),
            subject: String::new(),
            preheader: String::new(),
            padding: String::new(),
            intro: String::new(),
            intro_text: String::new(),
            posts: numbered(edition.posts.iter().map(|item| Post::new(item, edition, &words, &lang))),
            texts: words.all(edition.number, &edition.title),
            theme: theme(edition)?,
            start: start(dir),
            lang,
            dir,
            rule: "=".repeat(super::text::WIDTH),
            subscriber: Subscriber { name: edition.marker(Slot::Name), address: edition.marker(Slot::Address) },
            unsubscribe_url: edition.has_unsubscribe.then(|| edition.marker(Slot::Unsubscribe)),
        })
    }
}

/// Numbers the links, as the text part shows them: `[1]`, `[2]`.
fn numbered(posts: impl Iterator<Item = Post>) -> Vec<Post> {
    let mut links = 0;
    let number = |post: Post| {
        links += usize::from(post.url.is_some());
        Post { link: links, ..post }
    };
    posts.map(number).collect()
}

impl Post {
    fn new(item: &Item, edition: &Edition, words: &Texts, lang: &str) -> Self {
        let post = &item.post;
        let url = post.url.as_ref().filter(|url| matches!(url.scheme(), "http" | "https")).map(ToString::to_string);
        let title = match post.title.trim() {
            "" => url.clone().unwrap_or_else(|| post.source.clone()),
            title => title.to_owned(),
        };
        let author = words.list(&post.authors);
        let by = if author.is_empty() { String::new() } else { words.word("by", "authors", &author) };
        let published_text = post.published.map(|at| words.date(at, edition.publication.timezone));
        let posted = published_text.as_ref().map(|date| words.word("posted", "date", date)).unwrap_or_default();
        let byline: Vec<&str> = [by.as_str(), posted.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        let seen = format!("{title} {}", item.teaser.text);
        let own = post.language.as_deref().filter(|own| is_tag(own)).map(language);
        let own = own.or_else(|| texts::by_script(&seen, lang).map(str::to_owned)).unwrap_or_else(|| lang.to_owned());
        let dir = texts::first_strong(&seen).unwrap_or_else(|| texts::direction(&own));
        Self {
            id: post.id.to_string(),
            link: 0,
            byline: byline.join(" · "),
            image: picture(item, edition.image, &title),
            published: post.published.map(|at| at.to_rfc3339()),
            url,
            title,
            authors: post.authors.clone(),
            author,
            by,
            posted,
            published_text,
            tags: post.tags.clone(),
            source: post.source.clone(),
            teaser: item.teaser.text.clone(),
            // Cleaning took such tags out already; a post that gets past it still cannot leave its cell.
            body: post.body.replace("<mj", "&lt;mj").replace("</mj", "&lt;/mj"),
            language: post.language.clone(),
            lang: own,
            dir,
            start: start(dir),
        }
    }

    /// Keeps the title and the link only.
    pub(super) fn reduce(&mut self) {
        self.teaser = String::new();
        self.body = String::new();
        self.image = None;
        self.byline = String::new();
    }
}

/// The theme with an accent that can be read on paper, light and dark; a logo only by an address.
fn theme(edition: &Edition) -> Result<BTreeMap<String, String>, Error> {
    let mut theme = edition.theme.clone();
    let accent = match theme.get("accent") {
        None => ACCENT,
        Some(text) => color::parse(text).ok_or_else(|| {
            let digest = &edition.digest;
            Error::Template(format!("digest.{digest}.theme.accent: `{text}` is no colour\nhint: write it as `#1f6f8b`"))
        })?,
    };
    theme.insert("accent".to_owned(), color::hex(color::readable(accent, PAPER)));
    theme.insert("accent_dark".to_owned(), color::hex(color::readable(accent, PAPER_DARK)));
    let logo = theme
        .remove("logo")
        .filter(|logo| logo.starts_with("https://") || logo.starts_with("cid:"))
        .unwrap_or_default();
    theme.insert("logo".to_owned(), logo);
    Ok(theme)
}

fn start(dir: &str) -> &'static str {
    if dir == "rtl" { "right" } else { "left" }
}

/// A tag that can stand in `lang`; English for one that says nothing.
fn language(tag: &str) -> String {
    if is_tag(tag) { tag.replace('_', "-") } else { "en".to_owned() }
}

fn is_tag(tag: &str) -> bool {
    let plain = tag.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'));
    plain && !tag.is_empty() && tag.len() <= 35 && texts::primary(tag) != "und"
}
