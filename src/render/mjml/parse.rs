//! MJML text in, a tree out; as forgiving as MJML's own parser where that loses nothing, and strict where it would.
//!
//! What stands in an element that ends the tree (`mj-text`, `mj-raw`, …) is HTML and is taken as it stands: an unclosed
//! `<p>`, `3 < 4`, CDATA, a template language. MJML's elements must match.

use super::{
    schema::element_schema,
    tree::{Attributes, Element, Place, Problem},
};
use crate::{
    diagnostic::Diagnostic,
    html::{self, is_void},
};

/// Elements may be nested this deep; MJML has no use for a tenth of it.
const DEPTH: usize = 64;

/// Encloses the place that a template's text had in its file ([`mark`]); no text of anybody holds it.
const MARK: char = '\u{f8f0}';

/// Writes where a tag stands in the file that it comes from; set after its name, it outlives a template engine.
pub(in crate::render) fn mark(place: (usize, usize)) -> String {
    format!("{MARK}{}:{}{MARK}", place.0, place.1)
}

/// Reads what stands in a mark.
fn marked(place: &str) -> Option<Place> {
    let (file, offset) = place.split_once(':')?;
    Some(Place { file: file.parse().ok()?, offset: offset.parse().ok()? })
}

/// Takes the marks out.
pub(in crate::render) fn unmark(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, piece) in text.split(MARK).enumerate() {
        if index % 2 == 0 {
            out.push_str(piece);
        }
    }
    out
}

/// Reads a document or a fragment of one: its elements in a row, comments as `mj-raw`.
///
/// # Errors
/// An element that is not closed, or closes another; nesting too deep.
pub(super) fn parse(text: &str, file: usize) -> Result<Vec<Element>, Problem> {
    let mut open: Vec<Element> = vec![Element::default()];
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        words(&mut open, &text[at..start]);
        let rest = &text[start..];
        let here = Place { file, offset: start };
        at = if let Some(comment) = rest.strip_prefix("<!--") {
            let end = comment.find("-->");
            let content = format!("<!--{}-->", &comment[..end.unwrap_or(comment.len())]);
            add(&mut open, Element { name: "mj-raw".to_owned(), content, at: here, ..Element::default() });
            start + end.map_or(rest.len(), |end| end + 7)
        } else if let Some(data) = rest.strip_prefix("<![CDATA[") {
            start + data.find("]]>").map_or(rest.len(), |end| end + 12)
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            start + rest.find('>').map_or(rest.len(), |end| end + 1)
        } else if let Some(closing) = rest.strip_prefix("</") {
            let end = closing.find('>').unwrap_or(closing.len());
            let name = unmark(closing[..end].trim()).to_ascii_lowercase();
            let here = closing[..end].split(MARK).nth(1).and_then(marked).unwrap_or(here);
            close(&mut open, &name, here)?;
            start + (end + 3).min(rest.len())
        } else if rest[1..].starts_with(|char: char| char.is_ascii_alphabetic()) {
            start + element(&mut open, rest, here)?
        } else {
            start + 1
        };
    }
    words(&mut open, text.get(at..).unwrap_or_default());
    match open.pop() {
        Some(root) if open.is_empty() => Ok(root.children),
        Some(last) => Err(Problem::new(format!("`<{}>` is never closed", last.name), last.at)),
        None => Ok(Vec::new()),
    }
}

/// Reads the element at the start of `rest`, and returns how many octets it takes; its content too where it ends the
/// tree.
fn element(open: &mut Vec<Element>, rest: &str, here: Place) -> Result<usize, Problem> {
    let Tag { name, attributes, mark, length, closed } = tag(rest);
    let at = mark.unwrap_or(here);
    let mut element = Element { name, attributes, at, ..Element::default() };
    if closed || (element_schema(&element.name).is_none() && is_void(&element.name)) {
        add(open, element);
        return Ok(length);
    }
    if element_schema(&element.name).is_some_and(|known| known.holds_html) {
        let Some((content, end)) = content(&rest[length..], &element.name) else {
            return Err(Problem::new(format!("`<{}>` is never closed", element.name), at));
        };
        element.content = unmark(content.trim());
        add(open, element);
        return Ok(length + end);
    }
    if open.len() > DEPTH {
        return Err(Problem::new(format!("elements are nested more than {DEPTH} deep"), at));
    }
    open.push(element);
    Ok(length)
}

/// The content up to the tag that closes it, and where that tag ends; elements of its kind inside are part of it.
fn content<'a>(rest: &'a str, name: &str) -> Option<(&'a str, usize)> {
    let (mut depth, mut at) = (1, 0);
    while let Some(found) = rest.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        let here = &rest[start..];
        at = start + 1;
        if here.starts_with("<!--") {
            at = start + here.find("-->").map_or(1, |end| end + 3);
        } else if let Some(closing) = here.strip_prefix("</") {
            let end = closing.find('>').unwrap_or(closing.len());
            let closed = unmark(closing[..end].trim()).to_ascii_lowercase();
            if element_schema(&closed).is_some_and(|known| known.holds_html) {
                depth -= 1;
                at = start + (end + 3).min(here.len());
                if depth == 0 && closed != name {
                    return None;
                }
                if depth == 0 {
                    return Some((&rest[..start], at));
                }
            }
        } else if is_tag(here) {
            let tag = tag(here);
            if !tag.closed && element_schema(&tag.name).is_some_and(|known| known.holds_html) {
                depth += 1;
            }
            at = start + tag.length;
            if matches!(tag.name.as_str(), "script" | "style") {
                let end = format!("</{}", tag.name);
                at += rest[at..].to_ascii_lowercase().find(&end).unwrap_or(0);
            }
        }
    }
    None
}

