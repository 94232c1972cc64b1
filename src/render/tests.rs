mod unusual_content;

use std::{collections::BTreeMap, path::Path};

use chrono::{TimeZone, Utc};
use dom_query::Document;
use url::Url;

use super::*;
use crate::{
    edition::{EditionId, ImageUse, Item, Publication, Slot},
    post::{Image, Post, PostId},
    teaser::{Teaser, TeaserMethod},
};

pub(super) fn post(title: &str, teaser: &str) -> Item {
    let slug: String = title.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let url = Url::parse(&format!("https://harbour.example/{slug}")).unwrap();
    Item {
        post: Post {
            id: PostId::new(None, Some(&url), title),
            source: "blog".to_owned(),
            url: Some(url),
            title: title.to_owned(),
            authors: vec!["Jane Doe".to_owned()],
            published: Some(Utc.with_ymd_and_hms(2025, 1, 9, 8, 0, 0).unwrap()),
            updated: None,
            tags: vec![],
            language: None,
            image: None,
            description: None,
            teaser: None,
            body: "<p>Body</p>".to_owned(),
            weight: None,
            draft: false,
            has_marked_lead: false,
        },
        teaser: Teaser { text: teaser.to_owned(), from: TeaserMethod::Description.into() },
    }
}

pub(super) fn edition(posts: Vec<Item>) -> Edition {
    Edition {
        id: EditionId::new([7; 16]),
        digest: "weekly".to_owned(),
        number: 12,
        date: Utc.with_ymd_and_hms(2026, 11, 22, 7, 30, 0).unwrap(),
        publication: Publication {
            name: "Harbour Notes".to_owned(),
            from: "Harbour Notes <notes@harbour.example>".to_owned(),
            reply_to: None,
            language: "en".to_owned(),
            timezone: "Europe/Lisbon".parse().unwrap(),
            address: Some("1 Quay Street, Lisbon".to_owned()),
        },
        title: "Harbour Weekly".to_owned(),
        subject: "{{ posts[0].title }} and {{ posts | length - 1 }} more".to_owned(),
        preheader: "{{ posts | map(attribute='title') | join(sep=' · ') }}".to_owned(),
        template: "classic".to_owned(),
        language: "en".to_owned(),
        intro: None,
        image: ImageUse::Link,
        sections: crate::edition::Sections::None,
        images: Vec::new(),
        theme: BTreeMap::new(),
        texts: BTreeMap::new(),
        posts,
        overflow: 0,
        waiting: Vec::new(),
        has_unsubscribe: true,
        archive_url: None,
    }
}

fn sample() -> Edition {
    let mut lead = post(
        "The lights of the harbour come on again",
        "After forty dark winters the old lamps on the east mole are lit, one by one, by the people who once watched them go out.",
    );
    lead.post.image = Some(Image {
        url: Url::parse("https://harbour.example/lamp.jpg").unwrap(),
        alt: Some("A lamp on the mole at dusk".to_owned()),
        width: Some(1200),
        height: Some(600),
        file: None,
    });
    let posts = vec![
        lead,
        post(
            "What the tide tables leave out",
            "A table gives the hour of high water. It does not tell you about the wind from the south-west.",
        ),
        post("港の灯りと夜の市場", "日が暮れると、岸壁に屋台が並び、魚を焼く煙が灯りの下を流れていく。"),
        post("ميناء المدينة القديم", "يحكي الصيادون قصة الميناء كما سمعوها من آبائهم."),
        post("Five boats, five names", "Every hull here is named after someone who never learned to swim."),
    ];
    let mut edition = edition(posts);
    edition.intro = Some(
        "Dear reader,\n\nthis week we walk the mole at *dusk*. See [the map](https://harbour.example/map).".to_owned(),
    );
    edition
}

fn dom(html: &str) -> Document {
    Document::from(html)
}

