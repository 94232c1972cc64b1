//! VitePress: <https://vitepress.dev/guide/routing>.

use regex_lite::Regex;
use serde_json::Value;

use super::{
    config::SiteConfig,
    page::Page,
    scheme::{Address, Scheme, glob, within},
};

/// How VitePress lays out a site.
#[derive(Debug)]
pub struct Vitepress {
    source: String,
    is_clean: bool,
    excluded: Vec<Regex>,
    rewrites: Vec<(Regex, String)>,
}

impl Vitepress {
    pub fn new(config: &SiteConfig) -> Self {
        let rewrites = config.get("rewrites").and_then(Value::as_object);
        let rewrite = |(from, to): (&String, &Value)| {
            let to = to.as_str()?.trim_end_matches(".md").to_owned();
            Some((route(from)?, to))
        };
        Self {
            source: config.text("srcDir").unwrap_or("").to_owned(),
            is_clean: config.flag("cleanUrls") == Some(true),
            excluded: config.texts("srcExclude").iter().filter_map(|pattern| glob(pattern)).collect(),
            rewrites: rewrites.into_iter().flatten().filter_map(rewrite).collect(),
        }
    }
}

/// A route with `:name` and `:name*` for parts of a path.
fn route(pattern: &str) -> Option<Regex> {
    let mut out = String::from("^");
    for part in pattern.trim_end_matches(".md").split('/') {
        if out.len() > 1 {
            out.push('/');
        }
        let part = part.split('(').next().unwrap_or(part);
        match part.strip_prefix(':') {
            Some(name) if name.ends_with(['*', '+']) => {
                out.push_str(&format!("(?P<{}>.*)", name.trim_end_matches(['*', '+'])))
            }
            Some(name) => out.push_str(&format!("(?P<{name}>[^/]+)")),
            None => out.push_str(&regex_lite::escape(part)),
        }
    }
    Regex::new(&format!("{out}$")).ok()
}

impl Scheme for Vitepress {
    fn passes_over(&self, path: &str) -> Option<&'static str> {
        let Some(rel) = within(path, &self.source) else { return Some("it lies outside of the content") };
        self.excluded.iter().any(|pattern| pattern.is_match(rel)).then_some("`srcExclude` names it")
    }

    fn address(&self, page: &Page<'_>) -> Address {
        let rel = within(page.path, &self.source).unwrap_or(page.path);
        let bare = rel.rsplit_once('.').map_or(rel, |(bare, _)| bare);
        let rewritten = self.rewrites.iter().find_map(|(from, to)| {
            let found = from.captures(bare)?;
            let fill = |part: &str| match part.strip_prefix(':') {
                Some(name) => {
                    found.name(name.trim_end_matches(['*', '+'])).map_or("", |value| value.as_str()).to_owned()
                }
                None => part.to_owned(),
            };
            Some(to.split('/').map(fill).collect::<Vec<_>>().join("/"))
        });
        let path = rewritten.as_deref().unwrap_or(bare);
        let end = if self.is_clean { "" } else { ".html" };
        Address::At(match path.strip_suffix("index").filter(|rest| rest.is_empty() || rest.ends_with('/')) {
            Some(folder) => format!("/{folder}"),
            None => format!("/{path}{end}"),
        })
    }
}
