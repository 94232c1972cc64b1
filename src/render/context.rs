//! An edition in, the words that templates may speak out.
//!
//! Every value is data. What depends on the recipient is a marker ([`Edition::marker`]).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    edition::{Edition, Item, Sections, Slot},
    html::{fits, shorten},
};

use super::{
    error::Error,
    fonts,
    picture::{Picture, picture},
    problem::Problem,
    script, text,
    texts::Texts,
    theme::{self, Theme},
};

/// Longer titles and names are broken content, and cut: graphemes.
const MAX_TITLE: usize = 200;
const MAX_NAMES: usize = 120;

/// A title made of a teaser's opening words: graphemes.
const MAX_OPENING: usize = 60;

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
    pub(super) intro_dir: &'static str,
    /// Those that are shown whole; the first of them leads.
    posts: Vec<Post>,
    /// All of `posts` but the first, in groups; one without a heading where nothing is grouped.
    sections: Vec<Section>,
    /// Those for which there is no room.
    more: Vec<Link>,
    /// How many of them have none even there, in words; empty for none.
    more_left: String,
    texts: BTreeMap<&'static str, String>,
    theme: Theme,
    pub(super) lang: String,
    pub(super) dir: &'static str,
    start: &'static str,
    western: bool,
    leading: &'static str,
    rule: String,
    subscriber: Subscriber,
    unsubscribe_url: Option<String>,
    archive_url: Option<String>,
    /// Every post, in the edition's order.
    #[serde(skip)]
    all: Vec<Post>,
    #[serde(skip)]
    grouped: Sections,
    /// What of the theme had to be changed.
    #[serde(skip)]
    pub(super) problems: Vec<Problem>,
}

/// Posts under a heading.
#[derive(Debug, Clone, Serialize)]
struct Section {
    /// Empty for none.
    heading: String,
    posts: Vec<Post>,
}

/// A post of which only its title is shown.
#[derive(Debug, Clone, Serialize)]
struct Link {
    title: String,
    url: String,
    lang: String,
    dir: &'static str,
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
    pub(super) body: String,
    language: Option<String>,
    lang: String,
    dir: &'static str,
    start: &'static str,
    /// The letters are not those of the edition's language: its own fonts and lines.
    is_foreign: bool,
    western: bool,
    leading: &'static str,
    font: String,
    heading_font: String,
}

impl Context {
    /// Gathers what `edition` has to say.
    ///
    /// # Errors
    /// A word of `texts` that there is not, or a value of `theme` that is none.
    pub(super) fn new(edition: &Edition) -> Result<Self, Error> {
        let words = Texts::new(&edition.language, &edition.digest, &edition.texts)?;
        let lang = language(&edition.language);
        let dir = script::direction(&lang);
        let (theme, problems) = themed(edition, &lang)?;
        let all: Vec<Post> = edition.posts.iter().map(|item| Post::new(item, edition, &words, &lang, &theme)).collect();
        let mut context = Self {
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
            intro_dir: dir,
            posts: Vec::new(),
            sections: Vec::new(),
            more: Vec::new(),
            more_left: String::new(),
            texts: words.all(edition.number, &edition.title),
            theme,
            start: start(dir),
            western: fonts::is_western(&lang),
            leading: fonts::leading(&lang),
            lang,
            dir,
            rule: "=".repeat(text::WIDTH),
            subscriber: Subscriber { name: edition.marker(Slot::Name), address: edition.marker(Slot::Address) },
            unsubscribe_url: edition.has_unsubscribe.then(|| edition.marker(Slot::Unsubscribe)),
            archive_url: edition.archive_url.clone(),
            all,
            grouped: edition.sections,
            problems,
        };
        context.show_all();
        Ok(context)
    }

    /// How many posts there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Shows every post.
    pub(super) fn show_all(&mut self) {
        self.show(self.all.len(), 0);
    }

    /// Shows the first `whole` posts, the next `listed` that have an address as links, and of the rest their number.
    pub(super) fn show(&mut self, whole: usize, listed: usize) {
        let (shown, rest) = self.all.split_at(whole.min(self.all.len()));
        let other = self.texts.get("other").map(String::as_str).unwrap_or_default();
        let (lead, sections) = match shown.split_first() {
            Some((lead, rest)) => (Some(lead.clone()), group(rest, self.grouped, other)),
            None => (None, Vec::new()),
        };
        self.more = rest.iter().filter_map(Post::as_link).take(listed).collect();
        let left = rest.len() - self.more.len();
        self.more_left = match self.texts.get("more_left") {
            Some(words) if left > 0 => words.replace("{count}", &left.to_string()),
            _ => String::new(),
        };
        self.sections = sections;
        let mut links = 0;
        let mut lead = lead;
        let in_order = lead.iter_mut().chain(self.sections.iter_mut().flat_map(|section| &mut section.posts));
        for post in in_order {
            // As the text part shows them: `[1]`, `[2]`.
            links += usize::from(post.url.is_some());
            post.link = links;
        }
        self.posts = lead.into_iter().chain(self.sections.iter().flat_map(|section| section.posts.clone())).collect();
    }

    /// The addresses in the list of those that have no room, as a template writes them.
    pub(super) fn links(&self) -> Vec<String> {
        self.more.iter().map(|link| link.url.replace('&', "&amp;").replace('\'', "&#39;")).collect()
    }

