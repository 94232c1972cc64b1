//! The order in which pages say things: title, byline, body, and then perhaps other posts, again and again.
//!
//! In go the lines of a page, whether they were markup or copied text; out come the article and the others.

use chrono::NaiveDate;

use super::{
    byline::{self, Byline},
    furniture,
};
use crate::html;

/// One line or block of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its words.
    pub text: String,
    /// Its markup, clean.
    pub html: String,
    /// The first link in it.
    pub link: Option<String>,
    /// It is marked as a heading.
    pub heading: bool,
}

/// One post on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Its title.
    pub title: String,
    /// The day it was posted.
    pub date: Option<NaiveDate>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Where it leads.
    pub link: Option<String>,
    /// What stands under its byline.
    pub lines: Vec<Line>,
}

impl Item {
    /// The words under its byline.
    pub fn words(&self) -> String {
        self.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The markup under its byline.
    pub fn body(&self) -> String {
        self.lines.iter().map(|line| line.html.as_str()).collect()
    }
}

/// What stands on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// The article, where the page holds one.
    pub article: Option<Item>,
    /// The posts that it lists.
    pub others: Vec<Item>,
}

/// The lines of clean HTML; line breaks inside a block part lines where one of them is a byline or furniture.
pub fn lines(cleaned: &str) -> Vec<Line> {
    let mut all = Vec::new();
    for piece in html::pieces(cleaned) {
        let heading = piece.heading.is_some();
        if piece.html.contains("<br />") && !heading {
            let parts: Vec<String> = piece.html.split("<br />").map(|part| html::clean(part, None)).collect();
            let words: Vec<String> = parts.iter().map(|part| plain(part)).collect();
            if words
                .iter()
                .any(|words| byline::read(words).is_some() || (!words.is_empty() && furniture::is_furniture(words)))
            {
                for (part, text) in parts.into_iter().zip(words).filter(|(_, text)| !text.is_empty()) {
                    let link = html::pieces(&part).into_iter().find_map(|piece| piece.link);
                    let html = if part.starts_with("<p>") { part } else { format!("<p>{part}</p>") };
                    all.push(Line { text, html, link, heading });
                }
                continue;
            }
        }
        all.push(Line { text: piece.text, html: piece.html, link: piece.link, heading });
    }
    all
}

fn plain(cleaned: &str) -> String {
    html::line(&html::text(cleaned).replace('&', "&amp;").replace('<', "&lt;"))
}

/// Title, byline and where they stand.
struct Head {
    title: usize,
    from: usize,
    to: usize,
    byline: Byline,
}

/// Reads a page. `title` is the article's where something else than the lines names it.
pub fn read(lines: Vec<Line>, title: Option<&str>) -> Layout {
    let lines: Vec<Line> =
        lines.into_iter().filter(|line| !furniture::is_furniture(&line.text) || line.html.contains("<img")).collect();
    let heads = heads(&lines, title);
    let Some(first) = heads.first() else {
        return Layout { article: without_byline(lines, title), others: Vec::new() };
    };
    // A byline under the body instead of over it.
    let before: usize = lines[..first.title].iter().map(|line| line.text.len()).sum();
    let sentence = lines[first.title].text.ends_with('.');
    if heads.len() == 1 && sentence && before > 200 && first.from > first.title {
        let byline = first.byline.clone();
        let body = lines[..first.from].to_vec();
        let article =
            without_byline(body, title).map(|item| Item { date: byline.date, authors: byline.authors, ..item });
        return Layout { article, others: Vec::new() };
    }
    let mut items: Vec<Item> = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        let end = heads.get(at + 1).map_or(lines.len(), |next| next.title.min(next.from));
        let own = &lines[head.title];
        let start = head.to.max(head.title + 1).min(end);
        let body = tidy(&lines[start..end], &own.text, at + 1 == heads.len());
        items.push(Item {
            title: own.text.clone(),
            date: head.byline.date,
            authors: head.byline.authors.clone(),
            link: own
                .link
                .clone()
                .or_else(|| body.iter().find_map(|line| line.link.clone()).filter(|_| body.len() < 4)),
            lines: body,
        });
    }
    let length = |item: &Item| item.lines.iter().map(|line| line.text.len()).sum::<usize>();
    let longest = items[1..].iter().map(length).max().unwrap_or_default();
    let first_length = length(&items[0]);
    let named = title.is_some_and(|title| same(title, &items[0].title));
    let parts = items[1..].iter().map(|item| item.lines.len()).max().unwrap_or_default();
    let leads = items.len() == 1
        || named
        || (first_length > 150 && first_length * 2 > longest * 5)
        || items[0].lines.len() > parts + 1;
    if leads {
        let article = items.remove(0);
        return Layout { article: Some(article), others: items };
    }
    Layout { article: None, others: items }
}

