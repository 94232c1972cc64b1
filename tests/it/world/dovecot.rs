//! Dovecot, which checks passwords for Postfix, or keeps a mailbox that IMAP reads.

// Each test uses what it needs of it.
#![allow(dead_code)]

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use super::{
    postfix::free_port,
    server::{Server, find, folder_of, number, until},
};

/// The one account.
pub const USER: &str = "notes";
/// Its password.
pub const PASSWORD: &str = "five grey gulls";

/// Starts it in `folder`; it offers `mechanisms` at the socket `auth`.
pub fn start(folder: &Path, mechanisms: &str, auth: &Path) -> Server {
    let (config, log) = (folder.join("dovecot.conf"), folder.join("dovecot.log"));
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("passwords"), format!("{USER}:{{PLAIN}}{PASSWORD}::::::\n")).unwrap();
    let text = TEMPLATE.replace("FOLDER", folder.to_str().unwrap()).replace("AUTH", auth.to_str().unwrap());
    fs::write(&config, text.replace("MECHANISMS", mechanisms)).unwrap();
    let dovecot = find("dovecot").unwrap();
    let server = Server::start(&[dovecot.to_str().unwrap(), "-F", "-c", config.to_str().unwrap()], &log);
    until("the socket of Dovecot", &log, || auth.exists());
    server
}

const TEMPLATE: &str = "\
protocols =
base_dir = FOLDER/run
state_dir = FOLDER/state
log_path = FOLDER/dovecot.log
ssl = no
auth_mechanisms = MECHANISMS
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = FOLDER/passwords
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=FOLDER
}
service auth {
  unix_listener AUTH {
    mode = 0600
    user = postfix
    group = postfix
  }
}
";

/// What a test needs to have a [`Mailbox`].
pub const WITH_IMAP: &[&str] = &["dovecot", "imap-login", "setsid"];

/// A running Dovecot with the mailbox of [`USER`]; both go when it is dropped.
pub struct Mailbox {
    _server: Server,
    /// Where it speaks in clear.
    pub port: u16,
    /// Where it speaks with TLS from the start.
    pub tls_port: u16,
    /// What it shows there.
    pub certificate: String,
    folder: tempfile::TempDir,
}

impl Mailbox {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        folder_of(&root.join("home"), ("nobody", "nogroup"), 0o700);
        let own = rcgen::generate_simple_self_signed(["127.0.0.1", "0.0.0.0"].map(str::to_owned)).unwrap();
        fs::write(root.join("key.pem"), own.signing_key.serialize_pem()).unwrap();
        fs::write(root.join("certificate.pem"), own.cert.pem()).unwrap();
        fs::write(root.join("passwords"), format!("{USER}:{{PLAIN}}{PASSWORD}::::::\n")).unwrap();
        let (port, tls_port) = (free_port(), free_port());
        let text = IMAP.replace("FOLDER", root.to_str().unwrap()).replace("TLS_PORT", &tls_port.to_string());
        fs::write(root.join("dovecot.conf"), text.replace("PORT", &port.to_string())).unwrap();
        let (dovecot, config) = (find("dovecot").unwrap(), root.join("dovecot.conf"));
        let log = root.join("dovecot.log");
        let server = Server::start(&[dovecot.to_str().unwrap(), "-F", "-c", config.to_str().unwrap()], &log);
        until("the port of Dovecot", &log, || std::net::TcpStream::connect(("127.0.0.1", tls_port)).is_ok());
        Self { _server: server, port, tls_port, certificate: own.cert.pem(), folder }
    }

    /// Puts a mail into the inbox.
    pub fn put(&self, number: usize, mail: &str) {
        self.put_into("", number, mail);
    }

    /// Puts a mail into a folder, as a delivery agent does.
    pub fn put_into(&self, folder: &str, number: usize, mail: &str) {
        let maildir = self.maildir().join(folder);
        for part in ["", "tmp", "new", "cur"] {
            folder_of(&maildir.join(part), ("nobody", "nogroup"), 0o700);
        }
        let (part, name) = (maildir.join("tmp").join(number.to_string()), format!("{number}.M{number}P1.here"));
        fs::write(&part, mail).unwrap();
        chown(&part, Some(self::number("/etc/passwd", "nobody")), Some(self::number("/etc/group", "nogroup"))).unwrap();
        fs::rename(part, maildir.join("new").join(name)).unwrap();
    }

    /// The mails of a folder, or of one part of the inbox.
    pub fn mails(&self, folder: &str) -> Vec<PathBuf> {
        let folder = self.maildir().join(folder);
        let parts =
            if folder.join("cur").is_dir() { vec![folder.join("new"), folder.join("cur")] } else { vec![folder] };
        let files = parts.iter().flat_map(|part| fs::read_dir(part).into_iter().flatten().flatten());
        files.map(|file| file.path()).filter(|path| path.is_file()).collect()
    }

    /// What it writes down.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("dovecot.log")
    }

    fn maildir(&self) -> PathBuf {
        self.folder.path().join("home/mail")
    }
}

const IMAP: &str = "\
protocols = imap
listen = 127.0.0.1
base_dir = FOLDER/run
state_dir = FOLDER/state
log_path = FOLDER/dovecot.log
ssl = yes
ssl_cert = <FOLDER/certificate.pem
ssl_key = <FOLDER/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:~/mail
passdb {
  driver = passwd-file
  args = FOLDER/passwords
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=FOLDER/home
}
namespace inbox {
  inbox = yes
}
service imap-login {
  inet_listener imap {
    port = PORT
  }
  inet_listener imaps {
    port = TLS_PORT
    ssl = yes
  }
}
";
