use chrono::{DateTime, Utc};

use super::{super::date, *};

fn document(text: &str) -> Document {
    Document {
        octets: text.as_bytes().to_vec(),
        charset: None,
        url: Url::parse("https://harbour.example/feeds/all.xml").ok(),
    }
}

#[track_caller]
fn reading(text: &str) -> Parsed {
    read(document(text), "blog", Zone::utc()).unwrap()
}

#[track_caller]
fn only(text: &str) -> Post {
    let parsed = reading(text);
    assert_eq!(parsed.problems, []);
    assert_eq!(parsed.posts.len(), 1);
    parsed.posts.into_iter().next().unwrap()
}

fn rss(item: &str) -> String {
    format!(
        "<?xml version='1.0'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
         xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'><channel>\
         <title>Harbour</title><link>https://harbour.example/</link><language>en-gb</language>{item}</channel></rss>"
    )
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    date::parse(text, Zone::utc())
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
        let parsed = reading(&rss(&format!("<item><title>T</title><guid>1</guid><pubDate>{text}</pubDate></item>")));
        assert_eq!(parsed.posts[0].published, None, "{text}");
        assert_eq!(parsed.problems.len(), 1, "{text}");
        assert_eq!(parsed.problems[0].diagnostic.place, Some("T".into()));
    }
    for (first, second) in [("2025-01-09", "soon"), ("soon", "2025-01-09"), ("2025-01-09", "0001-01-01T00:00:00Z")] {
        let post =
            only(&rss(&format!("<item><title>T</title><dc:date>{first}</dc:date><pubDate>{second}</pubDate></item>")));
        assert_eq!(post.published, date("2025-01-09"), "{first}, {second}");
    }
    let post = only(&rss("<item><title>T</title><author>robert@h.example (Lee, Robert)</author></item>"));
    assert_eq!(post.authors, ["Lee, Robert"]);
    let post = only(&rss("<item><title>T</title><pubDate>Thu, 09 Jan 2099 10:00:00 GMT</pubDate></item>"));
    assert_eq!(post.published, date("2099-01-09T10:00:00Z"));
}

#[test]
fn a_truncated_feed_gives_its_whole_entries() {
    let whole = rss("<item><title>A</title></item><item><title>B</title></item><item><title>C</title></item>");
    let cut = &whole[..whole.find("C</title>").unwrap()];
    let parsed = reading(cut);
    assert_eq!(parsed.posts.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert!(parsed.problems[0].diagnostic.message.contains("ends in the middle"), "{:?}", parsed.problems);
}

#[test]
fn a_broken_entry_does_not_take_the_others_with_it() {
    let parsed = reading(&rss(
        "<item><title>A</title></item><item><title>B</wrong></title></item><item><title>C &nbsp; d & e</title></item>",
    ));
    let titles: Vec<_> = parsed.posts.iter().map(|post| post.title.as_str()).collect();
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
        let parsed = read(Document { octets, ..Document::default() }, "blog", Zone::utc()).unwrap();
        assert_eq!(parsed.posts[0].title, "Café");
    }
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let parsed = read(Document { octets: wide, ..Document::default() }, "blog", Zone::utc()).unwrap();
    assert_eq!(parsed.posts[0].title, "Café");
}

#[track_caller]
fn fails(text: &str, words: &str) {
    let problem = read(document(text), "blog", Zone::utc()).unwrap_err();
    assert!(problem.to_string().contains(words), "{}", problem.diagnostic.message);
    assert!(!problem.diagnostic.message.contains('\0'));
}

#[test]
fn what_is_no_feed_is_called_so() {
    fails("", "empty");
    fails(" \n\0 ", "empty");
    fails("<!DOCTYPE html><html><head></head></html>", "web page, not a feed");
    fails(
        "<html><link rel='alternate' type='application/rss+xml' href='/feed.xml'></html>",
        "`feed = \"https://harbour.example/feed.xml\"`",
    );
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
    assert_eq!(reading(&rss("")), Parsed::default());
}

#[test]
fn entities_are_not_expanded() {
    let bomb =
        "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>";
    let parsed = reading(&rss("<item><title>T &b; &x;</title></item>").replace("<?xml version='1.0'?>", bomb));
    assert_eq!(parsed.posts[0].title, "T &b; &x;");
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
        let _ = read(document(&text), "blog", Zone::utc());
        let _ = read(document(&rss(&text)), "blog", Zone::utc());
    }
}

