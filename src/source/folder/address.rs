//! Where a page of a folder is: what it says itself, what the config says, what the generator of its site makes.

use chrono::NaiveDateTime;
use url::Url;

use super::context::FolderContext;
use crate::source::site::{Address, FileName, Page, expand, slugged};

/// Where a page is.
pub struct PageAddress {
    /// Its path from the root of its site, or its whole address.
    pub path: Option<String>,
    pub url: Option<Url>,
    /// A program makes its address, and this is a guess.
    pub is_unknown: bool,
}

/// Makes the address of a page.
pub fn address(page: &Page<'_>, name: &FileName<'_>, about: &FolderContext<'_>) -> PageAddress {
    let mut is_unknown = false;
    let made = about.scheme.address(page);
    let own =
        ["url", "permalink", "path"].iter().any(|key| page.matter.value(key).is_some_and(|value| value.is_string()));
    let path = match (&about.options.permalink, made) {
        // What a post says of itself comes first.
        (None, Address::At(path)) => Some(path),
        (Some(_), Address::At(path)) if own && about.site.is_none() => Some(path),
        (_, Address::None) => None,
        (Some(pattern), _) => expand(pattern, page.written, |token| {
            Some(match token {
                "slug" | "slugorfilename" | "slugorcontentbasename" => {
                    page.matter.raw(&["slug"]).unwrap_or_else(|| name.slug.to_lowercase())
                }
                "filename" | "contentbasename" | "name" | "basename" => name.stem.to_owned(),
                "title" => slugged(page.title),
                "section" => name.folders.first().copied().unwrap_or_default().to_owned(),
                "sections" | "path" => name.folders.join("/"),
                "categories" => page
                    .matter
                    .words(&["category", "categories"])
                    .iter()
                    .map(|one| slugged(one))
                    .collect::<Vec<_>>()
                    .join("/"),
                "category" => {
                    page.matter.words(&["category", "categories"]).first().map(|one| slugged(one)).unwrap_or_default()
                }
                "output_ext" => ".html".to_owned(),
                _ => return None,
            })
        }),
        (None, Address::Unknown) => {
            is_unknown = true;
            let parts = name.folders.iter().copied().chain([name.slug]);
            Some(format!("/{}/", parts.collect::<Vec<_>>().join("/")))
        }
    };
    // Without a site, what a post says of itself begins at the host.
    let from_host = own && about.site.is_none();
    let url = path.as_deref().and_then(|path| match &about.base {
        Some(base) if from_host => base.join(path).ok().filter(|url| matches!(url.scheme(), "http" | "https")),
        _ => about.resolve(path),
    });
    PageAddress { path, url, is_unknown }
}

/// Says whether a pattern has only tokens that we know.
pub fn is_permalink(pattern: &str) -> bool {
    const TOKENS: &[&str] = &[
        "slug",
        "slugorfilename",
        "slugorcontentbasename",
        "filename",
        "contentbasename",
        "name",
        "basename",
        "title",
        "section",
        "sections",
        "path",
        "categories",
        "category",
        "output_ext",
    ];
    pattern.contains(':')
        && expand(pattern, Some(NaiveDateTime::default()), |token| TOKENS.contains(&token).then(String::new)).is_some()
}
