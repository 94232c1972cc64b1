//! Logging in (RFC 4954): PLAIN (RFC 4616), LOGIN, XOAUTH2. Only ever called on an encrypted connection.

use std::{io, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};

use super::connection::{Connection, ConnectionError};
use crate::deliver::{blame::Phase, outcome::Error, rejection::Rejection, reply::Reply};

/// Logs in by the first mechanism that the server offers and we know.
pub(super) async fn login(
    wire: &mut Connection,
    offered: &[String],
    (user, password): &(String, SecretString),
    place: &str,
    deadline: Duration,
) -> Result<(), Error> {
    let password = password.expose_secret();
    let offers = |name: &str| offered.iter().any(|offer| offer == name);
    if user.contains('\0') || password.contains('\0') {
        return Err(Error::Refused("user name and password may not hold a NUL".into()));
    }
    // Each answer goes out when the server asks for it; the first with the command, where there is one.
    let (command, answers) = if offers("PLAIN") {
        (format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}"))), vec![])
    } else if offers("LOGIN") {
        ("AUTH LOGIN".to_owned(), vec![STANDARD.encode(user), STANDARD.encode(password)])
    } else if offers("XOAUTH2") {
        let bearer = format!("user={user}\x01auth=Bearer {password}\x01\x01");
        // A refusal comes as a question; an empty answer brings the reply.
        (format!("AUTH XOAUTH2 {}", STANDARD.encode(bearer)), vec![String::new()])
    } else {
        let offers = if offered.is_empty() { "no login".to_owned() } else { offered.join(", ") };
        return Err(Error::Refused(format!("{place} offers {offers}; we know PLAIN, LOGIN and XOAUTH2").into()));
    };
    match converse(wire, command, answers, deadline).await {
        Err(why) => Err(Error::Unreachable(format!("{place} (at login)"), why.into())),
        Ok(reply) if reply.code == 235 => Ok(()),
        Ok(reply) => {
            let said = mask(&reply.text, user, password);
            if (400..500).contains(&reply.code) {
                let why = format!("it takes no logins now: {} {said}", reply.code);
                return Err(Error::Unreachable(place.to_owned(), io::Error::other(why)));
            }
            let rejection = Rejection::new(Phase::Auth, Reply { text: said, ..reply });
            Err(Error::Rejected { what: format!("{place} refuses the login"), rejection })
        }
    }
}

async fn converse(
    wire: &mut Connection,
    command: String,
    answers: Vec<String>,
    deadline: Duration,
) -> Result<Reply, ConnectionError> {
    let mut reply = wire.command(&format!("{command}\r\n"), deadline).await?;
    for answer in answers {
        if reply.code != 334 {
            break;
        }
        reply = wire.command(&format!("{answer}\r\n"), deadline).await?;
    }
    Ok(reply)
}

/// A server may repeat what it was told; we do not.
fn mask(text: &str, user: &str, password: &str) -> String {
    let forms = [
        STANDARD.encode(format!("\0{user}\0{password}")),
        STANDARD.encode(format!("user={user}\x01auth=Bearer {password}\x01\x01")),
        STANDARD.encode(password),
        password.to_owned(),
    ];
    forms.iter().filter(|form| !form.is_empty()).fold(text.to_owned(), |text, form| text.replace(form, "***"))
}
