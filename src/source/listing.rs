//! The posts that a page lists, by selectors or by what repeats.

use std::collections::HashMap;

use chrono::NaiveDate;
use dom_query::{Document as Dom, Matcher, NodeRef};
use url::Url;

use super::{
    boilerplate, byline, charset, copied_text, date,
    document::{Document, Parsed, Problem},
    feed,
    kind::Selectors,
    outline::{self, Entry},
};
use crate::{diagnostic::Diagnostic, html, post::Post, zone::Zone};

/// Reads the posts that a page lists.
///
/// # Errors
/// A [`Problem`] for a bad selector, or where nothing is listed.
pub fn read(document: Document, select: &Selectors, source: &str, zone: Zone) -> Result<Parsed, Problem> {
    let url = document.url;
    let text = charset::decode(document.octets, document.charset.as_deref()).text;
    let mut language = None;
    let items = if outline::is_markup(&text) {
        let text = html::limit(&text);
        let dom = Dom::from(text.as_ref());
        language = dom.select("html").attr("lang").and_then(|tag| feed::language(&tag));
        let base = dom.base_uri().and_then(|base| Url::parse(&base).ok()).or_else(|| url.clone());
        let chosen = ListingSelectors::of(select).map_err(|wrong| Problem::new(source, wrong))?;
        match &chosen.item {
            Some(matcher) => {
                dom.select_matcher(matcher).nodes().iter().map(|node| chosen.read(node, base.as_ref(), zone)).collect()
            }
            None => guessed(&dom, &text, &chosen, base.as_ref(), zone),
        }
    } else {
        copied_text::read(&text).others
    };
    let posts: Vec<Post> = items
        .into_iter()
        .filter(|item: &Entry| !item.title.is_empty())
        .map(|item| post(item, url.as_ref(), source, zone, language.as_deref()))
        .collect();
    if posts.is_empty() {
        let wrong = Diagnostic::new("no list of posts was found on the page");
        return Err(Problem::new(source, wrong.hint("name its parts under `[source.select]`")));
    }
    Ok(Parsed { posts, ..Parsed::default() })
}

