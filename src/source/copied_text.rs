//! A page copied as text: the same things in the same order as on the page, without its markup.

use super::{
    boilerplate, byline,
    outline::{self, Outline, PageLine},
};
use crate::html;

/// Reads copied text: the article and the posts listed after it.
pub fn read(text: &str) -> Outline {
    outline::read(lines(&text[..text.floor_char_boundary(html::MAX_ARTICLE)]), None)
}

/// Parts a text into lines; lines of a paragraph that was wrapped are joined again.
fn lines(text: &str) -> Vec<PageLine> {
    let mut all: Vec<PageLine> = Vec::new();
    let mut wrapped = false;
    let mut open = false;
    let raw: Vec<&str> = text.lines().map(str::trim).collect();
    let blank = raw.iter().filter(|line| line.is_empty()).count();
    let widest = raw.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    // Text that a mail program or a person has wrapped has no long line, and blank lines part its paragraphs.
    let wraps = widest <= 100 && blank * 6 >= raw.len();
    let mut dated = false;
    // A table that lays out the page puts a menu and the title into one line, with a tab between them.
    let parts = raw.into_iter().flat_map(|line| {
        let parts: Vec<&str> = line.split('\t').map(str::trim).collect();
        let bylines = parts.iter().any(|part| byline::read(part).is_some());
        let split = parts.len() > 1 && (!dated || bylines);
        dated |= bylines;
        if split { parts } else { vec![line] }
    });
    for line in parts {
        let words = html::plain_line(&line.replace('&', "&amp;").replace('<', "&lt;"));
        if words.is_empty() {
            open = false;
            continue;
        }
        let alone = byline::read(&words).is_some() || boilerplate::is_boilerplate(&words);
        let join = wraps && open && wrapped && !alone;
        match all.last_mut().filter(|_| join) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(&words);
            }
            None => all.push(PageLine { text: words.clone(), ..PageLine::default() }),
        }
        wrapped = words.chars().count() >= 45;
        open = !alone;
    }
    for line in &mut all {
        line.html = format!("<p>{}</p>", html::escape(&line.text));
        line.link = line
            .text
            .split_whitespace()
            .find(|word| word.starts_with("https://") || word.starts_with("http://"))
            .map(str::to_owned);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = include_str!("../../tests/fixtures/pages/copied.txt");

    #[test]
    fn a_copied_page_gives_the_article_without_furniture_and_list() {
        let article = read(PAGE).article.unwrap();
        assert_eq!(article.title, "Harbour Opens Its New North Pier");
        assert_eq!(article.date.unwrap().to_string(), "2025-01-09");
        assert_eq!(article.authors, ["Jane Doe"]);
        let body: Vec<_> = article.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(body.len(), 3, "{body:#?}");
        assert!(body[0].starts_with("The harbour office opened") && body[2].ends_with("said Roe."));
    }

    #[test]
    fn a_copied_page_gives_the_listed_posts() {
        let others = read(PAGE).others;
        let rows: Vec<_> = others
            .iter()
            .map(|item| (item.title.as_str(), item.date.unwrap().to_string(), item.authors.join(","), item.words()))
            .collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[0],
            (
                "Ferry Timetable Changes in Spring",
                "2025-01-06".into(),
                "John Roe".into(),
                "The early boat leaves ten minutes later from March.".into()
            )
        );
        assert_eq!(rows[2].0, "Winter Storm Closes the Mole");
    }

    #[test]
    fn a_bare_author_line_is_an_author() {
        let article = read("A Title of Some Length\nPosted January 09, 2025\nJane Doe\nThe first paragraph is long enough to be one.\nAnd a second.").article.unwrap();
        assert_eq!((article.authors, article.lines.len()), (vec!["Jane Doe".to_owned()], 2));
    }

    #[test]
    fn text_without_a_byline_is_a_title_and_a_body() {
        let article = read("A title\n\nA paragraph.\n\nAnother.").article.unwrap();
        assert_eq!((article.title.as_str(), article.lines.len(), article.date), ("A title", 2, None));
        assert_eq!(read("").article, None);
    }

    #[test]
    fn an_article_without_a_byline_ends_where_dated_posts_begin() {
        let body = "The basin froze on the night to Sunday, nine days earlier than in the winter before. ".repeat(4);
        let outline = read(&format!(
            "Home\nArchive\nThe Ice Came Early\n{body}\nMore news\nTugs Break Free\nJanuary 8, 2025\nThey worked all night.\n\
             Skating Club Waits\nJanuary 6, 2025\nEight centimetres are needed.\n"
        ));
        let article = outline.article.unwrap();
        assert_eq!((article.title.as_str(), article.words().as_str()), ("The Ice Came Early", body.trim()));
        assert_eq!(outline.others.len(), 2);
    }

    #[test]
    fn cells_of_layout_tables_are_lines() {
        let article = read("Home\nGuestbook\tA Night on the Bank\nMarch 3, 1999 | Hal Brandt\nWe took the ground at ten minutes to midnight.").article.unwrap();
        assert_eq!(
            (article.title.as_str(), article.authors.join(",")),
            ("A Night on the Bank", "Hal Brandt".to_owned())
        );
    }

    #[test]
    fn a_standfirst_and_a_bare_author_may_stand_over_the_date() {
        let article = read("Letters from the Lock\nTwelve letters tell of a winter without boats.\nPeter Lamb\nFeb 14, 2025 • 4 min read\nWhen the floor was taken up, there was a tin under it.").article.unwrap();
        assert_eq!(
            (article.title.as_str(), article.authors.join(",")),
            ("Letters from the Lock", "Peter Lamb".to_owned())
        );
        assert_eq!(article.lines.len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(\n|\n\n|Posted January 09, 2025|By Jane Doe|Print|A title here|Words end\\.|\\PC){0,14}") {
            let _ = read(&text);
        }
    }
}
