use tempfile::TempDir;
use url::Url;

use super::*;
use crate::diagnostic::Place;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = tree.path().join("posts").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    tree
}

fn read_folder(folder: &Path, base: Option<&Url>, zone: Zone) -> Result<Parsed, Problem> {
    let options = FolderOptions { base_url: base.cloned(), takes_undated: true, ..FolderOptions::default() };
    read(folder, &options, "notes", zone, "2025-06-01T12:00:00Z".parse().unwrap())
}

fn reading(files: &[(&str, &str)]) -> Parsed {
    let base = Url::parse("https://harbour.example/notes/").unwrap();
    read_folder(&tree(files).path().join("posts"), Some(&base), "Europe/Berlin".parse().unwrap()).unwrap()
}

#[track_caller]
fn one(path: &str, text: &str) -> Post {
    let parsed = reading(&[(path, text)]);
    assert_eq!(parsed.problems, []);
    parsed.posts.into_iter().next().unwrap()
}

fn link(post: &Post) -> &str {
    post.url.as_ref().map_or("none", Url::as_str)
}

fn day(post: &Post) -> String {
    post.published.map_or("none".to_owned(), |date| date.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

#[test]
fn every_key_of_the_front_matter_is_taken() {
    let post = one(
        "a.md",
        "---\ntitle: A & *b*\ndate: 2025-01-09\nupdated: 2025-01-10T10:00:00Z\nauthors: [Jane Doe, John Roe]\ntags: [x, y]\ncategories: z\n\
         description: Short.\nteaser: Come aboard.\nimage: pics/a.png\ndraft: true\nslug: other\nweight: 3\nlang: de\n---\nText with [a link](../b/).\n",
    );
    assert_eq!(post.title, "A & *b*");
    assert_eq!(day(&post), "2025-01-08T23:00:00Z");
    assert!(post.updated.is_some() && post.draft);
    assert_eq!(post.authors, ["Jane Doe", "John Roe"]);
    assert_eq!(post.tags, ["x", "y", "z"]);
    assert_eq!((post.description.as_deref(), post.teaser.as_deref()), (Some("Short."), Some("Come aboard.")));
    assert_eq!(post.image.as_ref().unwrap().url.as_str(), "https://harbour.example/notes/other/pics/a.png");
    assert_eq!(
        (post.weight, post.language.as_deref(), link(&post)),
        (Some(3), Some("de"), "https://harbour.example/notes/other/")
    );
    assert_eq!(post.body, "<p>Text with <a href=\"https://harbour.example/notes/b/\">a link</a>.</p>");
    assert_eq!(post.id.as_str(), "a.md");
}

#[test]
fn a_zola_tree_is_read_as_it_is() {
    let parsed = reading(&[
        ("_index.md", "+++\ntitle = 'Blog'\n+++\n"),
        ("_index.de.md", "+++\n+++\n"),
        (
            "blog/first/index.md",
            "+++\ntitle = 'First'\ndate = 2025-01-09\n[taxonomies]\ntags = ['x']\n[extra]\nimage = 'a.png'\n+++\nLead.\n\n<!-- more -->\n\nRest.",
        ),
        ("blog/first/a.png", ""),
        ("2025-02-03-second.md", "+++\ntitle = 'Second'\n+++\n"),
        (".hidden.md", ""),
        (".git/x.md", ""),
    ]);
    assert_eq!(parsed.problems, []);
    let titles: Vec<_> = parsed.posts.iter().map(|post| post.title.as_str()).collect();
    assert_eq!(titles, ["Second", "First"]);
    let first = &parsed.posts[1];
    assert_eq!(link(first), "https://harbour.example/notes/blog/first/");
    assert_eq!(first.image.as_ref().unwrap().url.as_str(), "https://harbour.example/notes/blog/first/a.png");
    assert_eq!((first.tags.as_slice(), first.description.as_deref()), (["x".to_owned()].as_slice(), Some("Lead.")));
    assert!(first.has_marked_lead && !parsed.posts[0].has_marked_lead);
    assert_eq!(link(&parsed.posts[0]), "https://harbour.example/notes/second/");
    assert_eq!(day(&parsed.posts[0]), "2025-02-02T23:00:00Z");
}

#[test]
fn a_description_goes_before_a_marked_lead() {
    let post = one("a.md", "---\ntitle: A\ndescription: Own words.\n---\nLead.\n\n<!-- more -->\n\nRest.");
    assert_eq!((post.description.as_deref(), post.has_marked_lead), (Some("Own words."), false));
}

#[test]
fn a_jekyll_tree_is_read_as_it_is() {
    let post = one(
        "_posts/2025-01-09-my-post.markdown",
        "---\ntitle: T\ntags: a b\n---\nSee {{ site.url }} and {% post_url x %}`{{ y }}`.\n",
    );
    assert_eq!(
        (day(&post).as_str(), link(&post)),
        ("2025-01-08T23:00:00Z", "https://harbour.example/notes/2025/01/09/my-post.html")
    );
    assert_eq!(post.tags, ["a", "b"]);
    assert_eq!(post.body, "<p>See  and #<code>{{ y }}</code>.</p>");
    assert!(one("_drafts/later.md", "text").draft);
    assert!(one("p.md", "---\npublished: false\n---\n").draft);
}

#[test]
fn a_hugo_tree_is_read_as_it_is() {
    let post =
        one("post/boat.de.md", "---\ntitle: Boot\nlastmod: 2025-01-10\n---\n{{< figure src=\"x.png\" >}}\n\nHallo\n");
    assert_eq!((post.language.as_deref(), link(&post)), (Some("de"), "https://harbour.example/notes/post/boat/"));
    assert!(post.updated.is_some());
    let picture = "<img src=\"https://harbour.example/notes/post/boat/x.png\" alt=\"\" />";
    assert_eq!(post.body, format!("{picture}\n<p>Hallo</p>"));
}

#[test]
fn titles_fall_back_to_the_heading_and_to_the_name() {
    let post = one("a.md", "# The *heading*\n\nText");
    assert_eq!((post.title.as_str(), post.body.as_str()), ("The heading", "<p>Text</p>"));
    assert_eq!(one("my-first_post.md", "Text").title, "My first post");
}

#[test]
fn explicit_addresses_are_the_identity_of_a_post() {
    let post = one("a/b.md", "---\nurl: /moved/\n---\n");
    assert_eq!((link(&post), post.id.as_str()), ("https://harbour.example/moved/", "//harbour.example/moved"));
    let tree = tree(&[("a.md", "text"), ("b.md", "---\nurl: https://harbour.example/b\n---\n")]);
    let parsed = read_folder(&tree.path().join("posts"), None, Zone::utc()).unwrap();
    assert_eq!((link(&parsed.posts[0]), parsed.posts[0].id.as_str()), ("none", "a.md"));
    assert_eq!(link(&parsed.posts[1]), "https://harbour.example/b");
}

#[test]
fn a_broken_front_matter_is_named_and_the_others_go_on() {
    let parsed = reading(&[
        ("bad.md", "---\ntitle: a\ntags: [b\n---\ntext"),
        ("good.md", "text"),
        ("undated.md", "---\ndate: someday\n---\n"),
    ]);
    assert_eq!(parsed.posts.len(), 3);
    assert_eq!(parsed.problems[0].diagnostic.place, Some(Place::line("posts/bad.md", 3)));
    assert_eq!(parsed.problems[1].diagnostic.place, Some("posts/undated.md".into()));
}

#[test]
fn other_encodings_are_read_and_reported() {
    let tree = tree(&[("a.md", "")]);
    std::fs::write(tree.path().join("posts/a.md"), b"# Caf\xe9\n\ntext").unwrap();
    let parsed = read_folder(&tree.path().join("posts"), None, Zone::utc()).unwrap();
    assert_eq!(parsed.posts[0].title, "Café");
    assert!(parsed.problems[0].diagnostic.message.contains("windows-1252"), "{:?}", parsed.problems);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_not_followed() {
    let tree = tree(&[("a.md", "in")]);
    std::fs::write(tree.path().join("secret.md"), "out").unwrap();
    std::os::unix::fs::symlink("../secret.md", tree.path().join("posts/b.md")).unwrap();
    std::os::unix::fs::symlink("a.md", tree.path().join("posts/c.md")).unwrap();
    std::os::unix::fs::symlink(".", tree.path().join("posts/loop")).unwrap();
    let parsed = read_folder(&tree.path().join("posts"), None, Zone::utc()).unwrap();
    let ids: Vec<_> = parsed.posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(ids, ["a.md", "c.md"]);
}

#[test]
fn a_folder_that_is_not_there_is_a_problem() {
    let problem = read_folder(Path::new("/nowhere/posts"), None, Zone::utc()).unwrap_err();
    assert_eq!(problem.diagnostic.message, "there is no such folder");
}

#[test]
fn a_text_file_is_read_as_a_copied_page() {
    let post = one("press.txt", include_str!("../../../tests/fixtures/pages/copied.txt"));
    assert_eq!(
        (post.title.as_str(), day(&post).as_str()),
        ("Harbour Opens Its New North Pier", "2025-01-08T23:00:00Z")
    );
    assert_eq!(post.authors, ["Jane Doe"]);
    assert!(post.body.ends_with("said Roe.</p>") && !post.body.contains("Print"), "{}", post.body);
}

#[test]
fn unusual_front_matters_are_read() {
    let read = |matter: &str| one("a.md", &format!("---\n{matter}\n---\nText.\n"));
    assert_eq!(read("author:\n  name: Jane Doe\n  email: j@harbour.example").authors, ["Jane Doe"]);
    assert_eq!(read("authors:\n  - name: Jane Doe\n  - {name: John Roe}").authors, ["Jane Doe", "John Roe"]);
    assert_eq!(read("author: Jane Doe and John Roe").authors, ["Jane Doe", "John Roe"]);
    assert_eq!(read("author: Doe, Jane").authors.len(), 2);
    assert_eq!(read("title: 42").title, "42");
    assert!(!read("title: 1.10").title.is_empty());
    assert_eq!(read("title: null\ntags: null").title, "A");
    assert_eq!(read("tags: one, two words").tags, ["one", "two words"]);
    assert_eq!(read("tags: [1, 2.5, yes]").tags, ["1", "2.5", "yes"]);
    assert_eq!(read("odd: {deep: [1, {x: 2}]}\nlayout: post\ntoc: true\ntitle: T").title, "T");
    assert_eq!(day(&read("date: 2025-01-09T10:00:00+02:00")), "2025-01-09T08:00:00Z");
    assert_eq!(day(&read("date: \"2025-01-09 10:00:00 -0500\"")), "2025-01-09T15:00:00Z");
    assert_eq!(day(&read("date: 'January 9, 2025'")), "2025-01-08T23:00:00Z");
    assert_eq!(day(&read("publishDate: 2025-01-09")), "2025-01-08T23:00:00Z");
    assert_eq!(link(&read("permalink: /a/b/")), "https://harbour.example/a/b/");
    assert_eq!(link(&read("permalink: /:categories/:title/")), "https://harbour.example/a/");
    assert_eq!(read("description: >-\n  Two\n  lines.").description.as_deref(), Some("Two lines."));
    assert!(read("published: false").draft);
    assert!(read("draft: 'true'").draft);
    assert_eq!(one("a.md", "").title, "A");
    assert_eq!(one("a.md", "\u{feff}---\r\ntitle: B\r\n---\r\n\r\nText\r\n").title, "B");
    assert_eq!(
        one("a.md", "{\n  \"title\": \"J\",\n  \"date\": \"2025-01-09\",\n  \"draft\": true\n}\n\nText").title,
        "J"
    );
    assert_eq!(one("a.md", "+++\ntitle = \"Z\"\ndate = 2025-01-09T10:00:00\n+++\n\nText").title, "Z");
}

#[test]
fn posts_in_expired_or_future_time_keep_their_dates() {
    let post = one("a.md", "---\ndate: 2025-01-09\npublishDate: 2025-02-01\n---\n");
    assert_eq!(day(&post), "2025-01-31T23:00:00Z");
}

#[test]
fn names_with_spaces_and_foreign_letters_become_addresses() {
    assert_eq!(link(&one("Ein schöner Tag.md", "Text")), "https://harbour.example/notes/Ein%20sch%C3%B6ner%20Tag/");
    assert_eq!(
        link(&one("日記/灯台.md", "Text")),
        "https://harbour.example/notes/%E6%97%A5%E8%A8%98/%E7%81%AF%E5%8F%B0/"
    );
    assert_eq!(link(&one("a#b?c%d.md", "Text")), "https://harbour.example/notes/a%23b%3Fc%25d/");
}

#[test]
fn html_files_are_fragments_or_whole_pages() {
    let post = one("a.html", "---\ntitle: Fragment\n---\n<p>One.<p>Two.<script>x</script>");
    assert_eq!((post.title.as_str(), post.body.as_str()), ("Fragment", "<p>One.</p><p>Two.</p>"));
    let post = one(
        "b.html",
        "<!doctype html><html lang=fr><head><title>La page</title><meta name=author content='A B'></head><body><nav><a href=/>x</a></nav><h1>La page</h1><p>9 janvier 2025</p>\
         <p>Une phrase assez longue pour compter comme du texte, avec des virgules, et encore quelques mots.</p></body></html>",
    );
    assert_eq!((post.title.as_str(), post.language.as_deref(), post.authors.len()), ("La page", Some("fr"), 1));
    assert!(day(&post) == "2025-01-08T23:00:00Z" && post.body.starts_with("<p>Une phrase"), "{}", post.body);
}

#[test]
fn every_broken_file_is_named_and_none_stops_the_others() {
    let files: Vec<(String, &str)> = [
        "---\ntitle: [\n---\n",
        "---\ntitle: a\n  b: c\n---\n",
        "---\ntitle: \"a\n---\n",
        "+++\ntitle = a\n+++\n",
        "+++\ntitle = 'a'\n",
        "{\"title\": }",
        "---\n- a\n- b\n---\n",
        "---\na: &x [*x]\n---\n",
    ]
    .into_iter()
    .enumerate()
    .map(|(at, text)| (format!("bad{at}.md"), text))
    .collect();
    let mut all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    all.push(("good.md", "---\ntitle: Good\n---\nText"));
    let parsed = reading(&all);
    let named: Vec<_> =
        parsed.problems.iter().filter_map(|problem| Some(problem.diagnostic.place.as_ref()?.to_string())).collect();
    for (path, text) in &files {
        assert!(named.iter().any(|place| place.starts_with(&format!("posts/{path}:"))), "{path} {text:?} {named:?}");
    }
    assert!(parsed.posts.iter().any(|post| post.title == "Good"));
}

#[test]
fn a_thousand_files_are_read_with_ids_that_stay() {
    let files: Vec<(String, String)> =
        (0..1_000).map(|n| (format!("p{n:04}.md"), format!("---\ntitle: T{n}\n---\nText {n}."))).collect();
    let all: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let tree = tree(&all);
    let folder = tree.path().join("posts");
    let ids =
        || read_folder(&folder, None, Zone::utc()).unwrap().posts.into_iter().map(|post| post.id).collect::<Vec<_>>();
    let before = ids();
    std::fs::write(folder.join("p0003.md"), "---\ntitle: Other\ndate: 2025-01-09\n---\nOther text.").unwrap();
    assert_eq!((before.len(), ids()), (1_000, before));
}

#[test]
fn a_picture_in_the_folder_is_known_by_its_file() {
    #[track_caller]
    fn check(path: &str, text: &str, url: &str, file: Option<&str>) {
        let tree = tree(&[
            (path, text),
            ("fog/lamp one.png", ""),
            ("lamp.png", ""),
            ("deep/tides/lamp.png", ""),
            ("../outside.png", ""),
        ]);
        let posts = tree.path().join("posts");
        std::os::unix::fs::symlink(tree.path().join("outside.png"), posts.join("escape.png")).unwrap();
        let base = Url::parse("https://harbour.example/notes/").unwrap();
        let parsed = read_folder(&posts, Some(&base), Zone::utc()).unwrap();
        let image = parsed.posts[0].image.clone().unwrap();
        assert_eq!(image.url.as_str(), url);
        let expect = file.map(|file| posts.join(file).canonicalize().unwrap());
        assert_eq!(image.file, expect);
    }
    let of = |image: &str| format!("---\ntitle: T\nimage: '{image}'\n---\nText.\n");
    let notes = |path: &str| format!("https://harbour.example/notes/{path}");
    // A bundle: the picture stands beside the post, whatever its slug.
    check("deep/tides/index.md", &of("lamp.png"), &notes("deep/tides/lamp.png"), Some("deep/tides/lamp.png"));
    let slug = "---\ntitle: T\nslug: ebb\n---\nText with ![a lamp](lamp.png).\n";
    check("deep/tides/index.md", slug, &notes("deep/ebb/lamp.png"), Some("deep/tides/lamp.png"));
    // A file of its own: beside it, or in the folder.
    check("fog.md", &of("lamp.png"), &notes("lamp.png"), Some("lamp.png"));
    check("fog.md", "# Fog\n\nText with ![a lamp](lamp.png).\n", &notes("lamp.png"), Some("lamp.png"));
    check("fog.md", &of("../fog/lamp%20one.png"), &notes("fog/lamp%20one.png"), Some("fog/lamp one.png"));
    check("fog.md", &of("/lamp.png"), "https://harbour.example/lamp.png", Some("lamp.png"));
    check("fog.md", &of("https://harbour.example/notes/lamp.png?v=2"), &notes("lamp.png?v=2"), Some("lamp.png"));
    // Nothing outside the folder, and no file that is not there.
    check("fog.md", &of("../../outside.png"), "https://harbour.example/outside.png", None);
    check("fog.md", &of("%2e%2e%2foutside.png"), &notes("fog/%2e%2e%2foutside.png"), None);
    check("fog.md", &of("escape.png"), &notes("fog/escape.png"), None);
    check("fog.md", &of("none.png"), &notes("fog/none.png"), None);
    check("fog.md", &of("https://other.example/notes/lamp.png"), "https://other.example/notes/lamp.png", None);
}

#[test]
fn a_folder_without_an_address_has_its_pictures_all_the_same() {
    let text = "---\ntitle: T\nimage: lamp.png\nimage_alt: A lamp\n---\nText.\n";
    let tree = tree(&[("fog.md", text), ("lamp.png", "")]);
    let posts = tree.path().join("posts");
    let image = read_folder(&posts, None, Zone::utc()).unwrap().posts[0].image.clone().unwrap();
    assert_eq!((image.url.scheme(), image.alt.as_deref()), ("file", Some("A lamp")));
    assert_eq!(image.file, Some(posts.join("lamp.png").canonicalize().unwrap()));
}

#[test]
fn what_generators_keep_off_the_site_is_a_draft() {
    for head in [
        "draft: true",
        "published: false",
        "status: draft",
        "unlisted: true",
        "permalink: false",
        "eleventyExcludeFromCollections: true",
        "_build:\n  list: never",
        "build:\n  render: false",
    ] {
        let post = one("a.md", &format!("---\ntitle: A\ndate: 2025-01-09\n{head}\n---\nText."));
        assert!(post.draft, "{head}");
        assert_eq!(link(&post), "https://harbour.example/notes/a/", "{head}");
    }
    assert!(!one("a.md", "---\ntitle: A\nstatus: published\nbuild:\n  list: always\n---\nText.").draft);
}

#[test]
fn dates_and_pictures_stand_where_themes_put_them() {
    for head in ["pubDate: 2025-01-09", "pubDatetime: 2025-01-09T00:00:00Z", "publishedAt: 2025-01-09"] {
        assert!(one("a.md", &format!("---\ntitle: A\n{head}\n---\nText.")).published.is_some(), "{head}");
    }
    assert_eq!(day(&one("2025-1-9-a.md", "Text.")), "2025-01-08T23:00:00Z");
    for head in [
        "cover:\n  image: https://harbour.example/a.png",
        "header:\n  teaser: https://harbour.example/a.png",
        "heroImage: https://harbour.example/a.png",
        "featuredImage: https://harbour.example/a.png",
        "ogImage:\n  url: https://harbour.example/a.png",
        "resources:\n  - name: cover\n    src: https://harbour.example/a.png",
        "images:\n  - https://harbour.example/a.png",
    ] {
        let image =
            one("a.md", &format!("---\ntitle: A\n{head}\n---\nText.")).image.unwrap_or_else(|| panic!("{head}"));
        assert_eq!(image.url.as_str(), "https://harbour.example/a.png", "{head}");
    }
}

#[test]
fn mdx_loses_its_code_and_keeps_its_text() {
    let text = "---\ntitle: B\n---\nimport Note from '../note.astro'\n\nThe crane {/* not said */}came <Note kind=\"x\">by \
                barge</Note>.\n\n```js\nimport x from 'y'\n```\n";
    let post = one("a.mdx", text);
    assert_eq!(post.title, "B");
    assert!(post.body.contains("The crane came by barge.") && post.body.contains("import x from"), "{}", post.body);
    assert!(!post.body.contains("note.astro") && !post.body.contains("not said"), "{}", post.body);
}

#[test]
fn a_text_beside_a_bundle_is_one_of_its_files() {
    let files = [("a/index.md", "---\ntitle: A\n---\nText."), ("a/terms.txt", "Terms"), ("b.txt", "B\n\nText.")];

    let titles: Vec<String> = reading(&files).posts.into_iter().map(|post| post.title).collect();
    assert_eq!(titles, ["A", "B"]);
}

#[test]
fn a_page_without_a_date_is_no_post_and_every_file_that_is_none_is_told() {
    let files = [
        ("a.md", "---\ntitle: A\ndate: 2025-01-09\n---\nText."),
        ("index.md", "---\ntitle: All posts\n---\n"),
        ("README.md", "# Build"),
        ("moved.md", "---\nredirect_to: /a\ndate: 2025-01-09\n---\n"),
        ("old.md", "---\ntitle: Sale\ndate: 2025-01-09\nexpiryDate: 2025-02-01\n---\n"),
        ("b.rst", "B"),
        ("c.adoc", "= C"),
        ("drafts/deep/d.md", "---\ndate: 2025-01-09\n---\n"),
    ];
    let tree = tree(&files);
    let options = FolderOptions {
        exclude: super::super::Glob::new("drafts/**").into_iter().collect(),
        ..FolderOptions::default()
    };
    let now = "2025-06-01T12:00:00Z".parse().unwrap();
    let parsed = read(&tree.path().join("posts"), &options, "notes", Zone::utc(), now).unwrap();
    assert_eq!(parsed.posts.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["A"]);
    let told: Vec<(&str, &str)> = parsed.folder.passed_over.iter().map(|one| (one.path.as_str(), one.reason)).collect();
    let expect = [
        ("README.md", "it has no date"),
        ("b.rst", "reStructuredText is not read"),
        ("c.adoc", "AsciiDoc is not read"),
        ("drafts/deep/d.md", "`exclude` names it"),
        ("index.md", "it has no date"),
        ("moved.md", "it leads elsewhere"),
        ("old.md", "it has expired"),
    ];
    assert_eq!(told, expect);
    assert_eq!(parsed.problems, []);
}

#[test]
fn a_pattern_makes_addresses_and_what_a_post_says_of_itself_comes_first() {
    let options = FolderOptions {
        base_url: Some(Url::parse("https://harbour.example/").unwrap()),
        permalink: Some("/:year/:month/:day/:slug/".to_owned()),
        image_keys: vec!["badge.file".to_owned()],
        ..FolderOptions::default()
    };
    let tree = tree(&[
        ("2025-01-09-First.md", "---\nimage: a.png\nbadge:\n  file: b.png\n---\n"),
        ("b.md", "---\ndate: 2025-01-10\nurl: /own/\n---\n"),
    ]);
    let parsed = read(&tree.path().join("posts"), &options, "notes", Zone::utc(), DateTime::UNIX_EPOCH).unwrap();
    assert_eq!(link(&parsed.posts[0]), "https://harbour.example/2025/01/09/first/");
    assert_eq!(parsed.posts[0].image.as_ref().unwrap().url.path(), "/2025/01/09/first/b.png");
    assert_eq!(link(&parsed.posts[1]), "https://harbour.example/own/");
    assert!(is_permalink("/:year/:slug/") && !is_permalink("/:yaer/:slug/") && !is_permalink("/a/"));
}

#[test]
fn pictures_are_found_whatever_names_them() {
    let check = |text: &str, url: &str| {
        let tree = tree(&[("a.md", text), ("images/a.png", ""), ("images/a b.png", ""), ("lamp.png", "")]);
        let base = Url::parse("https://harbour.example/").unwrap();
        let parsed = read_folder(&tree.path().join("posts"), Some(&base), Zone::utc()).unwrap();
        let image = parsed.posts[0].image.clone().unwrap_or_else(|| panic!("{text}"));
        assert_eq!(image.url.as_str(), url, "{text}");
        assert!(image.file.is_some(), "{text}");
    };
    let rooted = "https://harbour.example/images/a.png";
    for head in [
        "header:\n  image: /images/a.png",
        "image:\n  feature: /images/a.png",
        "thumbnail: images/a.png",
        "resources:\n- src: /images/a.png",
    ] {
        check(&format!("---\n{head}\n---\nText."), rooted);
    }
    for body in [
        "{{< figure src=\"/images/a.png\" alt=\"F\" >}}",
        "{{ image(src=\"/images/a.png\") }}",
        "![Alt]({{ site.baseurl }}/images/a.png)",
        "<img src=\"{{ \"/images/a.png\" | relative_url }}\" alt=\"x\">",
        "![Alt](/images/a.png \"Title\"){: .wide width=\"300\"}",
        "<img data-src=\"/images/a.png\" alt=\"lazy\">",
        "<picture><source srcset=\"/images/a.png\"><img src=\"/images/a.png\" alt=\"p\"></picture>",
    ] {
        check(&format!("{body}\n\nText."), rooted);
    }
    check("![x](</images/a b.png>)\n\nText.", "https://harbour.example/images/a%20b.png");
    check("![[lamp.png]]\n\nText.", "https://harbour.example/lamp.png");
    // Of several, the one that is there.
    check("---\nheroImage: ../../assets/x.png\nogImage: ./lamp.png\n---\nText.", "https://harbour.example/lamp.png");
}

#[cfg(unix)]
#[test]
fn pipes_and_huge_or_exploding_files_cost_only_themselves() {
    let bomb: String = std::iter::once("---\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned())
        .chain(
            (b'b'..=b'j')
                .map(|c| format!("{0}: &{0} [{1}]\n", c as char, vec![format!("*{}", (c - 1) as char); 9].join(", "))),
        )
        .chain(["---\nText.\n".to_owned()])
        .collect();
    let tree = tree(&[("good.md", "---\ntitle: Good\n---\nText."), ("bomb.md", &bomb), ("huge.md", "")]);
    let posts = tree.path().join("posts");
    std::fs::File::options().write(true).open(posts.join("huge.md")).unwrap().set_len(1 << 30).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(posts.join("pipe.md")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", posts.join("device.md")).unwrap();
    let parsed = read_folder(&posts, None, Zone::utc()).unwrap();
    assert!(parsed.posts.iter().any(|post| post.title == "Good"));
    let named: Vec<_> =
        parsed.problems.iter().filter_map(|problem| Some(problem.diagnostic.place.as_ref()?.file.clone())).collect();
    assert_eq!(named, ["posts/bomb.md", "posts/huge.md"], "{:?}", parsed.problems);
}
