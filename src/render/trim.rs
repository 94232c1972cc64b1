//! A page in, the same without what nobody sees out: comments, empty attributes, white space where it means nothing.
//!
//! What stands in conditional comments is trimmed like all else, and they themselves stay as they are.

use crate::html::{self, Token, is_conditional};

/// Elements beside which white space is not shown (HTML, 15.3.3: those that are no part of a line of text).
const BLOCKS: [&str; 34] = [
    "body", "br", "center", "col", "colgroup", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "head",
    "hr", "html", "li", "link", "meta", "noscript", "ol", "p", "style", "table", "tbody", "td", "th", "thead", "title",
    "tr", "ul", "xml",
];

/// Trims a page.
pub(super) fn trim(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    // White space stays where it is part of what is shown.
    let mut preformatted = 0_usize;
    let (mut after_block, mut in_style) = (true, false);
    let mut tokens = html::scan_with_conditionals(html).peekable();
    while let Some(token) = tokens.next() {
        let was_style = std::mem::take(&mut in_style);
        match token {
            Token::Comment(comment) if comment.starts_with("<!--") && !is_conditional(comment) => {}
            Token::Comment(comment) => out.push_str(comment),
            Token::Start(tag) | Token::End(tag) => {
                tag_without_empty(tag.source, &mut out);
                after_block = is_block(&token);
                let is_start = matches!(token, Token::Start(_));
                in_style = is_start && tag.is(&["style"]);
                if tag.is(&["pre", "textarea"]) {
                    preformatted = if is_start { preformatted + 1 } else { preformatted.saturating_sub(1) };
                }
            }
            Token::Text(css) if was_style => out.push_str(&css.split_whitespace().collect::<Vec<_>>().join(" ")),
            Token::Text(text) => {
                if preformatted > 0 {
                    out.push_str(text)
                } else {
                    words(text, after_block, tokens.peek().is_some_and(is_block), &mut out)
                }
                after_block = after_block && text.trim().is_empty();
            }
        }
    }
    out
}

fn is_block(token: &Token<'_>) -> bool {
    matches!(token, Token::Start(tag) | Token::End(tag) if tag.is(&BLOCKS))
}

/// Writes words with one space or line end between them, and none at a block's edge.
fn words(text: &str, after_block: bool, before_block: bool, out: &mut String) {
    let is_space = |char: char| matches!(char, ' ' | '\n' | '\t' | '\r');
    let mut spaces: Option<char> = None;
    let mut any = false;
    for char in text.chars() {
        if is_space(char) {
            spaces = Some(if char == '\n' || spaces == Some('\n') { '\n' } else { ' ' });
            continue;
        }
        if let Some(space) = spaces.take().filter(|_| (any || !after_block) && !out.ends_with(is_space)) {
            out.push(space);
        }
        out.push(char);
        any = true;
    }
    let edge = before_block || (!any && (after_block || out.ends_with(is_space)));
    out.extend(spaces.filter(|_| !edge));
}

/// Copies a tag but for an empty `class` or `style`.
fn tag_without_empty(tag: &str, out: &mut String) {
    if !tag.contains("=\"\"") {
        out.push_str(tag);
        return;
    }
    out.push_str(&tag.replace(" class=\"\"", "").replace(" style=\"\"", ""));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_shown_goes() {
        for (page, expect) in [
            ("<div>\n  <p> a  b\n c </p>\n</div>\n", "<div><p>a b\nc</p></div>"),
            ("<p>a <b>b</b> <i>c</i>d</p>", "<p>a <b>b</b> <i>c</i>d</p>"),
            ("<td class=\"\" style=\"\" title=\"a  b\">x</td>", "<td title=\"a  b\">x</td>"),
            ("<!-- note --><p>a</p><!-- b -->", "<p>a</p>"),
            ("<pre> a\n  b </pre>", "<pre> a\n  b </pre>"),
            ("<style>\n a {\n  b: c;\n }\n</style>", "<style>a { b: c; }</style>"),
            ("<p>a\u{a0} \u{a0}b</p>", "<p>a\u{a0} \u{a0}b</p>"),
        ] {
            assert_eq!(trim(page), expect);
        }
    }

    #[test]
    fn conditional_comments_stay() {
        let spaced = "<!--[if !mso]><!-- --><b>x</b><!-- <![endif]-->";
        assert_eq!(trim(spaced), spaced);
        let page = "<!--[if mso | IE]><table><tr><td><![endif]--><!--[if !mso]><!--><b>x</b><!--<![endif]-->";
        assert_eq!(trim(page), page);
        assert_eq!(trim("<!--[if mso]>\n <xml>\n</xml> <![endif]-->"), "<!--[if mso]><xml></xml><![endif]-->");
    }

    proptest! {
        #[test]
        fn a_page_that_was_trimmed_stays_as_it_is(page in "(<p>|</p>|<b>|</b>|a| |\n|<!--\\[if mso\\]>|<!\\[endif\\]-->|<br>|é){0,20}") {
            let once = trim(&page);
            prop_assert_eq!(trim(&once), once);
        }

        #[test]
        fn nothing_makes_it_panic(page in "[<>!a-z/\"' =\n\u{e9}-]{0,60}") {
            trim(&page);
        }
    }
}
