//! A folder of posts: Markdown, HTML and plain text, as site generators keep them.
//!
//! **Identity.** A post's id is the `id` of its front matter; else, where its front matter names a `url` or
//! `permalink`, that link in its canonical form, so that the file may move; else the path of the file within
//! the folder, so that its text, title and date may change. The addresses that a pattern gives are no identity of
//! their own.
//!
//! **Address.** What the front matter says; else what `permalink` of the config makes; else what the generator of the
//! site makes, as [`site`] reads its config.

mod address;
mod content;
mod context;
mod dates;
mod pictures;
mod templating;
mod walk;

use std::path::Path;

use chrono::{DateTime, Utc};

pub use self::address::is_permalink;
use self::{
    address::{PageAddress, address},
    content::content,
    context::FolderContext,
    dates::dates,
    pictures::Pictures,
};
use super::{
    budget::Reservation,
    charset,
    document::{NO_DATE, Parsed, PassedOver, Problem},
    feed,
    front_matter::{self, FrontMatter, KEYS},
    kind::FolderOptions,
    local_file,
    site::{FileName, Page, Site},
};
use crate::{
    diagnostic::Diagnostic,
    html,
    post::{Post, PostId},
    zone::Zone,
};

/// Reads every post in the folder, in the order of their paths, as of `now`.
///
/// # Errors
/// A [`Problem`] when the folder itself cannot be read; trouble with single files is part of the answer.
pub fn read(
    folder: &Path,
    options: &FolderOptions,
    source: &str,
    zone: Zone,
    now: DateTime<Utc>,
) -> Result<Parsed, Problem> {
    let walked = walk::files(folder).map_err(|error| {
        let words = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            std::io::ErrorKind::NotADirectory => "this is a file, not a folder".to_owned(),
            _ => format!("the folder cannot be read: {error}"),
        };
        Problem::new(source, Diagnostic::new(words).at(folder.display().to_string()))
    })?;
    let site = Site::of(folder);
    let about = FolderContext::new(folder, options, source, zone, now, site.as_ref());
    let mut parsed = Parsed::default();
    parsed.folder.generator = site.as_ref().map(|site| site.generator);
    parsed
        .problems
        .extend(site.iter().flat_map(|site| &site.problems).map(|broken| Problem::new(source, broken.clone())));
    parsed.folder.passed_over.extend(walked.unread);
    let mut files = walked.files;
    if about.scheme.has_bundles() {
        let (parts, pages) = walk::parts_of_bundles(files);
        parsed
            .folder
            .passed_over
            .extend(parts.into_iter().map(|path| PassedOver { path, reason: "a part of the page beside it" }));
        files = pages;
    }
    let mut unknown = 0;
    for (path, read) in feed::in_parallel(files, |path| {
        let read = file(&path, &about);
        (path, read)
    }) {
        parsed.problems.extend(read.problems);
        unknown += usize::from(read.is_unknown_address);
        match read.post {
            Ok(post) => parsed.posts.extend(post),
            Err(reason) => parsed.folder.passed_over.push(PassedOver { path, reason }),
        }
    }
    parsed.folder.passed_over.sort_by(|one, other| one.path.cmp(&other.path));
    if unknown > 0 {
        let words = format!(
            "how {} makes the addresses of {unknown} of its posts cannot be read: a program does",
            about.generator()
        );
        let problem = Diagnostic::new(words).hint("say it in the source: `permalink = \"/:year/:month/:day/:slug/\"`");
        parsed.problems.push(Problem::new(source, problem));
    }
    Ok(parsed)
}

/// No article is larger than this.
const MAX_FILE_BYTES: usize = 16_000_000;

/// What a file gave: a post, nothing, or why it is none.
struct FileResult {
    post: Result<Option<Post>, &'static str>,
    problems: Vec<Problem>,
    is_unknown_address: bool,
}

fn file(path: &str, about: &FolderContext<'_>) -> FileResult {
    let mut result = FileResult { post: Ok(None), problems: Vec::new(), is_unknown_address: false };
    let site_path = format!("{}{path}", about.inside);
    let excluded = about.excluded.iter().any(|glob| glob.is_match(path)).then_some("`exclude` names it");
    if let Some(reason) = excluded.or_else(|| about.scheme.passes_over(&site_path)) {
        result.post = Err(reason);
        return result;
    }
    let whole = about.folder.join(path);
    let length = whole.metadata().map_or(0, |found| found.len().try_into().unwrap_or(MAX_FILE_BYTES));
    let _reserved = futures::executor::block_on(Reservation::to_parse(length));
    let decoded = match local_file::read(&whole, MAX_FILE_BYTES) {
        Ok(octets) => charset::decode(octets, None),
        Err(wrong) => {
            let message = format!("{}; it was passed over", wrong.message);
            result.problems.push(about.problem(path, None, message));
            return result;
        }
    };
    if let Some(name) = decoded.foreign {
        result.problems.push(about.problem(path, None, format!("the file is not UTF-8; it was read as {name}")));
    }
    let (matter, body) = match front_matter::split(&decoded.text) {
        Ok((matter, body)) if about.generator() == "Pelican" && matter == FrontMatter::default() => {
            front_matter::header(body)
        }
        Ok(parts) => parts,
        Err(broken) => {
            result.problems.push(about.problem(path, Some(broken.line), broken.message));
            return result;
        }
    };
    if let Some(broken) = &matter.broken {
        result.problems.push(about.problem(path, Some(broken.line), broken.message.clone()));
    }
    if matter.raw(&KEYS.redirect).is_some()
        || body.len() < 2_000 && body.to_ascii_lowercase().contains("http-equiv=\"refresh\"")
    {
        result.post = Err("it leads elsewhere");
        return result;
    }
    let matter = matter.with_defaults(about.scheme.defaults(&site_path));
    post(path, &site_path, &matter, body, about, &mut result);
    result
}

