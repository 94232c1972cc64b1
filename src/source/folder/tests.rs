use tempfile::TempDir;

use super::*;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let tree = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = tree.path().join("posts").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    tree
}

fn reading(files: &[(&str, &str)]) -> Reading {
    let base = Url::parse("https://harbour.example/notes/").unwrap();
    read(&tree(files).path().join("posts"), Some(&base), "notes", Tz::Europe__Berlin).unwrap()
}

#[track_caller]
fn one(path: &str, text: &str) -> Post {
    let reading = reading(&[(path, text)]);
    assert_eq!(reading.problems, []);
    reading.posts.into_iter().next().unwrap()
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
    let reading = reading(&[
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
    assert_eq!(reading.problems, []);
    let titles: Vec<_> = reading.posts.iter().map(|post| post.title.as_str()).collect();
    assert_eq!(titles, ["Second", "First"]);
    let first = &reading.posts[1];
    assert_eq!(link(first), "https://harbour.example/notes/blog/first/");
    assert_eq!(first.image.as_ref().unwrap().url.as_str(), "https://harbour.example/notes/blog/first/a.png");
    assert_eq!((first.tags.as_slice(), first.description.as_deref()), (["x".to_owned()].as_slice(), Some("Lead.")));
    assert_eq!(link(&reading.posts[0]), "https://harbour.example/notes/second/");
    assert_eq!(day(&reading.posts[0]), "2025-02-02T23:00:00Z");
}

#[test]
fn a_jekyll_tree_is_read_as_it_is() {
    let post = one(
        "_posts/2025-01-09-my-post.markdown",
        "---\ntitle: T\ntags: a b\n---\nSee {{ site.url }} and {% post_url x %}`{{ y }}`.\n",
    );
    assert_eq!((day(&post).as_str(), link(&post)), ("2025-01-08T23:00:00Z", "https://harbour.example/notes/my-post/"));
    assert_eq!(post.tags, ["a", "b"]);
    assert_eq!(post.body, "<p>See  and <code>{{ y }}</code>.</p>");
    assert!(one("_drafts/later.md", "text").draft);
    assert!(one("p.md", "---\npublished: false\n---\n").draft);
}

#[test]
fn a_hugo_tree_is_read_as_it_is() {
    let post =
        one("post/boat.de.md", "---\ntitle: Boot\nlastmod: 2025-01-10\n---\n{{< figure src=\"x.png\" >}}\n\nHallo\n");
    assert_eq!((post.language.as_deref(), link(&post)), (Some("de"), "https://harbour.example/notes/post/boat/"));
    assert!(post.updated.is_some());
    assert_eq!(post.body, "<p>Hallo</p>");
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
    let reading = read(&tree.path().join("posts"), None, "notes", Tz::UTC).unwrap();
    assert_eq!((link(&reading.posts[0]), reading.posts[0].id.as_str()), ("none", "a.md"));
    assert_eq!(link(&reading.posts[1]), "https://harbour.example/b");
}

#[test]
fn a_broken_front_matter_is_named_and_the_others_go_on() {
    let reading = reading(&[
        ("bad.md", "---\ntitle: a\ntags: [b\n---\ntext"),
        ("good.md", "text"),
        ("undated.md", "---\ndate: someday\n---\n"),
    ]);
    assert_eq!(reading.posts.len(), 2);
    assert_eq!(reading.problems[0].place.as_deref(), Some("posts/bad.md:3"));
    assert_eq!(reading.problems[1].place.as_deref(), Some("posts/undated.md"));
}

#[test]
fn other_encodings_are_read_and_reported() {
    let tree = tree(&[("a.md", "")]);
    std::fs::write(tree.path().join("posts/a.md"), b"# Caf\xe9\n\ntext").unwrap();
    let reading = read(&tree.path().join("posts"), None, "notes", Tz::UTC).unwrap();
    assert_eq!(reading.posts[0].title, "Café");
    assert!(reading.problems[0].message.contains("windows-1252"), "{:?}", reading.problems);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_not_followed() {
    let tree = tree(&[("a.md", "in")]);
    std::fs::write(tree.path().join("secret.md"), "out").unwrap();
    std::os::unix::fs::symlink("../secret.md", tree.path().join("posts/b.md")).unwrap();
    std::os::unix::fs::symlink("a.md", tree.path().join("posts/c.md")).unwrap();
    std::os::unix::fs::symlink(".", tree.path().join("posts/loop")).unwrap();
    let reading = read(&tree.path().join("posts"), None, "notes", Tz::UTC).unwrap();
    let ids: Vec<_> = reading.posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(ids, ["a.md", "c.md"]);
}

#[test]
fn a_folder_that_is_not_there_is_a_problem() {
    let problem = read(Path::new("/nowhere/posts"), None, "notes", Tz::UTC).unwrap_err();
    assert_eq!(problem.message, "there is no such folder");
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
