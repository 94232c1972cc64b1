//! `[llm]`: the endpoint, and the key that is read when it is first needed.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use secrecy::SecretString;
use url::Host;

use super::{
    document::Document,
    file,
    secret::{Secret, SecretKind},
    variables,
};
use crate::{
    diagnostic::{Diagnostic, Explain as _},
    teaser::llm::{Access, Endpoint},
};

const KEY: SecretKind = SecretKind { word: "key", key: "llm.api_key", variable: "TIDINGS_LLM__API_KEY" };

/// The language model that a digest's `teaser.from` may name.
#[derive(Debug, Clone)]
pub struct Llm {
    /// The endpoint and its limits.
    pub endpoint: Endpoint,
    root: PathBuf,
    /// From the environment, which comes first.
    given: Option<SecretString>,
    secret: Option<Secret>,
    key: OnceLock<Result<Option<SecretString>, String>>,
}

/// Puts the table together, or says what in it is wrong.
pub(super) fn llm(table: file::Llm, root: &Path, document: &Document<'_>) -> Result<Llm, Diagnostic> {
    let url = &table.base_url;
    let is_web = matches!(url.scheme(), "http" | "https") && !url.cannot_be_a_base();
    let hint = "it begins with http:// or https://, as http://127.0.0.1:11434/v1";
    document.ensure(is_web, &["llm", "base_url"], "`llm.base_url` is no web address", hint)?;
    let is_bare = url.username().is_empty() && url.password().is_none();
    let message = "`llm.base_url` must not hold a user name or a password";
    document.ensure(is_bare, &["llm", "base_url"], message, "take `llm.api_key_file`")?;
    if table.model.trim().is_empty() {
        return Err(document.value(&["llm", "model"], "`llm.model` says nothing"));
    }
    for (key, is_nothing) in [
        ("timeout", table.timeout == Some(Duration::ZERO)),
        ("requests", table.requests == Some(0)),
        ("tokens", table.tokens == Some(0)),
        ("at_once", table.at_once == Some(0)),
    ] {
        let message = format!("`llm.{key}` must be more than nothing");
        let hint = "take `llm` out of `teaser.from`, and no model is asked";
        document.ensure(!is_nothing, &["llm", key], message, hint)?;
    }
    let secret = match (table.api_key_file, table.api_key_command) {
        (Some(_), Some(_)) => {
            let message = "there is an `api_key_file` and an `api_key_command`";
            return Err(document.key(&["llm", "api_key_command"], message));
        }
        (Some(file), None) => Some(Secret::File(root.join(file))),
        (None, Some(command)) => Some(Secret::Command(command)),
        (None, None) => None,
    };
    let variable = |name| variables::value(document.variables, name);
    let file = variable("TIDINGS_LLM__API_KEY_FILE").map(|file| Secret::File(root.join(file)));
    let defaults = Endpoint::new(table.base_url, table.model);
    Ok(Llm {
        root: root.to_owned(),
        given: variable("TIDINGS_LLM__API_KEY").map(|key| key.to_owned().into()),
        secret: file.or(secret),
        key: OnceLock::new(),
        endpoint: Endpoint {
            timeout: table.timeout.unwrap_or(defaults.timeout),
            requests: table.requests.unwrap_or(defaults.requests),
            tokens: table.tokens.unwrap_or(defaults.tokens),
            at_once: table.at_once.unwrap_or(defaults.at_once),
            max_bytes: table.max_bytes.unwrap_or(defaults.max_bytes),
            ..defaults
        },
    })
}

impl Llm {
    /// The endpoint with its key, which is read the first time.
    pub fn access(&self) -> Access<'_> {
        let key = self.key.get_or_init(|| match (&self.given, &self.secret) {
            (Some(key), _) => Ok(Some(key.clone())),
            (None, None) => Ok(None),
            (None, Some(secret)) => match secret.read(&KEY, &[], &self.root) {
                Ok(key) => Ok(Some(key)),
                Err(error) => Err(error.diagnostic().in_one_line()),
            },
        });
        Access {
            endpoint: &self.endpoint,
            key: key.as_ref().map(Option::as_ref).map_err(String::as_str),
            may_ask: true,
        }
    }

    /// Says whether a key would go over the network for everybody to read.
    pub fn exposes_key(&self) -> bool {
        let url = &self.endpoint.base_url;
        let here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        url.scheme() == "http" && !here && (self.given.is_some() || self.secret.is_some())
    }
}
