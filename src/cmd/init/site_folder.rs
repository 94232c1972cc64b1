//! A site by its folder: what its generator's config, its style sheets and its pictures say.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    accent::accent,
    site::{Logo, Posts, Site, language},
};
use crate::{diagnostic::Diagnostic, source};

/// Files that are looked at, of a site at most.
const MAX_FILES: usize = 2_000;

/// A file that is read is no larger.
const MAX_OCTETS: u64 = 1_000_000;

/// Reads a site by its folder.
///
/// # Errors
/// When there is no such folder.
pub fn read(folder: &Path) -> Result<Site, Diagnostic> {
    let root = folder.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let there = Diagnostic::new(format!("there is no folder `{}`", folder.display()));
            there.hint("an address begins with https://")
        }
        _ => Diagnostic::new(format!("`{}` cannot be read: {error}", folder.display())),
    })?;
    if !root.is_dir() {
        return Err(Diagnostic::new(format!("`{}` is a file, not a folder", folder.display())));
    }
    // The folder may be the one of the posts, somewhere inside of the site.
    let found = source::site::Site::of(&root);
    let site = found.as_ref().map_or_else(|| root.clone(), |found| found.root.clone());
    let posts =
        found.as_ref().filter(|found| found.root == root).map_or_else(|| root.clone(), source::site::Site::posts);
    let url = found.as_ref().and_then(source::site::Site::address);
    let name = found
        .as_ref()
        .and_then(|found| Some(found.name()?.to_owned()))
        .or_else(|| Some(url.as_ref()?.domain()?.to_owned()));
    let configs = found.iter().flat_map(|found| &found.files).filter_map(|file| text(file));
    let files = files(&site);
    let styles = files.iter().filter(|file| is_style(file)).filter_map(|file| text(file));
    let styles: Vec<String> = configs.chain(styles).collect();
    // A picture among the posts belongs to one of them.
    let ranked = files.iter().filter_map(|file| Some((file.starts_with(&posts), logo_rank(file)?, file)));
    let mut pictures: Vec<_> = ranked.collect();
    pictures.sort();
    Ok(Site {
        posts: Some(Posts::Folder(posts)),
        generator: found.as_ref().map(|found| found.generator.to_owned()),
        name: name.or_else(|| Some(site.file_name()?.to_str()?.to_owned())),
        language: found.as_ref().and_then(|found| language(found.language()?)),
        timezone: found.as_ref().and_then(|found| Some(found.zone()?.name().to_owned())),
        url,
        accent: accent(None, &styles),
        logo: pictures.iter().find_map(|(.., file)| Logo::new(file.display().to_string(), octets(file)?)),
        is_private: false,
    })
}

/// Says whether a file may hold the site's own colours; those of program text in it are not.
fn is_style(file: &Path) -> bool {
    const PROGRAM_TEXT: &[&str] = &["highlight", "syntax", "prism", "pygments", "chroma", "rouge"];
    let name = file.to_str().unwrap_or_default().to_ascii_lowercase();
    is_of(file, &["css", "scss", "sass", "less", "styl"]) && !PROGRAM_TEXT.iter().any(|word| name.contains(word))
}

/// How likely a file is the site's logo; `None` where it is no such picture.
fn logo_rank(file: &Path) -> Option<(usize, usize)> {
    if !is_of(file, &["png", "jpg", "jpeg", "gif"]) {
        return None;
    }
    let stem = file.file_stem()?.to_str()?.to_ascii_lowercase();
    let rank = ["logo", "apple-touch-icon", "icon", "favicon"].iter().position(|name| stem.contains(name))?;
    Some((rank, stem.len()))
}

fn is_of(file: &Path, kinds: &[&str]) -> bool {
    file.extension().and_then(|kind| kind.to_str()).is_some_and(|kind| kinds.contains(&kind))
}

fn octets(file: &Path) -> Option<Vec<u8>> {
    let about = fs::metadata(file).ok()?;
    (about.is_file() && about.len() <= MAX_OCTETS).then(|| fs::read(file).ok())?
}

fn text(file: &Path) -> Option<String> {
    octets(file).map(|octets| String::from_utf8_lossy(&octets).into_owned())
}

/// The files of a site, those nearer to its root first; what a generator builds or a package manager brings is none.
fn files(root: &Path) -> Vec<PathBuf> {
    const FOREIGN: &[&str] = &["node_modules", "_site", "dist", "target", "vendor"];
    let (mut files, mut open, mut at) = (Vec::new(), vec![root.to_owned()], 0);
    while at < open.len() && at < MAX_FILES && files.len() < MAX_FILES {
        let Ok(entries) = fs::read_dir(&open[at]) else {
            at += 1;
            continue;
        };
        let mut entries: Vec<_> = entries.flatten().take(MAX_FILES).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !name.starts_with('.') && !FOREIGN.contains(&name) => {
                    open.push(entry.path())
                }
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
        at += 1;
    }
    files
}
