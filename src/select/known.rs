//! Knows posts again: by id, link, title, date and text together, since publishers keep none of them for ever.
//!
//! An id may be used for several posts, a link shared by all; a site may move with new ids and new links. So whatever
//! speaks for one post is held against what speaks against it, and a past post that is still there under its own id
//! is no other one's past.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::fingerprint::{Fingerprint, LazyFingerprint};
use crate::post::{Post, canonical};

/// Texts that are so much alike are the same story, unless their titles count different things.
pub(super) const MIN_SIMILARITY: f64 = 0.75;
/// Texts that are less alike are other texts.
const MAX_SIMILARITY_OF_OTHER_TEXTS: f64 = 0.1;
/// Texts that differ by a word or two.
const MIN_SIMILARITY_OF_ONE_TEXT: f64 = 0.9;
/// A clock that was read in another zone is off by less.
const MAX_ZONE_SHIFT: TimeDelta = TimeDelta::hours(14);
/// So many posts with the same part are looked at, the latest first: what many posts share is a form, not a story.
pub(super) const MAX_COMPARED: usize = 64;

/// A post that was there before, as far as it is remembered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastPost {
    /// Its source.
    pub source: String,
    /// Its id.
    pub id: String,
    /// Its canonical link ([`canonical`]).
    pub link: Option<String>,
    /// Its title; `None` where an earlier program did not keep it.
    pub title: Option<String>,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// [`fingerprint`](super::fingerprint()) of its text.
    pub fingerprint: Fingerprint,
}

/// What a post was known again by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownBy {
    /// Its id, which nothing else contradicts.
    Id,
    /// Its link.
    Link,
    /// Its title and its date.
    TitleAndDate,
    /// Its date and its text.
    DateAndText,
    /// Its title and its text.
    TitleAndText,
    /// Its text, in another source.
    Text,
}

impl KnownBy {
    /// As words for an editor.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Link => "link",
            Self::TitleAndDate => "title and date",
            Self::DateAndText => "date and text",
            Self::TitleAndText => "title and text",
            Self::Text => "text",
        }
    }
}

