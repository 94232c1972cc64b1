//! `preview --serve`: what the page gets, and whom it is refused.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use mail_parser::MessageParser;
use serde_json::Value;

use crate::{
    project::Project,
    world::{
        sink::{SmtpSink, Stage},
        web::{Answer, Web},
    },
};

/// How long anything may take that a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running preview; it ends when it is dropped.
pub struct Live {
    child: Child,
    pub port: u16,
}

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Live {
    pub fn of(project: &Project) -> Self {
        let mut child = project.start_piped("--json preview --serve 0");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let port = said["url"].as_str().unwrap().trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        Self { child, port }
    }

    /// Asks with these header lines and body, and no other.
    pub fn ask(&self, line: &str, headers: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let request = format!("{line} HTTP/1.1\r\n{headers}Connection: close\r\n{length}\r\n{body}");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Reply { status: head[9..12].parse().unwrap(), head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.ask(&format!("GET {path}"), "Host: localhost\r\n", "")
    }

    pub fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path).body).unwrap()
    }

    fn token(&self) -> String {
        let page = self.get("/").body;
        let (_, rest) = page.split_once("name=\"tidings-token\" content=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    pub fn post(&self, path: &str, body: &str) -> Reply {
        let headers =
            format!("Host: localhost\r\nContent-Type: application/json\r\nX-Tidings-Token: {}\r\n", self.token());
        self.ask(&format!("POST {path}"), &headers, body)
    }

    /// Looks until it is as wanted.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let look = self.json("/look");
            if holds(&look) {
                return look;
            }
            assert!(start.elapsed() < PATIENCE, "{what}: it never came: {look:#}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a post while the preview looks.
fn save(project: &Project, name: &str, title: &str, date: &str) {
    let body = format!("The story of {name} is told here in a sentence of its own. It has a second sentence too.");
    project.write(&format!("posts/{name}.md"), format!("---\ntitle: {title}\ndate: {date}\n---\n\n{body}\n"));
}

fn one() -> Project {
    Project::with_notes("").post("one", "One", "2025-05-30")
}

#[test]
fn strangers_are_refused() {
    let project = one();
    let live = Live::of(&project);
    assert_eq!(live.get("/").status, 200);
    for (line, headers, status) in [
        ("GET /", "Host: evil.example\r\n", 421),
        ("GET /look", "Host: 127.0.0.1.evil.example:80\r\n", 421),
        ("GET /look", "", 400),
        ("GET /look", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403),
        ("POST /test", "Host: localhost\r\nContent-Type: application/json\r\n", 403),
        ("POST /fetch", "Host: localhost\r\nX-Tidings-Token: 0\r\n", 403),
        ("GET /etc/passwd", "Host: localhost\r\n", 404),
        ("GET /../tidings.toml", "Host: localhost\r\n", 404),
        ("GET /assets/../../tidings.toml", "Host: localhost\r\n", 404),
        ("GET /assets/..%2f..%2ftidings.toml", "Host: localhost\r\n", 404),
        ("GET /part/nosuch", "Host: localhost\r\n", 404),
        ("GET /test", "Host: localhost\r\n", 405),
    ] {
        let reply = live.ask(line, headers, "");
        assert_eq!(reply.status, status, "{line} {headers} {}", reply.body);
    }
    let page = live.get("/");
    assert!(page.head.contains("script-src 'self'") && page.head.contains("frame-ancestors 'none'"), "{}", page.head);
    assert!(!page.head.contains("set-cookie"), "{}", page.head);
    let frame = live.get("/frame").head;
    assert!(frame.contains("sandbox allow-same-origin") && frame.contains("default-src 'none'"), "{frame}");
    assert!(!frame.contains("script-src"), "{frame}");
}

#[test]
fn a_save_is_shown_and_an_error_keeps_what_was_good() {
    let project = one();
    project.run("templates new classic").code(0);
    let live = Live::of(&project);
    let first = live.until("the first", |look| look["mail"]["subject"] == "One");
    let good = live.get("/frame").body;
    assert!(good.contains("One"));

    save(&project, "two", "Two", "2025-05-31");
    let second = after(&live, &first, |look| look["mail"]["subject"] == "Two");
    let part = project.read("templates/parts/headline.mjml");
    project.write("templates/parts/headline.mjml", format!("<!-- a -->\n{{{{ nosuch.field }}}}\n{part}"));
    let broken = after(&live, &second, |look| !look["fault"].is_null());
    let fault = &broken["fault"];
    assert!(fault["file"].as_str().unwrap().ends_with("parts/headline.mjml"), "{fault}");
    assert_eq!((&fault["line"], broken["isStale"].as_bool()), (&2.into(), Some(true)), "{fault}");
    assert!(fault["column"].is_u64() && fault["source"].as_str().unwrap().contains("nosuch"), "{fault}");
    assert!(live.get("/frame").body.contains(">Two<"), "the last good mail stays");
    assert_eq!(live.post("/test", "{\"address\":\"ada@readers.example\"}").status, 409);

    project.write("templates/parts/headline.mjml", part);
    after(&live, &broken, |look| look["fault"].is_null() && look["isStale"] == false);

    let config = project.read("tidings.toml");
    project.write("tidings.toml", config.replace("schedule", "shedule"));
    let broken = live.until("a broken config", |look| !look["fault"].is_null());
    assert_eq!(broken["fault"]["line"], 12, "{broken}");
    assert!(broken["fault"]["hint"].as_str().unwrap().contains("schedule") && broken["mail"]["subject"] == "Two");
    project.write("tidings.toml", config);
    live.until("a mended config", |look| look["fault"].is_null());

    // A post that breaks keeps what was good; whoever wants to sees it without.
    project.write("posts/two.md", "---\ntitle: Two\ndate: 2025-05-31\n\nText.\n");
    let broken = live.until("a broken post", |look| !look["fault"].is_null());
    assert!(broken["fault"]["file"].as_str().unwrap().ends_with("posts/two.md"), "{broken}");
    assert!(broken["fault"]["line"].is_u64() && broken["canSkip"] == true, "{broken}");
    assert!(live.get("/frame").body.contains(">Two<"));
    assert!(!live.get("/frame?fresh=true").body.contains(">Two<"));
    save(&project, "two", "Three", "2025-05-31");
    live.until("a mended post", |look| look["fault"].is_null() && look["mail"]["subject"] == "Three");
    drop(live);
    assert_eq!(project.run("send --yes --json").code(0).json()["edition"], 1);
}

#[track_caller]
fn after(live: &Live, before: &Value, holds: impl Fn(&Value) -> bool) -> Value {
    let newer = |look: &Value| look["version"].as_u64() > before["version"].as_u64();
    live.until("a newer one", |look| newer(look) && holds(look))
}

#[test]
fn a_folder_that_is_replaced_is_watched_on() {
    let project = one();
    let live = Live::of(&project);
    live.until("the first", |look| look["mail"]["subject"] == "One");
    for (number, title) in ["Two", "Three"].into_iter().enumerate() {
        fs::rename(project.path("posts"), project.path(&format!("old{number}"))).unwrap();
        fs::create_dir(project.path("posts")).unwrap();
        live.until("an empty folder", |look| look["nothing"].is_string());
        save(&project, "new", title, "2025-05-30");
        live.until("what stands in the new folder", |look| look["mail"]["subject"] == title);
        save(&project, "new", "Again", "2025-05-30");
        live.until("a later save", |look| look["mail"]["subject"] == "Again");
    }
}

#[test]
fn a_project_that_is_broken_from_the_start_opens_with_the_error() {
    let project = one();
    let config = project.read("tidings.toml");
    project.write("tidings.toml", config.replace("[smtp]", "[smpt]"));
    let live = Live::of(&project);
    let look = live.json("/look");
    assert!(look["fault"]["what"].as_str().unwrap().contains("smpt") && look["mail"].is_null(), "{look}");
    assert_eq!(live.get("/frame").status, 200);
    project.write("tidings.toml", config);
    live.until("the mended one", |look| look["mail"]["subject"] == "One");
    drop(live);
    Project::new().run("preview --serve 0").code(78);
    one().run("preview --serve 0 --text a.txt").code(2);
    one().run("preview --serve http://x").code(2);
}

#[test]
fn a_file_that_the_config_misses_may_come_later() {
    let project = one();
    let live = Live::of(&project);
    live.until("the first", |look| look["mail"]["subject"] == "One");
    let config = project.read("tidings.toml").replace("schedule =", "intro_file = \"words/intro.md\"\nschedule =");
    project.write("tidings.toml", config);
    live.until("the fault", |look| look["fault"]["what"].is_string());
    project.write("words/intro.md", "Dear readers.\n");
    live.until("no fault any more", |look| look["fault"].is_null());
}

#[test]
fn what_is_wrong_with_the_subscribers_file_is_a_row() {
    let project = one();
    project.write("subscribers.csv", "email\nada@readers.example\nben@\n");
    let live = Live::of(&project);
    let rows = || live.json("/part/checks")["rows"].as_array().unwrap().clone();
    let about = |rows: Vec<Value>| rows.into_iter().filter(|row| row["rule"] == "subscribers").collect::<Vec<_>>();
    let found = about(rows());
    assert!(found.len() == 1 && found[0]["place"] == "subscribers.csv:3", "{found:?}");
    let before = live.json("/look");
    project.write("subscribers.csv", "email\nada@readers.example\n");
    after(&live, &before, |_| true);
    assert_eq!(about(rows()), Vec::<Value>::new());
}

#[test]
fn a_frozen_edition_does_not_hide_a_broken_template() {
    let project = one();
    project.run("templates new classic").code(0);
    project.run("send --yes").code(0);
    project.store("UPDATE edition SET state = 'held' RETURNING state");
    project.write("templates/classic.mjml", "{% if %}");
    let look = Live::of(&project).json("/look");
    assert!(look["fault"]["file"].as_str().unwrap().ends_with("classic.mjml"), "{look}");
    assert_eq!(look["mail"]["subject"], "One");
    project.run("check").code(65).says("classic.mjml:1");
}

#[test]
fn a_project_without_posts_or_readers_says_so() {
    let project = Project::with_notes("").file("posts/a.md", "---\ntitle: A\ndraft: true\n---\n\nNot yet.\n");
    project.write("subscribers.csv", "email,name\n");
    let live = Live::of(&project);
    let look = live.json("/look");
    assert!(look["nothing"].is_string() && look["run"]["recipients"] == 0 && look["readers"] == serde_json::json!([]));
    assert!(look["run"]["next"]["local"].as_str().unwrap().contains("2 June 2025, 07:30"), "{look}");
    assert_eq!(live.json("/part/why")["out"][0]["reason"], "draft");
    assert!(live.json("/part/checks")["rows"].is_array());
    assert_eq!(live.json("/part/text"), serde_json::json!({}));
    save(&project, "one", "One", "2025-05-30");
    live.until("the first post", |look| look["mail"]["subject"] == "One");
}

#[test]
fn the_test_mail_is_the_preview() {
    let sink = SmtpSink::scripted(|event| {
        let refused = event.stage == Stage::Rcpt && event.line.contains("gone@");
        refused.then(|| "550 5.1.1 nobody of that name".into())
    });
    let project = one();
    let relay = format!("url = \"{}\"\ntls = \"none\"", sink.url());
    project.write("tidings.toml", project.read("tidings.toml").replace("url = \"file:outbox\"", &relay));
    let live = Live::of(&project);
    let frame = live.get("/frame?reader=ada@readers.example").body.replace("<base target=\"_blank\">", "");
    let text = live.json("/part/text?reader=ada@readers.example")["text"].as_str().unwrap().to_owned();
    let sent: Value = serde_json::from_str(&live.post("/test", "{\"address\":\"ada@readers.example\"}").body).unwrap();
    assert_eq!(sent["tested"][0]["outcome"], "sent", "{sent}");
    let gone: Value = serde_json::from_str(&live.post("/test", "{\"address\":\"gone@readers.example\"}").body).unwrap();
    assert_eq!(gone["tested"][0]["outcome"], "bounced", "{gone}");
    assert!(gone["tested"][0]["reply"].as_str().unwrap().contains("nobody of that name"), "{gone}");
    assert_eq!(live.post("/test", "{\"address\":\"ada\"}").status, 422);
    let received = sink.messages();
    let message = MessageParser::default().parse(&received[0].data).unwrap();
    // The frame opens no windows, and answers the question after the night itself.
    let html = message.body_html(0).unwrap().replace("\r\n", "\n").replace(" target=\"_blank\"", "");
    let html = html.replace("prefers-color-scheme: dark", "max-width:0px");
    assert!(untagged(&html) == untagged(&frame), "{}", first_difference(&untagged(&html), &untagged(&frame)));
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), text.trim_end());
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 2, "nothing was consumed");
}