#[test]
fn every_old_form_is_read() {
    let titles = |text: &str| reading(text).posts.into_iter().map(|post| post.title).collect::<Vec<_>>();
    let rdf = "<?xml version='1.0'?><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'>\
               <channel><title>T</title><link>https://harbour.example</link><description>d</description></channel>\
               <item><title>A</title><link>https://harbour.example/a</link></item><item><title>B</title><link>https://harbour.example/b</link></item></rdf:RDF>";
    assert_eq!(titles(rdf), ["A", "B"]);
    let rss10 = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel rdf:about='x'><title>T</title><link>https://harbour.example</link><description>d</description>\
                 <items><rdf:Seq><rdf:li rdf:resource='https://harbour.example/a'/></rdf:Seq></items></channel><item rdf:about='https://harbour.example/a'><title>A</title><link>https://harbour.example/a</link></item></rdf:RDF>";
    assert_eq!(titles(rss10), ["A"]);
    let netscape = "<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://my.netscape.com/publish/formats/rss-0.91.dtd'>\
                    <rss version='0.91'><channel><title>T</title><link>https://harbour.example</link><description>d</description><language>en</language><item><title>Caf&eacute; &nbsp;one</title><link>https://harbour.example/a</link></item></channel></rss>";
    assert_eq!(titles(netscape), ["Café one"]);
    let atom03 = "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>T</title><link rel='alternate' type='text/html' href='https://harbour.example/'/><modified>2025-01-09T10:00:00Z</modified>\
                  <entry><title>A</title><link rel='alternate' type='text/html' href='https://harbour.example/a'/><id>tag:a</id><issued>2025-01-09T10:00:00Z</issued><modified>2025-01-10T10:00:00Z</modified><content type='text/html' mode='escaped'>&lt;p&gt;x&lt;/p&gt;</content></entry></feed>";
    let post = only(atom03);
    assert_eq!(
        (post.title.as_str(), post.published, post.body.as_str()),
        ("A", date("2025-01-09T10:00:00Z"), "<p>x</p>")
    );
    assert_eq!(post.url.unwrap().path(), "/a");
    let json = r#"{"version":"https://jsonfeed.org/version/1","title":"T","home_page_url":"https://harbour.example/","items":[
        {"id":7,"url":"/rel","content_text":"Two\n\nparagraphs","author":{"name":"J"},"image":"/i.png","summary":"S"},
        {"id":"8","external_url":"https://other.example/x","title":"X","content_html":"<p>y</p>"},
        {"id":"9","title":"No content"}]}"#;
    let posts = reading(json).posts;
    assert_eq!((posts.len(), posts[0].id.as_str()), (3, "7"));
    let cut = reading(&json[..json.find("\"title\":\"No").unwrap()]);
    assert_eq!(cut.posts.len(), 2);
    assert!(cut.problems[0].diagnostic.message.contains("ends in the middle"), "{:?}", cut.problems);
    assert_eq!(posts[0].url.as_ref().unwrap().as_str(), "https://harbour.example/rel");
    assert_eq!((posts[0].body.as_str(), posts[0].authors.join(",")), ("<p>Two</p><p>paragraphs</p>", "J".to_owned()));
}

#[test]
fn dates_come_in_odd_forms() {
    for (text, expect) in [
        ("Thu, 9 Jan 2025 10:00 GMT", "2025-01-09T10:00:00Z"),
        ("9 Jan 25 10:00:00 +0000", "2025-01-09T10:00:00Z"),
        ("Thu, 09 Jan 2025 10:00:00 PST", "2025-01-09T18:00:00Z"),
        ("Thur, 09 Jan 2025 10:00:00 GMT", "2025-01-09T10:00:00Z"),
        ("Fri, 09 Jan 2025 10:00:00 GMT", "2025-01-09T10:00:00Z"),
        ("Do, 09 Jan 2025 10:00:00 +0100", "2025-01-09T09:00:00Z"),
        ("jeu., 09 janv. 2025 10:00:00 +0100", "2025-01-09T09:00:00Z"),
        ("2025-01-09", "2025-01-09T00:00:00Z"),
        ("2025-01-09 10:00:00", "2025-01-09T10:00:00Z"),
        ("2025-01-09T10:00:00+0100", "2025-01-09T09:00:00Z"),
        ("1/9/2025 10:00:00 AM", "2025-01-09T10:00:00Z"),
        ("Thu Jan  9 10:00:00 2025", "2025-01-09T10:00:00Z"),
        ("Thu Jan 9 10:00:00 UTC 2025", "2025-01-09T10:00:00Z"),
        ("Thu, 09 Jan 2025 10:00:00 +01:00", "2025-01-09T09:00:00Z"),
        ("09 Januar 2025 10:00", "2025-01-09T10:00:00Z"),
    ] {
        let post = reading(&rss(&format!("<item><title>T</title><pubDate>{text}</pubDate></item>"))).posts.remove(0);
        assert_eq!(post.published, date(expect), "{text}");
    }
}

