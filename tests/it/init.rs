//! `init --from`: a project of a site that is there, by its folder or its address.

use crate::{
    project::Project,
    world::web::{Answer, Web},
};

/// Makes a project of a site, and shows its next edition.
#[track_caller]
fn made(from: &str) -> (Project, serde_json::Value) {
    let project = Project::new();
    let said = project.run(&format!("init --json --from {from}")).code(0).json();
    project.run("preview").code(0);
    (project, said)
}

#[track_caller]
fn folder(name: &str, title: &str, accent: &str, logo: &str) {
    let from = format!("{}/tests/fixtures/sites/{name}", env!("CARGO_MANIFEST_DIR"));
    let (project, said) = made(&from);
    let found = &said["found"];
    assert_eq!(found["name"], title, "{name}");
    assert_eq!(found["colour"].as_str().unwrap_or_default(), accent, "{name}");
    assert!(found["logo"].as_str().unwrap_or_default().ends_with(logo), "{name}: {found}");
    assert!(project.read("preview.html").contains(accent), "{name}");
    assert_eq!(project.path("logo.png").exists(), !logo.is_empty(), "{name}");
}

#[test]
fn a_project_of_each_generators_site_shows_its_posts_at_once_in_its_colours() {
    folder("astro-blog", "Comet Log", "#2337ff", "");
    folder("astro-pages", "tide.example", "", "");
    folder("docusaurus-blog", "Gearbox", "#7a7a00", "");
    folder("eleventy-data", "Harbour Cats", "#b5651d", "");
    folder("eleventy-plain", "Signal Flags", "", "");
    folder("hexo-blog", "Paper Cranes", "#008080", "");
    folder("hugo-bundles", "The Lantern Works", "#8a4b08", "");
    folder("hugo-default", "Orchard Notes", "#3f6b2a", "static/img/logo.png");
    folder("hugo-ugly", "Signal Box", "#a01818", "");
    folder("jekyll-pattern", "Kite Club", "#d04020", "");
    folder("jekyll-plain", "Bakers' Notes", "", "");
    folder("jekyll-pretty", "Mill Road Diary", "#244c3a", "");
    folder("obsidian-vault", "obsidian-vault", "", "");
    folder("pelican-blog", "Salt Marsh", "#6b7d36", "");
    folder("pelican-plain", "Peat Bog", "", "");
    folder("vitepress-blog", "Slate", "#2f6f8f", "apple-touch-icon.png");
    folder("zola-blog", "Anvil & Tongs", "#5a2a0a", "");
}

#[test]
fn a_folder_inside_of_a_site_is_known_by_the_config_above_it() {
    folder("hugo-default/content/blog", "Orchard Notes", "#3f6b2a", "static/img/logo.png");
}

const HEAD: &str = "<!doctype html><html lang=\"pt-pt\"><head><title>Quay Notes | News of the quay</title>\
    <meta name=\"generator\" content=\"Hugo 0.168.0\"><link rel=\"stylesheet\" href=\"/style.css\">\
    <link rel=\"apple-touch-icon\" href=\"icon.png\"><link rel=\"manifest\" href=\"app.json\">";
const ITEM: &str = "<article><h2><a href=\"/one\">A first post</a></h2><time>2025-05-30</time><p>It says a word.</p></article>\
    <article><h2><a href=\"/two\">A second post</a></h2><time>2025-05-29</time><p>It says two words.</p></article>";
const FEED: &str = "<rss version=\"2.0\"><channel><title>T</title><item><title>A first post</title>\
    <link>https://quay.example/one</link><pubDate>Fri, 30 May 2025 08:00:00 GMT</pubDate></item></channel></rss>";

fn site(links: &'static str, has_feed: bool) -> Web {
    Web::start(move |request| match request.path.as_str() {
        "/" => Answer::new("200 OK", format!("{HEAD}{links}</head><body>{ITEM}</body></html>")),
        "/news/feed.xml" | "/feed.xml" if has_feed => Answer::new("200 OK", FEED),
        "/comments/feed.xml" => Answer::new("200 OK", FEED),
        "/style.css" => Answer::new("200 OK", ":root { --accent: #1f6f8b; }"),
        "/icon.png" => {
            Answer::new("200 OK", include_bytes!("../fixtures/sites/vitepress-blog/public/apple-touch-icon.png"))
        }
        "/app.json" => Answer::new("200 OK", "{\"theme_color\": \"#aa0000\"}"),
        _ => Answer::new("404 Not Found", ""),
    })
}

#[test]
fn a_project_of_a_website_takes_the_feed_that_its_page_names() {
    let links = "<link rel=alternate type=\"application/rss+xml\" href=\"/comments/feed.xml\">\
                 <link rel=alternate type=\"application/rss+xml\" href=\"/news/feed.xml\">";
    let web = site(links, true);
    let (project, said) = made(&web.url);
    let found = &said["found"];
    assert_eq!(found["feed"], format!("{}/news/feed.xml", web.url));
    assert_eq!((&found["name"], &found["language"]), (&"Quay Notes".into(), &"pt-PT".into()));
    assert_eq!((&found["generator"], &found["colour"]), (&"Hugo 0.168.0".into(), &"#1f6f8b".into()));
    assert!(project.path("logo.png").exists());
    let page = project.read("preview.html");
    assert!(page.contains("A first post") && page.contains("#1f6f8b"), "{page}");
    // What is on this machine may be fetched from it, and only then.
    assert!(project.read("tidings.toml").contains("allow_private = true"));
    project.run(&format!("init --from {}", web.url)).code(1).says("`./tidings.toml` is there already");
}

#[test]
fn a_site_that_names_no_feed_is_asked_where_feeds_lie_and_else_its_list_is_read() {
    let web = site("", true);
    assert_eq!(made(&web.url).1["found"]["feed"], format!("{}/feed.xml", web.url));
    let (project, said) = made(&format!("{}/feed.xml", web.url));
    assert_eq!((&said["found"]["name"], project.path("logo.png").exists()), (&"Quay Notes".into(), true));
    let web = site("", false);
    let (project, said) = made(&web.url);
    assert_eq!(said["found"]["listing"], format!("{}/", web.url));
    assert!(project.read("preview.html").contains("A second post"));
}

#[test]
fn what_is_no_site_is_said_and_nothing_is_written() {
    let web = Web::start(|_| Answer::new("200 OK", "<html><body><p>Nothing here.</p></body></html>"));
    for (from, words) in [
        (web.url.as_str(), "no feed, and no list of posts"),
        ("http://10.1.2.3/", "private"),
        ("no/such/folder", "there is no folder `no/such/folder`"),
    ] {
        let project = Project::new();
        project.run(&format!("init --from {from}")).code(1).says(words);
        assert!(!project.path("tidings.toml").exists(), "{from}");
    }
}
