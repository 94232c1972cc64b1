//! `bounce`: what comes back is understood, and only what carries a token of ours changes anything.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use crate::{
    project::{Project, Ran},
    world::sink::{Act, Received, SmtpSink, Stage},
};

/// A project whose mail goes to a server, with a return path and a mailbox of its own.
fn project(sink: &SmtpSink, extra: &str) -> Project {
    let project = Project::with_notes(extra).post("one", "One", "2025-05-30");
    let smtp = format!(
        "\"{}\"\ntls = \"none\"\nreturn_path = \"bounce+{{{{ token }}}}@harbour.example\"\n\
         unsubscribe_mailto = \"leave@harbour.example\"",
        sink.url()
    );
    project.write("tidings.toml", project.read("tidings.toml").replace("\"file:outbox\"", &smtp));
    project
}

/// The first edition, sent to Ada and Ben.
fn sent() -> (Project, SmtpSink) {
    let sink = SmtpSink::start();
    let project = project(&sink, "");
    project.run("send --yes").code(0);
    (project, sink)
}

/// What the server took for this reader last.
fn message_to(sink: &SmtpSink, reader: &str) -> Received {
    let to = format!("{reader}@readers.example");
    sink.messages().into_iter().rfind(|message| message.to.contains(&to)).unwrap()
}

fn field<'a>(message: &'a Received, name: &str) -> &'a str {
    let header = std::str::from_utf8(&message.data).unwrap();
    header.split(&format!("\n{name}: ")).nth(1).unwrap().split("\r\n").next().unwrap()
}

