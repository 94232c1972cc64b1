//! Finds the same story told twice.
//!
//! Every post is compared with the few earlier ones that share a link, a title or a part of its fingerprint with it,
//! never with all of them.

use std::collections::HashMap;

use super::{
    fingerprint::{Fingerprint, LazyFingerprint, compared_text, vocabulary},
    known::{MAX_COMPARED, MIN_SIMILARITY, numbers, title_key},
};
use crate::post::{Post, canonical};

/// So much is enough where the titles are the same, word for word.
const MIN_SIMILARITY_OF_SAME_TITLE: f64 = 0.4;
/// A short text of so many different words is not repeated by chance.
const MIN_REPEATED_WORDS: usize = 6;

/// StoryIndex already taken, to compare further ones with.
pub(super) struct StoryIndex<'a> {
    links: bool,
    words: bool,
    taken: Vec<(usize, &'a Post, Fingerprint)>,
    by_id: HashMap<(&'a str, &'a str), usize>,
    by_link: HashMap<String, Vec<usize>>,
    by_title: HashMap<String, Vec<usize>>,
    by_key: HashMap<u64, Vec<usize>>,
}

impl<'a> StoryIndex<'a> {
    /// Begins with none. With `links` a link names one story whatever its source, with `words` so do nearly the same
    /// words from another source.
    pub(super) fn new(links: bool, words: bool) -> Self {
        Self {
            links,
            words,
            taken: Vec::new(),
            by_id: HashMap::new(),
            by_link: HashMap::new(),
            by_title: HashMap::new(),
            by_key: HashMap::new(),
        }
    }

    /// Takes `post` unless the same story is taken already, whose index it then gives back.
    pub(super) fn insert(&mut self, index: usize, post: &'a Post, print: &LazyFingerprint) -> Option<usize> {
        let print = if self.words { print.of(post).clone() } else { Fingerprint::default() };
        let title = title_key(&post.title).filter(|_| self.words);
        let link = post.url.as_ref().map(canonical);
        if let Some(same) = self.find(post, &print, title.as_deref(), link.as_deref()) {
            return self.taken.get(same).map(|(index, ..)| *index);
        }
        let at = self.taken.len();
        self.by_id.insert((&post.source, post.id.as_str()), at);
        if let Some(link) = link {
            self.by_link.entry(link).or_default().push(at);
        }
        if let Some(title) = title {
            self.by_title.entry(title).or_default().push(at);
        }
        for key in print.keys() {
            self.by_key.entry(*key).or_default().push(at);
        }
        self.taken.push((index, post, print));
        None
    }

    fn find(&self, post: &Post, print: &Fingerprint, title: Option<&str>, link: Option<&str>) -> Option<usize> {
        if let Some(at) = self.by_id.get(&(post.source.as_str(), post.id.as_str())) {
            return Some(*at);
        }
        // A publisher that has several posts on one page gives them one link and different titles or dates.
        let same_page = |at: &&usize| {
            let other = self.taken.get(**at).map(|(_, other, _)| *other);
            let is_same = |other: &Post| other.title == post.title && other.published == post.published;
            other.is_some_and(|other| if other.source == post.source { is_same(other) } else { self.links })
        };
        let linked = link.and_then(|link| self.by_link.get(link)).into_iter();
        if let Some(at) = linked.flat_map(|posts| posts.iter().rev().take(MAX_COMPARED)).find(same_page) {
            return Some(*at);
        }
        let titled = title.and_then(|title| self.by_title.get(title)).into_iter();
        let near = print.keys().iter().filter_map(|key| self.by_key.get(key));
        titled
            .chain(near)
            .flat_map(|posts| posts.iter().rev().take(MAX_COMPARED))
            .find(|at| self.taken.get(**at).is_some_and(|(_, other, theirs)| is_same_story(post, print, other, theirs)))
            .copied()
    }
}

