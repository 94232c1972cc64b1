//! The archive, its feed, and the editor's pages, as a browser and a feed reader find them.

use crate::{
    examples::example,
    project::Project,
    world::site::{Answer, Site},
};

/// The example publication with an edition that is out, and its picture in the mail.
fn harbour() -> (Project, Site) {
    let mut project = example("harbour").at("2025-03-10T07:30:00Z");
    project.environment("TIDINGS_DIGEST__WEEKLY__IMAGE", "embed");
    project.run("send --yes").code(0);
    let site = Site::start(&project);
    (project, site)
}

#[test]
fn an_edition_shows_nobodys_name_address_or_token() {
    let (project, site) = harbour();
    let page = site.get("/archive/weekly/1").status(200);
    let readers = project.read("subscribers.csv");
    for line in readers.lines().skip(1) {
        // Some of the names are those of authors too.
        let address = line.split(',').next().unwrap();
        assert!(address.contains('@') && !page.body.contains(address), "{address}");
    }
    assert!(!page.body.contains("/u/") && !page.body.contains("slot-"), "a token or its place");
    assert!(!page.body.contains("cid:"), "a picture that is not there");
    assert!(page.body.contains("@media print") && page.body.contains("rem"));
    let policy = page.field("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'"),
        "{policy}"
    );
    let sizes: Vec<&str> =
        page.body.split("font-size:").skip(1).map(|rest| rest.split([';', '"', '}']).next().unwrap()).collect();
    assert!(sizes.len() > 10 && sizes.iter().all(|size| !size.ends_with("px") || *size == "0px"), "{sizes:?}");
}

#[test]
fn only_what_is_out_is_in_the_archive() {
    let (project, site) = harbour();
    for path in [
        "/archive/weekly/2",
        "/archive/weekly/0",
        "/archive/weekly/-1",
        "/archive/weekly/01",
        "/archive/weekly/+1",
        "/archive/weekly/1/",
        "/archive/weekly/99999999999999999999",
        "/archive/other/1",
        "/archive/other/",
        "/archive/../tidings.toml",
        "/archive/..%2f..%2ftidings.toml",
        "/archive/%2e%2e/%2e%2e/etc/passwd",
        "/archive/weekly/..%2f..%2f..%2fetc%2fpasswd",
        "/archive/weekly%00/1",
        "/archive/weekly/1%27%20OR%201=1",
        "/archive/%ff/1",
        "/tidings.toml",
        "/tidings.db",
        "//etc/passwd",
    ] {
        let answer = site.get(path);
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body.contains("[publication]") && !answer.body.contains("root:"), "{path}");
    }
    for state in ["waiting", "approved", "held", "vetoed"] {
        project.store(&format!("UPDATE edition SET state = '{state}' RETURNING state"));
        site.get("/archive/weekly/1").status(404);
        site.get("/archive/").status(200).says("Nothing has been sent yet");
        assert!(!site.get("/feed.xml").status(200).body.contains("<entry>"));
    }
    project.store("UPDATE edition SET state = 'sending' RETURNING state");
    site.get("/archive/weekly/1").status(200);
}

#[test]
fn what_a_browser_has_is_not_sent_again() {
    let (_project, site) = harbour();
    for path in ["/archive/", "/archive/weekly/", "/archive/weekly/1", "/feed.xml"] {
        let first = site.get(path).status(200);
        let (tag, modified) = (original(&first, "etag"), original(&first, "last-modified"));
        for field in [format!("If-None-Match: {tag}\r\n"), format!("If-Modified-Since: {modified}\r\n")] {
            let again = site.ask("GET", path, &field, "").status(304);
            assert_eq!((again.body.as_str(), original(&again, "etag")), ("", tag.clone()));
        }
        site.ask("GET", path, "If-None-Match: \"other\"\r\n", "").status(200);
        let head = site.ask("HEAD", path, "", "").status(200);
        assert_eq!((head.body.as_str(), head.field("content-length")), ("", first.field("content-length")));
        assert_eq!(site.ask("OPTIONS", path, "", "").status(204).field("allow"), "get,head,options");
        assert_eq!(site.ask("POST", path, "", "x").status(405).field("allow"), "get,head,options");
    }
}

/// A field as it was said: tags tell capital letters apart.
fn original(answer: &Answer, name: &str) -> String {
    let at = answer.said.to_lowercase().find(&format!("\r\n{name}: ")).unwrap() + name.len() + 4;
    answer.said[at..].split("\r\n").next().unwrap().to_owned()
}

#[test]
fn the_feed_is_atom() {
    let (project, site) = harbour();
    let first = site.get("/feed.xml").status(200);
    assert_eq!(first.field("content-type"), "application/atom+xml; charset=utf-8");
    let feed = feed_rs::parser::parse(first.body.as_bytes()).unwrap();
    assert_eq!(feed.title.unwrap().content, "Harbour Notes");
    assert_eq!(feed.links.len(), 2);
    let entry = &feed.entries[0];
    let uid = project.store("SELECT uid FROM edition");
    assert_eq!(entry.id.replace('-', ""), format!("urn:uuid:{uid}"));
    assert!(entry.links[0].href.ends_with("/archive/weekly/1"), "{:?}", entry.links);
    assert!(entry.published.is_some() && entry.updated.is_some());
    let content = entry.content.as_ref().unwrap().body.clone().unwrap();
    assert!(content.contains("<h2><a href=\"https://harbour.example/") && !content.contains("slot-"), "{content}");
    // Well-formed to the last octet, and in the order and number that RFC 4287 asks for.
    let mut reader = quick_xml::Reader::from_str(&first.body);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                names.push(tag.name().as_ref().to_owned());
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    for (name, count) in
        [("feed", 1), ("entry", 1), ("id", 2), ("title", 2), ("updated", 2), ("content", 1), ("author", 1)]
    {
        assert_eq!(names.iter().filter(|found| *found == name).count(), count, "{name}");
    }
}

