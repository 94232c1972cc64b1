//! Bylines that markup alone takes apart: a name and a date in elements side by side, in a table, in a list of terms.

use dom_query::{Document as Dom, NodeRef};

use super::{byline, words::WORDS};
use crate::html;

/// Longer elements hold more than a byline.
const MAX_BYLINE_CHARS: usize = 160;

/// Writes such bylines as the lines that readers of the page see, so that nothing of them runs together.
pub(super) fn write_out(dom: &Dom) {
    for rows in dom.select("dl, table").nodes() {
        if let Some(line) = labelled(rows) {
            rows.replace_with_html(format!("<p>{}</p>", html::escape(&line)));
        }
    }
    for child in dom.select("span, time, a, b, i, em, strong, small, address, cite, abbr").nodes() {
        let Some(before) = child.prev_sibling() else { continue };
        let parts = if is_in_byline(child) { " | " } else { " " };
        let touches = before.is_element() && !before.has_name("br");
        let parted = before.is_text() && before.text().trim().is_empty();
        if touches && (parts == " | " || is_apart(&before, child)) || parted && parts == " | " {
            child.before_html(parts);
        }
    }
}

/// A table or a list of terms that says who and when, as one line: "Author: Jane Doe | Date: May 9, 2025".
fn labelled(rows: &NodeRef<'_>) -> Option<String> {
    if rows.text().trim().chars().count() > MAX_BYLINE_CHARS {
        return None;
    }
    let cells = rows.descendants_it().filter(|cell| ["dt", "dd", "th", "td"].iter().any(|name| cell.has_name(name)));
    let cells: Vec<String> = cells.map(|cell| html::plain_line(&cell.html())).collect();
    let is_label = |words: &str| {
        let words = words.trim_end_matches([':', '：']).to_lowercase();
        WORDS.before_author.iter().chain(&WORDS.before_date).any(|label| *label == words)
    };
    let labels = cells.iter().step_by(2);
    if cells.len() < 2 || !cells.len().is_multiple_of(2) || !labels.clone().any(|label| is_label(label)) {
        return None;
    }
    let pairs = cells.chunks_exact(2).filter(|pair| is_label(&pair[0]));
    let pairs: Vec<String> =
        pairs.map(|pair| format!("{}: {}", pair[0].trim_end_matches([':', '：']), pair[1])).collect();
    byline::read(&pairs.join(" | ")).map(|_| pairs.join(" | "))
}

/// Says whether an element stands among others that together are a byline: one of them is a date and nothing else.
fn is_in_byline(child: &NodeRef<'_>) -> bool {
    let Some(parent) = child.parent() else { return false };
    if parent.has_name("a") || parent.text().trim().chars().count() > MAX_BYLINE_CHARS {
        return false;
    }
    let own_words = parent.children_it(false).filter(NodeRef::is_text);
    let bare = own_words.map(|words| words.text().trim().chars().count()).sum::<usize>() == 0;
    let is_date = |inner: NodeRef<'_>| {
        inner.is_element() && byline::read(&inner.text()).is_some_and(|byline| byline.date.is_some())
    };
    bare && parent.children_it(false).any(is_date)
}

/// Says whether two elements that touch hold words of their own, and not parts of one word, of a line of code or of
/// running text.
fn is_apart(one: &NodeRef<'_>, other: &NodeRef<'_>) -> bool {
    let Some(parent) = other.parent() else { return false };
    let boxed = ["div", "header", "footer", "section", "article", "li", "td", "dd", "a"];
    let (before, behind) = (one.text(), other.text());
    boxed.iter().any(|name| parent.has_name(name))
        && one.has_attr("class") | other.has_attr("class") | one.has_name("a") | other.has_name("time")
        && before.chars().count() > 1
        && behind.chars().count() > 1
        && before.ends_with(char::is_alphanumeric)
        && behind.starts_with(char::is_alphanumeric)
        && !other.ancestors(None).iter().any(|outer| outer.has_name("pre") || outer.has_name("code"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expect: &str) {
        let dom = Dom::from(format!("<html><body>{body}</body></html>"));
        write_out(&dom);
        assert_eq!(html::text(&html::clean(&dom.html(), None)).replace("\n\n", "\n"), expect);
    }

    #[test]
    fn what_stands_side_by_side_is_parted() {
        check(
            "<div><span>Ada Quill</span><span>March 2, 2025</span></div><p>Words.</p>",
            "Ada Quill | March 2, 2025\nWords.",
        );
        check("<p><span>March 2, 2025</span> <a href='/q'>Ada Quill</a></p>", "March 2, 2025 | Ada Quill");
        check("<div><span class=a>Tides</span><span class=b>Quay</span></div>", "Tides Quay");
    }

    #[test]
    fn tables_and_terms_become_a_line() {
        let line = "Author: Ada Quill | Published: March 2, 2025";
        check("<dl><dt>Author</dt><dd>Ada Quill</dd><dt>Published</dt><dd>March 2, 2025</dd></dl>", line);
        check(
            "<table><tr><th>Author:</th><td>Ada Quill</td></tr><tr><th>Published:</th><td>March 2, 2025</td></tr></table>",
            line,
        );
    }

    #[test]
    fn running_text_and_code_stay() {
        check("<p>On <time>March 2, 2025</time><b>it</b> rained.</p>", "On March 2, 2025it rained.");
        check("<p><b>T</b><span>he quay</span> is closed.</p>", "The quay is closed.");
        check("<dl><dt>Ropes</dt><dd>40</dd></dl>", "Ropes\n40");
    }
}
