//! A short letter of our own, to who runs the publication or to a reader who wrote: plain text, no list.

use chrono::{DateTime, Utc};

use crate::{
    subscriber::{Address, Subscriber},
    token::{Purpose, Subject},
};

use super::{
    body::{PartKind, only_part},
    dkim,
    error::Error,
    fields,
    header_text::parse_mailbox,
    ids::{self, ReturnPath},
    mime,
    outgoing::{Message, Occasion, Sender},
    unsubscribe::page_url,
};

/// What a notice says, and to whom.
#[derive(Debug, Clone)]
pub struct OperatorNotice<'a> {
    /// Its name, of letters, digits and hyphens; with the date it makes the Message-ID.
    pub name: &'a str,
    /// Who writes: `publication.from`.
    pub from: &'a str,
    /// Who reads.
    pub to: &'a Address,
    /// One line of plain text.
    pub subject: &'a str,
    /// Plain text, LF line ends.
    pub text: &'a str,
    /// The Message-ID of the message that it is about, so that they stand together.
    pub about: Option<&'a str>,
    /// Who is answered instead of `from`.
    pub reply_to: Option<&'a Address>,
    /// A mail that goes along as it is.
    pub attached: Option<&'a [u8]>,
    /// When it is written.
    pub date: DateTime<Utc>,
}

/// Writes a notice. Nobody answers it (RFC 3834), and a bounce of it counts against no subscriber.
///
/// # Errors
/// When the sender's own mailbox or the return path is not valid.
pub fn operator_notice(notice: &OperatorNotice<'_>, sender: &Sender) -> Result<Message, Error> {
    let (from_name, from) = parse_mailbox(notice.from)?;
    let (nobody, name) =
        (Subscriber::stranger(notice.to.clone()), format!("{}-{}", notice.name, notice.date.timestamp_millis()));
    let message_id = ids::message_id(&sender.keys, &name, &nobody, Occasion::Sample(0), &from);
    let return_path = match &sender.return_path {
        Some(template) => ReturnPath::read(template)?.of(&sender.keys, "note", &nobody, Occasion::Sample(0)),
        None => from.to_string(),
    };
    let mut written = vec![
        ("Date", fields::date(notice.date)),
        ("From", fields::mailbox_field("From", from_name.as_deref(), &from)),
        ("To", notice.to.to_string()),
        ("Subject", fields::subject(notice.subject)),
        ("Message-ID", message_id.clone()),
    ];
    written.extend(notice.reply_to.map(|address| ("Reply-To", address.to_string())));
    for name in ["In-Reply-To", "References"] {
        written.extend(notice.about.map(|id| (name, id.to_owned())));
    }
    written.push(("Auto-Submitted", "auto-generated".to_owned()));
    let body = only_part(PartKind::Text, notice.text);
    let header = mime::header(written)?;
    let whole = match notice.attached {
        None => header.singlepart(body),
        Some(mail) => {
            // The end of a signed token: no foreign mail can know it.
            let token = message_id.split('@').next().unwrap_or_default();
            let boundary = format!("=_{}", &token[token.len().saturating_sub(20)..]);
            header.multipart(mime::with_mail(boundary, body, mail))
        }
    };
    let mut octets = whole.map_err(Error::Build)?.formatted();
    dkim::sign(&sender.signers, &mut octets)?;
    let needs_smtputf8 =
        ![from.as_str(), notice.to.as_str(), &return_path, notice.reply_to.map_or("", Address::as_str)]
            .iter()
            .all(|address| address.is_ascii());
    Ok(Message { name, return_path, recipient: notice.to.clone(), message_id, needs_smtputf8, octets })
}

/// The editor's link to let the edition with this id go, or to stop it: `public_url/a/TOKEN`.
pub fn editor_link(sender: &Sender, purpose: Purpose, edition: &str) -> Option<String> {
    let about = Subject { subscriber: 0, of: edition.to_owned() };
    Some(page_url(sender.public_url.as_ref()?, &["a", ""])? + &sender.keys.sign(purpose, &about.payload()))
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;

    use super::*;
    use crate::token::Keys;

    fn sender() -> Sender {
        Sender {
            keys: Keys::new((1, [7; 32]), []),
            public_url: Some("https://news.harbour.example/base".parse().unwrap()),
            unsubscribe_mailto: None,
            return_path: Some("bounce+{{ token }}@harbour.example".to_owned()),
            signers: [].into(),
            echoes: Vec::new(),
        }
    }

    #[test]
    fn a_notice_says_what_it_was_given_in_any_script() {
        let to = "editor@harbour.example".parse().unwrap();
        for text in ["Plain words.\n\n.A dot = a sign\nhttps://news.example/a/1\n", "Олег, весть\nвторая строка\n"]
        {
            let given = OperatorNotice {
                name: "ask",
                from: "Harbour Notes <notes@harbour.example>",
                to: &to,
                subject: "Looked at?\r\nBcc: x@y.example",
                text,
                about: Some("<1@harbour.example>"),
                reply_to: None,
                attached: None,
                date: DateTime::UNIX_EPOCH,
            };
            let message = operator_notice(&given, &sender()).unwrap();
            let read = MessageParser::default().parse(&message.octets).unwrap();
            assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), text);
            assert_eq!(read.subject(), Some("Looked at? Bcc: x@y.example"));
            assert_eq!(read.in_reply_to().as_text(), Some("1@harbour.example"));
            assert!(read.header_raw("Bcc").is_none() && read.header_raw("List-Id").is_none());
            assert_eq!(format!("<{}>", read.message_id().unwrap()), message.message_id);
            assert!(message.return_path.starts_with("bounce+"), "{}", message.return_path);
            assert_eq!(operator_notice(&given, &sender()).unwrap(), message);
        }
    }

    #[test]
    fn an_editors_link_is_good_for_one_answer() {
        let sender = sender();
        let link = editor_link(&sender, Purpose::Veto, "0123").unwrap();
        let token = link.strip_prefix("https://news.harbour.example/base/a/").unwrap();
        let about = Subject::read(&sender.keys.verify(Purpose::Veto, token).unwrap()).unwrap();
        assert_eq!(about, Subject { subscriber: 0, of: "0123".to_owned() });
        assert_eq!(sender.keys.verify(Purpose::Approve, token), None);
        assert_eq!(editor_link(&Sender { public_url: None, ..sender }, Purpose::Veto, "0123"), None);
    }
}
