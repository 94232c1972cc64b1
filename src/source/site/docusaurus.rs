//! Docusaurus: <https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog>.

use super::{
    config::SiteConfig,
    page::{FileName, Page},
    scheme::{Address, Scheme, within},
};

/// How Docusaurus lays out a blog.
#[derive(Debug)]
pub struct Docusaurus {
    blog: String,
    base: String,
    slash: bool,
}

impl Docusaurus {
    pub fn new(config: &SiteConfig) -> Self {
        let option = |key: &str, default: &str| {
            config.text(&format!("blog.{key}")).unwrap_or(default).trim_matches(['.', '/']).to_owned()
        };
        Self {
            blog: option("path", "blog"),
            base: option("routeBasePath", "blog"),
            slash: config.flag("trailingSlash") == Some(true),
        }
    }
}

impl Scheme for Docusaurus {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        let Some(rel) = within(path, &self.blog) else { return Some("it lies outside of the blog") };
        rel.split('/').any(|part| part.starts_with('_')).then_some("its name begins with an underscore")
    }

    fn address(&self, page: &Page<'_>) -> Address {
        let name = FileName::of(within(page.path, &self.blog).unwrap_or(page.path));
        let path = match page.matter.raw(&["slug"]) {
            Some(slug) => slug.trim_matches('/').to_owned(),
            None => match name.date {
                Some(day) => {
                    // What stands before the date is a part of the address, the date has its own form.
                    let folders: Vec<&str> =
                        name.folders.iter().copied().take_while(|part| part.parse::<u16>().is_err()).collect();
                    let is_nested = name.slug == name.stem && name.folders.len() != folders.len();
                    let digits = name.slug.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
                    let last =
                        if is_nested && digits <= 2 { name.slug[digits..].trim_start_matches('-') } else { name.slug };
                    let day = day.format("%Y/%m/%d").to_string();
                    folders
                        .into_iter()
                        .chain([day.as_str(), last])
                        .filter(|part| !part.is_empty())
                        .collect::<Vec<_>>()
                        .join("/")
                }
                None => name.folders.iter().copied().chain([name.stem]).collect::<Vec<_>>().join("/"),
            },
        };
        let end = if self.slash { "/" } else { "" };
        let base = if self.base.is_empty() { String::new() } else { format!("/{}", self.base) };
        Address::At(format!("{base}/{path}{end}"))
    }
}
