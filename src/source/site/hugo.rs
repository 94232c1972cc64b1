//! Hugo: <https://gohugo.io/content-management/urls/>.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::{
    config::{SiteConfig, entries},
    page::{FileName, Page},
    pattern::{expand, slice},
    scheme::{Address, Scheme, within},
    slug,
};
use crate::{
    source::front_matter::{self, KEYS},
    zone::Zone,
};

/// How Hugo lays out a site.
#[derive(Debug)]
pub struct Hugo {
    root: PathBuf,
    config: SiteConfig,
    /// Folders of content, each with the language that it is of.
    contents: Vec<(String, Option<String>)>,
    language: String,
    ignored: Vec<Regex>,
    /// Folders with an `_index`, within their content.
    sections: BTreeSet<String>,
    /// What an `_index` says of the pages below it, by its folder within the site.
    cascades: BTreeMap<String, Map<String, Value>>,
}

impl Hugo {
    pub fn new(root: &Path, config: &SiteConfig) -> Self {
        let content = config.text("contentDir").unwrap_or("content").trim_matches('/').to_owned();
        let languages = config.get("languages").and_then(Value::as_object);
        let own = languages.into_iter().flatten().filter_map(|(tag, table)| {
            let folder =
                table.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case("contentDir"))?.1.as_str()?;
            Some((folder.trim_matches('/').to_owned(), Some(tag.clone())))
        });
        let mut contents: Vec<(String, Option<String>)> = own.collect();
        // Where a folder of content is named after each language, the config mounts them, maybe out of sight.
        let language = config.text("defaultContentLanguage").unwrap_or("en").to_owned();
        if contents.is_empty() && root.join(&content).join(&language).is_dir() {
            let tags = languages.into_iter().flatten().map(|(tag, _)| tag);
            let folders = tags.map(|tag| (format!("{content}/{tag}"), Some(tag.clone())));
            contents.extend(folders.filter(|(folder, _)| root.join(folder).is_dir()));
        }
        // Folders within folders come first.
        contents.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        // Where the site's own language has a folder, there is no other content.
        if !contents.iter().any(|(folder, of)| *folder == content || *of == Some(language.clone())) {
            contents.push((content, None));
        }
        let ignored = config.texts("ignoreFiles").iter().filter_map(|pattern| Regex::new(pattern).ok()).collect();
        let mut hugo = Self {
            root: root.to_owned(),
            config: config.clone(),
            contents,
            language,
            ignored,
            sections: BTreeSet::new(),
            cascades: BTreeMap::new(),
        };
        if let Some(cascade) = cascade(config.get("cascade")) {
            hugo.cascades.insert(String::new(), cascade);
        }
        for (folder, _) in hugo.contents.clone() {
            hugo.read_sections(root, &folder, "", 0);
        }
        hugo
    }

    fn read_sections(&mut self, root: &Path, content: &str, inner: &str, depth: usize) {
        let folder = if inner.is_empty() { content.to_owned() } else { format!("{content}/{inner}") };
        for name in entries(&root.join(&folder)) {
            let path = root.join(&folder).join(&name);
            if name.starts_with("_index.") {
                self.sections.insert(inner.to_owned());
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                if let Ok((matter, _)) = front_matter::split(&text)
                    && let Some(cascade) = cascade(matter.value("cascade"))
                {
                    self.cascades.insert(folder.clone(), cascade);
                }
            } else if depth < 8 && !name.contains('.') && path.is_dir() {
                let inner = if inner.is_empty() { name } else { format!("{inner}/{name}") };
                self.read_sections(root, content, &inner, depth + 1);
            }
        }
    }

    /// The content that a path lies in, its language, and the path within it.
    fn content<'a>(&self, path: &'a str) -> Option<(&'a str, Option<&str>)> {
        self.contents.iter().find_map(|(folder, language)| Some((within(path, folder)?, language.as_deref())))
    }

    fn names_dates(&self) -> bool {
        self.config.texts("frontmatter.date").iter().any(|name| name == ":filename")
    }

    fn is_ugly(&self, section: &str) -> bool {
        match self.config.get("uglyURLs") {
            Some(Value::Object(sections)) => sections.get(section).and_then(Value::as_bool).unwrap_or_default(),
            Some(value) => value.as_bool().unwrap_or_default(),
            None => false,
        }
    }

    /// The address of the page in the site's own language that a translation lies beside.
    fn original(&self, path: &str, language: &str) -> Option<String> {
        let path = path.replace(&format!(".{language}."), ".");
        let text = std::fs::read_to_string(self.root.join(&path)).ok()?;
        let (matter, _) = front_matter::split(&text).ok()?;
        let title = matter.line(&["title"])?;
        let written = matter.date(&KEYS.published, Zone::utc()).ok()?.map(|date| date.naive_utc());
        let page = Page { path: &path, matter: &matter, title: &title, written, local: written };
        match self.address(&page) {
            Address::At(address) => Some(address),
            _ => None,
        }
    }

    /// The path of a page before its language.
    fn path(&self, page: &Page<'_>, rel: &str) -> Option<String> {
        let name = FileName::of(rel);
        let section = name.folders.first().copied().unwrap_or_default();
        let own = page.matter.raw(&["slug"]);
        let slug = own.or_else(|| (self.names_dates() && name.date.is_some()).then(|| name.slug.to_owned()));
        let permalinks = ["permalinks.page", "permalinks"];
        let pattern = permalinks.iter().find_map(|table| self.config.text(&format!("{table}.{section}")));
        let url = match page.matter.raw(&["url"]) {
            Some(url) if !url.contains(':') => return Some(with_ending(&url)),
            url => url,
        };
        let path = match url.as_deref().or(pattern) {
            Some(pattern) => {
                let sections: Vec<&str> = (0..name.folders.len())
                    .filter(|at| *at == 0 || self.sections.contains(&name.folders[..=*at].join("/")))
                    .map(|at| name.folders[at])
                    .collect();
                let path = expand(pattern, page.written, |token| {
                    let (token, range) = token.split_at(token.find('[').unwrap_or(token.len()));
                    let words = match token {
                        "section" | "sectionslug" => section.to_owned(),
                        "sections" | "sectionslugs" => {
                            let parts: Vec<String> =
                                slice(range, &sections).iter().map(|part| slug::hugo(part, true)).collect();
                            return Some(parts.join("/"));
                        }
                        "title" => page.title.to_owned(),
                        "slug" => slug.clone().unwrap_or_else(|| page.title.to_owned()),
                        "filename" | "contentbasename" => name.stem.to_owned(),
                        "slugorfilename" | "slugorcontentbasename" => {
                            slug.clone().unwrap_or_else(|| name.stem.to_owned())
                        }
                        _ => return None,
                    };
                    Some(slug::hugo(&words, false))
                })?;
                format!("/{}", path.trim_start_matches('/'))
            }
            None => {
                let last = slug.as_deref().unwrap_or(name.stem);
                let parts = name.folders.iter().copied().chain(last.split('/').filter(|part| !part.is_empty()));
                parts.map(|part| format!("/{}", slug::hugo(part, true))).collect()
            }
        };
        let path = if self.config.flag("disablePathToLower") == Some(true) { path } else { path.to_lowercase() };
        let bare = path.trim_end_matches('/');
        Some(if self.is_ugly(section) { format!("{bare}.html") } else { with_ending(&path) })
    }
}

