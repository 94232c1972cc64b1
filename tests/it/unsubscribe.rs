//! Leaving a digest from outside: by the mail's own link, as providers and people do it.

use std::{
    io::{Read as _, Write as _},
    process::Command,
    sync::{Mutex, mpsc},
    time::{Duration, Instant},
};

use mail_parser::MessageParser;

use crate::{
    project::Project,
    world::{
        server::find,
        sink::{Act, SmtpSink, Stage},
        site::Site,
    },
};

const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

fn project() -> Project {
    Project::with_notes("").post("one", "The first post", "2025-05-30")
}

/// A project that has sent its first edition, and the path of each reader's link, in the order of the outbox.
fn sent() -> (Project, Vec<String>) {
    let project = project();
    project.run("send --yes").code(0);
    let links = links(&project);
    (project, links)
}

fn links(project: &Project) -> Vec<String> {
    project.outbox().iter().map(|(_, octets)| link(octets)).collect()
}

/// The path of a message's link.
pub fn link(octets: &[u8]) -> String {
    let message = MessageParser::default().parse(octets).unwrap();
    let raw = message.header_raw("List-Unsubscribe").unwrap().trim().trim_matches(['<', '>']).to_owned();
    raw.strip_prefix("https://news.harbour.example").unwrap().to_owned()
}

fn departures(project: &Project) -> String {
    project.store("SELECT CAST(count(*) AS TEXT) FROM departure")
}

/// Sends the next edition and says to whom.
fn next_goes_to(project: &mut Project, day: u32) -> Vec<String> {
    let _ = std::fs::remove_dir_all(project.path("outbox"));
    let title = format!("News of day {day}");
    project.write(
        &format!("posts/day{day}.md"),
        format!("---\ntitle: {title}\ndate: 2025-06-{day:02}\n---\n\nWords of the day, {day} of them.\n"),
    );
    project.set_clock(&format!("2025-06-{day:02}T12:00:00Z"));
    project.run("send --yes").code(0);
    project.outbox().iter().map(|(_, octets)| name(octets)).collect()
}

/// The left side of the address that a message goes to.
pub fn name(octets: &[u8]) -> String {
    let message = MessageParser::default().parse(octets).unwrap();
    message.to().unwrap().first().unwrap().address().unwrap().split('@').next().unwrap().to_owned()
}

#[test]
fn a_provider_takes_a_reader_off_with_one_post() {
    for (at, kind) in ["urlencoded", "multipart"].into_iter().enumerate() {
        let (mut project, _) = sent();
        let message = project.path("outbox").join(&project.outbox()[at].0);
        let site = Site::start(&project);
        for _ in 0..2 {
            let mut python = Command::new(find("python3").expect("python3"));
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/oneclick.py");
            let out = python.arg(script).arg(&message).arg(site.address.to_string()).arg(kind).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&out.stdout), "200\n", "{}", String::from_utf8_lossy(&out.stderr));
        }
        assert_eq!(departures(&project), "1");
        assert_eq!(next_goes_to(&mut project, 2), [["ben", "ada"][at]]);
    }
}

#[test]
fn looking_changes_nothing() {
    let (project, links) = sent();
    let site = Site::start(&project);
    for _ in 0..100 {
        site.get(&links[0]).status(200).says("Unsubscribe from Notes?");
        let head = site.ask("HEAD", &links[0], "", "").status(200);
        assert_eq!(head.body, "");
        let options = site.ask("OPTIONS", &links[0], "", "").status(204);
        assert_eq!(options.field("allow"), "get,head,options,post");
    }
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let answer = site.ask(method, &links[0], "", "").status(405);
        assert!(answer.field("allow").contains("post"), "{}", answer.head);
    }
    assert_eq!(departures(&project), "0");
}

#[test]
fn a_reader_comes_back_by_the_same_link() {
    let (mut project, links) = sent();
    let site = Site::start(&project);
    site.post(&links[0], ONE_CLICK).status(200).says("You are unsubscribed").says("Subscribe again");
    site.get(&links[0]).status(200).says("You are unsubscribed");
    site.post(&links[0], "return=yes").status(200).says("You are subscribed again");
    site.get(&links[0]).says("Unsubscribe from Notes?");
    assert_eq!(next_goes_to(&mut project, 2), ["ada", "ben"]);
    site.post(&links[0], "leave=all").status(200).says("no more mail from Notes").says("Subscribe again");
    assert_eq!(project.store("SELECT status FROM subscriber WHERE id = 1"), "unsubscribed");
    assert_eq!(next_goes_to(&mut project, 3), ["ben"]);
    site.post(&links[0], "return=yes").status(200).says("You are subscribed again");
    assert_eq!(next_goes_to(&mut project, 4), ["ada", "ben"]);
}

