//! From nothing to a connection that takes mail: connect, encrypt, EHLO, log in.

use std::{io, sync::Arc, time::Duration};

use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, time::timeout};

use super::{
    auth,
    connection::{Connection, ConnectionError},
    deadlines::Deadlines,
    reply::{self, to_printable},
    tls,
};
use crate::{
    deliver::{
        blame::Phase,
        destination::{Relay, Tls},
        outcome::Error,
        rejection::Rejection,
        reply::Reply,
    },
    diagnostic::Diagnostic,
};

/// A connection on which MAIL may be said, and what the server can do.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) wire: Connection,
    pub(super) features: Features,
    /// Messages accepted over this connection.
    pub(super) accepted: u64,
    /// The Message-ID of the message whose envelope went with the one before; its replies are still to be read.
    pub(super) ahead: Option<String>,
}

/// What EHLO told us.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) starttls: bool,
    /// Commands may come in groups (RFC 2920).
    pub(super) pipelining: bool,
    pub(super) smtputf8: bool,
    /// The longest message in octets, 0 for no limit (RFC 1870); `None` without the extension.
    pub(super) size: Option<u64>,
    pub(super) auth: Vec<String>,
}

impl Features {
    fn read(lines: &[Vec<u8>]) -> Self {
        let mut features = Self::default();
        for line in lines.iter().skip(1) {
            let line = to_printable(line).to_ascii_uppercase();
            // Old servers write `AUTH=LOGIN`.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("STARTTLS") => features.starttls = true,
                Some("PIPELINING") => features.pipelining = true,
                Some("SMTPUTF8") => features.smtputf8 = true,
                Some("SIZE") => features.size = Some(words.next().and_then(|size| size.parse().ok()).unwrap_or(0)),
                Some("AUTH") => features.auth.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        features
    }
}

/// Opens a connection and brings it to where mail can be sent.
pub(super) async fn greet(
    relay: &Relay,
    deadlines: &Deadlines,
    tls_config: Option<&Arc<rustls::ClientConfig>>,
) -> Result<Ready, Error> {
    let place = format!("the SMTP server `{}:{}`", relay.host, relay.port);
    let host = relay.host.trim_start_matches('[').trim_end_matches(']');
    let stream = connect(host, relay.port, deadlines.connect).await;
    let stream = stream.map_err(|why| Error::Unreachable(place.clone(), why))?;
    let here = stream.local_addr().ok().map(|address| address.ip());
    let mut wire = Connection::new(stream).map_err(|why| Error::Unreachable(place.clone(), why))?;
    let helo = helo(relay.helo.as_deref(), here);

    if let (Tls::Implicit, Some(tls_config)) = (relay.tls, tls_config) {
        wire = encrypt(wire, tls_config, host, &place, deadlines.tls).await?;
    }
    let greeting = wire.reply(deadlines.greeting).await.map_err(|why| broken(&place, "greeting", why))?;
    expect(greeting, 220, &place, "will not talk to us")?;
    let mut features = hello(&mut wire, &helo, &place, deadlines.command).await?;

    if let (Tls::Required, Some(tls_config)) = (relay.tls, tls_config) {
        if !features.starttls {
            let refused = Diagnostic::new(format!("{place} does not offer STARTTLS, and mail does not go in clear"));
            return Err(Error::Refused(
                refused
                    .hint("`smtps://` for TLS from the start; `smtp.tls = \"none\"` only for a relay on this machine"),
            ));
        }
        let reply = wire.command("STARTTLS\r\n", deadlines.command).await;
        expect(reply.map_err(|why| broken(&place, "STARTTLS", why))?, 220, &place, "refuses STARTTLS")?;
        if wire.has_unread() {
            // Somebody on the way put words in front of the encrypted ones (RFC 3207 6).
            let what = format!("{place} sent data between STARTTLS and encryption; somebody may be in between");
            return Err(Error::Refused(what.into()));
        }
        wire = encrypt(wire, tls_config, host, &place, deadlines.tls).await?;
        features = hello(&mut wire, &helo, &place, deadlines.command).await?;
    }
    if let (Some(credentials), true) = (&relay.credentials, tls_config.is_some()) {
        auth::login(&mut wire, &features.auth, credentials, &place, deadlines.command).await?;
    }
    Ok(Ready { wire, features, accepted: 0, ahead: None })
}

async fn connect(host: &str, port: u16, deadline: Duration) -> io::Result<TcpStream> {
    let hint = |kind, why: String, hint: &str| io::Error::new(kind, Diagnostic::new(why).hint(hint));
    match timeout(deadline, TcpStream::connect((host, port))).await {
        Err(_) => Err(hint(
            io::ErrorKind::TimedOut,
            "no answer".to_owned(),
            "many networks block outgoing port 25; 587 is for programs like this",
        )),
        Ok(Err(why)) => {
            Err(hint(why.kind(), why.to_string(), "is it running, and are name and port in `smtp.url` right?"))
        }
        Ok(Ok(stream)) => Ok(stream),
    }
}

async fn encrypt(
    wire: Connection,
    tls_config: &Arc<rustls::ClientConfig>,
    host: &str,
    place: &str,
    deadline: Duration,
) -> Result<Connection, Error> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Error::Refused(format!("`{host}` is no name that a certificate can have").into()))?;
    match timeout(deadline, wire.encrypt(tls_config, name)).await {
        Err(_) => Err(broken(place, "TLS handshake", ConnectionError::Late)),
        Ok(encrypted) => encrypted.map_err(|why| tls::classify_error(place, why)),
    }
}

