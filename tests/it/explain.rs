//! `explain` over time: what is new, what is not, and why.

use crate::project::Project;

/// What `explain` says of the post with this title: in or out, and the reason.
#[track_caller]
fn explained(project: &Project, title: &str) -> (bool, String) {
    let all = project.run("explain --json").code(0).json();
    let post = all["posts"].as_array().unwrap().iter().find(|post| post["title"] == title);
    let post = post.unwrap_or_else(|| panic!("no `{title}` in {all}"));
    (post["selected"].as_bool().unwrap(), post["reason"].as_str().unwrap().to_owned())
}

#[track_caller]
fn check(project: &Project, title: &str, selected: bool, words: &str) {
    let (found, reason) = explained(project, title);
    assert!(found == selected && reason.contains(words), "{title}: {found}, `{reason}`");
}

/// A feed of the given items: id, path, title, date, words.
fn feed(items: &[(&str, &str, &str, &str, &str)]) -> String {
    let mut feed =
        "<rss version=\"2.0\"><channel><title>Harbour</title><link>https://harbour.example/</link>".to_owned();
    for (id, path, title, date, words) in items {
        feed.push_str(&format!(
            "<item><guid isPermaLink=\"false\">{id}</guid><link>https://harbour.example/{path}</link>\
             <title>{title}</title><pubDate>{date}</pubDate><description>{words}</description></item>"
        ));
    }
    feed + "</channel></rss>"
}

const OLD: &str = "Mon, 26 May 2025 08:00:00 GMT";
const FERRY: &str = "The ferry sails again on Sundays, and the kiosk on the pier sells the first hot chocolate of the \
                     year to whoever holds a ticket for the early boat across the bay.";

#[test]
fn time_passes_and_every_post_has_its_reason() {
    let config = "[publication]\nname = \"N\"\nfrom = \"N <n@harbour.example>\"\n\
                  [[source]]\nname = \"paper\"\nfeed = \"feed.xml\"\n\
                  [[source]]\nname = \"notes\"\nfolder = \"posts\"\nbase_url = \"https://harbour.example/notes/\"\n\
                  [digest.daily]\nsubject = \"S\"\nschedule = \"daily 10:00\"\n[digest.daily.select]\nmax_age = \"30d\"\n\
                  [smtp]\nurl = \"file:outbox\"\n[web]\npublic_url = \"https://news.harbour.example\"\n\
                  [subscribers]\nfile = \"s.csv\"\n";
    let edited = ("edited", "edited", "Edited", OLD, "The first words of a story that will be edited soon.");
    let moved = ("moved", "old-place", "Moved", OLD, "A story that will stand at another address tomorrow.");
    let mut project = Project::new()
        .file("tidings.toml", config)
        .file("s.csv", "email\nada@readers.example\n")
        .file("feed.xml", feed(&[edited, moved]))
        .file("posts/later.md", "---\ntitle: Later\ndate: 2025-06-10\n---\n\nDated ahead.\n")
        .file("posts/draft.md", "---\ntitle: Draft\ndate: 2025-05-25\ndraft: true\n---\n\nNot finished.\n")
        .at("2025-06-01T10:00:00Z");
    check(&project, "Edited", true, "");
    check(&project, "Draft", false, "draft");
    check(&project, "Later", false, "future");
    project.run("send --yes").code(0);
    check(&project, "Edited", false, "edition 1");

    project.set_clock("2025-06-02T10:00:00Z");
    let edited = ("edited", "edited", "Edited", OLD, "Quite other words now, and more of them than before.");
    let moved = ("moved", "new-place", "Moved", OLD, "A story that will stand at another address tomorrow.");
    let late = ("late", "late", "Late", "Fri, 30 May 2025 08:00:00 GMT", "Indexed days after it was published.");
    let fresh = ("fresh", "fresh", "Sunday ferry", "Sun, 01 Jun 2025 11:00:00 GMT", FERRY);
    let backdated = ("backdated", "backdated", "Backdated", "Mon, 03 Feb 2020 08:00:00 GMT", "From an old archive.");
    project.write("feed.xml", feed(&[edited, moved, late, fresh, backdated]));
    let twin = format!("---\ntitle: Sunday ferry\ndate: 2025-06-01T12:00:00Z\n---\n\n{FERRY}\n");
    project.write("posts/twin.md", twin);
    project.write("posts/draft.md", "---\ntitle: Draft\ndate: 2025-05-25\n---\n\nFinished at last.\n");
    check(&project, "Edited", false, "edition 1");
    check(&project, "Moved", false, "edition 1");
    check(&project, "Late", true, "");
    check(&project, "Backdated", false, "30d");
    check(&project, "Draft", true, "");
    let all = project.run("explain --json").code(0).json();
    let twins: Vec<_> =
        all["posts"].as_array().unwrap().iter().filter(|post| post["title"] == "Sunday ferry").collect();
    assert_eq!(twins.len(), 2);
    let kept: Vec<_> = twins.iter().filter(|post| post["selected"] == true).collect();
    assert_eq!((kept.len(), &kept[0]["source"]), (1, &"paper".into()), "{all}");
    let sent = project.run("send --yes --json").code(0).json();
    assert_eq!((&sent["edition"], &sent["posts"]), (&2.into(), &3.into()));

    project.set_clock("2025-06-10T10:00:00Z");
    check(&project, "Later", true, "");
    check(&project, "Late", false, "edition 2");
}

