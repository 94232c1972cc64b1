//! A folder of posts: Markdown, HTML and plain text, as Zola, Hugo and Jekyll keep them.
//!
//! **Identity.** A post's id is the `id` of its front matter; else, where its front matter names a `url` or
//! `permalink`, that link in its canonical form, so that the file may move; else the path of the file within
//! the folder, so that its text, title and date may change. The addresses that `base_url` gives follow the
//! path and are no identity of their own.
//!
//! **Address.** The `url` of the front matter, else `base_url`, the folders, the slug and a slash. The slug is
//! the front matter's, else the file's stem without its date; that of `index.md` is its folder's.

mod markdown;
mod image_file;
mod walk;

use std::path::Path;

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    budget::Reservation,
    charset, copied_text, date,
    document::{Document, Parsed, Problem, first_image},
    feed,
    front_matter::{self, FrontMatter, KEYS},
    local_file, page,
};
use crate::{
    diagnostic::{Diagnostic, Place},
    html,
    post::{Image, Post, PostId},
    zone::Zone,
};

/// Reads every post in the folder, in the order of their paths.
///
/// # Errors
/// A [`Problem`] when the folder itself cannot be read; trouble with single files is part of the answer.
pub fn read(folder: &Path, base_url: Option<&Url>, source: &str, zone: Zone) -> Result<Parsed, Problem> {
    let files = walk::files(folder).map_err(|error| {
        let words = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            std::io::ErrorKind::NotADirectory => "this is a file, not a folder".to_owned(),
            _ => format!("the folder cannot be read: {error}"),
        };
        Problem::new(source, Diagnostic::new(words).at(folder.display().to_string()))
    })?;
    let about = FolderContext { folder, base_url, source, zone };
    let mut parsed = Parsed::default();
    for (post, problems) in feed::in_parallel(files, |path| file(&path, &about)) {
        parsed.posts.extend(post);
        parsed.problems.extend(problems);
    }
    Ok(parsed)
}

struct FolderContext<'a> {
    folder: &'a Path,
    base_url: Option<&'a Url>,
    source: &'a str,
    zone: Zone,
}

impl FolderContext<'_> {
    /// Names a file as the reader of `status` knows it: `posts/bad.md:3`.
    fn problem(&self, path: &str, line: Option<usize>, message: String) -> Problem {
        let folder = self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let place = Place { file: format!("{folder}{path}"), line, column: None };
        Problem::new(self.source, Diagnostic::new(message).at(place))
    }
}

/// No article is larger than this.
const MAX_FILE_BYTES: usize = 16_000_000;

fn file(path: &str, about: &FolderContext<'_>) -> (Option<Post>, Vec<Problem>) {
    let whole = about.folder.join(path);
    let length = whole.metadata().map_or(0, |found| found.len().try_into().unwrap_or(MAX_FILE_BYTES));
    let _reserved = futures::executor::block_on(Reservation::to_parse(length));
    let decoded = match local_file::read(&whole, MAX_FILE_BYTES) {
        Ok(octets) => charset::decode(octets, None),
        Err(wrong) => {
            let message = format!("{}; it was passed over", wrong.message);
            return (None, vec![about.problem(path, None, message)]);
        }
    };
    let mut problems = Vec::new();
    if let Some(name) = decoded.foreign {
        problems.push(about.problem(path, None, format!("the file is not UTF-8; it was read as {name}")));
    }
    let (matter, body) = match front_matter::split(&decoded.text) {
        Ok(parts) => parts,
        Err(broken) => {
            problems.push(about.problem(path, Some(broken.line), broken.message));
            return (None, problems);
        }
    };
    let post = post(path, &matter, body, about, &mut problems);
    (Some(post.bounded()), problems)
}

