use super::*;

fn listing(page: &str, select: &Selectors) -> Result<Parsed, Problem> {
    let url = Url::parse("https://harbour.example/news/pier.html").ok();
    read(Document { octets: page.as_bytes().to_vec(), charset: None, url }, select, "archive", Zone::utc())
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
    assert!(problem.diagnostic.message.contains("`..[`"));
}

#[test]
fn a_page_without_a_list_is_a_problem() {
    assert!(listing("<p>nothing</p>", &Selectors::default()).is_err());
    assert!(listing("", &Selectors::default()).is_err());
}

#[test]
fn lists_of_other_shapes_are_read() {
    check(
        "<table class=news><tr><th>Date</th><th>Title</th></tr><tr><td>9 Jan 2025</td><td><a href=/a>The mole is closed on Sunday</a></td></tr>\
         <tr><td>8 Jan 2025</td><td><a href=/b>The mole is open on Monday</a></td></tr></table>",
        &[
            ["The mole is closed on Sunday", "2025-01-09", "", "", "/a"],
            ["The mole is open on Monday", "2025-01-08", "", "", "/b"],
        ],
    );
    check(
        "<h1>News</h1><ul><li><a href=/a>A boat has come home</a> — Nobody had expected it before the spring, least of all the crew.</li>\
         <li><a href=/b>Another has left again</a> — It took the cook along, and the cook took the spoons of the house.</li></ul>",
        &[
            ["A boat has come home", "", "", "Nobody had expected it before the spring, least of all the crew.", "/a"],
            [
                "Another has left again",
                "",
                "",
                "It took the cook along, and the cook took the spoons of the house.",
                "/b",
            ],
        ],
    );
    check(
        "<body><h1>Notes</h1><section><a href=/a><h3>One small note</h3><time datetime=2025-01-09T23:30:00Z>yesterday</time><p>Short.</p></a></section>\
         <section><a href=/b><h3>Two small notes</h3><time datetime=2025-01-08>last week</time><p>Shorter.</p></a></section></body>",
        &[
            ["One small note", "2025-01-09", "", "Short.", "/a"],
            ["Two small notes", "2025-01-08", "", "Shorter.", "/b"],
        ],
    );
    check(
        "<h2><a href=/a>First headline of two</a></h2><p>By Jane Doe on January 9, 2025</p><p>What it says.</p>\
         <h2><a href=/b>Second headline of two</a></h2><p>By John Roe on January 8, 2025</p><p>What that says.</p>",
        &[
            ["First headline of two", "2025-01-09", "Jane Doe", "What it says.", "/a"],
            ["Second headline of two", "2025-01-08", "John Roe", "What that says.", "/b"],
        ],
    );
}

#[test]
fn selectors_may_name_only_some_parts() {
    let page = "<div class=x><h3><a href=/t>T one</a></h3><span class=when>Posted January 09, 2025</span><span class=by>By Jane Doe</span><p>words</p></div>\
                <div class=x><h3><a href=/u>T two</a></h3><span class=by>by John Roe and Ann Poe</span></div><div class=x></div>";
    let some = |text: &str| Some(text.to_owned());
    let select = Selectors { item: some("div.x"), author: some(".by"), ..Selectors::default() };
    let posts = listing(page, &select).unwrap().posts;
    assert_eq!(posts.len(), 2);
    assert_eq!((posts[0].published.is_some(), posts[0].authors.join(",")), (true, "Jane Doe".to_owned()));
    assert_eq!((posts[0].description.as_deref(), posts[0].title.as_str()), (Some("words"), "T one"));
    assert_eq!((posts[1].description.as_deref(), posts[1].authors.len()), (None, 2));
}

#[test]
fn links_that_act_are_no_links_of_a_list() {
    let page = "<ul><li><a href='javascript:go(1)'>The first of them all</a> 9 January 2025</li><li><a href='data:text/html,x'>The second of them all</a> 8 January 2025</li></ul>";
    let posts = listing(page, &Selectors::default()).unwrap().posts;
    assert_eq!(posts.iter().map(|post| post.url.is_none()).collect::<Vec<_>>(), [true, true]);
}

#[test]
fn a_date_within_a_link_is_no_part_of_its_title() {
    let row = |title: &str, day: u8| {
        format!(
            "<li><a href='/{day}'><span>{title}</span> <time datetime='2025-10-0{day}'>2025-10-0{day}</time></a></li>"
        )
    };
    let page = [row("The crane came by barge", 6), row("A seal on the slipway", 5), row("The lamp was changed", 4)];
    let posts = listing(&format!("<h1>News</h1><ul>{}</ul>", page.concat()), &Selectors::default()).unwrap().posts;
    assert_eq!(
        posts.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(),
        ["The crane came by barge", "A seal on the slipway", "The lamp was changed"]
    );
    assert_eq!(posts[0].description, None);
}

#[test]
fn entries_may_have_no_container() {
    let rows = [
        ["The crane came by barge", "2025-10-06", "", "", "/a"],
        ["A seal on the slipway", "2025-10-05", "", "", "/b"],
        ["The lamp was changed", "2025-10-04", "", "", "/c"],
    ];
    let page = |entry: fn(&str, &str, &str) -> String| {
        let entries: String = rows.iter().map(|[title, day, _, _, link]| entry(title, day, link)).collect();
        format!("<body><h1>News</h1><main>{entries}</main></body>")
    };
    check(&page(|t, d, l| format!("<a href={l}><span>{t}</span><time datetime={d}>{d}</time></a>")), &rows);
    check(&page(|t, d, l| format!("<a href={l}><b>{t}</b> <small>{d}</small></a><br>")), &rows);
    check(&page(|t, d, l| format!("<a href={l}>{d} – {t}</a><br>")), &rows);
    check(&page(|t, d, l| format!("<p><a href={l}>{t} ({d})</a></p>")), &rows);
    check(&page(|t, d, l| format!("<time>{d}</time> <a href={l}>{t}</a><br>")), &rows);
    check(&page(|t, d, l| format!("<h2><a href={l}>{t}</a></h2><time>{d}</time>")), &rows);
    check(&page(|t, d, l| format!("<dt>{d}</dt><dd><a href={l}>{t}</a></dd>")), &rows);
}
