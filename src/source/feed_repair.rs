//! Makes a broken feed readable: what no XML parser takes goes, and the entries that are whole are read even
//! where the document around them is not.

mod json;
mod repaired;

use feed_rs::{model::Feed, parser::Parser};

use repaired::Repaired;

/// Reads a feed; where the document is broken, entry by entry.
///
/// Each attempt takes a parser of its own: one that has failed panics when it is used again.
///
/// # Errors
/// In words, when not even the beginning is that of a feed.
pub fn read(text: String, parser: &dyn Fn() -> Parser) -> Result<Repaired, String> {
    let text = prepare(text);
    let truncated = is_truncated(&text);
    let error = match parser().parse(text.as_bytes()) {
        Ok(feed) => {
            let lost = usize::from(truncated && has_unfinished_entry(&text));
            return Ok(Repaired { feed, lost, truncated });
        }
        Err(error) => error.to_string(),
    };
    if text.trim_start().starts_with('{') {
        return json::read(&text, parser).ok_or(error);
    }
    let Some(document) = FeedPieces::of(&text) else { return Err(error) };
    let mut lost = document.unfinished;
    let mut feed: Option<Feed> = None;
    document.read(&document.entries, parser, &mut feed, &mut lost);
    match feed {
        Some(feed) => Ok(Repaired { feed, lost, truncated }),
        None => {
            let feed = parser().parse(document.around(&[]).as_bytes()).map_err(|_| error)?;
            Ok(Repaired { feed, lost, truncated })
        }
    }
}

/// Removes the XML declaration, whose encoding no longer holds, control characters, and what stands before
/// the root; gives RSS a version that the parser knows.
fn prepare(mut text: String) -> String {
    // Hardly any feed holds one: its octets say so in a fraction of the time that its characters would take.
    if text.bytes().any(|octet| octet < b' ' && !b"\t\n\r".contains(&octet) || octet == 0xef)
        && text.contains(is_illegal)
    {
        text.retain(|c| !is_illegal(c));
    }
    let start = text.len() - text.trim_start().len();
    if text[start..].starts_with("<?xml") {
        let end = text[start..].find("?>").map_or(start, |at| start + at + 2);
        text.replace_range(..end, "");
    }
    if text.contains("<media:thumbnail") && !text.contains("<media:content") {
        // The parser drops a thumbnail that accompanies nothing.
        text = text.replace("<media:thumbnail", "<media:content type=\"image/jpeg\"");
        text = text.replace("</media:thumbnail", "</media:content");
    }
    text = modern(text);
    if let Some(at) = find_root(&text, "<rss") {
        text = with_plain_titles(text);
        let end = text[at..].find('>').map_or(text.len(), |end| at + end);
        let root = &text[at..end];
        let known = ["2.0", "0.91", "0.92"];
        if !known.iter().any(|known| root.contains(&format!("version=\"{known}\""))) {
            let kept = without_version(root);
            text.replace_range(at..end, &kept.replacen("<rss", "<rss version=\"2.0\"", 1));
        }
    }
    text
}

/// Gives the forms before RSS 1.0 and Atom 1.0 the names that came after them.
fn modern(mut text: String) -> String {
    const NETSCAPE: [&str; 2] =
        ["http://my.netscape.com/rdf/simple/0.9/", "http://channel.netscape.com/rdf/simple/0.9/"];
    const ATOM: [(&str, &str); 2] = [("issued", "published"), ("modified", "updated")];
    for old in NETSCAPE.iter().filter(|old| find_root(&text, old).is_some()).collect::<Vec<_>>() {
        text = text.replacen(old, "http://purl.org/rss/1.0/", 1);
    }
    if find_root(&text, "http://purl.org/atom/ns#").is_some() {
        text = text.replacen("http://purl.org/atom/ns#", "http://www.w3.org/2005/Atom", 1);
        for (old, new) in ATOM {
            text = text
                .replace(&format!("<{old}>"), &format!("<{new}>"))
                .replace(&format!("</{old}>"), &format!("</{new}>"));
        }
    }
    text
}

/// Markup inside the titles of RSS, which the parser takes for other elements, becomes their text.
fn with_plain_titles(text: String) -> String {
    const LONGEST: usize = 1_000;
    let mut out = String::new();
    let mut done = 0;
    for (at, open) in text.match_indices("<title>") {
        let from = at + open.len();
        let near = &text[from..text.floor_char_boundary(from + LONGEST)];
        let Some(inner) = near.find("</title>").map(|end| &near[..end]) else { continue };
        let marked =
            inner.contains('<') && !["<![CDATA[", "]]>", "<item", "<title"].iter().any(|no| inner.contains(no));
        if marked {
            out.extend([&text[done..from], "<![CDATA[", inner, "]]>"]);
            done = from + inner.len();
        }
    }
    if done == 0 {
        return text;
    }
    out.push_str(&text[done..]);
    out
}