fn first_difference(one: &str, other: &str) -> String {
    let at = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let cut = |text: &str| text[text.floor_char_boundary(at)..].chars().take(80).collect::<String>();
    format!("{}\n{}", cut(one), cut(other))
}

/// A page whose quotation marks say nothing.
fn untagged(html: &str) -> String {
    html.replace("&quot;", "\"").replace("&#39;", "'").replace('"', "'")
}

#[test]
fn a_hundred_at_once_see_one_build() {
    let project = one();
    let live = Live::of(&project);
    let boundaries = thread::scope(|scope| {
        let looks: Vec<_> = (0..100).map(|_| scope.spawn(|| live.json("/part/raw"))).collect();
        let boundary = |look: Value| {
            let raw = look["text"].as_str().unwrap_or_else(|| panic!("{look}"));
            raw.split("boundary=").nth(1).unwrap()[..30].to_owned()
        };
        looks.into_iter().map(|look| boundary(look.join().unwrap())).collect::<Vec<_>>()
    });
    assert!(boundaries.iter().all(|boundary| *boundary == boundaries[0]), "an edition's boundary holds its random id");
}

#[test]
fn servers_are_asked_once_and_again_when_told() {
    let web = Web::start(|_| {
        let feed = "<rss version=\"2.0\"><channel><title>T</title><item><guid>a</guid><title>Far</title>\
            <link>https://harbour.example/far</link><description>A far story told in a sentence.</description></item></channel></rss>";
        Answer::new("200 OK\r\nContent-Type: application/rss+xml", feed)
    });
    let more = format!("[[source]]\nname = \"far\"\nfeed = \"{}/feed\"\n\n[fetch]\nallow_private = true\n", web.url);
    let project = Project::with_notes(&more).post("one", "One", "2025-05-30");
    let live = Live::of(&project);
    let has = |number: u64| move |look: &Value| look["mail"]["posts"] == number;
    live.until("both sources", has(2));
    save(&project, "two", "Two", "2025-05-30");
    live.until("a second post", has(3));
    save(&project, "three", "Three", "2025-05-30");
    live.until("a third", has(4));
    assert_eq!(web.requests().len(), 1);
    assert_eq!(live.post("/fetch", "{}").status, 200);
    live.until("what is fetched again", |_| web.requests().len() == 2);
    assert_eq!(live.json("/look")["mail"]["posts"], 4);
}

