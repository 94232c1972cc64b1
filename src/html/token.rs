//! Splits markup into tags and text the way a browser's tokenizer does, without building a tree.
//!
//! Comments, doctypes and processing instructions are passed over. Every step consumes what it has looked
//! at, so that the time is linear in the input whatever stands there.

/// A piece of markup; all parts are as they stand in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Text with its entities.
    Text(&'a str),
    /// A start tag: its name, and all that stands between the name and `>`.
    Start(&'a str, &'a str),
    /// An end tag: its name.
    End(&'a str),
}

/// Reads the tokens of `html`.
pub(crate) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html }
}

/// The iterator behind [`tokens`].
#[derive(Clone)]
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    /// Passes over everything up to and with the end tag of `name`; at the end of input where there is none.
    pub(crate) fn skip_raw(&mut self, name: &str) {
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        while let Some(found) = self.rest[at..].find("</") {
            at += found + 2;
            let end = at + name.len();
            let named = bytes.get(at..end).is_some_and(|there| there.eq_ignore_ascii_case(name.as_bytes()));
            let ended = bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric());
            if named && ended {
                let rest = &self.rest[end..];
                self.rest = rest.find('>').map_or("", |close| &rest[close + 1..]);
                return;
            }
        }
        self.rest = "";
    }

    fn take(&mut self, octets: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(octets);
        self.rest = rest;
        taken
    }

    /// Passes over `<!…>`, `<?…>` and `</…>` with no letter after the slash.
    fn skip_declaration(&mut self) {
        let rest = self.rest;
        let end = if let Some(comment) = rest.strip_prefix("<!--") {
            if comment.starts_with('>') {
                Some(5)
            } else if comment.starts_with("->") {
                Some(6)
            } else {
                let close = [comment.find("-->").map(|at| at + 7), comment.find("--!>").map(|at| at + 8)];
                close.into_iter().flatten().min()
            }
        } else if rest.starts_with("<![CDATA[") {
            Some(9)
        } else {
            rest.find('>').map(|at| at + 1)
        };
        self.rest = end.map_or("", |end| &rest[end..]);
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let bytes = self.rest.as_bytes();
            if bytes.is_empty() {
                return None;
            }
            if bytes[0] == b'<' && bytes.len() > 1 {
                match bytes[1] {
                    b'!' | b'?' => {
                        self.skip_declaration();
                        continue;
                    }
                    b'/' if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                        let name = name_length(&bytes[2..]);
                        let (end, _) = tag_end(bytes, 2 + name);
                        let tag = self.take(end);
                        return Some(Token::End(&tag[2..2 + name]));
                    }
                    b'/' if bytes.len() > 2 => {
                        self.skip_declaration();
                        continue;
                    }
                    letter if letter.is_ascii_alphabetic() => {
                        let name = name_length(&bytes[1..]);
                        let (end, whole) = tag_end(bytes, 1 + name);
                        let tag = self.take(end);
                        if !whole {
                            return None;
                        }
                        return Some(Token::Start(&tag[1..1 + name], &tag[1 + name..end - 1]));
                    }
                    _ => {}
                }
            }
            let text = bytes[1..].iter().position(|byte| *byte == b'<').map_or(bytes.len(), |at| at + 1);
            return Some(Token::Text(self.take(text)));
        }
    }
}

fn name_length(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')).unwrap_or(bytes.len())
}

/// Finds the octet after the `>` that closes a tag; quotes count only where a value stands.
fn tag_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    let mut value = false;
    while at < bytes.len() {
        match bytes[at] {
            b'>' => return (at + 1, true),
            b'=' => value = true,
            quote @ (b'"' | b'\'') if value => {
                let Some(close) = bytes[at + 1..].iter().position(|byte| *byte == quote) else {
                    return (bytes.len(), false);
                };
                at += close + 1;
                value = false;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ if value => {
                // An unquoted value runs to white space or `>`; quotes inside it are letters.
                let rest = &bytes[at..];
                let length =
                    rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>').unwrap_or(rest.len());
                at += length - 1;
                value = false;
            }
            _ => {}
        }
        at += 1;
    }
    (bytes.len(), false)
}

/// Reads the attributes of a start tag: names as they stand, values with their entities.
pub(crate) fn attributes(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let skip = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[skip..]
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
            .map_or(rest.len(), |at| at + skip);
        let (name, after) = rest.split_at(end);
        let after = after.trim_ascii_start();
        let Some(value) = after.strip_prefix('=') else {
            rest = after;
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
        };
        rest = after;
        Some((name, value))
    })
}

/// Finds one attribute of a start tag.
pub(crate) fn attribute<'a>(raw: &'a str, name: &str) -> Option<&'a str> {
    attributes(raw).find(|(there, _)| there.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(html: &str, expect: &[Token<'_>]) {
        assert_eq!(tokens(html).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn tags_end_where_a_browser_ends_them() {
        use Token::*;
        check("a<b>c</b>", &[Text("a"), Start("b", ""), Text("c"), End("b")]);
        check("5 < 6", &[Text("5 "), Text("< 6")]);
        check("<a title='>'>x", &[Start("a", " title='>'"), Text("x")]);
        check("<a \"x>y", &[Start("a", " \"x"), Text("y")]);
        check("<a b=c'd>e'", &[Start("a", " b=c'd"), Text("e'")]);
        check("<!-- <b> -->x<!doctype html>y<?pi?>z", &[Text("x"), Text("y"), Text("z")]);
        check("x<a href='", &[Text("x")]);
        check("<", &[Text("<")]);
    }

    #[test]
    fn attributes_are_read_as_a_browser_reads_them() {
        let all: Vec<_> = attributes(" a=1 b = \"2 3\" c d='4'/e=").collect();
        assert_eq!(all, [("a", "1"), ("b", "2 3"), ("c", ""), ("d", "4"), ("e", "")]);
    }

    proptest! {
        #[test]
        fn nothing_panics(html in "[<>/!a-c\"'= é\\-]{0,60}") {
            for token in tokens(&html) {
                if let Token::Start(_, raw) = token {
                    let _ = attributes(raw).count();
                }
            }
        }
    }
}
