//! Where messages are handed over.

use std::path::PathBuf;

use secrecy::SecretString;

/// Where messages are handed over.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A folder for `.eml` files.
    File(PathBuf),
    /// A program that takes a message on its standard input (`sendmail -i -f FROM -- TO`).
    Sendmail(PathBuf),
    /// A relay.
    Smtp(Relay),
}

/// An SMTP relay and how to speak to it.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Its name: for the connection, the certificate and SNI.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// When the connection is encrypted.
    pub tls: Tls,
    /// An extra root certificate, a PEM file.
    pub tls_ca: Option<PathBuf>,
    /// User name and password.
    pub credentials: Option<(String, SecretString)>,
    /// What EHLO says; the host name where left out.
    pub helo: Option<String>,
}

/// When a connection is encrypted: `smtp.tls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// By STARTTLS before anything else; no mail without it (RFC 3207).
    Required,
    /// From the first octet (RFC 8314).
    Implicit,
    /// Never. For a relay on the same machine.
    None,
}

impl Destination {
    /// What the store calls it: `mail.example:587`, `file:outbox`.
    pub fn name(&self) -> String {
        match self {
            Self::File(folder) => format!("file:{}", folder.display()),
            Self::Sendmail(program) => format!("sendmail:{}", program.display()),
            Self::Smtp(relay) => format!("{}:{}", relay.host, relay.port),
        }
    }
}