/// One of `tests/fixtures/bounces/`, with the tokens of a message in their places.
pub fn fixture(name: &str, message: &Received) -> String {
    let path = format!("{}/tests/fixtures/bounces/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let id = field(message, "Message-ID");
    text.replace("{{return_path}}", &message.from)
        .replace("{{RETURN_PATH}}", &message.from.to_uppercase())
        .replace("{{message_id}}", id)
        .replace("{{message_token}}", id.trim_start_matches('<').split('@').next().unwrap())
}

/// A mail to `unsubscribe_mailto`, as a mail client writes it for the link of the message.
fn leaving(message: &Received) -> String {
    let header = std::str::from_utf8(&message.data).unwrap();
    let token = header.split("<mailto:leave@harbour.example?subject=").nth(1).unwrap().split('>').next().unwrap();
    format!("From: ada@readers.example\nTo: leave@harbour.example\nSubject: {token}\n\n")
}

fn bounce(project: &Project, mail: &str) -> Ran {
    project.write("mail.eml", mail);
    project.run("bounce mail.eml --json").code(0)
}

/// What a script finds under `done`, or why the mail was ignored.
fn done(project: &Project, mail: &str) -> String {
    let said = bounce(project, mail).json();
    let one = &said["reports"][0];
    let shown = if one["report"].is_null() { &one["reason"] } else { &one["done"] };
    shown.as_str().unwrap().to_owned()
}

/// The status of each subscriber, and the counts of edition 1.
fn state(project: &Project) -> (String, serde_json::Value) {
    (project.run("subscribers export").code(0).stdout, project.run("editions show 1 --json").code(0).json())
}

const NOT_OURS: &str = "it speaks of no message of ours";

#[test]
fn a_bad_address_bounces_is_suppressed_and_gets_no_more_mail() {
    let (mut project, sink) = sent();
    let report = fixture("postfix-unknown-user", &message_to(&sink, "ada"));
    let said = bounce(&project, &report).json();
    let expect = serde_json::json!({ "schema": 1, "reports": [{
        "file": null, "email": "a…@readers.example", "report": "delivery", "done": "suppressed",
        "reason": "550 5.1.1 <a…@readers.example>: Recipient address rejected: User unknown in virtual mailbox table",
        "counts": true, "digest": "weekly", "edition": 1,
    }]});
    assert_eq!(said, expect);
    let (subscribers, edition) = state(&project);
    assert!(subscribers.contains("ada@readers.example,Ada,,,,suppressed"), "{subscribers}");
    assert!(subscribers.contains("ben@readers.example,Ben,,,,active"), "{subscribers}");
    assert_eq!((&edition["recipients"], &edition["sent"], &edition["bounced"]), (&2.into(), &1.into(), &1.into()));
    project.run("editions show 1").code(0).says("bounced: ada@readers.example: 5.1.1 <ada@readers.example>: Recipient");

    assert_eq!(done(&project, &report), "nothing");
    assert_eq!(state(&project), (subscribers, edition));

    project.set_clock("2025-06-08T12:00:00Z");
    let project = project.post("two", "Two", "2025-06-07");
    assert_eq!(project.run("send --yes --json").code(0).json()["recipients"], 1);
    assert_eq!(sink.messages().iter().filter(|message| message.to == ["ada@readers.example"]).count(), 1);
}

#[test]
fn each_report_does_what_it_asks_for_and_no_more() {
    const REPORTS: [(&str, &str, &str); 18] = [
        ("postfix-unknown-user", "suppressed", "suppressed"),
        ("exim-generic-status", "suppressed", "suppressed"),
        ("exchange-not-found", "suppressed", "suppressed"),
        ("nested", "suppressed", "suppressed"),
        ("qmail-remote-said", "suppressed", "suppressed"),
        ("ses-full-mailbox", "bounced", "active"),
        ("outlook-policy", "bounced", "active"),
        ("qmail-unknown-status", "bounced", "active"),
        ("broken-off", "bounced", "active"),
        ("postfix-pipe-delayed", "noted", "active"),
        ("sendmail-several", "bounced", "active"),
        ("delivered", "nothing", "active"),
        ("arf-abuse", "suppressed", "suppressed"),
        ("arf-redacted", "suppressed", "suppressed"),
        ("arf-opt-out", "unsubscribed", "unsubscribed"),
        ("arf-not-spam", "its feedback asks for nothing", "active"),
        ("away", "it is an automatic answer", "active"),
        ("stranger", NOT_OURS, "active"),
    ];
    let sink = SmtpSink::start();
    let readers: String = REPORTS.iter().map(|(name, ..)| format!("{name}@readers.example\n")).collect();
    let project = project(&sink, "").file("subscribers.csv", format!("email\n{readers}"));
    project.run("send --yes").code(0);
    for (name, expect, _) in REPORTS {
        let report = fixture(name, &message_to(&sink, name));
        let report = report.replace("ada@readers", &format!("{name}@readers"));
        let report = report.replace("ADA@readers", &format!("{}@readers", name.to_uppercase()));
        assert_eq!(done(&project, &report), expect, "{name}");
    }
    let (subscribers, edition) = state(&project);
    assert_eq!((&edition["sent"], &edition["bounced"]), (&8.into(), &10.into()), "{edition}");
    for (name, _, status) in REPORTS {
        assert!(subscribers.contains(&format!("{name}@readers.example,,,,,{status}")), "{name}: {subscribers}");
    }
}

#[test]
fn a_report_without_a_token_of_ours_changes_nothing_whatever_it_says() {
    let sink = SmtpSink::start();
    let project = project(&sink, "");
    project.run("test ada@readers.example").code(0);
    let test = message_to(&sink, "ada");
    project.run("send --yes").code(0);
    let (ada, ben) = (message_to(&sink, "ada"), message_to(&sink, "ben"));
    // Another store has keys of its own.
    let (_other, other_sink) = sent();
    let elsewhere = message_to(&other_sink, "ada");
    let before = state(&project);
    let flipped = |text: &str, at: usize| {
        let mut octets = text.as_bytes().to_vec();
        octets[at] = if octets[at] == b'a' { b'b' } else { b'a' };
        String::from_utf8(octets).unwrap()
    };
    let forged_id = flipped(field(&ada, "Message-ID"), 30);
    let forged_path = flipped(&ada.from, 30);
    for name in ["postfix-unknown-user", "arf-abuse", "qmail-remote-said"] {
        let report = fixture(name, &ada);
        for (what, mail) in [
            ("forged", report.replace(field(&ada, "Message-ID"), &forged_id).replace(&ada.from, &forged_path)),
            ("of two messages", report.replace(&ada.from, &ben.from)),
            ("of a test", fixture(name, &test)),
            ("of another store", fixture(name, &elsewhere)),
        ] {
            let ran = bounce(&project, &mail);
            let kept = serde_json::json!({ "schema": 1, "reports": [{
                "file": null, "email": null, "report": null, "done": "kept", "reason": NOT_OURS, "counts": false,
            }]});
            assert_eq!((ran.json(), ran.stderr), (kept, format!("kept in `unread/`: {NOT_OURS}\n")), "{name} {what}");
        }
    }
    for leave in [flipped(&leaving(&ada), 90), leaving(&test), leaving(&elsewhere)] {
        assert!(bounce(&project, &leave).json()["reports"][0]["report"].is_null(), "{leave}");
    }
    assert_eq!(state(&project), before);
}

#[test]
fn three_unclear_bounces_in_a_row_suppress() {
    let (mut project, sink) = sent();
    for (number, expect) in [(1, "bounced"), (2, "bounced"), (3, "suppressed")] {
        assert_eq!(done(&project, &fixture("qmail-unknown-status", &message_to(&sink, "ada"))), expect, "{number}");
        project.set_clock(&format!("2025-06-{:02}T12:00:00Z", 1 + 7 * number));
        let post = format!("post{number}");
        project = project.post(&post, &post, &format!("2025-06-{:02}", 7 * number));
        project.run("send --yes").code(0);
    }
    assert_eq!(sink.messages().iter().filter(|message| message.to == ["ada@readers.example"]).count(), 3);
    assert_eq!(sink.messages().iter().filter(|message| message.to == ["ben@readers.example"]).count(), 4);
}

#[test]
fn a_mail_to_the_mailbox_for_leaving_leaves_that_digest_alone() {
    let sink = SmtpSink::start();
    let mut project = project(&sink, "[digest.daily]\nsubject = \"Daily\"\nschedule = \"daily 07:30\"\n");
    project.run("--digest weekly send --yes").code(0);
    let leave = leaving(&message_to(&sink, "ada"));
    let said = &bounce(&project, &leave).json()["reports"][0];
    assert_eq!((&said["report"], &said["done"]), (&"unsubscribe".into(), &"unsubscribed".into()));
    assert_eq!((&said["digest"], &said["edition"]), (&"weekly".into(), &serde_json::Value::Null));
    assert_eq!(done(&project, &leave), "nothing");
    project.set_clock("2025-06-08T12:00:00Z");
    let project = project.post("two", "Two", "2025-06-07");
    assert_eq!(project.run("--digest weekly send --yes --json").code(0).json()["recipients"], 1);
    assert_eq!(project.run("--digest daily send --yes --json").code(0).json()["recipients"], 2);
    assert_eq!(field(&message_to(&sink, "ada"), "Subject"), "Daily");
}

#[test]
fn a_bounce_that_comes_before_its_own_reply_is_not_lost() {
    let (path, project) = (Arc::new(Mutex::new(String::new())), Arc::new(Mutex::new(None::<Project>)));
    let (seen, shared) = (Arc::clone(&path), Arc::clone(&project));
    let sink = SmtpSink::scripted(move |event| {
        match event.stage {
            Stage::Mail => {
                let from = event.line.split(['<', '>']).nth(1).unwrap();
                from.clone_into(&mut seen.lock().unwrap());
            }
            Stage::End if event.nth == 0 => {
                let report = fixture(
                    "outlook-policy",
                    &Received {
                        from: seen.lock().unwrap().clone(),
                        to: Vec::new(),
                        data: b"\r\nMessage-ID: <none@harbour.example>\r\n".to_vec(),
                    },
                );
                assert_eq!(done(shared.lock().unwrap().as_ref().unwrap(), &report), "bounced");
            }
            _ => {}
        }
        None
    });
    *project.lock().unwrap() = Some(self::project(&sink, ""));
    let config = project.lock().unwrap().as_ref().unwrap().path("tidings.toml");
    let send = Command::new(env!("CARGO_BIN_EXE_tidings"))
        .args(["--config", config.to_str().unwrap(), "send", "--yes", "--json", "--now", "2025-06-01T12:00:00Z"])
        .env("TIDINGS_SMTP__CONNECTIONS", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&send.stdout).unwrap();
    assert_eq!((&said["sent"], &said["bounced"]), (&1.into(), &1.into()), "{said}");
}

#[test]
fn a_bounce_ends_a_doubt() {
    let sink = SmtpSink::scripted(|event| (event.stage == Stage::End).then_some(Act::DisconnectAfterTaking));
    let project = project(&sink, "").file("subscribers.csv", "email\nada@readers.example\n");
    let hold = [("TIDINGS_SMTP__IN_DOUBT", "hold")];
    assert_eq!(project.run_with("send --yes --json", &hold).code(4).json()["in_doubt"], 1);
    assert_eq!(done(&project, &fixture("ses-full-mailbox", &message_to(&sink, "ada"))), "bounced");
    let (_, edition) = state(&project);
    assert_eq!((&edition["in_doubt"], &edition["bounced"]), (&0.into(), &1.into()));
    project.run_with("send --yes", &hold).code(0).says("no post is new");
}

#[test]
fn a_mail_comes_on_standard_input() {
    let (project, sink) = sent();
    let report = fixture("postfix-pipe-delayed", &message_to(&sink, "ada"));
    for arguments in [&["bounce"][..], &["bounce", "-"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
        command.args(arguments).current_dir(project.path(".")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        // More than is read: the pipe stays open all the same.
        let mut input = child.stdin.take().unwrap();
        input.write_all(report.as_bytes()).unwrap();
        input.write_all(&vec![b'\n'; 11_000_000]).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]));
    }
    project.run("bounce").code(0).says("kept in `unread/`: it is neither a bounce");
}

