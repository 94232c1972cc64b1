use std::io::{Read as _, Write as _};

use super::{super::FetchedFile, *};
use crate::{
    source::{FetchState, GatherContext, Gathered, Kind, Location, Source, Validators, gather},
    zone::Zone,
};

/// Serves each path with the octets given for it; requests are answered with whatever stands there.
fn serve(answers: Vec<(&'static str, Vec<u8>)>) -> String {
    serve_with(move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        if path == "/feed" && request.to_ascii_lowercase().contains("if-none-match: \"v1\"") {
            return answer("304 Not Modified", "", "");
        }
        answers
            .iter()
            .find(|(there, _)| *there == path)
            .map_or_else(|| answer("404 Not Found", "", ""), |(_, octets)| octets.clone())
    })
}

/// Answers each request, its head as text, with the octets that `answer` makes.
fn serve_with(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut request = Vec::new();
                let mut part = [0; 1024];
                // A handshake begins with 0x16 and has no such end.
                while request.first() != Some(&0x16) && !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    match stream.read(&mut part) {
                        Ok(0) | Err(_) => return,
                        Ok(read) => request.extend_from_slice(&part[..read]),
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                if request.contains(" /slow ") {
                    // Never answers; the client gives up and closes, which ends this read.
                    let _ = stream.read(&mut part);
                    return;
                }
                if request.contains(" /endless ") {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                    while stream.write_all(&[b'x'; 65_536]).is_ok() {}
                    return;
                }
                let _ = stream.write_all(&answer(&request));
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
    gather(&sources, &GatherContext { limits, past, zone: Zone::utc(), now: now() }).await
}

#[track_caller]
fn told(gathered: &Gathered, source: &str, state: FetchState, words: &str) {
    let fetched = gathered.fetched.iter().find(|fetched| fetched.source == source).unwrap();
    assert_eq!(fetched.state, state, "{source}: {:?}", gathered.problems);
    let told: Vec<_> = gathered
        .problems
        .iter()
        .filter(|problem| problem.source == source)
        .map(|problem| problem.diagnostic.message.as_str())
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
    assert_eq!(first.fetched[0].posts[0].tags, ["added"]);
    told(&first, "s0", FetchState::Read, "");
    told(&first, "s1", FetchState::Failed, "410");
    told(&first, "s2", FetchState::Unchanged, "2025-01-09 11:00 UTC");
    told(&first, "s3", FetchState::Failed, "500");
    told(&first, "s4", FetchState::Failed, "makes no sense");
    told(&first, "s5", FetchState::Failed, "");
    told(&first, "s6", FetchState::Failed, "web page");
    told(&first, "s7", FetchState::Failed, "404");

    let second = ask(&limits(), &first.validators, &urls).await;
    told(&second, "s0", FetchState::Unchanged, "");
    told(&second, "s1", FetchState::Failed, "not asked again");
    told(&second, "s2", FetchState::Unchanged, "asked not to be asked");
    assert_eq!(second.validators[&urls[0]], first.validators[&urls[0]]);
}

#[tokio::test]
async fn what_is_too_large_or_too_slow_is_cut() {
    let mut bomb = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n".to_vec();
    bomb.extend_from_slice(include_bytes!("../../../../tests/fixtures/feeds/zeros.gz"));
    let base = serve(vec![("/bomb", bomb)]);
    let urls: Vec<String> = ["/bomb", "/endless"].iter().map(|path| format!("{base}{path}")).collect();
    let gathered = ask(&limits(), &Validators::new(), &urls).await;
    told(&gathered, "s0", FetchState::Failed, "larger than 100000 octets");
    told(&gathered, "s1", FetchState::Failed, "larger than 100000 octets");
    let hurried = Limits { timeout: Duration::from_millis(200), ..limits() };
    let gathered = ask(&hurried, &Validators::new(), &[format!("{base}/slow")]).await;
    told(&gathered, "s0", FetchState::Failed, "within 200 ms");
}

#[tokio::test]
async fn private_addresses_are_refused_before_and_after_resolving() {
    let base = serve(vec![("/feed", answer("200 OK", "", FEED))]);
    let guarded = Limits { allow_private: false, ..limits() };
    let named = base.replace("127.0.0.1", "localhost");
    let gathered = ask(&guarded, &Validators::new(), &[format!("{base}/feed"), format!("{named}/feed")]).await;
    told(&gathered, "s0", FetchState::Failed, "private address");
    told(&gathered, "s1", FetchState::Failed, "private address");
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
    told(&gathered, "s0", FetchState::Failed, "redirects more than 5 times");
    told(&gathered, "s1", FetchState::Failed, "");
    told(&gathered, "s2", FetchState::Read, "");
}

#[tokio::test]
async fn cookies_live_through_one_requests_redirects() {
    let base = serve_with(|request| {
        let lower = request.to_ascii_lowercase();
        match lower.split(' ').nth(1) {
            Some("/feed") if lower.contains("cookie: seen=1") => answer("200 OK", "", FEED),
            Some("/auth") => answer("302 Found", "Location: /feed\r\nSet-Cookie: seen=1; Path=/\r\n", ""),
            Some("/bare") if lower.contains("cookie:") => answer("200 OK", "", FEED),
            Some("/bare") => answer("403 Forbidden", "", ""),
            _ => answer("302 Found", "Location: /auth\r\n", ""),
        }
    });
    let gathered = ask(&limits(), &Validators::new(), &[format!("{base}/feed")]).await;
    told(&gathered, "s0", FetchState::Read, "");
    let gathered = ask(&limits(), &Validators::new(), &[format!("{base}/feed"), format!("{base}/bare")]).await;
    told(&gathered, "s1", FetchState::Failed, "the server refused (403)");
    assert!(gathered.problems[0].diagnostic.hint.as_ref().unwrap().contains("fetch.user_agent"));
}

#[tokio::test]
async fn passwords_in_addresses_are_not_told() {
    let gathered = ask(&limits(), &Validators::new(), &["http://user:secret@127.0.0.1:1/feed".to_owned()]).await;
    told(&gathered, "s0", FetchState::Failed, "nobody answers");
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
    assert_eq!(read("4000000000"), Some(MAX_RETRY_AFTER.num_seconds()));
    assert_eq!(read("soon"), None);
}

#[tokio::test]
async fn private_addresses_are_refused_however_they_are_written() {
    let guarded = Limits { allow_private: false, ..limits() };
    let urls: Vec<String> = ["2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "[::1]", "169.254.169.254"]
        .iter()
        .map(|host| format!("http://{host}/"))
        .collect();
    let gathered = ask(&guarded, &Validators::new(), &urls).await;
    for at in 0..urls.len() {
        told(&gathered, &format!("s{at}"), FetchState::Failed, "private address");
    }
    let gathered =
        ask(&limits(), &Validators::new(), &["file:///etc/passwd".into(), "gopher://harbour.example/".into()]).await;
    told(&gathered, "s0", FetchState::Failed, "`file:` addresses are not fetched");
    told(&gathered, "s1", FetchState::Failed, "`gopher:` addresses are not fetched");
}

#[tokio::test]
async fn a_public_host_may_not_redirect_to_a_private_address() {
    let base = serve_with(|_| answer("302 Found", "Location: http://127.0.0.1:9/secret\r\n", ""));
    let address = base.trim_start_matches("http://").parse().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .no_proxy()
        .resolve("harbour.example", address)
        .redirect(address_guard::redirects(false))
        .build()
        .unwrap();
    let error = client.get(format!("http://harbour.example:{}/away", address.port())).send().await.unwrap_err();
    assert!(explain_error(&error, limits().timeout).message.contains("`127.0.0.1` is a private address"), "{error:?}");
}

#[tokio::test]
async fn a_server_without_encryption_is_told_in_words() {
    let base = serve(vec![]);
    let gathered = ask(&limits(), &Validators::new(), &[base.replace("http:", "https:") + "/feed"]).await;
    told(&gathered, "s0", FetchState::Failed, "no secure connection");
}

#[tokio::test]
async fn validators_of_every_kind_are_sent_and_hold_no_password() {
    let base = serve_with(|request| {
        let lower = request.to_ascii_lowercase();
        assert!(lower.contains("user-agent: tidings/"), "{request}");
        match lower.lines().find_map(|line| line.strip_prefix("if-modified-since: ")) {
            Some("thu, 09 jan 2025 10:00:00 gmt") => answer("304 Not Modified", "", ""),
            Some(_) => answer("200 OK", "", &FEED.replace("One", "Two")),
            None => answer("200 OK", "Last-Modified: Thu, 09 Jan 2025 10:00:00 GMT\r\n", FEED),
        }
    });
    let url = base.replace("http://", "http://me:secret@") + "/feed";
    let first = ask(&limits(), &Validators::new(), std::slice::from_ref(&url)).await;
    told(&first, "s0", FetchState::Read, "");
    assert!(!format!("{:?}", first.validators).contains("secret"));
    let second = ask(&limits(), &first.validators, std::slice::from_ref(&url)).await;
    told(&second, "s0", FetchState::Unchanged, "");
    let mut later = second.validators.clone();
    for validator in later.values_mut() {
        validator.last_modified = Some("Wed, 08 Jan 2025 10:00:00 GMT".to_owned());
    }
    let third = ask(&limits(), &later, &[url]).await;
    assert_eq!(third.fetched[0].posts[0].title, "Two");
}

#[tokio::test]
async fn whole_articles_are_fetched_and_failing_pages_keep_the_text_of_the_feed() {
    let base = serve_with(|request| {
        let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
        let item = |name: &str| {
            format!(
                "<item><guid>{name}</guid><title>{name}</title><link>http://{host}/{name}</link><description>From the feed.</description></item>"
            )
        };
        match request.split(' ').nth(1).unwrap_or_default() {
            "/feed" => {
                let items: String = ["good", "missing", "empty"].into_iter().map(item).collect();
                answer("200 OK", "", &format!("<rss version='2.0'><channel><title>T</title>{items}</channel></rss>"))
            }
            "/good" => answer(
                "200 OK",
                "Content-Type: text/html\r\n",
                "<html><body><h1>good</h1><p>By Jane Doe on January 9, 2025</p><p>The whole article is a good deal longer than what the feed said of it.</p></body></html>",
            ),
            "/empty" => answer("200 OK", "", "<html></html>"),
            _ => answer("404 Not Found", "", ""),
        }
    });
    let source = Source {
        name: "s0".to_owned(),
        kind: Kind::Feed(Location::Web(Url::parse(&format!("{base}/feed")).unwrap())),
        tags: Vec::new(),
        full_text: true,
    };
    let past = Validators::new();
    let context = GatherContext { limits: &limits(), past: &past, zone: Zone::utc(), now: now() };
    let gathered = gather(&[source], &context).await;
    let posts = &gathered.fetched[0].posts;
    assert!(posts[0].body.contains("a good deal longer"), "{:?}", posts[0]);
    assert_eq!(posts[0].authors, ["Jane Doe"]);
    for post in &posts[1..] {
        assert_eq!((post.body.as_str(), post.description.as_deref()), ("", Some("From the feed.")));
    }
    assert_eq!(gathered.problems.len(), 2, "{:?}", gathered.problems);
    assert!(
        gathered.problems[0].diagnostic.message.contains("404")
            && gathered.problems[1].diagnostic.message.contains("no article")
    );
}

#[tokio::test]
async fn of_a_picture_no_more_is_fetched_than_is_asked_for() {
    let base = serve(vec![
        ("/small", answer("200 OK", "", "abc")),
        ("/sick", answer("500 Internal Server Error", "", "")),
        ("/busy", answer("429 Too Many Requests", "", "")),
        ("/refused", answer("403 Forbidden", "", "")),
    ]);
    let fetcher = Fetcher::new(&limits());
    let url = |path: &str| Url::parse(&format!("{base}{path}")).unwrap();
    let got = |octets: &[u8]| FetchedFile::Got(octets.to_vec());
    assert_eq!(fetcher.whole(&url("/small")).await, got(b"abc"));
    assert_eq!(fetcher.start(&url("/small"), 2, |_| false).await, got(b"ab"));
    assert_eq!(fetcher.start(&url("/endless"), 1_000, |_| false).await, got(&[b'x'; 1_000]));
    let early = fetcher.start(&url("/endless"), usize::MAX, |octets| octets.len() > 10).await;
    assert!(matches!(early, FetchedFile::Got(octets) if octets.len() <= 1_000_000));
    for (path, words, is_final) in [
        ("/endless", "larger than 100000", true),
        ("/gone", "404", true),
        ("/refused", "403", true),
        ("/sick", "500", false),
        ("/busy", "429", false),
        ("/slow", "no whole answer", false),
    ] {
        match fetcher.whole(&url(path)).await {
            FetchedFile::Refused(why) if is_final => assert!(why.message.contains(words), "{path}: {why}"),
            FetchedFile::Failed(why) if !is_final => assert!(why.message.contains(words), "{path}: {why}"),
            other => panic!("{path}: {other:?}"),
        }
    }
    assert!(matches!(fetcher.whole(&Url::parse("https://harbour.example/a").unwrap()).await, FetchedFile::Refused(_)));
    let strict = Fetcher::new(&Limits { allow_private: false, ..limits() });
    for private in
        [url("/small"), Url::parse("https://x.test/").unwrap(), Url::parse("ftp://harbour.example/").unwrap()]
    {
        assert!(matches!(strict.whole(&private).await, FetchedFile::Refused(_)), "{private}");
    }
}
