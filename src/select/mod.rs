//! Which posts go into an edition, and why; pure.
//!
//! Every post that the sources gave comes in with the digest's rules and what the store remembers; each goes out with
//! a [`Reason`], and those that are in, in their order.

mod classify;
mod duplicates;
mod fingerprint;
mod known;
mod reason;
mod rules;
mod selection;

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use chrono::{DateTime, Utc};

pub use classify::{DigestHistory, SentPost};
pub use fingerprint::{Fingerprint, fingerprint};
pub use known::{KnownBy, KnownPosts, PastPost, past_post};
pub use reason::Reason;
pub use rules::{Duplicates, Order, Overflow, Rules, Since};
pub use selection::{Candidate, Selection};

use crate::post::Post;
use classify::{Classification, Classifier};
use duplicates::StoryIndex;

/// Selects the posts of an edition, and says of each why it is in or out.
///
/// `posts` come in the order of the config's sources; `now` decides what lies in the future.
///
/// A pinned post is in even when it is old or was sent, but it makes no edition by itself: `min`, and always at least
/// one, counts the posts that did not go out before.
pub fn select(posts: Vec<Post>, rules: &Rules, history: &DigestHistory, now: DateTime<Utc>) -> Selection {
    let classifier = Classifier::new(rules, history, &posts, now);
    let mut table =
        Table { rules, classified: posts.iter().map(|post| classifier.classify(post)).collect(), posts: &posts };
    let open = table.drop_duplicates();
    let mut picked = table.keep_most(open);
    table.sort(&mut picked);
    table.require_minimum(&mut picked);

    let classified = table.classified;
    let candidates = posts.into_iter().zip(classified).map(|(post, classification)| {
        let Classification { first_seen, reason, .. } = classification;
        Candidate { post, first_seen, reason }
    });
    Selection { candidates: candidates.collect(), picked }
}

/// The posts and what is known of each; posts are named by their place in both.
struct Table<'a> {
    rules: &'a Rules,
    posts: &'a [Post],
    classified: Vec<Classification>,
}

impl Table<'_> {
    /// Takes out posts that tell the same story as another: the pinned one stays, or else the one published first.
    fn drop_duplicates(&mut self) -> Vec<usize> {
        let sources = self.sources();
        let mut open: Vec<usize> = (0..self.posts.len()).filter(|at| self.classified[*at].reason.is_in()).collect();
        open.sort_by_cached_key(|at| {
            let (post, classification) = (&self.posts[*at], &self.classified[*at]);
            let source = sources.get(post.source.as_str()).copied();
            (classification.pin.unwrap_or(usize::MAX), classification.date, source, &post.title, &post.id, *at)
        });
        let merge = self.rules.duplicates == Duplicates::Merge;
        let mut stories = StoryIndex::new(merge, merge && sources.len() > 1);
        let mut pins = HashSet::new();
        let mut doubles = Vec::new();
        open.retain(|at| {
            let same = stories.insert(*at, &self.posts[*at], &self.classified[*at].fingerprint);
            // Two posts that the editor pinned one by one are both wanted.
            let wanted = self.classified[*at].pin.is_some_and(|pin| pins.insert(pin));
            let double = same.filter(|_| !wanted);
            doubles.extend(double.map(|other| (*at, other)));
            double.is_none()
        });
        for (at, other) in doubles {
            let Post { title, source, .. } = &self.posts[other];
            self.classified[at].reason = Reason::Duplicate { title: title.clone(), source: source.clone() };
        }
        open
    }

    /// Keeps as many as go in: the pinned, then the newest, or the lightest where weight decides.
    fn keep_most(&mut self, mut open: Vec<usize>) -> Vec<usize> {
        let by_weight = self.rules.order == Order::Weight;
        open.sort_by_cached_key(|at| {
            let (post, classification) = (&self.posts[*at], &self.classified[*at]);
            let weight = post.weight.filter(|_| by_weight).unwrap_or(i64::MAX);
            (
                classification.pin.unwrap_or(usize::MAX),
                weight,
                Reverse(classification.date),
                &post.title,
                &post.id,
                &post.source,
            )
        });
        let mut of_source: HashMap<&str, usize> = HashMap::new();
        let mut count = 0;
        open.retain(|at| {
            let taken = of_source.entry(&self.posts[*at].source).or_default();
            let classification = &mut self.classified[*at];
            let cap = self.rules.per_source.filter(|cap| *taken >= *cap && classification.pin.is_none());
            if let Some(cap) = cap {
                classification.reason = Reason::PerSource(cap);
            } else if count >= self.rules.max && classification.pin.is_none() {
                classification.reason = Reason::Max(self.rules.max);
            } else {
                *taken += 1;
                count += 1;
            }
            classification.reason.is_in()
        });
        open
    }

    /// Puts the posts behind the pinned ones into the order that the rules name; so far the newest or lightest lead.
    fn sort(&self, picked: &mut [usize]) {
        let pinned = picked.iter().take_while(|at| self.classified[**at].pin.is_some()).count();
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
    fn require_minimum(&mut self, picked: &mut Vec<usize>) {
        let found = picked.iter().filter(|at| !self.classified[**at].sent).count();
        let min = self.rules.min.max(1);
        if found < min {
            for at in picked.drain(..) {
                self.classified[at].reason = Reason::Waits { found, min };
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
mod tests;
