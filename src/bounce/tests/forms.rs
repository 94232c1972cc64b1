//! What servers say × how mail systems pass it on: each bounce is read, and blamed on who is to blame.

use super::*;
use crate::deliver::{Phase, meaning};

/// What a server says: whose fault, code, enhanced code, words.
const SAID: [(&str, &str, &str, &str); 10] = [
    ("Reader", "550", "5.1.1", "no mailbox by this name, the user is unknown here"),
    ("Reader", "550", "", "Requested action not taken: mailbox unavailable"),
    ("Reader", "550", "5.2.1", "this account is disabled and takes no mail"),
    ("Mailbox", "552", "5.2.2", "the mailbox is full, ask its owner to clear it"),
    ("Mailbox", "552", "", "Requested mail action aborted: exceeded storage allocation"),
    ("Message", "552", "5.3.4", "message too big for us"),
    ("Message", "554", "5.7.1", "this message looks like spam to our filter"),
    ("Us", "550", "5.7.26", "the mail does not pass DMARC for harbour.example"),
    ("Us", "554", "5.7.1", "Service unavailable; client host [192.0.2.7] is on a blocklist"),
    ("Unclear", "554", "", "no, thank you"),
];

/// How a mail system passes it on: a name, and the mail with `{…}` for what differs.
const FORMS: [(&str, &str); 14] = [
    (
        "dsn",
        "From: Mail Delivery System <MAILER-DAEMON@relay.example>\nTo: {path}\nSubject: Undelivered Mail Returned to Sender\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nI could not deliver it.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\nFinal-Recipient: rfc822; ada@readers.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; {reply}\n\n--b--\n",
    ),
    (
        "dsn without a recipient",
        "From: MAILER-DAEMON@relay.example\nTo: {path}\nSubject: failure\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\nAction: failed\nDiagnostic-Code: smtp; {reply}\n\n--b--\n",
    ),
    (
        "dsn behind a boundary that is another's",
        "From: MAILER-DAEMON@relay.example\nTo: {path}\nSubject: Delivery Status Notification (Failure)\nContent-Type: multipart/report; boundary=mine\n\n--yours\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\nFinal-Recipient: rfc822; ada@readers.example\nAction: failed\nDiagnostic-Code: smtp; {reply}\n\n--yours--\n",
    ),
    (
        "dsn that was forwarded",
        "From: Postmaster <postmaster@readers.example>\nTo: someone@harbour.example\nSubject: Fwd: failure\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nSee below.\n\n--o\nContent-Type: message/rfc822\n\nFrom: MAILER-DAEMON@relay.example\nTo: {path}\nSubject: failure\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\n\nFinal-Recipient: rfc822; ada@readers.example\nAction: failed\nDiagnostic-Code: smtp; {reply}\n\n--b--\n\n--o--\n",
    ),
    (
        "postfix",
        "From: MAILER-DAEMON@relay.example (Mail Delivery System)\nTo: {path}\nSubject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host relay.example.\n\nYour message could not be delivered. It's attached below.\n\n<ada@readers.example>: host mx.readers.example[192.0.2.20] said: {reply}\n    (in reply to RCPT TO command)\n",
    ),
    (
        "exim",
        "From: Mail Delivery System <Mailer-Daemon@relay.example>\nTo: {path}\nX-Failed-Recipients: ada@readers.example\nSubject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\n  ada@readers.example\n    host mx.readers.example [192.0.2.20]\n    SMTP error from remote mail server after RCPT TO:<ada@readers.example>:\n    {reply}\n\n------ This is a copy of the message, including all the headers. ------\n\nSubject: 550 things\n",
    ),
    (
        "qmail",
        "From: MAILER-DAEMON@relay.example\nTo: {path}\nSubject: failure notice\n\nHi. This is the qmail-send program at relay.example.\nI'm afraid it did not work.\n\n<ada@readers.example>:\n192.0.2.20 does not like recipient.\nRemote host said: {reply}\nGiving up on 192.0.2.20.\n\n--- Below this line is a copy of the message.\n\nSubject: x\n",
    ),
    (
        "sendmail",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@relay.example>\nTo: {path}\nSubject: Returned mail: see transcript for details\n\nThe original message was received at Mon, 1 Dec 2025 08:00:00 GMT\n\n   ----- The following addresses had permanent fatal errors -----\n<ada@readers.example>\n\n   ----- Transcript of session follows -----\n... while talking to mx.readers.example.:\n>>> RCPT To:<ada@readers.example>\n<<< {reply}\n\n   ----- Original message follows -----\n\nSubject: x\n",
    ),
    (
        "opensmtpd",
        "From: Mailer Daemon <MAILER-DAEMON@relay.example>\nTo: {path}\nSubject: Delivery status notification: error\n\n    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\nada@readers.example: {reply}\n\n    Below is a copy of the original message:\n\nSubject: x\n",
    ),
    (
        "dragonfly",
        "From: MAILER-DAEMON <>\nTo: {path}\nSubject: Mail delivery failed\n\nThis is the DragonFly Mail Agent at relay.example.\n\nThere was an error delivering your mail to <ada@readers.example>.\n\nmx.readers.example [192.0.2.20] did not like our RCPT:\n{reply}\n\nMessage headers follow.\n\nSubject: x\n",
    ),
    (
        "gmail",
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\nTo: {path}\nSubject: Delivery Status Notification (Failure)\n\nDelivery to the following recipient failed permanently:\n\n     ada@readers.example\n\nThe error that the other server returned was:\n{reply}\n\n----- Original message -----\n\nSubject: x\n",
    ),
    (
        "zoho",
        "From: mailer-daemon@mail.example\nTo: {path}\nSubject: Undelivered Mail Returned to Sender\n\nThis message was created automatically by mail delivery software.\n\nada@readers.example, ERROR CODE :{reply}\n",
    ),
    (
        "a page",
        "From: postmaster@relay.example\nTo: {path}\nSubject: Undeliverable: x\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>Your message wasn&#39;t delivered.</p><p>Remote Server returned: {reply}</p></body></html>\n",
    ),
    (
        "a notice of SES",
        "From: no-reply@sns.example\nTo: someone@harbour.example\nSubject: AWS Notification Message\n\n{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"ada@readers.example\",\"action\":\"failed\",\"diagnosticCode\":\"smtp; {reply}\"}]},\"mail\":{\"source\":\"{path}\"}}\n",
    ),
];

