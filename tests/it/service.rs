//! `run` as a service: what it tells its manager, how it ends, what a reload changes, what a death leaves.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::net::UnixDatagram,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    project::Project,
    world::sink::{Act, SmtpSink, Stage},
};

/// So long nothing that a test waits for may take, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(120);

struct Service {
    child: Child,
    lines: Receiver<String>,
}

impl Service {
    fn start(project: &Project, arguments: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = project.command(arguments);
        command.envs(environment.iter().copied()).env("TIDINGS_WEB__LISTEN", "127.0.0.1:0");
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (said, lines) = channel();
        let errors = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || errors.lines().map_while(Result::ok).all(|line| said.send(line).is_ok()));
        Self { child, lines }
    }

    /// The first line from here on that holds these words.
    #[track_caller]
    fn says(&self, words: &str) -> String {
        self.says_until(words).pop().unwrap()
    }

    /// All lines from here on up to the first that holds these words.
    #[track_caller]
    fn says_until(&self, words: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    before.push(line);
                    if before.last().unwrap().contains(words) {
                        return before;
                    }
                }
                Err(_) => panic!("no `{words}` in:\n{}", before.join("\n")),
            }
        }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end; says the exit code and how long it took.
    fn end(mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        let status = self.child.wait().unwrap();
        (status.code(), begun.elapsed())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the manager hears until it hears `words`.
#[track_caller]
fn hears(manager: &UnixDatagram, words: &str) -> Vec<String> {
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut octets, mut heard) = ([0; 1_000], Vec::new());
    loop {
        let Ok(count) = manager.recv(&mut octets) else { panic!("no `{words}` in {heard:?}") };
        heard.push(String::from_utf8_lossy(&octets[..count]).into_owned());
        if heard.last().unwrap().contains(words) {
            return heard;
        }
    }
}

/// A project that sends to `sink`, and that a daemon looks after since before its Monday.
fn watched(sink: &SmtpSink) -> Project {
    let mut project = Project::with_notes("").post("one", "One", "2025-05-30").at("2025-06-01T12:00:00Z");
    project.environment("TIDINGS_SMTP__URL", sink.url());
    project.environment("TIDINGS_SMTP__TLS", "none");
    project.environment("TIDINGS_SMTP__CONNECTIONS", "1");
    let service = Service::start(&project, "run", &[]);
    service.says("listening");
    service.says_ready();
    service.signal("TERM");
    assert_eq!(service.end().0, Some(0));
    project.set_clock("2025-06-02T07:30:00Z");
    project
}

impl Service {
    /// Waits until the digests are looked after, which the store knows then.
    fn says_ready(&self) {
        self.says("looking after");
    }
}