#[test]
fn the_first_edition_takes_only_the_newest() {
    let mut project = Project::with_notes("[digest.weekly.select]\nmax = 2\n");
    for day in 1..=5 {
        project = project.post(&format!("p{day}"), &format!("Day {day}"), &format!("2025-05-0{day}"));
    }
    assert_eq!(project.run("send --yes --json").code(0).json()["posts"], 2);
    check(&project, "Day 3", false, "");
    project.set_clock("2025-06-08T12:00:00Z");
    project.run("send --yes").code(0).says("nothing new");
}

/// A project with one feed.
fn paper(items: &[(&str, &str, &str, &str, &str)]) -> Project {
    let config = "[publication]\nname = \"N\"\nfrom = \"N <n@harbour.example>\"\n\
                  [[source]]\nname = \"paper\"\nfeed = \"feed.xml\"\n\
                  [digest.weekly]\nsubject = \"S\"\nschedule = \"weekly mon 10:00\"\n[smtp]\nurl = \"file:outbox\"\n\
                  [web]\npublic_url = \"https://news.harbour.example\"\n[subscribers]\nfile = \"s.csv\"\n";
    Project::new()
        .file("tidings.toml", config)
        .file("s.csv", "email\nada@readers.example\n")
        .file("feed.xml", feed(items))
}

fn item<'a>(id: &'a str, date: &'a str) -> (&'a str, &'a str, &'a str, &'a str, &'a str) {
    (id, id, id, date, "A short story of one sentence, told in the feed.")
}

#[test]
fn a_post_that_scrolled_off_its_feed_is_not_lost() {
    let project = paper(&[item("first", OLD)]);
    project.run("preview").code(0);
    project.write("feed.xml", feed(&[item("second", "Fri, 30 May 2025 08:00:00 GMT")]));
    assert_eq!(project.run("send --yes --json").code(0).json()["posts"], 2);
}

#[test]
fn a_post_that_its_publisher_took_back_is_not_sent() {
    let (stays, slip) = (item("stays", OLD), item("slip", "Fri, 30 May 2025 08:00:00 GMT"));
    let project = paper(&[stays, slip]);
    project.run("preview").code(0);
    project.write("feed.xml", feed(&[stays]));
    assert_eq!(project.run("send --yes --json").code(0).json()["posts"], 1);
}

#[test]
fn explain_shows_teasers_and_where_they_came_from() {
    let project = Project::with_notes("")
        .post("one", "One", "2025-05-30")
        .file("posts/two.md", "---\ntitle: Two\ndate: 2025-05-29\nteaser: An editor wrote this.\n---\n\nBody text.\n");
    let posts = project.run("explain --teasers --json").code(0).json()["posts"].clone();
    assert_eq!((&posts[0]["teaser_from"], &posts[1]["teaser_from"]), (&"extract".into(), &"editor".into()), "{posts}");
    assert_eq!(posts[1]["teaser"], "An editor wrote this.");
    assert_eq!(posts[1]["teaser_refused"], serde_json::json!([]));
    let previewed = project.run("preview --json").code(0).json()["posts"].clone();
    assert_eq!((&previewed[0]["teaser_from"], &previewed[1]["teaser_from"]), (&"extract".into(), &"editor".into()));
    assert_eq!(project.run("explain --json").code(0).json()["posts"][0].get("teaser_refused"), None);
}

#[test]
fn explain_says_why_a_maker_had_no_teaser() {
    let matter = "title: Hole\ndate: 2025-05-29\ndescription: Divers found a hole and then […]";
    let body = "Divers found a hole in the north quay on Sunday, as wide as a door.";
    let project = Project::with_notes("").file("posts/hole.md", format!("---\n{matter}\n---\n\n{body}\n"));
    let post = project.run("explain --teasers --json").code(0).json()["posts"][0].clone();
    assert_eq!((&post["teaser"], &post["teaser_from"]), (&body.into(), &"extract".into()));
    let refused = serde_json::json!([{ "maker": "description", "reason": "cut off" }]);
    assert_eq!(post["teaser_refused"], refused);
    assert!(project.run("explain --teasers").code(0).stdout.contains("no teaser: cut off"));
}

#[test]
fn what_stands_in_every_post_is_no_teaser() {
    let mut project = Project::with_notes("");
    for (name, first) in
        [("one", "The ferry sails again"), ("two", "A seal slept on the slipway"), ("three", "Divers came")]
    {
        let body = format!(
            "Every boat counts in our little town by the sea, they say.\n\n{first} on Sunday, and nobody knew of it before."
        );
        let post = format!(
            "---\ntitle: {name}\ndate: 2025-05-29\ndescription: All that is new at the harbour.\n---\n\n{body}\n"
        );
        project = project.file(&format!("posts/{name}.md"), post);
    }
    let posts = project.run("explain --teasers --json").code(0).json()["posts"].clone();
    for post in posts.as_array().unwrap() {
        let teaser = post["teaser"].as_str().unwrap();
        assert!(teaser.contains("on Sunday") && !teaser.contains("Every boat"), "{post}");
        assert_eq!(post["teaser_refused"][0]["reason"], "the same for every post of its source");
    }
}