#[test]
fn a_locked_store_is_waited_for() {
    let project = one();
    project.run("status").code(0);
    project.store("PRAGMA journal_mode");
    let lock = locked(&project);
    let live = Live::of(&project);
    let look = live.json("/look");
    assert!(look["fault"]["what"].as_str().unwrap().contains("locked"), "{look}");
    drop(lock);
    live.until("an open store", |look| look["mail"]["subject"] == "One");
}

/// Keeps the store from everybody else until it is dropped.
fn locked(project: &Project) -> (tokio::runtime::Runtime, sqlx::SqliteConnection) {
    use sqlx::Connection as _;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let url = format!("sqlite:{}", project.path("tidings.db").display());
    let lock = runtime.block_on(async {
        let mut store = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut store).await.unwrap();
        store
    });
    (runtime, lock)
}

#[test]
fn two_hundred_posts_are_shown() {
    let mut project = Project::with_notes("");
    project.write(
        "tidings.toml",
        project.read("tidings.toml").replace("[smtp]", "[digest.weekly.select]\nmax = 200\n\n[smtp]"),
    );
    for number in 0..200 {
        project = project.post(&format!("p{number}"), &format!("Story {number}"), "2025-05-30");
    }
    let live = Live::of(&project);
    let look = live.json("/look");
    assert_eq!(look["mail"]["posts"], 200);
    assert!(look["mail"]["size"].as_u64() < look["mail"]["clipped"].as_u64(), "{}", look["mail"]["size"]);
    assert_eq!(live.json("/part/why")["in"].as_array().unwrap().len(), 200);
    assert!(live.json("/part/context")["context"]["posts"][199]["title"].is_string());
    let traced = live.json("/part/post?post=0");
    assert!(traced["passages"][0]["spans"].as_array().unwrap().iter().any(|span| span["taken"] == true), "{traced}");
}

