//! The files of a folder that are posts.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::source::document::PassedOver;

/// What lies in a folder.
#[derive(Debug, Default)]
pub struct Walked {
    /// Files that may be posts, as paths within the folder with `/` between their parts, sorted.
    pub files: Vec<String>,
    /// Texts in forms that are not read.
    pub unread: Vec<PassedOver>,
}

/// A folder that holds more is a disk, not a site.
const MAX_ENTRIES: usize = 250_000;

/// Finds the posts under `root`.
///
/// Hidden files, `_index` files, what site generators build or keep for themselves, and symbolic links that
/// lead out of the folder are passed over.
///
/// # Errors
/// When the folder itself cannot be read, or holds too much; folders inside it that cannot be read are passed over.
pub fn files(root: &Path) -> io::Result<Walked> {
    let real = root.canonicalize()?;
    let mut walked = Walked::default();
    let mut open: Vec<(PathBuf, String, usize)> = vec![(root.to_owned(), String::new(), 0)];
    let (mut first, mut seen) = (true, 0);
    while let Some((folder, prefix, depth)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if first => return Err(error),
            Err(_) => continue,
        };
        first = false;
        for entry in entries.flatten() {
            seen += 1;
            if seen > MAX_ENTRIES {
                let words = format!("it holds more than {MAX_ENTRIES} files and folders; name the one of the posts");
                return Err(io::Error::other(words));
            }
            let Ok(name) = entry.file_name().into_string() else { continue };
            let Ok(mut kind) = entry.file_type() else { continue };
            if kind.is_symlink() {
                let Ok(target) = entry.path().canonicalize() else { continue };
                // A linked folder could hold itself.
                if !target.starts_with(&real) || target.is_dir() {
                    continue;
                }
                let Ok(there) = fs::metadata(&target) else { continue };
                kind = there.file_type();
            }
            let path = format!("{prefix}{name}");
            if kind.is_dir() && depth < 32 && !is_private(&name) {
                open.push((entry.path(), format!("{path}/"), depth + 1));
            } else if kind.is_file() && !name.starts_with('.') {
                match unread(&name) {
                    Some(reason) => walked.unread.push(PassedOver { path, reason }),
                    None if is_post(&name) => walked.files.push(path),
                    None => {}
                }
            }
        }
    }
    // A page bundle (Hugo, Zola) is its `index`: a text beside it is one of its files.
    let is_text = |path: &String| path.to_ascii_lowercase().ends_with(".txt");
    let bundles = bundles(&walked.files);
    walked
        .files
        .retain(|path| !is_text(path) || path.rsplit_once('/').is_none_or(|(folder, _)| !bundles.contains(folder)));
    walked.files.sort_unstable();
    Ok(walked)
}

/// The folders that have an `index`.
fn bundles(files: &[String]) -> HashSet<String> {
    files.iter().filter_map(|path| Some(path.rsplit_once("/index.")?.0.to_owned())).collect()
}

/// Parts the files that belong to the `index` of a folder that they lie in from the others.
pub fn parts_of_bundles(files: Vec<String>) -> (Vec<String>, Vec<String>) {
    let bundles = bundles(&files);
    files.into_iter().partition(|path| {
        let is_index = path.rsplit('/').next().is_some_and(|name| name.starts_with("index."));
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.into_iter().any(|folder| bundles.contains(folder) && !(is_index && folder == own))
    })
}

/// Why a text is not read, by its form.
fn unread(name: &str) -> Option<&'static str> {
    let (_, kind) = name.rsplit_once('.')?;
    Some(match kind.to_ascii_lowercase().as_str() {
        "adoc" | "asciidoc" => "AsciiDoc is not read",
        "rst" => "reStructuredText is not read",
        "org" => "Org is not read",
        "dj" => "Djot is not read",
        "ipynb" => "notebooks are not read",
        "textile" => "Textile is not read",
        _ => return None,
    })
}

/// Folders that hold no posts of their own.
fn is_private(name: &str) -> bool {
    const OWN: &[&str] = &["_site", "_includes", "_layouts", "_data", "_sass", "_plugins", "node_modules", "vendor"];
    name.starts_with('.') || OWN.contains(&name)
}

fn is_post(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let Some((stem, kind)) = lower.rsplit_once('.') else { return false };
    matches!(kind, "md" | "markdown" | "mdx" | "html" | "htm" | "txt")
        && !name.starts_with('.')
        && stem != "_index"
        && !stem.starts_with("_index.")
}