#[test]
fn media_itunes_and_permalinks_are_read() {
    let post = only(&rss(
        "<item><title>T</title><guid isPermaLink='true'>https://harbour.example/p</guid><media:group><media:content url='https://harbour.example/v.mp4' type='video/mp4'/>\
         <media:thumbnail url='https://harbour.example/t.jpg'/><media:description>About it.</media:description></media:group></item>",
    ));
    assert_eq!(post.url.unwrap().path(), "/p");
    assert_eq!(post.image.unwrap().url.path(), "/t.jpg");
    assert_eq!(post.description.as_deref(), Some("About it."));
    let post = only(&rss("<item><title>T</title><guid>not a link</guid></item>"));
    assert_eq!((post.url, post.id.as_str()), (None, "not a link"));
    let itunes = rss("<item><title>T</title><itunes:author>Jane Doe</itunes:author><itunes:summary>What is said.</itunes:summary><enclosure url='https://harbour.example/a.mp3' type='audio/mpeg' length='1'/></item>")
        .replace("<rss ", "<rss xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' ");
    let post = only(&itunes);
    assert_eq!(post.url, None);
    assert_eq!((post.authors.join(","), post.description.as_deref()), ("Jane Doe".to_owned(), Some("What is said.")));
    let post = only(&rss("<item><title>T</title><author>jane@harbour.example (Jane Doe)</author></item>"));
    assert_eq!(post.authors, ["Jane Doe"]);
}

#[test]
fn foreign_octets_are_read_with_the_right_letters() {
    let bytes = |declared: &str, octets: &[u8], header: Option<&str>| {
        let (before, after) =
            ("<rss version='2.0'><channel><title>T</title><item><title>", "</title></item></channel></rss>");
        let mut all = format!("<?xml version='1.0' encoding='{declared}'?>{before}").into_bytes();
        all.extend_from_slice(octets);
        all.extend_from_slice(after.as_bytes());
        let document = Document { octets: all, charset: header.map(str::to_owned), url: None };
        read(document, "blog", Zone::utc()).unwrap().posts.remove(0).title
    };
    assert_eq!(bytes("utf-8", b"Caf\xe9 \x93x\x94", None), "Café “x”");
    assert_eq!(bytes("gb2312", b"\xb8\xdb\xbf\xda", None), "港口");
    assert_eq!(bytes("utf-8", b"Caf\xe9", Some("iso-8859-1")), "Café");
    assert_eq!(bytes("no-such-thing", "Café".as_bytes(), None), "Café");
    for big in [false, true] {
        let text = rss("<item><title>灯台</title></item>");
        let mut octets = if big { vec![0xfe, 0xff] } else { vec![0xff, 0xfe] };
        octets.extend(text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }));
        let document = Document { octets, charset: Some("utf-8".to_owned()), url: None };
        assert_eq!(read(document, "blog", Zone::utc()).unwrap().posts[0].title, "灯台");
    }
}

