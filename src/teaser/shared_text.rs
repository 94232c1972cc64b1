//! What stands in many posts of one source and so tells nothing of any of them.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use super::{post_text::PostText, sentence::split_sentences};
use crate::{html, post::Post};

/// Sentences and descriptions that three or more posts of one source share.
#[derive(Debug, Clone, Default)]
pub struct SharedText {
    sentences: HashSet<u64>,
    descriptions: HashSet<u64>,
}

/// So many posts of a source are compared, the newest.
const MAX_POSTS: usize = 500;

/// So many octets of their bodies are read, all posts of a source together.
const MAX_BYTES: usize = 4_000_000;

/// In so many posts a sentence is common.
const MIN_POSTS: usize = 3;

impl SharedText {
    /// Reads the newest posts of each source; the work has a bound, however many there are.
    pub fn of<'a>(posts: impl IntoIterator<Item = &'a Post>) -> Self {
        Self::of_read(posts.into_iter().map(|post| (post, None)))
    }

    /// The same where some of the posts were read before.
    pub fn of_read<'a>(posts: impl IntoIterator<Item = (&'a Post, Option<&'a PostText>)>) -> Self {
        let mut sources: HashMap<&str, Vec<(&Post, Option<&PostText>)>> = HashMap::new();
        for (post, text) in posts {
            sources.entry(&post.source).or_default().push((post, text));
        }
        let mut shared = Self::default();
        for (source, mut posts) in sources {
            if posts.len() > MAX_POSTS {
                posts.select_nth_unstable_by_key(MAX_POSTS, |(post, _)| std::cmp::Reverse(post.published));
                posts.truncate(MAX_POSTS);
            }
            shared.read(source, &posts);
        }
        shared
    }

    fn read(&mut self, source: &str, posts: &[(&Post, Option<&PostText>)]) {
        if posts.len() < 2 {
            return;
        }
        let mut descriptions: HashMap<u64, usize> = HashMap::new();
        for description in posts.iter().filter_map(|(post, _)| post.description.as_deref()) {
            *descriptions.entry(key(source, description)).or_default() += 1;
        }
        // Two posts that both have it are the whole source.
        let many = MIN_POSTS.min(posts.len());
        self.descriptions.extend(descriptions.into_iter().filter(|(_, count)| *count >= many).map(|(key, _)| key));

        let mut found: HashMap<u64, usize> = HashMap::new();
        let mut room = MAX_BYTES;
        for (post, text) in posts {
            let share = post.body.len().min(MAX_BYTES / 10);
            let Some(rest) = room.checked_sub(share) else { continue };
            room = rest;
            let mut own = HashSet::new();
            let known = text.filter(|_| share == post.body.len()).map(|text| Cow::Borrowed(text.blocks.as_slice()));
            let blocks = known.unwrap_or_else(|| {
                let body = post.body.get(..post.body.floor_char_boundary(share)).unwrap_or_default();
                html::blocks(body).into()
            });
            for block in blocks.iter() {
                own.extend(split_sentences(&block.text).map(|sentence| key(source, sentence)));
            }
            let description = post.description.as_deref().unwrap_or_default();
            own.extend(split_sentences(description).map(|sentence| key(source, sentence)));
            for key in own {
                *found.entry(key).or_default() += 1;
            }
        }
        self.sentences.extend(found.into_iter().filter(|(_, count)| *count >= MIN_POSTS).map(|(key, _)| key));
    }

    /// Says whether three or more posts of `source` have this sentence.
    pub(super) fn has_sentence(&self, source: &str, sentence: &str) -> bool {
        !self.sentences.is_empty() && self.sentences.contains(&key(source, sentence))
    }

    /// Says whether three or more posts of `source`, or all of them, have this description.
    pub(super) fn has_description(&self, source: &str, description: &str) -> bool {
        !self.descriptions.is_empty() && self.descriptions.contains(&key(source, description))
    }
}

/// A hash (FNV-1a) of the source and the letters and digits of `text`: space, case and marks tell no texts apart.
fn key(source: &str, text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |value: u32| hash = (hash ^ u64::from(value)).wrapping_mul(0x0100_0000_01b3);
    source.bytes().for_each(|byte| take(u32::from(byte)));
    take(u32::MAX);
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).for_each(|c| take(u32::from(c)));
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posts(count: usize, description: &str, body: impl Fn(usize) -> String) -> Vec<Post> {
        (0..count).map(|n| super::super::tests::post(description, &body(n))).collect()
    }

    #[test]
    fn a_sentence_in_three_posts_is_common() {
        let body = |n: usize| format!("<p>Story {n} is told. We love boats!</p>");
        let three = SharedText::of(&posts(3, "", body));
        assert!(three.has_sentence("blog", "We  love BOATS."));
        assert!(!three.has_sentence("blog", "Story 1 is told."));
        assert!(!three.has_sentence("other", "We love boats."));
        assert!(!SharedText::of(&posts(2, "", body)).has_sentence("blog", "We love boats."));
        let twice = |n: usize| if n == 0 { "<p>Ah! Ah! Ah! Ah!</p>".to_owned() } else { String::new() };
        assert!(!SharedText::of(&posts(3, "", twice)).has_sentence("blog", "Ah!"));
    }

    #[test]
    fn a_description_that_every_post_has_is_common() {
        let common = |count| SharedText::of(&posts(count, "All about boats.", |_| String::new()));
        assert!(common(3).has_description("blog", "All about boats."));
        assert!(common(2).has_description("blog", "All about boats."));
        assert!(!common(1).has_description("blog", "All about boats."));
        let mut three = posts(2, "All about boats.", |_| String::new());
        three.extend(posts(1, "Another.", |_| String::new()));
        assert!(!SharedText::of(&three).has_description("blog", "All about boats."));
    }

    #[test]
    fn the_newest_posts_of_many_are_read() {
        let mut many =
            posts(
                MAX_POSTS + 200,
                "",
                |n| if n < 3 { "<p>We love boats.</p>".to_owned() } else { format!("<p>{n}.</p>") },
            );
        assert!(!SharedText::of(&many).has_sentence("nobody", "We love boats."));
        for (n, post) in many.iter_mut().enumerate() {
            post.published = chrono::DateTime::from_timestamp(1_000_000 - n as i64, 0);
        }
        assert!(SharedText::of(&many).has_sentence("blog", "We love boats."));
        many.reverse();
        assert!(SharedText::of(&many).has_sentence("blog", "We love boats."));
    }
}
