//! Astro: <https://docs.astro.build/en/guides/routing/>.

use std::path::Path;

use regex_lite::Regex;

use super::{
    config::{SiteConfig, entries},
    page::Page,
    scheme::{Address, Scheme, within},
    slug,
};

/// How Astro lays out a site.
#[derive(Debug)]
pub struct Astro {
    collections: Vec<Collection>,
    is_file: bool,
    no_slash: bool,
}

/// A folder of pages, and the path that its pages are shown under.
#[derive(Debug)]
struct Collection {
    folder: String,
    route: Option<String>,
}

impl Astro {
    pub fn new(root: &Path, config: &SiteConfig, files: &[std::path::PathBuf]) -> Self {
        let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let is_starlight = files.iter().any(|file| text(file).contains("@astrojs/starlight"));
        let configs = [
            "src/content.config.ts",
            "src/content.config.mjs",
            "src/content.config.js",
            "src/content/config.ts",
            "src/content/config.js",
        ];
        let configs: Vec<String> = configs.iter().map(|name| text(&root.join(name))).collect();
        let mut named = configs.iter().flat_map(|config| collections(config)).collect::<Vec<_>>();
        for folder in entries(&root.join("src/content")) {
            if root.join("src/content").join(&folder).is_dir() && !named.iter().any(|(name, _)| *name == folder) {
                named.push((folder.clone(), format!("src/content/{folder}")));
            }
        }
        let mut routes = Vec::new();
        find_routes(root, "src/pages", 0, &mut routes);
        let route = |name: &str, folder: &str| {
            if is_starlight && name == "docs" {
                return Some(String::new());
            }
            let quoted = [format!("\"{name}\""), format!("'{name}'"), format!("`{name}`")];
            let mut asks = routes.iter().filter(|(_, text)| {
                text.contains("getStaticPaths")
                    && text.contains("getCollection")
                    && quoted.iter().any(|name| text.contains(name))
            });
            // Where a function of the site's own asks for the posts, the folder's name says it.
            let last = folder.rsplit('/').next().unwrap_or_default();
            let like = || routes.iter().find(|(path, _)| path.trim_matches('/').rsplit('/').next() == Some(last));
            let only = || Some(&routes).filter(|routes| routes.len() == 1).and_then(|routes| routes.first());
            asks.next().or_else(like).or_else(only).map(|(path, _)| path.clone())
        };
        let collections =
            named.into_iter().map(|(name, folder)| Collection { route: route(&name, &folder), folder }).collect();
        Self {
            collections,
            is_file: config.text("build.format") == Some("file"),
            no_slash: config.text("trailingSlash") == Some("never"),
        }
    }
}

/// The collections that a config defines: their names and folders.
fn collections(config: &str) -> Vec<(String, String)> {
    let (Ok(defined), Ok(base)) = (
        Regex::new(r"(?:const|let|var)\s+(\w+)\s*=\s*defineCollection|(\w+)\s*:\s*defineCollection"),
        Regex::new(r#"(?:base|directory)\s*:\s*["'`]([^"'`]+)["'`]"#),
    ) else {
        return Vec::new();
    };
    let starts: Vec<_> = defined.captures_iter(config).collect();
    let found = starts.iter().enumerate().filter_map(|(at, start)| {
        let end = starts.get(at + 1).and_then(|next| next.get(0)).map_or(config.len(), |next| next.start());
        let text = config.get(start.get(0)?.start()..end)?;
        let variable = start.get(1).or(start.get(2))?.as_str();
        let folder = base.captures(text)?.get(1)?.as_str().trim_start_matches("./").trim_matches('/');
        // `collections = { blog: blogCollection }`
        let alias = Regex::new(&format!(r#"["']?([\w-]+)["']?\s*:\s*{}\b"#, regex_lite::escape(variable))).ok()?;
        let name = alias.captures(config).and_then(|found| found.get(1)).map_or(variable, |name| name.as_str());
        Some((name.to_owned(), folder.to_owned()))
    });
    found.collect()
}

/// Pages whose last variable part is a whole post: the path before that part, and their text.
fn find_routes(root: &Path, folder: &str, depth: usize, routes: &mut Vec<(String, String)>) {
    for name in entries(&root.join(folder)) {
        let path = format!("{folder}/{name}");
        if depth < 8 && !name.contains('.') && root.join(&path).is_dir()
            || name.starts_with("[...") && root.join(&path).is_dir()
        {
            find_routes(root, &path, depth + 1, routes);
            continue;
        }
        if !name.ends_with(".astro") {
            continue;
        }
        let Some(prefix) =
            ["[...slug]", "[slug]", "[...id]", "[id]", "[...path]"].iter().find_map(|part| path.split_once(part))
        else {
            continue;
        };
        let inner = prefix.0.trim_start_matches("src/pages").trim_end_matches('/');
        if !inner.contains('[') {
            routes.push((inner.to_owned(), std::fs::read_to_string(root.join(&path)).unwrap_or_default()));
        }
    }
}

impl Scheme for Astro {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        let is_content = within(path, "src/pages").is_some()
            || self.collections.iter().any(|one| within(path, &one.folder).is_some());
        if !is_content {
            return Some("it lies outside of pages and collections");
        }
        path.split('/').any(|part| part.starts_with('_')).then_some("its name begins with an underscore")
    }

    fn address(&self, page: &Page<'_>) -> Address {
        let bare = |path: &str| path.rsplit_once('.').map_or(path, |(bare, _)| bare).to_owned();
        let path = match within(page.path, "src/pages") {
            Some(rel) => format!("/{}", bare(rel)),
            None => {
                let inside = |one: &&Collection| within(page.path, &one.folder).is_some();
                let Some(collection) = self.collections.iter().filter(inside).max_by_key(|one| one.folder.len()) else {
                    return Address::None;
                };
                let Some(route) = &collection.route else { return Address::Unknown };
                let rel = within(page.path, &collection.folder).unwrap_or(page.path);
                let id = page
                    .matter
                    .raw(&["slug"])
                    .unwrap_or_else(|| bare(rel).split('/').map(slug::astro).collect::<Vec<_>>().join("/"));
                format!("{route}/{}", id.trim_matches('/'))
            }
        };
        let path = path.strip_suffix("/index").unwrap_or(&path);
        Address::At(match () {
            () if self.is_file && !path.is_empty() => format!("{path}.html"),
            () if self.no_slash && !path.is_empty() => path.to_owned(),
            () => format!("{path}/"),
        })
    }
}