/// Says whether two posts of different sources tell one story in nearly the same words.
fn is_same_story(post: &Post, ours: &Fingerprint, other: &Post, theirs: &Fingerprint) -> bool {
    if post.source == other.source {
        return false;
    }
    let same_title = || title_key(&post.title).is_some_and(|title| title_key(&other.title) == Some(title));
    match ours.likeness(theirs) {
        Some(likeness) if likeness >= MIN_SIMILARITY => numbers(&post.title) == numbers(&other.title),
        Some(likeness) => likeness >= MIN_SIMILARITY_OF_SAME_TITLE && same_title() && names_a_story(&post.title),
        None => {
            let told = if names_a_story(&post.title) { contained } else { repeated };
            same_title() && told(compared_text(post), compared_text(other))
        }
    }
}

/// Says whether the shorter of two short texts is made of the longer one's words, or there is none.
fn contained(a: &str, b: &str) -> bool {
    let (a, b) = (vocabulary(a), vocabulary(b));
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let shared = short.iter().filter(|word| long.binary_search(word).is_ok()).count();
    shared * 10 >= short.len() * 8
}

/// Says whether two short texts are made of the very same words, and enough of them to be no mere form.
fn repeated(a: &str, b: &str) -> bool {
    let words = vocabulary(a);
    words.len() >= MIN_REPEATED_WORDS && words == vocabulary(b)
}

/// Says whether a title says enough to name one story; "Weekly links" does not.
fn names_a_story(title: &str) -> bool {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
    words >= 3 || title.chars().filter(|c| u32::from(*c) >= 0x2e80).count() >= 6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::select::fingerprint;

    #[track_caller]
    fn same_story(a: (&str, &str), b: (&str, &str), expect: bool) {
        let post = |(title, body): (&str, &str), source| Post {
            title: title.to_owned(),
            body: body.to_owned(),
            ..super::super::tests::post(title, source)
        };
        let (a, b) = (post(a, "blog"), post(b, "mirror"));
        assert_eq!(is_same_story(&a, &fingerprint(&a), &b, &fingerprint(&b)), expect);
    }

    #[test]
    fn short_posts_are_one_story_only_with_title_and_words() {
        let title = "Harbour closed on Monday";
        same_story((title, "The harbour is closed."), ("Harbour closed on Monday!", "The harbour is closed."), true);
        same_story((title, "The harbour is closed."), (title, ""), true);
        same_story((title, "The harbour is closed."), (title, "Nothing of that kind here today."), false);
        same_story((title, "The harbour is closed."), ("Harbour open on Tuesday", "The harbour is closed."), false);
        same_story(("Open thread", "Talk."), ("Open thread", "Talk."), false);
        let notice = "The ferry sails again on Sundays from the old pier.";
        same_story(("Ferry", notice), ("ferry", notice), true);
        same_story(("Ferry", notice), ("Ferry", "The ferry sails again on Mondays from the old pier."), false);
    }

    #[test]
    fn posts_made_from_one_form_are_not_one_story() {
        let form = |version: &str| {
            format!(
                "Version {version} of the tide tables is out. It mends {version} faults that readers found in the \
                 tables of the northern harbours, and adds {version} new places. As always the tables are free, \
                 come as a single file, and need no account. Read the list of changes of {version} before you sail, \
                 and tell us what is wrong with {version} by writing to the harbour office."
            )
        };
        same_story(("Tide tables 1", &form("1.4.0")), ("Tide tables 2", &form("2.0.1")), false);
        same_story(("Tide tables 1", &form("1")), ("Tide tables 2", &form("1")), false);
    }

    #[test]
    fn a_story_whose_words_an_editor_touched_is_the_same_story() {
        let told = |kept: &str, wishes: &str| {
            format!(
                "The fish market will open at seven instead of six from the first Monday in March. The change was \
                 voted through by twenty-three stalls to four, with one stall asleep. The hour was set when the \
                 night train waited for the crates. The train has not run since, but the bell {kept} ringing at six \
                 because it always had. The coffee window keeps its hours, and {wishes} to stress this."
            )
        };
        let (ours, theirs) = (told("kept", "wishes"), told("went on", "would like"));
        same_story(("To the relief of all", &ours), ("To the relief of everyone", &theirs), true);
        same_story(("To the relief of all", &ours), ("A bell", "The bell of the old school rang once more."), false);
    }
}
