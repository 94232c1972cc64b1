use super::*;

fn listing(page: &str, select: &Selectors) -> Result<Reading, Problem> {
    let url = Url::parse("https://harbour.example/news/pier.html").ok();
    read(Document { octets: page.as_bytes().to_vec(), charset: None, url }, select, "archive", Tz::UTC)
}

#[track_caller]
fn check(page: &str, expect: &[[&str; 5]]) {
    let posts = listing(page, &Selectors::default()).unwrap().posts;
    let rows: Vec<_> = posts
        .iter()
        .map(|post| {
            [
                post.title.clone(),
                post.published.map(|date| date.format("%Y-%m-%d").to_string()).unwrap_or_default(),
                post.authors.join(","),
                post.description.clone().unwrap_or_default(),
                post.url.as_ref().map(|url| url.path().to_owned()).unwrap_or_default(),
            ]
        })
        .collect();
    assert_eq!(rows, expect);
}

const FERRY: [&str; 5] = [
    "Ferry Timetable Changes in Spring",
    "2025-01-06",
    "John Roe",
    "The early boat leaves ten minutes later from March.",
    "/news/ferry.html",
];
const SEALS: [&str; 5] = [
    "Volunteers Count Four Hundred Seals",
    "2025-01-03",
    "Ann Poe",
    "The count was the highest since it began.",
    "/news/seals.html",
];
const STORM: [&str; 5] = [
    "Winter Storm Closes the Mole",
    "2024-12-28",
    "Jane Doe",
    "Waves of six metres broke over the light.",
    "/news/storm.html",
];

#[test]
fn the_list_on_an_article_page_is_read_without_the_article() {
    check(include_str!("../../../tests/fixtures/pages/press.html"), &[FERRY, SEALS, STORM]);
    check(include_str!("../../../tests/fixtures/pages/table.html"), &[FERRY, SEALS]);
    let bare = |row: [&'static str; 5]| [row[0], row[1], row[2], row[3], ""];
    check(include_str!("../../../tests/fixtures/pages/copied.txt"), &[bare(FERRY), bare(SEALS), bare(STORM)]);
}

#[test]
fn menus_lose_against_articles() {
    check(
        include_str!("../../../tests/fixtures/pages/blog-index.html"),
        &[
            ["The first of the notes", "2025-01-09", "Jane Doe", "What the first note says in short.", "/notes/one/"],
            ["The second of the notes", "2025-01-08", "John Roe", "What the second note says in short.", "/notes/two/"],
        ],
    );
}

#[test]
fn selectors_choose_and_bad_ones_are_named() {
    let page = "<div class=x><b>T</b><a href=/t>go</a><i>2025-01-09</i><u>K</u><s>words</s></div>";
    let some = |text: &str| Some(text.to_owned());
    let select = Selectors {
        item: some(".x"),
        title: some("b"),
        link: some("a"),
        date: some("i"),
        author: some("u"),
        teaser: some("s"),
    };
    let post = listing(page, &select).unwrap().posts.remove(0);
    assert_eq!(
        (post.title.as_str(), post.authors.join(","), post.description.as_deref()),
        ("T", "K".to_owned(), Some("words"))
    );
    let problem = listing(page, &Selectors { item: some("..["), ..Selectors::default() }).unwrap_err();
    assert!(problem.message.contains("`..[`"));
}

#[test]
fn a_page_without_a_list_is_a_problem() {
    assert!(listing("<p>nothing</p>", &Selectors::default()).is_err());
    assert!(listing("", &Selectors::default()).is_err());
}
