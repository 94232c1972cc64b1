//! What every command knows: the flags before the verb, the environment, the clock, the store.

use std::{fmt::Display, path::PathBuf, sync::OnceLock};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    exit::Failure,
    output::{print, print_json},
};
use crate::{
    config::{self, Config},
    diagnostic::mask_secrets,
    digest::Digest,
    store::{self, Store},
};

/// One call of the program, but for the verb and what belongs to it.
#[derive(Debug, Clone)]
pub struct Invocation {
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

impl Invocation {
    /// The present: of the clock, or the one that was set.
    pub fn now(&self) -> DateTime<Utc> {
        self.now.unwrap_or_else(Utc::now)
    }

    /// Reads the config.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_config(&self) -> Result<Config, config::Error> {
        Config::load(&self.config, &self.environment)
    }

    /// The digest that `--digest` names, or the only one.
    ///
    /// # Errors
    /// As [`Config::digest`].
    pub fn digest<'a>(&self, config: &'a Config) -> Result<&'a Digest, Failure> {
        config.digest(self.digest.as_deref()).map_err(Failure::usage)
    }

    /// The digest that `--digest` names, or all of them.
    ///
    /// # Errors
    /// As [`Config::digest`].
    pub fn digests<'a>(&self, config: &'a Config) -> Result<Vec<&'a Digest>, Failure> {
        match self.digest {
            Some(_) => Ok(vec![self.digest(config)?]),
            None => Ok(config.digests.values().collect()),
        }
    }

    /// Opens the store.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_store(&self, config: &Config) -> Result<Store, store::Error> {
        let store = Store::open(&config.store, self.now()).await?;
        store.keep_digests(&config.digests.keys().map(String::as_str).collect::<Vec<_>>()).await?;
        Ok(self.store.get_or_init(|| store).clone())
    }

    /// Closes the store, so that it is one file again.
    pub async fn close_store(&self) {
        if let Some(store) = self.store.get() {
            store.close().await;
        }
    }

    /// Prints what a command gives: a JSON value under `--json`, else a text.
    ///
    /// # Errors
    /// When standard output takes nothing.
    pub fn print(&self, json: &impl Serialize, text: impl Display) -> Result<(), Failure> {
        if self.json {
            return print_json(json);
        }
        let text = text.to_string();
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        print(&format!("{text}{end}"))
    }

    /// Prints names, one a line, or as one JSON object under `key`.
    ///
    /// # Errors
    /// When standard output takes nothing.
    pub fn print_list(&self, key: &str, names: &[String]) -> Result<(), Failure> {
        self.print(&serde_json::json!({ key: names }), names.join("\n"))
    }

    /// Tells the person at the terminal something that is no data.
    pub fn tell(&self, text: impl Display) {
        if !self.quiet {
            eprintln!("{}", mask_secrets(&text.to_string()));
        }
    }
}
