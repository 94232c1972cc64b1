//! `POST /bounces/NAME`: what mail providers report is applied before it is answered, and what is foreign changes nothing.

use std::sync::{Arc, Mutex};

use mail_parser::MessageParser;
use serde_json::{Value, json};
use tidings::{
    config::Config,
    internals::web::{AskSns, Site as Pages, router, serve},
    source::fetch::{EndpointClient, EndpointReply},
    store::Store,
};

use crate::{
    project::Project,
    world::{
        providers::{CERTIFICATE, CONFIRM, Post, Sendgrid, Sns, TOPIC, basic, mailgun, resend},
        site::{Answer, Site},
    },
};

const KEY: &str = "key-0123456789abcdef";
const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Noon of 1 June 2025, as the tests' clock has it.
const NOW: i64 = 1_748_779_200;

/// A project with a webhook of each provider that has mailed Ada, Ben and Cid.
fn sent(keys: &Sendgrid) -> Project {
    let mut tables = format!(
        "[bounce.webhook.ses]\ntopic = \"{TOPIC}\"\n\n\
         [bounce.webhook.second-account]\nprovider = \"brevo\"\nsecret_file = \"brevo.key\"\n\n"
    );
    let secrets = [
        ("mailgun", KEY.to_owned()),
        ("postmark", KEY.to_owned()),
        ("brevo", KEY.to_owned()),
        ("resend", WHSEC.to_owned()),
        ("sendgrid", keys.public_key()),
    ];
    for (name, _) in &secrets {
        tables.push_str(&format!("[bounce.webhook.{name}]\nsecret_file = \"{name}.key\"\n\n"));
    }
    let project = Project::with_notes(&tables)
        .post("one", "The first post", "2025-05-30")
        .file("subscribers.csv", "email\nada@readers.example\nben@readers.example\ncid@readers.example\n");
    for (name, secret) in secrets {
        secret_file(&project, name, &format!("{secret}\n"));
    }
    project.run("send --yes").code(0);
    project
}

