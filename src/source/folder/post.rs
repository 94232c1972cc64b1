//! The post that a page of a folder makes, or why it makes none.

use url::Url;

use super::{
    address::{PageAddress, address},
    content::{FileContent, content},
    context::FolderContext,
    dates::{Dates, dates},
    pictures::Pictures,
};
use crate::{
    html,
    post::{Image, Post, PostId},
    source::{
        document::{NO_DATE, Problem},
        feed,
        front_matter::{FrontMatter, KEYS},
        site::{FileName, Page},
    },
};

/// A file that may be a page, apart into its front matter and the rest.
pub struct PageFile<'a> {
    /// Its path within the folder.
    pub path: &'a str,
    /// Its path within the site.
    pub site_path: &'a str,
    pub matter: &'a FrontMatter,
    pub body: &'a str,
}

/// A post of a page, and whether its address is a guess because a program makes it.
pub struct PagePost {
    pub post: Post,
    pub is_unknown_address: bool,
}

/// Makes the post of a page; what is wrong with its dates is a problem of the post.
///
/// # Errors
/// Why the page is no post, in words.
pub fn post(
    file: &PageFile<'_>,
    about: &FolderContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<PagePost, &'static str> {
    let PageFile { path, site_path, matter, body } = *file;
    let name = FileName::of(path);
    let mut text = content(&name.kind.to_ascii_lowercase(), body, about.resolve(site_path).as_ref(), about.zone);
    let draft = matter.is_kept_off() || site_path.split('/').any(|part| part == "_drafts");
    let found = dates(path, &name, matter, about, problems);
    let Dates { updated, expires, written, local, .. } = found;
    let published = found.published.or(text.published);
    if expires.is_some_and(|at| at <= about.now) {
        return Err("it has expired");
    }
    if published.is_none() && !about.options.takes_undated && !draft {
        return Err(NO_DATE);
    }

    let title = matter.line(&["title"]).or(text.title.take()).unwrap_or_else(|| title_of_slug(name.slug));
    let page = Page { path: site_path, matter, title: &title, written, local };
    let PageAddress { path: address, url, is_unknown } = address(&page, &name, about);
    let image = take_picture(&mut text, &page, address.as_deref(), url.as_ref(), about);
    let own_words = matter.line(&["description", "summary", "excerpt", "subtitle"]);
    let has_marked_lead = own_words.is_none() && text.has_marked_lead;
    let description = own_words.or_else(|| marked_lead(&text, url.as_ref().or(about.base.as_ref())));
    let teaser = matter.line(&["teaser"]);
    // Translations that nobody wrote yet, and pages that a theme fills.
    let says_nothing = text.body.is_empty() && description.is_none() && image.is_none() && teaser.is_none();
    if says_nothing && matter.raw(&["link"]).is_none() && about.site.is_some() && !draft {
        return Err("it has no text");
    }

    let post = Post {
        id: identity(path, matter, url.as_ref()),
        source: about.source.to_owned(),
        authors: authors(matter, about).unwrap_or(text.authors),
        published,
        updated,
        tags: matter.list(&["tags", "tag", "categories", "category", "keywords"], split_tags),
        language: matter
            .raw(&["lang", "language", "locale"])
            .or_else(|| about.scheme.language(site_path))
            .or_else(|| name.language.map(str::to_owned))
            .and_then(|tag| feed::language(&tag))
            .or(text.language),
        weight: matter.number("weight").or_else(|| matter.number("order")),
        body: text.body,
        url,
        title,
        image,
        description,
        has_marked_lead,
        teaser,
        draft,
    };
    Ok(PagePost { post: post.bounded(), is_unknown_address: is_unknown && !draft })
}

/// Cleans the text, its pictures at their addresses, and gives the picture that stands for the page: what its front
/// matter names, the cover beside it, or the first in the text.
fn take_picture(
    text: &mut FileContent,
    page: &Page<'_>,
    address: Option<&str>,
    url: Option<&Url>,
    about: &FolderContext<'_>,
) -> Option<Image> {
    let pictures = Pictures {
        root: about.site.map_or(about.folder, |site| &site.root),
        site: about.site,
        scheme: about.scheme.as_ref(),
        page,
        address,
        url,
        resolve: &|path| about.resolve(path),
    };
    let (body, first) = pictures.within(&text.body);
    text.body = html::clean(&body, url.or(about.base.as_ref()));
    let keys: Vec<String> = about.options.image_keys.iter().chain(&KEYS.picture).cloned().collect();
    let named = pictures.named(&page.matter.texts(&keys), page.matter.line(&KEYS.picture_alt));
    named.or_else(|| pictures.of_bundle()).or(text.image.take()).or(first)
}

/// What the text marks as its lead, as plain text.
fn marked_lead(text: &FileContent, base: Option<&Url>) -> Option<String> {
    let lead = html::text(&html::clean(text.description.as_ref()?, base));
    Some(html::plain_line(&lead.replace('<', "&lt;"))).filter(|lead| !lead.is_empty())
}

/// The authors whom the front matter names; behind a key stands a name in the data files of the site.
fn authors(matter: &FrontMatter, about: &FolderContext<'_>) -> Option<Vec<String>> {
    let named = matter.list(&["authors", "author"], split_people).into_iter().map(|author| {
        let bare = author.trim_start_matches("[[").trim_end_matches("]]");
        about.authors.get(bare).cloned().unwrap_or_else(|| bare.to_owned())
    });
    Some(named.collect()).filter(|named: &Vec<String>| !named.is_empty())
}

fn identity(path: &str, matter: &FrontMatter, url: Option<&Url>) -> PostId {
    let is_link = |text: &String| {
        (!text.contains([':', '{']) || text.contains("://")) && !matches!(text.as_str(), "false" | "true")
    };
    let has_own_link = matter.raw(&["url", "permalink"]).is_some_and(|text| is_link(&text));
    match (matter.line(&["id", "guid", "uuid"]), url.filter(|_| has_own_link)) {
        (Some(id), _) => PostId::new(Some(&id), None, path),
        (None, Some(url)) => PostId::new(None, Some(url), path),
        (None, None) => PostId::new(Some(path), None, path),
    }
}

fn title_of_slug(slug: &str) -> String {
    let words = html::plain_line(&slug.replace(['-', '_'], " "));
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn split_people(text: &str) -> Vec<&str> {
    text.split([',', ';', '&']).flat_map(|part| part.split(" and ")).map(str::trim).collect()
}

fn split_tags(text: &str) -> Vec<&str> {
    if text.contains(',') { text.split(',').collect() } else { text.split_whitespace().collect() }
}