#[test]
fn every_mail_of_a_maildir_is_read_and_stays() {
    let (project, sink) = sent();
    let project = project
        .file("Mail/new/1.a", fixture("ses-full-mailbox", &message_to(&sink, "ada")))
        .file("Mail/cur/2.b:2,S", fixture("arf-abuse", &message_to(&sink, "ben")))
        .file("Mail/cur/3.c:2,", fixture("stranger", &message_to(&sink, "ben")))
        .file("Mail/cur/.hidden", "x")
        .file("Mail/tmp/4.d", fixture("arf-abuse", &message_to(&sink, "ada")))
        .file("Mail/.Sub/cur/5.e", fixture("arf-abuse", &message_to(&sink, "ada")));
    let said = project.run("bounce Mail --json").code(0).json();
    let reports = said["reports"].as_array().unwrap();
    let done: Vec<_> = reports.iter().map(|one| (one["file"].as_str().unwrap(), one["done"].as_str())).collect();
    let expect = [
        ("Mail/new/1.a", Some("bounced")),
        ("Mail/cur/2.b:2,S", Some("suppressed")),
        ("Mail/cur/3.c:2,", Some("kept")),
    ];
    assert_eq!(done, expect);
    assert!(project.path("Mail/new/1.a").exists() && project.path("Mail/cur/2.b:2,S").exists());
    let (subscribers, _) = state(&project);
    assert!(subscribers.contains("ada@readers.example,Ada,,,,active"), "{subscribers}");
    assert!(subscribers.contains("ben@readers.example,Ben,,,,suppressed"), "{subscribers}");
    project.run("bounce Mail").code(0).says("Mail/cur/2.b:2,S: edition 1 of `weekly` to b…@readers.example: nothing");
    project.run("bounce posts").code(1).says("no Maildir");
    project.run("bounce nowhere.eml").code(1).says("cannot read `nowhere.eml`");
}

