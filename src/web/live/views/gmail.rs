//! What Gmail in a browser leaves of a page.
//!
//! It keeps `style` elements in the head as long as all of them together are below 16 KB and each can be read; one
//! with an `@` rule in another goes whole. It takes away what it does not know: elements, attributes, selectors,
//! properties, questions after anything but the size of the screen. It also renames classes and ids, in both places,
//! which changes nothing that anyone sees.

use super::rewrite::{self, is_listed};
use crate::{
    css::{self, Rule, Sheet},
    html::{self, Tag, Token},
};

/// All sheets together, octets.
const MAX_SHEETS: usize = 16 * 1024;

/// Elements that go with all that stands in them.
const REMOVED_ELEMENTS: [&str; 12] =
    ["script", "title", "object", "svg", "audio", "video", "iframe", "form", "dialog", "noscript", "math", "template"];

/// Elements of which only the tags go.
const UNWRAPPED_ELEMENTS: [&str; 13] =
    ["link", "meta", "base", "picture", "source", "ruby", "rt", "rp", "meter", "progress", "marquee", "bdi", "input"];

/// Attributes that go.
const REMOVED_ATTRIBUTES: [&str; 7] =
    ["hidden", "loading", "srcset", "inert", "required", "aria-describedby", "aria-labelledby"];

/// Properties that go.
const REMOVED_PROPERTIES: &str = include_str!("gmail.txt");

/// Values that no client of Google's takes.
const REMOVED_VALUES: [&str; 5] = ["var(", "light-dark(", "conic-gradient(", "expression(", "javascript:"];

/// What a media query may ask after.
const MEDIA_FEATURES: [&str; 7] =
    ["width", "min-width", "max-width", "min-device-width", "max-device-width", "device-width", "orientation"];

/// Takes away what Gmail takes away.
pub(super) fn simulate(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let (mut in_body, mut in_style, mut room) = (false, false, MAX_SHEETS);
    let mut gone: Option<(&str, usize)> = None;
    for token in html::scan(html) {
        if let Some((name, depth)) = &mut gone {
            match token {
                Token::Start(tag) if tag.is(&[name]) => *depth += 1,
                Token::End(tag) if tag.is(&[name]) => *depth -= 1,
                _ => {}
            }
            if *depth == 0 {
                gone = None;
            }
            continue;
        }
        match token {
            // Conditional comments are comments; only the doctype stays.
            Token::Comment(text) if !text.to_ascii_lowercase().starts_with("<!doctype") => continue,
            Token::Start(tag) if tag.is(&REMOVED_ELEMENTS) => {
                gone = (!tag.is_self_closing()).then_some((tag.name, 1));
                continue;
            }
            Token::Start(tag) | Token::End(tag) if tag.is(&UNWRAPPED_ELEMENTS) => continue,
            Token::Start(tag) if tag.is(&["style"]) => {
                in_style = true;
                out.push_str("<style>");
                continue;
            }
            Token::Text(sheet) if in_style => {
                if !in_body && sheet.len() <= room {
                    room -= sheet.len();
                    out.push_str(&strip_sheet(sheet).unwrap_or_default());
                } else {
                    room = 0;
                }
            }
            Token::Start(tag) => {
                in_body |= tag.is(&["body"]);
                out.push_str(&strip_tag(tag));
                continue;
            }
            token => out.push_str(token.source()),
        }
        in_style = false;
    }
    out
}

fn strip_tag(tag: Tag<'_>) -> String {
    rewrite::attributes(tag, |name, value| {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "style" => Some(rewrite::declarations(value, is_supported)),
            "src" | "background" if value.trim_start().starts_with("data:") => None,
            _ if name.starts_with("on") || name.starts_with("data-") || REMOVED_ATTRIBUTES.contains(&name.as_str()) => {
                None
            }
            _ => Some(value.to_owned()),
        }
    })
}

/// What is left of a sheet; `None` where it goes whole.
fn strip_sheet(sheet: &str) -> Option<String> {
    let sheet = css::without_comments(sheet);
    let sheet = Sheet::parse(&sheet);
    if sheet.is_broken {
        return None;
    }
    let mut out = String::new();
    for rule in sheet.rules {
        match rule {
            Rule::Style { selectors, block } => out.push_str(&strip_rule(selectors, block)),
            Rule::At { name, prelude, block: Some(block) } if name == "media" => {
                let mut inner = String::new();
                for rule in Sheet::parse(block).rules {
                    match rule {
                        Rule::Style { selectors, block } => inner.push_str(&strip_rule(selectors, block)),
                        Rule::At { .. } => return None,
                    }
                }
                if is_known_query(prelude) {
                    out.push_str(&format!("@media {prelude}{{{inner}}}"));
                }
            }
            Rule::At { block: Some(block), .. } if block.contains('@') => return None,
            Rule::At { .. } => {}
        }
    }
    Some(out)
}

