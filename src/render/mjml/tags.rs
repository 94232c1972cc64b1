//! Finished HTML and a selector in, the tags that it names out; and the tags rewritten in their places.
//!
//! The page is never written anew from a parser's tree: what stands in conditional comments would not survive that.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use dom_query::Document;

use crate::render::markup::{is_void, tag_length};

/// Carries a tag's number while the page is searched.
const NUMBER: &str = "data-tidings-number";

/// A page that can be asked for its elements.
pub(super) struct Searchable {
    tags: Vec<Range<usize>>,
    document: Document,
}

/// Makes a page searchable.
pub(super) fn searchable(html: &str) -> Searchable {
    let tags = start_tags(html);
    let mut numbered = String::with_capacity(html.len() + tags.len() * 32);
    let mut at = 0;
    for (number, tag) in tags.iter().enumerate() {
        let name = html[tag.clone()].find(|char: char| char.is_whitespace() || matches!(char, '/' | '>')).unwrap_or(1);
        let end = tag.start + name;
        numbered.push_str(&html[at..end]);
        numbered.push_str(&format!(" {NUMBER}=\"{number}\""));
        at = end;
    }
    numbered.push_str(&html[at..]);
    Searchable { tags, document: Document::from(numbered) }
}

impl Searchable {
    /// The numbers of the tags that a selector names; none where it is not understood.
    pub(super) fn find(&self, selector: &str) -> Vec<usize> {
        let Some(found) = self.document.try_select(selector) else { return Vec::new() };
        found.nodes().iter().filter_map(|node| node.attr(NUMBER)?.parse().ok()).collect()
    }

    /// The tag of a number as it stands in the page.
    pub(super) fn tag<'a>(&self, html: &'a str, number: usize) -> &'a str {
        self.tags.get(number).map_or("", |tag| &html[tag.clone()])
    }

    /// The page with some of its tags replaced.
    pub(super) fn replace(&self, html: &str, new: &BTreeMap<usize, String>) -> String {
        let mut out = String::with_capacity(html.len() + 1024);
        let mut at = 0;
        for (number, text) in new {
            let Some(tag) = self.tags.get(*number) else { continue };
            out.push_str(&html[at..tag.start]);
            out.push_str(text);
            at = tag.end;
        }
        out.push_str(&html[at..]);
        out
    }
}

/// Elements that may lack their end tag (HTML, 13.1.2.4): a parser knows where they end.
const IMPLIED: [&str; 15] =
    ["body", "colgroup", "dd", "dt", "head", "html", "li", "option", "p", "tbody", "td", "tfoot", "th", "thead", "tr"];

/// The page with the end tags that are missing, and without those that end nothing, as the reference leaves it when it
/// puts styles in: every browser would mend that in a way of its own.
pub(super) fn closed(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 256);
    let mut open: Vec<&str> = Vec::new();
    // How many of each are open: what ends nothing must not look through all of them.
    let mut count: HashMap<String, usize> = HashMap::new();
    let mut at = 0;
    for tag in tags(html) {
        out.push_str(&html[at..tag.start]);
        at = tag.end;
        let text = &html[tag];
        let name = tag_name(text);
        if !text.starts_with("</") {
            if !is_void(name) {
                *count.entry(name.to_ascii_lowercase()).or_default() += 1;
                open.push(name);
            }
        } else if count.get(&name.to_ascii_lowercase()).is_some_and(|count| *count > 0)
            && let Some(index) = open.iter().rposition(|known| known.eq_ignore_ascii_case(name))
        {
            for ended in &open[index..] {
                count.entry(ended.to_ascii_lowercase()).and_modify(|count| *count -= 1);
            }
            for lost in open.drain(index..).skip(1).rev() {
                if !IMPLIED.iter().any(|implied| implied.eq_ignore_ascii_case(lost)) {
                    out.push_str(&format!("</{lost}>"));
                }
            }
        } else if !matches!(name, "p" | "br") {
            continue;
        }
        out.push_str(text);
    }
    out.push_str(&html[at..]);
    out
}

fn tag_name(tag: &str) -> &str {
    let bare = tag.trim_start_matches(['<', '/']);
    &bare[..bare.find(|char: char| char.is_whitespace() || matches!(char, '/' | '>')).unwrap_or(bare.len())]
}

