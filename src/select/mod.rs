//! Which posts go into an edition, and why; pure.
//!
//! Every post that the sources gave comes in with the digest's rules and what the store remembers; each goes out with
//! a [`Reason`], and those that are in, in their order.

mod fingerprint;
mod judge;
mod merge;
mod reason;

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde::Deserialize;

pub use fingerprint::{Fingerprint, fingerprint};
pub use reason::Reason;

use crate::post::{Filter, Post, PostId};
use judge::{Judge, Verdict};
use merge::Stories;

/// `[digest.X.select]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// How many posts go in at most; pinned posts go in besides. Default: `10`.
    pub max: usize,
    /// How many posts an edition needs; fewer wait for the next one. Default: `1`.
    pub min: usize,
    /// Which posts are new: those `last-edition` did not have, or those of a time as `7d`. Default: `last-edition`.
    pub since: Since,
    /// Posts published longer ago never go in, as `30d`. Default: none.
    #[serde(with = "humantime_serde")]
    pub max_age: Option<Duration>,
    /// Which tags a post must have, as `{ any = ["release"], all = [], none = ["draft"] }`. Default: all posts.
    pub tags: Filter,
    /// Which authors a post must have, in the same form. Default: all posts.
    pub authors: Filter,
    /// URLs or ids of posts that are always in, and first. Default: none.
    pub pin: Vec<String>,
    /// URLs or ids of posts that are never in. Default: none.
    pub drop: Vec<String>,
    /// How many posts of one source go in at most. Default: no limit.
    pub per_source: Option<usize>,
    /// The order of posts: `newest`, `oldest`, `source` (as in the config) or `weight` (of the front matter). Default:
    /// `newest`.
    pub order: Order,
    /// What becomes of the same story from two sources: `merge` (one goes in) or `keep`. Default: `merge`.
    pub duplicates: Duplicates,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            max: 10,
            min: 1,
            since: Since::LastEdition,
            max_age: None,
            tags: Filter::default(),
            authors: Filter::default(),
            pin: Vec::new(),
            drop: Vec::new(),
            per_source: None,
            order: Order::Newest,
            duplicates: Duplicates::Merge,
        }
    }
}

/// Which posts are new: `since`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Since {
    /// First seen or published since the last edition of this digest.
    LastEdition,
    /// Published within this time, and not in an earlier edition.
    Within(Duration),
}

impl TryFrom<String> for Since {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "last-edition" {
            return Ok(Self::LastEdition);
        }
        humantime::parse_duration(&text)
            .map(Self::Within)
            .map_err(|_| format!("`{text}` is neither `last-edition` nor a time like `7d`"))
    }
}

/// The order of the posts: `order`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
    /// As the sources stand in the config, the newest of each first.
    Source,
    /// By the posts' `weight`, then the newest first.
    Weight,
}

/// The same story from two sources: `duplicates`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// One of them goes in, with the earliest source's link.
    Merge,
    /// Both go in.
    Keep,
}

/// What the store remembers of one digest's past.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// When the last sent edition of this digest was frozen; `None` before the first.
    pub last_edition: Option<DateTime<Utc>>,
    /// When each post was first eligible, by source and id.
    pub first_seen: HashMap<(String, PostId), DateTime<Utc>>,
    /// What went out in an edition of this digest.
    pub sent: Vec<SentPost>,
    /// Posts of editions that were stopped before they went out, each with when that was: new again from then on.
    pub returned: HashMap<(String, PostId), DateTime<Utc>>,
}

/// A post that went out.
#[derive(Debug, Clone, PartialEq)]
pub struct SentPost {
    /// Its source.
    pub source: String,
    /// Its id.
    pub id: PostId,
    /// Its canonical link ([`canonical`](crate::post::canonical)).
    pub link: Option<String>,
    /// [`fingerprint`] of its text.
    pub fingerprint: Fingerprint,
    /// The number of the edition.
    pub edition: i64,
}

/// What became of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The post.
    pub post: Post,
    /// When it was first eligible: now, where the store has not seen it; `None` for one not eligible yet.
    pub first_seen: Option<DateTime<Utc>>,
    /// In or out, and why.
    pub reason: Reason,
}

/// The posts of an edition, and what became of the others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Indices into `candidates` of the selected posts, in the order of the edition.
    pub picked: Vec<usize>,
    /// Every post that was offered, in the order it was offered.
    pub candidates: Vec<Candidate>,
}

impl Selection {
    /// How many new posts would be in, were they not fewer than `min`.
    pub fn waiting(&self) -> usize {
        let found = |candidate: &Candidate| match candidate.reason {
            Reason::Waits { found, .. } => Some(found),
            _ => None,
        };
        self.candidates.iter().find_map(found).unwrap_or(0)
    }
}

