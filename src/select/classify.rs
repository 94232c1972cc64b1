//! Classifies one post by itself: by its dates, the rules, and what the store remembers of the digest's past.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::post::{Filter, Post, PostId, canonical};

use super::{
    fingerprint::LazyFingerprint,
    known::{KnownBy, KnownPosts, PastPost},
    reason::Reason,
    rules::{Duplicates, Rules, Since},
};

/// A run may be late by this part of the time that `since` names.
const MAX_DELAY: u32 = 4;
/// A date without a time is midnight, up to so long before the post was there.
const DAY: Duration = Duration::from_secs(86_400);

/// What is known of one post before it is compared with the others.
pub(super) struct Classification {
    pub reason: Reason,
    pub first_seen: Option<DateTime<Utc>>,
    /// When it was published, or else first seen.
    pub date: DateTime<Utc>,
    /// Its place among the pinned.
    pub pin: Option<usize>,
    /// Whether it went out before.
    pub sent: bool,
    /// What its text is known by, once somebody asked.
    pub fingerprint: LazyFingerprint,
}

/// The rules and the memory, made ready for looking up.
pub(super) struct Classifier<'a> {
    rules: &'a Rules,
    history: &'a DigestHistory,
    sent: KnownPosts<'a>,
    pin: HashMap<String, usize>,
    drop: HashMap<String, usize>,
    first_seen: HashMap<&'a str, HashMap<&'a str, DateTime<Utc>>>,
    now: DateTime<Utc>,
}

impl<'a> Classifier<'a> {
    pub(super) fn new(rules: &'a Rules, history: &'a DigestHistory, posts: &'a [Post], now: DateTime<Utc>) -> Self {
        let mut first_seen: HashMap<&str, HashMap<&str, DateTime<Utc>>> = HashMap::new();
        for ((source, id), at) in &history.first_seen {
            first_seen.entry(source).or_default().insert(id.as_str(), *at);
        }
        let (pin, drop) = (places_by_name(&rules.pin), places_by_name(&rules.drop));
        let sent = KnownPosts::new(history.sent.iter().map(|sent| &sent.post), posts);
        Self { rules, history, sent, pin, drop, first_seen, now }
    }

    pub(super) fn classify(&self, post: &Post) -> Classification {
        let dropped = place_of(&self.drop, post).is_some();
        let ahead = post.published.filter(|date| *date > self.now);
        let remembered = self.first_seen.get(post.source.as_str()).and_then(|ids| ids.get(post.id.as_str())).copied();
        let eligible = !post.draft && !dropped && ahead.is_none();
        let first_seen = remembered.or(eligible.then_some(self.now));
        let date = post.published.or(first_seen).unwrap_or(self.now);
        let pin = place_of(&self.pin, post).filter(|_| eligible);
        let merge = self.rules.duplicates == Duplicates::Merge;
        let fingerprint = LazyFingerprint::default();
        let mut sent = self.sent.find(post, &fingerprint, merge);
        let mut reason = match (ahead, pin, sent) {
            _ if dropped => Reason::Dropped,
            _ if post.draft => Reason::Draft,
            (Some(_), ..) => Reason::Future,
            (None, Some(_), _) => Reason::Pinned,
            (None, None, Some(sent)) => self.sent_reason(sent),
            (None, None, None) => self
                .filtered(post)
                .or_else(|| self.too_old(date))
                .unwrap_or_else(|| self.new_or_not(post, first_seen.unwrap_or(self.now), date)),
        };
        if merge && sent.is_none() && reason.is_in() {
            sent = self.sent.near_duplicate(post, &fingerprint).map(|at| (at, KnownBy::Text));
            if let Some(sent) = sent.filter(|_| pin.is_none()) {
                reason = self.sent_reason(sent);
            }
        }
        Classification { reason, first_seen, date, pin, sent: sent.is_some(), fingerprint }
    }

    fn sent_reason(&self, (at, by): (usize, KnownBy)) -> Reason {
        Reason::Sent { edition: self.history.sent.get(at).map_or(0, |sent| sent.edition), by }
    }

    fn filtered(&self, post: &Post) -> Option<Reason> {
        let tags = unmet_filter(&self.rules.tags, &post.tags, "tag").map(Reason::Tags);
        let language = &self.rules.language;
        let (named, unnamed) = (post.language.as_deref(), language.unnamed.as_str());
        let foreign = || format!("language `{}`, not {language}", named.unwrap_or(unnamed));
        tags.or_else(|| unmet_filter(&self.rules.authors, &post.authors, "author").map(Reason::Authors))
            .or_else(|| (!language.holds(named)).then(|| Reason::Language(foreign())))
    }

