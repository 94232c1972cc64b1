//! Content that no layout hopes for: each still gives a mail that looks right.

use dom_query::Document;
use url::Url;

use super::*;
use crate::{
    edition::{Item, Sections},
    post::Image,
};

const TEMPLATES: [&str; 4] = ["classic", "cards", "plain", "brief"];

/// Lays out posts in every template.
fn all(posts: &[Item], change: impl Fn(&mut Edition)) -> Vec<(Rendered, Document)> {
    let laid_out = TEMPLATES.map(|template| {
        let mut edition = Edition { template: template.to_owned(), ..edition(posts.to_vec()) };
        change(&mut edition);
        let out = render(&edition, &Templates::built_in()).unwrap_or_else(|error| panic!("{template}: {error}"));
        let page = Document::from(out.html.as_str());
        (out, page)
    });
    laid_out.into()
}

/// Lays out one odd post between two that are not, and gives its heading in each template.
fn headings(item: Item) -> Vec<String> {
    let posts = [post("First", "The first of three."), item, post("Third", "The third of three.")];
    let mut found = Vec::new();
    for (out, page) in all(&posts, |_| ()) {
        assert_eq!(out.problems, []);
        assert_eq!(page.select("h1").length(), 1);
        let headings: Vec<String> = page.select("h2").iter().map(|heading| heading.text().trim().to_owned()).collect();
        assert_eq!((headings.len(), headings[0].as_str(), headings[2].as_str()), (3, "First", "Third"));
        assert!(page.select("img").iter().all(|image| image.has_attr("alt") && image.has_attr("width")));
        assert!(page.select("a").iter().all(|link| link.attr("href").is_some_and(|href| !href.is_empty())));
        for link in page.select("a").iter() {
            let href = link.attr("href").unwrap().to_string();
            assert!(out.text.contains(&href), "{href} is not in the text part");
        }
        found.push(headings[1].clone());
    }
    assert!(found.iter().all(|heading| *heading == found[0]));
    found.dedup();
    found
}

#[test]
fn a_title_of_2000_characters_is_cut() {
    let shown = headings(post(&"a".repeat(2000), "Short.")).remove(0);
    assert_eq!(shown.chars().count(), 201);
    assert!(shown.ends_with("a…"));
    let shown = headings(post(&"word ".repeat(400), "Short.")).remove(0);
    assert!(shown.ends_with("word…") && shown.chars().count() <= 201, "{shown}");
}

#[test]
fn emoji_are_never_cut_apart() {
    let family = "👩‍👩‍👧‍👦";
    let shown = headings(post(&family.repeat(300), "Short.")).remove(0);
    assert_eq!(shown, format!("{}…", family.repeat(200)));
    assert_eq!(headings(post("🏴‍☠️ 🎉🎉", "Short.")).remove(0), "🏴‍☠️ 🎉🎉");
}

#[test]
fn arabic_with_english_inside_runs_from_right_to_left() {
    let title = "ميناء Porto Sereno يفتح من جديد (2026)";
    let posts = [post("First", "One."), post(title, "يحكي الصيادون قصة Harbour Notes كما سمعوها.")];
    for (out, page) in all(&posts, |_| ()) {
        let block = page.select("div[dir='rtl'][lang='ar']");
        assert_eq!(block.select("h2").text().trim(), title);
        assert!(block.attr("style").unwrap().contains("text-align:right"));
        assert!(block.attr("style").unwrap().contains("Arabic"), "{}", block.attr("style").unwrap());
        assert!(!out.html.contains("letter-spacing:-0.5px;overflow-wrap:anywhere;\">ميناء"));
    }
}

#[test]
fn a_post_without_a_title_opens_with_its_teaser() {
    let words = "The ferry leaves at nine on Sundays, as it did until 2011, and the bell is rung by whoever is awake.";
    let shown = headings(post("", words)).remove(0);
    assert!(shown.ends_with('…') && words.starts_with(shown.trim_end_matches('…')), "{shown}");
    assert_eq!(headings(post("  ", "The ferry leaves at nine.")).remove(0), "The ferry leaves at nine.");
    let mut bare = post("", "");
    bare.post.url = Some(Url::parse("https://harbour.example/notes/7").unwrap());
    assert_eq!(headings(bare).remove(0), "https://harbour.example/notes/7");
    let mut nothing = post("", "");
    nothing.post.url = None;
    assert_eq!(headings(nothing).remove(0), "blog");
}

#[test]
fn what_a_post_has_not_leaves_no_hole() {
    let mut bare = post("Bare", "");
    bare.post.url = None;
    bare.post.authors = vec![];
    bare.post.published = None;
    for (out, page) in all(&[bare.clone()], |_| ()) {
        assert_eq!(page.select("h2").text().trim(), "Bare");
        assert_eq!(page.select("h2 a, a.go, img").length(), 0);
        let empty = page.select("p").iter().filter(|p| p.text().trim().is_empty() && p.attr("style").is_none()).count();
        assert_eq!(empty, 0);
        assert!(!out.text.contains("By ") && !out.text.contains("[0]") && !out.text.contains(" · \n"), "{}", out.text);
    }
    headings(bare);
}

