//! `tidings.toml` and the environment in, a [`Config`] out.
//!
//! This module only composes the option structs that each stage owns; no stage imports it.

mod bounce;
mod digests;
mod document;
mod environment;
mod error;
mod file;
mod llm;
mod secret;
mod settings;
mod validate;
mod variables;

use std::{fs, path::Path};

use document::Document;

pub use error::Error;
pub use llm::Llm;
pub use secret::Secret;
pub use settings::{BounceWebhook, Config, Login, Mailbox, MailboxPlace};

impl Config {
    /// Reads and checks a config; `variables` are the process's variables.
    ///
    /// # Errors
    /// When there is none, or with the file, line and column of what is wrong in it.
    pub fn load(path: &Path, variables: &[(String, String)]) -> Result<Self, Error> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Error::Missing(path.to_owned())),
            Err(error) => return Err(Error::Unreadable(path.to_owned(), error)),
        };
        let document = Document { file: path, text: &text, variables };
        let table = environment::overlay(&document, file::refuses_text).map_err(Error::Wrong)?;
        let file = file::read(table, &document).map_err(Error::Wrong)?;
        validate::validate(file, &document).map_err(Error::Wrong)
    }
}
