//! Where the posts on a page begin: a title, and near it the lines that say when and by whom.
//!
//! Pages put the title over its byline, or under it, or a teaser between the two; a list does it the same way
//! for all its posts, so that they are read together.

use crate::{
    html,
    source::{
        boilerplate,
        byline::{self, Byline},
    },
};

/// A title, its byline and where they stand.
pub(super) struct Head {
    /// The line of the title.
    pub title: usize,
    /// The first line of the byline.
    pub from: usize,
    /// The line after title and byline.
    pub to: usize,
    /// A teaser stands between title and byline.
    pub led: bool,
    /// What the byline says.
    pub byline: Byline,
}

impl Head {
    /// The first line of the post.
    pub fn start(&self) -> usize {
        self.title.min(self.from)
    }
}

/// How a list puts its titles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    TitleByline,
    TitleTeaserByline,
    BylineTitle,
}

/// Lines in a row that say when and by whom.
struct Stamp {
    from: usize,
    to: usize,
    byline: Byline,
}

/// Finds the heads of a page. `title` is the article's where something else than the lines names it.
pub(super) fn heads(lines: &[PageLine], title: Option<&str>) -> Vec<Head> {
    let bylines: Vec<Option<Byline>> = lines.iter().map(|line| byline::read(&line.text)).collect();
    let known = title.and_then(|title| lines.iter().position(|line| same_title(&line.text, title)));
    let stamps = stamps(lines, &bylines);
    let page = Page { lines, bylines };
    let order = page.order(&stamps);
    let mut heads: Vec<Head> = Vec::new();
    for (at, stamp) in stamps.into_iter().enumerate() {
        let floor = heads.last().map_or(0, |head| head.to);
        if stamp.from < floor {
            continue;
        }
        let near = known.filter(|known| heads.is_empty() && *known < stamp.from && stamp.from - known <= 6);
        let head = if at == 0 {
            page.first(&stamp, near)
        } else if stamp.byline.date.is_some() {
            page.head(&stamp, order, floor)
        } else {
            // A name alone under a line is no other post.
            None
        };
        heads.extend(head);
    }
    heads
}

fn stamps(lines: &[PageLine], bylines: &[Option<Byline>]) -> Vec<Stamp> {
    let mut stamps = Vec::new();
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
                && lines.get(at + 1).is_some_and(|next| {
                    // The body follows, or the title once more.
                    let again =
                        || lines[from.saturating_sub(6)..from].iter().any(|line| same_title(&line.text, &next.text));
                    bylines[at + 1].is_none() && (next.text.len() > 30 || again())
                });
            match &bylines[at] {
                Some(read) if byline.date.is_none() || read.date.is_none() => {
                    byline.date = byline.date.or(read.date);
                    for name in &read.authors {
                        if !byline.authors.contains(name) {
                            byline.authors.push(name.clone());
                        }
                    }
                }
                None if bare => byline.authors.push(lines[at].text.clone()),
                _ => break,
            }
            at += 1;
        }
        stamps.push(Stamp { from, to: at, byline });
    }
    stamps
}

struct Page<'a> {
    lines: &'a [PageLine],
    bylines: Vec<Option<Byline>>,
}

