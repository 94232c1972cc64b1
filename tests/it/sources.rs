//! Sources in trouble: said, kept, and never in the way of the others.

use crate::{
    project::Project,
    world::web::{Answer, Web},
};

const FEED: &str = "<rss version=\"2.0\"><channel><title>T</title><link>https://harbour.example/</link><item>\
                    <guid isPermaLink=\"false\">NAME</guid><title>From NAME</title><link>https://harbour.example/NAME</link>\
                    <pubDate>Fri, 30 May 2025 08:00:00 GMT</pubDate><description>The NAME story has one sentence.\
                    </description></item></channel></rss>";

fn config(web: &Web, names: &[&str]) -> String {
    let mut text = "[publication]\nname = \"N\"\nfrom = \"N <n@harbour.example>\"\n".to_owned();
    for name in names {
        text.push_str(&format!("[[source]]\nname = \"{name}\"\nfeed = \"{}/{name}\"\n", web.url));
    }
    text + "[digest.daily]\nsubject = \"S\"\nschedule = \"daily 10:00\"\n[smtp]\nurl = \"file:outbox\"\n\
            [web]\npublic_url = \"https://news.harbour.example\"\n[fetch]\nallow_private = true\ntimeout = \"5s\"\n\
            [subscribers]\nfile = \"s.csv\"\n"
}

#[test]
fn five_sources_fail_each_in_its_way_and_the_sixth_goes_out() {
    let web = Web::start(|request| match &request.path[1..] {
        "gone" => Answer::new("410 Gone", ""),
        "busy" => Answer::new("429 Too Many Requests", "").header("Retry-After: 3600"),
        "broken" => Answer::new("500 Internal Server Error", "oops"),
        "garbage" => Answer::new("200 OK", "\0\u{1}this is no feed at all"),
        "silent" => Answer::nothing(),
        good => Answer::new("200 OK", FEED.replace("NAME", good)),
    });
    let names = ["gone", "busy", "broken", "garbage", "silent", "good"];
    let project =
        Project::new().file("tidings.toml", config(&web, &names)).file("s.csv", "email\nada@readers.example\n");
    let sent = project.run("send --yes --json").code(0).json();
    assert_eq!((&sent["posts"], &sent["sent"]), (&1.into(), &1.into()));
    let status = project.run("status --json").code(0).json();
    for (index, words) in ["410", "429", "500", "feed", ""].into_iter().enumerate() {
        let source = &status["sources"][index];
        let problems = source["problems"].to_string();
        assert!(source["problems"][0].is_object() && problems.contains(words), "{source}");
    }
    assert_eq!(status["sources"][5]["problems"], serde_json::json!([]));
    assert_eq!(status["sources"][5]["state"], "read");
    // Gone and busy are not asked again.
    let asked = |name: &str| web.requests().iter().filter(|request| request.path == format!("/{name}")).count();
    project.run("explain").code(0);
    assert_eq!((asked("gone"), asked("busy"), asked("good")), (1, 1, 2));
}

#[test]
fn what_did_not_change_and_what_fails_later_keeps_its_posts() {
    for second in ["304 Not Modified", "500 Internal Server Error"] {
        let web = Web::start(move |request| {
            if request.head.contains("if-none-match: \"v1\"") {
                Answer::new(second, "")
            } else {
                Answer::new("200 OK", FEED.replace("NAME", "kept")).header("ETag: \"v1\"")
            }
        });
        let project =
            Project::new().file("tidings.toml", config(&web, &["kept"])).file("s.csv", "email\nada@readers.example\n");
        project.run("preview").code(0);
        let sent = project.run("send --yes --json").code(0).json();
        assert_eq!(sent["posts"], 1, "{second}");
        assert_eq!(web.requests().len(), 2);
        // A failure is no reason to send a post again.
        project.run("send --yes").code(0).says("nothing new");
    }
}

#[test]
fn private_addresses_are_refused() {
    let web = Web::start(|_| Answer::new("200 OK", FEED));
    let text = config(&web, &["inside"]).replace("allow_private = true\n", "");
    let project = Project::new().file("tidings.toml", text).file("s.csv", "email\nada@readers.example\n");
    project.run("preview").code(0).says("nothing new: no source gave a post").says("private");
    assert!(web.requests().is_empty());
}

#[test]
fn a_post_with_broken_front_matter_is_named_and_the_others_go_on() {
    let project = Project::with_notes("")
        .post("one", "One", "2025-05-30")
        .file("posts/bad.md", "---\ntitle: Fine\ntags: [one\n---\n\nBody.\n");
    let ran = project.run("preview --json").code(0).says("bad.md:");
    assert_eq!(ran.json()["posts"].as_array().unwrap().len(), 1);
}