#[test]
fn addresses_are_masked() {
    let (project, sink) = sent();
    for name in
        ["delivered", "postfix-pipe-delayed", "ses-full-mailbox", "postfix-unknown-user", "arf-abuse", "stranger"]
    {
        project.write("mail.eml", fixture(name, &message_to(&sink, "ada")));
        for arguments in ["bounce mail.eml -vvv", "bounce mail.eml --json"] {
            let ran = project.run(arguments).code(0);
            assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("ada@"), "{name}: {ran:?}");
        }
    }
}

#[tokio::test]
async fn a_locked_store_asks_to_come_again() {
    let (project, sink) = sent();
    project.write("mail.eml", fixture("arf-abuse", &message_to(&sink, "ada")));
    let lock = format!("sqlite://{}", project.path("tidings.db").display());
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect(&lock).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    project.run("bounce mail.eml").code(75).says("is locked by another program");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    project.run("bounce mail.eml").code(0).says("no mail goes there any more");
}

/// A person's mail to the bounce address.
fn letter(header: &str, text: &str) -> String {
    format!(
        "From: Someone <else@readers.example>\nTo: leave@harbour.example\nMessage-ID: <1@mail.example>\n{header}\n\n{text}\n"
    )
}

/// What went to this address besides the edition.
fn letters_to(sink: &SmtpSink, address: &str) -> Vec<String> {
    let messages = sink.messages().into_iter().filter(|message| message.to == [address]);
    let texts = messages.map(|message| String::from_utf8(message.data).unwrap());
    texts.filter(|text| !text.contains("\nList-Id:")).collect()
}