#[test]
fn a_run_found_at_a_start_is_not_called_one_that_did_not_happen() {
    let sink = SmtpSink::start();
    let mut project = watched(&sink);
    project.set_clock("2025-06-02T08:30:00Z");
    let service = Service::start(&project, "run", &[]);
    let said = service.says_until("delivered");
    assert!(!said.iter().any(|line| line.contains("did not happen")), "{said:?}");
    service.signal("TERM");
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn a_manager_hears_that_it_is_ready_lives_is_reloaded_and_ends() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let path = project.path("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    let environment = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "300000")];
    let service = Service::start(&project, "run", &environment);
    hears(&manager, "READY=1");
    hears(&manager, "WATCHDOG=1");
    hears(&manager, "WATCHDOG=1");

    let good = project.read("tidings.toml").replace("weekly mon 07:30", "daily 07:30");
    project.write("tidings.toml", &good);
    service.signal("HUP");
    assert!(hears(&manager, "RELOADING=1").last().unwrap().contains("MONOTONIC_USEC="));
    hears(&manager, "READY=1");
    service.says("the config is read again");
    hears(&manager, "STATUS=next run at 2025-06-02 07:30");

    for (file, text, said) in [
        ("tidings.toml", good.replace("daily 07:30", "daily 27:30"), "tidings.toml:"),
        ("tidings.toml", good.replace("[smtp]", "[smpt]"), "[smpt]"),
        ("templates/classic.mjml", "<mjml>{% if %}</mjml>".to_owned(), "templates/classic.mjml:1:"),
    ] {
        project.write(file, text);
        service.signal("HUP");
        hears(&manager, "RELOADING=1");
        hears(&manager, "READY=1");
        service.says("the config is refused, the old one stays");
        if file == "tidings.toml" {
            service.says(said);
        }
        project.write("tidings.toml", &good);
    }
    hears(&manager, "WATCHDOG=1");
    service.signal("TERM");
    hears(&manager, "STOPPING=1");
    let (code, took) = service.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[test]
fn an_end_lets_the_message_in_flight_arrive_and_the_next_start_goes_on() {
    let (taken, first) = channel();
    let (let_go, may_go) = channel::<()>();
    let (taken, may_go) = (Mutex::new(taken), Arc::new(Mutex::new(may_go)));
    let sink = SmtpSink::scripted(move |event| {
        if event.stage == Stage::End && event.nth == 0 {
            let _ = taken.lock().unwrap().send(());
            let _ = may_go.lock().unwrap().recv();
        }
        None
    });
    let project = watched(&sink);
    let readers: String = (0..20).map(|number| format!("r{number}@readers.example\n")).collect();
    project.write("subscribers.csv", format!("email\n{readers}"));
    let service = Service::start(&project, "run", &[]);
    first.recv_timeout(PATIENCE).unwrap();
    service.signal("TERM");
    service.says("ending after what is in flight");
    let_go.send(()).unwrap();
    let (code, took) = service.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(60), "{took:?}");
    let before = sink.messages().len();
    assert!((1..20).contains(&before), "{before}");
    assert_eq!(project.store("SELECT CAST(sum(state = 'in_doubt') AS TEXT) FROM delivery"), "0");

    drop(let_go);
    let service = Service::start(&project, "run", &[]);
    service.says("delivered");
    service.signal("TERM");
    assert_eq!(service.end().0, Some(0));
    let mut readers: Vec<String> = sink.messages().into_iter().flat_map(|mail| mail.to).collect();
    readers.sort();
    readers.dedup();
    assert_eq!((readers.len(), sink.messages().len()), (20, 20));
}

#[test]
fn a_death_between_two_steps_costs_nobody_a_mail_and_brings_nobody_two() {
    for step in ["a run is taken on", "gathered", "an edition is frozen"] {
        let sink =
            SmtpSink::scripted(|event| (event.stage == Stage::Greeting && event.nth > 200).then_some(Act::Stall));
        let project = watched(&sink);
        let service = Service::start(&project, "run", &[]);
        service.says(step);
        service.signal("KILL");
        service.end();
        let service = Service::start(&project, "run", &[]);
        if project.store("SELECT CAST(count(*) AS TEXT) FROM delivery WHERE state = 'sent'") != "2" {
            service.says("delivered");
        }
        service.signal("TERM");
        assert_eq!(service.end().0, Some(0), "{step}");
        let mut ids: Vec<String> = sink.messages().iter().map(|mail| message_id(&mail.data)).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 2, "{step}");
        assert_eq!(project.store("SELECT group_concat(state) FROM run"), "sent", "{step}");
    }
}

fn message_id(data: &[u8]) -> String {
    mail_parser::MessageParser::default().parse(data).unwrap().message_id().unwrap().to_owned()
}

#[test]
fn the_log_names_nobody_whole() {
    let sink = SmtpSink::scripted(|event| {
        (event.stage == Stage::Rcpt && event.line.contains("ada@"))
            .then(|| "550 5.1.1 <ada@readers.example> unknown".into())
    });
    let project = watched(&sink);
    project.write("subscribers.csv", "email\nada@readers.example\nben@readers.example\nben@readers.example\n");
    let service = Service::start(&project, "run -vv --json", &[]);
    let mut lines = vec![service.says("an edition is frozen")];
    lines.push(service.says("delivered"));
    service.signal("TERM");
    lines.extend(service.lines.iter());
    for line in &lines {
        let row: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(row["fields"]["message"].is_string() && !line.contains("ada@") && !line.contains("ben@"), "{line}");
    }
    assert!(lines.iter().any(|line| line.contains("\"digest\":\"weekly\"")), "{lines:?}");
}

#[test]
fn the_pages_alone_owe_nothing_and_two_cannot_listen_at_one_address() {
    let project = Project::with_notes("").post("one", "One", "2025-05-30");
    let service = Service::start(&project, "run --web-only", &[]);
    let line = service.says("listening");
    let address = line.rsplit_once("address=").unwrap().1.trim().to_owned();
    let ran = project.run_with("run", &[("TIDINGS_WEB__LISTEN", &address)]).code(1);
    assert!(ran.stderr.contains("cannot listen on") && ran.stderr.contains("hint: set `web.listen`"), "{}", ran.stderr);
    project.run_with("run --resume", &[("TIDINGS_WEB__LISTEN", &address)]).code(1).says("nothing was held");
    let daemon = Service::start(&project, "run", &[]);
    daemon.says_ready();
    let ran = project.run_with("run --resume", &[("TIDINGS_WEB__LISTEN", &address)]).code(0);
    assert!(ran.stderr.contains("the daemon that is running goes on"), "{}", ran.stderr);
    drop(daemon);
    service.signal("INT");
    assert_eq!(service.end().0, Some(0));
    project.run("run --digest weekly").code(2);
}