fn post(path: &str, matter: &FrontMatter, body: &str, about: &FolderContext<'_>, problems: &mut Vec<Problem>) -> Post {
    let name = FileName::of(path);
    let mut date = |keys: &[String]| match matter.date(keys, about.zone) {
        Ok(date) => date,
        Err(words) => {
            problems.push(about.problem(path, None, format!("`{words}` is no date; the post counts as undated")));
            None
        }
    };
    let written = date(&KEYS.published);
    let published = date(&KEYS.published_from).max(written);
    let updated = date(&KEYS.updated);

    let is_address =
        |url: &String| (!url.contains([':', '{']) || url.contains("://")) && url != "false" && url != "true";
    let own_url = matter.raw(&["url", "permalink"]).filter(is_address);
    let url =
        own_url.as_deref().and_then(|url| resolve(url, about.base_url)).or_else(|| name.url(matter, about.base_url));
    let text = content(path, body, url.as_ref(), about.zone);

    let title = matter.line(&["title"]).or(text.title).unwrap_or_else(|| name.words());
    let own_words = matter.line(&["description", "summary", "excerpt", "subtitle"]);
    let has_marked_lead = own_words.is_none() && text.has_marked_lead;
    let description = own_words.or(text.description);
    let place = image_file::PostLocation { folder: about.folder, post: path, page: url.as_ref(), base: about.base_url };
    let named = matter.raw(&KEYS.picture);
    let alt = matter.line(&KEYS.picture_alt);
    let image = named
        .and_then(|image| match resolve(&image, url.as_ref().or(about.base_url)) {
            Some(url) => Some(Image { url, alt, width: None, height: None, file: None }),
            None => place.named(&image, alt),
        })
        .or(text.image)
        .or_else(|| first_image(&text.body))
        .map(|image| place.find(image));
    let mut authors = matter.list(&["authors", "author"], people);
    if authors.is_empty() {
        authors = text.authors;
    }
    let own_id = matter.line(&["id", "guid", "uuid"]);
    let id = match (own_id, &own_url, &url) {
        (Some(id), ..) => PostId::new(Some(&id), None, path),
        (None, Some(_), Some(url)) => PostId::new(None, Some(url), path),
        _ => PostId::new(Some(path), None, path),
    };
    Post {
        id,
        source: about.source.to_owned(),
        url,
        title,
        authors,
        published: published.or_else(|| name.date(about.zone)).or(text.published),
        updated,
        tags: matter.list(&["tags", "tag", "categories", "category", "keywords"], tags),
        language: matter
            .raw(&["lang", "language", "locale"])
            .or_else(|| name.language.clone())
            .and_then(|tag| feed::language(&tag))
            .or(text.language),
        image,
        description,
        has_marked_lead,
        teaser: matter.line(&["teaser"]),
        body: text.body,
        weight: matter.number("weight").or_else(|| matter.number("order")),
        draft: matter.is_kept_off() || name.in_drafts,
    }
}

fn people(text: &str) -> Vec<&str> {
    text.split([',', ';', '&']).flat_map(|part| part.split(" and ")).map(str::trim).collect()
}

fn tags(text: &str) -> Vec<&str> {
    if text.contains(',') { text.split(',').collect() } else { text.split_whitespace().collect() }
}

fn resolve(link: &str, base: Option<&Url>) -> Option<Url> {
    let url = match base {
        Some(base) => base.join(link),
        None => Url::parse(link),
    };
    url.ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// What a file's own text says, apart from its front matter.
#[derive(Debug, Default)]
struct FileContent {
    body: String,
    title: Option<String>,
    description: Option<String>,
    has_marked_lead: bool,
    authors: Vec<String>,
    published: Option<DateTime<Utc>>,
    language: Option<String>,
    image: Option<Image>,
}

fn content(path: &str, body: &str, base: Option<&Url>, zone: Zone) -> FileContent {
    let kind = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "md" | "markdown" | "mdx" => {
            let body = if kind == "mdx" { markdown::without_jsx(body) } else { body.to_owned() };
            let rendered = markdown::render(&body[..body.floor_char_boundary(html::MAX_ARTICLE)]);
            let description =
                rendered.lead.map(|lead| html::plain_line(&html::text(&html::clean(&lead, base)).replace('<', "&lt;")));
            FileContent {
                body: html::clean(&rendered.html, base),
                title: rendered.title,
                has_marked_lead: description.is_some(),
                description: description.filter(|lead| !lead.is_empty()),
                ..FileContent::default()
            }
        }
        "html" | "htm" => whole_page(body, base, zone).unwrap_or_else(|| FileContent {
            body: html::clean(&markdown::without_templates(body), base),
            ..FileContent::default()
        }),
        _ => {
            let article = copied_text::read(body).article.unwrap_or_default();
            FileContent {
                body: article.body(),
                title: Some(article.title).filter(|title| !title.is_empty()),
                authors: article.authors,
                published: article.date.and_then(|day| date::in_zone(day.and_time(chrono::NaiveTime::MIN), zone)),
                ..FileContent::default()
            }
        }
    }
}

