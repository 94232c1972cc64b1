//! Whole conversations with a scripted server.

use std::{path::PathBuf, sync::Arc, time::Duration};

use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};

use super::*;
use crate::{
    deliver::{Blame, Error, Outcome, Relay, Tls, transport::tests::message},
    message::Message,
};

mod groups;
#[path = "../../../tests/it/world/sink.rs"]
mod sink;

use sink::{Act, Encryption, Event, SmtpSink, Stage};

fn relay(sink: &SmtpSink, tls: Tls) -> Relay {
    Relay {
        host: "127.0.0.1".into(),
        port: sink.port(),
        tls,
        tls_ca: None,
        credentials: None,
        helo: Some("us.example".into()),
    }
}

/// Long enough for a slow machine, but for the one phase that a test lets pass.
fn deadlines() -> Deadlines {
    let all = Duration::from_secs(20);
    Deadlines {
        connect: all,
        tls: all,
        greeting: all,
        command: all,
        data: all,
        block: all,
        end: all,
        quit: all,
        ahead: all,
    }
}

async fn plain(sink: &SmtpSink) -> Session {
    Session::open(&relay(sink, Tls::None), deadlines(), None).await.unwrap()
}

/// A server that does `act` the first time it comes to `stage`.
fn once(stage: Stage, act: impl Into<Act>) -> SmtpSink {
    let act = act.into();
    SmtpSink::scripted(move |event| (event.stage == stage && event.nth == 0).then(|| act.clone()))
}

/// The same at the third time, after two messages; `features` are what EHLO says besides.
fn third(stage: Stage, act: &Act, features: &'static str) -> SmtpSink {
    let act = act.clone();
    SmtpSink::scripted(move |event| match event.stage {
        Stage::Ehlo => Some(Act::Reply(format!("250-sink.example{features}\r\n250 SIZE 0"))),
        _ => (event.stage == stage && event.nth == 2).then(|| act.clone()),
    })
}

fn numbered(number: usize) -> Message {
    let octets = format!("Subject: {number}\r\n\r\n{number}\r\n");
    Message { message_id: format!("<{number}@harbour.example>"), ..message(&octets) }
}

/// Delivers six messages over one session, each announced with the one before, and gives back what became of them.
async fn six(session: &mut Session) -> Vec<&'static str> {
    let messages: Vec<Message> = (0..6).map(numbered).collect();
    let mut outcomes = Vec::new();
    for (number, message) in messages.iter().enumerate() {
        outcomes.push(kind(&session.deliver(message, messages.get(number + 1)).await));
    }
    outcomes
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent(_) => "sent",
        Outcome::Rejected(rejection) => match rejection.meaning.blame {
            Blame::Us => "us",
            Blame::Message | Blame::Reader | Blame::Unclear => "bounced",
            Blame::Mailbox | Blame::Peer => "deferred",
        },
        Outcome::Unreached(_) => "unreached",
        Outcome::Cut(_) => "cut",
        Outcome::InDoubt(_) => "in doubt",
    }
}

/// One message meets trouble, the next one must go through over `connections`; the same when others came before it,
/// in groups of commands and without.
async fn check(stage: Stage, act: impl Into<Act>, expect: &str, connections: usize) {
    let act = act.into();
    for features in ["", "\r\n250-PIPELINING"] {
        let sink = third(stage, &act, features);
        let mut session = plain(&sink).await;
        let outcomes = six(&mut session).await;
        session.close().await;
        // A connection that served before and is closed was idle for too long or carried enough, and is replaced.
        let is_closed = matches!(&act, Act::Last(reply) if reply.starts_with("421"));
        let expect = if is_closed || stage == Stage::Mail && matches!(act, Act::Last(_)) { "sent" } else { expect };
        let transcript = sink.transcript();
        assert_eq!(outcomes, ["sent", "sent", expect, "sent", "sent", "sent"], "{stage:?} {act:?} {transcript:#?}");
        assert_eq!(sink.connections(), connections, "{stage:?} {act:?}: {transcript:#?}");
        let mut subjects: Vec<_> = sink.messages().into_iter().map(|message| message.data).collect();
        subjects.dedup();
        let says_so = act == Act::DisconnectAfterTaking || (stage == Stage::End && act == Act::Last("2".into()));
        let was_taken = expect == "sent" || says_so;
        let lost = usize::from(!was_taken);
        assert_eq!(subjects.len(), 6 - lost, "{stage:?} {act:?}: {transcript:#?}");
    }
    let sink = once(stage, act.clone());
    let mut session = plain(&sink).await;
    let first = session.deliver(&message("Subject: 1\r\n\r\n1\r\n"), None).await;
    assert_eq!(kind(&first), expect, "{stage:?} {act:?}: {first:?}");
    let second = session.deliver(&message("Subject: 2\r\n\r\n2\r\n"), None).await;
    assert_eq!(kind(&second), "sent", "{stage:?} {act:?}: {second:?}");
    session.close().await;
    assert_eq!(sink.connections(), connections, "{stage:?} {act:?}: {:#?}", sink.transcript());
}

