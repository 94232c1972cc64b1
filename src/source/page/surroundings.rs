//! What of a page is not its article, by the names that pages give to such parts.

use std::{collections::HashSet, sync::LazyLock};

use dom_query::{Document as Dom, NodeRef};
use url::Url;

use crate::{html, source::outline};

/// Words in a class or an id of parts that stand beside an article.
static PARTS: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("surroundings.txt").split_whitespace().collect());

/// Such names of more than one word.
const NAMES: &[&str] =
    &["table-of-contents", "cat-links", "tag-links", "tags-links", "post-tags", "widget-area", "most-read"];

const ROLES: &[&str] = &["dialog", "alertdialog", "navigation", "complementary", "contentinfo", "search", "banner"];

/// Takes navigation, banners, share links, comments and the like out of a page.
///
/// A part that holds the main heading or half of the words is none of these, whatever it is called.
pub(super) fn remove_surroundings(dom: &Dom) {
    for link in dom.select("h1 a, h2 a, h3 a, h4 a").nodes() {
        if matches!(link.text().trim(), "¶" | "#" | "§" | "🔗") {
            link.remove_from_parent();
        }
    }
    let body = dom.select("body");
    let half = body.text().trim().len() / 2;
    let beside: Vec<NodeRef<'_>> = body.select("*").nodes().iter().filter(|node| is_beside(node)).copied().collect();
    for node in beside {
        if node.text().trim().len() < half && !node.descendants_it().any(|inner| inner.has_name("h1")) {
            node.remove_from_parent();
        }
    }
}

fn is_beside(node: &NodeRef<'_>) -> bool {
    let named = |names: &[&str]| names.iter().any(|name| node.has_name(name));
    if named(&["nav", "aside", "footer", "dialog", "button"]) {
        return true;
    }
    // What a heading is made of has names, too: "toc-backref".
    let in_heading = node.parent().is_some_and(|outer| ["h1", "h2", "h3"].iter().any(|name| outer.has_name(name)));
    if in_heading || named(&["main", "article", "h1", "h2", "html", "body", "time", "p"]) {
        return false;
    }
    if node.attr("role").is_some_and(|role| ROLES.contains(&role.trim())) {
        return true;
    }
    let (class, id) = (node.attr("class").unwrap_or_default(), node.attr("id").unwrap_or_default());
    if class.is_empty() && id.is_empty() {
        return false;
    }
    let all = format!("{class} {id}").to_ascii_lowercase();
    NAMES.iter().any(|name| all.contains(name))
        || all.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| PARTS.contains(part))
}

/// The headings of the first level that name the article and not the site.
pub(super) fn headings(dom: &Dom, site: Option<&str>) -> Vec<String> {
    let own = |h1: &NodeRef<'_>, words: &str| {
        let mut links = h1.descendants_it().chain(h1.parent()).filter_map(|link| link.attr("href"));
        !links.any(|link| leads_home(&link)) && !site.is_some_and(|site| outline::same_title(site, words))
    };
    let all = dom.select("h1");
    let words = all.nodes().iter().map(|h1| (h1, html::plain_line(&h1.html())));
    words.filter(|(h1, words)| !words.is_empty() && own(h1, words)).map(|(_, words)| words).collect()
}

fn leads_home(link: &str) -> bool {
    let path = Url::parse(link).map(|url| url.path().to_owned()).unwrap_or_else(|_| link.trim().to_owned());
    matches!(path.as_str(), "" | "/" | "." | "./" | "/index.html" | "index.html" | "index.htm")
}