#[test]
fn odd_words_stay_words() {
    let mut project = Project::with_notes("").post("one", "\"<b>A & B</b> \\u0001 ]]> <script>\"", "2025-05-30");
    project.environment("TIDINGS_PUBLICATION__NAME", "<i>N & N</i>");
    project.run("send --yes").code(0);
    let site = Site::start(&project);
    let feed = site.get("/feed.xml").status(200);
    let parsed = feed_rs::parser::parse(feed.body.as_bytes()).unwrap();
    assert!(parsed.entries[0].title.as_ref().unwrap().content.contains("A & B"));
    for path in ["/archive/", "/feed.xml", "/archive/weekly/1"] {
        let page = site.get(path).status(200);
        assert!(!page.body.contains("<script") && !page.body.contains("<i>N"), "{path}: {}", page.body);
    }
}

#[test]
fn who_has_a_mail_finds_its_page_also_where_its_send_was_stopped() {
    let (project, site) = harbour();
    let stopped = "UPDATE edition SET state = 'cancelled' RETURNING state";
    assert_eq!(project.store(stopped), "cancelled");
    site.get("/archive/weekly/1").status(200);
    project.store("UPDATE delivery SET state = 'skipped' RETURNING state");
    site.get("/archive/weekly/1").status(404);
}

#[test]
fn a_page_that_nobody_can_turn_to_is_the_first() {
    let (_project, site) = harbour();
    for query in ["page=a&page=b", "page=", "page=-1", "%ff=%ff&page=1", "x", "page=99999999999999999999"] {
        site.get(&format!("/archive/?{query}")).status(200);
    }
}

#[test]
fn there_are_pages_of_the_archive() {
    let project = Project::with_notes("[digest.daily]\ntitle = \"Daily\"\nsubject = \"d\"\nschedule = \"daily 08:00\"")
        .post("one", "The first post", "2025-05-30");
    project.run("send --yes --digest weekly").code(0);
    let site = Site::start(&project);
    let copies = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 120)";
    let columns = "content, subject, state, frozen_ms";
    for (digest, from) in [("weekly", "2"), ("daily", "1")] {
        project.store(&format!(
            "INSERT INTO edition (uid, digest, number, {columns}) {copies} SELECT '{digest}' || i, '{digest}', i, content,
             subject, 'sent', frozen_ms + i * 1000 FROM n, edition e WHERE e.id = 1 AND i >= {from} RETURNING uid"
        ));
    }
    project.store(
        "INSERT INTO variant SELECT e.id, '', 'Subject ' || e.digest || ' ' || e.number, '', v.html, v.text, v.mjml,
         v.problems FROM edition e, variant v WHERE v.edition = 1 AND e.id > 1 RETURNING subject",
    );
    let all = site
        .get("/archive/")
        .status(200)
        .says("Subject weekly 120<")
        .says("Subject daily 111<")
        .says("<h2 dir=\"auto\">Daily");
    assert!(
        !all.body.contains("Subject weekly 110<")
            && all.body.contains("https://news.harbour.example/archive/weekly/\"")
    );
    site.get("/archive/weekly/").says("Subject weekly 71<").says("?page=2\">Older");
    site.get("/archive/weekly/?page=2").says("Subject weekly 70<").says("?page=1\">Newer").says("?page=3\">Older");
    let last = site.get("/archive/weekly/?page=3").status(200).says("Subject weekly 2<").says("The first post");
    assert!(!last.body.contains("Older"));
    for page in ["0", "-4", "x", "99999999999999999999", "4000", "%ff", "1&page=2"] {
        let status = site.get(&format!("/archive/weekly/?page={page}")).status;
        assert_eq!(status, 200, "{page}");
    }
}

#[test]
fn a_prefix_may_be_kept_or_stripped() {
    let mut project = Project::with_notes("").post("one", "The first post", "2025-05-30");
    project.environment("TIDINGS_WEB__PUBLIC_URL", "https://x.example/news");
    project.run("send --yes").code(0);
    let message = String::from_utf8(project.outbox()[0].1.clone()).unwrap();
    let token = message.split("<https://x.example/news/u/").nth(1).unwrap().split('>').next().unwrap();
    let site = Site::start(&project);
    for prefix in ["", "/news"] {
        site.get(&format!("{prefix}/archive/")).status(200).says("\"https://x.example/news/archive/weekly/1\"");
        site.get(&format!("{prefix}/archive/weekly/1")).status(200);
        site.get(&format!("{prefix}/feed.xml")).status(200).says("https://x.example/news/feed.xml");
        site.get(&format!("{prefix}/healthz")).status(200);
        site.get(&format!("{prefix}/u/{token}")).status(200).says("Unsubscribe from Notes?");
    }
    site.get("/news").status(200);
    site.get("/newsroom/archive/").status(404);
    site.post(&format!("/news/u/{token}"), "List-Unsubscribe=One-Click").status(200).says("You are unsubscribed");
}

#[test]
fn a_users_own_page_wins_and_a_broken_one_stops_nobody() {
    let project = Project::with_notes("").post("one", "The first post", "2025-05-30");
    project.run("send --yes").code(0);
    project.write("templates/web/page.css", "main{color:#010203}");
    let site = Site::start(&project);
    site.get("/archive/").status(200).says("#010203");
    drop(site);
    project.write("templates/web/archive.html", "{{ nothing }}");
    let site = Site::start(&project);
    site.get("/archive/").status(200).says("The first post");
}