fn post(
    path: &str,
    site_path: &str,
    matter: &FrontMatter,
    body: &str,
    about: &FolderContext<'_>,
    result: &mut FileResult,
) {
    let name = FileName::of(path);
    let mut dates = dates(path, &name, matter, about, &mut result.problems);
    if dates.expires.is_some_and(|at| at <= about.now) {
        result.post = Err("it has expired");
        return;
    }
    let kind = name.kind.to_ascii_lowercase();
    let mut text = content(&kind, body, about.resolve(site_path).as_ref(), about.zone);
    dates.published = dates.published.or(text.published);
    let is_draft = matter.is_kept_off() || site_path.split('/').any(|part| part == "_drafts");
    if dates.published.is_none() && !about.options.takes_undated && !is_draft {
        result.post = Err(NO_DATE);
        return;
    }
    let title = matter.line(&["title"]).or(text.title.take()).unwrap_or_else(|| words(name.slug));
    let page = Page { path: site_path, matter, title: &title, written: dates.written, local: dates.local };
    let PageAddress { path: site_address, url, is_unknown } = address(&page, &name, about);
    result.is_unknown_address = is_unknown && !is_draft;
    let pictures = Pictures {
        root: about.site.map_or(about.folder, |site| &site.root),
        site: about.site,
        scheme: about.scheme.as_ref(),
        page: &page,
        address: site_address.as_deref(),
        url: url.as_ref(),
        resolve: &|path| about.resolve(path),
    };
    let base = url.as_ref().or(about.base.as_ref());
    let (body, first) = pictures.within(&text.body);
    text.body = html::clean(&body, base);
    text.image = text.image.or(first);
    let lead =
        text.description.map(|lead| html::plain_line(&html::text(&html::clean(&lead, base)).replace('<', "&lt;")));

    let own_words = matter.line(&["description", "summary", "excerpt", "subtitle"]);
    let has_marked_lead = own_words.is_none() && text.has_marked_lead;
    let description = own_words.or(lead.filter(|lead| !lead.is_empty()));
    let alt = matter.line(&KEYS.picture_alt);
    let keys: Vec<String> = about.options.image_keys.iter().chain(&KEYS.picture).cloned().collect();
    let image = pictures.named(&matter.texts(&keys), alt).or_else(|| pictures.of_bundle()).or(text.image);
    // Translations that nobody wrote yet, and pages that a theme fills.
    let says_nothing =
        text.body.is_empty() && description.is_none() && image.is_none() && matter.raw(&["teaser", "link"]).is_none();
    if says_nothing && about.site.is_some() && !is_draft {
        result.post = Err("it has no text");
        return;
    }
    let mut authors: Vec<String> = matter.list(&["authors", "author"], people);
    for author in &mut authors {
        let bare = author.trim_start_matches("[[").trim_end_matches("]]");
        *author = about.authors.get(bare).cloned().unwrap_or_else(|| bare.to_owned());
    }
    if authors.is_empty() {
        authors = text.authors;
    }
    let own_id = matter.line(&["id", "guid", "uuid"]);
    let own_url = matter
        .raw(&["url", "permalink"])
        .filter(|url| (!url.contains([':', '{']) || url.contains("://")) && url != "false" && url != "true");
    let id = match (own_id, url.as_ref().filter(|_| own_url.is_some())) {
        (Some(id), _) => PostId::new(Some(&id), None, path),
        (None, Some(url)) => PostId::new(None, Some(url), path),
        _ => PostId::new(Some(path), None, path),
    };
    let language = matter.raw(&["lang", "language", "locale"]).or_else(|| about.scheme.language(site_path));
    let post = Post {
        id,
        source: about.source.to_owned(),
        url,
        title,
        authors,
        published: dates.published,
        updated: dates.updated,
        tags: matter.list(&["tags", "tag", "categories", "category", "keywords"], tags),
        language: language
            .or_else(|| name.language.map(str::to_owned))
            .and_then(|tag| feed::language(&tag))
            .or(text.language),
        image,
        description,
        has_marked_lead,
        teaser: matter.line(&["teaser"]),
        body: text.body,
        weight: matter.number("weight").or_else(|| matter.number("order")),
        draft: is_draft,
    };
    result.post = Ok(Some(post.bounded()));
}

/// A slug as a title of last resort.
fn words(slug: &str) -> String {
    let words = html::plain_line(&slug.replace(['-', '_'], " "));
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn people(text: &str) -> Vec<&str> {
    text.split([',', ';', '&']).flat_map(|part| part.split(" and ")).map(str::trim).collect()
}

fn tags(text: &str) -> Vec<&str> {
    if text.contains(',') { text.split(',').collect() } else { text.split_whitespace().collect() }
}

#[cfg(test)]
mod tests;
