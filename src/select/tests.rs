//! What each rule of selection lets in, and why.

use super::*;
use proptest::prelude::*;
use std::time::Duration;
use url::Url;

use crate::post::{Filter, PostId};

const NOW: &str = "2026-11-22T10:00:00Z";
const LAST: &str = "2026-11-15T10:00:00Z";

/// A post called `name` of `source` that says nothing else.
pub(crate) fn post(name: &str, source: &str) -> Post {
    let url = Url::parse(&format!("https://{source}.example/")).unwrap().join(&name.replace(' ', "-")).unwrap();
    Post {
        id: PostId::new(Some(name), None, ""),
        source: source.to_owned(),
        url: Some(url),
        title: name.to_owned(),
        authors: Vec::new(),
        published: None,
        updated: None,
        tags: Vec::new(),
        language: None,
        image: None,
        description: None,
        teaser: None,
        body: String::new(),
        weight: None,
        draft: false,
        has_marked_lead: false,
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A post of `blog` published on this day of November 2026.
fn on(name: &str, day: u32) -> Post {
    Post { published: Some(at(&format!("2026-11-{day:02}T08:00:00Z"))), ..post(name, "blog") }
}

fn from(source: &str, post: Post) -> Post {
    Post { source: source.to_owned(), ..post }
}

fn linked(url: &str, post: Post) -> Post {
    Post { url: Some(Url::parse(url).unwrap()), ..post }
}

/// A digest whose last edition was number 3, a week ago.
fn past(first_seen: &[(&str, &str)], sent: Vec<SentPost>) -> DigestHistory {
    let first_seen =
        first_seen.iter().map(|(id, seen)| (("blog".to_owned(), PostId::new(Some(id), None, "")), at(seen)));
    DigestHistory { last_edition: Some(at(LAST)), first_seen: first_seen.collect(), sent, ..DigestHistory::default() }
}

fn sent(post: &Post, edition: i64) -> SentPost {
    SentPost { post: past_post(post), edition }
}

/// Selects from `posts`, and compares the picked titles and every post's reason.
#[track_caller]
fn check(rules: &Rules, seen: &DigestHistory, posts: Vec<Post>, picked: &[&str], reasons: &[&str]) {
    let selection = select(posts, rules, seen, at(NOW));
    let told: Vec<String> = selection.candidates.iter().map(|candidate| candidate.reason.to_string()).collect();
    assert_eq!(told, reasons);
    let titles: Vec<&str> =
        selection.picked.iter().map(|index| selection.candidates[*index].post.title.as_str()).collect();
    assert_eq!(titles, picked);
    for (index, candidate) in selection.candidates.iter().enumerate() {
        assert_eq!(candidate.reason.is_in(), selection.picked.contains(&index));
    }
}

const NEW: &str = "new since the last edition";
const FIRST: &str = "new, for the first edition";
const SEEN: &str = "seen before the last edition and not published since";

fn story() -> String {
    (0..120).map(|n| format!("word{} ", n * 7919 % 1013)).collect()
}

#[test]
fn every_kind_of_post_gets_its_reason() {
    let rules = Rules { max_age: Some(Duration::from_secs(30 * 86_400)), ..Rules::default() };
    let told = Post { body: story(), ..on("told", 10) };
    let moved = on("moved", 9);
    let seen = past(
        &[
            ("leftover", "2026-11-10T00:00:00Z"),
            ("late", "2026-11-20T00:00:00Z"),
            ("scheduled", "2026-11-01T00:00:00Z"),
        ],
        vec![sent(&told, 2), sent(&on("edited", 8), 3), sent(&moved, 1)],
    );
    let mut posts = vec![
        on("fresh", 20),
        on("late", 2),
        on("leftover", 10),
        on("scheduled", 16),
        Post { published: Some(at("2019-01-01T00:00:00Z")), ..post("backdated", "blog") },
        Post { title: "edited, again".into(), updated: Some(at(NOW)), ..on("edited", 21) },
        linked("https://blog.example/elsewhere", on("edited", 8)),
        Post { id: PostId::new(Some("urn:new-id"), None, ""), ..moved },
        from("mirror", linked("https://mirror.example/retold", Post { body: story() + "More.", ..on("retold", 20) })),
        Post { draft: true, ..on("draft", 20) },
        Post { published: Some(at("2027-01-01T08:00:00Z")), ..post("future", "blog") },
        post("dateless", "blog"),
    ];
    posts[3].published = Some(at("2026-11-15T10:00:01Z"));
    let picked = ["dateless", "fresh", "scheduled", "late"];
    check(
        &rules,
        &seen,
        posts,
        &picked,
        &[
            NEW,
            NEW,
            SEEN,
            NEW,
            "older than max_age = 30d",
            "already sent in edition 3, known by its id",
            "already sent in edition 3, known by its id",
            "already sent in edition 1, known by its link",
            "already sent in edition 2, known by its text",
            "draft",
            "dated in the future",
            NEW,
        ],
    );
}

#[test]
fn first_seen_is_first_eligible() {
    let posts = vec![
        Post { draft: true, ..on("draft", 1) },
        Post { published: Some(at("2027-01-01T08:00:00Z")), ..post("future", "blog") },
        on("new", 1),
        on("known", 1),
    ];
    let seen = past(&[("known", "2026-11-02T00:00:00Z")], vec![]);
    let selection = select(posts, &Rules::default(), &seen, at(NOW));
    let times: Vec<_> = selection.candidates.iter().map(|candidate| candidate.first_seen).collect();
    assert_eq!(times, [None, None, Some(at(NOW)), Some(at("2026-11-02T00:00:00Z"))]);
}

#[test]
fn the_first_edition_takes_the_newest() {
    let rules = Rules { max: 2, ..Rules::default() };
    let posts = vec![on("old", 1), on("new", 20), on("middle", 10)];
    check(&rules, &DigestHistory::default(), posts, &["new", "middle"], &["left out: max = 2", FIRST, FIRST]);
}

#[test]
fn a_daily_digest_at_ten_covers_the_day_before_ten() {
    let mut posts = vec![on("evening", 21), on("morning", 22), on("yesterday", 21)];
    posts[0].published = Some(at("2026-11-21T23:00:00Z"));
    posts[2].published = Some(at("2026-11-21T09:59:00Z"));
    let seen = DigestHistory {
        last_edition: Some(at("2026-11-21T10:00:00Z")),
        ..past(&[("evening", "2026-11-21T23:05:00Z"), ("yesterday", "2026-11-21T09:59:30Z")], vec![])
    };
    check(&Rules::default(), &seen, posts, &["morning", "evening"], &[NEW, NEW, SEEN]);
}

#[test]
fn since_a_span_goes_by_the_published_date() {
    let rules = Rules { since: Since::Within(Duration::from_secs(7 * 86_400)), ..Rules::default() };
    let seen = past(&[], vec![sent(&on("sent", 20), 3)]);
    let posts = vec![on("in", 16), on("out", 14), on("sent", 20)];
    let reasons = [
        "published within the last 7d",
        "not published within the last 7d",
        "already sent in edition 3, known by its id",
    ];
    check(&rules, &seen, posts, &["in"], &reasons);
}

#[test]
fn pins_come_first_in_their_order_and_drop_wins() {
    let rules = Rules {
        pin: vec![
            "second".into(),
            "https://www.blog.example/first/?utm_source=x".into(),
            "gone".into(),
            "draft".into(),
        ],
        drop: vec!["https://blog.example/gone".into()],
        max: 3,
        ..Rules::default()
    };
    let seen = past(&[], vec![sent(&on("first", 1), 1)]);
    let posts = vec![
        on("a", 20),
        on("first", 1),
        on("second", 2),
        on("gone", 20),
        Post { draft: true, ..on("draft", 20) },
        on("b", 19),
    ];
    let reasons = [NEW, "pinned", "pinned", "left out by `drop`", "draft", "left out: max = 3"];
    check(&rules, &seen, posts, &["second", "first", "a"], &reasons);
    let rules = Rules { pin: vec!["a".into(), "b".into()], max: 1, ..Rules::default() };
    let posts = vec![on("c", 20), on("b", 1), on("a", 2)];
    check(&rules, &DigestHistory::default(), posts, &["a", "b"], &["left out: max = 1", "pinned", "pinned"]);
}

#[test]
fn a_pin_that_was_sent_makes_no_edition_by_itself() {
    let rules = Rules { pin: vec!["welcome".into()], ..Rules::default() };
    let seen = past(&[], vec![sent(&on("welcome", 1), 1)]);
    check(&rules, &seen, vec![on("welcome", 1)], &[], &["waits: 0 of at least 1 new post"]);
    check(&rules, &DigestHistory::default(), vec![on("welcome", 1)], &["welcome"], &["pinned"]);
}

#[test]
fn too_few_posts_wait() {
    let rules = Rules { min: 3, ..Rules::default() };
    let posts = vec![on("a", 20), on("b", 21), Post { draft: true, ..on("c", 20) }];
    let waits = "waits: 2 of at least 3 new posts";
    check(&rules, &DigestHistory::default(), posts.clone(), &[], &[waits, waits, "draft"]);
    assert_eq!(select(posts, &rules, &DigestHistory::default(), at(NOW)).waiting(), 2);
}

#[test]
fn tags_and_authors_filter() {
    let rules = Rules {
        tags: Filter { any: vec!["release".into()], ..Filter::default() },
        authors: Filter { none: vec!["bot".into()], ..Filter::default() },
        ..Rules::default()
    };
    let tagged =
        |name, author: &str| Post { tags: vec!["Release".into()], authors: vec![author.into()], ..on(name, 20) };
    let posts = vec![tagged("in", "Ann"), tagged("by a machine", "Bot"), on("other", 20)];
    check(&rules, &DigestHistory::default(), posts, &["in"], &[FIRST, "author `bot` excluded", "no tag of `release`"]);
}

#[test]
fn every_order_is_kept_with_a_cap_for_each_source() {
    let weighted = |name, day, weight| Post { weight, ..on(name, day) };
    let posts = || {
        vec![
            weighted("a", 10, None),
            weighted("b", 12, Some(2)),
            weighted("c", 14, Some(1)),
            from("notes", weighted("d", 13, None)),
            from("notes", weighted("e", 11, Some(1))),
        ]
    };
    let cut = "left out: max = 4";
    let with = |order| Rules { order, max: 4, ..Rules::default() };
    let seen = DigestHistory::default();
    check(&with(Order::Newest), &seen, posts(), &["c", "d", "b", "e"], &[cut, FIRST, FIRST, FIRST, FIRST]);
    check(&with(Order::Oldest), &seen, posts(), &["e", "b", "d", "c"], &[cut, FIRST, FIRST, FIRST, FIRST]);
    check(&with(Order::Source), &seen, posts(), &["c", "b", "d", "e"], &[cut, FIRST, FIRST, FIRST, FIRST]);
    check(&with(Order::Weight), &seen, posts(), &["c", "e", "b", "d"], &[cut, FIRST, FIRST, FIRST, FIRST]);
    let rules = Rules { per_source: Some(1), ..Rules::default() };
    let capped = "left out: per_source = 1";
    check(&rules, &seen, posts(), &["c", "d"], &[capped, capped, FIRST, FIRST, capped]);
}

#[test]
fn the_same_story_goes_in_once_with_the_earliest_link() {
    let told = || Post { body: story(), ..on("The quay is closed", 20) };
    let retold = || {
        from("mirror", linked("https://mirror.example/quay", Post { body: story() + "Via.", ..on("Quay closed", 19) }))
    };
    let shared = || from("links", Post { published: Some(at(NOW)), ..on("The quay is closed", 21) });
    let reasons = ["the same story as `Quay closed` from `mirror`", FIRST];
    check(&Rules::default(), &DigestHistory::default(), vec![told(), retold()], &["Quay closed"], &reasons);
    let reasons = [FIRST, "the same story as `The quay is closed` from `blog`"];
    check(&Rules::default(), &DigestHistory::default(), vec![told(), shared()], &["The quay is closed"], &reasons);
    let keep = Rules { duplicates: Duplicates::Keep, ..Rules::default() };
    check(
        &keep,
        &DigestHistory::default(),
        vec![told(), retold()],
        &["The quay is closed", "Quay closed"],
        &[FIRST, FIRST],
    );
    // Without a link there is nothing to be merged by but the words.
    let unlinked = |name| Post { url: None, ..on(name, 20) };
    check(
        &Rules::default(),
        &DigestHistory::default(),
        vec![unlinked("a"), unlinked("b")],
        &["a", "b"],
        &[FIRST, FIRST],
    );
}

#[test]
fn posts_that_share_a_page_are_still_posts_of_their_own() {
    let release = |name, day, words: &str| {
        let body = (0..120).map(|n| format!("{words}{} ", n * 7919 % 1013)).collect();
        linked("https://blog.example/changes", Post { body, ..on(name, day) })
    };
    let seen = past(&[], vec![sent(&release("1.0", 10, "old"), 3)]);
    let posts = vec![release("1.1", 20, "new"), release("1.2", 21, "other")];
    check(&Rules::default(), &seen, posts, &["1.2", "1.1"], &[NEW, NEW]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_selection_keeps_its_promises(
        shuffled in Just((0_i64..24).collect::<Vec<_>>()).prop_shuffle(),
        max in 0_usize..12,
        pin in 0_i64..40,
        old in 0_i64..24,
    ) {
        let make = |n: i64| {
            let source = ["blog", "notes", "press"][n as usize % 3];
            let published = Some(at(NOW) - chrono::Duration::hours(n * 7));
            Post { published, ..post(&format!("post {n}"), source) }
        };
        let rules = Rules { max, pin: vec![format!("post {pin}")], ..Rules::default() };
        let seen = past(&[], (old..24).map(|n| sent(&make(n), 1)).collect());
        let titles = |order: &[i64]| {
            let selection = select(order.iter().map(|n| make(*n)).collect(), &rules, &seen, at(NOW));
            let title = |index: &usize| selection.candidates[*index].post.title.clone();
            selection.picked.iter().map(title).collect::<Vec<String>>()
        };
        let picked = titles(&shuffled);
        prop_assert!(picked.len() <= max.max(1), "only a pin goes over `max`");
        let fresh = (old..24).all(|n| n == pin || !picked.contains(&format!("post {n}")));
        prop_assert!(fresh);
        prop_assert_eq!(picked, titles(&(0..24).collect::<Vec<_>>()));
    }
}

#[test]
fn a_timer_that_jitters_leaves_no_gap_in_a_span() {
    let rules = Rules { since: Since::Within(Duration::from_secs(7 * 86_400)), ..Rules::default() };
    // The last edition was a week and some seconds ago; these came out right after it, or stood in no feed yet.
    let mut seen = past(&[("known", LAST)], Vec::new());
    seen.last_edition = Some(at(LAST) - chrono::Duration::seconds(40));
    let after = Post { published: Some(at(LAST) - chrono::Duration::seconds(30)), ..post("after", "blog") };
    let bare = Post { published: Some(at("2026-11-15T00:00:00Z")), ..post("bare", "blog") };
    let known = Post { published: Some(at("2026-11-14T20:00:00Z")), ..post("known", "blog") };
    seen.first_seen.insert(("blog".to_owned(), known.id.clone()), at("2026-11-14T21:00:00Z"));
    let (yes, no) = ("published within the last 7d", "not published within the last 7d");
    check(&rules, &seen, vec![after, bare, known], &["after", "bare"], &[yes, yes, no]);
}

/// What a past post, changed by `change`, is known by.
#[track_caller]
fn known(others: &[Post], change: impl Fn(Post) -> Post, expect: Option<&str>) {
    let old = Post { body: story(), ..on("old", 8) };
    let changed = change(old.clone());
    let seen = past(&[], vec![sent(&old, 1), sent(&on("another", 7), 1)]);
    let posts = std::iter::once(changed).chain(others.iter().cloned()).collect();
    let selection = select(posts, &Rules::default(), &seen, at(NOW));
    let told = selection.candidates[0].reason.to_string();
    assert_eq!(told.strip_prefix("already sent in edition 1, known by its "), expect, "{told}");
}

#[test]
fn what_went_out_is_known_again_whatever_of_it_changed() {
    let id = |id: &str, post| Post { id: PostId::new(Some(id), None, ""), ..post };
    let moved = |post| id("new", linked("https://new.example/2026/old/", post));
    known(&[], |post| post, Some("id"));
    known(
        &[],
        |post| Post { title: "Retold".into(), body: "Other words.".into(), ..linked("https://n.example/", post) },
        Some("id"),
    );
    known(&[], |post| id("new", post), Some("link"));
    known(&[], |post| id("new", Post { title: "Retitled".into(), ..post }), Some("link"));
    known(&[], moved, Some("title and date"));
    known(
        &[],
        |post| moved(Post { body: String::new(), description: Some("A summary.".into()), ..post }),
        Some("title and date"),
    );
    known(&[], |post| moved(Post { title: "Retitled".into(), ..post }), Some("date and text"));
    known(&[], |post| moved(Post { published: Some(at("2026-11-08T00:00:00Z")), ..post }), Some("title and text"));
}

#[test]
fn what_is_new_is_new_whatever_it_shares() {
    let id = |id: &str, post| Post { id: PostId::new(Some(id), None, ""), ..post };
    let day = |day: u32| Some(at(&format!("2026-11-{day:02}T08:00:00Z")));
    let later = |post| Post { published: day(20), ..post };
    // An episode behind the one link of all, as the past one still stands there.
    let past_one = Post { body: story(), ..on("old", 8) };
    known(std::slice::from_ref(&past_one), |post| later(id("new", Post { title: "Episode 2".into(), ..post })), None);
    known(&[past_one], |post| later(id("new", post)), None);
    // One guid for all of them.
    let another = |post| {
        later(Post { title: "Lot 2".into(), body: "Three pots.".into(), ..linked("https://blog.example/2", post) })
    };
    known(&[], another, None);
    // The same title each week, in the words of a form.
    known(&[], |post| later(id("new", linked("https://blog.example/week-47", post))), None);
    // Two of one day from one form.
    let two = |post| id("new", linked("https://blog.example/week-47", Post { title: "Week 2".into(), ..post }));
    known(&[], two, None);
}
