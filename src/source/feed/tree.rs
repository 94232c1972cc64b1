//! The text of a feed in; its elements out, whatever is broken in it.
//!
//! Nothing is refused: an end tag that closes nothing is passed over, an element that is never closed ends with the one
//! around it, an entry where the next one begins; a bare `&` and an unknown entity are text; a namespace that nobody
//! knows is that of the feed, where it is the root's own.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use crate::html::{CDATA, Tag, Token, decode_entities, scan_xml};

/// An element, and what stands in it.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// In lower case, with the usual prefix of its namespace: `title`, `dc:creator`.
    pub name: Cow<'a, str>,
    pub tag: Tag<'a>,
    /// The source of what stands between its tags.
    pub inner: &'a str,
    /// Its elements, where they are more than markup of a text.
    pub children: Vec<Element<'a>>,
}

/// A feed's elements.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub root: Element<'a>,
    /// The entries, in their order, which stand in no other element's `children`.
    pub entries: Vec<Element<'a>>,
    /// An entry that the document breaks off in.
    pub unfinished: usize,
    /// The document ends before its root does.
    pub truncated: bool,
}

impl<'a> Element<'a> {
    /// The first element of this name that says something.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.all(name).find(|child| !child.is_blank())
    }

    /// The elements of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The value of an attribute, by its name without a prefix.
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        let local =
            |attribute: &str| attribute.rsplit(':').next() == Some(name) || attribute.eq_ignore_ascii_case(name);
        let found = self.tag.attributes().find(|there| local(there.name))?;
        Some(decode_entities(found.value.trim()))
    }

    fn is_blank(&self) -> bool {
        self.inner.trim().is_empty() && !self.tag.has_attributes()
    }

    /// What it says: its text with its entities replaced once; where tags stand in it, the source of all that, as HTML.
    pub fn text(&self) -> String {
        let holds_tags = scan_xml(self.inner).any(|token| matches!(token, Token::Start(_) | Token::End(_)));
        let mut out = String::with_capacity(self.inner.len());
        for token in scan_xml(self.inner) {
            match token {
                Token::Text(text) => match text.strip_prefix(CDATA).and_then(|text| text.strip_suffix("]]>")) {
                    Some(text) => out.push_str(text),
                    None if holds_tags => out.push_str(text),
                    None => out.push_str(&decode_entities(text)),
                },
                Token::Start(tag) | Token::End(tag) => push_tag(&mut out, tag),
                Token::Comment(_) => {}
            }
        }
        out
    }
}

/// Writes a tag as HTML has it: a prefix goes, and what is closed at once gets an end tag of its own.
fn push_tag(out: &mut String, tag: Tag<'_>) {
    let close = if tag.source.starts_with("</") { "</" } else { "<" };
    let (_, local) = split(tag.name);
    let rest = &tag.source[close.len() + tag.name.len()..];
    if close == "<" && tag.is_self_closing() && !crate::html::is_void(local) {
        out.extend([close, local, rest.trim_end_matches("/>"), "></", local, ">"]);
    } else {
        out.extend([close, local, rest]);
    }
}

/// Elements whose tags are markup of a text, not elements of the feed.
const TEXTS: &[&str] = &[
    "title",
    "description",
    "summary",
    "content",
    "content:encoded",
    "tagline",
    "info",
    "rights",
    "copyright",
    "body",
];
const ROOTS: &[&str] = &["rss", "feed", "rdf:rdf", "channel", "item", "entry"];
/// Deeper elements are none of a feed's.
const MAX_DEPTH: usize = 8;
/// So many namespaces are remembered.
const MAX_BINDINGS: usize = 64;

/// Reads the elements of a feed; `None` where it has none that a feed begins with.
pub(super) fn parse(text: &str) -> Option<Tree<'_>> {
    let mut parser = Parser::default();
    let mut at = 0;
    for token in scan_xml(text) {
        let start = at;
        at += token.source().len();
        match token {
            Token::Start(tag) => {
                let is_open = parser.open(text, tag, start, at);
                if is_open && tag.is_self_closing() {
                    parser.close_last(text, at);
                }
            }
            Token::End(tag) => parser.close(text, tag.name, start),
            _ => {}
        }
    }
    let truncated = !parser.open.is_empty();
    let unfinished = usize::from(parser.entry.is_some());
    parser.entry = None;
    parser.is_cut = true;
    while !parser.open.is_empty() {
        parser.close_last(text, at);
    }
    Some(Tree { root: parser.root?, entries: parser.entries, unfinished, truncated })
}

#[derive(Default)]
struct Parser<'a> {
    open: Vec<Open<'a>>,
    /// How many elements of a name are open.
    names: HashMap<String, usize>,
    /// Depth, prefix and known prefix of each namespace that was declared.
    bindings: Vec<(usize, &'a str, &'static str)>,
    /// The depth at which an entry is open.
    entry: Option<usize>,
    entries: Vec<Element<'a>>,
    root: Option<Element<'a>>,
    is_cut: bool,
}