#[test]
fn hostile_content_is_bounded_and_clean() {
    let deep = format!(
        "<item><title>T</title><description><![CDATA[{}deep words{}]]></description></item>",
        "<div><b>".repeat(3_000),
        "</b></div>".repeat(3_000)
    );
    assert!(only(&rss(&deep)).description.is_some_and(|words| words.contains("deep words")));
    let raw = format!(
        "<item><title>T</title><description>{}deep{}</description></item><item><title>U</title></item>",
        "<div>".repeat(3_000),
        "</div>".repeat(3_000)
    );
    assert!(reading(&rss(&raw)).posts.iter().any(|post| post.title == "U"));
    let large = format!(
        "<item><title>T</title><description><![CDATA[<p>{}</p>]]></description></item>",
        "words and more words ".repeat(250_000)
    );
    assert!(only(&rss(&large)).body.len() > 5_000_000);
    let bomb = (1..12).fold("<!ENTITY e0 'ha'>".to_owned(), |all, n| {
        all + &format!("<!ENTITY e{n} '{}'>", format!("&e{};", n - 1).repeat(10))
    });
    let bomb = rss("<item><title>T &e11;</title></item>")
        .replace("<?xml version='1.0'?>", &format!("<?xml version='1.0'?><!DOCTYPE rss [{bomb}]>"));
    assert!(reading(&bomb).posts[0].title.len() < 100);
    let xxe = rss("<item><title>T</title><description>&x;</description></item>").replace(
        "<?xml version='1.0'?>",
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    );
    assert!(!format!("{:?}", reading(&xxe)).contains("root:"));
    for title in [
        "&lt;b&gt;Bold&lt;/b&gt;",
        "<![CDATA[<b>Bold</b>]]>",
        "&amp;lt;b&amp;gt;Bold&amp;lt;/b&amp;gt;",
        "\n  Bold\n",
        "Bo\u{202e}ld",
        "<b>Bold</b>",
    ] {
        let got = only(&rss(&format!("<item><title>{title}</title></item>"))).title;
        assert!(got == "Bold" || got == "<b>Bold</b>", "{title}: {got}");
    }
}

#[test]
fn broken_markup_costs_only_the_entry_it_stands_in() {
    let titles = |item: &str| {
        let all = format!("<item><title>A</title></item>{item}<item><title>Z</title></item>");
        reading(&rss(&all)).posts.into_iter().map(|post| post.title).collect::<Vec<_>>()
    };
    for item in [
        "<item><title>R & D</title></item>",
        "<item><title>M &nbsp; N</title><link>https://harbour.example/?a=1&b=2</link></item>",
        "<item><title>M</title><description><p>open</description></item>",
        "<item><title>M</title><description>5 < 6</description></item>",
        "<item><title>M",
        "<item><foo:bar>unbound</foo:bar><title>M</title></item>",
        "<item><title>M</title><description><![CDATA[open</description></item>",
        "<item><title a=1>M</title></item>",
    ] {
        let titles = titles(item);
        assert!(titles.first().is_some_and(|title| title == "A"), "{item}: {titles:?}");
        assert!(titles.last().is_some_and(|title| title == "Z") || item.contains("[open"), "{item}: {titles:?}");
    }
    let post =
        reading(&rss("<item><title>R & D</title><link>https://harbour.example/?a=1&b=2</link></item>")).posts.remove(0);
    assert_eq!((post.title.as_str(), post.url.unwrap().query()), ("R & D", Some("a=1&b=2")));
}

#[test]
fn a_feed_of_broken_entries_is_read_in_bounded_time() {
    let items = "<item><title>B</wrong></item><item><title>C</title></item>".repeat(3_000);
    let parsed = reading(&rss(&items));
    assert_eq!((parsed.posts.len(), parsed.problems), (6_000, Vec::new()));
}

#[test]
fn feeds_of_every_namespace_are_read() {
    let item = "<item><title>A</title><link>https://harbour.example/a</link></item>";
    for root in [
        "<rss version='2.0' xmlns='http://backend.userland.com/rss2'><channel>ITEM</channel></rss>",
        "<rss version='2.0' xmlns='https://harbour.example/of-our-own'><channel>ITEM</channel></rss>",
        "<rss version='2.0' xmlns='http://www.w3.org/2005/Atom'><channel>ITEM</channel></rss>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='https://harbour.example/ns'><channel/>ITEM</rdf:RDF>",
        "<html><body><rss><channel>ITEM</channel></rss></body></html>",
    ] {
        let post = only(&root.replace("ITEM", item));
        assert_eq!((post.title.as_str(), post.url.unwrap().path()), ("A", "/a"), "{root}");
    }
    let post = only(
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>A</a:title><a:link href='https://harbour.example/a'/></a:entry></a:feed>",
    );
    assert_eq!((post.title.as_str(), post.url.unwrap().path()), ("A", "/a"));
    let post = only(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel/>\
         <item rdf:about='https://harbour.example/b'><dc:title>B</dc:title></item></rdf:RDF>",
    );
    assert_eq!((post.title.as_str(), post.url.unwrap().path()), ("B", "/b"));
    let post = only(&rss(
        "<item xmlns:a10='http://www.w3.org/2005/Atom'><title>T</title><a10:author><a10:name>Ann</a10:name></a10:author>\
         <a10:updated>2025-01-09T10:00:00Z</a10:updated></item>",
    ));
    assert_eq!((post.authors.join(","), post.published), ("Ann".to_owned(), date("2025-01-09T10:00:00Z")));
}

