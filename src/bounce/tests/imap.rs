//! A mailbox, and servers that misbehave in each way that comes to mind.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

use super::*;
use crate::diagnostic::error_report;

/// What the server does with a command.
enum Says {
    /// It answers so; `TAG` stands for the command's.
    Text(String),
    /// It says no more, and keeps the connection.
    Hangs,
    /// It says this and closes the connection.
    Drops(String),
}

/// Answers as a server should, with three mails.
fn usual(command: &str) -> Says {
    let verb = command.split(' ').next().unwrap();
    Says::Text(match (verb, command) {
        ("CAPABILITY", _) => "* CAPABILITY IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS IDLE\r\nTAG OK\r\n".into(),
        ("AUTHENTICATE", _) => "+ \r\n".into(),
        ("SELECT", _) => "* FLAGS (\\Seen)\r\n* 3 EXISTS\r\nTAG OK [READ-WRITE]\r\n".into(),
        ("FETCH", _) => "* 1 FETCH (UID 7 FLAGS ())\r\n* 2 FETCH (FLAGS (\\Deleted) UID 8)\r\n\
             * 3 FETCH (UID 9 FLAGS (\\Seen))\r\nTAG OK\r\n"
            .into(),
        (_, command) if command.starts_with("UID FETCH") => fetched(command, 9, "A: b\r\n\r\nhello"),
        (_, command) if command.starts_with("UID MOVE") => "* 1 EXPUNGE\r\nTAG OK\r\n".into(),
        ("LOGOUT", _) => "* BYE\r\nTAG OK\r\n".into(),
        _ => "TAG OK\r\n".into(),
    })
}

fn fetched(command: &str, size: usize, mail: &str) -> String {
    let uid = command.split(' ').nth(2).unwrap();
    let size = if size == 9 { mail.len() } else { size };
    format!("* 1 FETCH (UID {uid} BODY[]<0> {{{size}}}\r\n{mail} FLAGS ())\r\nTAG OK\r\n")
}

/// Starts a server that answers by the script, for one connection after the other.
async fn server(greeting: &'static str, script: fn(&str) -> Says) -> Account {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let _ = write.write_all(greeting.as_bytes()).await;
            let mut tag = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                let (first, command) = line.split_once(' ').unwrap_or(("", &line));
                let is_answer = first.is_empty();
                if !is_answer {
                    tag = first.to_owned();
                }
                let said = if is_answer { script(&format!("ANSWER {line}")) } else { script(command) };
                match said {
                    Says::Text(text) => drop(write.write_all(text.replace("TAG", &tag).as_bytes()).await),
                    Says::Hangs => std::future::pending().await,
                    Says::Drops(text) => {
                        let _ = write.write_all(text.as_bytes()).await;
                        break;
                    }
                }
            }
        }
    });
    Account {
        host: "127.0.0.1".into(),
        port,
        is_implicit: false,
        tls_ca: None,
        user: "bounces@harbour.example".into(),
        folder: "INBOX".into(),
        auth: MailboxAuth::Password,
    }
}

const HELLO: &str = "* OK ready\r\n";

/// The time for each step, so short that a server which hangs costs a test none.
fn deadlines() -> MailboxDeadlines {
    let short = Duration::from_millis(300);
    MailboxDeadlines { connect: short, command: short, mail: short }
}

async fn open(account: &Account) -> Result<Session, MailboxError> {
    Session::open(account, &"five grey gulls".to_owned().into(), deadlines()).await
}

/// Opens, names, fetches and moves, and says what came of it.
async fn walk(account: &Account) -> Result<String, MailboxError> {
    let mut session = open(account).await?;
    let listed = session.list(0).await?;
    let uids: Vec<u32> = listed.iter().filter(|mail| !mail.is_deleted).map(|mail| mail.uid).collect();
    let mail = session.fetch(uids[0]).await?;
    session.move_to("Tidings", &uids).await?;
    let count = session.count();
    session.close().await;
    Ok(format!("{uids:?} {:?} {count}", mail.map(|octets| octets.len())))
}

/// What is told of a server that answers so.
async fn told(greeting: &'static str, script: fn(&str) -> Says) -> String {
    let told = match walk(&server(greeting, script).await).await {
        Ok(done) => done,
        Err(error) => error_report(&error),
    };
    assert!(!told.contains("gulls") && !told.contains("bounces@harbour"), "{told}");
    told
}

#[tokio::test]
async fn mails_are_named_fetched_and_moved() {
    assert_eq!(told(HELLO, usual).await, "[7, 9] Some(13) 2");
}