#[test]
fn the_classic_template_says_all_it_should() {
    let out = render(&sample(), &Templates::built_in()).unwrap();
    assert_eq!(out.problems, []);
    assert_eq!(out.subject, "The lights of the harbour come on again and 4 more");
    assert!(out.preheader.contains(" · What the tide"));
    let page = dom(&out.html);
    assert_eq!(page.select("html").attr("lang").unwrap().to_string(), "en");
    assert_eq!(page.select("html").attr("dir").unwrap().to_string(), "ltr");
    assert_eq!(page.select("title").text().to_string(), out.subject);
    assert_eq!(page.select("h1").length(), 1);
    assert_eq!(page.select("h2").length(), 5);
    assert_eq!(page.select("img").length(), 1);
    let words = page.select("body").text().to_string();
    for wanted in
        ["No. 12", "22 November 2026", "By Jane Doe · Posted 9 January 2025", "1 Quay Street", "because you subscribed"]
    {
        assert!(words.contains(wanted), "{wanted}");
        if !wanted.contains("because") {
            assert!(out.text.contains(wanted), "{wanted} in {}", out.text);
        }
    }
    let marker = sample().marker(Slot::Unsubscribe);
    assert_eq!(page.select(&format!("a[href='{marker}']")).length(), 1);
    assert!(out.text.contains(&marker));
    assert!(out.html.contains("[if mso") && out.html.contains("prefers-color-scheme: dark"));
    assert!(!out.html.contains("fonts.googleapis"));
}

#[test]
fn other_scripts_have_their_own_language_and_direction() {
    let page = dom(&render(&sample(), &Templates::built_in()).unwrap().html);
    assert_eq!(page.select("div[lang='ar'][dir='rtl'] h2").length(), 1);
    assert_eq!(page.select("div[lang='ja'][dir='ltr'] h2").length(), 1);
    let mut arabic = sample();
    arabic.language = "ar".to_owned();
    let page = dom(&render(&arabic, &Templates::built_in()).unwrap().html);
    assert_eq!(page.select("html").attr("dir").unwrap().to_string(), "rtl");
    assert_eq!(page.select("div[dir='ltr'][lang='en'] h2").length(), 3);
}

#[test]
fn text_is_narrow_and_has_every_link() {
    let out = render(&sample(), &Templates::built_in()).unwrap();
    for line in out.text.lines().filter(|line| !line.contains("://") && !line.contains("slot-")) {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 78, "{line}");
    }
    for link in dom(&out.html).select("a").iter() {
        let href = link.attr("href").unwrap().to_string();
        assert!(out.text.contains(&href), "{href}");
    }
    assert!(!out.text.contains('<') && !out.text.contains("&#"));
}

#[test]
fn an_edition_can_be_seen_in_a_browser_where_there_is_a_page_for_it() {
    for template in ["classic", "cards", "plain", "brief"] {
        let address = "https://news.harbour.example/archive/weekly/3";
        let mut edition = Edition { template: template.to_owned(), ..sample() };
        assert!(!render(&edition, &Templates::built_in()).unwrap().html.contains("View in browser"));
        edition.archive_url = Some(address.to_owned());
        let out = render(&edition, &Templates::built_in()).unwrap();
        assert_eq!(dom(&out.html).select(&format!("a[href='{address}']")).text().to_string(), "View in browser");
        assert!(out.text.contains(&format!("View in browser: {address}")), "{}", out.text);
    }
}

#[test]
fn nothing_leads_nowhere() {
    let mut edition = sample();
    edition.has_unsubscribe = false;
    edition.posts[1].post.url = None;
    let out = render(&edition, &Templates::built_in()).unwrap();
    assert!(!out.html.contains("Unsubscribe") && !out.text.contains("Unsubscribe"));
    let page = dom(&out.html);
    assert_eq!(page.select("h2").length(), 5);
    assert_eq!(page.select("h2 a").length(), 4);
    assert!(page.select("a").iter().all(|link| link.attr("href").is_some_and(|href| !href.is_empty())));
}