#[test]
fn what_servers_say_is_understood_in_every_form() {
    let path = sent(ADA, Occasion::Send).return_path;
    let mut wrong = Vec::new();
    for (form, mail) in FORMS {
        for (blame, code, enhanced, words) in SAID {
            let reply =
                [code, enhanced, words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            let mail = mail.replace("{path}", &path).replace("{reply}", &reply);
            let found = match read(mail.as_bytes(), &keys()) {
                Ok(Report::Delivery { recipients, .. }) => {
                    match fate_of(&recipients, &"ada@readers.example".parse().unwrap()) {
                        Some(Fate::Failed(reply)) => format!("{:?}", meaning(Phase::Report, reply).blame),
                        other => format!("{other:?}"),
                    }
                }
                other => format!("{other:?}"),
            };
            if found != blame {
                wrong.push(format!("{form}: `{reply}` is {found}, not {blame}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Words of systems that pass no reply on.
#[test]
fn a_text_without_a_reply_is_understood_by_its_words() {
    #[track_caller]
    fn check(subject: &str, text: &str, expect: &str) {
        let path = sent(ADA, Occasion::Send).return_path;
        let mail = format!("From: postmaster@readers.example\nTo: {path}\nSubject: {subject}\n\n{text}\n");
        let found = match read(mail.as_bytes(), &keys()) {
            Ok(Report::Delivery { recipients, .. }) => match &recipients[0].fate {
                Fate::Failed(reply) => format!("{:?}", meaning(Phase::Report, reply).blame),
                Fate::Delayed(_) => "delayed".into(),
                Fate::Arrived => "arrived".into(),
            },
            other => format!("{other:?}"),
        };
        assert_eq!(found, expect, "{subject}");
    }
    let domino = "Your message\n\n  Subject: Notes\n\nwas not delivered to:\n\n  ada@readers.example\n\nbecause:\n\n";
    check(
        "DELIVERY FAILURE",
        &format!("{domino}  User Ada (ada@readers.example) not listed in Domino Directory"),
        "Reader",
    );
    let exchange = "Your message\n\n  Subject: Notes\n\ndid not reach the following recipient(s):\n\nada@readers.example on Mon\n    ";
    check(
        "Undeliverable: Notes",
        &format!("{exchange}The recipient name is not recognized\n    MSEXCH:IMS:A:B:C 0 (000C05A6) Unknown Recipient"),
        "Reader",
    );
    check(
        "failure notice",
        "<ada@readers.example>:\nchild status 100...the user's mailfolder is full.\n\n--- Below this line is a copy of the message.\n",
        "Mailbox",
    );
    check("Mail delivery failed", "retry timeout exceeded for ada@readers.example", "Unclear");
    check(
        "Warning: message delayed 24 hours",
        "A message has not been delivered yet.\n\nNo action is required.",
        "delayed",
    );
    check("Delivery Status Notification (Delay)", "450 4.2.1 busy", "delayed");
}
