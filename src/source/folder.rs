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
mod post;
mod templating;
mod walk;

use std::path::Path;

use chrono::{DateTime, Utc};

pub use self::address::is_permalink;
use self::{
    context::FolderContext,
    post::{PageFile, post},
};
use super::{
    budget::Reservation,
    charset,
    document::{Parsed, PassedOver, Problem},
    feed,
    front_matter::{self, FrontMatter, KEYS},
    kind::FolderOptions,
    local_file,
    site::Site,
};
use crate::{diagnostic::Diagnostic, post::Post, zone::Zone};

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
    let file = PageFile { path, site_path: &site_path, matter: &matter, body };
    match post(&file, about, &mut result.problems) {
        Ok(made) => {
            result.is_unknown_address = made.is_unknown_address;
            result.post = Ok(Some(made.post));
        }
        Err(reason) => result.post = Err(reason),
    }
    result
}

#[cfg(test)]
mod tests;