#[tokio::test]
async fn a_message_arrives_octet_for_octet() {
    let sink = SmtpSink::start();
    let mut session = plain(&sink).await;
    let octets = format!("Subject: x\r\n\r\n.\r\n..\r\n{}", "dot.\r\n.".repeat(50_000) + "\r\n");
    for _ in 0..2 {
        assert_eq!(kind(&session.deliver(&message(&octets), None).await), "sent");
    }
    session.close().await;
    let received = sink.messages();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].from, "bounce@harbour.example");
    assert_eq!(received[0].to, ["ana@lisbon.example"]);
    assert!(received[0].data == octets.as_bytes());
    assert_eq!(sink.connections(), 1);
    assert!(sink.transcript().contains(&format!("C: MAIL FROM:<bounce@harbour.example> SIZE={}", octets.len())));
}

#[tokio::test]
async fn a_refusal_concerns_one_message_and_keeps_the_connection() {
    for stage in [Stage::Mail, Stage::Rcpt, Stage::Data, Stage::End] {
        check(stage, "451 4.3.0 later", "deferred", 1).await;
        check(stage, "550 5.1.1 nobody", if stage == Stage::Mail { "us" } else { "bounced" }, 1).await;
        check(stage, "550-5.7.26 not\r\n550 5.7.26 authenticated", "us", 1).await;
        check(stage, "530 login first", "us", 1).await;
        let slowly = Act::Slowly("550-5.1.1 no\r\n550 5.1.1 body".into());
        check(stage, slowly, if stage == Stage::Mail { "us" } else { "bounced" }, 1).await;
    }
}

#[tokio::test]
async fn a_closing_server_defers_and_is_called_again() {
    for stage in [Stage::Mail, Stage::Rcpt, Stage::Data, Stage::End] {
        check(stage, Act::Last("421 4.3.2 closing".into()), "deferred", 2).await;
    }
}

#[tokio::test]
async fn a_lost_connection_is_in_doubt_only_after_the_dot() {
    check(Stage::Mail, Act::Disconnect, "sent", 2).await;
    check(Stage::Rcpt, Act::Disconnect, "cut", 2).await;
    check(Stage::Data, Act::Disconnect, "cut", 2).await;
    check(Stage::End, Act::Disconnect, "in doubt", 2).await;
    check(Stage::End, Act::DisconnectAfterTaking, "in doubt", 2).await;
}

#[tokio::test]
async fn garbage_is_never_taken_for_consent() {
    for octets in ["\u{7f}\u{ff}\r\n", "250", "HTTP/1.1 200 OK\r\n", "250-a\r\n251 b\r\n", "350 hm\r\n"] {
        let act = || if octets == "250" { Act::Last("2".into()) } else { Act::Raw(octets.as_bytes().to_vec()) };
        check(Stage::Rcpt, act(), "cut", 2).await;
        check(Stage::Data, act(), "cut", 2).await;
        check(Stage::End, act(), "in doubt", 2).await;
    }
    check(Stage::Data, "250 no, go on", "cut", 2).await;
    check(Stage::End, Act::Endlessly(b"250-more\r\n".to_vec()), "in doubt", 2).await;
    check(Stage::End, Act::Endlessly(b"x".to_vec()), "in doubt", 2).await;
    check(Stage::Rcpt, Act::Raw(b"250 ok\r\n354 go\r\n250 taken\r\n".to_vec()), "cut", 2).await;
}

#[tokio::test]
async fn a_stalled_server_does_not_hold_us() {
    for (stage, expect) in [(Stage::Mail, "cut"), (Stage::Rcpt, "cut"), (Stage::Data, "cut"), (Stage::End, "in doubt")]
    {
        let sink = once(stage, Act::Stall);
        let mut session = plain(&sink).await;
        let short = Duration::from_millis(50);
        session.deadlines = Deadlines { command: short, data: short, end: short, ..deadlines() };
        assert_eq!(kind(&session.deliver(&message("x"), None).await), expect, "{stage:?}");
    }
    let sink = once(Stage::Greeting, Act::Stall);
    let short = Deadlines { greeting: Duration::from_millis(50), ..deadlines() };
    let refused = Session::open(&relay(&sink, Tls::None), short, None).await;
    assert!(matches!(refused, Err(Error::Unreachable(..))), "{refused:?}");
}