#[test]
fn a_very_long_byline_is_cut() {
    let mut item = post("Many hands", "Short.");
    item.post.authors = vec!["Maximilian".repeat(60)];
    for (_, page) in all(&[item.clone()], |_| ()) {
        let byline = page.select("p.soft[dir]").text().to_string();
        assert!(byline.contains("Maximilian…") && byline.chars().count() < 160, "{byline}");
        assert!(byline.contains("Posted 9 January 2025"));
    }
    item.post.authors = (0..60).map(|n| format!("Author {n}")).collect();
    let byline = all(&[item], |_| ())[0].1.select("p.soft[dir]").text().to_string();
    assert!(byline.starts_with("By Author 0, Author 1") && byline.contains('…'), "{byline}");
}

fn picture(path: &str) -> Option<Image> {
    let url = Url::parse(&format!("https://harbour.example/{path}")).unwrap();
    Some(Image { url, alt: None, width: Some(1600), height: Some(900), file: None })
}

#[test]
fn every_picture_has_words_and_a_width_within_the_mail() {
    let mut posts: Vec<Item> = (0..4).map(|n| post(&format!("Post {n}"), "Words.")).collect();
    posts.iter_mut().for_each(|item| item.post.image = picture("a.png"));
    let width = |edition: &mut Edition| _ = edition.theme.insert("width".to_owned(), "480".to_owned());
    for (out, page) in all(&posts, width) {
        for image in page.select("img").iter() {
            assert_eq!(image.attr("alt").unwrap().split(' ').next(), Some("Post"));
            assert!(image.attr("width").unwrap().parse::<u32>().unwrap() <= 480);
        }
        assert!(out.html.contains("max-width:480px") && !out.html.contains("600px"));
    }
}

#[test]
fn two_hundred_posts_fit_and_none_is_lost() {
    let posts: Vec<Item> =
        (0..200).map(|n| post(&format!("Story {n} of the quay"), &"A sentence of the teaser. ".repeat(9))).collect();
    for (index, (out, page)) in all(&posts, |_| ()).into_iter().enumerate() {
        let template = TEMPLATES[index];
        assert!(
            out.html.len() < fit::MAX_PAGE_SIZE && out.html.len() > fit::MAX_PAGE_SIZE * 3 / 4,
            "{template}: {}",
            out.html.len()
        );
        let whole = page.select("h2 a").length();
        let links: Vec<String> = page.select("a").iter().map(|link| link.attr("href").unwrap().to_string()).collect();
        for item in &posts {
            let url = item.post.url.as_ref().unwrap().to_string();
            assert!(links.contains(&url), "{template} lost {url}");
            assert!(out.text.contains(&url), "{template}: {url} is not in the text part");
        }
        if template != "brief" {
            assert_eq!(page.select("li a").length(), 200 - whole);
            assert_eq!(out.problems.len(), 1);
            assert!(out.problems[0].to_string().contains("are listed as links"), "{:?}", out.problems);
            assert!(page.select("h2").text().contains("More on the web"));
        }
    }
}

#[test]
fn a_list_that_is_too_long_ends_with_the_number_of_the_rest() {
    let mut posts: Vec<Item> = (0..900).map(|n| post(&format!("Story {n}"), "Words.")).collect();
    for (n, item) in posts.iter_mut().enumerate() {
        item.post.url = Some(Url::parse(&format!("https://harbour.example/{}/{n}", "deep/".repeat(20))).unwrap());
    }
    let out = render(&edition(posts.clone()), &Templates::built_in()).unwrap();
    let page = Document::from(out.html.as_str());
    assert!(out.html.len() < fit::MAX_PAGE_SIZE);
    assert_eq!(page.select("h2").text().to_string().matches("Story").count(), 1, "the lead stays whole");
    let listed = page.select("li a").length();
    assert!(listed > 100, "{listed}");
    let left = format!("{} more in the plain-text version", 899 - listed);
    assert!(page.text().contains(&left), "{left}");
    assert!(
        out.problems[0].to_string().contains(&format!("{} stand in the text part only", 899 - listed)),
        "{:?}",
        out.problems
    );
    assert!(posts.iter().all(|item| out.text.contains(item.post.url.as_ref().unwrap().as_str())));
}

#[test]
fn a_lead_without_room_is_a_link_and_still_in_the_text() {
    let long = "words ".repeat(30_000);
    let out = render(&edition(vec![post("One", &long), post("Two", "Short.")]), &Templates::built_in()).unwrap();
    let page = Document::from(out.html.as_str());
    assert!(out.html.len() < fit::MAX_PAGE_SIZE);
    assert_eq!(page.select("li a").length(), 2);
    assert!(out.text.contains("words words words"));
}

#[test]
fn a_template_without_the_list_says_what_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let template = "<mjml lang=\"en\"><mj-body>{% for post in posts %}<mj-section><mj-column><mj-text>{{ post.title }} {{ post.teaser }}</mj-text></mj-column></mj-section>{% endfor %}</mj-body></mjml>";
    std::fs::write(folder.path().join("own.mjml"), template).unwrap();
    let posts: Vec<Item> = (0..100).map(|n| post(&format!("Story {n}"), &"words ".repeat(300))).collect();
    let out = render(&Edition { template: "own".to_owned(), ..edition(posts) }, &Templates::in_folder(folder.path()))
        .unwrap();
    assert!(out.problems[0].to_string().contains("stand in the text part only"), "{:?}", out.problems);
    assert!(out.text.contains("Story 99"));
}

