//! What Outlook for Windows takes of a page: it lays out with Word.
//!
//! Word knows no media queries, no rounded corners, no pictures behind text, no widest width, and pads no `div`, `p` or
//! `a`; it knows conditional comments, which templates use to give it tables and VML instead.

use super::rewrite::{self, is_listed};
use crate::{
    css::{self, Rule, Sheet},
    html::{self, Token, is_conditional},
};

/// What `mso` is in conditional comments.
const MSO_VERSION: u32 = 16;

/// Properties that Word passes over.
const UNKNOWN_PROPERTIES: &str = include_str!("outlook.txt");

/// Values that Word does not understand.
const UNKNOWN_VALUES: [&str; 9] =
    ["var(", "calc(", "min(", "max(", "clamp(", "rgba(", "gradient(", "light-dark(", "inline-block"];

/// What `display` may say.
const DISPLAY_VALUES: [&str; 5] = ["none", "block", "inline", "table", "table-cell"];

/// Elements that Word neither pads nor gives a width.
const UNSIZED_ELEMENTS: [&str; 6] = ["div", "p", "a", "span", "section", "body"];

/// Takes what Word takes.
pub(super) fn simulate(html: &str) -> String {
    let html = without_xml(&resolve_conditionals(html));
    let mut out = String::with_capacity(html.len());
    let mut in_style = false;
    let mut tokens = html::scan(&html).peekable();
    while let Some(token) = tokens.next() {
        match token {
            // A paragraph without words is none, whatever its borders.
            Token::Start(tag) if tag.is(&["p"]) && tokens.next_if(ends_paragraph).is_some() => continue,
            // VML draws nothing here; what stands in it is shown.
            Token::Start(tag) | Token::End(tag) if tag.name.contains(':') => continue,
            Token::Comment(text) if !text.to_ascii_lowercase().starts_with("<!doctype") => continue,
            Token::Text(sheet) if in_style => out.push_str(&strip_sheet(sheet)),
            Token::Start(tag) => {
                out.push_str(&rewrite::attributes(tag, |name, value| match name.to_ascii_lowercase().as_str() {
                    "style" => Some(rewrite::declarations(value, |name, value| is_supported(tag.name, name, value))),
                    "srcset" | "loading" | "hidden" => None,
                    _ => Some(value.to_owned()),
                }))
            }
            token => out.push_str(token.source()),
        }
        in_style = matches!(token, Token::Start(tag) if tag.is(&["style"]));
    }
    out
}

fn ends_paragraph(token: &Token<'_>) -> bool {
    matches!(token, Token::End(tag) if tag.is(&["p"]))
}

/// The page with its conditional comments answered as Word answers them.
fn resolve_conditionals(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut is_shown = true;
    for token in html::scan_with_conditionals(html) {
        match token {
            // `<!--[if !mso]><!-->` shows its content to everybody else.
            Token::Comment(comment) if is_conditional(comment) => {
                let condition = comment.split_once("[if").and_then(|(_, rest)| rest.split_once("]>"));
                match condition {
                    Some((condition, _)) => is_shown = condition_holds(condition),
                    None => is_shown |= comment.contains("<![endif]"),
                }
            }
            token if is_shown => out.push_str(token.source()),
            _ => {}
        }
    }
    out
}

/// Answers a condition: `mso`, `!mso`, `gte mso 9`, `(mso)|(IE)`.
fn condition_holds(condition: &str) -> bool {
    let condition = condition.trim();
    // The weakest operator first; none of them stands in parentheses where people write them.
    if let Some((one, other)) = outside(condition, '|') {
        return condition_holds(one) || condition_holds(other);
    }
    if let Some((one, other)) = outside(condition, '&') {
        return condition_holds(one) && condition_holds(other);
    }
    if let Some(negated) = condition.strip_prefix('!') {
        return !condition_holds(negated);
    }
    if let Some(inner) = condition.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        return condition_holds(inner);
    }
    let words: Vec<&str> = condition.split_whitespace().collect();
    let number = |text: &str| text.parse::<f32>().unwrap_or(0.0) as u32;
    match *words {
        ["mso" | "true"] => true,
        ["mso", version] => number(version) == MSO_VERSION,
        ["gte", "mso", version] => MSO_VERSION >= number(version),
        ["gt", "mso", version] => MSO_VERSION > number(version),
        ["lte", "mso", version] => MSO_VERSION <= number(version),
        ["lt", "mso", version] => MSO_VERSION < number(version),
        _ => false,
    }
}