fn post(item: Entry, base: Option<&Url>, source: &str, zone: Zone, language: Option<&str>) -> Post {
    let url = item.link.as_deref().and_then(|link| match base {
        Some(base) => base.join(link).ok(),
        None => Url::parse(link).ok(),
    });
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    let published = outline::midnight(&item, zone);
    let words = item
        .lines
        .iter()
        .filter(|line| !boilerplate::is_boilerplate(&line.text))
        .map(|line| line.text.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let mut post = outline::post(source, url, item.title, item.authors, published, String::new());
    post.description = Some(words).filter(|words| !words.is_empty());
    post.language = language.map(str::to_owned);
    post
}

fn guessed(dom: &Dom, page: &str, chosen: &ListingSelectors, base: Option<&Url>, zone: Zone) -> Vec<Entry> {
    // The day of an entry may be the term that it explains.
    for term in dom.select("dt").nodes() {
        let words = html::plain_line(&term.html());
        let dated = byline::read(&words).is_some_and(|byline| byline.date.is_some());
        if let Some(entry) = term.next_element_sibling().filter(|entry| dated && entry.has_name("dd")) {
            entry.prepend_html(format!("<time>{}</time> ", html::escape(&words)));
        }
    }
    let heading = dom.select("h1").iter().map(|h1| html::plain_line(&h1.html())).find(|words| !words.is_empty());
    let mut found: Vec<Entry> =
        guess(dom).unwrap_or_default().iter().map(|node| chosen.read(node, base, zone)).collect();
    found.retain(|item| !heading.as_deref().is_some_and(|h1| outline::same_title(h1, &item.title)));
    let dated = found.iter().filter(|item| item.date.is_some()).count();
    if found.len() > 1 && dated * 2 >= found.len() {
        return found;
    }
    let lines = outline::lines(&html::clean(page, base));
    let first = outline::first_entry(&lines);
    let outline = outline::read(lines, heading.as_deref().filter(|_| first.is_none()));
    // A first post with the same kind of heading as the others is one of them and not the page's article.
    let leader = outline.article.filter(|article| first.as_deref() == Some(&article.title));
    let others: Vec<Entry> = leader.into_iter().chain(outline.others).collect();
    let best = if others.len() > 1 || (found.is_empty() && !others.is_empty()) { others } else { found };
    let dated = |items: &[Entry]| items.iter().filter(|item| item.date.is_some()).count();
    let links = if dated(&best) * 2 < best.len().max(2) { dated_links(dom, chosen, base, zone) } else { Vec::new() };
    if links.len() > dated(&best).max(1) { links } else { best }
}

/// The dated links of a page whose entries stand in no element of their own: the date is in the link, or among the words
/// before it or behind it.
fn dated_links(dom: &Dom, chosen: &ListingSelectors, base: Option<&Url>, zone: Zone) -> Vec<Entry> {
    let is_link = |node: &NodeRef<'_>| node.has_name("a") && node.has_attr("href");
    let is_entry = |node: &NodeRef<'_>| is_link(node) && node.text().trim().chars().count() >= 8 && !in_menu(node);
    let mut links = Vec::new();
    // The words before each link, and behind the last.
    let mut between = vec![String::new()];
    for node in dom.select("body").nodes().iter().flat_map(NodeRef::descendants_it) {
        if is_entry(&node) {
            links.push(node);
            between.push(String::new());
        } else if node.is_text() && !node.ancestors(None).iter().any(is_link) {
            let words = between.last_mut().expect("it begins with one");
            words.push(' ');
            words.push_str(&node.text());
        }
    }
    let days: Vec<_> = between.iter().map(|words| date::find(words).map(|found| found.date)).collect();
    let before = days.first().is_some_and(Option::is_some);
    let days = if before { days.get(..links.len()) } else { days.get(1..) }.unwrap_or_default();
    let read = |(link, day): (&NodeRef<'_>, &Option<NaiveDate>)| {
        let item = chosen.read(link, base, zone);
        Entry { date: item.date.or(*day), ..item }
    };
    links.iter().zip(days).map(read).filter(|item| item.date.is_some()).collect()
}

/// A title without the day that it begins or ends with: "2025-01-09 – The crane came", "The crane came (9 Jan 2025)".
fn split_day(title: &str) -> Option<(String, NaiveDate)> {
    let found = date::find(title)?;
    let (before, behind) = (title.get(..found.start)?, title.get(found.end..)?);
    let bare = |text: &str| text.trim_matches(|c: char| c.is_whitespace() || "-–—|:,·()[]".contains(c)).to_owned();
    let (before, behind) = (bare(before), bare(behind));
    let rest = if before.is_empty() {
        behind
    } else if behind.is_empty() {
        before
    } else {
        return None;
    };
    (rest.split_whitespace().count() > 1 || rest.chars().count() > 8).then_some((rest, found.date))
}

/// Finds the elements that repeat: siblings of one tag and class, each with a link or a heading of its own.
pub(super) fn guess<'a>(dom: &'a Dom) -> Option<Vec<NodeRef<'a>>> {
    const MOST: usize = 30_000;
    let mut best: (f64, Vec<NodeRef<'a>>) = (0.0, Vec::new());
    for parent in dom.select("*").nodes().iter().take(MOST) {
        let children = parent.element_children();
        if children.len() < 2 {
            continue;
        }
        let mut groups: HashMap<String, Vec<NodeRef<'a>>> = HashMap::new();
        for child in children {
            let tag = child.node_name().unwrap_or_default().to_string();
            if matches!(
                tag.as_str(),
                "article" | "section" | "div" | "li" | "tr" | "td" | "dd" | "p" | "a" | "aside" | "figure"
            ) {
                let class = child.class().unwrap_or_default();
                groups
                    .entry(format!("{tag} {}", class.split_whitespace().next().unwrap_or_default()))
                    .or_default()
                    .push(child);
            }
        }
        for group in groups.into_values().filter(|group| group.len() >= 2) {
            let score = score(&group);
            let outer = score == best.0 && !best.1.is_empty();
            if score > best.0 && !outer && !in_menu(&group[0]) {
                best = (score, group);
            }
        }
    }
    best.1.retain(|node| rich(node).0);
    (best.1.len() >= 2).then_some(best.1)
}

