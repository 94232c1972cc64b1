//! OpenDKIM as a milter: it checks every signature and writes what it found into the message (RFC 8601).

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use super::server::{Server, find, until};

/// A running OpenDKIM; it goes when it is dropped.
pub struct OpenDkim {
    _server: Server,
    socket: PathBuf,
    _folder: tempfile::TempDir,
}

impl OpenDkim {
    /// Starts it with `records` as all that it will find in the DNS: a name, a space and a TXT record in each line.
    pub fn start(records: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        // Postfix comes to the socket as a user of its own.
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        let (config, socket, log) = (root.join("opendkim.conf"), root.join("socket"), root.join("log"));
        fs::write(root.join("records"), records).unwrap();
        fs::write(&config, TEMPLATE.replace("ROOT", root.to_str().unwrap())).unwrap();
        let opendkim = find("opendkim").unwrap();
        let server = Server::start(&[opendkim.to_str().unwrap(), "-f", "-x", config.to_str().unwrap()], &log);
        until("the socket of OpenDKIM", &log, || socket.exists());
        Self { _server: server, socket, _folder: folder }
    }

    /// The lines for Postfix's `main.cf` that send all mail through it.
    pub fn settings(&self) -> String {
        format!("smtpd_milters = unix:{}\nmilter_default_action = tempfail", Path::display(&self.socket))
    }
}

/// Nobody is internal, so that all mail is checked and none signed.
const TEMPLATE: &str = "\
Mode v
Socket local:ROOT/socket
UMask 000
Background no
InternalHosts 192.0.2.1
AuthservID relay.harbour.example
AlwaysAddARHeader yes
TestDNSData file:ROOT/records
";