#[tokio::test]
async fn an_idle_connection_that_died_is_replaced() {
    for act in [Act::Disconnect, Act::Last("421 4.4.2 idle for too long".into())] {
        let sink = SmtpSink::scripted(move |event| (event.stage == Stage::Mail && event.nth == 1).then(|| act.clone()));
        let mut session = plain(&sink).await;
        for _ in 0..2 {
            assert_eq!(kind(&session.deliver(&message("x"), None).await), "sent");
        }
        assert_eq!((sink.connections(), sink.messages().len()), (2, 2));
    }
}

#[tokio::test]
async fn a_server_that_has_gone_is_unreached() {
    let sink = SmtpSink::start();
    let (mut session, gone) = (plain(&sink).await, relay(&sink, Tls::None));
    drop(sink);
    let outcome = session.deliver(&message("x"), None).await;
    assert_eq!(kind(&outcome), "unreached", "{outcome:?}");
    let refused = Session::open(&gone, deadlines(), None).await;
    assert!(matches!(refused, Err(Error::Unreachable(..))), "{refused:?}");
}

#[tokio::test]
async fn greetings_are_judged() {
    async fn check(stage: Stage, act: Act, expect: fn(&Error) -> bool) {
        let sink = once(stage, act.clone());
        let error = Session::open(&relay(&sink, Tls::None), deadlines(), None).await.unwrap_err();
        assert!(expect(&error), "{act:?}: {error:?}");
    }
    let is_later: fn(&Error) -> bool = |error| matches!(error, Error::Unreachable(..));
    let is_never: fn(&Error) -> bool = |error| matches!(error, Error::Rejected { .. });
    check(Stage::Greeting, "421 too busy".into(), is_later).await;
    check(Stage::Greeting, "554 not you".into(), is_never).await;
    check(Stage::Greeting, Act::Raw(b"HTTP/1.1 400\r\n".to_vec()), is_later).await;
    check(Stage::Greeting, Act::Endlessly(b"220-more\r\n".to_vec()), is_later).await;
    check(Stage::Greeting, Act::Disconnect, is_later).await;
    check(Stage::Ehlo, "451 later".into(), is_later).await;
    check(Stage::Ehlo, "550 no".into(), is_never).await;
}

#[tokio::test]
async fn an_old_server_gets_helo() {
    let sink = once(Stage::Ehlo, "502 what?");
    assert_eq!(kind(&plain(&sink).await.deliver(&message("x"), None).await), "sent");
    assert!(sink.transcript().contains(&"C: HELO us.example".to_owned()));
    assert!(sink.transcript().contains(&"C: MAIL FROM:<bounce@harbour.example>".to_owned()));
}

#[tokio::test]
async fn what_the_server_cannot_take_is_not_sent() {
    let sink = once(Stage::Ehlo, "250-sink.example\r\n250 SIZE 10");
    let mut session = plain(&sink).await;
    assert_eq!(kind(&session.deliver(&message("longer than ten"), None).await), "us");
    let beyond_ascii = Message { needs_smtputf8: true, ..message("short") };
    assert_eq!(kind(&session.deliver(&beyond_ascii, None).await), "bounced");
    assert_eq!(kind(&session.deliver(&message("short"), None).await), "sent");
    assert!(!sink.transcript().iter().any(|line| line.contains("SMTPUTF8")));
}

#[tokio::test]
async fn smtputf8_is_asked_for_where_it_is_needed() {
    let sink = SmtpSink::start();
    let recipient = "zoë@lisbon.example".parse().unwrap();
    let beyond_ascii = Message { needs_smtputf8: true, recipient, ..message("x") };
    assert_eq!(kind(&plain(&sink).await.deliver(&beyond_ascii, None).await), "sent");
    assert!(sink.transcript().iter().any(|line| line.ends_with("BODY=8BITMIME SMTPUTF8")));
}

/// A server's certificate for `name`, signed by itself, and the same as a PEM file.
fn certificate(name: &str) -> (Arc<rustls::ServerConfig>, PathBuf, tempfile::TempDir) {
    let own = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::from_pem_slice(own.signing_key.serialize_pem().as_bytes()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, own.cert.pem()).unwrap();
    (Arc::new(config), file, folder)
}

