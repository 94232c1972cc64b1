//! The files of a folder that are posts.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Finds the posts under `root`, as paths within it with `/` between their parts, sorted.
///
/// Hidden files, `_index` files, what site generators build or keep for themselves, and symbolic links that
/// lead out of the folder are passed over.
///
/// # Errors
/// When the folder itself cannot be read; folders inside it that cannot are passed over.
pub fn files(root: &Path) -> io::Result<Vec<String>> {
    let real = root.canonicalize()?;
    let mut found = Vec::new();
    let mut open: Vec<(PathBuf, String, usize)> = vec![(root.to_owned(), String::new(), 0)];
    let mut first = true;
    while let Some((folder, prefix, depth)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if first => return Err(error),
            Err(_) => continue,
        };
        first = false;
        for entry in entries.flatten() {
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
            } else if kind.is_file() && is_post(&name) {
                found.push(path);
            }
        }
    }
    // A page bundle (Hugo, Zola) is its `index`: a text beside it is one of its files.
    let bundles: std::collections::HashSet<String> =
        found.iter().filter_map(|path| Some(path.rsplit_once("/index.")?.0.to_owned())).collect();
    found.retain(|path| {
        let is_text = path.to_ascii_lowercase().ends_with(".txt");
        !is_text || path.rsplit_once('/').is_none_or(|(folder, _)| !bundles.contains(folder))
    });
    found.sort_unstable();
    Ok(found)
}

/// Folders that hold no posts of their own.
fn is_private(name: &str) -> bool {
    const OWN: &[&str] = &["_site", "_includes", "_layouts", "_data", "_sass", "_plugins", "node_modules"];
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