/// Says EHLO, or HELO to a server that knows no better.
async fn hello(wire: &mut Connection, helo: &str, place: &str, deadline: Duration) -> Result<Features, Error> {
    let failed = |why| broken(place, "EHLO", why);
    wire.send(&format!("EHLO {helo}\r\n"), deadline).await.map_err(failed)?;
    let (code, lines) = wire.lines(deadline).await.map_err(failed)?;
    match code {
        250 => Ok(Features::read(&lines)),
        500..=504 => {
            let reply = wire.command(&format!("HELO {helo}\r\n"), deadline).await.map_err(failed)?;
            expect(reply, 250, place, "does not take our HELO")?;
            Ok(Features::default())
        }
        _ => {
            expect(reply::join(code, &lines), 250, place, "does not take our EHLO")?;
            Ok(Features::default())
        }
    }
}

/// Passes the wanted code; 4yz is for later, anything else for a person.
fn expect(reply: Reply, code: u16, place: &str, fault: &str) -> Result<(), Error> {
    if reply.code == code {
        return Ok(());
    }
    if (400..500).contains(&reply.code) {
        return Err(Error::Unreachable(place.to_owned(), io::Error::other(format!("it says: {reply}"))));
    }
    Err(Error::Rejected { what: format!("{place} {fault}"), rejection: Rejection::new(Phase::Auth, reply) })
}

fn broken(place: &str, phase: &str, why: ConnectionError) -> Error {
    let is_garbage = matches!(why, ConnectionError::NotSmtp(_));
    let mut why = io::Error::from(why);
    if is_garbage {
        let hint = "is this an SMTP port? `smtps://` is for ports with TLS from the start";
        why = io::Error::new(why.kind(), Diagnostic::new(why.to_string()).hint(hint));
    }
    Error::Unreachable(format!("{place} (at {phase})"), why)
}

/// What we call ourselves: as configured, else the host's name, else its address (RFC 5321 4.1.3).
fn helo(configured: Option<&str>, here: Option<std::net::IpAddr>) -> String {
    let is_name = |name: &String| {
        !name.is_empty()
            && name.len() <= 255
            && name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b".-[]:_".contains(&octet))
    };
    let host = || hostname::get().ok()?.into_string().ok();
    configured.map(str::to_owned).filter(is_name).or_else(|| host().filter(is_name)).unwrap_or_else(|| match here {
        Some(std::net::IpAddr::V4(address)) => format!("[{address}]"),
        Some(std::net::IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        None => "localhost".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_in_any_case() {
        let lines = [
            "mx.example greets you",
            "size 1000",
            "Auth=LOGIN plain",
            "STARTTLS",
            "pipelining",
            "SMTPUTF8",
            "X-\u{fc}",
        ];
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        let expect = Features {
            starttls: true,
            pipelining: true,
            smtputf8: true,
            size: Some(1000),
            auth: vec!["LOGIN".into(), "PLAIN".into()],
        };
        assert_eq!(Features::read(&lines), expect);
        assert_eq!(Features::read(&lines[..1]), Features::default());
    }

    #[test]
    fn we_never_say_a_name_that_breaks_the_line() {
        assert_eq!(helo(Some("mail.harbour.example"), None), "mail.harbour.example");
        assert!(!helo(Some("a b\r\nMAIL"), None).contains(['\r', '\n', ' ']));
    }
}
