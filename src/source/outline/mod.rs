//! The order in which pages say things: title, byline, body, and then perhaps other posts, again and again.
//!
//! In go the lines of a page, whether they were markup or copied text; out come the article and the others.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use url::Url;

use super::{
    boilerplate,
    byline::{self, Byline},
    date,
};
use crate::{
    post::{Post, PostId},
    zone::Zone,
};

mod heads;

pub use heads::{PageLine, lines, same_title};

/// One post on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its title.
    pub title: String,
    /// The day it was posted.
    pub date: Option<NaiveDate>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Where it leads.
    pub link: Option<String>,
    /// What stands under its byline.
    pub lines: Vec<PageLine>,
}

impl Entry {
    /// Adds what a byline says and was not known.
    pub fn add(&mut self, byline: Byline) {
        self.date = self.date.or(byline.date);
        if self.authors.is_empty() {
            self.authors = byline.authors;
        }
    }

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
pub struct Outline {
    /// The article, where the page holds one.
    pub article: Option<Entry>,
    /// The posts that it lists.
    pub others: Vec<Entry>,
}

/// Reads a page. `title` is the article's where something else than the lines names it.
pub fn read(lines: Vec<PageLine>, title: Option<&str>) -> Outline {
    let labels = labels(&lines);
    let junk = |line: &PageLine| boilerplate::is_boilerplate(&line.text) || labels.contains(&line.text);
    let lines: Vec<PageLine> = lines.into_iter().filter(|line| line.html.contains("<img") || !junk(line)).collect();
    let heads = heads::heads(&lines, title);
    let Some(first) = heads.first() else {
        return Outline { article: without_byline(lines, title), others: Vec::new() };
    };
    // A byline under the body instead of over it.
    let before: usize = lines[..first.title].iter().map(|line| line.text.len()).sum();
    let sentence = lines[first.title].text.ends_with('.');
    if heads.len() == 1 && sentence && before > 200 && first.from > first.title {
        let byline = first.byline.clone();
        let body = lines[..first.from].to_vec();
        let article =
            without_byline(body, title).map(|item| Entry { date: byline.date, authors: byline.authors, ..item });
        return Outline { article, others: Vec::new() };
    }
    let mut items: Vec<Entry> = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        let end = heads.get(at + 1).map_or(lines.len(), heads::Head::start);
        let own = &lines[head.title];
        let start = if head.led { head.title + 1 } else { head.to.max(head.title + 1) }.min(end);
        let mut body = tidy(&lines[start..end], &own.text, at + 1 == heads.len());
        if let Some(next) = heads.get(at + 1) {
            // The next title, once more.
            body.pop_if(|line| same_title(&line.text, &lines[next.title].text));
        }
        items.push(Entry {
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
    let length = |item: &Entry| item.lines.iter().map(|line| line.text.len()).sum::<usize>();
    let longest = items[1..].iter().map(length).max().unwrap_or_default();
    let first_length = length(&items[0]);
    let named = title.is_some_and(|title| same_title(title, &items[0].title));
    let parts = items[1..].iter().map(|item| item.lines.len()).max().unwrap_or_default();
    let leads = items.len() == 1
        || named
        || (first_length > 150 && first_length * 2 > longest * 5)
        || items[0].lines.len() > parts + 1;
    // An article that does not say when it was written, and dated posts after it.
    let prose: usize = lines[..first.start()].iter().map(|line| line.text.len()).filter(|length| *length > 100).sum();
    let shortest = items.iter().map(length).min().unwrap_or_default();
    if !leads && title.is_none() && prose > 300 && prose > shortest * 2 {
        let article = without_byline(lines[..first.start()].to_vec(), title).map(end_article);
        end_last(&mut items, 0);
        return Outline { article, others: items };
    }
    end_last(&mut items, usize::from(leads));
    if leads {
        let article = items.remove(0);
        let article = if items.is_empty() { article } else { end_article(article) };
        return Outline { article: Some(article), others: items };
    }
    Outline { article: None, others: items }
}

/// Short lines that come again and again and are neither dates nor names: what a site writes on each card.
fn labels(lines: &[PageLine]) -> HashSet<String> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for line in lines.iter().filter(|line| line.text.chars().count() < 30) {
        *times.entry(line.text.as_str()).or_default() += 1;
    }
    let label = |text: &str| byline::read(text).is_none() && !byline::is_bare_author(text);
    times.into_iter().filter(|(text, times)| *times > 2 && label(text)).map(|(text, _)| text.to_owned()).collect()
}

/// What ends a sentence.
const ENDS: [char; 10] = ['.', '!', '?', '"', '”', '’', '»', ')', '。', '」'];

/// Takes the heading of the list that follows off an article.
fn end_article(mut article: Entry) -> Entry {
    let heads_list = |line: &mut PageLine| line.text.chars().count() < 60 && !line.text.ends_with(ENDS);
    if article.lines.len() > 1 {
        article.lines.pop_if(heads_list);
    }
    article
}

/// The last post of a list has no more lines than the longest of the others: the rest ends the page.
fn end_last(items: &mut [Entry], list: usize) {
    let Some((last, others)) = items.get_mut(list..).and_then(<[Entry]>::split_last_mut) else { return };
    if let Some(most) = others.iter().map(|item| item.lines.len()).max() {
        last.lines.truncate(most);
    }
}

/// The title of the first post where a page is a row of posts, each a linked heading of one level over its
/// byline.
pub fn first_entry(lines: &[PageLine]) -> Option<String> {
    let heads = heads::heads(lines, None);
    let [first, others @ ..] = &heads[..] else { return None };
    let own = &lines[first.title];
    let alike = others.iter().all(|head| lines[head.title].rank() == own.rank());
    (own.heading && own.link.is_some() && alike && !others.is_empty()).then(|| own.text.clone())
}

/// Takes what belongs to the body: no titles and bylines again, no heading of the list that follows.
fn tidy(lines: &[PageLine], title: &str, last: bool) -> Vec<PageLine> {
    let mut body: Vec<PageLine> = Vec::new();
    for line in lines {
        if same_title(&line.text, title) || (byline::read(&line.text).is_some() && line.text.len() < 80) {
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
    if let Some(at) = body.iter().rposition(|line| boilerplate::heads_other_posts(&line.text)) {
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

fn without_byline(lines: Vec<PageLine>, title: Option<&str>) -> Option<Entry> {
    let at = title.and_then(|title| lines.iter().position(|line| same_title(&line.text, title)));
    let at = at.or_else(|| lines.iter().position(|line| line.heading));
    // The line over the first that is a sentence or long.
    let prose = |line: &PageLine| line.text.chars().count() > 100 || line.text.ends_with(['.', '。']);
    let at = at.or_else(|| lines.iter().position(prose)?.checked_sub(1)).unwrap_or_default();
    let own = lines.get(at)?;
    let titled = title.is_none() || same_title(&own.text, title.unwrap_or_default()) || own.heading;
    let title = title.map_or_else(|| own.text.clone(), str::to_owned);
    let body = tidy(if titled { &lines[at + 1..] } else { &lines[..] }, &title, true);
    Some(Entry { title, lines: body, ..Entry::default() })
}

/// Tells a page from a text that was copied from one.
pub(super) fn is_markup(text: &str) -> bool {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    start.starts_with('<')
        || ["<html", "<body", "<div", "<p>", "<HTML", "<BODY", "<P>"].iter().any(|tag| text.contains(tag))
}

/// The instant of a day's beginning.
pub(super) fn midnight(item: &Entry, zone: Zone) -> Option<DateTime<Utc>> {
    item.date.and_then(|day| date::in_zone(day.and_time(NaiveTime::MIN), zone)).filter(date::is_plausible)
}

pub(super) fn post(
    source: &str,
    url: Option<Url>,
    title: String,
    authors: Vec<String>,
    published: Option<DateTime<Utc>>,
    body: String,
) -> Post {
    let day = published.map(|date| date.to_rfc3339()).unwrap_or_default();
    Post {
        id: PostId::new(None, url.as_ref(), &format!("{title}\n{day}")),
        source: source.to_owned(),
        url,
        title,
        authors,
        published,
        updated: None,
        tags: Vec::new(),
        language: None,
        image: None,
        description: None,
        teaser: None,
        body,
        weight: None,
        draft: false,
        has_marked_lead: false,
    }
}