/// Number times richness; a menu, whose items are bare links, has none.
fn score(group: &[NodeRef<'_>]) -> f64 {
    let (mut good, mut dated, mut headed, mut worded) = (0.0, 0.0, 0.0, 0.0);
    for node in group.iter().take(50) {
        let (titled, date, heading, words) = rich(node);
        if titled {
            good += 1.0;
            dated += f64::from(u8::from(date));
            headed += f64::from(u8::from(heading));
            worded += f64::from(u8::from(words));
        }
    }
    if good < 2.0 || dated + headed + worded < good {
        return 0.0;
    }
    good * (0.2 + (3.0 * dated + headed + worded) / good)
}

/// Whether an element has a title, a date, a heading, and words besides.
fn rich(node: &NodeRef<'_>) -> (bool, bool, bool, bool) {
    let text = spaced(node);
    if text.len() < 12 || text.len() > 4_000 {
        return (false, false, false, false);
    }
    let headings = node.descendants_it().filter(|inner| is_heading(inner)).take(3).count();
    let link = node.has_name("a")
        || node.descendants_it().any(|inner| inner.has_name("a") && inner.text().trim().chars().count() >= 8);
    let dates = dates(&text);
    // An element that holds several is a list itself.
    let one = dates <= 2 && headings <= 2;
    ((headings > 0 || link) && one, dates > 0 && one, headings > 0, text.trim().chars().count() > 80)
}

/// The words of an element, those of different elements apart.
fn spaced(node: &NodeRef<'_>) -> String {
    let mut words = String::new();
    for text in node.descendants_it().filter(NodeRef::is_text) {
        words.push_str(&text.text());
        words.push(' ');
    }
    words
}

fn dates(text: &str) -> usize {
    let mut rest = text;
    let mut count = 0;
    while let Some(found) = date::find(rest).filter(|_| count < 4) {
        count += 1;
        rest = &rest[found.end..];
    }
    count
}

fn is_heading(node: &NodeRef<'_>) -> bool {
    ["h1", "h2", "h3", "h4", "h5", "h6"].iter().any(|name| node.has_name(name))
}

fn in_menu(node: &NodeRef<'_>) -> bool {
    node.ancestors(None).iter().any(|outer| ["nav", "footer", "form", "select"].iter().any(|name| outer.has_name(name)))
}

/// Reads one listed post without selectors.
pub(super) fn item(node: &NodeRef<'_>, base: Option<&Url>, zone: Zone) -> Entry {
    ListingSelectors::default().read(node, base, zone)
}

/// The selectors, ready to use.
#[derive(Default)]
struct ListingSelectors {
    item: Option<Matcher>,
    title: Option<Matcher>,
    link: Option<Matcher>,
    date: Option<Matcher>,
    author: Option<Matcher>,
    teaser: Option<Matcher>,
}

impl ListingSelectors {
    fn of(select: &Selectors) -> Result<Self, Diagnostic> {
        let ready = |key: &str, selector: &Option<String>| match selector {
            None => Ok(None),
            Some(selector) => Matcher::new(selector).map(Some).map_err(|_| {
                Diagnostic::new(format!("`{selector}` is no CSS selector"))
                    .hint(format!("`select.{key}` of this source"))
            }),
        };
        Ok(Self {
            item: ready("item", &select.item)?,
            title: ready("title", &select.title)?,
            link: ready("link", &select.link)?,
            date: ready("date", &select.date)?,
            author: ready("author", &select.author)?,
            teaser: ready("teaser", &select.teaser)?,
        })
    }

    fn read(&self, node: &NodeRef<'_>, base: Option<&Url>, zone: Zone) -> Entry {
        let first = |matcher: &Option<Matcher>| {
            matcher.as_ref().and_then(|matcher| node.descendants_it().find(|inner| inner.is_match(matcher)))
        };
        let lines = outline::lines(&html::clean(&node.html(), base));
        let heading = node.descendants_it().find(is_heading);
        let links = || node.descendants_it().filter(|inner| inner.has_name("a") && inner.has_attr("href"));
        let longest = || links().max_by_key(|link| link.text().trim().chars().count());
        let itself = || Some(*node).filter(|node| node.has_name("a"));
        let titled = first(&self.title).or(heading).or_else(longest).or_else(itself);
        let title = titled.as_ref().map(title_of).unwrap_or_default();
        let linked = first(&self.link)
            .or_else(|| {
                titled.and_then(|title| title.descendants_it().chain([title]).find(|inner| inner.has_attr("href")))
            })
            .or_else(|| Some(*node).filter(|node| node.has_attr("href")))
            .or_else(|| links().next());
        let link = linked
            .and_then(|link| link.attr("href").or_else(|| link.descendants_it().find_map(|inner| inner.attr("href"))))
            .map(|link| link.to_string());
        let mut item = Entry { title, link, ..Entry::default() };
        let stamp = first(&self.date).or_else(|| node.descendants_it().find(|inner| inner.has_name("time")));
        let stamped = stamp.as_ref().map(|stamp| html::plain_line(&stamp.html())).unwrap_or_default();
        item.date = stamp.and_then(|stamp| {
            let words = stamp.attr("datetime").unwrap_or_else(|| stamp.text());
            date::parse(&words, zone)
                .map(|date| date.with_timezone(&zone).date_naive())
                .or_else(|| date::find(&stamp.text()).map(|found| found.date))
        });
        let author = first(&self.author);
        if let Some(author) = author {
            let words = html::plain_line(&author.html());
            item.authors = byline::read(&words)
                .map(|byline| byline.authors)
                .filter(|names| !names.is_empty())
                .unwrap_or_else(|| vec![words]);
        }
        for mut line in lines {
            // The date may stand in one run with the author.
            if let Some(rest) = line.text.strip_prefix(stamped.as_str()).filter(|_| !stamped.is_empty()) {
                line.text = rest.trim().trim_start_matches(['|', '·', ',', '–', '-']).trim().to_owned();
            }
            if outline::same_title(&line.text, &item.title) || boilerplate::is_boilerplate(&line.text) {
                continue;
            }
            match byline::read(&line.text) {
                Some(byline) => item.add(byline),
                None if item.date.is_some()
                    && item.authors.is_empty()
                    && item.lines.is_empty()
                    && byline::is_bare_author(&line.text) =>
                {
                    item.authors.push(line.text);
                }
                None => {
                    // Title, date and teaser may share one block.
                    let rest = line.text.strip_prefix(item.title.as_str()).unwrap_or(&line.text).trim();
                    if let Some(byline) = byline::read(rest) {
                        item.add(byline);
                        continue;
                    }
                    let found = date::find(rest).filter(|found| found.start < 12);
                    item.date = item.date.or(found.map(|found| found.date));
                    let rest = found.map_or(rest, |found| rest[found.end..].trim_start());
                    let rest = rest.strip_prefix(item.title.as_str()).unwrap_or(rest);
                    let rest = rest.trim_matches(|c: char| {
                        c.is_whitespace() || matches!(c, '-' | '–' | '—' | '|' | ':' | ',' | '(' | ')')
                    });
                    if let Some(byline) = byline::read(rest) {
                        item.add(byline);
                    } else if !rest.is_empty() && !boilerplate::is_boilerplate(rest) {
                        item.lines.push(outline::PageLine { text: rest.to_owned(), ..line });
                    }
                }
            }
        }
        if item.date.is_none()
            && let Some((title, day)) = split_day(&item.title)
        {
            (item.title, item.date) = (title, Some(day));
        }
        if let Some(teaser) = first(&self.teaser) {
            item.lines = outline::lines(&html::clean(&teaser.html(), base));
        }
        item
    }
}

/// The words of a title or a link without the elements in it that hold a date alone.
fn title_of(node: &NodeRef<'_>) -> String {
    let title = Dom::fragment(node.html());
    let is_date = |inner: &NodeRef<'_>| {
        inner.has_name("time") || byline::read(&inner.text()).is_some_and(|byline| byline.date.is_some())
    };
    let inner = title.select("a *, h1 *, h2 *, h3 *, h4 *, h5 *, h6 *");
    for date in inner.nodes().iter().filter(|inner| is_date(inner)) {
        date.remove_from_parent();
    }
    let words = html::plain_line(&title.html());
    if words.is_empty() { html::plain_line(&node.html()) } else { words }
}

#[cfg(test)]
mod tests;
