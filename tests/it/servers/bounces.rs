//! Bounces that Postfix writes itself, some time after it took the message.

use crate::world::{
    postfix::{self, Postfix},
    server::can_have,
    sink::{SmtpSink, Stage},
};

/// One reader for each way in which a message comes back, and one whom it reaches; and what is to become of each.
const READERS: [(&str, &str); 5] = [
    ("reader0@readers.example", "active"),
    ("gone@readers.example", "suppressed"),
    ("full@readers.example", "active"),
    ("gone@far.example", "suppressed"),
    ("strict@far.example", "active"),
];

const LIMIT: usize = 60_000;

#[test]
fn what_postfix_sends_back_is_applied() {
    if !can_have(postfix::PROGRAMS) {
        return;
    }
    // The token in the return path finds the delivery; where there is none, the Message-ID does.
    for return_path in ["bounce+{{ token }}@harbour.example", "bounce@harbour.example"] {
        let far = SmtpSink::scripted(|event| match event.stage {
            Stage::Rcpt if event.line.contains("gone@") => Some("550 5.1.1 no such user here".into()),
            Stage::Rcpt => Some("550 5.7.1 we take no digests".into()),
            _ => None,
        });
        let postfix = Postfix::start(&format!(
            "smtpd_reject_unlisted_recipient = no\n\
             message_size_limit = {LIMIT}\n\
             virtual_mailbox_limit = {LIMIT}\n\
             transport_maps = inline:{{far.example=smtp:[127.0.0.1]:{}}}",
            far.port()
        ));
        postfix.fill(LIMIT);
        let project = postfix.project_for(&READERS.map(|(address, _)| address));
        let config = project.read("tidings.toml");
        project.write("tidings.toml", config.replace("[smtp]", &format!("[smtp]\nreturn_path = \"{return_path}\"")));
        assert_eq!(project.run("send --yes --json").code(0).json()["sent"], READERS.len());

        for report in postfix.mailbox("bounces", READERS.len() - 1) {
            project.write("report.eml", &report);
            let applied = project.run("bounce report.eml --json").code(0).json();
            assert_eq!(applied["reports"][0]["edition"], 1, "{applied}\n{}", String::from_utf8_lossy(&report));
        }
        let counts = project.run("editions show 1 --json").code(0).json();
        assert_eq!((&counts["sent"], &counts["bounced"]), (&1.into(), &4.into()), "{return_path}");
        let list = project.run("subscribers list").code(0).stdout;
        for (address, status) in READERS {
            let line = list.lines().find(|line| line.contains(address)).unwrap();
            assert!(line.contains(status), "{return_path}: {line}");
        }
    }
}