#[tokio::test]
async fn without_move_a_mail_is_copied_marked_and_expunged_alone() {
    fn script(command: &str) -> Says {
        match command {
            "CAPABILITY" => Says::Text("* CAPABILITY IMAP4rev1 UIDPLUS LITERAL+\r\nTAG OK\r\n".into()),
            "LOGIN \"bounces@harbour.example\" \"five grey gulls\"" => Says::Text("TAG OK\r\n".into()),
            "UID STORE 7,9 +FLAGS.SILENT (\\Deleted)" => Says::Text("TAG OK\r\n".into()),
            "UID EXPUNGE 7,9" => Says::Text("* 1 EXPUNGE\r\n* 2 EXPUNGE\r\nTAG OK\r\n".into()),
            "UID COPY 7,9 \"Tidings\"" => Says::Text("TAG OK\r\n".into()),
            command if command.starts_with("UID FETCH") || command.starts_with("FETCH") => usual(command),
            "SELECT \"INBOX\"" | "LOGOUT" => usual(command),
            other => Says::Text(format!("TAG BAD {other}\r\n")),
        }
    }
    assert_eq!(told(HELLO, script).await, "[7, 9] Some(13) 1");
}

#[tokio::test]
async fn a_server_that_misbehaves_is_told_of_and_bounded() {
    for (greeting, script, words) in [
        (HELLO, (|_| Says::Hangs) as fn(&str) -> Says, "let the time pass"),
        ("", usual, "let the time pass"),
        ("220 mail.example ESMTP\r\n", usual, "does not greet as IMAP servers do"),
        ("* BYE too many connections\r\n", usual, "too many connections"),
        (HELLO, |_| Says::Drops(String::new()), "the server closed the connection"),
        (
            HELLO,
            |command| {
                if command.starts_with("ANSWER") {
                    Says::Text("TAG NO bad login of bounces@harbour.example: five grey gulls\r\n".into())
                } else {
                    usual(command)
                }
            },
            "b…@harbour.example",
        ),
        (
            HELLO,
            |command| {
                if command.starts_with("SELECT") {
                    Says::Text("TAG NO no such folder\r\n".into())
                } else {
                    usual(command)
                }
            },
            "hint: the folder is the path",
        ),
        (
            HELLO,
            |command| {
                if command.starts_with("UID MOVE") {
                    Says::Text("TAG NO over quota\r\n".into())
                } else {
                    usual(command)
                }
            },
            "`bounce.done_folder`",
        ),
        // Sizes that are not so.
        (
            HELLO,
            |command| {
                if command.starts_with("UID FETCH") {
                    Says::Text(fetched(command, 5, "A: b\r\n\r\nhello"))
                } else {
                    usual(command)
                }
            },
            "does not speak IMAP as it should in a mail",
        ),
        (
            HELLO,
            |command| {
                if command.starts_with("UID FETCH") {
                    Says::Text(fetched(command, 5_000, "A: b\r\n\r\nhello"))
                } else {
                    usual(command)
                }
            },
            "let the time pass in a mail",
        ),
        (
            HELLO,
            |command| {
                if command.starts_with("UID FETCH") {
                    Says::Text(fetched(command, 4_000_000_000, "A: b"))
                } else {
                    usual(command)
                }
            },
            "announces more octets",
        ),
        (
            HELLO,
            |command| {
                if command.starts_with("UID FETCH") {
                    Says::Drops("* 1 FETCH (UID 7 BODY[]<0> {4000}\r\nA: b".into())
                } else {
                    usual(command)
                }
            },
            "lost the IMAP server",
        ),
        (
            HELLO,
            |command| {
                if command.starts_with("UID FETCH") {
                    Says::Text(fetched("UID FETCH 99", 9, "A: b"))
                } else {
                    usual(command)
                }
            },
            "another mail",
        ),
        // Ten million mails that are not there, and lines without an end.
        (
            HELLO,
            |command| match command {
                "SELECT \"INBOX\"" => Says::Text("* 10000000 EXISTS\r\nTAG OK\r\n".into()),
                command if command.starts_with("FETCH") => Says::Text("TAG OK\r\n".into()),
                _ => usual(command),
            },
            "10000000 mails, and names none",
        ),
        (
            HELLO,
            |command| {
                if command.starts_with("FETCH") {
                    Says::Text("* 1 FETCH (UID 7 FLAGS ())\r\n".repeat(1_000_000))
                } else {
                    usual(command)
                }
            },
            "",
        ),
        (
            HELLO,
            |command| if command.starts_with("FETCH") { Says::Text("x".repeat(200_000)) } else { usual(command) },
            "a line of its answer does not end",
        ),
        (
            HELLO,
            |command| {
                if command.starts_with("FETCH") {
                    Says::Text("* 1 FETCH {10}\r\n0123456789".repeat(30_000))
                } else {
                    usual(command)
                }
            },
            "a line of its answer does not end",
        ),
    ] {
        let told = told(greeting, script).await;
        assert!(told.contains(words) && !told.starts_with('['), "{words}: {told}");
    }
}

