//! What is known of a folder before its files are read.

use std::{collections::HashMap, path::Path};

use chrono::{DateTime, Utc};
use regex_lite::Regex;
use url::Url;

use crate::{
    diagnostic::{Diagnostic, Place},
    source::{
        document::Problem,
        kind::FolderOptions,
        site::{self, Scheme, Site, within},
    },
    zone::Zone,
};

/// A folder, how it is read, and the site that it belongs to.
pub struct FolderContext<'a> {
    pub folder: &'a Path,
    pub options: &'a FolderOptions,
    pub excluded: Vec<Regex>,
    pub source: &'a str,
    pub zone: Zone,
    pub now: DateTime<Utc>,
    pub site: Option<&'a Site>,
    pub scheme: Box<dyn Scheme>,
    pub authors: HashMap<String, String>,
    /// The site's address.
    pub base: Option<Url>,
    /// The path of the folder within the site, with a slash at the end where it is not the site itself.
    pub inside: String,
}

impl<'a> FolderContext<'a> {
    pub fn new(
        folder: &'a Path,
        options: &'a FolderOptions,
        source: &'a str,
        zone: Zone,
        now: DateTime<Utc>,
        site: Option<&'a Site>,
    ) -> Self {
        let (scheme, authors) = site::open(site);
        let inner =
            site.and_then(|site| Some(folder.canonicalize().ok()?.strip_prefix(&site.root).ok()?.to_str()?.to_owned()));
        let inside = inner.filter(|inner| !inner.is_empty()).map_or_else(String::new, |inner| format!("{inner}/"));
        let excluded = options.exclude.iter().filter_map(|glob| glob.regex()).collect();
        let base = options.base_url.clone().or_else(|| site?.address());
        Self { folder, options, excluded, source, zone, now, site, scheme, authors, base, inside }
    }

    pub fn generator(&self) -> &'static str {
        self.site.map_or("the site", |site| site.generator)
    }

    /// Names a file as the reader of `status` knows it: `posts/bad.md:3`.
    pub fn problem(&self, path: &str, line: Option<usize>, message: String) -> Problem {
        let folder = self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let place = Place { file: format!("{folder}{path}"), line, column: None };
        Problem::new(self.source, Diagnostic::new(message).at(place))
    }

    /// The address at a path from the root of the site.
    pub fn resolve(&self, path: &str) -> Option<Url> {
        if let Some(whole) = Url::parse(path).ok().filter(|url| url.has_host()) {
            return Some(whole).filter(|url| matches!(url.scheme(), "http" | "https"));
        }
        let base = self.base.as_ref()?;
        let path = path.trim_start_matches('/');
        // A section that the address given for the site ends with is no part of it.
        let own = self.site.and_then(Site::address);
        let section = base.path().trim_matches('/');
        let is_own = own.is_some_and(|own| own.path() == base.path());
        let path = if section.is_empty() || is_own { path } else { within(path, section).unwrap_or(path) };
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path()));
        Some(url)
    }
}
