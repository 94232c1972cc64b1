//! A page cut into its tags, comments and texts, all of it kept.

use std::fmt::Write as _;

use crate::html;

/// A piece of a page; together they are the page again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Words, or what stands in a `style`.
    Text(&'a str),
    /// A comment or a doctype, with its marks.
    Comment(&'a str),
    /// A start tag, whole.
    Start(&'a str),
    /// An end tag, whole.
    End(&'a str),
}

impl<'a> Piece<'a> {
    /// The piece as it stands.
    pub(super) fn text(self) -> &'a str {
        let (Self::Text(text) | Self::Comment(text) | Self::Start(text) | Self::End(text)) = self;
        text
    }
}

/// Elements whose content is no markup.
const RAW: [&str; 4] = ["style", "script", "title", "textarea"];

/// Cuts a page.
pub(super) fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let at = rest.find('<').unwrap_or(rest.len());
        if at > 0 {
            pieces.push(Piece::Text(&rest[..at]));
            rest = &rest[at..];
            continue;
        }
        let end = end_of(rest);
        let (piece, after) = rest.split_at(end);
        rest = after;
        if piece.starts_with("<!") || piece.starts_with("<?") {
            pieces.push(Piece::Comment(piece));
        } else if piece.starts_with("</") {
            pieces.push(Piece::End(piece));
        } else if piece.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) {
            pieces.push(Piece::Start(piece));
            if let Some(raw) = RAW.iter().find(|raw| is(piece, &[raw])) {
                let (content, after) = rest.split_at(end_of_raw(rest, raw));
                if !content.is_empty() {
                    pieces.push(Piece::Text(content));
                }
                rest = after;
            }
        } else {
            pieces.push(Piece::Text(piece));
        }
    }
    pieces
}

/// Where the tag or comment at the start ends.
fn end_of(rest: &str) -> usize {
    if let Some(comment) = rest.strip_prefix("<!--") {
        return comment.find("-->").map_or(rest.len(), |at| at + 7);
    }
    let is_tag = rest[1..].starts_with(|char: char| char.is_ascii_alphabetic() || char == '/');
    if !is_tag && !rest.starts_with("<!") && !rest.starts_with("<?") {
        return 1;
    }
    let mut quote = None;
    for (at, octet) in rest.bytes().enumerate() {
        match (quote, octet) {
            (None, b'"' | b'\'') if is_tag => quote = Some(octet),
            (Some(open), _) if open == octet => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn end_of_raw(rest: &str, name: &str) -> usize {
    let mut at = 0;
    while let Some(found) = rest[at..].find("</") {
        at += found;
        if rest.as_bytes()[at + 2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes())) {
            return at;
        }
        at += 2;
    }
    rest.len()
}

/// The name of a tag, as it is written.
pub(super) fn name(tag: &str) -> &str {
    let inner = tag.trim_start_matches(['<', '/']);
    inner.split(|char: char| char.is_ascii_whitespace() || matches!(char, '/' | '>')).next().unwrap_or_default()
}

/// Says whether a tag is one of these.
pub(super) fn is(tag: &str, names: &[&str]) -> bool {
    let own = name(tag);
    names.iter().any(|name| name.eq_ignore_ascii_case(own))
}

/// The attributes of a start tag: names as they stand, values with their entities.
pub(super) fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let inner = &tag[(1 + name(tag).len()).min(tag.len())..];
    html::attributes(inner.trim_end_matches('>'))
}

/// One attribute of a start tag.
pub(super) fn attribute<'a>(tag: &'a str, wanted: &str) -> Option<&'a str> {
    attributes(tag).find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
}

/// The tag with each value as `value` gives it; `None` takes the attribute away. Styles come and go without entities,
/// because a semicolon is none of theirs.
pub(super) fn with(tag: &str, mut value: impl FnMut(&str, &str) -> Option<String>) -> String {
    let mut out = format!("<{}", name(tag));
    for (name, old) in attributes(tag) {
        let is_style = name.eq_ignore_ascii_case("style");
        let old = if is_style { html::decode(old) } else { old.into() };
        if let Some(new) = value(name, &old) {
            // What stood in quotation marks of the other kind may hold ours.
            let written = if is_style { html::escape(&new) } else { new.replace('"', "&quot;") };
            let _ = write!(out, " {name}=\"{written}\"");
        }
    }
    out.push_str(if tag.ends_with("/>") { " />" } else { ">" });
    out
}

/// The tag without some attributes.
pub(super) fn without(tag: &str, mut goes: impl FnMut(&str, &str) -> bool) -> String {
    with(tag, |name, value| (!goes(name, value)).then(|| value.to_owned()))
}

/// Says whether a tag sends its reader to another page.
pub(super) fn refreshes(tag: &str) -> bool {
    is(tag, &["meta"]) && attribute(tag, "http-equiv").is_some_and(|asked| asked.eq_ignore_ascii_case("refresh"))
}

/// What is changed of a page: all styles, in `style` elements and attributes.
pub(super) fn restyled(
    html: &str,
    mut sheet: impl FnMut(&str) -> String,
    mut inline: impl FnMut(&str, &str) -> Option<String>,
) -> String {
    let mut out = String::with_capacity(html.len());
    let mut in_style = false;
    for piece in pieces(html) {
        match piece {
            Piece::Text(css) if in_style => out.push_str(&sheet(css)),
            Piece::Start(tag) if attribute(tag, "style").is_some() => out.push_str(&with(tag, |name, value| {
                if name.eq_ignore_ascii_case("style") { inline(self::name(tag), value) } else { Some(value.to_owned()) }
            })),
            piece => out.push_str(piece.text()),
        }
        in_style = matches!(piece, Piece::Start(tag) if is(tag, &["style"]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_the_page() {
        use Piece::*;
        let page = "<!doctype html><style>a > b { }</style>5 < 6<!-- <p> --><p title='a>b'>x</p><img/>";
        let got = pieces(page);
        assert_eq!(got.iter().map(|piece| piece.text()).collect::<String>(), page);
        assert!(got.contains(&Text("a > b { }")) && got.contains(&Comment("<!-- <p> -->")), "{got:?}");
        assert!(got.contains(&Start("<p title='a>b'>")) && got.contains(&Text("<")), "{got:?}");
        for broken in ["<", "<p", "<!--", "<style>a", "</", "<p title=\"", "<é>"] {
            assert_eq!(pieces(broken).iter().map(|piece| piece.text()).collect::<String>(), broken);
        }
    }

    #[test]
    fn attributes_change_one_by_one() {
        let tag = "<td class=a style='font-family:\"Georgia\"' hidden />";
        assert_eq!(attribute(tag, "STYLE"), Some("font-family:\"Georgia\""));
        let quoted = "<p style=\"font:1px &#39;A&#39;;color:red\">";
        let mut seen = String::new();
        let same = with(quoted, |_, value| {
            seen = value.to_owned();
            Some(value.to_owned())
        });
        assert_eq!((seen.as_str(), same.as_str()), ("font:1px 'A';color:red", quoted));
        assert_eq!(
            without(tag, |name, _| name == "class"),
            "<td style=\"font-family:&quot;Georgia&quot;\" hidden=\"\" />"
        );
    }
}