/// Judges every post.
///
/// `posts` come in the order of the config's sources; `now` decides what lies in the future.
///
/// A pinned post is in even when it is old or was sent, but it makes no edition by itself: `min`, and always at least
/// one, counts the posts that did not go out before.
pub fn select(posts: Vec<Post>, rules: &Rules, seen: &Seen, now: DateTime<Utc>) -> Selection {
    let judge = Judge::new(rules, seen, now);
    let mut table = Table { rules, verdicts: posts.iter().map(|post| judge.verdict(post)).collect(), posts: &posts };
    let open = table.tell_each_story_once();
    let mut picked = table.cut(open);
    table.arrange(&mut picked);
    table.wait_for_more(&mut picked);

    let verdicts = table.verdicts;
    let candidates = posts.into_iter().zip(verdicts).map(|(post, verdict)| {
        let Verdict { first_seen, reason, .. } = verdict;
        Candidate { post, first_seen, reason }
    });
    Selection { candidates: candidates.collect(), picked }
}

/// The posts and what is known of each; posts are named by their place in both.
struct Table<'a> {
    rules: &'a Rules,
    posts: &'a [Post],
    verdicts: Vec<Verdict>,
}

impl Table<'_> {
    /// Takes out posts that tell the same story as another: the pinned one stays, or else the one published first.
    fn tell_each_story_once(&mut self) -> Vec<usize> {
        let sources = self.sources();
        let mut open: Vec<usize> = (0..self.posts.len()).filter(|at| self.verdicts[*at].reason.is_in()).collect();
        open.sort_by_cached_key(|at| {
            let (post, verdict) = (&self.posts[*at], &self.verdicts[*at]);
            let source = sources.get(post.source.as_str()).copied();
            (verdict.pin.unwrap_or(usize::MAX), verdict.date, source, &post.title, &post.id, *at)
        });
        let merge = self.rules.duplicates == Duplicates::Merge;
        let mut stories = Stories::new(merge, merge && sources.len() > 1);
        let mut pins = HashSet::new();
        let mut doubles = Vec::new();
        open.retain(|at| {
            let told = stories.take(*at, &self.posts[*at]);
            // Two posts that the editor pinned one by one are both wanted.
            let wanted = self.verdicts[*at].pin.is_some_and(|pin| pins.insert(pin));
            let double = told.filter(|_| !wanted);
            doubles.extend(double.map(|other| (*at, other)));
            double.is_none()
        });
        for (at, other) in doubles {
            let Post { title, source, .. } = &self.posts[other];
            self.verdicts[at].reason = Reason::Duplicate { title: title.clone(), source: source.clone() };
        }
        open
    }

    /// Keeps as many as go in: the pinned, then the newest, or the lightest where weight decides.
    fn cut(&mut self, mut open: Vec<usize>) -> Vec<usize> {
        let by_weight = self.rules.order == Order::Weight;
        open.sort_by_cached_key(|at| {
            let (post, verdict) = (&self.posts[*at], &self.verdicts[*at]);
            let weight = post.weight.filter(|_| by_weight).unwrap_or(i64::MAX);
            (verdict.pin.unwrap_or(usize::MAX), weight, Reverse(verdict.date), &post.title, &post.id, &post.source)
        });
        let mut of_source: HashMap<&str, usize> = HashMap::new();
        let mut count = 0;
        open.retain(|at| {
            let taken = of_source.entry(&self.posts[*at].source).or_default();
            let verdict = &mut self.verdicts[*at];
            let cap = self.rules.per_source.filter(|cap| *taken >= *cap && verdict.pin.is_none());
            if let Some(cap) = cap {
                verdict.reason = Reason::PerSource(cap);
            } else if count >= self.rules.max && verdict.pin.is_none() {
                verdict.reason = Reason::Max(self.rules.max);
            } else {
                *taken += 1;
                count += 1;
            }
            verdict.reason.is_in()
        });
        open
    }

    /// Puts the posts behind the pinned ones into the order that the rules name; so far the newest or lightest lead.
    fn arrange(&self, picked: &mut [usize]) {
        let pinned = picked.iter().take_while(|at| self.verdicts[**at].pin.is_some()).count();
        let free = picked.get_mut(pinned..).unwrap_or_default();
        match self.rules.order {
            Order::Newest | Order::Weight => {}
            Order::Oldest => free.reverse(),
            Order::Source => {
                let sources = self.sources();
                free.sort_by_key(|at| sources.get(self.posts[*at].source.as_str()).copied());
            }
        }
    }

    /// Picks nothing where too few posts are new.
    fn wait_for_more(&mut self, picked: &mut Vec<usize>) {
        let found = picked.iter().filter(|at| !self.verdicts[**at].sent).count();
        let min = self.rules.min.max(1);
        if found < min {
            for at in picked.drain(..) {
                self.verdicts[at].reason = Reason::Waits { found, min };
            }
        }
    }

    /// The sources in the order in which their posts came.
    fn sources(&self) -> HashMap<&str, usize> {
        let mut places = HashMap::new();
        for post in self.posts {
            let next = places.len();
            places.entry(post.source.as_str()).or_insert(next);
        }
        places
    }
}

#[cfg(test)]
pub(crate) mod tests;
