//! What a generator makes of the files of its site.

use std::fmt;

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::page::Page;

/// What a generator makes of the files of its site. Paths are within the site, `/` between their parts.
pub trait Scheme: fmt::Debug + Send + Sync {
    /// Says why a file at this path is no post of the site.
    fn passes_over(&self, path: &str) -> Option<&'static str>;

    /// Gives keys that a page has whose front matter lacks them.
    fn defaults(&self, _path: &str) -> Map<String, Value> {
        Map::new()
    }

    /// Makes the address of a page.
    fn address(&self, page: &Page<'_>) -> Address;

    /// Says where a file that lies among the pages is published, for the page at `address` that names it.
    fn resource(&self, _page: &Page<'_>, _address: &str, _file: &str) -> Option<String> {
        None
    }

    /// The language of the pages at a path.
    fn language(&self, _path: &str) -> Option<String> {
        None
    }

    /// Whether the texts beside an `index` are parts of that page.
    fn has_bundles(&self) -> bool {
        false
    }
}

/// Where a page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A path from the root of the site, or a whole address.
    At(String),
    /// A program makes it.
    Unknown,
    /// It has none.
    None,
}

/// Reads a glob: `*` within a part, `**` over parts, `?`, `{a,b}`, `[ab]`. `None` where it is none.
pub fn glob(pattern: &str) -> Option<Regex> {
    let mut out = String::from("^");
    let mut rest = pattern.trim().trim_start_matches("./").trim_start_matches('/');
    let mut braces = 0;
    while let Some(c) = rest.chars().next() {
        let (part, length) = match c {
            '*' if rest.starts_with("**/") => ("(.*/)?".to_owned(), 3),
            '*' if rest.starts_with("**") => (".*".to_owned(), 2),
            '*' => ("[^/]*".to_owned(), 1),
            '?' => ("[^/]".to_owned(), 1),
            '{' => ("(".to_owned(), 1),
            '}' if braces > 0 => (")".to_owned(), 1),
            ',' if braces > 0 => ("|".to_owned(), 1),
            '[' | ']' => (c.to_string(), 1),
            c if c.is_alphanumeric() || c == '/' || c == '_' => (c.to_string(), c.len_utf8()),
            c => (format!("\\{c}"), c.len_utf8()),
        };
        braces += i32::from(c == '{') - i32::from(c == '}' && braces > 0);
        out.push_str(&part);
        rest = &rest[length..];
    }
    // What names a folder means what is in it.
    out.push_str(if pattern.ends_with('/') { ".*$" } else { "(/.*)?$" });
    Regex::new(&out).ok()
}

/// The path within a folder; `None` where it lies elsewhere.
pub fn within<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let folder = folder.trim_matches(['/', '.']).trim_end_matches('/');
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_a_shell_does() {
        let check = |pattern: &str, path: &str| glob(pattern).unwrap().is_match(path);
        assert!(check("about.md", "about.md") && !check("about.md", "blog/about.md"));
        assert!(
            check("drafts/**", "drafts/a/b.md") && check("drafts", "drafts/a.md") && check("drafts/", "drafts/a.md")
        );
        assert!(check("**/README.md", "README.md") && check("**/README.md", "a/b/README.md"));
        assert!(check("*.{md,txt}", "a.txt") && !check("*.md", "a/b.md"));
        assert!(check("a+b (c).md", "a+b (c).md") && check("é?.md", "éa.md"));
        assert_eq!(within("src/posts/a.md", "./src/"), Some("posts/a.md"));
        assert_eq!(within("a.md", "."), Some("a.md"));
    }
}