    fn too_old(&self, date: DateTime<Utc>) -> Option<Reason> {
        let max_age = self.rules.max_age?;
        (date < self.ago(max_age)).then_some(Reason::TooOld(max_age))
    }

    fn new_or_not(&self, post: &Post, first_seen: DateTime<Utc>, date: DateTime<Utc>) -> Reason {
        match (self.rules.since, self.history.last_edition) {
            (Since::Within(within), last) => {
                // A run may come late, and a day's post after that day's edition: between two editions no gap is left.
                let floor = match last {
                    Some(last) if date > last => within + within / MAX_DELAY,
                    Some(last) if first_seen > last => within + DAY,
                    _ => within,
                };
                if date >= self.ago(floor) { Reason::Recent(within) } else { Reason::NotRecent(within) }
            }
            (Since::LastEdition, None) => Reason::First,
            (Since::LastEdition, Some(last)) if first_seen > last || date > last => Reason::New,
            (Since::LastEdition, Some(last)) if self.returned(post).is_some_and(|at| at > last) => Reason::New,
            (Since::LastEdition, Some(_)) => Reason::Seen,
        }
    }

    /// When the post came back from an edition that did not go out.
    fn returned(&self, post: &Post) -> Option<DateTime<Utc>> {
        if self.history.returned.is_empty() {
            return None;
        }
        self.history.returned.get(&(post.source.clone(), post.id.clone())).copied()
    }

    /// So long before now; the beginning of time where that is longer than time.
    fn ago(&self, span: Duration) -> DateTime<Utc> {
        let span = TimeDelta::from_std(span).ok();
        span.and_then(|span| self.now.checked_sub_signed(span)).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

/// URLs in their canonical form and ids as they are, each with its place.
fn places_by_name(list: &[String]) -> HashMap<String, usize> {
    let mut places = HashMap::new();
    for (place, name) in list.iter().enumerate() {
        places.entry(name.clone()).or_insert(place);
        if let Ok(url) = Url::parse(name) {
            places.entry(canonical(&url)).or_insert(place);
        }
    }
    places
}

fn place_of(names: &HashMap<String, usize>, post: &Post) -> Option<usize> {
    if names.is_empty() {
        return None;
    }
    let link = post.url.as_ref().map(canonical);
    names.get(post.id.as_str()).or_else(|| names.get(&link?)).copied()
}

/// What `words` lack or have too many for `filter`, in words for an editor.
fn unmet_filter(filter: &Filter, words: &[String], noun: &str) -> Option<String> {
    if filter.holds(words) {
        return None;
    }
    let has = |wanted: &&String| words.iter().any(|word| word.to_lowercase() == wanted.to_lowercase());
    if let Some(word) = filter.none.iter().find(has) {
        return Some(format!("{noun} `{word}` excluded"));
    }
    if let Some(word) = filter.all.iter().find(|word| !has(word)) {
        return Some(format!("{noun} `{word}` missing"));
    }
    let wanted: Vec<String> = filter.any.iter().map(|word| format!("`{word}`")).collect();
    Some(format!("no {noun} of {}", wanted.join(", ")))
}

/// What the store remembers of one digest's past.
#[derive(Debug, Clone, Default)]
pub struct DigestHistory {
    /// When the last sent edition of this digest was frozen; `None` before the first.
    pub last_edition: Option<DateTime<Utc>>,
    /// When each post was first eligible, by source and id.
    pub first_seen: HashMap<(String, PostId), DateTime<Utc>>,
    /// What went out in an edition of this digest.
    pub sent: Vec<SentPost>,
    /// Posts of editions that were stopped before they went out, and those that wait because they did not fit, each with
    /// when that was: new again from then on.
    pub returned: HashMap<(String, PostId), DateTime<Utc>>,
}

/// A post that went out.
#[derive(Debug, Clone, PartialEq)]
pub struct SentPost {
    /// What it was.
    pub post: PastPost,
    /// The number of the edition.
    pub edition: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filter: (&[&str], &[&str], &[&str]), words: &[&str], expect: Option<&str>) {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        let filter = Filter { any: owned(filter.0), all: owned(filter.1), none: owned(filter.2) };
        assert_eq!(unmet_filter(&filter, &owned(words), "tag").as_deref(), expect);
    }

    #[test]
    fn complaints_name_the_word() {
        check((&[], &[], &[]), &[], None);
        check((&[], &[], &["draft"]), &["Draft"], Some("tag `draft` excluded"));
        check((&[], &["a", "b"], &[]), &["a"], Some("tag `b` missing"));
        check((&["a", "b"], &[], &[]), &["c"], Some("no tag of `a`, `b`"));
    }
}