fn grouped(by: Sections) -> Vec<(Rendered, Document)> {
    let posts: Vec<Item> =
        [("news", "tide"), ("notes", "fish"), ("news", ""), ("notes", "tide"), ("notice-board", "fish")]
            .iter()
            .enumerate()
            .map(|(n, (source, tag))| {
                let mut item = post(&format!("Story {n}"), "Words.");
                item.post.source = (*source).to_owned();
                item.post.tags = if tag.is_empty() { vec![] } else { vec![(*tag).to_owned(), "other".to_owned()] };
                item
            })
            .collect();
    all(&posts, |edition| edition.sections = by)
}

#[test]
fn posts_stand_under_the_headings_of_their_sections() {
    let expect = |by, order: &[(&str, &str)]| {
        for (out, page) in grouped(by) {
            let found: Vec<(String, String)> = page
                .select("h2, h3")
                .iter()
                .map(|node| {
                    let level = node.nodes()[0].node_name().unwrap().to_string();
                    (level, node.text().trim().to_owned())
                })
                .collect();
            let order: Vec<(String, String)> =
                order.iter().map(|(level, words)| ((*level).to_owned(), (*words).to_owned())).collect();
            assert_eq!(found, order);
            let mut at = 0;
            for (_, words) in &order {
                at += out.text[at..].find(words.as_str()).unwrap_or_else(|| panic!("{words} in {}", out.text));
            }
        }
    };
    expect(
        Sections::None,
        &[("h2", "Story 0"), ("h2", "Story 1"), ("h2", "Story 2"), ("h2", "Story 3"), ("h2", "Story 4")],
    );
    expect(
        Sections::Source,
        &[
            ("h2", "Story 0"),
            ("h2", "Notes"),
            ("h3", "Story 1"),
            ("h3", "Story 3"),
            ("h2", "News"),
            ("h3", "Story 2"),
            ("h2", "Notice board"),
            ("h3", "Story 4"),
        ],
    );
    expect(
        Sections::Tag,
        &[
            ("h2", "Story 0"),
            ("h2", "Fish"),
            ("h3", "Story 1"),
            ("h3", "Story 4"),
            ("h2", "Tide"),
            ("h3", "Story 3"),
            ("h2", "Also"),
            ("h3", "Story 2"),
        ],
    );
}

#[test]
fn the_theme_is_seen_in_every_template() {
    let values = [("accent", "#5a1e8c"), ("paper", "#fff8ee"), ("font", "Futura, sans-serif"), ("ink", "#cccccc")];
    let dress = |edition: &mut Edition| {
        edition.theme.extend(values.map(|(key, value)| (key.to_owned(), value.to_owned())));
    };
    for (out, page) in all(&[post("One", "First."), post("Two", "Second.")], dress) {
        assert!(
            out.html.contains("#5a1e8c") && out.html.contains("#fff8ee") && out.html.contains("Futura, sans-serif")
        );
        assert!(
            out.html.contains(".plate img, img.plate { background-color: #fff8ee"),
            "what is transparent keeps its paper at night"
        );
        assert!(out.html.contains("[data-ogsc] .ink") && out.html.contains("[data-ogsb] .paper"));
        assert!(!page.select("h2").attr("style").unwrap().contains("#cccccc"));
        assert_eq!(out.problems.len(), 1);
        assert!(out.problems[0].to_string().contains("`theme.ink`: #cccccc"), "{:?}", out.problems);
    }
}

#[test]
fn a_broken_theme_in_a_frozen_edition_is_an_error() {
    let mut edition = edition(vec![post("One", "First.")]);
    edition.theme.insert("font".to_owned(), "x;}</style>".to_owned());
    let error = render(&edition, &Templates::built_in()).unwrap_err().to_string();
    assert!(error.contains("digest.weekly.theme.font") && error.contains("hint: "), "{error}");
}

#[test]
fn cards_stand_in_pairs_where_there_is_room_for_two() {
    let pairs = |count: usize, width: &str| {
        let posts: Vec<Item> = (0..count).map(|n| post(&format!("Post {n}"), "Words.")).collect();
        let mut edition = Edition { template: "cards".to_owned(), ..edition(posts) };
        edition.theme.insert("width".to_owned(), width.to_owned());
        let page = Document::from(render(&edition, &Templates::built_in()).unwrap().html.as_str());
        (page.select("div.pair").length(), page.select("div.pair div.card").length(), page.select("div.card").length())
    };
    assert_eq!(pairs(5, "640"), (2, 4, 5));
    assert_eq!(pairs(4, "640"), (1, 2, 4), "the last stands alone");
    assert_eq!(pairs(5, "480"), (0, 0, 5));
    assert_eq!(pairs(1, "640"), (0, 0, 1));
}
