//! Zola: <https://www.getzola.org/documentation/content/page/>.

use regex_lite::Regex;

use super::{
    config::SiteConfig,
    page::{FileName, Page},
    scheme::{Address, Scheme, glob, within},
    slug,
};

/// How Zola lays out a site.
#[derive(Debug)]
pub struct Zola {
    language: String,
    keeps_paths: bool,
    ignored: Vec<Regex>,
}

impl Zola {
    pub fn new(config: &SiteConfig) -> Self {
        Self {
            language: config.text("default_language").unwrap_or("en").to_owned(),
            keeps_paths: matches!(config.text("slugify.paths"), Some("off" | "safe")),
            ignored: config.texts("ignored_content").iter().filter_map(|pattern| glob(pattern)).collect(),
        }
    }

    fn slug(&self, words: &str) -> String {
        if self.keeps_paths { words.to_owned() } else { slug::zola(words) }
    }
}

impl Scheme for Zola {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        let Some(rel) = within(path, "content") else { return Some("it lies outside of the content") };
        let base = rel.rsplit('/').next().unwrap_or_default();
        let is_ignored = self.ignored.iter().any(|pattern| pattern.is_match(rel) || pattern.is_match(base));
        is_ignored.then_some("`ignored_content` names it")
    }

    fn address(&self, page: &Page<'_>) -> Address {
        let name = FileName::of(within(page.path, "content").unwrap_or(page.path));
        let path = page.matter.raw(&["path"]).map(|path| path.trim_matches('/').to_owned()).unwrap_or_else(|| {
            let last = page.matter.raw(&["slug"]).unwrap_or_else(|| name.slug.to_owned());
            let parts = name.folders.iter().copied().chain([last.as_str()]);
            parts.map(|part| self.slug(part)).collect::<Vec<_>>().join("/")
        });
        match name.language.filter(|tag| *tag != self.language) {
            Some(tag) => Address::At(format!("/{tag}/{path}/")),
            None => Address::At(format!("/{path}/")),
        }
    }

    fn resource(&self, page: &Page<'_>, address: &str, file: &str) -> Option<String> {
        let (folder, _) = page.path.rsplit_once('/')?;
        match within(file, folder).filter(|_| FileName::of(page.path).is_index) {
            Some(rest) => Some(format!("{address}{rest}")),
            None => Some(format!("/{}", within(file, "content")?)),
        }
    }

    fn has_bundles(&self) -> bool {
        true
    }
}
