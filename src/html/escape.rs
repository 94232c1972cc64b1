//! Plain text in, the same as text of an HTML or XML document out; and what HTML says of its elements.

use std::sync::LazyLock;

/// Escapes plain text for HTML, attributes included.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

/// Appends `text`, escaped, without the control characters that XML forbids.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_forbidden(c) => {}
            c => out.push(c),
        }
    }
}

/// Characters that no XML document may hold (XML 1.0, 2.2), and C1 controls, which nobody means.
pub(super) fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Compares the name of an element with lower-case names.
pub(crate) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Says whether an element has no end tag (HTML, 13.1.2).
pub(crate) fn is_void(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    ];
    is_one_of(name, NAMES)
}

/// Says whether an element's content is never shown as text.
pub(super) fn has_no_text(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "script", "style", "iframe", "noembed", "noframes", "textarea", "title", "xmp", "svg", "math", "select",
        "button", "noscript", "template", "object", "applet", "audio", "video", "canvas", "datalist",
    ];
    is_one_of(name, NAMES)
}

/// Says whether an element stands on lines of its own.
pub(super) fn is_block(name: &str) -> bool {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        "p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre figure figcaption table caption tr td th thead tbody \
         tfoot hr article section header footer main aside nav address details summary center form fieldset legend \
         dialog hgroup menu search option body html"
            .split(' ')
            .collect()
    });
    is_one_of(name, &NAMES)
}

/// Says whether HTML has such an element: `Vec<T>` is no markup.
pub(super) fn is_known(name: &str) -> bool {
    const INLINE: &[&str] = &[
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "body", "br", "cite", "code", "data", "del", "dfn", "em",
        "embed", "font", "html", "head", "i", "img", "input", "ins", "kbd", "label", "link", "mark", "meta", "nobr",
        "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "td", "th",
        "time", "tt", "u", "var", "wbr", "noscript", "picture",
    ];
    // `<T>` and `<S>` are type parameters more often than tags that nobody writes in capitals any more.
    let is_shouted = name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_uppercase());
    !is_shouted && (has_no_text(name) || is_block(name) || is_one_of(name, INLINE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_is_safe_in_attributes_and_in_xml() {
        assert_eq!(escape("a<b> & \"c\" 'd'\0"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
    }
}
