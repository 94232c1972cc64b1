//! IMAP (RFC 3501, 9051), as much of it as taking mail out of one folder needs: the only place that speaks it.
//!
//! Mails are named by their places in the folder, a few at a time, and fetched one by one: a folder of millions costs no
//! more memory than one of ten. What is done is moved (MOVE, RFC 6851; else COPY, `\Deleted` and UID EXPUNGE, RFC 4315);
//! nothing is ever expunged that somebody else marked.

use std::{io, net::IpAddr, path::PathBuf, time::Duration};

use base64::{
    Engine as _, alphabet,
    engine::general_purpose::STANDARD,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_rustls::TlsConnector;

use super::{
    imap_connection::{Connection, MailboxError, Untagged, Wire, is_word},
    read::MAX_OCTETS,
};
use crate::{
    deliver::{self, smtp::tls},
    diagnostic::{Diagnostic, Explain as _},
};

/// So many mails are named, and moved, at a time.
pub const BATCH: u32 = 50;

/// The mailbox that bounces come to, and who we are to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS from the start (`imaps://`), or STARTTLS; this machine alone is spoken to in clear.
    pub is_implicit: bool,
    /// The PEM file of one more root certificate.
    pub tls_ca: Option<PathBuf>,
    /// The user's name.
    pub user: String,
    /// The folder.
    pub folder: String,
    /// How to log in.
    pub auth: MailboxAuth,
}

/// How to log in to a mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailboxAuth {
    /// With the password.
    #[default]
    Password,
    /// With an OAuth access token in the password's place.
    Xoauth2,
}

/// How long each step may take.
#[derive(Debug, Clone, Copy)]
pub struct MailboxDeadlines {
    /// Opening the connection, and encrypting it.
    pub connect: Duration,
    /// A command and its answer.
    pub command: Duration,
    /// One whole mail.
    pub mail: Duration,
}

impl Default for MailboxDeadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(30), command: seconds(60), mail: seconds(180) }
    }
}

/// A mail in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Its name, for as long as it is there.
    pub uid: u32,
    /// Somebody took it out, and it is not yet gone.
    pub is_deleted: bool,
}

/// A folder that is open.
pub struct Session {
    connection: Connection,
    deadlines: MailboxDeadlines,
    capabilities: Vec<String>,
}

impl Session {
    /// Connects, encrypts, logs in and opens the folder.
    ///
    /// # Errors
    /// When the server cannot be reached, is not to be trusted, or refuses us.
    pub async fn open(
        account: &Account,
        password: &SecretString,
        deadlines: MailboxDeadlines,
    ) -> Result<Self, MailboxError> {
        let mut session = connect(account, deadlines).await?;
        session.login(account, password).await?;
        session.read_capabilities().await?;
        let folder = quoted(&account.folder);
        session.command(&format!("SELECT {folder}"), "when it opens the folder").await?;
        Ok(session)
    }

    /// How many mails the server says there are.
    pub fn count(&self) -> u32 {
        self.connection.exists
    }

    /// Names the next mails of the folder, behind the first `skipped`.
    ///
    /// # Errors
    /// When the server does not answer as it should.
    pub async fn list(&mut self, skipped: u32) -> Result<Vec<Listed>, MailboxError> {
        if self.count() <= skipped {
            // What came in between is told of here.
            self.command("NOOP", "when it is asked for news").await?;
        }
        let last = self.count().min(skipped.saturating_add(BATCH));
        if last <= skipped {
            return Ok(Vec::new());
        }
        let doing = "when it names the mails";
        let lines = self.command(&format!("FETCH {}:{last} (UID FLAGS)", skipped + 1), doing).await?;
        let mut listed: Vec<Listed> = lines.iter().filter_map(|line| read_listed(&line.text)).collect();
        listed.sort_by_key(|mail| mail.uid);
        listed.dedup();
        if listed.is_empty() {
            let what = format!("it says that there are {} mails, and names none", self.count());
            return Err(self.connection.malformed(doing, &what));
        }
        listed.truncate(BATCH as usize);
        Ok(listed)
    }

