//! A walk over MJML before mrml sees it: what mrml lets pass is refused, what it would spoil is rewritten.
//!
//! mrml parses by recursion, takes `</b>` for the end of `<p>`, copies elements that it does not know, and writes
//! attribute values with Rust's own escapes. So nesting is capped, tags must match, `mj-` elements must be known,
//! and every character of a value that Rust would escape becomes a numeric character reference.

/// Tags may be nested this deep; deeper ones would exhaust the stack of a recursive parser.
const DEPTH: usize = 256;

/// Why MJML cannot become HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) what: String,
    /// Octets from the start of the markup; `None` where nobody knows.
    pub(super) at: Option<usize>,
}

/// Line and column, both counted from 1, of an offset.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// Markup that mrml takes, and how its offsets relate to those of what it was made from.
pub(super) struct Prepared {
    pub(super) text: String,
    /// For each inserted reference: where it ends, and where that is in the original.
    shifts: Vec<(usize, usize)>,
}

impl Prepared {
    /// Where in the original markup an offset lies.
    pub(super) fn original(&self, at: usize) -> usize {
        let known = self.shifts.partition_point(|(here, _)| *here <= at);
        match known.checked_sub(1).and_then(|index| self.shifts.get(index)) {
            Some((here, there)) => there + (at - here),
            None => at,
        }
    }
}

/// Normalises line ends and attribute values; refuses tags that do not match, which mrml lets pass, or nest too deep.
pub(super) fn prepare(mjml: &str) -> Result<Prepared, Fault> {
    let mut out = Prepared { text: String::with_capacity(mjml.len() + 64), shifts: Vec::new() };
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut at = 0;
    while let Some(found) = mjml.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        copy(&mjml[at..start], at, &mut out);
        let rest = &mjml[start..];
        if rest.starts_with("<!") || rest.starts_with("<?") {
            let end = if rest.starts_with("<!--") {
                rest.find("-->").map(|end| end + 3)
            } else {
                rest.find('>').map(|end| end + 1)
            };
            let end = start + end.unwrap_or(rest.len());
            copy(&mjml[start..end], start, &mut out);
            at = end;
            continue;
        }
        let tag = tag_end(rest);
        let inner = &rest[..tag];
        let named = inner[1..].starts_with(|char: char| char.is_ascii_alphabetic());
        if named && let Some(name) = unknown_element(inner) {
            return Err(Fault { what: format!("there is no element `<{name}>`"), at: Some(start) });
        }
        if inner.starts_with("</") {
            let closing = name(&inner[1..]);
            match open.pop() {
                Some((opening, _)) if opening.eq_ignore_ascii_case(closing) => {}
                Some((opening, _)) => {
                    return Err(Fault { what: format!("`</{closing}>` closes `<{opening}>`"), at: Some(start) });
                }
                None => return Err(Fault { what: format!("`</{closing}>` closes nothing"), at: Some(start) }),
            }
        } else if named && !inner.ends_with("/>") && !is_void(inner) {
            open.push((name(inner), start));
            if open.len() > DEPTH {
                return Err(Fault { what: format!("tags are nested more than {DEPTH} deep"), at: Some(start) });
            }
        }
        if named {
            attributes(inner, start, &mut out)
        } else {
            copy(inner, start, &mut out)
        }
        at = start + tag;
    }
    copy(&mjml[at..], at, &mut out);
    match open.pop() {
        Some((name, start)) => Err(Fault { what: format!("`<{name}>` is never closed"), at: Some(start) }),
        None => Ok(out),
    }
}

/// Copies text, with CRLF and CR as LF.
fn copy(text: &str, from: usize, out: &mut Prepared) {
    if !text.contains('\r') {
        out.text.push_str(text);
        return;
    }
    for (at, char) in text.char_indices() {
        let followed = text[at..].starts_with("\r\n");
        match char {
            '\r' if followed => {
                out.shifts.push((out.text.len(), from + at + 1));
            }
            '\r' => out.text.push('\n'),
            other => out.text.push(other),
        }
    }
}

/// Copies a tag; in quoted values, what Rust would escape becomes a reference.
fn attributes(tag: &str, from: usize, out: &mut Prepared) {
    let mut quote = None;
    for (at, char) in tag.char_indices() {
        match (quote, char) {
            (None, '"' | '\'') => quote = Some(char),
            (None, '\r') => {
                out.text.push(' ');
                continue;
            }
            (Some(open), _) if open == char => quote = None,
            (Some(_), _) if char != '\'' && char.escape_debug().len() > 1 => {
                out.text.push_str(&match char {
                    '\n' | '\r' | '\t' => " ".to_owned(),
                    other => format!("&#{};", u32::from(other)),
                });
                out.shifts.push((out.text.len(), from + at + char.len_utf8()));
                continue;
            }
            _ => {}
        }
        out.text.push(char);
    }
}

/// The octets up to and with the `>` that ends the tag at the start of `rest`.
fn tag_end(rest: &str) -> usize {
    let mut quote = None;
    for (at, octet) in rest.bytes().enumerate() {
        match (quote, octet) {
            (None, b'"' | b'\'') => quote = Some(octet),
            (Some(open), _) if open == octet => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    // No end in sight: mrml will say what is wrong, and the walk stays linear.
    rest.len()
}

fn name(tag: &str) -> &str {
    tag[1..].split(|char: char| char.is_whitespace() || matches!(char, '/' | '>' | '<')).next().unwrap_or_default()
}

/// mrml writes an element that it does not know as it stands: a slip of the pen that nobody sees.
fn unknown_element(tag: &str) -> Option<&str> {
    let own = name(tag).strip_prefix("mj-")?;
    (!ELEMENTS.contains(&own)).then(|| name(tag))
}

/// MJML's elements, without their `mj-`.
const ELEMENTS: [&str; 35] = [
    "accordion",
    "accordion-element",
    "accordion-text",
    "accordion-title",
    "all",
    "attributes",
    "body",
    "breakpoint",
    "button",
    "carousel",
    "carousel-image",
    "class",
    "column",
    "divider",
    "font",
    "group",
    "head",
    "hero",
    "image",
    "include",
    "navbar",
    "navbar-link",
    "preview",
    "raw",
    "section",
    "social",
    "social-element",
    "spacer",
    "style",
    "table",
    "text",
    "title",
    "wrapper",
    "html-attributes",
    "selector",
];

fn is_void(tag: &str) -> bool {
    let name = name(tag);
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
        .contains(&name)
}

/// The `path` of every `<mj-include …>`, with its offset; comments do not count.
pub(super) fn includes(mjml: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = mjml.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + next;
        let rest = &mjml[start..];
        if rest.starts_with("<!--") {
            at = start + rest.find("-->").map_or(rest.len(), |end| end + 3);
            continue;
        }
        let tag = &rest[..tag_end(rest)];
        if let Some(inner) = tag.strip_prefix("<mj-include")
            && let Some((_, value)) = inner.split_once("path=")
            && let Some(quote) = value.chars().next().filter(|quote| ['"', '\''].contains(quote))
            && let Some(path) = value[1..].split(quote).next()
        {
            found.push((start, path.to_owned()));
        }
        at = start + tag.len();
    }
    found
}