#[test]
fn the_text_of_posts_is_data() {
    for hostile in [
        "{{ get_env(name=\"HOME\") }}",
        "{% include \"classic.txt\" %}",
        "</mj-text><mj-raw><b>x</b></mj-raw>",
        "<script>alert(1)</script>",
        "a \"b\" 'c' & \\ \u{a0}\u{200b} d",
        "<mj-include path=\"/etc/passwd\" />",
        "]]> <!-- -->",
    ] {
        let mut item = post(hostile, hostile);
        item.post.authors = vec![hostile.to_owned()];
        item.post.image = Some(Image {
            url: Url::parse("https://harbour.example/a.png?x='\"\\&y=1").unwrap(),
            alt: Some(hostile.to_owned()),
            width: None,
            height: None,
            file: None,
        });
        let out = render(&edition(vec![item.clone()]), &Templates::built_in()).unwrap();
        let page = dom(&out.html);
        assert_eq!(page.select("h2").text().trim(), hostile);
        assert_eq!(page.select("img").attr("alt").unwrap().to_string(), hostile);
        assert_eq!(page.select("a.go").attr("aria-label").unwrap().to_string(), format!("Read on: {hostile}"));
        assert_eq!(page.select("img").attr("src").unwrap().to_string(), item.post.image.unwrap().url.to_string());
        assert_eq!(page.select("script").length(), 0);
        assert_eq!(out.problems, []);
        let words = |text: &str| text.split_whitespace().collect::<String>();
        assert!(words(&out.text).contains(&words(hostile)), "{}", out.text);
    }
}

#[test]
fn a_post_that_breaks_the_layout_is_shown_as_title_and_link() {
    let folder = tempfile::tempdir().unwrap();
    let template = "<mjml lang=\"en\"><mj-body><mj-section><mj-column>\n{% for post in posts %}<mj-text><a href=\"{{ post.url }}\">{{ post.title }}</a>{{ post.body | safe }}</mj-text>\n{% endfor %}</mj-column></mj-section></mj-body></mjml>";
    std::fs::write(folder.path().join("whole.mjml"), template).unwrap();
    for broken in ["<p>open", "5 < 6 <", "</p>", "</mj-text><mj-raw>", &"<b>".repeat(3000)] {
        let mut edition = edition(vec![post("Good", "a"), post("Bad", "b"), post("Fine", "c")]);
        edition.template = "whole".to_owned();
        edition.posts[1].post.body = broken.to_owned();
        let out = render(&edition, &Templates::in_folder(folder.path())).unwrap();
        let page = dom(&out.html);
        assert_eq!(page.select("a").length(), 3);
        if broken.contains("mj-") {
            continue;
        }
        assert_eq!(out.problems.len(), 1);
        assert_eq!(out.problems[0].to_string(), "`Bad` breaks the layout and is shown as title and link");
        assert_eq!(page.select("p").iter().filter(|p| p.text().to_string() == "Body").count(), 2);
    }
}

#[test]
fn a_template_that_is_broken_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.mjml");
    let mut edition = sample();
    edition.template = "mine".to_owned();
    #[track_caller]
    fn check(edition: &Edition, path: &Path, text: &str, expect: &[&str]) {
        std::fs::write(path, text).unwrap();
        let error = render(edition, &Templates::in_folder(path.parent().unwrap())).unwrap_err().to_string();
        for expect in expect {
            assert!(error.contains(expect), "{error}");
        }
    }
    check(&edition, &path, "<mjml>\n<mj-body>\n{{ nobody }}</mj-body></mjml>", &["mine.mjml:3:4: ", "`nobody`"]);
    check(&edition, &path, "<mjml>\n<mj-body>\n  <mj-nonsense />\n</mj-body></mjml>", &["mine.mjml:3:", "hint: "]);
    check(&edition, &path, "<mjml>\n<mj-body>\n{% if x %}", &["mine.mjml:3:"]);
    edition.template = "other".to_owned();
    check(&edition, &path, "", &["`other.mjml`", "`classic`"]);
}

