//! An article as a row of pieces that can be kept or left out one by one.

use super::{
    clean::clean,
    flow::{data_tables, text},
    plain::{self, decode, is_one_of, line},
    token::{Token, attribute, tokens},
};

/// One block of an article with its markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
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
pub fn pieces(html: &str) -> Vec<Piece> {
    let tables = data_tables(html);
    let lists = plain_lists(html);
    // Terms that are links: a list of pages, not of meanings.
    let linked = html.contains("<dt><a ");
    let (mut table, mut list) = (0, 0);
    let mut all = Vec::new();
    let mut run = String::new();
    let mut whole: Option<(&str, usize)> = None;
    for token in tokens(html) {
        if let Some((name, depth)) = &mut whole {
            push(&mut run, token);
            match token {
                Token::Start(inner, _) if inner == *name => *depth += 1,
                Token::End(inner) if inner == *name => *depth -= 1,
                _ => {}
            }
            // What stands inside was counted with the rest.
            if let Token::Start(inner, _) = token {
                table += usize::from(inner == "table");
                list += usize::from(is_one_of(inner, &["ul", "ol"]));
            }
            if *depth == 0 {
                whole = None;
                flush(&mut run, &mut all);
            }
            continue;
        }
        match token {
            Token::Start(name, _) if is_block(name) => {
                flush(&mut run, &mut all);
                let keep = match name {
                    "table" => {
                        table += 1;
                        tables.get(table - 1).copied().unwrap_or_default()
                    }
                    "ul" | "ol" => {
                        list += 1;
                        lists.get(list - 1).copied().unwrap_or_default()
                    }
                    name => {
                        (name == "dl" && !linked)
                            || is_one_of(
                                name,
                                &["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figure"],
                            )
                    }
                };
                if keep {
                    push(&mut run, token);
                    whole = Some((name, 1));
                }
            }
            Token::Start("hr", _) => flush(&mut run, &mut all),
            Token::End(name) if is_block(name) => flush(&mut run, &mut all),
            token => push(&mut run, token),
        }
    }
    flush(&mut run, &mut all);
    all
}

fn push(run: &mut String, token: Token<'_>) {
    match token {
        Token::Text(text) => run.push_str(text),
        Token::Start(name, raw) => run.extend(["<", name, raw, ">"]),
        Token::End(name) => run.extend(["</", name, ">"]),
    }
}

/// Ends a block; a run of inline content is parted at double line breaks.
fn flush(run: &mut String, all: &mut Vec<Piece>) {
    let content = std::mem::take(run);
    let content = content.trim();
    if content.is_empty() {
        return;
    }
    let Some(Token::Start(first, _)) =
        tokens(content).next().filter(|token| matches!(token, Token::Start(name, _) if is_block(name)))
    else {
        for part in content.split("<br /><br />") {
            // Elements that the break stood in are closed and opened anew.
            let part = clean(part.trim().trim_start_matches("<br />").trim_end_matches("<br />"), None);
            if !part.is_empty() {
                all.push(piece(format!("<p>{part}</p>"), None));
            }
        }
        return;
    };
    let heading = first.strip_prefix('h').and_then(|level| level.parse().ok());
    let piece = piece(content.to_owned(), heading);
    if !piece.text.is_empty() || piece.html.contains("<img") {
        all.push(piece);
    }
}

fn piece(html: String, heading: Option<u8>) -> Piece {
    let words = line(&text(&html).replace('&', "&amp;").replace('<', "&lt;"));
    let link = tokens(&html).find_map(|token| match token {
        Token::Start("a", raw) => attribute(raw, "href").map(|link| decode(link).into_owned()),
        _ => None,
    });
    Piece { text: words, link, heading, html }
}

/// A block that holds something: a rule holds nothing and never ends.
fn is_block(name: &str) -> bool {
    name != "hr" && plain::is_block(name)
}

/// For each list in order of its start: whether its items hold no blocks but lists.
fn plain_lists(html: &str) -> Vec<bool> {
    let mut plain = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for token in tokens(html) {
        match token {
            Token::Start("ul" | "ol", _) => {
                open.push(plain.len());
                plain.push(true);
            }
            Token::End("ul" | "ol") => drop(open.pop()),
            Token::Start("h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "div" | "table" | "blockquote", _) => {
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
        let pieces = pieces(html);
        let texts: Vec<_> = pieces.iter().map(|piece| piece.html.as_str()).collect();
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
        assert_eq!((pieces[0].heading, pieces[3].link.as_deref()), (Some(1), Some("https://a.example/")));
    }
}