    /// Keeps only title and link of the posts whose body would leave its cell; gives their titles.
    pub(super) fn drop_broken_posts(&mut self) -> Vec<String> {
        let broken = self.all.iter_mut().filter(|post| !text::is_sound(&post.body));
        let titles = broken.map(Post::reduce_to_link).collect();
        self.show_all();
        titles
    }
}

/// Puts together what has the same name, in the order in which the names come first; what has none comes last.
fn group(posts: &[Post], by: Sections, other: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut rest = Vec::new();
    for post in posts {
        let name = match by {
            Sections::None => "",
            Sections::Source => post.source.as_str(),
            Sections::Tag => post.tags.first().map(String::as_str).unwrap_or_default(),
        };
        let heading = heading(name);
        match sections.iter_mut().find(|section| section.heading == heading) {
            _ if heading.is_empty() => rest.push(post.clone()),
            Some(section) => section.posts.push(post.clone()),
            None => sections.push(Section { heading, posts: vec![post.clone()] }),
        }
    }
    if !rest.is_empty() {
        let heading = if sections.is_empty() { String::new() } else { other.to_owned() };
        sections.push(Section { heading, posts: rest });
    }
    sections
}

/// A name of the config as people would write it: `notice-board` is `Notice board`.
fn heading(name: &str) -> String {
    let name = name.trim();
    if name.chars().any(|char| char.is_uppercase() || char.is_whitespace()) {
        return shorten(name, MAX_TITLE);
    }
    let name = shorten(&name.replace(['-', '_'], " "), MAX_TITLE);
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The theme, and what of it had to be changed.
fn themed(edition: &Edition, lang: &str) -> Result<(Theme, Vec<Problem>), Error> {
    let digest = &edition.digest;
    let (mut theme, problems) = theme::theme(&edition.theme, &edition.template, lang)
        .map_err(|(key, complaint)| Error::Template(complaint.at(format!("digest.{digest}.theme.{key}"))))?;
    theme.logo = logo(edition);
    Ok((theme, problems))
}

/// A logo only by an address, or as a part of the message.
fn logo(edition: &Edition) -> String {
    edition
        .theme
        .get("logo")
        .filter(|logo| logo.starts_with("https://") || logo.starts_with("cid:"))
        .cloned()
        .unwrap_or_default()
}

impl Post {
    fn new(item: &Item, edition: &Edition, words: &Texts, lang: &str, theme: &Theme) -> Self {
        let post = &item.post;
        let url = post.url.as_ref().filter(|url| matches!(url.scheme(), "http" | "https")).map(ToString::to_string);
        let (title, teaser) = title(&post.title, &item.teaser.text, url.as_deref().unwrap_or(&post.source));
        let author = shorten(&words.list(&post.authors), MAX_NAMES);
        let by = if author.is_empty() { String::new() } else { words.word("by", "authors", &author) };
        let published_text = post.published.map(|at| words.date(at, edition.publication.timezone));
        let posted = published_text.as_ref().map(|date| words.word("posted", "date", date)).unwrap_or_default();
        let byline: Vec<&str> = [by.as_str(), posted.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
        let seen = format!("{title} {teaser}");
        let own = post.language.as_deref().filter(|own| is_tag(own)).map(language);
        // Posts stay as they are written, whatever language the reader has chosen for our own words.
        let usual = language(&edition.publication.language);
        let own = own.or_else(|| script::by_script(&seen, &usual).map(str::to_owned)).unwrap_or(usual);
        let dir = script::first_strong(&seen).unwrap_or_else(|| script::direction(&own));
        // A language that is not written in this direction is not the one that is written here.
        let letters =
            if dir == script::direction(&own) { own.as_str() } else { ["ar", "en"][usize::from(dir == "ltr")] };
        let (font, heading_font) = theme::letters(&edition.theme, &edition.template, letters);
        Self {
            is_foreign: font != theme.font || fonts::leading(letters) != fonts::leading(lang),
            western: fonts::is_western(letters),
            leading: fonts::leading(letters),
            font,
            heading_font,
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
            teaser,
            // Cleaning took such tags out already; a post that gets past it still cannot leave its cell.
            body: post.body.replace("<mj", "&lt;mj").replace("</mj", "&lt;/mj"),
            language: post.language.clone(),
            lang: own,
            dir,
            start: start(dir),
        }
    }

    /// Keeps the title and the link only; gives the title.
    fn reduce_to_link(&mut self) -> String {
        self.teaser = String::new();
        self.body = String::new();
        self.image = None;
        self.byline = String::new();
        self.title.clone()
    }

    fn as_link(&self) -> Option<Link> {
        let url = self.url.clone()?;
        Some(Link { title: self.title.clone(), url, lang: self.lang.clone(), dir: self.dir })
    }
}

/// The title and the teaser as they are shown: without a title the opening words of the teaser stand there.
fn title(title: &str, teaser: &str, else_: &str) -> (String, String) {
    match (title.trim(), teaser.trim()) {
        ("", "") => (shorten(else_, MAX_TITLE), String::new()),
        ("", teaser) if fits(teaser, MAX_OPENING) => (teaser.to_owned(), String::new()),
        ("", teaser) => (shorten(teaser, MAX_OPENING), teaser.to_owned()),
        (title, teaser) => (shorten(title, MAX_TITLE), teaser.to_owned()),
    }
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
    plain && !tag.is_empty() && tag.len() <= 35 && script::primary(tag) != "und"
}