#[test]
fn subjects_of_no_posts_are_an_error_with_their_key() {
    let error = render(&edition(vec![]), &Templates::built_in()).unwrap_err().to_string();
    assert!(error.contains("digest.weekly.subject:1:"), "{error}");
    let mut quiet = edition(vec![]);
    quiet.subject = "Nothing\nnew".to_owned();
    assert_eq!(render(&quiet, &Templates::built_in()).unwrap().subject, "Nothing new");
}

#[test]
fn the_same_edition_gives_the_same_octets() {
    assert_eq!(render(&sample(), &Templates::built_in()).unwrap(), render(&sample(), &Templates::built_in()).unwrap());
}

#[test]
fn colours_and_words_of_the_editor_are_checked() {
    let mut edition = sample();
    edition.theme.insert("accent".to_owned(), "#ffee00".to_owned());
    edition.texts.insert("read_on".to_owned(), "Keep reading".to_owned());
    let out = render(&edition, &Templates::built_in()).unwrap();
    assert!(!out.html.contains("color:#ffee00"));
    assert!(out.html.contains("Keep reading") && out.text.contains("Keep reading"));
    edition.theme.insert("accent".to_owned(), "blurple".to_owned());
    assert!(render(&edition, &Templates::built_in()).unwrap_err().to_string().contains("`blurple`"));
}

#[test]
fn an_edition_frozen_before_there_were_sections_still_has_its_look() {
    let mut frozen = serde_json::to_value(sample()).unwrap();
    assert!(frozen.as_object_mut().unwrap().remove("sections").is_some());
    let thawed: Edition = serde_json::from_value(frozen).unwrap();
    assert_eq!(render(&thawed, &Templates::built_in()).unwrap(), render(&sample(), &Templates::built_in()).unwrap());
}

#[test]
fn pictures_are_left_out_where_not_wanted() {
    let mut edition = sample();
    edition.image = ImageUse::None;
    assert_eq!(dom(&render(&edition, &Templates::built_in()).unwrap().html).select("img").length(), 0);
}

#[test]
fn preheaders_are_cut_after_a_word() {
    assert_eq!(variants::shorten("short"), "short");
    let cut = variants::shorten(&"word ".repeat(60));
    assert!(cut.chars().count() <= 200 && cut.ends_with("word…"));
}

#[test]
fn one_file_is_laid_out_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mjml");
    let text = "<mjml><mj-body><mj-section><mj-column>\n<mj-text>{{ name }}</mj-text></mj-column></mj-section></mj-body></mjml>";
    std::fs::write(&path, text).unwrap();
    assert!(mjml_file(&path, None).unwrap().0.contains("{{ name }}"));
    let data = serde_json::json!({"name": "<Ann>"});
    assert!(mjml_file(&path, Some(&data)).unwrap().0.contains("&lt;Ann&gt;"));
    let error = mjml_file(&path, Some(&serde_json::json!({}))).unwrap_err().to_string();
    assert!(error.contains("a.mjml:2:13: ") && error.contains("`name`"), "{error}");
    std::fs::write(&path, text.replace("mj-text", "mj-txet")).unwrap();
    let error = mjml_file(&path, None).unwrap_err().to_string();
    assert!(error.contains("a.mjml:2:"), "{error}");
}

/// Writes the sample's parts to the folder that `TIDINGS_SAMPLE` names, for people to look at.
#[test]
fn the_sample_can_be_looked_at() {
    let Some(folder) = std::env::var_os("TIDINGS_SAMPLE") else { return };
    let out = render(&sample(), &Templates::built_in()).unwrap();
    std::fs::write(Path::new(&folder).join("sample.html"), out.html).unwrap();
    std::fs::write(Path::new(&folder).join("sample.txt"), out.text).unwrap();
}