#[track_caller]
fn refusal(opened: Result<Session, Error>) -> String {
    match opened {
        Err(why @ (Error::Refused(_) | Error::Rejected { .. })) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_is_checked_and_so_is_its_name() {
    for tls in [Tls::Required, Tls::Implicit] {
        let with =
            |config| if tls == Tls::Implicit { Encryption::Implicit(config) } else { Encryption::StartTls(config) };
        let (config, file, _folder) = certificate("127.0.0.1");
        let sink = SmtpSink::encrypted(with(config), |_| None);
        let unknown = refusal(Session::open(&relay(&sink, tls), deadlines(), None).await);
        assert!(unknown.contains("certificate") && unknown.contains("tls_ca"), "{unknown}");
        let known = Relay { tls_ca: Some(file), ..relay(&sink, tls) };
        let mut session = Session::open(&known, deadlines(), None).await.unwrap();
        assert_eq!(kind(&session.deliver(&message(&"x\r\n".repeat(100_000)), None).await), "sent");
        session.close().await;

        let (config, file, _folder) = certificate("other.example");
        let sink = SmtpSink::encrypted(with(config), |_| None);
        let wrong_name = Relay { tls_ca: Some(file), ..relay(&sink, tls) };
        assert!(refusal(Session::open(&wrong_name, deadlines(), None).await).contains("certificate"));
        assert!(!sink.transcript().iter().any(|line| line.contains("MAIL")));
    }
}

#[tokio::test]
async fn no_mail_goes_in_clear_where_tls_is_required() {
    let stripped = SmtpSink::start();
    assert!(refusal(Session::open(&relay(&stripped, Tls::Required), deadlines(), None).await).contains("STARTTLS"));
    let (config, file, _folder) = certificate("127.0.0.1");
    let injected = SmtpSink::encrypted(Encryption::StartTls(config), |event: &Event| {
        (event.stage == Stage::StartTls).then(|| Act::Reply("220 go\r\n250-sink.example\r\n250 AUTH PLAIN".into()))
    });
    let relay = Relay { tls_ca: Some(file), ..relay(&injected, Tls::Required) };
    assert!(refusal(Session::open(&relay, deadlines(), None).await).contains("in between"));
}

#[tokio::test]
async fn a_broken_root_file_is_reported() {
    let sink = SmtpSink::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&file, pem).unwrap();
        let relay = Relay { tls_ca: Some(file.clone()), ..relay(&sink, Tls::Required) };
        assert!(refusal(Session::open(&relay, deadlines(), None).await).contains("smtp.tls_ca"));
    }
}

/// Logs in at a server with these features and gives back its transcript.
async fn log_in(auth: &'static str, reply: Option<&'static str>) -> (Result<Session, Error>, Vec<String>) {
    let (config, file, _folder) = certificate("127.0.0.1");
    let sink = SmtpSink::encrypted(Encryption::StartTls(config), move |event: &Event| match event.stage {
        Stage::Ehlo if event.nth == 1 => Some(Act::Reply(format!("250-sink.example\r\n250 {auth}"))),
        Stage::Auth => reply.map(Act::from),
        _ => None,
    });
    let credentials = Some(("notes".to_owned(), "s3cret".to_owned().into()));
    let relay = Relay { tls_ca: Some(file), credentials, ..relay(&sink, Tls::Required) };
    let opened = Session::open(&relay, deadlines(), None).await;
    (opened, sink.transcript())
}

#[tokio::test]
async fn each_mechanism_logs_in() {
    let (plain, transcript) = log_in("AUTH LOGIN PLAIN", None).await;
    assert!(plain.is_ok() && transcript.contains(&"C: AUTH PLAIN AG5vdGVzAHMzY3JldA==".to_owned()));
    let (login, transcript) = log_in("AUTH LOGIN", None).await;
    assert!(login.is_ok() && transcript.contains(&"C: czNjcmV0".to_owned()), "{login:?}");
    let (bearer, transcript) = log_in("AUTH XOAUTH2", None).await;
    assert!(bearer.is_ok() && transcript.iter().any(|line| line.starts_with("C: AUTH XOAUTH2 ")));
}

#[tokio::test]
async fn a_refused_login_is_told_without_the_password() {
    let echo = "535 5.7.8 no: AUTH PLAIN AG5vdGVzAHMzY3JldA== s3cret";
    let why = refusal(log_in("AUTH PLAIN", Some(echo)).await.0);
    assert!(why.contains("535") && !why.contains("s3cret") && !why.contains("AG5vdGVz"), "{why}");
    assert!(refusal(log_in("SIZE 0", None).await.0).contains("no login"));
    assert!(refusal(log_in("AUTH GSSAPI", None).await.0).contains("GSSAPI"));
    let (later, _) = log_in("AUTH PLAIN", Some("454 4.7.0 later")).await;
    assert!(matches!(later, Err(Error::Unreachable(..))));
}

#[tokio::test]
async fn a_password_never_goes_in_clear() {
    let sink = once(Stage::Ehlo, "250-sink.example\r\n250 AUTH PLAIN LOGIN");
    let credentials = Some(("notes".to_owned(), "s3cret".to_owned().into()));
    let relay = Relay { credentials, ..relay(&sink, Tls::None) };
    assert!(refusal(Session::open(&relay, deadlines(), None).await).contains("clear"));
    assert_eq!(sink.connections(), 0);
    assert!(!format!("{relay:?}").contains("s3cret"));
}
