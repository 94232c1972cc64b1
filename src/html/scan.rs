//! Markup in; its tags, comments and texts out, where a browser's tokenizer finds them, and none of it lost.
//!
//! No tree is built: what stands in conditional comments would not survive one. Every step consumes what it has looked
//! at, so that the time is linear in the input whatever stands there.

use super::escape::{is_one_of, is_void};

/// A piece of markup; the sources of all tokens together are the input again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text with its entities, or what stands in an element that holds no markup (`style`, `script`, …).
    Text(&'a str),
    /// A start tag.
    Start(Tag<'a>),
    /// An end tag.
    End(Tag<'a>),
    /// What is not shown: a comment, a doctype, a processing instruction, a tag that the input ends in.
    Comment(&'a str),
}

impl<'a> Token<'a> {
    /// The token as it stands in the input.
    pub fn source(self) -> &'a str {
        match self {
            Self::Text(source) | Self::Comment(source) => source,
            Self::Start(tag) | Self::End(tag) => tag.source,
        }
    }
}

/// A start or end tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The name of its element, as it is written.
    pub name: &'a str,
    /// The whole tag, from `<` to `>`.
    pub source: &'a str,
}

/// An attribute of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its name, as it is written.
    pub name: &'a str,
    /// Its value with its entities, without quotation marks.
    pub value: &'a str,
    /// Where it begins in the tag.
    pub start: usize,
    /// Where it ends in the tag, a quotation mark included.
    pub end: usize,
}

impl<'a> Tag<'a> {
    /// Reads the start tag at the start of `source`.
    pub fn parse(source: &'a str) -> Option<Self> {
        match scan(source).next() {
            Some(Token::Start(tag)) => Some(tag),
            _ => None,
        }
    }

    /// Says whether the tag's element is one of those in `names`.
    pub fn is(self, names: &[&str]) -> bool {
        is_one_of(self.name, names)
    }

    /// Says whether nothing can stand in the element: it has no end tag, or the tag ends in `/>`.
    pub fn is_empty(self) -> bool {
        is_void(self.name) || self.is_self_closing()
    }

    /// Says whether the tag ends in `/>`.
    pub fn is_self_closing(self) -> bool {
        let slash = self.source.len().saturating_sub(2);
        self.source.ends_with("/>") && self.attributes().last().is_none_or(|last| last.end <= slash)
    }

    /// Says whether anything stands between the name and `>`.
    pub fn has_attributes(self) -> bool {
        self.source.len() > self.name.len() + 2
    }

    /// Reads the attributes in their order.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'a>> {
        let inner = self.source.strip_suffix('>').unwrap_or(self.source);
        let mut at = (1 + self.name.len()).min(inner.len());
        std::iter::from_fn(move || {
            let rest = inner[at..].trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let first = rest.chars().next()?.len_utf8();
            let start = inner.len() - rest.len();
            let length = rest[first..].find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'));
            let (name, after) = rest.split_at(length.map_or(rest.len(), |length| length + first));
            let (value, after) = match after.trim_ascii_start().strip_prefix('=') {
                Some(value) => attribute_value(value.trim_ascii_start()),
                None => ("", after),
            };
            at = inner.len() - after.len();
            Some(Attribute { name, value, start, end: at })
        })
    }

    /// Finds the value of an attribute.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        self.attributes().find(|there| there.name.eq_ignore_ascii_case(name)).map(|there| there.value)
    }
}

/// Reads the value at the start, and returns what follows it.
fn attribute_value(text: &str) -> (&str, &str) {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].split_once(quote).unwrap_or((&text[1..], "")),
        _ => text.split_at(text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len())),
    }
}

/// Reads the tokens of `html`, comments as a whole.
pub fn scan(html: &str) -> Tokens<'_> {
    Tokens { rest: html, raw: "", opens_conditionals: false, is_xml: false }
}

/// Reads the tokens of `xml`: every element holds markup, a CDATA section is one text, and a doctype is one comment with
/// all that it declares.
pub fn scan_xml(xml: &str) -> Tokens<'_> {
    Tokens { is_xml: true, ..scan(xml) }
}

/// Reads the tokens of `html`; what stands in comments that only Outlook reads (`<!--[if mso]>…<![endif]-->`) is read
/// like all else, and their two ends are comments of their own.
pub fn scan_with_conditionals(html: &str) -> Tokens<'_> {
    Tokens { opens_conditionals: true, ..scan(html) }
}

