//! Style sheets cut into rules and declarations, as far as a mail client looks at them.

/// A statement of a style sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// Selectors and what stands between the braces.
    Rule(&'a str, &'a str),
    /// A rule with `@`: its name, what follows, and what stands between the braces, where it has some.
    At(&'a str, &'a str, Option<&'a str>),
}

/// Cuts a sheet without comments; `None` where a brace or a quotation mark is not closed.
pub(super) fn items(css: &str) -> Option<Vec<Item<'_>>> {
    let mut items = Vec::new();
    let mut rest = css.trim_start();
    while !rest.is_empty() {
        let end = find(rest, |octet| matches!(octet, b'{' | b';' | b'}'))?;
        let (head, tail) = rest.split_at(end);
        let (body, after) = match tail.as_bytes()[0] {
            b'{' => {
                let close = closing(tail)?;
                (Some(&tail[1..close]), &tail[close + 1..])
            }
            b';' => (None, &tail[1..]),
            _ => return None,
        };
        let head = head.trim();
        match (head.strip_prefix('@'), body) {
            (Some(at), body) => {
                let name = at.find(|char: char| !(char.is_alphanumeric() || char == '-')).unwrap_or(at.len());
                items.push(Item::At(&at[..name], at[name..].trim(), body));
            }
            (None, Some(body)) => items.push(Item::Rule(head, body)),
            // A semicolon too many ends nothing.
            (None, None) if head.is_empty() => {}
            (None, None) => return None,
        }
        rest = after.trim_start();
    }
    Some(items)
}

/// The declarations of a rule or a `style`: names and values.
pub(super) fn declarations(body: &str) -> Vec<(&str, &str)> {
    let mut declarations = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let end = find(rest, |octet| octet == b';').unwrap_or(rest.len());
        let one = &rest[..end];
        if let Some((name, value)) = one.split_once(':') {
            declarations.push((name.trim(), value.trim()));
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    declarations
}

/// Only those declarations that `keeps` says.
pub(super) fn filtered(body: &str, mut keeps: impl FnMut(&str, &str) -> bool) -> String {
    let kept = declarations(body).into_iter().filter(|(name, value)| keeps(&name.to_ascii_lowercase(), value));
    kept.map(|(name, value)| format!("{name}:{value}")).collect::<Vec<_>>().join(";")
}

/// The sheet without its comments.
pub(super) fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find("/*") {
        out.push_str(&rest[..at]);
        rest = rest[at + 2..].find("*/").map_or("", |end| &rest[at + 2 + end + 2..]);
    }
    out + rest
}

/// Where the brace at the start is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut from = 0;
    loop {
        let at = from + find(&text[from..], |octet| matches!(octet, b'{' | b'}'))?;
        depth = if text.as_bytes()[at] == b'{' { depth + 1 } else { depth.checked_sub(1)? };
        if depth == 0 {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The first octet outside of quotation marks and parentheses that is one of those meant.
fn find(text: &str, is_meant: impl Fn(u8) -> bool) -> Option<usize> {
    let (mut quote, mut depth, mut escaped) = (None, 0_usize, false);
    for (at, octet) in text.bytes().enumerate() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, octet) {
            (_, b'\\') => escaped = true,
            (Some(open), _) if open == octet => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(octet),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && is_meant(octet) => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_cut_into_statements() {
        let css = "@import url(a;b); a, b > c { color: red } @media (max-width: 9px) { a { b: c } d { e: f } }";
        assert_eq!(
            items(css).unwrap(),
            [
                Item::At("import", "url(a;b)", None),
                Item::Rule("a, b > c", " color: red "),
                Item::At("media", "(max-width: 9px)", Some(" a { b: c } d { e: f } ")),
            ]
        );
        for broken in ["a {", "a { b: \"}", "}", "a", "a; b { }", "@media { a { }"] {
            assert_eq!(items(broken), None, "{broken}");
        }
    }

    #[test]
    fn declarations_may_hold_semicolons() {
        assert_eq!(
            declarations("background: url(data:a;b) ; content: \"a;b\";; color:red"),
            [("background", "url(data:a;b)"), ("content", "\"a;b\""), ("color", "red")]
        );
        assert_eq!(without_comments("a/* b */c/* d"), "ac");
        assert_eq!(filtered("A:1;b:2", |name, _| name == "a"), "A:1");
    }
}
