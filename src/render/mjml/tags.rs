//! Finished HTML and a selector in, the tags that it names out; and the tags rewritten in their places.
//!
//! The page is never written anew from a parser's tree: what stands in conditional comments would not survive that.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use dom_query::Document;

use crate::html::{Tag, Token, is_one_of, is_void, scan};

/// Carries a tag's number while the page is searched.
const NUMBER: &str = "data-tidings-number";

/// A page that can be asked for its elements.
pub(super) struct Searchable {
    tags: Vec<Range<usize>>,
    document: Document,
}

/// Makes a page searchable.
pub(super) fn searchable(html: &str) -> Searchable {
    let mut tags = Vec::new();
    let mut numbered = String::with_capacity(html.len() * 2);
    let mut at = 0;
    for token in scan(html) {
        let source = token.source();
        match token {
            Token::Start(tag) => {
                let (start, rest) = source.split_at(1 + tag.name.len());
                numbered.push_str(&format!("{start} {NUMBER}=\"{}\"{rest}", tags.len()));
                tags.push(at..at + source.len());
            }
            _ => numbered.push_str(source),
        }
        at += source.len();
    }
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
    for token in scan(html) {
        match token {
            Token::Start(tag) if !is_void(tag.name) => {
                *count.entry(tag.name.to_ascii_lowercase()).or_default() += 1;
                open.push(tag.name);
            }
            Token::End(tag) if count.get(&tag.name.to_ascii_lowercase()).is_some_and(|count| *count > 0) => {
                let Some(index) = open.iter().rposition(|known| tag.is(&[known])) else { continue };
                for ended in &open[index..] {
                    count.entry(ended.to_ascii_lowercase()).and_modify(|count| *count -= 1);
                }
                for lost in open.drain(index..).skip(1).rev() {
                    if !is_one_of(lost, &IMPLIED) {
                        out.push_str(&format!("</{lost}>"));
                    }
                }
            }
            Token::End(tag) if !matches!(tag.name, "p" | "br") => continue,
            _ => {}
        }
        out.push_str(token.source());
    }
    out
}

/// The value of an attribute of a tag.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    Tag::parse(tag)?.attribute(name)
}

/// A tag with an attribute set.
pub(super) fn with_attribute(tag: &str, name: &str, value: &str) -> String {
    let value = value.replace('"', "&quot;");
    let old = Tag::parse(tag).and_then(|tag| tag.attributes().find(|old| old.name.eq_ignore_ascii_case(name)));
    match old {
        Some(old) => format!("{}{name}=\"{value}\"{}", &tag[..old.start], &tag[old.end..]),
        None => {
            let end = tag.trim_end_matches('>').trim_end_matches('/').trim_end().len();
            format!("{} {name}=\"{value}\"{}", &tag[..end], &tag[end..])
        }
    }
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
