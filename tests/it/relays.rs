//! Relays that refuse: whose fault it is, and that nobody is harmed by what is not theirs.

use crate::{
    project::Project,
    world::sink::{Act, SmtpSink, Stage},
};

/// Twelve readers at four domains.
fn project(sink: &SmtpSink) -> Project {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let readers: String = (0..12).map(|n| format!("reader{n}@dom{}.example\n", n % 4)).collect();
    project.write("subscribers.csv", format!("email\n{readers}"));
    call(&project, "file:outbox", &sink.url());
    project
}

fn call(project: &Project, from: &str, to: &str) {
    let config = project.read("tidings.toml").replace(from, to);
    let config = if config.contains("tls =") { config } else { config.replace("[smtp]", "[smtp]\ntls = \"none\"") };
    project.write("tidings.toml", config);
}

fn status(project: &Project, status: &str) -> usize {
    project.run("subscribers list").code(0).stdout.matches(status).count()
}

#[test]
fn a_relay_that_refuses_the_sender_harms_nobody_and_is_quoted() {
    // Where it is said, what is said, and how `send` ends.
    const REFUSALS: [(Stage, &str, i32); 12] = [
        (Stage::End, "554 Message rejected: Email address is not verified.", 4),
        (Stage::End, "550 5.4.5 Daily user sending limit exceeded.", 75),
        (Stage::Mail, "554 5.2.252 SendAsDenied; not allowed to send as this one", 4),
        (Stage::Rcpt, "550 5.7.64 TenantAttribution; Relay Access Denied", 4),
        (Stage::End, "454 Sending paused for this account", 4),
        (Stage::Rcpt, "554 5.7.1 Relay access denied", 4),
        (Stage::Mail, "530 5.7.0 Authentication required", 4),
        (Stage::End, "451 Maximum credits exceeded", 75),
        (Stage::End, "550 5.7.515 Access denied, the sending domain does not meet the required level", 4),
        (Stage::Rcpt, "554 5.7.1 Service unavailable; client host blocked using a list", 4),
        (Stage::Mail, "550 no", 4),
        (Stage::End, "554 Error 4711", 4),
    ];
    for (stage, reply, code) in REFUSALS {
        let sink = SmtpSink::scripted(move |event| (event.stage == stage).then(|| reply.into()));
        let mut project = project(&sink);
        for day in ["2025-06-01", "2025-06-02", "2025-06-03"] {
            project.set_clock(&format!("{day}T12:00:00Z"));
            let ran = project.run("send --yes --json");
            assert_eq!(ran.code, Some(code), "{reply}: {}", ran.stderr);
            let counts = ran.json();
            assert_eq!((&counts["pending"], &counts["bounced"]), (&12.into(), &0.into()), "{reply}: {counts}");
            let words = reply.rsplit(' ').next().unwrap();
            assert!(ran.stderr.contains(words) && ran.stderr.contains("nobody was marked"), "{reply}: {}", ran.stderr);
        }
        assert_eq!(status(&project, "suppressed"), 0, "{reply}");
        let good = SmtpSink::start();
        call(&project, &sink.url(), &good.url());
        assert_eq!(project.run("send --yes --json").code(0).json()["sent"], 12, "{reply}");
    }
}

#[test]
fn a_cap_on_messages_uses_up_no_try_however_it_is_told() {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    for reply in
        ["452 4.5.3 enough", "450 Too many messages in this session", "454 4.7.0 too many messages in this session"]
    {
        let count = AtomicUsize::new(0);
        let sink = SmtpSink::scripted(move |event| {
            match event.stage {
                Stage::Greeting => count.store(0, Relaxed),
                Stage::End => _ = count.fetch_add(1, Relaxed),
                // The connection stays.
                Stage::Mail if count.load(Relaxed) == 4 => return Some(reply.into()),
                _ => {}
            }
            None
        });
        let project = project(&sink);
        let one = [("TIDINGS_SMTP__CONNECTIONS", "1")];
        assert_eq!(project.run_with("send --yes --json", &one).code(0).json()["sent"], 12, "{reply}");
        assert_eq!(project.store("SELECT max(tries) || '' FROM delivery"), "1", "{reply}");
        assert_eq!(project.store("SELECT messages || '' FROM relay"), "4", "{reply}");
        assert_eq!(sink.connections(), 3, "{reply}");
    }
}

#[test]
fn a_connection_too_many_uses_up_no_try() {
    let sink = SmtpSink::scripted(|event| {
        let too_many = "450 4.7.1 too many simultaneous connections";
        (event.stage == Stage::Mail && event.nth == 0).then(|| Act::Last(too_many.into()))
    });
    let project = project(&sink);
    project.run("send --yes");
    project.run("send --yes");
    assert_eq!(project.run("editions show 1 --json").json()["sent"], 12);
    assert_eq!(project.store("SELECT max(tries) || '' FROM delivery"), "1");
}

#[test]
fn three_dead_addresses_are_three_and_a_third_of_all_is_nobodys_fault() {
    let dead = |readers: &'static [&'static str]| {
        SmtpSink::scripted(move |event| {
            let is_dead = event.stage == Stage::Rcpt && readers.iter().any(|one| event.line.contains(one));
            is_dead.then(|| "550 5.1.1 User unknown".into())
        })
    };
    let three = dead(&["reader1@", "reader2@", "reader3@"]);
    let project = project(&three);
    assert_eq!(project.run("send --yes --json").code(4).json()["bounced"], 3);
    assert_eq!(status(&project, "suppressed"), 3);

    let four = dead(&["reader1@", "reader2@", "reader3@", "reader4@"]);
    let project = self::project(&four);
    project.run("send --yes").code(4).says("4 readers bounced in the same words").says("User unknown");
    assert_eq!(status(&project, "suppressed"), 0);
}

#[test]
fn a_refused_mail_counts_against_nobody() {
    let sink =
        SmtpSink::scripted(|event| (event.stage == Stage::End).then(|| "554 5.7.1 Message contains a virus".into()));
    let project = project(&sink);
    let ran = project.run("send --yes --json").code(4).says("refuses this mail");
    assert_eq!((&ran.json()["pending"], &ran.json()["bounced"]), (&12.into(), &0.into()));
}