fn without_version(root: &str) -> String {
    let Some(at) = root.find("version") else { return root.to_owned() };
    let Some(open) = root[at..].find(['"', '\'']).map(|open| at + open) else { return root.to_owned() };
    let quote = &root[open..=open];
    let close = root[open + 1..].find(quote).map_or(root.len(), |close| open + 1 + close + 1);
    format!("{}{}", &root[..at], &root[close..])
}

fn is_illegal(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}')
}

/// The root stands near the start, behind comments and stylesheets at most.
fn find_root(text: &str, root: &str) -> Option<usize> {
    let mut end = text.len().min(4_096);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].find(root)
}

fn is_truncated(text: &str) -> bool {
    let tail = text.trim_end();
    let mut start = tail.len().saturating_sub(2_000);
    while !tail.is_char_boundary(start) {
        start += 1;
    }
    let tail = &tail[start..];
    text.trim_start().starts_with('<') && !["</rss", "</feed", "RDF>", "</entry"].iter().any(|end| tail.contains(end))
}

fn has_unfinished_entry(text: &str) -> bool {
    FeedPieces::of(text).is_some_and(|document| document.unfinished > 0)
}

/// A feed cut at its entries.
struct FeedPieces<'a> {
    head: &'a str,
    entries: Vec<&'a str>,
    unfinished: usize,
    tail: &'static str,
}

impl<'a> FeedPieces<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (open, close, tail) = if find_root(text, "<feed").is_some() {
            ("<entry", "</entry>", "</feed>")
        } else if find_root(text, "<rss").is_some() {
            ("<item", "</item>", "</channel></rss>")
        } else if find_root(text, "<rdf:RDF").is_some() {
            ("<item", "</item>", "</rdf:RDF>")
        } else {
            return None;
        };
        let mut rest = text;
        let mut head = None;
        let mut entries = Vec::new();
        let mut unfinished = 0;
        while let Some(at) = find_tag(rest, open) {
            head.get_or_insert(&text[..text.len() - rest.len() + at]);
            rest = &rest[at..];
            // An entry that the next one begins in was never closed.
            let close_at = rest.find(close).map(|end| end + close.len());
            let next = find_tag(&rest[1..], open).map(|next| next + 1);
            match (close_at, next) {
                (Some(end), next) if next.is_none_or(|next| end <= next) => {
                    entries.push(&rest[..end]);
                    rest = &rest[end..];
                }
                (_, next) => {
                    unfinished += 1;
                    rest = next.map_or("", |next| &rest[next..]);
                }
            }
        }
        Some(Self { head: head.unwrap_or(text), entries, unfinished, tail })
    }

    fn around(&self, entries: &[&str]) -> String {
        let size: usize = entries.iter().map(|entry| entry.len()).sum();
        let mut document = String::with_capacity(self.head.len() + size + self.tail.len());
        document.push_str(self.head);
        document.extend(entries.iter().copied());
        document.push_str(self.tail);
        document
    }

    /// Reads entries together, and by halves where one of them is broken.
    fn read(&self, entries: &[&str], parser: &dyn Fn() -> Parser, feed: &mut Option<Feed>, lost: &mut usize) {
        if entries.is_empty() {
            return;
        }
        match parser().parse(self.around(entries).as_bytes()) {
            Ok(part) => match feed {
                Some(feed) => feed.entries.extend(part.entries),
                None => *feed = Some(part),
            },
            Err(_) if entries.len() == 1 => {
                match parser().parse(self.around(&[&with_ampersands(entries[0])]).as_bytes()) {
                    Ok(part) => {
                        feed.get_or_insert(Feed { entries: Vec::new(), ..part.clone() }).entries.extend(part.entries)
                    }
                    Err(_) => *lost += 1,
                }
            }
            Err(_) => {
                let (first, second) = entries.split_at(entries.len() / 2);
                self.read(first, parser, feed, lost);
                self.read(second, parser, feed, lost);
            }
        }
    }
}

/// Finds a start tag; `<items` is not `<item`.
fn find_tag(text: &str, open: &str) -> Option<usize> {
    text.match_indices(open)
        .map(|(at, _)| at)
        .find(|at| text.as_bytes().get(at + open.len()).is_some_and(|c| *c == b'>' || c.is_ascii_whitespace()))
}

/// Escapes the ampersands that begin no entity, outside CDATA: the commonest fault of feeds made by hand.
fn with_ampersands(entry: &str) -> String {
    let mut out = String::with_capacity(entry.len() + 16);
    let mut rest = entry;
    while let Some(at) = rest.find(['&', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with("<![CDATA[") { rest.find("]]>").map_or(rest.len(), |end| end + 3) } else { 1 };
        out.push_str(&rest[..length]);
        if let Some(after) = rest.strip_prefix('&') {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(after.len());
            if end == 0 || !after[end..].starts_with(';') {
                out.push_str("amp;");
            }
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}