#[tokio::test]
async fn a_mail_of_many_octets_is_cut_where_it_counts_no_more() {
    fn script(command: &str) -> Says {
        if !command.starts_with("UID FETCH") {
            return usual(command);
        }
        // It gives more than it was asked for.
        Says::Text(fetched(command, 12_000_000, &"x".repeat(12_000_000)))
    }
    let account = server(HELLO, script).await;
    let wide = MailboxDeadlines { mail: Duration::from_secs(60), ..deadlines() };
    let mut session = Session::open(&account, &"five grey gulls".to_owned().into(), wide).await.unwrap();
    assert_eq!(session.fetch(7).await.unwrap().unwrap().len() as u64, MAX_OCTETS);
    assert_eq!(session.list(0).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_token_is_no_password() {
    fn script(command: &str) -> Says {
        match command {
            "CAPABILITY" => Says::Text("* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 MOVE\r\nTAG OK\r\n".into()),
            "AUTHENTICATE XOAUTH2" => Says::Text("+ \r\n".into()),
            "ANSWER " => Says::Text("TAG NO the token is old\r\n".into()),
            // A refusal comes as one more question.
            command if command.starts_with("ANSWER dXNlcj1") => Says::Text("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n".into()),
            _ => usual(command),
        }
    }
    let account = Account { auth: MailboxAuth::Xoauth2, ..server(HELLO, script).await };
    let refused = error_report(&open(&account).await.err().unwrap());
    assert!(refused.contains("the token is old") && refused.contains("`bounce.mailbox_auth`"), "{refused}");
    fn takes(command: &str) -> Says {
        // `user=bounces@harbour.example`, the token, and what parts them.
        let known = "dXNlcj1ib3VuY2VzQGhhcmJvdXIuZXhhbXBsZQFhdXRoPUJlYXJlciBmaXZlIGdyZXkgZ3VsbHMBAQ==";
        match command.strip_prefix("ANSWER ") {
            Some(answer) if answer == known => Says::Text("TAG OK\r\n".into()),
            _ => script(command),
        }
    }
    let account = Account { auth: MailboxAuth::Xoauth2, ..server(HELLO, takes).await };
    assert_eq!(open(&account).await.map(|session| session.count()).ok(), Some(3));
    let account = Account { auth: MailboxAuth::Xoauth2, ..server(HELLO, usual).await };
    assert!(error_report(&open(&account).await.err().unwrap()).contains("does not offer XOAUTH2"));
}

#[tokio::test]
async fn a_password_goes_nowhere_in_clear_but_to_this_machine() {
    let account = server(HELLO, usual).await;
    // The same machine by an address that is not known to be it.
    let away = Account { host: "0.0.0.0".into(), ..account.clone() };
    assert!(error_report(&open(&away).await.err().unwrap()).contains("does not offer STARTTLS"));
    fn injects(command: &str) -> Says {
        match command {
            "CAPABILITY" => Says::Text("* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK\r\n".into()),
            "STARTTLS" => Says::Text("TAG OK\r\n* CAPABILITY AUTH=PLAIN\r\n".into()),
            _ => usual(command),
        }
    }
    let away = Account { host: "0.0.0.0".into(), ..server(HELLO, injects).await };
    assert!(error_report(&open(&away).await.err().unwrap()).contains("somebody may be in between"));
    // No TLS at all behind `imaps://`.
    let implicit = Account { is_implicit: true, ..server("* OK ready, and much more\r\n", usual).await };
    let told = error_report(&open(&implicit).await.err().unwrap());
    assert!(told.contains("TLS"), "{told}");
}

#[tokio::test]
async fn new_mail_is_told_of() {
    fn script(command: &str) -> Says {
        match command {
            "IDLE" => Says::Text("+ idling\r\n* 4 EXISTS\r\n".into()),
            "ANSWER DONE" => Says::Text("TAG OK\r\n".into()),
            command if command.starts_with("ANSWER") => Says::Text("TAG OK\r\n".into()),
            _ => usual(command),
        }
    }
    let mut session = open(&server(HELLO, script).await).await.unwrap();
    assert!(session.can_wait());
    assert!(session.wait_for_mail(Duration::from_secs(20), &mut || true).await.unwrap());
    assert_eq!(session.count(), 4);
    assert!(!session.wait_for_mail(Duration::from_secs(20), &mut || false).await.unwrap());
}
