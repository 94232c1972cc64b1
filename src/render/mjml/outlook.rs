//! Conditional comments as MJML leaves them: without white space between their tags, and merged where one follows
//! another.

use std::borrow::Cow;

const OPEN: &str = "<!--[if mso | IE]>";
const CLOSE: &str = "<![endif]-->";

/// Merges a comment for Outlook with the one that follows it.
pub(super) fn merge(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(CLOSE) {
        let after = &rest[at + CLOSE.len()..];
        match after.trim_start().strip_prefix(OPEN) {
            Some(next) => {
                out.push_str(&rest[..at]);
                rest = next;
            }
            None => {
                out.push_str(&rest[..at + CLOSE.len()]);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Takes out the white space between the tags of each conditional comment; elsewhere two or more become one.
pub(super) fn tighten(html: &str) -> Cow<'_, str> {
    if !html.contains("<!--[if ") {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<!--[if ") {
        let inner = rest[start..].find("]>").map(|end| start + end + 2);
        let Some((inner, end)) = inner.and_then(|inner| Some((inner, inner + rest[inner..].find(CLOSE)?))) else {
            break;
        };
        out.push_str(&rest[..inner]);
        let mut between = true;
        for word in rest[inner..end].split_inclusive('>') {
            let word = if between { word.trim_start() } else { word };
            out.push_str(word);
            between = word.ends_with('>');
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}
