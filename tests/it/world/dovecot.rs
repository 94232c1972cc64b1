//! Dovecot, which checks passwords for Postfix and does nothing else.

use std::{fs, path::Path};

use super::server::{Server, find, until};

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
