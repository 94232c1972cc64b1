use super::*;

#[track_caller]
fn article(page: &str) -> Post {
    let url = Url::parse("https://harbour.example/news/pier.html").ok();
    let document = Document { octets: page.as_bytes().to_vec(), charset: None, url };
    read(document, "press", Zone::utc()).unwrap().posts.remove(0)
}

#[track_caller]
fn check(page: &str, paragraphs: usize) {
    let post = article(page);
    assert_eq!(post.title, "Harbour Opens Its New North Pier");
    assert_eq!(post.published.unwrap().to_rfc3339(), "2025-01-09T00:00:00+00:00");
    assert_eq!(post.authors, ["Jane Doe"]);
    let blocks = html::blocks(&post.body);
    assert_eq!(blocks.len(), paragraphs, "{}", post.body);
    assert!(blocks[0].text.starts_with("The harbour office opened"), "{}", post.body);
    for junk in ["Print", "Share", "More News", "Ferry", "Posted", "Jane Doe", "Privacy"] {
        assert!(!post.body.contains(junk), "{junk}: {}", post.body);
    }
}

#[test]
fn a_saved_page_gives_its_article() {
    check(include_str!("../../../tests/fixtures/pages/press.html"), 3);
}

#[test]
fn a_page_of_tables_gives_its_article() {
    check(include_str!("../../../tests/fixtures/pages/table.html"), 2);
}

#[test]
fn a_copied_page_gives_its_article() {
    check(include_str!("../../../tests/fixtures/pages/copied.txt"), 3);
}

#[test]
fn what_the_head_says_comes_first() {
    let post = article(
        "<html lang=de><head><title>X</title><meta property='og:title' content='Boot | Hafen'><meta property='og:image' content='/a.png'>\
         <script type='application/ld+json'>{\"@graph\":[{\"@type\":\"NewsArticle\",\"headline\":\"Das Boot\",\"datePublished\":\"2025-01-09T10:00:00Z\",\"author\":[{\"name\":\"A B\"}]}]}</script></head>\
         <body><h1>Das Boot</h1><p>Ein Absatz, der lang genug ist, um als Text zu gelten, und noch ein paar Worte mehr hat.</p></body></html>",
    );
    assert_eq!(
        (post.title.as_str(), post.authors, post.language.as_deref()),
        ("Das Boot", vec!["A B".to_owned()], Some("de"))
    );
    assert_eq!(post.image.unwrap().url.as_str(), "https://harbour.example/a.png");
}

#[test]
fn a_page_without_an_article_is_a_problem() {
    assert!(read(Document::default(), "press", Zone::utc()).is_err());
    assert!(
        read(Document { octets: "<div>".repeat(50_000).into_bytes(), ..Document::default() }, "press", Zone::utc())
            .is_err()
    );
}

#[test]
fn huge_and_odd_pages_are_read_in_bounded_time() {
    let pages = [
        "<div class=share>".repeat(20_000) + "x",
        "<div class=item><h3><a href=/x>A title of one</a></h3><p>9 January 2025</p><p>Words of it.</p></div>"
            .repeat(300),
        "<p>By Jane Doe on January 9, 2025</p>".repeat(500),
        "<ul><li>9 January 2025".repeat(500),
        "Posted January 09, 2025\n".repeat(2_000),
        "A title\n".repeat(2_000),
    ];
    for page in pages {
        let document = Document { octets: page.into_bytes(), ..Document::default() };
        let _ = read(document.clone(), "press", Zone::utc());
        let _ = listing::read(document, &crate::source::Selectors::default(), "press", Zone::utc());
    }
}

const WORDS: &str = "<p>The harbour office opened the pier, which has room for forty boats and a bench for all who wait for them.</p>\
     <p>It was built within a year by the people of the town, and the ferries use it from the first day of spring on.</p>";

#[test]
fn a_byline_may_be_set_in_any_markup() {
    let bylines = [
        "<div class=meta><span class=author>Jane Doe</span><span class=date>January 9, 2025</span></div>",
        "<table><tr><th>Author</th><td>Jane Doe</td></tr><tr><th>Published</th><td>January 9, 2025</td></tr></table>",
        "<dl><dt>Author</dt><dd>Jane Doe</dd><dt>Published</dt><dd>January 9, 2025</dd></dl>",
        "<script type='application/ld+json'>{\"@type\":\"BlogPosting\",\"headline\":\"Harbour Opens Its New North Pier\",\
         \"datePublished\":\"2025-01-09\",\"author\":{\"name\":\"Jane Doe\"}}</script>",
    ];
    for byline in bylines {
        check(&format!("<body><h1>Harbour Opens Its New North Pier</h1>{byline}{WORDS}</body>"), 2);
    }
}

#[test]
fn other_posts_below_do_not_name_an_article() {
    let others = ["A seal sleeps", "Two planks are lost"].map(|title| {
        format!(
            "<h2><a href='/{}'>{title}</a></h2><div><time>Jan 7, 2025</time></div><p>Nobody wakes it.</p>",
            title.len()
        )
    });
    let post = article(&format!(
        "<head><meta property=og:type content=article><meta property=og:title content='The crane came'></head>\
         <body><main><article><h1>The crane came</h1>{WORDS}</article><section>{}</section></main></body>",
        others.concat()
    ));
    assert_eq!(post.title, "The crane came");
}

#[test]
fn heading_and_window_and_head_agree_on_the_title() {
    let title = |head: &str, body: &str| article(&format!("<head>{head}</head><body>{body}{WORDS}</body>")).title;
    let social = "<title>The crane came - Harbour</title><meta property=og:title content='You will not believe it'>";
    assert_eq!(title(social, "<h1>The crane came</h1>"), "The crane came");
    let section = "<title>The crane came - Harbour</title>";
    assert_eq!(
        title("<title>The crane came</title>", "<h1>Harbour news</h1><h2>The crane came</h2>"),
        "The crane came"
    );
    assert_eq!(
        title(section, "<h1><a class=toc-backref href=#a>The crane came</a><a href=#a>¶</a></h1>"),
        "The crane came"
    );
    assert_eq!(title("<title>The big crane came by barge | Harbour</title>", ""), "The big crane came by barge");
    let hidden = "<title>X</title><script type='application/ld+json'>//<![CDATA[
        {\"@type\":\"BlogPosting\",\"headline\":\"The crane came\"}
        //]]></script>";
    assert_eq!(title(hidden, ""), "The crane came");
}

#[test]
fn icons_are_no_pictures_of_an_article() {
    let image = |head: &str, body: &str| {
        let page = format!("<head><title>T</title>{head}</head><body><h1>The crane came</h1>{WORDS}{body}</body>");
        article(&page).image.map(|image| image.url.path().to_owned())
    };
    let named = |file: &str| format!("<meta property=og:image content='/{file}'>");
    for file in ["favicon.ico", "share.png", "pixel.gif", "apple-touch-icon.png"] {
        assert_eq!(image(&named(file), ""), None, "{file}");
    }
    let small = format!("{}<meta property=og:image:width content=1>", named("crane.png"));
    assert_eq!(image(&small, ""), None);
    assert_eq!(image(&named("share.png"), "<p><img src='/crane.jpg'></p>").as_deref(), Some("/crane.jpg"));
    assert_eq!(image(&named("crane.png"), "").as_deref(), Some("/crane.png"));
}