/// What a file says that is a page of its own, with a head: its title, author and date stand there.
fn whole_page(body: &str, base: Option<&Url>, zone: Zone) -> Option<FileContent> {
    let lower = body.get(..body.floor_char_boundary(2_048))?.to_ascii_lowercase();
    if !lower.contains("<html") && !lower.contains("<head") {
        return None;
    }
    let document = Document { octets: body.as_bytes().to_vec(), charset: Some("utf-8".to_owned()), url: base.cloned() };
    let page = page::read(document, "", zone).ok()?.posts.into_iter().next()?;
    Some(FileContent {
        body: page.body,
        title: Some(page.title).filter(|title| !title.is_empty()),
        description: page.description,
        has_marked_lead: false,
        authors: page.authors,
        published: page.published,
        language: page.language,
        image: page.image,
    })
}

/// `2025-01-09-a-title` and `2025-1-9-a-title`: the day, and the rest.
fn leading_date(stem: &str) -> Option<(chrono::NaiveDate, &str)> {
    let (year, rest) = stem.split_once('-').filter(|(year, _)| year.len() == 4)?;
    let (month, rest) = rest.split_once('-').filter(|(month, _)| month.len() <= 2)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let day = chrono::NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, rest[..end].parse().ok()?)?;
    Some((day, &rest[end..]))
}

/// What the path of a file says.
struct FileName {
    folders: Vec<String>,
    stem: String,
    date: Option<chrono::NaiveDate>,
    language: Option<String>,
    in_drafts: bool,
}

impl FileName {
    fn of(path: &str) -> Self {
        let mut folders: Vec<String> = path.split('/').map(str::to_owned).collect();
        let file = folders.pop().unwrap_or_default();
        let mut stem = file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem).to_owned();
        let mut language = None;
        if let Some((before, tag)) = stem.rsplit_once('.') {
            // Hugo's and Zola's `post.de.md`.
            let whole = tag.len() == 2 || (tag.len() == 5 && tag.as_bytes()[2] == b'-');
            if whole && feed::language(tag).is_some() {
                language = Some(tag.to_owned());
                stem = before.to_owned();
            }
        }
        if matches!(stem.as_str(), "index" | "_index") && !folders.is_empty() {
            stem = folders.pop().unwrap_or_default();
        }
        let in_drafts = folders.iter().any(|folder| folder == "_drafts");
        // Folders with an underscore are Jekyll's own and no part of an address.
        folders.retain(|folder| !folder.starts_with('_'));
        let mut date = None;
        if let Some((day, rest)) = leading_date(&stem) {
            date = Some(day);
            let rest = rest.trim_start_matches(['-', '_']);
            if !rest.is_empty() {
                stem = rest.to_owned();
            }
        }
        Self { folders, stem, date, language, in_drafts }
    }

    fn date(&self, zone: Zone) -> Option<DateTime<Utc>> {
        self.date.and_then(|day| date::in_zone(day.and_time(chrono::NaiveTime::MIN), zone))
    }

    fn url(&self, matter: &FrontMatter, base: Option<&Url>) -> Option<Url> {
        let mut url = base?.clone();
        let slug = matter.raw(&["slug"]).unwrap_or_else(|| self.stem.clone());
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(&self.folders)
            .extend(slug.split('/').filter(|part| !part.is_empty()))
            .push("");
        Some(url)
    }

    /// The stem as a title of last resort.
    fn words(&self) -> String {
        let words = html::plain_line(&self.stem.replace(['-', '_'], " "));
        let mut chars = words.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    }
}

#[cfg(test)]
mod tests;
