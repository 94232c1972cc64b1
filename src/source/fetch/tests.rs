use std::io::{Read as _, Write as _};

use chrono_tz::Tz;

use super::*;
use crate::source::{Context, Gathered, Kind, Location, Source, State, Validators, gather};

/// Serves each path with the octets given for it; requests are answered with whatever stands there.
fn serve(answers: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let answers = answers.clone();
            std::thread::spawn(move || {
                let mut request = Vec::new();
                let mut part = [0; 1024];
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    match stream.read(&mut part) {
                        Ok(0) | Err(_) => return,
                        Ok(read) => request.extend_from_slice(&part[..read]),
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let known = request.to_ascii_lowercase().contains("if-none-match: \"v1\"");
                let answer = if known && path == "/feed" {
                    answer("304 Not Modified", "", "")
                } else {
                    answers
                        .iter()
                        .find(|(there, _)| *there == path)
                        .map_or_else(|| answer("404 Not Found", "", ""), |(_, octets)| octets.clone())
                };
                if path == "/slow" {
                    // Never answers; the client gives up and closes, which ends this read.
                    let _ = stream.read(&mut part);
                    return;
                }
                if path == "/endless" {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                    while stream.write_all(&[b'x'; 65_536]).is_ok() {}
                    return;
                }
                let _ = stream.write_all(&answer);
            });
        }
    });
    format!("http://{address}")
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}

const FEED: &str =
    "<rss version='2.0'><channel><title>T</title><item><guid>1</guid><title>One</title></item></channel></rss>";

fn limits() -> Limits {
    Limits { allow_private: true, max_bytes: 100_000, timeout: Duration::from_millis(1_500), ..Limits::default() }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_736_416_800, 0).unwrap()
}

async fn ask(limits: &Limits, past: &Validators, urls: &[String]) -> Gathered {
    let sources: Vec<Source> = urls
        .iter()
        .enumerate()
        .map(|(at, url)| Source {
            name: format!("s{at}"),
            kind: Kind::Feed(Location::Web(Url::parse(url).unwrap())),
            tags: vec!["added".to_owned()],
            full_text: false,
        })
        .collect();
    gather(&sources, &Context { limits, past, zone: Tz::UTC, now: now() }).await
}

#[track_caller]
fn told(gathered: &Gathered, source: &str, state: State, words: &str) {
    let harvest = gathered.harvests.iter().find(|harvest| harvest.source == source).unwrap();
    assert_eq!(harvest.state, state, "{source}: {:?}", gathered.problems);
    let told: Vec<_> = gathered
        .problems
        .iter()
        .filter(|problem| problem.source == source)
        .map(|problem| problem.message.as_str())
        .collect();
    assert!(
        told.iter().any(|message| message.contains(words)) || (words.is_empty() && told.is_empty()),
        "{source}: {told:?}"
    );
}

#[tokio::test]
async fn five_sources_in_trouble_do_not_stop_the_sixth() {
    let base = serve(vec![
        ("/feed", answer("200 OK", "ETag: \"v1\"\r\n", FEED)),
        ("/gone", answer("410 Gone", "", "")),
        ("/busy", answer("429 Too Many Requests", "Retry-After: 3600\r\n", "")),
        ("/sick", answer("500 Internal Server Error", "", "")),
        ("/garbage", b"\x00\xff\x00garbage\r\n\r\n".to_vec()),
        ("/nothing", Vec::new()),
        ("/page", answer("200 OK", "", "<!doctype html><html></html>")),
    ]);
    let urls: Vec<String> = ["/feed", "/gone", "/busy", "/sick", "/garbage", "/nothing", "/page", "/missing"]
        .iter()
        .map(|path| format!("{base}{path}"))
        .collect();
    let first = ask(&limits(), &Validators::new(), &urls).await;
    assert_eq!(first.harvests[0].posts[0].tags, ["added"]);
    told(&first, "s0", State::Read, "");
    told(&first, "s1", State::Failed, "410");
    told(&first, "s2", State::Unchanged, "2025-01-09 11:00 UTC");
    told(&first, "s3", State::Failed, "500");
    told(&first, "s4", State::Failed, "makes no sense");
    told(&first, "s5", State::Failed, "");
    told(&first, "s6", State::Failed, "web page");
    told(&first, "s7", State::Failed, "404");

    let second = ask(&limits(), &first.validators, &urls).await;
    told(&second, "s0", State::Unchanged, "");
    told(&second, "s1", State::Failed, "not asked again");
    told(&second, "s2", State::Unchanged, "asked not to be asked");
    assert_eq!(second.validators[&urls[0]], first.validators[&urls[0]]);
}

#[tokio::test]
async fn what_is_too_large_or_too_slow_is_cut() {
    let mut bomb = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n".to_vec();
    bomb.extend_from_slice(include_bytes!("../../../tests/fixtures/feeds/zeros.gz"));
    let base = serve(vec![("/bomb", bomb)]);
    let urls: Vec<String> = ["/bomb", "/endless"].iter().map(|path| format!("{base}{path}")).collect();
    let gathered = ask(&limits(), &Validators::new(), &urls).await;
    told(&gathered, "s0", State::Failed, "larger than 100000 octets");
    told(&gathered, "s1", State::Failed, "larger than 100000 octets");
    let hurried = Limits { timeout: Duration::from_millis(200), ..limits() };
    let gathered = ask(&hurried, &Validators::new(), &[format!("{base}/slow")]).await;
    told(&gathered, "s0", State::Failed, "within 200 ms");
}

#[tokio::test]
async fn private_addresses_are_refused_before_and_after_resolving() {
    let base = serve(vec![("/feed", answer("200 OK", "", FEED))]);
    let guarded = Limits { allow_private: false, ..limits() };
    let named = base.replace("127.0.0.1", "localhost");
    let gathered = ask(&guarded, &Validators::new(), &[format!("{base}/feed"), format!("{named}/feed")]).await;
    told(&gathered, "s0", State::Failed, "private address");
    told(&gathered, "s1", State::Failed, "private address");
}

#[tokio::test]
async fn redirects_are_limited_and_checked() {
    let base = serve(vec![
        ("/loop", answer("302 Found", "Location: /loop\r\n", "")),
        ("/file", answer("302 Found", "Location: file:///etc/passwd\r\n", "")),
        ("/moved", answer("301 Moved Permanently", "Location: /feed\r\n", "")),
        ("/feed", answer("200 OK", "", FEED)),
    ]);
    let urls: Vec<String> = ["/loop", "/file", "/moved"].iter().map(|path| format!("{base}{path}")).collect();
    let gathered = ask(&limits(), &Validators::new(), &urls).await;
    told(&gathered, "s0", State::Failed, "redirects more than 5 times");
    told(&gathered, "s1", State::Failed, "");
    told(&gathered, "s2", State::Read, "");
}

#[tokio::test]
async fn passwords_in_addresses_are_not_told() {
    let gathered = ask(&limits(), &Validators::new(), &["http://user:secret@127.0.0.1:1/feed".to_owned()]).await;
    told(&gathered, "s0", State::Failed, "nobody answers");
    assert!(!format!("{:?}", gathered.problems).contains("secret"));
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let read = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers, now()).map(|until| (until - now()).num_seconds())
    };
    assert_eq!(read("120"), Some(120));
    assert_eq!(read("Thu, 09 Jan 2025 10:01:00 GMT"), Some(60));
    assert_eq!(read("Thu, 09 Jan 2020 10:01:00 GMT"), None);
    assert_eq!(read("4000000000"), Some(LONGEST_WAIT.num_seconds()));
    assert_eq!(read("soon"), None);
}
