//! Jekyll: <https://jekyllrb.com/docs/permalinks/>.

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::{
    config::SiteConfig,
    page::{FileName, Page},
    pattern::expand,
    scheme::{Address, Scheme, glob, within},
    slug,
};

/// How Jekyll lays out a site.
#[derive(Debug)]
pub struct Jekyll {
    config: SiteConfig,
    excluded: Vec<Regex>,
    /// Which pages each set of values is for: the start of their path, and their kind.
    defaults: Vec<(String, Option<String>, Map<String, Value>)>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    /// A post, with the folders that are its categories.
    Post(&'a str),
    /// A document of a collection, with its path in there.
    Document(&'a str, &'a str),
    Page,
}

impl Jekyll {
    pub fn new(config: &SiteConfig) -> Self {
        let tables = config.get("defaults").and_then(Value::as_array);
        let default = |table: &Value| {
            let scope = |key: &str| table.get("scope")?.get(key)?.as_str().map(str::to_owned);
            Some((scope("path").unwrap_or_default(), scope("type"), table.get("values")?.as_object()?.clone()))
        };
        let mut defaults: Vec<_> = tables.into_iter().flatten().filter_map(default).collect();
        // The nearer the path, the later it is laid over.
        defaults.sort_by_key(|(path, ..)| path.len());
        let excluded = config.texts("exclude").iter().filter_map(|pattern| glob(pattern)).collect();
        Self { config: config.clone(), excluded, defaults }
    }

    fn kind<'a>(&self, path: &'a str) -> Kind<'a> {
        let path = self.config.text("collections_dir").and_then(|folder| within(path, folder)).unwrap_or(path);
        for folder in ["_posts", "_drafts"] {
            if within(path, folder).is_some() {
                return Kind::Post("");
            }
            if let Some((before, _)) = path.split_once(&format!("/{folder}/")) {
                return Kind::Post(before);
            }
        }
        match path.strip_prefix('_').and_then(|path| path.split_once('/')) {
            Some((label, rest)) => Kind::Document(label, rest),
            None => Kind::Page,
        }
    }

    /// The pattern that pages of a kind have where their front matter has none.
    fn pattern(&self, kind: Kind<'_>) -> String {
        let style = self.config.text("permalink").unwrap_or("date");
        match kind {
            Kind::Post(_) => self.config.text("collections.posts.permalink").unwrap_or(named(style)).to_owned(),
            Kind::Document(label, _) => {
                let own = self.config.text(&format!("collections.{label}.permalink")).map(named);
                own.unwrap_or(if named(style).ends_with('/') {
                    "/:collection/:path/"
                } else {
                    "/:collection/:path:output_ext"
                })
                .to_owned()
            }
            Kind::Page if named(style).ends_with('/') => "/:path/".to_owned(),
            Kind::Page => "/:path:output_ext".to_owned(),
        }
    }
}

/// The patterns that have a name.
fn named(style: &str) -> &str {
    match style {
        "date" => "/:categories/:year/:month/:day/:title:output_ext",
        "pretty" => "/:categories/:year/:month/:day/:title/",
        "ordinal" => "/:categories/:year/:y_day/:title:output_ext",
        "weekdate" => "/:categories/:year/W:week/:short_day/:title:output_ext",
        "none" => "/:categories/:title:output_ext",
        pattern => pattern,
    }
}

impl Scheme for Jekyll {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        if self.excluded.iter().any(|pattern| pattern.is_match(path)) {
            return Some("`exclude` names it");
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        match self.kind(path) {
            Kind::Post(_) if path.contains("_posts/") && FileName::of(name).date.is_none() => {
                Some("its name has no date")
            }
            Kind::Document(label, _) if self.config.flag(&format!("collections.{label}.output")) != Some(true) => {
                Some("its collection has no pages")
            }
            Kind::Page if path.split('/').any(|part| part.starts_with('_')) => Some("its folder has no pages"),
            _ => None,
        }
    }

    fn defaults(&self, path: &str) -> Map<String, Value> {
        let kind = match self.kind(path) {
            Kind::Post(_) => "posts",
            Kind::Document(label, _) => label,
            Kind::Page => "pages",
        };
        let mut all = Map::new();
        for (scope, of, values) in &self.defaults {
            let is_inside = scope.is_empty()
                || if scope.contains('*') {
                    glob(scope).is_some_and(|scope| scope.is_match(path))
                } else {
                    path.starts_with(scope.trim_start_matches('/'))
                };
            if is_inside && of.as_deref().is_none_or(|of| of == kind) {
                all.extend(values.clone());
            }
        }
        all
    }

    fn address(&self, page: &Page<'_>) -> Address {
        let kind = self.kind(page.path);
        let own = page.matter.raw(&["permalink"]).filter(|pattern| pattern != "true");
        let pattern = own.as_deref().map_or_else(|| self.pattern(kind), |own| named(own).to_owned());
        let rel = match kind {
            Kind::Document(_, rest) => rest,
            _ => page.path,
        };
        let base = rel.rsplit('/').next().unwrap_or_default();
        let name = FileName { date: None, ..FileName::of(base) };
        let bare = rel.rsplit_once('.').map_or(rel, |(bare, _)| bare);
        let own_slug = page.matter.raw(&["slug"]);
        let slug = own_slug.unwrap_or_else(|| match kind {
            Kind::Page => name.stem.to_owned(),
            _ => name.slug.to_owned(),
        });
        let categories = || {
            let folders = if let Kind::Post(before) = kind { before } else { "" };
            let mut all: Vec<String> =
                folders.split('/').filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
            for one in page.matter.words(&["category"]).into_iter().take(1).chain(page.matter.words(&["categories"])) {
                let one = one.to_lowercase();
                if !all.contains(&one) {
                    all.push(one);
                }
            }
            all
        };
        let path = expand(&pattern, page.local, |token| {
            Some(match token {
                "categories" => categories().join("/"),
                "slugified_categories" => {
                    categories().iter().map(|one| slug::jekyll(one)).collect::<Vec<_>>().join("/")
                }
                "title" => slug::jekyll_pretty(&slug),
                "slug" => slug::jekyll(&slug),
                "name" => slug::jekyll(name.stem),
                "basename" => name.stem.to_owned(),
                "path" => bare
                    .strip_suffix("/index")
                    .or(Some(bare).filter(|bare| *bare != "index"))
                    .unwrap_or_default()
                    .to_owned(),
                "collection" => {
                    if let Kind::Document(label, _) = kind {
                        label.to_owned()
                    } else {
                        "posts".to_owned()
                    }
                }
                "output_ext" => ".html".to_owned(),
                _ => return None,
            })
        });
        match path {
            Some(path) => Address::At(one_slash(&path)),
            None => Address::Unknown,
        }
    }
}

/// A path from the root without empty parts.
pub fn one_slash(path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    let mut out = String::from("/");
    for part in path.split_inclusive('/') {
        if part != "/" {
            out.push_str(part);
        }
    }
    out
}