/// Where each start tag stands, but for those in comments, styles and scripts.
fn start_tags(html: &str) -> Vec<Range<usize>> {
    tags(html).into_iter().filter(|tag| !html[tag.clone()].starts_with("</")).collect()
}

/// The same, with end tags.
fn tags(html: &str) -> Vec<Range<usize>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = html.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        let rest = &html[start..];
        at = start + 1;
        if rest.starts_with("<!--") {
            at = start + rest.find("-->").map_or(rest.len(), |end| end + 3);
        } else if rest[1..].trim_start_matches('/').starts_with(|char: char| char.is_ascii_alphabetic()) {
            at = start + tag_length(rest);
            tags.push(start..at);
            for raw in ["style", "script"] {
                if rest[1..].starts_with(raw) {
                    at += html[at..].find(&format!("</{raw}")).unwrap_or(0);
                }
            }
        }
    }
    tags
}

/// The value of an attribute of a tag.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let at = position(tag, name)?;
    let value = &tag[at + name.len() + 2..];
    let quote = tag[at + name.len() + 1..].chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.split(quote).next()
}

/// A tag with an attribute set.
pub(super) fn with_attribute(tag: &str, name: &str, value: &str) -> String {
    let value = value.replace('"', "&quot;");
    match (position(tag, name), attribute(tag, name)) {
        (Some(at), Some(old)) => {
            let from = at + name.len() + 2;
            format!("{}\"{value}\"{}", &tag[..from - 1], &tag[from + old.len() + 1..])
        }
        _ => {
            let end = tag.trim_end_matches('>').trim_end_matches('/').trim_end().len();
            format!("{} {name}=\"{value}\"{}", &tag[..end], &tag[end..])
        }
    }
}

/// Where `name=` stands in a tag, outside of values.
fn position(tag: &str, name: &str) -> Option<usize> {
    let mut quote = None;
    for (at, octet) in tag.bytes().enumerate() {
        match (quote, octet) {
            (None, b'"' | b'\'') => quote = Some(octet),
            (Some(open), _) if open == octet => quote = None,
            (None, octet) if octet.is_ascii_whitespace() => {
                let rest = &tag[at + 1..];
                if rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')) {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_and_replaced_in_their_places() {
        let html = "<p class=\"a\">x<!--[if mso]><p class=\"a\"><![endif]--><br/><i title='a > b'>y</i></p>";
        let page = searchable(html);
        let numbers = page.find("p.a > i, br");
        assert_eq!(numbers, [1, 2]);
        let new = numbers.iter().map(|n| (*n, with_attribute(page.tag(html, *n), "id", "z"))).collect();
        let expect =
            "<p class=\"a\">x<!--[if mso]><p class=\"a\"><![endif]--><br id=\"z\"/><i title='a > b' id=\"z\">y</i></p>";
        assert_eq!(page.replace(html, &new), expect);
        assert!(page.find("p[[").is_empty());
    }

    #[test]
    fn what_was_not_closed_is_closed() {
        for (page, expect) in [
            ("<div><span>a<b>b</div>", "<div><span>a<b>b</b></span></div>"),
            ("<div><i>a</b></i></spam></div>", "<div><i>a</i></div>"),
            ("<ul><li>a<li><b>b</ul>", "<ul><li>a<li><b>b</b></ul>"),
            ("<p>a<br>b</br><img></img></p></p>", "<p>a<br>b</br><img></p></p>"),
            (
                "<div><!-- <i> --><!--[if mso]><td><![endif]--></div>",
                "<div><!-- <i> --><!--[if mso]><td><![endif]--></div>",
            ),
            ("<DIV><Em>a</div>", "<DIV><Em>a</Em></div>"),
        ] {
            assert_eq!(closed(page), expect);
        }
        let (many, stray) = ("<b>".repeat(50_000), "</i>".repeat(50_000));
        assert_eq!(closed(&format!("{many}{stray}")), many);
    }

    #[test]
    fn attributes_are_read_and_set() {
        let tag = "<td title=\"style=x\" style=\"a:b\" />";
        assert_eq!(attribute(tag, "style"), Some("a:b"));
        assert_eq!(with_attribute(tag, "style", "c:\"d\""), "<td title=\"style=x\" style=\"c:&quot;d&quot;\" />");
        assert_eq!(with_attribute("<td>", "align", "left"), "<td align=\"left\">");
    }
}