impl Scheme for Hugo {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        if self.content(path).is_none() {
            return Some("it lies outside of the content");
        }
        self.ignored.iter().any(|pattern| pattern.is_match(path)).then_some("`ignoreFiles` names it")
    }

    fn defaults(&self, path: &str) -> Map<String, Value> {
        let mut all = Map::new();
        for (_, cascade) in self.cascades.iter().filter(|(folder, _)| within(path, folder).is_some()) {
            all.extend(cascade.clone());
        }
        all
    }

    fn address(&self, page: &Page<'_>) -> Address {
        let Some((rel, _)) = self.content(page.path) else { return Address::None };
        let Some(path) = self.path(page, rel) else { return Address::Unknown };
        if path.contains("://") {
            return Address::At(path);
        }
        let language = self.language(page.path).unwrap_or_else(|| self.language.clone());
        let own_site = self.config.text(&format!("languages.{language}.baseURL"));
        let is_rooted = page.matter.raw(&["url"]).is_some_and(|url| url.starts_with('/'));
        let in_subfolder =
            language != self.language || self.config.flag("defaultContentLanguageInSubdir") == Some(true);
        Address::At(match own_site {
            Some(base) => format!("{}{path}", base.trim_end_matches('/')),
            None if in_subfolder && !is_rooted => {
                format!("/{language}{}{path}", if path.starts_with('/') { "" } else { "/" })
            }
            None => path,
        })
    }

    fn resource(&self, page: &Page<'_>, address: &str, file: &str) -> Option<String> {
        let name = FileName::of(page.path);
        let (folder, _) = page.path.rsplit_once('/')?;
        let Some(rest) = within(file, folder).filter(|_| name.is_index) else {
            return Some(format!("/{}", self.content(file)?.0));
        };
        // Translations share the files of the page in the site's own language.
        let original = name.language.and_then(|language| self.original(page.path, language));
        let address = original.as_deref().unwrap_or(address);
        Some(format!("{}/{rest}", address.trim_end_matches(".html").trim_end_matches('/')))
    }

    fn language(&self, path: &str) -> Option<String> {
        let name = FileName::of(path).language.filter(|tag| self.config.get(&format!("languages.{tag}")).is_some());
        name.or_else(|| self.content(path)?.1).map(str::to_owned)
    }

    fn has_bundles(&self) -> bool {
        true
    }
}

/// A path that ends with a slash, unless it names a file.
fn with_ending(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.is_empty() || matches!(last.rsplit_once('.'), Some((_, "html" | "htm" | "xml" | "txt" | "php" | "aspx"))) {
        path.to_owned()
    } else {
        format!("{path}/")
    }
}

/// What a cascade says of all pages; one for some of them is left out.
fn cascade(value: Option<&Value>) -> Option<Map<String, Value>> {
    let of =
        |map: &Map<String, Value>| (!map.contains_key("_target") && !map.contains_key("target")).then(|| map.clone());
    match value? {
        Value::Object(map) => of(map),
        Value::Array(all) => {
            let all = all.iter().filter_map(|one| of(one.as_object()?));
            all.reduce(|mut all, one| {
                all.extend(one);
                all
            })
        }
        _ => None,
    }
}