#[test]
fn who_writes_that_they_leave_is_known_by_a_token_and_told_at_their_own_address() {
    for (header, text) in [
        ("Subject: Re: One\nIn-Reply-To: {id}", "unsubscribe"),
        ("Subject: Re: One\nReferences: <x@y.example> {id}", "Hello,\n\nplease take me off your list. Thanks"),
        ("Subject: please stop", "{token}"),
        ("Subject: no more", "Hello, this was in your mail: https://news.example/u/{token} - bye"),
        ("Subject: Please remove me", "Good day.\n\n> Leave: https://news.example/u/{token}"),
        ("Subject: Abmelden\nDelivered-To: {path}", ""),
    ] {
        let (project, sink) = sent();
        let ada = message_to(&sink, "ada");
        let token = leaving(&ada).split("Subject: ").nth(1).unwrap().trim().to_owned();
        let fill = |text: &str| {
            text.replace("{id}", field(&ada, "Message-ID")).replace("{path}", &ada.from).replace("{token}", &token)
        };
        let mail = letter(&fill(header), &fill(text));
        let said = &bounce(&project, &mail).json()["reports"][0];
        assert_eq!((&said["report"], &said["done"]), (&"unsubscribe".into(), &"unsubscribed".into()), "{mail}");
        assert!(state(&project).0.contains("ada@readers.example,Ada,,,,unsubscribed"), "{mail}");
        assert_eq!(done(&project, &mail), "nothing", "{mail}");
        let told = letters_to(&sink, "ada@readers.example");
        assert_eq!(told.len(), 1, "{mail}");
        assert!(told[0].contains("Subject: You are unsubscribed") && told[0].contains("In-Reply-To: <1@mail.example>"));
        assert!(letters_to(&sink, "else@readers.example").is_empty());
    }
}

#[test]
fn what_a_person_wrote_comes_to_a_person_once_and_never_in_a_circle() {
    let sink = SmtpSink::scripted(|event| {
        (event.stage == Stage::Rcpt && event.line.contains("away@")).then_some("451 4.3.0 not now".into())
    });
    let mut project = project(&sink, "[bounce]\nforward = \"editor@harbour.example\"\n");
    project.run("send --yes").code(0);
    let ada = message_to(&sink, "ada");
    let id = field(&ada, "Message-ID");
    let letters = [
        letter("Subject: please take me off", "I get your mail, and I do not know from where."),
        letter(&format!("Subject: Re: One\nIn-Reply-To: {id}"), "I like this one.\n\n> Unsubscribe: https://x.example"),
        letter(&format!("Subject: Re: One\nIn-Reply-To: {id}"), "Please do not unsubscribe me!"),
        letter("Subject: Grüße", "Wo ist die Möwe?"),
    ];
    for (number, mail) in letters.iter().enumerate() {
        let ran = bounce(&project, mail).says("forwarded to a person");
        assert_eq!(ran.json()["reports"][0]["done"], "forwarded", "{mail}");
        bounce(&project, mail);
        let forwarded = letters_to(&sink, "editor@harbour.example");
        assert_eq!(forwarded.len(), number + 1, "{mail}");
        assert!(forwarded[number].contains("Reply-To: else@readers.example"), "{}", forwarded[number]);
    }
    let forwarded = letters_to(&sink, "editor@harbour.example");
    assert!(
        forwarded[0].contains("Content-Type: message/rfc822")
            && forwarded[0].contains("Subject: Fwd: please take me off")
    );
    assert!(forwarded[3].contains("filename=\"mail.eml\"") && !forwarded[3].contains("message/rfc822"));
    assert!(state(&project).0.contains("ada@readers.example,Ada,,,,active"));
    assert!(!project.path("unread").exists());

    // What answers by itself, and what comes back of what was forwarded.
    for header in
        ["Auto-Submitted: auto-replied\nSubject: Re: One", "X-Autoreply: yes\nSubject: Hello", "Subject: Out of office"]
    {
        let away = letter(&format!("{header}\nIn-Reply-To: {id}"), "I am away. Write to a colleague.");
        assert_eq!(done(&project, &away), "it is an automatic answer", "{header}");
    }
    assert_eq!(done(&project, &forwarded[0]), "it is an automatic answer");
    let own = forwarded[0].split("Message-ID: ").nth(1).unwrap().split("\r\n").next().unwrap();
    let back = fixture("postfix-unknown-user", &ada).replace(id, own).replace(&ada.from, "bounce@harbour.example");
    bounce(&project, &back).says("kept in `unread/`");
    assert_eq!(letters_to(&sink, "editor@harbour.example").len(), 4);

    // Where the relay is away, it is kept, and goes on once it is there.
    let config = project.read("tidings.toml");
    project.write("tidings.toml", config.replace("editor@", "away@"));
    let late = letter("Subject: Where are you?", "I wait.");
    bounce(&project, &late).says("could not be forwarded: 451 4.3.0 not now");
    assert_eq!(project.run("status --json").code(0).json()["unread"], 2);
    project.write("tidings.toml", config);
    project.set_clock("2025-06-02T12:00:00Z");
    bounce(&project, &late).says("forwarded");
    assert_eq!(project.run("status --json").code(0).json()["unread"], 1);
}

