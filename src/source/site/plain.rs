//! Folders that no generator is known of, and vaults of Obsidian, whose notes have no address of their own.

use regex_lite::Regex;

use super::{
    config::SiteConfig,
    eleventy::filled,
    jekyll::{Jekyll, one_slash},
    page::{FileName, Page},
    pattern::expand,
    scheme::{Address, Scheme, glob, within},
};

/// A folder whose addresses follow its paths.
#[derive(Debug, Default)]
pub struct Plain {
    ignored: Vec<Regex>,
}

impl Plain {
    /// A vault: its templates are no notes.
    pub fn vault(config: &SiteConfig) -> Self {
        let mut ignored = config.texts("userIgnoreFilters");
        ignored.extend(config.text("folder").map(|folder| format!("{folder}/**")));
        Self { ignored: ignored.iter().filter_map(|pattern| glob(pattern)).collect() }
    }
}

impl Scheme for Plain {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        self.ignored.iter().any(|pattern| pattern.is_match(path)).then_some("it is ignored")
    }

    fn address(&self, page: &Page<'_>) -> Address {
        let name = FileName::of(page.path);
        let own = page.matter.raw(&["url", "permalink", "path"]).filter(|own| own != "false" && own != "true");
        if let Some(own) = &own {
            let bare = page.path.rsplit_once('.').map_or(page.path, |(bare, _)| bare);
            let path = if own.contains("{{") {
                filled(own, page, &name, bare)
            } else if own.contains("://") {
                Some(own.clone())
            } else {
                expand(own, page.local, |token| match token {
                    "title" | "slug" => Some(name.slug.to_owned()),
                    "categories" => Some(page.matter.words(&["category", "categories"]).join("/").to_lowercase()),
                    _ => None,
                })
            };
            if let Some(path) = path {
                // A `path` is one of Zola's, which all end so.
                let is_path = page.matter.raw(&["url", "permalink"]).is_none();
                let end = if is_path && !path.ends_with('/') { "/" } else { "" };
                return Address::At(one_slash(&format!("{path}{end}")));
            }
        }
        // Posts of Jekyll are known by their folder.
        if name.folders.contains(&"_posts") && name.date.is_some() {
            return Jekyll::new(&SiteConfig::default()).address(page);
        }
        let slug = page.matter.raw(&["slug"]).unwrap_or_else(|| name.slug.to_owned());
        let parts = name.folders.iter().copied().filter(|folder| !folder.starts_with('_')).chain(slug.split('/'));
        Address::At(format!(
            "/{}/",
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/").replace('%', "%25")
        ))
    }

    fn resource(&self, page: &Page<'_>, address: &str, file: &str) -> Option<String> {
        let (folder, _) = page.path.rsplit_once('/').unwrap_or(("", page.path));
        let inside = within(file, folder).filter(|_| FileName::of(page.path).is_index && !folder.is_empty());
        Some(inside.map_or_else(|| format!("/{file}"), |rest| format!("{}/{rest}", address.trim_end_matches('/'))))
    }
}
