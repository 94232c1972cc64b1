//! An article as a row of blocks with their markup, which can be kept or left out one by one.

use super::{
    blocks::{data_tables, text},
    clean::clean,
    escape,
    plain::{decode_entities, plain_line},
    scan::{Tag, Token, scan},
};

/// One block of an article with its markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkupBlock {
    /// Well-formed HTML of one block element.
    pub html: String,
    /// Its words as one line of plain text.
    pub text: String,
    /// The first link in it.
    pub link: Option<String>,
    /// The level of a heading.
    pub heading: Option<u8>,
}

/// Takes clean HTML apart at its blocks; what only wraps others (divisions, layout tables, lists whose items
/// hold blocks) is opened, and text that stands in no block becomes a paragraph.
pub fn markup_blocks(html: &str) -> Vec<MarkupBlock> {
    let tables = data_tables(html);
    let lists = plain_lists(html);
    // Terms that are links: a list of pages, not of meanings.
    let linked = html.contains("<dt><a ");
    let (mut table, mut list) = (0, 0);
    let mut all = Vec::new();
    let mut run = String::new();
    let mut whole: Option<(&str, usize)> = None;
    for token in scan(html) {
        if let Some((name, depth)) = &mut whole {
            run.push_str(token.source());
            match token {
                Token::Start(inner) if inner.name == *name => *depth += 1,
                Token::End(inner) if inner.name == *name => *depth -= 1,
                _ => {}
            }
            // What stands inside was counted with the rest.
            if let Token::Start(inner) = token {
                table += usize::from(inner.name == "table");
                list += usize::from(inner.is(&["ul", "ol"]));
            }
            if *depth == 0 {
                whole = None;
                flush(&mut run, &mut all);
            }
            continue;
        }
        match token {
            Token::Start(tag) if is_block(tag) => {
                flush(&mut run, &mut all);
                let keep = match tag.name {
                    "table" => {
                        table += 1;
                        tables.get(table - 1).copied().unwrap_or_default()
                    }
                    "ul" | "ol" => {
                        list += 1;
                        lists.get(list - 1).copied().unwrap_or_default()
                    }
                    "dl" => !linked,
                    _ => tag.is(&["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figure"]),
                };
                if keep {
                    run.push_str(tag.source);
                    whole = Some((tag.name, 1));
                }
            }
            Token::Start(tag) if tag.name == "hr" => flush(&mut run, &mut all),
            Token::End(tag) if is_block(tag) => flush(&mut run, &mut all),
            token => run.push_str(token.source()),
        }
    }
    flush(&mut run, &mut all);
    all
}

/// Ends a block; a run of inline content is parted at double line breaks.
fn flush(run: &mut String, all: &mut Vec<MarkupBlock>) {
    let content = std::mem::take(run);
    let content = content.trim();
    if content.is_empty() {
        return;
    }
    let Some(Token::Start(first)) =
        scan(content).next().filter(|token| matches!(token, Token::Start(tag) if is_block(*tag)))
    else {
        for part in content.split("<br /><br />") {
            // Elements that the break stood in are closed and opened anew.
            let part = clean(part.trim().trim_start_matches("<br />").trim_end_matches("<br />"), None);
            if !part.is_empty() {
                all.push(markup_block(format!("<p>{part}</p>"), None));
            }
        }
        return;
    };
    let heading = first.name.strip_prefix('h').and_then(|level| level.parse().ok());
    let block = markup_block(content.to_owned(), heading);
    if !block.text.is_empty() || block.html.contains("<img") {
        all.push(block);
    }
}

fn markup_block(html: String, heading: Option<u8>) -> MarkupBlock {
    let words = plain_line(&text(&html).replace('&', "&amp;").replace('<', "&lt;"));
    let link = scan(&html).find_map(|token| match token {
        Token::Start(tag) if tag.name == "a" => tag.attribute("href").map(|link| decode_entities(link).into_owned()),
        _ => None,
    });
    MarkupBlock { text: words, link, heading, html }
}

/// A block that holds something: a rule holds nothing and never ends.
fn is_block(tag: Tag<'_>) -> bool {
    tag.name != "hr" && escape::is_block(tag.name)
}

/// For each list in order of its start: whether its items hold no blocks but lists.
fn plain_lists(html: &str) -> Vec<bool> {
    let mut plain = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for token in scan(html) {
        match token {
            Token::Start(tag) if tag.is(&["ul", "ol"]) => {
                open.push(plain.len());
                plain.push(true);
            }
            Token::End(tag) if tag.is(&["ul", "ol"]) => drop(open.pop()),
            Token::Start(tag) if tag.is(&["h1", "h2", "h3", "h4", "h5", "h6", "div", "table", "blockquote"]) => {
                for list in &open {
                    plain[*list] = false;
                }
            }
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_are_opened_and_blocks_kept_whole() {
        let html = "<div><h1>T</h1>bare <b>x</b><br /><br />two<div><p>P <a href=\"https://a.example/\">l</a></p></div>\
                    <ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><table><tbody><tr><td><p>cell</p></td></tr></tbody></table>\
                    <ul><li><h3>i</h3>t</li></ul></div>";
        let blocks = markup_blocks(html);
        let texts: Vec<_> = blocks.iter().map(|block| block.html.as_str()).collect();
        assert_eq!(
            texts,
            [
                "<h1>T</h1>",
                "<p>bare <b>x</b></p>",
                "<p>two</p>",
                "<p>P <a href=\"https://a.example/\">l</a></p>",
                "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
                "<p>cell</p>",
                "<h3>i</h3>",
                "<p>t</p>"
            ]
        );
        assert_eq!((blocks[0].heading, blocks[3].link.as_deref()), (Some(1), Some("https://a.example/")));
    }
}