/// Past posts, for looking up those that are there now.
pub struct KnownPosts<'a> {
    posts: Vec<&'a PastPost>,
    present: HashSet<(&'a str, &'a str)>,
    /// The links of each source, each with whether several posts share it.
    links: HashMap<&'a str, HashMap<String, bool>>,
    by_id: HashMap<(&'a str, &'a str), Vec<usize>>,
    by_link: HashMap<&'a str, Vec<usize>>,
    by_title: HashMap<(&'a str, String), Vec<usize>>,
    by_date: HashMap<(&'a str, i64), Vec<usize>>,
    by_text: HashMap<u64, Vec<usize>>,
}

impl<'a> KnownPosts<'a> {
    /// Remembers `past` posts, the latest last; `present` are all that are there now.
    pub fn new(past: impl Iterator<Item = &'a PastPost>, present: &'a [Post]) -> Self {
        let mut known = Self {
            posts: past.collect(),
            present: present.iter().map(|post| (post.source.as_str(), post.id.as_str())).collect(),
            links: HashMap::new(),
            by_id: HashMap::new(),
            by_link: HashMap::new(),
            by_title: HashMap::new(),
            by_date: HashMap::new(),
            by_text: HashMap::new(),
        };
        if known.posts.is_empty() {
            return known;
        }
        for post in present {
            known.add_link(&post.source, post.url.as_ref().map(canonical));
        }
        for (at, post) in known.posts.clone().into_iter().enumerate() {
            let source = post.source.as_str();
            known.by_id.entry((source, &post.id)).or_default().push(at);
            if let Some(link) = &post.link {
                known.by_link.entry(link).or_default().push(at);
                known.links.entry(source).or_default().entry(link.clone()).or_default();
            }
            if let Some(title) = post.title.as_deref().and_then(title_key) {
                known.by_title.entry((source, title)).or_default().push(at);
            }
            if let Some(date) = post.published {
                known.by_date.entry((source, date.timestamp())).or_default().push(at);
            }
            for key in post.fingerprint.keys() {
                known.by_text.entry(*key).or_default().push(at);
            }
        }
        known
    }

    fn add_link(&mut self, source: &'a str, link: Option<String>) {
        if let Some(link) = link {
            self.links.entry(source).or_default().entry(link).and_modify(|shared| *shared = true).or_insert(false);
        }
    }

    /// Says whether a link tells one post of its source from the others.
    fn is_shared(&self, source: &str, link: &str) -> bool {
        self.links.get(source).is_some_and(|links| links.len() == 1 || links.get(link) == Some(&true))
    }

    /// Finds the past post that `post` is, in its own source; with `merge` also under its link in another one.
    pub(super) fn find(&self, post: &Post, print: &LazyFingerprint, merge: bool) -> Option<(usize, KnownBy)> {
        let (source, id) = (post.source.as_str(), post.id.as_str());
        if self.posts.is_empty() {
            return None;
        }
        let link = post.url.as_ref().map(canonical);
        let by_id = self.by_id.get(&(source, id));
        let by_link = link.as_deref().and_then(|link| self.by_link.get(link));
        let by_title = title_key(&post.title).and_then(|title| self.by_title.get(&(source, title)));
        let by_date = post.published.and_then(|date| self.by_date.get(&(source, date.timestamp())));
        let candidates = [by_id, by_link, by_title, by_date].into_iter().flatten();
        candidates.flat_map(|posts| posts.iter().rev().take(MAX_COMPARED)).find_map(|at| {
            let past = *self.posts.get(*at)?;
            let by = if past.source != post.source {
                (merge && past.link == link).then_some(KnownBy::Link)
            } else if past.id != id && self.present.contains(&(source, past.id.as_str())) {
                None
            } else {
                let shared = link.as_deref().is_some_and(|link| self.is_shared(source, link));
                known_by(post, link.as_deref(), print, past, shared)
            };
            Some((*at, by?))
        })
    }

    /// Finds the past post of its own source that `post` is.
    pub fn find_in_source(&self, post: &Post) -> Option<usize> {
        self.find(post, &LazyFingerprint::default(), false).map(|(at, _)| at)
    }

    /// Finds another source's past post in nearly the same words.
    pub(super) fn near_duplicate(&self, post: &Post, print: &LazyFingerprint) -> Option<usize> {
        // Making a fingerprint takes longer than all else here: not where there is nothing to compare it with.
        if self.by_text.is_empty() {
            return None;
        }
        let print = print.of(post);
        let near = print.keys().iter().filter_map(|key| self.by_text.get(key));
        near.flat_map(|posts| posts.iter().rev().take(MAX_COMPARED)).copied().find(|at| {
            let past = self.posts.get(*at);
            past.is_some_and(|p| p.source != post.source && p.fingerprint.likeness(print) >= Some(MIN_SIMILARITY))
        })
    }
}

/// Says by what `post` is known to be `past` of the same source; `shared` where its link is that of others too.
pub(super) fn known_by(
    post: &Post,
    link: Option<&str>,
    print: &LazyFingerprint,
    past: &PastPost,
    shared: bool,
) -> Option<KnownBy> {
    let title = past.title.as_deref().map(|title| title_key(title) == title_key(&post.title));
    let (same_title, other_title) = (title == Some(true) && !post.title.is_empty(), title == Some(false));
    let apart = post.published.zip(past.published).map(|(ours, theirs)| (ours - theirs).abs());
    let (same_date, other_date) =
        (apart.is_some_and(|t| t < TimeDelta::seconds(1)), apart.is_some_and(|t| t >= TimeDelta::seconds(1)));
    let same_link = link.is_some() && past.link.as_deref() == link;
    let likeness = || print.of(post).likeness(&past.fingerprint);
    // An id that was made of the link says no more than the link does.
    let own_id = Some(post.id.as_str()) != link;
    if post.id.as_str() == past.id && own_id {
        let reused = other_title && other_date && (!same_link || shared) && likeness() < Some(MIN_SIMILARITY);
        return (!reused).then_some(KnownBy::Id);
    }
    if same_link && shared {
        return ((same_title && !other_date) || (same_date && !other_title)).then_some(KnownBy::Link);
    }
    if same_link {
        let near = || likeness().is_none_or(|likeness| likeness > MAX_SIMILARITY_OF_OTHER_TEXTS);
        return (same_title || same_date || near()).then_some(KnownBy::Link);
    }
    if same_title && same_date {
        let near = likeness().is_none_or(|likeness| likeness > MAX_SIMILARITY_OF_OTHER_TEXTS);
        return near.then_some(KnownBy::TitleAndDate);
    }
    if same_date && numbers(&post.title) == numbers(past.title.as_deref().unwrap_or_default()) {
        return (likeness() >= Some(MIN_SIMILARITY)).then_some(KnownBy::DateAndText);
    }
    let near_date = apart.is_none_or(|apart| apart < MAX_ZONE_SHIFT);
    (same_title && near_date && likeness() >= Some(MIN_SIMILARITY_OF_ONE_TEXT)).then_some(KnownBy::TitleAndText)
}

/// What a post is remembered by.
pub fn past_post(post: &Post) -> PastPost {
    PastPost {
        source: post.source.clone(),
        id: post.id.as_str().to_owned(),
        link: post.url.as_ref().map(canonical),
        title: Some(post.title.clone()),
        published: post.published,
        fingerprint: super::fingerprint::fingerprint(post),
    }
}

/// The numbers in a title: "Week 12" and "Week 13" are two stories, however much their texts are alike.
pub(super) fn numbers(title: &str) -> Vec<&str> {
    title.split(|c: char| !c.is_numeric()).filter(|number| !number.is_empty()).collect()
}

/// A title without case and punctuation; `None` for one without a word.
pub(super) fn title_key(title: &str) -> Option<String> {
    let lower = title.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