/// Says whether a comment shows or hides for some clients what stands after it.
pub fn is_conditional(comment: &str) -> bool {
    // `<!-->` and `<!-- -->` end a comment for all who did not understand its condition.
    let is_bare = comment.strip_prefix("<!--").is_some_and(|rest| matches!(rest.trim(), ">" | "-->"));
    is_bare || comment.starts_with("<!--[if") || comment.contains("<![endif]") || comment.starts_with("<![if")
}

/// The iterator behind [`scan`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    rest: &'a str,
    /// The element whose content comes next, where it is no markup.
    raw: &'a str,
    opens_conditionals: bool,
    is_xml: bool,
}

/// What a CDATA section begins with.
pub const CDATA: &str = "<![CDATA[";

/// Elements whose content is no markup (HTML, 13.2.6.2).
const RAW: &[&str] = &["style", "script", "title", "textarea", "iframe", "xmp", "noembed", "noframes"];

impl<'a> Tokens<'a> {
    /// Passes over everything up to and with the end tag of `name`; all of the input where there is none.
    pub fn skip_content(&mut self, name: &str) {
        self.raw = "";
        let end = end_of_content(self.rest, name);
        let rest = &self.rest[end..];
        self.rest = rest.find('>').map_or("", |close| &rest[close + 1..]);
    }

    fn take(&mut self, octets: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(octets);
        self.rest = rest;
        taken
    }

    /// Reads the tag at the start, whose name begins at `from`.
    fn tag(&mut self, from: usize) -> Result<Tag<'a>, Token<'a>> {
        let bytes = self.rest.as_bytes();
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        let end = bytes[from..].iter().position(is_end).map_or(bytes.len(), |at| at + from);
        match tag_length(bytes, end) {
            Some(length) => {
                let source = self.take(length);
                Ok(Tag { name: &source[from..end], source })
            }
            None => Err(Token::Comment(self.take(self.rest.len()))),
        }
    }

    /// The length of the CDATA section at the start; `None` for one that is never closed, whose content is read.
    fn cdata_length(&self) -> Option<usize> {
        self.rest.starts_with(CDATA).then(|| self.rest.find("]]>").map(|end| end + 3)).flatten()
    }

    /// The length of `<!…>`, `<?…>`, or `</…>` with no letter after the slash.
    fn comment_length(&self) -> usize {
        let rest = self.rest;
        let length = match rest.strip_prefix("<!--") {
            Some(comment) if comment.starts_with('>') => Some(5),
            Some(comment) if comment.starts_with("->") => Some(6),
            Some(comment) if self.opens_conditionals && comment.starts_with("[if") => rest.find('>').map(|at| at + 1),
            Some(comment) => {
                let close = [comment.find("-->").map(|at| at + 7), comment.find("--!>").map(|at| at + 8)];
                close.into_iter().flatten().min()
            }
            None if rest.starts_with(CDATA) => Some(CDATA.len()),
            // What a doctype declares stands in brackets, and has `>` of its own.
            None if self.is_xml && rest.starts_with("<!DOCTYPE") => {
                let end = rest.find('>').map(|at| at + 1);
                let inner = rest.find('[').filter(|open| end.is_none_or(|end| *open < end));
                inner.and_then(|open| rest[open..].find("]>").map(|at| open + at + 2)).or(end)
            }
            None => rest.find('>').map(|at| at + 1),
        };
        length.unwrap_or(rest.len())
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let raw = std::mem::take(&mut self.raw);
        if !raw.is_empty() {
            let content = self.take(end_of_content(self.rest, raw));
            if !content.is_empty() {
                return Some(Token::Text(content));
            }
        }
        Some(match *self.rest.as_bytes() {
            [] => return None,
            [b'<', b'!', b'[', ..] if self.is_xml && self.cdata_length().is_some() => {
                Token::Text(self.take(self.cdata_length().unwrap_or_default()))
            }
            [b'<', b'!' | b'?', ..] => Token::Comment(self.take(self.comment_length())),
            [b'<', b'/', letter, ..] if letter.is_ascii_alphabetic() => self.tag(2).map_or_else(|cut| cut, Token::End),
            [b'<', b'/', _, ..] => Token::Comment(self.take(self.comment_length())),
            [b'<', letter, ..] if letter.is_ascii_alphabetic() => match self.tag(1) {
                Ok(tag) => {
                    if !self.is_xml && tag.is(RAW) && !tag.source.ends_with("/>") {
                        self.raw = tag.name;
                    }
                    Token::Start(tag)
                }
                Err(cut) => cut,
            },
            // A `<` that begins no tag is text.
            _ => {
                let end = self.rest.as_bytes()[1..].iter().position(|byte| *byte == b'<').map(|at| at + 1);
                Token::Text(self.take(end.unwrap_or(self.rest.len())))
            }
        })
    }
}

