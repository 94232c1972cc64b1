//! Passwords and keys: from a file, a command or the environment, never from the config itself.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use secrecy::SecretString;

use super::variables::{self, Variables};
use crate::diagnostic::{Diagnostic, Explain};

/// Where a password is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// In a file, which others must not be able to read.
    File(PathBuf),
    /// On the standard output of a shell command.
    Command(String),
    /// Nowhere but in the environment.
    Environment,
}

/// Why a password cannot be had. No text of it holds the password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the {} file `{}`", .0, .1.display())]
    File(&'static str, PathBuf, #[source] std::io::Error),
    /// Others can read the file.
    #[error("others can read the {0} file `{1}`")]
    Readable(&'static str, String),
    /// The command cannot be run.
    #[error("cannot run `{0}_command`")]
    Command(&'static str, #[source] std::io::Error),
    /// The command failed.
    #[error("`{0}_command` ended with {1}")]
    Failed(&'static str, std::process::ExitStatus),
    /// There is a user name and no password.
    #[error("{} and there is no password", if *.0 == "smtp.password" { "`smtp.username` is set" } else { "`bounce.mailbox` names a user" })]
    None(&'static str, &'static str),
}

impl Explain for Error {
    fn diagnostic(&self) -> Diagnostic {
        let shown = Diagnostic::of_causes(self);
        match self {
            Self::Readable(_, path) => shown.hint(format!("chmod 600 {path}")),
            Self::None(key, variable) => shown.hint(format!("set `{key}_file`, `{key}_command` or {variable}")),
            _ => shown,
        }
    }
}

/// What a secret is for: how it is called, the key of the config it belongs to, and its variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct SecretKind {
    pub(super) word: &'static str,
    pub(super) key: &'static str,
    pub(super) variable: &'static str,
}

/// The relay's password.
pub(super) const PASSWORD: SecretKind =
    SecretKind { word: "password", key: "smtp.password", variable: "TIDINGS_SMTP__PASSWORD" };

/// The password of the mailbox that bounces come to.
pub(super) const MAILBOX: SecretKind =
    SecretKind { word: "password", key: "bounce.mailbox_password", variable: "TIDINGS_BOUNCE__MAILBOX_PASSWORD" };

/// What a provider signs with.
pub(super) const WEBHOOK: SecretKind = SecretKind { word: "secret", key: "bounce.webhook", variable: "" };

impl Secret {
    /// Reads the secret; the environment comes before the config. A line end after it is no part of it, and a
    /// relative path starts from `root`.
    ///
    /// # Errors
    /// When there is none, or it lies open.
    pub(super) fn read(&self, kind: &SecretKind, variables: &Variables, root: &Path) -> Result<SecretString, Error> {
        let variable = |name: &str| variables::value(variables, name);
        let secret = if let Some(value) = variable(kind.variable) {
            value.to_owned()
        } else if let Some(path) = variable(&format!("{}_FILE", kind.variable)) {
            read_file(kind, &root.join(path))?
        } else {
            match self {
                Self::File(path) => read_file(kind, path)?,
                Self::Command(command) => run(kind, command)?,
                Self::Environment => return Err(Error::None(kind.key, kind.variable)),
            }
        };
        Ok(secret.trim_end_matches(['\r', '\n']).to_owned().into())
    }
}

/// Reads a file that nobody else can read.
pub(super) fn read_file(kind: &SecretKind, path: &Path) -> Result<String, Error> {
    let unreadable = |error| Error::File(kind.word, path.to_owned(), error);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).map_err(unreadable)?.permissions());
        if mode & 0o077 != 0 {
            return Err(Error::Readable(kind.word, path.display().to_string()));
        }
    }
    fs::read_to_string(path).map_err(unreadable)
}

fn run(kind: &SecretKind, command: &str) -> Result<String, Error> {
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Error::Command(kind.key, error))?;
    if !output.status.success() {
        return Err(Error::Failed(kind.key, output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