/// A project with a mailbox, and the bounces of its first edition to Ada and Ben.
fn with_mailbox(mailbox: &str) -> (Project, [String; 2]) {
    let sink = SmtpSink::start();
    let project = project(&sink, &format!("[bounce]\nmailbox = \"{mailbox}\"\n"));
    project.run("send --yes").code(0);
    let bounces = ["ada", "ben"].map(|reader| {
        fixture("postfix-unknown-user", &message_to(&sink, reader)).replace("ada@", &format!("{reader}@"))
    });
    (project, bounces)
}

#[test]
fn a_maildir_is_emptied_into_the_folder_beside_it() {
    let (project, [ada, ben]) = with_mailbox("Maildir");
    project.run("bounce --fetch").code(1).says("names a Maildir");
    project.run("check").says("`Maildir` is no Maildir");
    project.write("Maildir/new/1.a", &ada);
    project.write("Maildir/cur/2.b:2,F", &ben);
    project.write("Maildir/new/3.c", "From: zoe@readers.example\nSubject: the quay\n\nWhen does the office open?\n");
    let reports = project.run("bounce --fetch --json").code(0).json();
    let done: Vec<&str> =
        reports["reports"].as_array().unwrap().iter().map(|report| report["done"].as_str().unwrap()).collect();
    assert_eq!(done, ["suppressed", "kept", "suppressed"]);
    for name in ["1.a:2,S", "2.b:2,F", "3.c:2,S"] {
        assert!(project.path("Maildir/.Tidings/cur").join(name).exists(), "{name}");
    }
    project.run("bounce --fetch").code(0).says("0 mails fetched");
    // Moved back, it changes nothing more.
    project.write("Maildir/new/1.a", &ada);
    project.run("bounce --fetch").code(0).says("nothing changes");
    // What cannot be kept stays.
    std::fs::remove_dir_all(project.path("unread")).unwrap();
    project.write("unread", "no folder");
    project.write("Maildir/new/4.d", "From: zoe@readers.example\nSubject: the pier\n\nAnd the pier?\n");
    project.run("bounce --fetch").code(75).says("1 left where they are");
    assert!(project.path("Maildir/new/4.d").exists());
}

/// A server whose folder holds these mails; it breaks off in the mail that is `poison`, and says what was moved.
fn imap_server(mails: Vec<String>, poison: u32) -> (u16, Arc<Mutex<Vec<String>>>) {
    let (listener, moved) = (std::net::TcpListener::bind("127.0.0.1:0").unwrap(), Arc::default());
    let (port, seen) = (listener.local_addr().unwrap().port(), Arc::clone(&moved));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            serve_imap(stream.unwrap(), &mails, poison, &seen);
        }
    });
    (port, moved)
}