#[test]
fn the_head_of_a_feed_may_be_broken() {
    for head in [
        "<title>Fish & Chips</title>",
        "<description>One<br>two</description>",
        "<link>https://h.example/?a=1&b=2</link>",
        "<title>&nosuch;<b></title>",
    ] {
        assert_eq!(
            only(&format!("<rss version='2.0'><channel>{head}<item><title>A</title></item></channel></rss>")).title,
            "A"
        );
    }
}

#[test]
fn titles_that_speak_of_elements_keep_them() {
    let title = |text: &str| only(&rss(&format!("<item><title>{text}</title></item>"))).title;
    assert_eq!(title("Moving the &lt;nav&gt; about"), "Moving the <nav> about");
    assert_eq!(title("<![CDATA[Centred with <center>]]>"), "Centred with <center>");
    assert_eq!(title("&lt;em&gt;Now&lt;/em&gt; &amp;amp; then"), "Now & then");
    let atom =
        |title: &str| only(&format!("<feed xmlns='http://www.w3.org/2005/Atom'><entry>{title}</entry></feed>")).title;
    assert_eq!(atom("<title type='html'>The &amp;lt;nav&amp;gt; element</title>"), "The <nav> element");
    assert_eq!(atom("<title type='text'>The &lt;nav&gt; element</title>"), "The <nav> element");
    assert_eq!(
        atom("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <b>b</b> &lt;nav&gt;</div></title>"),
        "A b <nav>"
    );
    assert_eq!(atom("<title mode='base64' type='text/html'>QSA8Yj5iPC9iPg==</title>"), "A b");
}

#[test]
fn json_of_other_types_is_read() {
    for odd in [
        r#""tags":"boats,pier""#,
        r#""tags":[2025,"a"]"#,
        r#""author":"Kai""#,
        r#""authors":{"name":"Kai"}"#,
        r#""attachments":[{"url":"https://h.example/a.mp3","size_in_bytes":"12"}]"#,
        r#""title":null"#,
        r#""date_modified":"soon""#,
    ] {
        let post = only(&format!(
            r#"{{"version":"http://jsonfeed.org/version/1","items":[{{"id":1,"date_published":"2025-01-09T10:00:00Z",{odd}}}]}}"#
        ));
        assert_eq!((post.id.as_str(), post.published), ("1", date("2025-01-09T10:00:00Z")));
        assert!(post.authors.is_empty() || post.authors == ["Kai"]);
        assert!(post.tags.is_empty() || post.tags.len() == 2);
    }
}

#[test]
fn pictures_are_found_wherever_feeds_have_them() {
    let image = |inner: &str| {
        only(&rss(&format!("<item><title>T</title>{inner}</item>"))).image.map(|image| image.url.path().to_owned())
    };
    for inner in [
        "<description>&lt;img src='https://h.example/p.jpg'/&gt; A ferry sails.</description>",
        "<description>A ferry sails.&lt;br&gt;&lt;img src='/p.jpg'&gt;</description>",
        "<media:thumbnail url='https://h.example/p.jpg'/>",
        "<media:group><media:content url='https://h.example/v.mp4'><media:thumbnail url='https://h.example/p.jpg'/></media:content></media:group>",
        "<media:content url='/p.jpg' medium='image'/><media:content url='https://h.example/v.mp4' medium='video'/>",
        "<media:content url='https://secure.gravatar.com/avatar/1' medium='image'/><media:content url='https://h.example/p.jpg' medium='image'/>",
        "<media:content url='https://h.example/s.jpg' width='320' type='image/jpeg'/><media:content url='https://h.example/p.jpg' width='640' type='image/jpeg'/>",
        "<media:thumbnail url='https://h.example/s.jpg' width='75'/><description>&lt;img src='https://h.example/p.jpg'/&gt; A ferry.</description>",
        "<enclosure url='https://h.example/p.jpg' length='1'/>",
        "<i:image xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd' href='https://h.example/p.jpg'/><enclosure url='https://h.example/a.mp3' type='audio/mpeg'/>",
        "<image><url>https://h.example/p.jpg</url></image>",
    ] {
        assert_eq!(image(inner).as_deref(), Some("/p.jpg"), "{inner}");
    }
    assert_eq!(image("<media:thumbnail url='https://h.example/i.gif' width='1' height='1'/>"), None);
}
