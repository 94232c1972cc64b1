use super::*;

fn document(text: &str) -> Document {
    Document {
        octets: text.as_bytes().to_vec(),
        charset: None,
        url: Url::parse("https://harbour.example/feeds/all.xml").ok(),
    }
}

#[track_caller]
fn reading(text: &str) -> Reading {
    read(document(text), "blog", Tz::UTC).unwrap()
}

#[track_caller]
fn only(text: &str) -> Post {
    let reading = reading(text);
    assert_eq!(reading.problems, []);
    assert_eq!(reading.posts.len(), 1);
    reading.posts.into_iter().next().unwrap()
}

fn rss(item: &str) -> String {
    format!(
        "<?xml version='1.0'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
         xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'><channel>\
         <title>Harbour</title><link>https://harbour.example/</link><language>en-gb</language>{item}</channel></rss>"
    )
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    date::parse(text, Tz::UTC)
}

#[test]
fn an_rss_item_gives_every_field() {
    let post = only(&rss(
        "<item><title>Fish &amp;amp; &lt;b&gt;chips&lt;/b&gt;</title><link>/a?utm_source=x</link><guid isPermaLink='false'>tag:1</guid>\
         <pubDate>Thu, 09 Jan 2025 10:00:00 +0100</pubDate><dc:creator>Jane Doe</dc:creator><category>News</category>\
         <description>A short one.</description><content:encoded><![CDATA[<p>Body <a href='b'>x</a><br>y</p><script>z</script>]]></content:encoded>\
         <media:thumbnail url='https://harbour.example/t.jpg' width='400' height='300'/></item>",
    ));
    assert_eq!(post.id.as_str(), "tag:1");
    assert_eq!(post.url.as_ref().unwrap().as_str(), "https://harbour.example/a?utm_source=x");
    assert_eq!(post.title, "Fish & chips");
    assert_eq!(post.authors, ["Jane Doe"]);
    assert_eq!(post.published, date("2025-01-09T09:00:00Z"));
    assert_eq!(post.updated, None);
    assert_eq!(post.tags, ["News"]);
    assert_eq!(post.language.as_deref(), Some("en-GB"));
    assert_eq!(post.description.as_deref(), Some("A short one."));
    assert_eq!(post.body, "<p>Body <a href=\"https://harbour.example/b\">x</a><br />y</p>");
    assert_eq!(post.image.unwrap().width, Some(400));
}

#[test]
fn atom_gives_every_field_and_keeps_its_bases() {
    let post = only(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de' xml:base='https://base.example/x/'><title>T</title><id>f</id><updated>2025-01-01T00:00:00Z</updated>\
         <author><name>Feed Author</name></author><link rel='self' href='feed.xml'/>\
         <entry><id>tag:2</id><title type='html'>&lt;i&gt;Ahoi&lt;/i&gt;</title><link rel='enclosure' type='image/png' href='p.png'/><link rel='alternate' href='one'/>\
         <published>2025-01-09T10:00:00Z</published><updated>2025-01-10T10:00:00Z</updated>\
         <summary>Kurz</summary><content type='html'>&lt;p&gt;Lang &lt;img src='i.png'&gt;&lt;/p&gt;</content></entry></feed>",
    );
    assert_eq!(post.id.as_str(), "tag:2");
    assert_eq!(post.url.unwrap().as_str(), "https://base.example/x/one");
    assert_eq!(post.title, "Ahoi");
    assert_eq!(post.authors, ["Feed Author"]);
    assert_eq!(post.language.as_deref(), Some("de"));
    assert_eq!(post.published, date("2025-01-09T10:00:00Z"));
    assert_eq!(post.updated, date("2025-01-10T10:00:00Z"));
    assert_eq!(post.description.as_deref(), Some("Kurz"));
    assert!(post.body.contains("https://base.example/x/i.png"), "{}", post.body);
    assert!(post.image.is_some());
}

#[test]
fn json_rdf_and_old_rss_are_feeds_too() {
    let post = only(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"T","language":"fr","items":[{"id":"3","url":"https://harbour.example/c","title":"C","content_html":"<p>x</p>","date_published":"2025-01-09T10:00:00Z","authors":[{"name":"J"}],"tags":["t"]}]}"#,
    );
    assert_eq!((post.title.as_str(), post.language.as_deref(), post.body.as_str()), ("C", Some("fr"), "<p>x</p>"));
    let post = only(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>\
         <channel><title>T</title><link>https://harbour.example/</link><description/></channel>\
         <item><title>D</title><link>https://harbour.example/d</link><description>Words</description><dc:date>2025-01-09</dc:date><dc:creator>K</dc:creator></item></rdf:RDF>",
    );
    assert_eq!((post.title.as_str(), post.published, post.authors), ("D", date("2025-01-09"), vec!["K".to_owned()]));
    for version in ["0.91", "0.92", "0.93", "2", "2.01", ""] {
        let post = only(&format!(
            "<rss version=\"{version}\"><channel><title>T</title><link>https://harbour.example</link><description>d</description><item><title>E</title><link>https://harbour.example/e</link></item></channel></rss>"
        ));
        assert_eq!(post.title, "E");
    }
    assert_eq!(only("<rss><channel><title>T</title><item><title>E</title></item></channel></rss>").title, "E");
}

#[test]
fn ids_fall_back_to_the_link_and_to_a_hash() {
    let id = |item: &str| only(&rss(&format!("<item><title>T</title>{item}</item>"))).id.as_str().to_owned();
    assert_eq!(id("<guid>g</guid><link>https://harbour.example/a</link>"), "g");
    assert_eq!(id("<link>https://www.harbour.example/a/?utm_source=y</link>"), "//harbour.example/a");
    assert!(id("").starts_with("sha256:"));
    assert_ne!(id("<description>a</description>"), id("<description>b</description>"));
    let post = only(&rss("<item><guid>https://harbour.example/g</guid></item>"));
    assert_eq!(post.url.unwrap().as_str(), "https://harbour.example/g");
}