fn serve_imap(mut stream: std::net::TcpStream, mails: &[String], poison: u32, moved: &Mutex<Vec<String>>) {
    let lines = std::io::BufRead::lines(std::io::BufReader::new(stream.try_clone().unwrap()));
    stream.write_all(b"* OK ready\r\n").unwrap();
    for line in lines.map_while(Result::ok) {
        let (tag, command) = line.split_once(' ').unwrap();
        let is_moved = !moved.lock().unwrap().is_empty();
        let uids = (1..=mails.len() as u32).filter(|uid| !is_moved || *uid == poison);
        let said = match command.split(' ').next().unwrap() {
            "CAPABILITY" => "* CAPABILITY IMAP4rev1 MOVE\r\n".to_owned(),
            "SELECT" => format!("* {} EXISTS\r\n", uids.count()),
            "FETCH" => {
                uids.enumerate().map(|(at, uid)| format!("* {} FETCH (UID {uid} FLAGS ())\r\n", at + 1)).collect()
            }
            "UID" if command.starts_with("UID FETCH") => {
                let uid: u32 = command.split(' ').nth(2).unwrap().parse().unwrap();
                let mail = &mails[uid as usize - 1];
                if uid == poison {
                    let _ = write!(stream, "* 1 FETCH (UID {uid} BODY[]<0> {{{}}}\r\nRet", mail.len());
                    return;
                }
                format!("* {uid} FETCH (UID {uid} BODY[]<0> {{{}}}\r\n{mail})\r\n", mail.len())
            }
            "UID" => {
                moved.lock().unwrap().push(command.to_owned());
                "* 3 EXPUNGE\r\n* 1 EXPUNGE\r\n".to_owned()
            }
            _ => String::new(),
        };
        let _ = write!(stream, "{said}{tag} OK\r\n");
    }
}

#[test]
fn a_mail_over_which_the_connection_breaks_holds_up_no_other() {
    let (mut project, [ada, ben]) = with_mailbox("PLACE");
    let (port, moved) = imap_server(vec![ada.clone(), ada, ben], 2);
    let config = project.read("tidings.toml").replace("PLACE", &format!("imap://bounces@127.0.0.1:{port}"));
    project.write("tidings.toml", config);
    project.run("bounce --fetch").code(1).says("TIDINGS_BOUNCE__MAILBOX_PASSWORD");
    project.environment("TIDINGS_BOUNCE__MAILBOX_PASSWORD", "five grey gulls");
    let ran = project.run("bounce --fetch").code(75).says("mail 2 stays where it is").says("2 mails fetched, 1 left");
    assert!(!ran.stderr.contains("gulls"));
    assert_eq!(*moved.lock().unwrap(), ["UID MOVE 1,3 \"Tidings\""]);
    project.run("subscribers show ben@readers.example").code(0).says("suppressed");
    project.run("check --online --json").says("holds 1 mails");
}

#[test]
fn a_mailbox_that_cannot_be_is_refused_and_its_password_is_not_shown() {
    for (keys, words) in [
        ("mailbox = \"imaps://a:gulls@mail.example/INBOX\"", "must not hold a password"),
        ("mailbox = \"pop3://a@mail.example\"", "neither `imaps:` nor `imap:`"),
        ("mailbox = \"imaps://mail.example/INBOX\"", "lacks its user"),
        ("mailbox = \"imaps://a@mail.example/Tidings\"", "is the mailbox itself"),
        ("mailbox = \"Maildir\"\nmailbox_auth = \"xoauth2\"", "means nothing for a Maildir"),
        ("mailbox_password_file = \"x\"", "means nothing without `bounce.mailbox`"),
        ("mailbox = \"Maildir\"\ndone_folder = \"..\"", "is no folder's name"),
    ] {
        let project = Project::with_notes(&format!("[bounce]\n{keys}\n"));
        let ran = project.run("check").says(words);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("gulls"), "{keys}");
    }
    Project::with_notes("").run("bounce --fetch").code(1).says("set `bounce.mailbox`");
}