/// Splits at the first `sign` outside of parentheses.
fn outside(text: &str, sign: char) -> Option<(&str, &str)> {
    let mut depth = 0_i32;
    let at = text.char_indices().find_map(|(at, char)| {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0 && char == sign).then_some(at)
    })?;
    Some((&text[..at], &text[at + 1..]))
}

/// Office's settings are no part of what is shown.
fn without_xml(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<xml>") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find("</xml>").map_or("", |end| &rest[at + end + 6..]);
    }
    out + rest
}

fn strip_sheet(sheet: &str) -> String {
    let sheet = css::without_comments(sheet);
    let sheet = Sheet::parse(&sheet);
    // Word gives a sheet up that it cannot read to its end.
    let rules = sheet.rules.into_iter().filter(|_| !sheet.is_broken).filter_map(|rule| match rule {
        Rule::Style { selectors, block } => {
            let kept: Vec<&str> = css::selectors(selectors).filter(|one| is_known_selector(one)).collect();
            let body = rewrite::declarations(block, |name, value| is_supported("", name, value));
            (!kept.is_empty()).then(|| format!("{}{{{body}}}", kept.join(",")))
        }
        Rule::At { .. } => None,
    });
    rules.collect()
}

/// Elements, a class, an id, and descendants of them.
fn is_known_selector(selector: &str) -> bool {
    !selector.is_empty()
        && !selector.contains(['>', '+', '~', '*', '[', ':', '&'])
        && selector.split_whitespace().all(|part| part.matches(['.', '#']).count() < 2)
}

fn is_supported(element: &str, name: &str, value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let is_unsized = UNSIZED_ELEMENTS.iter().any(|loose| loose.eq_ignore_ascii_case(element));
    let is_unknown = is_listed(UNKNOWN_PROPERTIES, name) || UNKNOWN_VALUES.iter().any(|known| value.contains(known));
    let is_size = is_unsized && (name.starts_with("padding") || name == "width" || name == "height");
    let is_behind = name == "background" && value.contains("url(");
    let is_display = name == "display" && !DISPLAY_VALUES.contains(&value.as_str());
    !is_unknown && !is_size && !is_behind && !is_display
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expect: &str) {
        assert_eq!(simulate(html), expect);
    }

    #[test]
    fn conditional_comments_are_answered() {
        check("a<!--[if mso | IE]><b>w</b><![endif]-->c", "a<b>w</b>c");
        check("a<!--[if !mso]><!--><i>n</i><!--<![endif]-->c", "ac");
        check("a<!--[if !mso]><!-- --><i>n</i><!-- <![endif]-->c", "ac");
        check("a<![if !mso]><i>n</i><![endif]>c<!-- d -->", "ac");
        check("<!--[if lte mso 11]>old<![endif]--><!--[if gte mso 9]>new<![endif]-->", "new");
        check("<!--[if (gte mso 9)|(IE)]>both<![endif]--><!--[if IE]>ie<![endif]-->", "both");
        check("<!--[if mso]><xml><o:x>1</o:x></xml><v:rect>in</v:rect><![endif]-->", "in");
        check("<p style=\"border-top:1px solid\"></p><p>a</p>", "<p>a</p>");
        check("<!--[if mso", "");
    }

    #[test]
    fn styles_keep_what_word_knows() {
        check(
            "<style>p{color:red;border-radius:3px}p>b{color:red}.a.b{color:red}@media (max-width:9px){p{color:blue}}</style>",
            "<style>p{color:red}</style>",
        );
        check(
            "<div style=\"max-width:600px;padding:9px;background:#fff url(a.png);margin:0\">",
            "<div style=\"margin:0\">",
        );
        check(
            "<td style=\"padding:9px;background:#fff;display:inline-block;width:calc(1px)\">",
            "<td style=\"padding:9px;background:#fff\">",
        );
    }
}