impl Page<'_> {
    /// A line that can be a title.
    fn is_title(&self, at: usize) -> bool {
        let Some(line) = self.lines.get(at) else { return false };
        let length = line.text.chars().count();
        let sentence = line.text.ends_with(['.', '。']) && !line.text.ends_with("..");
        (2..=180).contains(&length)
            && self.bylines[at].is_none()
            && (line.heading || !sentence)
            && !boilerplate::heads_other_posts(&line.text)
    }

    /// A line that says something and is no title.
    fn is_words(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| !line.heading) && self.bylines[at].is_none() && !self.is_title(at)
    }

    /// The order that most of the dated bylines have.
    fn order(&self, stamps: &[Stamp]) -> Order {
        let dated = stamps.iter().filter(|stamp| stamp.byline.date.is_some());
        let fits = |order: Order| {
            let fits = |stamp: &&Stamp| {
                let (over, above) = (stamp.from.checked_sub(2), stamp.from.checked_sub(1));
                match order {
                    Order::TitleByline => above.is_some_and(|above| self.is_title(above)),
                    Order::TitleTeaserByline => {
                        over.is_some_and(|over| self.is_title(over)) && above.is_some_and(|above| self.is_words(above))
                    }
                    Order::BylineTitle => self.is_title(stamp.to) && above.is_none_or(|above| !self.is_title(above)),
                }
            };
            dated.clone().filter(fits).count()
        };
        let mut best = Order::TitleByline;
        for order in [Order::TitleTeaserByline, Order::BylineTitle] {
            if fits(order) > fits(best) {
                best = order;
            }
        }
        best
    }

    /// The head of the first post, which may be an article whose title is known.
    fn first(&self, stamp: &Stamp, known: Option<usize>) -> Option<Head> {
        if let Some(title) = known.or_else(|| self.repeated(stamp)) {
            let mut head = self.under(stamp, title);
            if let Some((_, Some(author))) = self.title_over(stamp.from, title, head.byline.authors.is_empty()) {
                head.byline.authors.push(self.lines[author].text.clone());
            }
            return Some(head);
        }
        match self.title_over(stamp.from, 0, stamp.byline.authors.is_empty()) {
            Some((title, author)) if !boilerplate::heads_other_posts(&self.lines[title].text) => {
                let mut head = self.under(stamp, title);
                head.byline.authors.extend(author.map(|author| self.lines[author].text.clone()));
                Some(head)
            }
            _ => self.over(stamp),
        }
    }

    /// A line over a byline that comes again under it is the title, even with a subtitle between.
    fn repeated(&self, stamp: &Stamp) -> Option<usize> {
        let below = &self.lines[stamp.to..self.lines.len().min(stamp.to + 4)];
        let again =
            |at: &usize| self.is_title(*at) && below.iter().any(|line| same_title(&line.text, &self.lines[*at].text));
        (stamp.from.saturating_sub(6)..stamp.from).rev().find(again)
    }

    fn head(&self, stamp: &Stamp, order: Order, floor: usize) -> Option<Head> {
        match order {
            Order::TitleByline => {
                let (title, author) = self.title_over(stamp.from, floor, stamp.byline.authors.is_empty())?;
                let mut head = self.under(stamp, title);
                head.byline.authors.extend(author.map(|author| self.lines[author].text.clone()));
                self.is_title(title).then_some(head)
            }
            Order::TitleTeaserByline => {
                let title = stamp.from.checked_sub(2).filter(|title| *title >= floor && self.is_title(*title))?;
                Some(Head { led: true, ..self.under(stamp, title) })
            }
            Order::BylineTitle => self.over(stamp),
        }
    }

    /// A byline under its title.
    fn under(&self, stamp: &Stamp, title: usize) -> Head {
        Head { title, from: stamp.from, to: stamp.to, led: false, byline: stamp.byline.clone() }
    }

    /// A byline over its title; the author may follow that.
    fn over(&self, stamp: &Stamp) -> Option<Head> {
        let title = stamp.to;
        self.is_title(title).then_some(())?;
        let mut head = Head { to: title + 1, ..self.under(stamp, title) };
        if head.byline.authors.is_empty()
            && let Some(next) = self.lines.get(title + 1)
        {
            match &self.bylines[title + 1] {
                Some(read) if read.date.is_none() => head.byline.authors.clone_from(&read.authors),
                None if byline::is_bare_author(&next.text) && self.is_words(title + 2) => {
                    head.byline.authors.push(next.text.clone());
                }
                _ => return Some(head),
            }
            head.to += 1;
        }
        Some(head)
    }

    /// The title over a byline: the line above, or the one over a subtitle or a bare author.
    fn title_over(&self, from: usize, floor: usize, author_wanted: bool) -> Option<(usize, Option<usize>)> {
        let above = from.checked_sub(1).filter(|above| *above >= floor)?;
        if let Some(top) = from.checked_sub(3).filter(|top| *top >= floor && self.is_title(*top))
            && author_wanted
            && byline::is_bare_author(&self.lines[above].text)
            && self.is_words(above - 1)
        {
            return Some((top, Some(above)));
        }
        let over = above.checked_sub(1).filter(|over| *over >= floor && self.is_title(*over));
        if let Some(over) = over {
            let (own, outer) = (&self.lines[above], &self.lines[over]);
            if author_wanted
                && byline::is_bare_author(&own.text)
                && own.rank() > outer.rank()
                && (outer.heading || outer.text.split_whitespace().count() > 3)
            {
                return Some((over, Some(above)));
            }
            if self.is_words(above) && outer.text.len() > 8 {
                return Some((over, None));
            }
        }
        Some((above, None))
    }
}

/// One line or block of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageLine {
    /// Its words.
    pub text: String,
    /// Its markup, clean.
    pub html: String,
    /// The first link in it.
    pub link: Option<String>,
    /// It is marked as a heading.
    pub heading: bool,
}

impl PageLine {
    /// The level of its heading; 7 for what is none.
    pub(super) fn rank(&self) -> u8 {
        let level = || self.html.strip_prefix("<h")?.bytes().next().filter(u8::is_ascii_digit);
        if self.heading { level().map_or(6, |digit| digit - b'0') } else { 7 }
    }
}

/// The lines of clean HTML; line breaks inside a block part lines where one of them is a byline or furniture.
pub fn lines(cleaned: &str) -> Vec<PageLine> {
    let mut all = Vec::new();
    for piece in html::markup_blocks(cleaned) {
        let heading = piece.heading.is_some();
        if piece.html.contains("<br />") && !heading {
            let parts: Vec<String> = piece.html.split("<br />").map(|part| html::clean(part, None)).collect();
            let words: Vec<String> = parts.iter().map(|part| plain(part)).collect();
            if words
                .iter()
                .any(|words| byline::read(words).is_some() || (!words.is_empty() && boilerplate::is_boilerplate(words)))
            {
                for (part, text) in parts.into_iter().zip(words).filter(|(_, text)| !text.is_empty()) {
                    let link = html::markup_blocks(&part).into_iter().find_map(|piece| piece.link);
                    let html = if part.starts_with("<p>") { part } else { format!("<p>{part}</p>") };
                    all.push(PageLine { text, html, link, heading });
                }
                continue;
            }
        }
        all.push(PageLine { text: piece.text, html: piece.html, link: piece.link, heading });
    }
    all
}

fn plain(cleaned: &str) -> String {
    html::plain_line(&html::text(cleaned).replace('&', "&amp;").replace('<', "&lt;"))
}

/// Compares titles without regard to case, space and what a site adds behind them.
pub fn same_title(a: &str, b: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (a, b) = (plain(a), plain(b));
    !a.is_empty() && a == b
}