/// Where the end tag of `name` begins.
fn end_of_content(rest: &str, name: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(found) = rest[at..].find("</") {
        let start = at + found;
        at = start + 2;
        let end = at + name.len();
        let is_named = bytes.get(at..end).is_some_and(|there| there.eq_ignore_ascii_case(name.as_bytes()));
        if is_named && bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
            return start;
        }
    }
    rest.len()
}

/// The octets up to and with the `>` that closes a tag; quotation marks count only where a value stands.
fn tag_length(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    let mut value = false;
    while at < bytes.len() {
        match bytes[at] {
            b'>' => return Some(at + 1),
            b'=' => value = true,
            quote @ (b'"' | b'\'') if value => {
                at += bytes[at + 1..].iter().position(|byte| *byte == quote)? + 1;
                value = false;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ if value => {
                // An unquoted value runs to white space or `>`; quotation marks inside it are letters.
                let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
                at += bytes[at..].iter().position(is_end)? - 1;
                value = false;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(html: &str, expect: &[&str]) {
        let tokens: Vec<_> = scan(html).collect();
        assert_eq!(tokens.iter().map(|token| token.source()).collect::<Vec<_>>(), expect, "{tokens:?}");
    }

    #[test]
    fn tags_end_where_a_browser_ends_them() {
        check("a<b>c</b>", &["a", "<b>", "c", "</b>"]);
        check("5 < 6", &["5 ", "< 6"]);
        check("<a title='>'>x", &["<a title='>'>", "x"]);
        check("<a \"x>y", &["<a \"x>", "y"]);
        check("<a b=c'd>e'", &["<a b=c'd>", "e'"]);
        check("<!-- <b> -->x<!doctype html>y<?pi?>z", &["<!-- <b> -->", "x", "<!doctype html>", "y", "<?pi?>", "z"]);
        check("<style>a > b { }</style >c", &["<style>", "a > b { }", "</style >", "c"]);
        check("x<a href='", &["x", "<a href='"]);
        check("<", &["<"]);
    }

    #[test]
    fn attributes_are_read_as_a_browser_reads_them() {
        let tag = Tag::parse("<p a=1 b = \"2 3\" c d='4'/e=>").unwrap();
        let all: Vec<_> = tag.attributes().map(|one| (one.name, one.value)).collect();
        assert_eq!(all, [("a", "1"), ("b", "2 3"), ("c", ""), ("d", "4"), ("e", "")]);
        let sources: Vec<_> = tag.attributes().map(|one| &tag.source[one.start..one.end]).collect();
        assert_eq!(sources, ["a=1", "b = \"2 3\"", "c", "d='4'", "e="]);
        for (tag, expect) in [("<p/>", true), ("<p a='b' />", true), ("<p a=b/>", false), ("<p>", false)] {
            assert_eq!(Tag::parse(tag).unwrap().is_self_closing(), expect, "{tag}");
        }
    }

    #[test]
    fn what_stands_in_conditional_comments_is_read_where_it_is_asked_for() {
        let html = "<!--[if mso]><b><![endif]--><!--[if !mso]><!-- -->c<!--<![endif]-->";
        let opened: Vec<_> = scan_with_conditionals(html).map(Token::source).collect();
        assert_eq!(
            opened,
            ["<!--[if mso]>", "<b>", "<![endif]-->", "<!--[if !mso]>", "<!-- -->", "c", "<!--<![endif]-->"]
        );
        assert!(opened.iter().filter(|source| source.starts_with("<!")).all(|comment| is_conditional(comment)));
        assert!(!is_conditional("<!-- c -->") && !is_conditional("<!doctype html>"));
        check(html, &["<!--[if mso]><b><![endif]-->", "<!--[if !mso]><!-- -->", "c", "<!--<![endif]-->"]);
    }

    proptest! {
        #[test]
        fn the_tokens_are_the_input(html in "([<>/!a-c\"'= é\\-]{0,60}|(<style>|</style>|<!--\\[if|\\]>|-->|a){0,9})") {
            for tokens in [scan(&html), scan_with_conditionals(&html)] {
                let mut whole = String::new();
                for token in tokens {
                    whole.push_str(token.source());
                    if let Token::Start(tag) = token {
                        let _ = (tag.attributes().count(), tag.is_empty());
                    }
                }
                prop_assert_eq!(&whole, &html);
            }
        }
    }
}