#[test]
fn nobody_who_is_suppressed_is_revived() {
    let (project, links) = sent();
    project.store("UPDATE subscriber SET status = 'suppressed' WHERE id = 1 RETURNING status");
    let site = Site::start(&project);
    for form in [ONE_CLICK, "return=yes", "leave=all", "return=yes"] {
        site.post(&links[0], form).status(200);
        assert_eq!(project.store("SELECT status FROM subscriber WHERE id = 1"), "suppressed");
    }
    site.get(&links[0]).status(200).says("No mail goes to this address").says("notes@harbour.example");
}

#[test]
fn a_link_of_a_preview_or_a_test_says_so() {
    let project = project();
    project.run("preview --eml sample.eml").code(0);
    let link = link(project.read("sample.eml").as_bytes());
    let site = Site::start(&project);
    site.get(&link).status(200).says("This link came with a preview");
    for form in [ONE_CLICK, "return=yes", "leave=all"] {
        site.post(&link, form).status(200).says("This link came with a preview");
    }
    assert_eq!(departures(&project), "0");
}

#[test]
fn tokens_that_nobody_signed_all_look_alike() {
    let (project, links) = sent();
    let octets = project.outbox()[0].1.clone();
    let message = MessageParser::default().parse(&octets).unwrap();
    let token = links[0].strip_prefix("/u/").unwrap().to_owned();
    let other = links[1].strip_prefix("/u/").unwrap();
    let site = Site::start(&project);
    let unknown = site.get("/u/x").status(404).says("This link does not work");
    let swapped = format!("{}{}", &token[..token.len() - 8], &other[other.len() - 8..]);
    let mut flipped = token.clone().into_bytes();
    flipped[10] ^= 1;
    let id = message.message_id().unwrap().split('@').next().unwrap();
    let oversize = "A".repeat(5_000);
    let forged = [
        "",
        "%00",
        "%ff%fe",
        "..%2f..%2fetc%2fpasswd",
        &token[1..],
        &token[..token.len() - 1],
        &swapped,
        &String::from_utf8(flipped).unwrap(),
        &format!("{token}{token}"),
        &format!("{token}/{token}"),
        &format!("{token}="),
        id,
        &oversize,
    ];
    for token in forged {
        for answer in [site.get(&format!("/u/{token}")), site.post(&format!("/u/{token}"), ONE_CLICK)] {
            assert_eq!((answer.status, &answer.body), (404, &unknown.body), "{token}");
        }
    }
    // Ten thousand more, over one connection: none does anything, most are told to wait, and a reader never is.
    let mut stream = site.connect();
    let mut seed = 1_u64;
    let mut statuses = [0; 2];
    for round in 0..10_000 {
        let mut random = String::new();
        while random.len() < 44 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            random.push(char::from(digits[(seed >> 58) as usize]));
        }
        let request =
            format!("POST /u/{random} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{ONE_CLICK}", ONE_CLICK.len());
        stream.write_all(request.as_bytes()).unwrap();
        match status_of_next(&mut stream) {
            404 => statuses[0] += 1,
            429 => statuses[1] += 1,
            other => panic!("{other} for {random}"),
        }
        if round == 5_000 {
            assert_eq!(departures(&project), "0");
            site.post(&links[1], ONE_CLICK).status(200);
        }
    }
    assert!(statuses[1] > 1_000, "{statuses:?}");
    assert_eq!(departures(&project), "1");
    site.post(&links[0], ONE_CLICK).status(200);
}

