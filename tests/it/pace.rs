//! How fast a send goes: the config's ceiling, what relays and recipient domains ask for, what relays taught us.

use std::time::{Duration, Instant};

use crate::{
    project::Project,
    resume::{project, reached, wait_for},
    world::sink::{Act, Event, SmtpSink, Stage},
};

fn to_busy(event: &Event) -> bool {
    event.stage == Stage::Rcpt && event.line.contains("@busy.example")
}

/// Readers at two domains, one of which is to be throttled.
fn mixed(sink: &SmtpSink) -> Project {
    let project = project(0, sink);
    let readers = (0..10).map(|n| format!("reader{n}@{}.example\n", if n % 2 == 0 { "calm" } else { "busy" }));
    project.write("subscribers.csv", format!("email\n{}", readers.collect::<String>()));
    project
}

#[test]
fn the_ceiling_is_one_for_all_who_send() {
    let sink = SmtpSink::start();
    let mut project = project(30, &sink);
    project.run_with("send --yes", &[("TIDINGS_SMTP__URL", "smtp://127.0.0.1:9")]).code(75);
    project.environment("TIDINGS_SMTP__RATE", "20/s");
    let begun = Instant::now();
    let mut children = [project.start("send --yes"), project.start("send --yes")];
    for child in &mut children {
        child.wait().unwrap();
    }
    // A tenth of a second's worth goes at once; the other 28 take their 50 ms each.
    assert!(begun.elapsed().as_millis() >= 1_300, "{:?}", begun.elapsed());
    assert!(reached(&sink).len() == 30 && sink.count() == 30);
}

#[test]
fn a_domain_that_asks_for_it_gets_mail_more_slowly() {
    let sink = SmtpSink::scripted(|event| (to_busy(event) && event.nth < 4).then(|| "450 4.7.1 too fast".into()));
    let project = mixed(&sink);
    let one = [("TIDINGS_SMTP__CONNECTIONS", "1")];
    let first = project.run_with("send --yes --json", &one).code(75).json();
    assert_eq!(first["sent"].as_u64().zip(first["deferred"].as_u64()).map(|(a, b)| a + b), Some(10), "{first}");
    // Another process knows it too.
    let status = project.run("status --json").code(0).json();
    assert_eq!(status["throttled"][0]["name"], "@busy.example", "{status}");
    assert!(status["throttled"][0]["rate"].as_f64().unwrap() >= 5.0, "{status}");
    assert_eq!(status["throttled"].as_array().unwrap().len(), 1, "{status}");
    project.run("status").says("@busy.example");
}

#[test]
fn a_relay_that_asks_for_it_gets_mail_more_slowly() {
    let sink =
        SmtpSink::scripted(|event| (event.stage == Stage::End && event.nth == 1).then(|| "421 4.7.0 wait".into()));
    let project = project(8, &sink);
    let again = [("TIDINGS_SMTP__RETRY", "[\"0s\", \"0s\"]")];
    assert_eq!(project.run_with("send --yes --json", &again).code(0).json()["sent"], 8);
    let status = project.run("status --json").code(0).json();
    assert_eq!(status["throttled"][0]["name"], sink.url().trim_start_matches("smtp://"), "{status}");
}

#[test]
fn a_cap_on_messages_is_kept_for_the_next_send() {
    let count = std::sync::Mutex::new(0);
    let sink = SmtpSink::scripted(move |event| {
        let mut count = count.lock().unwrap();
        match event.stage {
            Stage::Greeting => *count = 0,
            Stage::End => *count += 1,
            Stage::Mail if *count == 5 => return Some(Act::Last("421 4.7.0 enough".into())),
            _ => {}
        }
        None
    });
    let mut project = project(20, &sink);
    project.environment("TIDINGS_SMTP__CONNECTIONS", "1");
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 20);
    let refused = || sink.transcript().iter().filter(|line| line.contains("421")).count();
    assert_eq!(refused(), 2);
    for reader in 0..12 {
        project.run(&format!("subscribers add late{reader}@readers.example")).code(0);
    }
    project.run("editions replay 1").code(0);
    assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 32);
    assert_eq!(refused(), 2);
}

#[test]
fn a_long_list_of_one_throttled_domain_keeps_its_pace() {
    let sink = SmtpSink::scripted(|event| {
        (event.stage == Stage::Rcpt && (20..24).contains(&event.nth)).then(|| {
            std::thread::sleep(Duration::from_millis(1_100));
            "450 4.7.1 too fast".into()
        })
    });
    let project = project(30_000, &sink);
    let mut child = project.start_with("send --yes", &[("TIDINGS_SMTP__CONNECTIONS", "1")]);
    wait_for(&sink, 21, &mut child);
    std::thread::sleep(Duration::from_secs(10));
    // Five a second at the least.
    let count = sink.count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(count > 40, "{count}");
}