    /// Fetches as much of a mail as counts, and leaves it unread; `None` where it is gone.
    ///
    /// # Errors
    /// When the server does not answer as it should: then the connection is of no more use.
    pub async fn fetch(&mut self, uid: u32) -> Result<Option<Vec<u8>>, MailboxError> {
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<0.{MAX_OCTETS}>)");
        let doing = "in a mail";
        let lines = self.connection.command(&command, &[], doing, self.deadlines.mail).await?;
        let Some(line) = lines.into_iter().find(|line| line.text.to_ascii_uppercase().contains("BODY[]")) else {
            return Ok(None);
        };
        if read_listed(&line.text).is_some_and(|listed| listed.uid != uid) {
            return Err(self.connection.malformed(doing, "it gives another mail than the one it was asked for"));
        }
        match line.literals.into_iter().next() {
            None if line.text.contains("\"\"") => Ok(Some(Vec::new())),
            octets => Ok(octets),
        }
    }

    /// Moves mails to another folder, which is made where it is not there.
    ///
    /// # Errors
    /// When the server refuses; what was not moved stays.
    pub async fn move_to(&mut self, folder: &str, uids: &[u32]) -> Result<(), MailboxError> {
        if uids.is_empty() {
            return Ok(());
        }
        let set = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let (doing, name) = ("when it moves mail", quoted(folder));
        let verb = if self.can("MOVE") { "MOVE" } else { "COPY" };
        let command = format!("UID {verb} {set} {name}");
        if let Err(MailboxError::Refused(_)) = self.command(&command, doing).await {
            for make in ["CREATE", "SUBSCRIBE"] {
                // What it says to the second try is what counts.
                match self.command(&format!("{make} {name}"), doing).await {
                    Ok(_) | Err(MailboxError::Refused(_)) => {}
                    Err(broken) => return Err(broken),
                }
            }
            self.command(&command, doing).await?;
        }
        if verb == "COPY" {
            self.command(&format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)"), doing).await?;
            if self.can("UIDPLUS") {
                self.command(&format!("UID EXPUNGE {set}"), doing).await?;
            }
        }
        Ok(())
    }

    /// Whether the server tells of new mail by itself (IDLE, RFC 2177).
    pub fn can_wait(&self) -> bool {
        self.can("IDLE")
    }

    /// Waits until there is new mail, `limit` is over, or `keep_going` says no; says whether there is.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn wait_for_mail(
        &mut self,
        limit: Duration,
        keep_going: &mut (impl FnMut() -> bool + Send),
    ) -> Result<bool, MailboxError> {
        let (before, until, doing) = (self.count(), Instant::now() + limit, "while we wait for mail");
        self.connection.send("idle IDLE\r\n", doing).await?;
        let mut has_begun = false;
        while self.count() <= before && Instant::now() < until && keep_going() {
            // So soon is noticed that the daemon is to end.
            let Ok(line) = timeout(Duration::from_secs(1), self.connection.untagged(doing)).await else { continue };
            let line = line?.text;
            match line.strip_prefix("* ") {
                Some(rest) => drop(self.connection.record(rest, doing)?),
                None if line.starts_with('+') => has_begun = true,
                None => return Err(self.connection.refused(doing, &line)),
            }
        }
        if !has_begun && self.count() <= before {
            return Ok(false);
        }
        self.connection.send("DONE\r\n", doing).await?;
        self.connection.finish("idle", doing, self.deadlines.command).await?;
        Ok(self.count() > before)
    }

    /// Ends the connection in order; what goes wrong here changes nothing.
    pub async fn close(mut self) {
        let _ = self.connection.command("LOGOUT", &[], "at the end", Duration::from_secs(2)).await;
    }

    fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known.eq_ignore_ascii_case(capability))
    }

    async fn command(&mut self, command: &str, doing: &str) -> Result<Vec<Untagged>, MailboxError> {
        self.connection.command(command, &[], doing, self.deadlines.command).await
    }

    async fn read_capabilities(&mut self) -> Result<(), MailboxError> {
        let lines = self.command("CAPABILITY", "when it says what it can").await?;
        let words = lines.iter().flat_map(|line| line.text.split_ascii_whitespace().skip(2)).map(str::to_owned);
        self.capabilities = words.take(500).collect();
        Ok(())
    }

    async fn login(&mut self, account: &Account, password: &SecretString) -> Result<(), MailboxError> {
        let (user, password, doing) = (&account.user, password.expose_secret(), "at login");
        if [user, password].iter().any(|text| text.contains(['\0', '\r', '\n'])) {
            let what = "user name and password of the mailbox may not hold a NUL or a line end";
            return Err(MailboxError::Refused(what.to_owned().into()));
        }
        let (plain, bearer) = (
            STANDARD.encode(format!("\0{user}\0{password}")),
            STANDARD.encode(format!("user={user}\x01auth=Bearer {password}\x01\x01")),
        );
        let answers = |text: &str| vec![text.to_owned()];
        let (command, answers) = match account.auth {
            MailboxAuth::Xoauth2 if self.can("AUTH=XOAUTH2") => ("AUTHENTICATE XOAUTH2".to_owned(), answers(&bearer)),
            MailboxAuth::Xoauth2 => {
                let what = format!("{} does not offer XOAUTH2", self.connection.place);
                let hint = "leave `bounce.mailbox_auth` out to log in with a password";
                return Err(MailboxError::Refused(Diagnostic::new(what).hint(hint)));
            }
            MailboxAuth::Password if self.can("AUTH=PLAIN") => ("AUTHENTICATE PLAIN".to_owned(), answers(&plain)),
            MailboxAuth::Password if self.can("LOGINDISABLED") => {
                let what = format!("{} takes no password", self.connection.place);
                let hint = "`mailbox_auth = \"xoauth2\"` where it wants an access token";
                return Err(MailboxError::Refused(Diagnostic::new(what).hint(hint)));
            }
            MailboxAuth::Password => (format!("LOGIN {} {}", escaped(user), escaped(password)), Vec::new()),
        };
        self.connection.secrets = vec![plain, bearer, STANDARD.encode(password), password.to_owned()];
        self.connection.command(&command, &answers, doing, self.deadlines.command).await?;
        Ok(())
    }
}