/// Says whether a start tag begins here, and no comparison (`a<b?`).
fn is_tag(rest: &str) -> bool {
    let ends = |char: char| char.is_whitespace() || matches!(char, '/' | '>' | MARK);
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | ':');
    rest[1..].starts_with(|char: char| char.is_ascii_alphabetic())
        && rest[1..].chars().find(|char| !is_name(*char)).is_none_or(ends)
}

/// A start tag.
struct Tag {
    name: String,
    attributes: Attributes,
    mark: Option<Place>,
    /// Octets up to and with its `>`.
    length: usize,
    /// It ends with `/>`.
    closed: bool,
}

/// Reads a start tag, with the mark that stands at its name; one that the text ends in has no attributes.
fn tag(rest: &str) -> Tag {
    let Some(read) = html::Tag::parse(rest) else {
        let end = rest[1..].find(|char: char| char.is_whitespace() || matches!(char, '/' | MARK));
        let name = rest[1..end.map_or(rest.len(), |end| end + 1)].to_ascii_lowercase();
        return Tag { name, attributes: Attributes::default(), mark: None, length: rest.len(), closed: false };
    };
    let mut attributes = Attributes::default();
    for attribute in read.attributes() {
        if attributes.get(attribute.name).is_none() {
            attributes.0.push((attribute.name.to_owned(), attribute.value.to_owned()));
        }
    }
    let mark = read.name.split(MARK).nth(1).and_then(marked);
    let name = unmark(read.name).to_ascii_lowercase();
    Tag { name, attributes, mark, length: read.source.len(), closed: read.is_self_closing() }
}

/// Closes the element that is open.
fn close(open: &mut Vec<Element>, name: &str, here: Place) -> Result<(), Problem> {
    if is_void(name) && element_schema(name).is_none() {
        return Ok(());
    }
    match open.pop() {
        Some(last) if last.name == name && !open.is_empty() => {
            add(open, last);
            Ok(())
        }
        Some(last) if !open.is_empty() => {
            let shown = Diagnostic::new(format!("`</{name}>` closes `<{}>`", last.name));
            Err(Problem::new(shown.hint("every tag must be closed, the last opened first"), here))
        }
        _ => Err(Problem::new(format!("`</{name}>` closes nothing"), here)),
    }
}

fn add(open: &mut [Element], child: Element) {
    if let Some(last) = open.last_mut() {
        last.children.push(child);
    }
}

/// Text between elements has no place in MJML, but some elements are made of it.
fn words(open: &mut [Element], text: &str) {
    if let Some(last) = open.last_mut()
        && !text.trim().is_empty()
    {
        last.content.push_str(text.trim());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(text: &str) -> Element {
        parse(text, 0).unwrap().remove(0)
    }

    #[track_caller]
    fn fails(text: &str, what: &str, offset: usize) {
        let problem = parse(text, 0).unwrap_err();
        assert!(problem.shown.to_string().contains(what), "{problem:?}");
        assert_eq!(problem.at.unwrap().offset, offset);
    }

    #[test]
    fn content_is_taken_as_it_stands() {
        let text = |content: &str| one(&format!("<mj-text>{content}</mj-text>")).content;
        for content in
            ["<p>a<p>b", "3 < 4 & more", "<![CDATA[x]]>", "{% if x < 3 %}y{% endif %}", "<br></br>", "<B>x</B>"]
        {
            assert_eq!(text(content), content);
        }
        assert_eq!(one("<mj-raw><!-- </mj-raw> --><i>x</i></mj-raw>").content, "<!-- </mj-raw> --><i>x</i>");
    }

    #[test]
    fn many_comparisons_are_read_in_no_time() {
        let content = "<".repeat(300_000);
        assert_eq!(one(&format!("<mj-text>{content}</mj-text>")).content, content);
    }

    #[test]
    fn attributes_are_read_in_every_form() {
        let attributes = one("<mj-image src='a \"b\"' alt=\"\" width=10px fluid/>").attributes;
        let pairs: Vec<_> = attributes.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("src", "a \"b\""), ("alt", ""), ("width", "10px"), ("fluid", "")]);
        assert_eq!(one("<mj-image src=\"a\" src=\"b\" />").attributes.get("src"), Some("a"));
    }

    #[test]
    fn comments_and_declarations_may_stand_anywhere() {
        let text = "<?xml version=\"1.0\"?><!doctype mjml>\r\n<mjml><!-- a --><mj-body></mj-body></mjml>";
        let root = one(text);
        assert_eq!(root.children[0].content, "<!-- a -->");
        assert_eq!(root.children[1].name, "mj-body");
    }

    #[test]
    fn elements_must_match() {
        fails("<mjml><mj-body>", "`<mj-body>` is never closed", 6);
        fails("<mjml><mj-body></mjml>", "`</mjml>` closes `<mj-body>`", 15);
        fails("<mjml></mjml></mj-body>", "closes nothing", 13);
        fails("<mjml><mj-text>x</mjml>", "`<mj-text>` is never closed", 6);
        fails(&"<mj-section>".repeat(100), "nested", 64 * 12);
    }

    #[test]
    fn a_mark_tells_where_a_tag_comes_from() {
        let text = format!("<mjml{}><mj-text{} color=\"red\">x</mj-text></mjml>", mark((2, 7)), mark((3, 9)));
        let root = one(&text);
        assert_eq!(root.at, Place { file: 2, offset: 7 });
        assert_eq!(root.children[0].at, Place { file: 3, offset: 9 });
        assert_eq!(unmark(&text), "<mjml><mj-text color=\"red\">x</mj-text></mjml>");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[<>/a-z\"'= \u{f8f0}\u{e9}:0-9!-]{0,80}") {
            let _ = parse(&text, 0);
            let _ = parse(&format!("<mj-text {text}"), 0);
        }
    }
}