fn strip_rule(selectors: &str, block: &str) -> String {
    let kept: Vec<&str> = css::selectors(selectors).filter(|selector| is_known_selector(selector)).collect();
    if kept.is_empty() {
        String::new()
    } else {
        format!("{}{{{}}}", kept.join(","), rewrite::declarations(block, is_supported))
    }
}

/// Elements, classes and ids, how they stand to each other, and `:hover`.
fn is_known_selector(selector: &str) -> bool {
    let plain = selector.replace(":hover", "");
    !plain.is_empty() && !plain.contains(['[', ':', '&', '(']) && !plain.contains("__")
}

fn is_supported(name: &str, value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let is_negative = name.starts_with("margin") && value.split_whitespace().any(|part| part.starts_with('-'));
    let is_data = value.contains("url(") && value.contains("data:");
    let is_unknown = is_listed(REMOVED_PROPERTIES, name) || REMOVED_VALUES.iter().any(|known| value.contains(known));
    !is_unknown && !is_negative && !is_data
}

/// Says whether Gmail knows all that a media query asks after.
fn is_known_query(question: &str) -> bool {
    question.split('(').skip(1).all(|part| {
        let asked = part.split([':', ')', '<', '>', '=']).next().unwrap_or_default().trim().to_ascii_lowercase();
        MEDIA_FEATURES.contains(&asked.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sheet: &str, expect: Option<&str>) {
        assert_eq!(strip_sheet(sheet).as_deref(), expect);
    }

    #[test]
    fn sheets_keep_what_gmail_knows() {
        check("p, .a > b { color: red; position: absolute; mso-hide: all }", Some("p,.a > b{color:red}"));
        check(
            "a:hover { color: red } a:focus { color: blue } [data-ogsc] p { color: red }",
            Some("a:hover{color:red}"),
        );
        check(
            "@media (max-width: 480px) { p { margin: -1px; padding: 0 } }",
            Some("@media (max-width: 480px){p{padding:0}}"),
        );
        check("@media (prefers-color-scheme: dark) { p { color: #fff } } b { color: red }", Some("b{color:red}"));
        check(
            "@import url(a.css); @font-face { src: url(b) } b { color: var(--x); border-radius: 4px }",
            Some("b{border-radius:4px}"),
        );
    }

    #[test]
    fn a_sheet_that_cannot_be_read_goes_whole() {
        check("p { color: red", None);
        check("@media screen { @font-face { src: url(a) } } p { color: red }", None);
        check("@supports (a: b) { @media screen { p { color: red } } }", None);
    }

    #[test]
    fn only_the_first_sixteen_kilobytes_of_the_head_count() {
        let sheet = |name: &str, length: usize| format!("<style>.{name}{{color:red}}{}</style>", " ".repeat(length));
        let head = [sheet("a", 9000), sheet("b", 9000), sheet("c", 10)].concat();
        let page = format!("<html><head>{head}</head><body>{}</body></html>", sheet("d", 0));
        let left = simulate(&page);
        assert!(
            left.contains(".a{") && !left.contains(".b{") && !left.contains(".c{") && !left.contains(".d{"),
            "{left}"
        );
    }

    #[test]
    fn elements_and_attributes_go() {
        let page = "<!doctype html><html><head><title>t</title><meta name=\"color-scheme\" content=\"dark\"></head><body>\
            <!--[if mso]><p>word</p><![endif]--><svg><svg></svg><b>in</b></svg><picture><img src=\"a.png\" srcset=\"b 2x\" \
            data-x=\"1\" onload=\"x\" hidden style=\"display:block;box-shadow:0 0 1px red\"></picture><p id=\"p\">out</p></body></html>";
        assert_eq!(
            simulate(page),
            "<!doctype html><html><head></head><body><img src=\"a.png\" style=\"display:block\"><p id=\"p\">out</p></body></html>"
        );
    }
}
