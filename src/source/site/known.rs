//! Which generator makes a site of a folder, and what its config says.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde::Deserialize;
use url::Url;

use super::config::{SiteConfig, entries};
use crate::{diagnostic::Diagnostic, zone::Zone};

/// A site by its folder.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its generator's name, as `Hugo`.
    pub generator: &'static str,
    /// Another generator that the same folder could be of.
    pub rival: Option<&'static str>,
    /// Where its config is.
    pub root: PathBuf,
    /// What its config says.
    pub config: SiteConfig,
    /// The files of its config that are there.
    pub files: Vec<PathBuf>,
    /// What of its config could not be read.
    pub problems: Vec<Diagnostic>,
    known: &'static KnownGenerator,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    generator: Vec<KnownGenerator>,
    keys: Keys,
    authors: AuthorPlaces,
}

/// By which files a generator is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownGenerator {
    name: String,
    configs: Vec<String>,
    #[serde(default)]
    overlay: Vec<String>,
    also: Option<String>,
    holds: Option<String>,
    url: Option<String>,
    posts: Vec<String>,
    #[serde(default)]
    statics: Vec<String>,
}

/// What configs call things, the surest first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    name: Vec<String>,
    language: Vec<String>,
    timezone: Vec<String>,
    author: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthorPlaces {
    pub(super) files: Vec<String>,
    pub(super) folders: Vec<String>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the table is ours, and a test reads it")]
    toml::from_str(include_str!("generators.toml")).expect("generators.toml is well-formed")
});

/// Where keys of authors lead to names.
pub(super) fn author_places() -> &'static AuthorPlaces {
    &KNOWN.authors
}

/// What data files call an author's name.
pub(super) fn author_keys() -> &'static [String] {
    &KNOWN.keys.author
}

/// A site's config is sought in so many folders, from the one that is named upwards.
const MAX_ABOVE: usize = 8;

impl Site {
    /// Finds the site that a folder belongs to: the nearest config of a generator, in the folder or above it, within its
    /// repository.
    pub fn of(folder: &Path) -> Option<Self> {
        let folder = folder.canonicalize().ok()?;
        for root in folder.ancestors().take(MAX_ABOVE) {
            let mut found = KNOWN.generator.iter().filter_map(|known| Self::read(root, known));
            if let Some(mut site) = found.next() {
                site.rival = found.map(|other| other.generator).find(|other| *other != site.generator);
                return Some(site);
            }
            if root.join(".git").exists() {
                break;
            }
        }
        None
    }

    fn read(root: &Path, known: &'static KnownGenerator) -> Option<Self> {
        if known.also.as_ref().is_some_and(|also| !also.split(' ').any(|also| root.join(also).exists())) {
            return None;
        }
        let mut site = Self {
            generator: &known.name,
            rival: None,
            root: root.to_owned(),
            config: SiteConfig::default(),
            files: Vec::new(),
            problems: Vec::new(),
            known,
        };
        for name in known.configs.iter().filter(|name| root.join(name).is_file()) {
            site.overlay(root.join(name), None);
        }
        for folder in &known.overlay {
            for name in entries(&root.join(folder)) {
                let Some((table, "toml" | "yaml" | "yml" | "json")) = name.rsplit_once('.') else { continue };
                let table = Some(table).filter(|table| !matches!(*table, "hugo" | "config"));
                site.overlay(root.join(folder).join(&name), table);
            }
        }
        // Its folder says it where there is no config in it.
        let is_it = !site.files.is_empty()
            || known.also.as_ref().is_some_and(|also| also.starts_with('.') && !also.contains(' '));
        // A broken config cannot be asked for a key.
        let holds = known
            .holds
            .as_ref()
            .is_none_or(|key| site.config.get(key).is_some() || site.is_named_in_a_broken_file(key));
        (is_it && holds).then_some(site)
    }

    fn overlay(&mut self, file: PathBuf, table: Option<&str>) {
        if let Err(broken) = self.config.overlay(&file, table) {
            self.problems.push(broken.hint("the posts come without what stands in it"));
        }
        self.files.push(file);
    }

    fn is_named_in_a_broken_file(&self, key: &str) -> bool {
        let names = |file: &PathBuf| std::fs::read_to_string(file).is_ok_and(|text| text.contains(key));
        !self.problems.is_empty() && self.files.iter().any(names)
    }

    /// Its address, with a slash at the end.
    pub fn address(&self) -> Option<Url> {
        let domain = || {
            // Pages of GitHub have their domain in a file.
            let file = std::fs::read_to_string(self.root.join("CNAME")).ok()?;
            Some(format!("https://{}", file.lines().next()?.trim()))
        };
        let named = self.known.url.as_ref().and_then(|key| self.config.text(key)).map(str::to_owned);
        let mut url =
            Url::parse(&named.or_else(domain)?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let base =
            ["baseurl", "base"].iter().find_map(|key| self.config.text(key)).filter(|base| base.starts_with('/'));
        if let Some(base) = base.filter(|_| url.path() == "/") {
            url.set_path(base);
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    }

    /// What it calls itself.
    pub fn name(&self) -> Option<&str> {
        // In a program, whatever it builds with has a name too.
        let is_safe = |key: &&String| *key != "name" || self.generator == "Eleventy";
        KNOWN.keys.name.iter().filter(is_safe).find_map(|key| self.config.text(key))
    }

    /// The tag of its language, as it writes it.
    pub fn language(&self) -> Option<&str> {
        KNOWN.keys.language.iter().find_map(|key| self.config.text(key))
    }

    /// The zone that times without an offset are of.
    pub fn zone(&self) -> Option<Zone> {
        KNOWN.keys.timezone.iter().find_map(|key| self.config.text(key))?.parse().ok()
    }

    /// The folder of its posts.
    pub fn posts(&self) -> PathBuf {
        let inner = self.known.posts.iter().map(|inner| self.root.join(inner)).find(|inner| inner.is_dir());
        inner.unwrap_or_else(|| self.root.clone())
    }

    /// The folders whose files stand at the root of the site.
    pub fn statics(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.known.statics.iter().map(|folder| self.root.join(folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_config_counts_and_a_second_generator_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let posts = dir.path().join("site/content/posts");
        std::fs::create_dir_all(&posts).unwrap();
        std::fs::write(dir.path().join("_config.yml"), "title: Outer\n").unwrap();
        assert_eq!(Site::of(&posts).unwrap().generator, "Jekyll");
        std::fs::write(dir.path().join("site/hugo.toml"), "baseURL = 'https://a.example'\ntitle = 'Inner'\n").unwrap();
        std::fs::write(dir.path().join("site/_config.yml"), "title: Rival\n").unwrap();
        let site = Site::of(&posts).unwrap();
        assert_eq!((site.generator, site.rival, site.name()), ("Hugo", Some("Jekyll"), Some("Inner")));
        assert_eq!(site.address().unwrap().as_str(), "https://a.example/");
    }

    #[test]
    fn a_broken_config_is_named_by_its_line() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("hugo.toml"), "title = 'A'\nbaseURL = \n").unwrap();
        let site = Site::of(dir.path()).unwrap();
        assert_eq!(site.problems[0].place.as_ref().unwrap().line, Some(2));
    }
}
