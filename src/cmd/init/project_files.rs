//! What `init --from` found, as the files of a project.

use std::path::Path;

use url::Url;

use super::site::{Posts, Site};

/// The config and the files beside it.
pub fn files(site: &Site, posts: &Posts, folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![
        ("tidings.toml".to_owned(), config(site, posts, folder).into_bytes()),
        ("subscribers.csv".to_owned(), include_bytes!("../../../templates/project/subscribers.csv").to_vec()),
    ];
    files.extend(site.logo.iter().map(|logo| (logo.file.clone(), logo.octets.clone())));
    files
}

fn config(site: &Site, posts: &Posts, folder: &Path) -> String {
    let name = site.name.as_deref().unwrap_or("My Digest");
    let host = site.url.as_ref().and_then(Url::domain).filter(|_| !site.is_private).unwrap_or("example.com");
    let host = host.trim_start_matches("www.");
    let from = format!("\"{}\" <digest@{host}>", name.replace(['"', '\\', '<', '>'], ""));
    let theme: Vec<String> =
        [("accent", site.accent.as_deref()), ("logo", site.logo.as_ref().map(|logo| logo.file.as_str()))]
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key} = {}", quoted(value?))))
            .collect();
    let (key, place) = match posts {
        Posts::Feed(url) => ("feed", url.to_string()),
        Posts::Listing(url) => ("listing", url.to_string()),
        Posts::Folder(path) => ("folder", relative(path, folder)),
    };
    let mut source = format!("{key} = {}", quoted(&place));
    if let (Posts::Folder(_), Some(url)) = (posts, &site.url) {
        source.push_str(&format!("\nbase_url = {}", quoted(url.as_str())));
    }
    let mut digest = String::new();
    if !theme.is_empty() {
        digest = format!("theme = {{ {} }}", theme.join(", "));
    }
    let fetch = if site.is_private {
        "\n[fetch]\nallow_private = true                           # the site is on this machine"
    } else {
        ""
    };
    let values = [
        ("NAME", quoted(name)),
        ("FROM", quoted(&from)),
        ("LANGUAGE", quoted(site.language.as_deref().unwrap_or("en"))),
        ("TIMEZONE", quoted(site.timezone.as_deref().unwrap_or("UTC"))),
        ("SOURCE", source),
        ("THEME", digest),
        ("FETCH", fetch.to_owned()),
    ];
    let lines = include_str!("../../../templates/project/from.toml").lines().filter_map(|line| {
        match values.iter().find_map(|(word, value)| Some((line.strip_suffix(word)?, value))) {
            Some(("", value)) if value.is_empty() => None,
            Some((start, value)) => Some(format!("{start}{value}\n")),
            None => Some(format!("{line}\n")),
        }
    });
    lines.collect()
}

/// A path as seen from the project's folder, where it is inside it.
fn relative(path: &Path, folder: &Path) -> String {
    let inside = folder.canonicalize().ok().and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
    match inside {
        Some(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
        Some(inside) => inside.display().to_string(),
        None => path.display().to_string(),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
