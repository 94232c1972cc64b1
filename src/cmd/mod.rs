//! The verbs of the command line, one a file: read arguments, call the library, print.

pub mod backup;
pub mod bounce;
pub mod check;
pub mod editions;
pub mod explain;
pub mod help;
pub mod init;
mod live;
mod markdown;
pub mod next;
pub mod preview;
pub mod render;
pub mod restore;
pub mod run;
mod say;
pub mod send;
pub mod status;
pub mod subscribers;
pub mod templates;
pub mod test;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    sync::OnceLock,
};

use anyhow::Context as _;
use chrono::{DateTime, Utc};

use crate::{
    config::{self, Config},
    digest::Digest,
    store::{self, Store},
};

/// How a command ends when nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing new.
    Done = 0,
    /// A part of it failed, and the output says which.
    Failed = 1,
    /// Nothing new, and the caller wants to know.
    Empty = 3,
    /// A person must look: deliveries in doubt, or many bounced.
    Person = 4,
    /// `check` found errors (`EX_DATAERR`).
    Faulty = 65,
    /// Some is left for later: run again (`EX_TEMPFAIL`).
    Later = 75,
}

/// The command line was wrong: exit 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Something that will work one day and does not yet: exit 2.
pub fn not_yet(what: &str) -> anyhow::Error {
    Usage(format!("`{what}`: not yet")).into()
}

/// What every command knows: the flags before the verb, the environment, the clock.
#[derive(Debug, Clone)]
pub struct Setting {
    /// `--config`.
    pub config: PathBuf,
    /// `--digest`.
    pub digest: Option<String>,
    /// `--json`.
    pub json: bool,
    /// `-q`.
    pub quiet: bool,
    /// `--now` or `TIDINGS_NOW`: the clock stands still there.
    pub now: Option<DateTime<Utc>>,
    /// The process's variables.
    pub environment: Vec<(String, String)>,
    /// The store, once a command opened it.
    pub store: OnceLock<Store>,
}

impl Setting {
    /// The present: of the clock, or the one that was set.
    pub fn now(&self) -> DateTime<Utc> {
        self.now.unwrap_or_else(Utc::now)
    }

    /// Reads the config.
    pub fn load(&self) -> Result<Config, config::Error> {
        Config::load(&self.config, &self.environment)
    }

    /// The digest that `--digest` names, or the only one.
    pub fn choose<'a>(&self, config: &'a Config) -> Result<&'a Digest, Usage> {
        config.digest(self.digest.as_deref()).map_err(Usage)
    }

    /// Opens the store.
    pub async fn open(&self, config: &Config) -> Result<Store, store::Error> {
        let store = Store::open(&config.store, self.now()).await?;
        Ok(self.store.get_or_init(|| store).clone())
    }

    /// Closes the store, so that it is one file again.
    pub async fn close(&self) {
        if let Some(store) = self.store.get() {
            store.close().await;
        }
    }

    /// Says something to the person at the terminal.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }
}

/// Prints data. Who stops reading early is not told that this failed.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot write to standard output"),
    }
}

/// Prints one JSON value on one line.
pub fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print(&format!("{}\n", serde_json::to_string(value)?))
}

/// Prints names, one a line, or as one JSON object under `key`.
pub fn print_list(setting: &Setting, key: &str, names: Vec<String>) -> anyhow::Result<()> {
    if setting.json {
        return print_json(&serde_json::json!({ key: names }));
    }
    print(&names.iter().map(|name| format!("{name}\n")).collect::<String>())
}

/// A table without lines, as wide as the terminal.
pub fn table(header: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(header);
    table
}

/// So many of something: `1 post`, `2 posts`.
pub fn count(number: i64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Writes a file, and makes its folder, which is nobody else's to read.
pub fn write(path: &std::path::Path, contents: &[u8]) -> anyhow::Result<()> {
    if path == std::path::Path::new("-") {
        return print(&String::from_utf8_lossy(contents));
    }
    if let Some(folder) = path.parent() {
        let mut new = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut new, 0o700);
        new.recursive(true).create(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    std::fs::write(path, contents).with_context(|| format!("cannot write `{}`", path.display()))
}
