//! Passwords: from a file, a command or the environment, never from the config itself.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use secrecy::SecretString;

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
    #[error("cannot read the password file `{}`", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    /// Others can read the file.
    #[error("others can read the password file `{0}`\nhint: chmod 600 {0}")]
    Readable(String),
    /// The command cannot be run.
    #[error("cannot run `smtp.password_command`")]
    Command(#[source] std::io::Error),
    /// The command failed.
    #[error("`smtp.password_command` ended with {0}")]
    Failed(std::process::ExitStatus),
    /// There is a user name and no password.
    #[error(
        "`smtp.username` is set and there is no password\nhint: set `smtp.password_file`, `smtp.password_command` or \
         TIDINGS_SMTP__PASSWORD"
    )]
    None,
}

impl Secret {
    /// Reads the password; the environment comes before the config. A line end after it is no part of it, and a
    /// relative path starts from `root`.
    ///
    /// # Errors
    /// When there is none, or it lies open.
    pub fn read(&self, environment: &[(String, String)], root: &Path) -> Result<SecretString, Error> {
        let variable = |name| environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let password = if let Some(value) = variable("TIDINGS_SMTP__PASSWORD") {
            value.to_owned()
        } else if let Some(path) = variable("TIDINGS_SMTP__PASSWORD_FILE") {
            read_file(&root.join(path))?
        } else {
            match self {
                Self::File(path) => read_file(path)?,
                Self::Command(command) => run(command)?,
                Self::Environment => return Err(Error::None),
            }
        };
        Ok(password.trim_end_matches(['\r', '\n']).to_owned().into())
    }
}

fn read_file(path: &Path) -> Result<String, Error> {
    let unreadable = |error| Error::File(path.to_owned(), error);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).map_err(unreadable)?.permissions());
        if mode & 0o077 != 0 {
            return Err(Error::Readable(path.display().to_string()));
        }
    }
    fs::read_to_string(path).map_err(unreadable)
}

fn run(command: &str) -> Result<String, Error> {
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(Error::Command)?;
    if !output.status.success() {
        return Err(Error::Failed(output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
