//! Pelican: <https://docs.getpelican.com/en/latest/settings.html#url-settings>.

use regex_lite::Regex;
use serde_json::{Map, Value, json};

use super::{
    config::SiteConfig,
    page::{FileName, Page},
    pattern::format_date,
    scheme::{Address, Scheme, within},
    slug,
};

/// How Pelican lays out a site.
#[derive(Debug)]
pub struct Pelican {
    config: SiteConfig,
    content: String,
    articles: Vec<String>,
    /// What the names of files say.
    metadata: Option<Regex>,
}

impl Pelican {
    pub fn new(config: &SiteConfig) -> Self {
        let articles = config.texts("ARTICLE_PATHS");
        Self {
            config: config.clone(),
            content: config.text("PATH").unwrap_or("content").to_owned(),
            articles: if articles.is_empty() { vec![String::new()] } else { articles },
            metadata: config.text("FILENAME_METADATA").and_then(|pattern| Regex::new(pattern).ok()),
        }
    }

    /// The setting for articles in their own or in the site's language.
    fn setting(&self, other_language: bool) -> &str {
        let (key, default) =
            if other_language { ("ARTICLE_LANG_URL", "{slug}-{lang}.html") } else { ("ARTICLE_URL", "{slug}.html") };
        self.config.text(key).unwrap_or(default)
    }
}

impl Scheme for Pelican {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        let Some(rel) = within(path, &self.content) else { return Some("it lies outside of the content") };
        let mut pages = self.config.texts("PAGE_PATHS");
        if pages.is_empty() {
            pages.push("pages".to_owned());
        }
        if pages.iter().any(|folder| within(rel, folder).is_some()) {
            return Some("it is a page of the site");
        }
        let is_article = self.articles.iter().any(|folder| within(rel, folder).is_some());
        (!is_article).then_some("it lies outside of the articles")
    }

    fn defaults(&self, path: &str) -> Map<String, Value> {
        let mut all = Map::new();
        if let Some(author) = self.config.text("AUTHOR") {
            all.insert("author".to_owned(), json!(author));
        }
        let parts: Vec<&str> = path.rsplit('/').collect();
        let stem = parts[0].rsplit_once('.').map_or(parts[0], |(stem, _)| stem);
        if let Some(found) = self.metadata.as_ref().and_then(|pattern| pattern.captures(stem)) {
            for name in self.metadata.iter().flat_map(Regex::capture_names).flatten() {
                if let Some(value) = found.name(name) {
                    all.insert(name.to_owned(), json!(value.as_str()));
                }
            }
        }
        let rel = within(path, &self.content).unwrap_or(path);
        let folder = rel.rsplit_once('/').map(|(folder, _)| folder.rsplit('/').next().unwrap_or_default());
        let folder = folder.filter(|_| self.config.flag("USE_FOLDER_AS_CATEGORY") != Some(false));
        let category = folder.or_else(|| self.config.text("DEFAULT_CATEGORY")).unwrap_or("misc");
        all.insert("category".to_owned(), json!(category));
        all
    }

    fn address(&self, page: &Page<'_>) -> Address {
        if let Some(own) = page.matter.raw(&["url"]) {
            return Address::At(format!("/{}", own.trim_start_matches('/')));
        }
        let name = FileName::of(page.path);
        let base = self.config.text("SLUGIFY_SOURCE") == Some("basename");
        let language = page.matter.raw(&["lang"]);
        let own = self.config.text("DEFAULT_LANG").unwrap_or("en");
        let pattern = self.setting(language.as_deref().is_some_and(|language| language != own));
        let mut out = String::from("/");
        let mut rest = pattern.trim_start_matches('/');
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((field, after)) = after.split_once('}') else { return Address::Unknown };
            let value = match field.split_once(':') {
                Some(("date", form)) => page.local.and_then(|date| format_date(form, date)),
                None if field == "slug" => {
                    let own = page.matter.raw(&["slug"]);
                    Some(own.unwrap_or_else(|| slug::pelican(if base { name.stem } else { page.title })))
                }
                None if field == "lang" => language.clone().or_else(|| Some(own.to_owned())),
                None => page.matter.raw(&[field]).map(|words| slug::pelican(&words)),
                _ => None,
            };
            let Some(value) = value else { return Address::Unknown };
            out.push_str(&value);
            rest = after;
        }
        out.push_str(rest);
        Address::At(out)
    }

    fn resource(&self, _page: &Page<'_>, _address: &str, file: &str) -> Option<String> {
        Some(format!("/{}", within(file, &self.content)?))
    }
}