/// Opens a connection and brings it to where a password may be said.
async fn connect(account: &Account, deadlines: MailboxDeadlines) -> Result<Session, MailboxError> {
    let (host, place) = (&*account.host, format!("the IMAP server `{}:{}`", account.host, account.port));
    let doing = "when we connect";
    let lost = |why| MailboxError::Lost(place.clone(), doing.to_owned(), why);
    let stream = timeout(deadlines.connect, TcpStream::connect((host, account.port))).await;
    let stream = stream.map_err(|_| MailboxError::Late(place.clone(), doing.to_owned()))?.map_err(lost)?;
    let mut wire: Box<dyn Wire> = Box::new(stream);
    if account.is_implicit {
        wire = encrypt(wire, account, &place, deadlines.connect).await?;
    }
    let mut connection = Connection::new(wire, place.clone());
    let greeting = timeout(deadlines.command, connection.untagged(doing)).await;
    let greeting = greeting.map_err(|_| MailboxError::Late(place.clone(), doing.to_owned()))??.text;
    if !greeting.strip_prefix("* ").is_some_and(|rest| is_word(rest, "OK")) {
        return Err(match greeting.strip_prefix("* ") {
            Some(words) => connection.refused(doing, words),
            None => connection.malformed(doing, "it does not greet as IMAP servers do"),
        });
    }
    let mut session = Session { connection, deadlines, capabilities: Vec::new() };
    session.read_capabilities().await?;
    if account.is_implicit || is_here(host) {
        return Ok(session);
    }
    if !session.can("STARTTLS") {
        let what = format!("{place} does not offer STARTTLS, and a password does not go in clear");
        return Err(MailboxError::Refused(Diagnostic::new(what).hint("take `imaps://` for TLS from the start (993)")));
    }
    session.command("STARTTLS", "at STARTTLS").await?;
    let Some(wire) = session.connection.into_wire() else {
        // Somebody on the way put words in front of the encrypted ones.
        let what = format!("{place} sent data between STARTTLS and encryption; somebody may be in between");
        return Err(MailboxError::Refused(what.into()));
    };
    let wire = encrypt(wire, account, &place, deadlines.connect).await?;
    let mut session = Session { connection: Connection::new(wire, place), deadlines, capabilities: Vec::new() };
    session.read_capabilities().await?;
    Ok(session)
}

async fn encrypt(
    wire: Box<dyn Wire>,
    account: &Account,
    place: &str,
    limit: Duration,
) -> Result<Box<dyn Wire>, MailboxError> {
    let refused = |error: deliver::Error| {
        let hint = "the host in `bounce.mailbox` must be the certificate's; `bounce.mailbox_tls_ca` names the root of your own server";
        match error {
            deliver::Error::Unreachable(_, why) => {
                MailboxError::Lost(place.to_owned(), "when we encrypt".to_owned(), why)
            }
            other => MailboxError::Refused(Diagnostic { hint: Some(hint.to_owned()), ..other.diagnostic() }),
        }
    };
    let config = tls::client_config(account.tls_ca.as_deref(), "bounce.mailbox_tls_ca").map_err(refused)?;
    let name = ServerName::try_from(account.host.clone()).map_err(|_| {
        MailboxError::Refused(format!("`{}` is no name that a certificate can have", account.host).into())
    })?;
    let encrypted = timeout(limit, TlsConnector::from(config).connect(name, wire)).await;
    let encrypted = encrypted.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")));
    Ok(Box::new(encrypted.map_err(|why| refused(tls::classify_error(place, why)))?))
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Reads a line like `* 5 FETCH (UID 9 FLAGS (\Seen))`.
fn read_listed(line: &str) -> Option<Listed> {
    let upper = line.to_ascii_uppercase();
    let after = upper.split_once("(UID ").or_else(|| upper.split_once(" UID "))?.1;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    Some(Listed { uid: digits.parse().ok()?, is_deleted: upper.contains("\\DELETED") })
}

/// Writes a folder's name as the wire has it: in modified UTF-7 (RFC 3501 5.1.3), in quotes.
fn quoted(folder: &str) -> String {
    let base64 = GeneralPurpose::new(&alphabet::IMAP_MUTF7, NO_PAD);
    let (mut written, mut foreign) = (String::new(), Vec::new());
    let flush = |foreign: &mut Vec<u8>, written: &mut String| {
        if !foreign.is_empty() {
            written.push_str(&format!("&{}-", base64.encode(&*foreign)));
            foreign.clear();
        }
    };
    for c in folder.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut foreign, &mut written);
            written.push(c);
            if c == '&' {
                written.push('-');
            }
        } else {
            let mut units = [0; 2];
            foreign.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut foreign, &mut written);
    escaped(&written)
}

fn escaped(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