#[test]
fn links_that_act_are_dropped() {
    let post =
        only(&rss("<item><title>T</title><link>javascript:alert(1)</link><guid isPermaLink='false'>1</guid></item>"));
    assert_eq!(post.url, None);
}

#[test]
fn dates_that_cannot_be_are_reported_and_the_post_kept() {
    for text in ["Mon, 01 Jan 0001 00:00:00 +0000", "9999-12-31T23:59:59Z", "next Tuesday"] {
        let reading = reading(&rss(&format!("<item><title>T</title><guid>1</guid><pubDate>{text}</pubDate></item>")));
        assert_eq!(reading.posts[0].published, None, "{text}");
        assert_eq!(reading.problems.len(), 1, "{text}");
        assert_eq!(reading.problems[0].place.as_deref(), Some("T"));
    }
    let post = only(&rss("<item><title>T</title><pubDate>Thu, 09 Jan 2099 10:00:00 GMT</pubDate></item>"));
    assert_eq!(post.published, date("2099-01-09T10:00:00Z"));
}

#[test]
fn a_truncated_feed_gives_its_whole_entries() {
    let whole = rss("<item><title>A</title></item><item><title>B</title></item><item><title>C</title></item>");
    let cut = &whole[..whole.find("C</title>").unwrap()];
    let reading = reading(cut);
    assert_eq!(reading.posts.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert!(reading.problems[0].message.contains("ends in the middle"), "{:?}", reading.problems);
}

#[test]
fn a_broken_entry_does_not_take_the_others_with_it() {
    let reading = reading(&rss(
        "<item><title>A</title></item><item><title>B</wrong></title></item><item><title>C &nbsp; d & e</title></item>",
    ));
    let titles: Vec<_> = reading.posts.iter().map(|post| post.title.as_str()).collect();
    assert!(titles.starts_with(&["A"]) && titles.ends_with(&["C d & e"]), "{titles:?}");
}

#[test]
fn control_characters_are_removed_before_parsing() {
    let post = only(&rss("<item><title>A\0B\u{1}C</title><description>x\u{b}y</description></item>"));
    assert_eq!(post.title, "ABC");
    assert_eq!(post.description.as_deref(), Some("xy"));
}

#[test]
fn other_encodings_are_read_whatever_is_declared() {
    let text =
        rss("<item><title>Caf\u{e9}</title></item>").replace("version='1.0'", "version='1.0' encoding='ISO-8859-1'");
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    for octets in [latin, text.clone().into_bytes()] {
        let reading = read(Document { octets, ..Document::default() }, "blog", Tz::UTC).unwrap();
        assert_eq!(reading.posts[0].title, "Café");
    }
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let reading = read(Document { octets: wide, ..Document::default() }, "blog", Tz::UTC).unwrap();
    assert_eq!(reading.posts[0].title, "Café");
}

#[track_caller]
fn fails(text: &str, words: &str) {
    let problem = read(document(text), "blog", Tz::UTC).unwrap_err();
    assert!(problem.message.contains(words), "{}", problem.message);
    assert!(!problem.message.contains('\0'));
}

#[test]
fn what_is_no_feed_is_called_so() {
    fails("", "empty");
    fails(" \n\0 ", "empty");
    fails("<!DOCTYPE html><html><head></head></html>", "web page, not a feed");
    fails("<html><link rel='alternate' type='application/rss+xml' href='/feed.xml'></html>", "`/feed.xml`");
    fails("hello \0 world", "begins with `hello world`");
    fails("<svg xmlns='http://www.w3.org/2000/svg'/>", "not a feed that can be read");
    fails("{\"a\":1}", "not a feed that can be read");
    fails("{", "not a feed that can be read");
    fails("<rss", "not a feed that can be read");
}

#[test]
fn a_description_that_is_the_whole_article_becomes_the_body() {
    let post = only(&rss(
        "<item><title>T</title><description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description></item>",
    ));
    assert_eq!((post.body.as_str(), post.description), ("<p>One.</p><p>Two.</p>", None));
    let post =
        only(&rss("<item><title>T</title><description>&lt;p&gt;One &amp;amp; two.&lt;/p&gt;</description></item>"));
    assert_eq!((post.body.as_str(), post.description.as_deref()), ("", Some("One & two.")));
}

#[test]
fn an_empty_feed_is_a_feed() {
    assert_eq!(reading(&rss("")), Reading::default());
}

#[test]
fn entities_are_not_expanded() {
    let bomb =
        "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>";
    let reading = reading(&rss("<item><title>T &b; &x;</title></item>").replace("<?xml version='1.0'?>", bomb));
    assert_eq!(reading.posts[0].title, "T &b; &x;");
}

#[test]
fn sixty_thousand_entries_are_read() {
    let items: String = (0..60_000).map(|n| format!("<item><guid>{n}</guid><title>T{n}</title></item>")).collect();
    let posts = reading(&rss(&items)).posts;
    assert_eq!(posts.len(), 60_000);
    assert_eq!(posts[59_999].id.as_str(), "59999");
}

proptest::proptest! {
    #[test]
    fn nothing_panics(text in "(<rss|<feed|<channel>|<item>|</item>|<entry|>|'|version=|<!\\[CDATA\\[|&x;|\\PC){0,30}") {
        let _ = read(document(&text), "blog", Tz::UTC);
        let _ = read(document(&rss(&text)), "blog", Tz::UTC);
    }
}