struct Open<'a> {
    name: String,
    inner: usize,
    /// None for markup of a text.
    element: Option<Element<'a>>,
}

impl<'a> Parser<'a> {
    /// Opens an element; false for one that stands outside a feed.
    fn open(&mut self, text: &'a str, tag: Tag<'a>, start: usize, end: usize) -> bool {
        let name = self.name(tag);
        let is_entry = matches!(&*name, "item" | "entry");
        if let Some(depth) = self.entry.filter(|_| is_entry) {
            // An entry that the next one begins in was never closed.
            while self.open.len() > depth {
                self.close_last(text, start);
            }
        }
        // Some feeds stand in a web page, as it were.
        if self.open.is_empty() && (self.root.is_some() || !ROOTS.contains(&&*name)) {
            return false;
        }
        if is_entry {
            self.entry = Some(self.open.len());
        }
        let parent = self.open.last();
        let holds = parent.is_none_or(|open| open.element.as_ref().is_some_and(|e| !TEXTS.contains(&&*e.name)));
        let element =
            (holds && self.open.len() < MAX_DEPTH).then(|| Element { name, tag, inner: "", children: Vec::new() });
        let key = tag.name.to_ascii_lowercase();
        *self.names.entry(key.clone()).or_default() += 1;
        self.open.push(Open { name: key, inner: end, element });
        true
    }

    fn close(&mut self, text: &'a str, name: &str, at: usize) {
        let key = name.to_ascii_lowercase();
        if self.names.get(&key).is_none_or(|count| *count == 0) {
            return;
        }
        while self.close_last(text, at).is_some_and(|closed| closed != key) {}
    }

    fn close_last(&mut self, text: &'a str, at: usize) -> Option<String> {
        let Open { name, inner, element } = self.open.pop()?;
        if let Some(count) = self.names.get_mut(&name) {
            *count -= 1;
        }
        let depth = self.open.len();
        while self.bindings.last().is_some_and(|(of, ..)| *of >= depth) {
            self.bindings.pop();
        }
        if let Some(mut element) = element {
            element.inner = text.get(inner..at).unwrap_or_default();
            if self.entry == Some(depth) {
                self.entry = None;
                if depth == 0 {
                    // The document is a single entry.
                    let Element { name, tag, .. } = &element;
                    self.root = Some(Element { name: name.clone(), tag: *tag, inner: "", children: Vec::new() });
                }
                self.entries.push(element);
            } else if let Some(parent) = self.open.iter_mut().rev().find_map(|open| open.element.as_mut()) {
                if !(self.is_cut && matches!(&*element.name, "item" | "entry")) {
                    parent.children.push(element);
                }
            } else {
                self.root = Some(element);
            }
        }
        Some(name)
    }

    /// Notes the namespaces that `tag` declares, and names its element.
    fn name(&mut self, tag: Tag<'a>) -> Cow<'a, str> {
        let depth = self.open.len();
        if tag.source.contains("xmlns") {
            for attribute in tag.attributes() {
                let Some(prefix) = attribute.name.strip_prefix("xmlns") else { continue };
                let prefix = prefix.strip_prefix(':').unwrap_or(prefix);
                let unknown = if prefix.is_empty() && depth < 2 { "-" } else { "?" };
                let known = known_prefix(attribute.value).unwrap_or(unknown);
                if self.bindings.len() < MAX_BINDINGS {
                    self.bindings.push((depth, prefix, known));
                }
            }
        }
        let (prefix, local) = split(tag.name);
        let bound = self.bindings.iter().rev().find(|(_, there, _)| *there == prefix).map(|(.., known)| *known);
        let lower = |name: &'a str| {
            if name.bytes().any(|c| c.is_ascii_uppercase()) {
                name.to_ascii_lowercase().into()
            } else {
                Cow::Borrowed(name)
            }
        };
        match bound {
            Some("-") => lower(local),
            Some("?") if prefix.is_empty() => format!("?:{local}").into(),
            Some("?") | None if matches!(prefix, "" | "atom" | "a10" | "rss") => lower(local),
            Some("?") | None => lower(tag.name),
            Some(known) => format!("{known}:{}", local.to_ascii_lowercase()).into(),
        }
    }
}

fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// The prefix that stands for a namespace; the longest line that fits.
fn known_prefix(address: &str) -> Option<&'static str> {
    static KNOWN: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let lines = include_str!("namespaces.txt").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(char::is_whitespace)).map(|(p, a)| (p, a.trim())).collect()
    });
    let lower = address.trim().to_ascii_lowercase();
    let lower = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let fits = KNOWN.iter().filter(|(_, start)| lower.starts_with(start));
    fits.max_by_key(|(_, start)| start.len()).map(|(prefix, _)| *prefix)
}