/// Takes what belongs to the body: no titles and bylines again, no heading of the list that follows.
fn tidy(lines: &[Line], title: &str, last: bool) -> Vec<Line> {
    let mut body: Vec<Line> = Vec::new();
    for line in lines {
        if same(&line.text, title) || (byline::read(&line.text).is_some() && line.text.len() < 80) {
            continue;
        }
        let lower = line.text.to_lowercase();
        if body.len() > 1
            && last
            && (lower.starts_with("©") || lower.starts_with("copyright ") || lower.ends_with("all rights reserved."))
        {
            break;
        }
        body.push(line.clone());
    }
    if let Some(at) = body.iter().rposition(|line| furniture::heads_others(&line.text)) {
        // A heading over links or over nothing: what follows is not the article's.
        if body[at + 1..].iter().all(|line| line.link.is_some() || line.text.chars().count() < 80) {
            body.truncate(at);
        }
    }
    while body.last().is_some_and(|line| line.heading) {
        body.pop();
    }
    body
}

fn without_byline(lines: Vec<Line>, title: Option<&str>) -> Option<Item> {
    let at = title.and_then(|title| lines.iter().position(|line| same(&line.text, title)));
    let at = at.or_else(|| lines.iter().position(|line| line.heading)).unwrap_or_default();
    let own = lines.get(at)?;
    let titled = title.is_none() || same(&own.text, title.unwrap_or_default()) || own.heading;
    let title = title.map_or_else(|| own.text.clone(), str::to_owned);
    let body = tidy(if titled { &lines[at + 1..] } else { &lines[..] }, &title, true);
    Some(Item { title, lines: body, ..Item::default() })
}

fn heads(lines: &[Line], title: Option<&str>) -> Vec<Head> {
    let bylines: Vec<Option<Byline>> = lines.iter().map(|line| byline::read(&line.text)).collect();
    let known = title.and_then(|title| lines.iter().position(|line| same(&line.text, title)));
    let date_first = bylines.first().is_some_and(Option::is_some);
    let mut heads: Vec<Head> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if bylines[at].is_none() {
            at += 1;
            continue;
        }
        let from = at;
        let mut byline = Byline::default();
        while at < lines.len() {
            let bare = byline.authors.is_empty()
                && byline.date.is_some()
                && byline::is_bare_author(&lines[at].text)
                && !lines[at].heading
                && lines.get(at + 1).is_some_and(|next| next.text.len() > 30 || bylines[at + 1].is_some());
            match &bylines[at] {
                Some(read) if byline.date.is_none() || read.date.is_none() => {
                    byline.date = byline.date.or(read.date);
                    byline.authors.extend(
                        read.authors.iter().filter(|name| !byline.authors.contains(name)).cloned().collect::<Vec<_>>(),
                    );
                }
                None if bare && !date_first => byline.authors.push(lines[at].text.clone()),
                _ => break,
            }
            at += 1;
        }
        let floor = heads.last().map_or(0, |head: &Head| head.to);
        let found = if date_first {
            (at < lines.len()).then_some(at)
        } else {
            title_before(lines, from, floor, byline.authors.is_empty()).map(|(title, author)| {
                if let Some(author) = author {
                    byline.authors.push(lines[author].text.clone());
                }
                title
            })
        };
        let Some(mut title_at) = found else { continue };
        let mut to = if date_first { at + 1 } else { at };
        if heads.is_empty()
            && let Some(known) = known.filter(|known| *known < from && from - known <= 6)
        {
            title_at = known;
        }
        if date_first
            && byline.authors.is_empty()
            && let Some(next) = bylines.get(to).and_then(Option::as_ref)
            && next.date.is_none()
        {
            byline.authors.clone_from(&next.authors);
            to += 1;
        }
        // Only the first may lack a date: a name alone under a line is no other post.
        if !heads.is_empty() && (byline.date.is_none() || !is_title(&lines[title_at])) {
            continue;
        }
        heads.push(Head { title: title_at, from, to, byline });
        at = at.max(to);
    }
    heads
}

/// The title over a byline: the line above, or the one over a subtitle or a bare author.
fn title_before(lines: &[Line], from: usize, floor: usize, author_wanted: bool) -> Option<(usize, Option<usize>)> {
    let above = from.checked_sub(1).filter(|above| *above >= floor)?;
    let over = above.checked_sub(1).filter(|over| *over >= floor);
    if let Some(over) = over {
        if author_wanted
            && !lines[above].heading
            && byline::is_bare_author(&lines[above].text)
            && is_title(&lines[over])
            && (lines[over].heading || lines[over].text.split_whitespace().count() > 3)
        {
            return Some((over, Some(above)));
        }
        if !is_title(&lines[above])
            && !lines[above].heading
            && (lines[over].heading || is_title(&lines[over]))
            && lines[over].text.len() > 8
        {
            return Some((over, None));
        }
    }
    Some((above, None))
}

fn is_title(line: &Line) -> bool {
    let length = line.text.chars().count();
    (2..=180).contains(&length) && (line.heading || !line.text.ends_with('.'))
}

/// Compares titles without regard to case, space and what a site adds behind them.
pub fn same(a: &str, b: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (a, b) = (plain(a), plain(b));
    !a.is_empty() && a == b
}