fn secret_file(project: &Project, name: &str, secret: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let name = format!("{name}.key");
    project.write(&name, secret);
    std::fs::set_permissions(project.path(&name), std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// The header of the mail to a reader, unfolded.
fn header(project: &Project, reader: &str, name: &str) -> String {
    let outbox = project.outbox();
    let mail = outbox.iter().find(|(_, octets)| {
        let message = MessageParser::default().parse(octets.as_slice()).unwrap();
        message.to().unwrap().first().unwrap().address() == Some(&format!("{reader}@readers.example"))
    });
    let message = MessageParser::default().parse(mail.unwrap().1.as_slice()).unwrap();
    message.header_raw(name).unwrap_or_else(|| panic!("no {name}")).trim().replace("\r\n", "").to_owned()
}

fn post(site: &Site, name: &str, post: &Post) -> Answer {
    let head: String = post.head.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    site.ask("POST", &format!("/bounces/{name}"), &head, &post.body)
}

/// Status and state of each reader: `ada suppressed bounced`.
fn state(project: &Project) -> String {
    project.store(
        "SELECT group_concat(line, ', ') FROM (SELECT substr(s.address, 1, 3) || ' ' || s.status || ' ' || d.state
            || (SELECT CASE count(*) WHEN 0 THEN '' ELSE ' left' END FROM departure x WHERE x.subscriber = s.id) AS line
         FROM subscriber s JOIN delivery d ON d.subscriber = s.id ORDER BY s.address)",
    )
}

fn mailgun_event(project: &Project, reader: &str, words: &str) -> Value {
    let id = header(project, reader, "Message-ID");
    json!({
        "event": "failed", "severity": "permanent", "reason": "bounce", "recipient": format!("{reader}@readers.example"),
        "delivery-status": { "code": 550, "message": words },
        "message": { "headers": { "message-id": id.trim_matches(['<', '>']) } },
    })
}

#[test]
fn each_provider_takes_readers_off() {
    let keys = Sendgrid::new();
    let unknown = "5.1.1 no such user";
    let project = sent(&keys);
    let id = |reader: &str| header(&project, reader, "Message-ID");
    // What each provider gives back is in the mail.
    let metadata = header(&project, "ben", "X-PM-Metadata-tidings");
    let custom = header(&project, "cid", "X-Mailin-custom");
    let arguments: Value = serde_json::from_str(&header(&project, "cid", "X-SMTPAPI")).unwrap();
    assert!(id("ben").contains(&metadata) && id("cid").contains(&custom), "{metadata} {custom}");
    assert_eq!(arguments["unique_args"]["tidings"], custom.as_str());

    let site = Site::start(&project);
    let event = mailgun_event(&project, "ada", unknown);
    post(&site, "mailgun", &mailgun(KEY, &event, NOW, "one")).status(200).says("1 taken");
    assert_eq!(state(&project), "ada suppressed bounced, ben active sent, cid active sent");

    let opt_out = json!({ "RecordType": "SubscriptionChange", "SuppressSending": true,
        "SuppressionReason": "ManualSuppression", "Recipient": "ben@readers.example", "Metadata": { "tidings": metadata } });
    post(&site, "postmark", &basic(KEY, &opt_out)).status(200);
    assert_eq!(state(&project), "ada suppressed bounced, ben active sent left, cid active sent");

    let soft = json!({ "event": "soft_bounce", "email": "cid@readers.example", "X-Mailin-custom": custom,
        "reason": "552 5.2.2 the mailbox is full" });
    let bearer = Post::new(soft.to_string()).with("authorization", format!("Bearer {KEY}"));
    post(&site, "second-account", &bearer).status(200);
    assert_eq!(state(&project), "ada suppressed bounced, ben active sent left, cid active bounced");

    let complaint = json!([
        { "event": "delivered", "email": "cid@readers.example", "tidings": custom },
        { "event": "spamreport", "email": "cid@readers.example", "tidings": custom },
    ]);
    post(&site, "sendgrid", &keys.post(&complaint, NOW)).status(200).says("2 taken");
    assert_eq!(state(&project), "ada suppressed bounced, ben active sent left, cid suppressed bounced");

    let bounced = json!({ "type": "email.bounced", "data": { "message_id": id("ben"), "to": ["ben@readers.example"],
        "bounce": { "type": "Permanent", "subType": "General", "diagnosticCode": [format!("smtp; 550 {unknown}")] } } });
    post(&site, "resend", &resend(WHSEC, &bounced, NOW, "msg_1")).status(200);
    assert_eq!(state(&project), "ada suppressed bounced, ben suppressed bounced left, cid suppressed bounced");
    project.run("subscribers show ben@readers.example").code(0).says("550 5.1.1 no such user");
    site.get("/metrics")
        .status(200)
        .says("tidings_webhook_events_total{webhook=\"mailgun\",outcome=\"suppressed\"} 1\n")
        .says("tidings_webhook_events_total{webhook=\"sendgrid\",outcome=\"ignored\"} 1\n")
        .says("tidings_http_requests_total{page=\"bounces\",code=\"2xx\"} 5\n");
}

#[test]
fn what_is_foreign_twice_or_late_changes_nothing() {
    let keys = Sendgrid::new();
    let project = sent(&keys);
    let site = Site::start(&project);
    let event = mailgun_event(&project, "ada", "5.1.1 no such user");
    let before = state(&project);
    let good = mailgun(KEY, &event, NOW, "one");
    let large = format!("{{\"x\":\"{}\"}}", "a".repeat(3 << 20));
    for (name, posted, status) in [
        ("mailgun", mailgun("another", &event, NOW, "one"), 403),
        ("mailgun", mailgun(KEY, &event, NOW - 100_000, "one"), 403),
        ("mailgun", mailgun(KEY, &event, NOW + 1_000, "one"), 403),
        ("mailgun", Post::new(event.to_string()), 401),
        ("mailgun", Post::new("{\"signature\":"), 400),
        ("mailgun", Post::new(large.clone()), 413),
        ("postmark", Post::new(large), 413),
        ("postmark", basic("another secret, long", &event), 403),
        ("postmark", Post::new(event.to_string()), 401),
        ("postmark", Post { body: "[".repeat(100_000), ..basic(KEY, &event) }, 400),
        ("sendgrid", Sendgrid::new().post(&json!([]), NOW), 403),
        ("resend", resend("whsec_AAAA", &event, NOW, "x"), 403),
        ("ses", Post::new(event.to_string()), 401),
        ("ses", Post::new("\u{0}"), 400),
        ("sendmail", good.clone(), 404),
        ("", good.clone(), 404),
        ("mailgun/x", good.clone(), 404),
        ("mailgun", mailgun(KEY, &json!({ "event": "of another kind" }), NOW, "two"), 200),
        ("brevo", basic(KEY, &json!([1, null, "x", {}, []])), 200),
    ] {
        assert_eq!(post(&site, name, &posted).status, status, "{name}");
        assert_eq!(state(&project), before);
    }
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(site.ask(method, "/bounces/mailgun", "", "").status(405).field("allow"), "post,options");
    }
    let refused = post(&site, "postmark", &Post::new("{}"));
    assert!(refused.field("www-authenticate").starts_with("basic"), "{}", refused.head);

    post(&site, "mailgun", &good).status(200);
    let after = state(&project);
    assert_eq!(after, "ada suppressed bounced, ben active sent, cid active sent");
    // Twice, and what comes too late to say anything.
    post(&site, "mailgun", &good).status(200);
    post(&site, "mailgun", &mailgun(KEY, &event, NOW + 60, "three")).status(200);
    let mut delivered = event.clone();
    delivered["event"] = "delivered".into();
    post(&site, "mailgun", &mailgun(KEY, &delivered, NOW, "four")).status(200);
    // A signature that somebody saw is good for no other event.
    let other = mailgun_event(&project, "ben", "5.1.1 no such user");
    post(&site, "mailgun", &mailgun(KEY, &other, NOW, "one")).status(403).says("used before");
    post(&site, "mailgun", &mailgun(KEY, &other, NOW, "four")).status(403);
    assert_eq!(state(&project), after);
    // A reader who was let in again is not taken off by an event of the time before.
    project.run("subscribers lift ada@readers.example --why again").code(0);
    post(&site, "mailgun", &good).status(200);
    assert!(state(&project).starts_with("ada active"), "{}", state(&project));
}

