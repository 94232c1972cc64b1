//! Hexo: <https://hexo.io/docs/permalinks>.

use super::{
    config::SiteConfig,
    page::{FileName, Page},
    pattern::expand,
    scheme::{Address, Scheme, within},
    slug,
};

/// How Hexo lays out a site.
#[derive(Debug)]
pub struct Hexo {
    config: SiteConfig,
    source: String,
}

impl Hexo {
    pub fn new(config: &SiteConfig) -> Self {
        Self { config: config.clone(), source: config.text("source_dir").unwrap_or("source").to_owned() }
    }

    /// The path of a post among the posts.
    fn rel<'a>(&self, path: &'a str) -> Option<&'a str> {
        let inner = within(path, &self.source)?;
        within(inner, "_posts").or_else(|| within(inner, "_drafts"))
    }
}

impl Scheme for Hexo {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        self.rel(path).is_none().then_some("it lies outside of the posts")
    }

    fn address(&self, page: &Page<'_>) -> Address {
        if let Some(own) = page.matter.raw(&["permalink"]) {
            return Address::At(if own.contains("://") { own } else { format!("/{}", own.trim_start_matches('/')) });
        }
        let rel = self.rel(page.path).unwrap_or(page.path);
        let bare = rel.rsplit_once('.').map_or(rel, |(bare, _)| bare);
        let name = FileName::of(rel);
        let dated = self.config.text("new_post_name").is_some_and(|name| name.contains(":year"));
        let title = if dated && bare.ends_with(name.stem) {
            format!("{}{}", &bare[..bare.len() - name.stem.len()], name.slug)
        } else {
            bare.to_owned()
        };
        let category = || page.matter.words(&["categories", "category"]).first().cloned();
        let pattern = self.config.text("permalink").unwrap_or(":year/:month/:day/:title/");
        let path = expand(pattern, page.local, |token| {
            Some(match token {
                "title" => title.clone(),
                "name" => title.rsplit('/').next().unwrap_or_default().to_owned(),
                "post_title" => slug::zola(page.title),
                "category" => category()
                    .unwrap_or_else(|| self.config.text("default_category").unwrap_or("uncategorized").to_owned()),
                // The number that a database gave it, and hashes.
                "id" | "hash" => return page.matter.raw(&["id"]),
                "lang" => return page.matter.raw(&["lang"]),
                _ => return None,
            })
        });
        let Some(mut path) = path else { return Address::Unknown };
        if self.config.flag("pretty_urls.trailing_html") == Some(false) {
            path = path.trim_end_matches(".html").to_owned();
        }
        if self.config.flag("pretty_urls.trailing_index") == Some(false) {
            path = path.trim_end_matches("index.html").to_owned();
        }
        Address::At(format!("/{}", path.trim_start_matches('/')))
    }

    fn resource(&self, page: &Page<'_>, address: &str, file: &str) -> Option<String> {
        let assets = page.path.rsplit_once('.')?.0;
        match within(file, assets) {
            Some(rest) => Some(format!("{}{rest}", address.trim_end_matches("index.html"))),
            None => Some(format!("/{}", within(file, &self.source)?)),
        }
    }
}