/// Reads one answer of a connection that stays open.
fn status_of_next(stream: &mut std::net::TcpStream) -> u16 {
    let mut head = Vec::new();
    let mut octet = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut octet).unwrap();
        head.push(octet[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    stream.read_exact(&mut vec![0; length]).unwrap();
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn who_leaves_in_the_middle_of_a_send_gets_not_another_mail() {
    let (arrived, first) = mpsc::channel();
    let (go, going) = mpsc::channel::<()>();
    let going = Mutex::new(Some(going));
    let sink = SmtpSink::scripted(move |event| {
        // The first message is on its way while the others leave.
        if (event.stage, event.nth) == (Stage::Rcpt, 0) {
            arrived.send(()).unwrap();
            let _ = going.lock().unwrap().take().unwrap().recv_timeout(Duration::from_secs(60));
        }
        None::<Act>
    });
    let mut project = project();
    let readers: String = (10..50).map(|n| format!("reader{n}@readers.example\n")).collect();
    project.write("subscribers.csv", format!("email\n{readers}"));
    // An edition before, so that everybody has a link.
    project.run("send --yes").code(0);
    let links = links(&project);
    project
        .write("posts/two.md", "---\ntitle: The second post\ndate: 2025-06-02\n---\n\nIt has words of its own too.\n");
    project.set_clock("2025-06-02T12:00:00Z");
    project.environment("TIDINGS_SMTP__URL", sink.url());
    project.environment("TIDINGS_SMTP__TLS", "none");
    project.environment("TIDINGS_SMTP__CONNECTIONS", "1");
    let site = Site::start(&project);
    let mut sending = project.start("send --yes");
    first.recv_timeout(Duration::from_secs(60)).unwrap();
    for link in &links[1..] {
        site.post(link, ONE_CLICK).status(200);
    }
    go.send(()).unwrap();
    sending.wait().unwrap();
    let to: Vec<String> = sink.messages().into_iter().flat_map(|message| message.to).collect();
    assert_eq!(to, ["reader10@readers.example"]);
    assert_eq!(
        project.store("SELECT CAST(count(*) AS TEXT) FROM delivery WHERE edition = 2 AND state = 'skipped'"),
        "39"
    );
}

#[test]
fn pages_speak_the_readers_language() {
    let languages = ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja", "zh", "ar"];
    let project = project();
    let readers: String = languages.iter().map(|l| format!("{l}@readers.example,{l}\n")).collect();
    project.write("subscribers.csv", format!("email,language\n{readers}"));
    project.run("send --yes").code(0);
    let site = Site::start(&project);
    let mut seen = std::collections::BTreeSet::new();
    for (_, message) in project.outbox() {
        let (link, language) = (&link(&message), &name(&message));
        let dir = if language == "ar" { "rtl" } else { "ltr" };
        for page in [site.get(link), site.post(link, ONE_CLICK), site.post(link, "return=yes")] {
            let page = page.status(200).says(&format!("<html lang=\"{language}\" dir=\"{dir}\">"));
            assert!(!page.body.contains('{'.to_string().repeat(2).as_str()));
            seen.insert(page.body.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned());
        }
    }
    assert_eq!(seen.len(), 33, "{seen:#?}");
}

#[test]
fn a_page_has_no_cookie_no_script_and_a_strict_policy() {
    let (project, links) = sent();
    let site = Site::start(&project);
    for page in [site.get(&links[0]), site.post(&links[0], ONE_CLICK), site.get("/u/x"), site.get("/archive/")] {
        assert!(!page.body.contains("<script") && page.field("set-cookie").is_empty());
        let policy = page.field("content-security-policy");
        for part in [
            "default-src 'none'",
            "style-src 'sha256-",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!((page.field("x-content-type-options"), page.field("referrer-policy")), ("nosniff", "no-referrer"));
    }
    let page = site.get(&links[0]);
    assert_eq!((page.field("cache-control"), page.field("x-robots-tag")), ("no-store", "noindex, nofollow"));
    // Nothing that a page shows leads to a token.
    assert!(!page.body.contains(&links[0]));
}

#[test]
fn the_listener_withstands_what_is_thrown_at_it() {
    let (project, links) = sent();
    let site = Site::start(&project);
    // Too much to say.
    let start = Instant::now();
    site.post(&links[0], &"a".repeat(10_000_000)).status(413);
    let chunk = format!("{:x}\r\n{}\r\n", 60_000, "a".repeat(60_000)).repeat(3);
    let head = format!("POST {} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", links[0]);
    assert_eq!(site.say(format!("{head}{chunk}0\r\n\r\n").as_bytes()).status, 413);
    assert!(start.elapsed() < Duration::from_secs(10));
    // No Host, two of them, nonsense.
    for (request, status) in [
        ("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
        ("GET /healthz HTTP/1.0\r\n\r\n", 200),
        ("\0\u{1}\u{2}\r\n\r\n", 400),
        ("GET healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404),
        ("POST /u/x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST /u/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
    ] {
        assert_eq!(site.say(request.as_bytes()).status, status, "{request}");
    }
    // Several requests at once.
    let one = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut stream = site.connect();
    stream.write_all(one.repeat(20).as_bytes()).unwrap();
    assert!((0..20).all(|_| status_of_next(&mut stream) == 200));
    // Who says nothing, and who says half, stands in nobody's way.
    let mut idle = Vec::new();
    for at in 0..1_000 {
        let mut stream = site.connect();
        if at % 3 > 0 {
            let _ = stream.write_all(b"POST /u/x HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\nList-");
        }
        idle.push(stream);
    }
    let start = Instant::now();
    site.post(&links[0], ONE_CLICK).status(200);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(departures(&project), "1");
}

#[test]
fn a_wrong_host_changes_no_link_and_stops_nobody() {
    let (project, links) = sent();
    let site = Site::start(&project);
    let as_host = |path: &str, host: &str| {
        site.say(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
    };
    for host in ["evil.example", "127.0.0.1", "[::1]:80", ""] {
        for path in ["/archive/", "/feed.xml", &links[0]] {
            let answer = as_host(path, host).status(200);
            assert!(!answer.body.contains("evil"), "{}", answer.body);
        }
        as_host("/archive/", host).says("https://news.harbour.example/archive/weekly/1");
    }
    site.say(format!("POST {} HTTP/1.1\r\nHost: proxy:8787\r\nConnection: close\r\n\r\n", links[0]).as_bytes())
        .status(200);
    assert_eq!(departures(&project), "1");
}