#[test]
fn editions_that_went_out_stay_as_they_were() {
    let project = one();
    project.run("send --yes").code(0);
    project.write("posts/one.md", "---\ntitle: Changed\ndate: 2025-05-30\n---\n\nAnother text altogether.\n");
    let project = project.at("2025-06-08T12:00:00Z");
    save(&project, "two", "Two", "2025-06-05");
    let live = Live::of(&project);
    let look = live.json("/look");
    assert_eq!((&look["mail"]["number"], &look["editions"][0]["number"]), (&2.into(), &1.into()), "{look}");
    let past = live.json("/look?edition=1");
    assert_eq!((&past["mail"]["subject"], past["mail"]["isFrozen"].as_bool()), (&"One".into(), Some(true)));
    assert!(live.get("/frame?edition=1").body.contains(">One<"));
    assert!(live.json("/look?edition=9")["fault"]["what"].as_str().unwrap().contains("no edition 9"));
    assert_eq!(live.json("/look?reader=nobody")["mail"], Value::Null);
    let links = live.json("/part/links?reader=ada@readers.example");
    assert!(links["links"].as_array().unwrap().iter().any(|link| link["leaves"] == true), "{links}");
    assert!(links["links"].as_array().unwrap().iter().any(|link| link["title"] == "Two"), "{links}");
    let headers = live.json("/part/headers?reader=ada@readers.example");
    let to = headers["headers"].as_array().unwrap().iter().find(|field| field["name"] == "To").unwrap();
    assert!(to["says"].as_str().unwrap().contains("ada@readers.example"), "{to}");
}