#[test]
fn a_secret_is_read_anew_and_where_there_is_none_the_provider_comes_again() {
    let project = sent(&Sendgrid::new());
    let site = Site::start(&project);
    let event = mailgun_event(&project, "ada", "5.2.2 mailbox full");
    std::fs::remove_file(project.path("mailgun.key")).unwrap();
    post(&site, "mailgun", &mailgun(KEY, &event, NOW, "one")).status(503);
    secret_file(&project, "mailgun", "new-key\n");
    post(&site, "mailgun", &mailgun(KEY, &event, NOW, "one")).status(403);
    secret_file(&project, "mailgun", &format!("new-key\n{KEY}\n"));
    post(&site, "mailgun", &mailgun(KEY, &event, NOW, "one")).status(200);
    assert!(state(&project).starts_with("ada active bounced"), "{}", state(&project));
}

#[test]
fn check_tells_what_keeps_webhooks_from_working() {
    let project = sent(&Sendgrid::new());
    let told = |project: &Project| project.run("check").stdout;
    assert!(!told(&project).contains("webhook"), "{}", told(&project));
    std::fs::remove_file(project.path("mailgun.key")).unwrap();
    secret_file(&project, "resend", "re_123");
    secret_file(&project, "postmark", "short");
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(project.path("brevo.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = told(&project);
    for words in ["cannot read the secret file", "no `whsec_`", "shorter than 16", "others can read the secret file"] {
        assert!(said.contains(words), "no `{words}` in:\n{said}");
    }
    let text = project.read("tidings.toml").replace("public_url = \"https://news.harbour.example\"", "");
    project.write("tidings.toml", text);
    project.write("tidings.toml", project.read("tidings.toml") + "\n");
    assert!(told(&project).contains("no `web.public_url` that providers can post to"), "{}", told(&project));
}

#[test]
fn a_webhook_that_lacks_something_is_no_config() {
    for (table, words) in [
        ("[bounce.webhook.mailgum]\nsecret_file = \"x\"", "did you mean `mailgun`?"),
        ("[bounce.webhook.relay]\nsecret_file = \"x\"", "add a `provider`, one of ses, mailgun"),
        ("[bounce.webhook.mailgun]", "there is no `secret_file` for `mailgun`"),
        ("[bounce.webhook.ses]", "there is no `topic` that SES publishes to"),
        ("[bounce.webhook.ses]\ntopic = \"bounces\"", "`topic` is no ARN"),
        ("[bounce.webhook.ses]\ntopic = \"x\"\nsecret_file = \"x\"", "`secret_file` means nothing for SES"),
        ("[bounce.webhook.brevo]\ntopic = \"x\"\nsecret_file = \"x\"", "`topic` means nothing but for SES"),
        ("[bounce.webhook.resend]\nsecret_file = \"whsec_c2VjcmV0\"", "names a file, and here is the secret itself"),
        ("[bounce.webhook.\"a/b\"]\nprovider = \"brevo\"\nsecret_file = \"x\"", "cannot stand in an address"),
        ("[bounce.webhook.a]\nprovider = \"brev\"\nsecret_file = \"x\"", "did you mean `brevo`?"),
    ] {
        let ran = Project::with_notes(table).run("next").code(78).says(words);
        assert!(!ran.stderr.contains("c2VjcmV0"), "{}", ran.stderr);
    }
}

/// The pages of a project in this process, on loopback, with an Amazon SNS of its own.
struct OwnPages {
    runtime: tokio::runtime::Runtime,
    address: std::net::SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl OwnPages {
    fn start(project: &Project, answer: impl Fn(&str) -> EndpointReply + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        let ask_sns: AskSns = Arc::new(move |url| {
            seen.lock().unwrap().push(url.to_string());
            let answer = answer(url.as_str());
            Box::pin(async move { answer })
        });
        let now = chrono::DateTime::from_timestamp(NOW, 0).unwrap();
        let config = Arc::new(Config::load(&project.path("tidings.toml"), &[]).unwrap());
        let address = runtime.block_on(async {
            let store = Store::open(&project.path("tidings.db"), now).await.unwrap();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (_, config) = tokio::sync::watch::channel(config);
            let pages = router(Pages { config, store, clock: Arc::new(move || now), ask_sns });
            tokio::spawn(serve(listener, pages, std::future::pending()));
            address
        });
        Self { runtime, address, asked }
    }

    fn post(&self, body: &Value) -> (u16, String) {
        let body = body.to_string();
        let request = format!(
            "POST /bounces/ses HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/plain\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let answer = self.runtime.block_on(async {
            let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        });
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }
}

#[test]
fn amazon_subscribes_and_reports_with_its_certificate() {
    let project = sent(&Sendgrid::new());
    let sns = Sns::new();
    let certificate = sns.certificate.clone();
    let pages = OwnPages::start(&project, move |url| match url {
        CERTIFICATE => EndpointReply::Answer(certificate.clone().into_bytes()),
        CONFIRM => EndpointReply::Answer(b"<ConfirmSubscriptionResponse/>".to_vec()),
        _ => EndpointReply::Status(403),
    });
    let at = "2025-06-01T11:59:30.000Z";
    assert_eq!(pages.post(&sns.confirmation("SubscriptionConfirmation", at)).0, 200);
    assert_eq!(*pages.asked.lock().unwrap(), [CERTIFICATE, CONFIRM]);

    let event = json!({ "eventType": "Bounce", "bounce": { "bounceType": "Permanent", "bounceSubType": "General",
            "bouncedRecipients": [{ "emailAddress": "ada@readers.example", "diagnosticCode": "smtp; 550 5.1.1 unknown" }] },
        "mail": { "headers": [{ "name": "Message-ID", "value": header(&project, "ada", "Message-ID") }] } });
    let notice = sns.notification(&event, at);
    for _ in 0..2 {
        assert_eq!(pages.post(&notice).0, 200);
        assert_eq!(state(&project), "ada suppressed bounced, ben active sent, cid active sent");
    }
    // A certificate that has verified something is asked for once.
    assert_eq!(pages.asked.lock().unwrap().len(), 2);

    let mut forged = notice.clone();
    forged["Message"] = notice["Message"].as_str().unwrap().replace("ada", "ben").into();
    assert_eq!(pages.post(&forged).0, 403);
    let mut elsewhere = notice.clone();
    elsewhere["SigningCertURL"] = "https://sns.eu-west-1.amazonaws.com/other.pem".into();
    assert_eq!(pages.post(&sns.signed(elsewhere.clone())).0, 403);
    elsewhere["SigningCertURL"] = "https://evil.example/x.pem".into();
    assert_eq!(pages.post(&sns.signed(elsewhere)).0, 403);
    assert_eq!(pages.asked.lock().unwrap().len(), 3);
    assert_eq!(pages.post(&sns.confirmation("UnsubscribeConfirmation", at)).0, 200);
    assert_eq!(pages.asked.lock().unwrap().len(), 3);
    assert_eq!(state(&project), "ada suppressed bounced, ben active sent, cid active sent");
}

#[test]
fn a_certificate_that_cannot_be_had_is_asked_for_again_later_and_not_often() {
    let project = sent(&Sendgrid::new());
    let sns = Sns::new();
    let pages = OwnPages::start(&project, |_| EndpointReply::Failed("no answer within 5s".to_owned()));
    let notice = sns.notification(&json!({ "eventType": "Bounce" }), "2025-06-01T11:59:30.000Z");
    for _ in 0..30 {
        let (status, answer) = pages.post(&notice);
        assert!(status == 429 && answer.contains("retry-after"), "{answer}");
    }
    assert!(pages.asked.lock().unwrap().len() < 15);
}

#[test]
fn what_is_asked_of_amazon_leads_nowhere_else() {
    use std::io::{Read as _, Write as _};
    let answers = ["200 OK\r\nContent-Length: 2\r\n\r\nok", "302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"];
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap()).parse().unwrap();
    let server = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let read = stream.read(&mut [0; 1_024]).unwrap();
            assert!(read > 0);
            stream
                .write_all(format!("HTTP/1.1 {answer}").replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())
                .unwrap();
        }
    });
    let client = EndpointClient::new(std::time::Duration::from_secs(20), 100);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(runtime.block_on(client.get(&url)), EndpointReply::Answer(b"ok".to_vec()));
    assert_eq!(runtime.block_on(client.get(&url)), EndpointReply::Status(302));
    server.join().unwrap();
}

#[test]
fn who_writes_much_and_slowly_leaves_room_for_who_does_not() {
    use std::io::{Read as _, Write as _};
    let project = sent(&Sendgrid::new());
    let site = Site::start(&project);
    let slow: Vec<_> = (0..16)
        .map(|_| {
            let mut stream = site.connect();
            let head =
                "POST /bounces/mailgun HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            // Who is told to go on has a place.
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).unwrap();
            assert_eq!(&answer, b"HTTP/1.1 100");
            stream
        })
        .collect();
    let large = Post::new(format!("{{\"x\":\"{}\"}}", "a".repeat(70_000)));
    post(&site, "mailgun", &large).status(429);
    let event = mailgun_event(&project, "ada", "5.1.1 no such user");
    post(&site, "mailgun", &mailgun(KEY, &event, NOW, "one")).status(200);
    drop(slow);
    assert!((0..10_000).any(|_| post(&site, "mailgun", &large).status == 401));
}
