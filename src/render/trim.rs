//! A page in, the same without what nobody sees out: comments, empty attributes, white space where it means nothing.
//!
//! What stands in conditional comments is trimmed like all else, and they themselves stay as they are.

use super::markup::tag_length;

/// Elements beside which white space is not shown (HTML, 15.3.3: those that are no part of a line of text).
const BLOCKS: [&str; 34] = [
    "body", "br", "center", "col", "colgroup", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "head",
    "hr", "html", "li", "link", "meta", "noscript", "ol", "p", "style", "table", "tbody", "td", "th", "thead", "title",
    "tr", "ul", "xml",
];

/// Trims a page.
pub(super) fn trim(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut at = 0;
    // White space stays where it is part of what is shown.
    let mut preformatted = 0_usize;
    let mut after_block = true;
    while at < html.len() {
        let rest = &html[at..];
        if let Some(comment) = rest.strip_prefix("<!--").filter(|comment| !is_conditional(comment)) {
            at += comment.find("-->").map_or(rest.len(), |end| end + 7);
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            out.push_str(&rest[..end]);
            at += end;
        } else if rest.starts_with('<') && rest[1..].starts_with(|char: char| char.is_ascii_alphabetic() || char == '/')
        {
            let end = tag_length(rest);
            let tag = &rest[..end];
            let name = name(tag);
            tag_without_empty(tag, &mut out);
            at += end;
            after_block = BLOCKS.contains(&name.as_str());
            match name.as_str() {
                "pre" | "textarea" if tag.starts_with("</") => preformatted = preformatted.saturating_sub(1),
                "pre" | "textarea" => preformatted += 1,
                "style" if !tag.starts_with("</") => {
                    let css = &html[at..at + html[at..].find("</style").unwrap_or(0)];
                    out.push_str(&css.split_whitespace().collect::<Vec<_>>().join(" "));
                    at += css.len();
                }
                _ => {}
            }
        } else {
            // A `<` that begins no tag is a word like others.
            let end = rest.char_indices().skip(1).find(|(_, char)| *char == '<').map_or(rest.len(), |(at, _)| at);
            let next = &rest[end..];
            let before_block = next.starts_with('<') && BLOCKS.contains(&name(next).as_str());
            if preformatted > 0 {
                out.push_str(&rest[..end])
            } else {
                words(&rest[..end], after_block, before_block, &mut out)
            }
            after_block = after_block && rest[..end].trim().is_empty();
            at += end;
        }
    }
    out
}

/// Says whether a comment is one that Outlook or others than Outlook obey.
fn is_conditional(comment: &str) -> bool {
    comment.starts_with("[if ") || comment.starts_with('>') || comment.starts_with("<![endif]")
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

fn name(tag: &str) -> String {
    let bare = tag.trim_start_matches('<').trim_start_matches('/');
    let end = bare.find(|char: char| !char.is_ascii_alphanumeric() && char != ':').unwrap_or(bare.len());
    bare[..end].to_ascii_lowercase()
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
