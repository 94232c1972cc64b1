//! The project as its config has it, checked, and what each stage gets of it.

use std::{borrow::Cow, collections::BTreeMap, fs, net::SocketAddr, path::PathBuf, sync::Arc};

use secrecy::SecretString;
use url::Url;

use super::{
    document::Document,
    error::Error,
    llm::Llm,
    secret::{self, Secret},
};
use crate::{
    bounce::{Account, Provider, Webhook},
    deliver::{Destination, Limits},
    diagnostic::{Diagnostic, Explain as _, Place},
    digest::{Digest, Plan},
    edition::Publication,
    lint::Clients,
    message::{EchoField, Sender, dkim::Signer},
    render::Templates,
    source::{Source, fetch},
    subscriber::Address,
    teaser::{TeaserMethod, llm::Access},
    token::Keys,
};

/// The whole project, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// The folder that relative paths start from.
    pub root: PathBuf,
    /// Who publishes.
    pub publication: Publication,
    /// In the order of the file.
    pub sources: Vec<Source>,
    /// By name.
    pub digests: BTreeMap<String, Digest>,
    /// Where mail is handed over.
    pub destination: Destination,
    /// Who we are to the relay.
    pub login: Option<Login>,
    /// How much and how often.
    pub limits: Limits,
    /// `smtp.return_path`.
    pub return_path: Option<String>,
    /// `[[dkim]]`, in the order of the file.
    pub signers: Arc<[Signer]>,
    /// `smtp.unsubscribe_mailto`.
    pub unsubscribe_mailto: Option<Address>,
    /// `web.public_url`.
    pub public_url: Option<Url>,
    /// Where `run` answers requests.
    pub listen: SocketAddr,
    /// Who is told when something due did not happen.
    pub alert: Option<Address>,
    /// Who gets what only a person understands: `bounce.forward`, else `web.alert`.
    pub forward: Option<Address>,
    /// Where bounces are fetched from.
    pub mailbox: Option<Mailbox>,
    /// `[bounce.webhook.NAME]`, by name.
    pub webhooks: BTreeMap<String, BounceWebhook>,
    /// What is called after each good run.
    pub ping: Option<Url>,
    /// The SQLite file.
    pub store: PathBuf,
    /// Limits of fetching.
    pub fetch: fetch::Limits,
    /// The subscribers file.
    pub subscribers: Option<PathBuf>,
    /// The built-in templates, and the user's own before them.
    pub templates: Templates,
    /// The language model.
    pub llm: Option<Llm>,
    /// What readers read mail with.
    pub clients: Clients,
    /// The names of the variables that came before the file.
    pub(super) variables: Vec<String>,
}

/// A user name, and where its password is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// `smtp.username`.
    pub username: String,
    /// Where the password is.
    pub password: Secret,
}

/// Where bounces are fetched from, and where they are moved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Where they are.
    pub place: MailboxPlace,
    /// The folder for what is done.
    pub done_folder: String,
}

/// Where mail that comes in lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailboxPlace {
    /// On a server, and where its password is.
    Imap(Account, Secret),
    /// In a Maildir.
    Maildir(PathBuf),
}

/// Who posts what came back, and what tells that it is them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BounceWebhook {
    /// Who posts.
    pub provider: Provider,
    pub(super) secret_file: Option<PathBuf>,
    pub(super) topic: Option<String>,
}

impl BounceWebhook {
    /// What tells that a POST is the provider's, with the secret as it is in its file now.
    ///
    /// # Errors
    /// When the secret cannot be had, or is not of the provider's form.
    pub fn open(&self) -> Result<Webhook, Diagnostic> {
        let file = self.secret_file.as_deref();
        let secret = file.map(|file| secret::read_file(&secret::WEBHOOK, file)).transpose();
        let secret = secret.map_err(|error| error.diagnostic())?.unwrap_or_default();
        Webhook::new(self.provider, &secret, self.topic.clone()).map_err(|why| {
            let file = file.map(|file| file.display().to_string()).unwrap_or_default();
            Diagnostic::new(format!("the secret in `{file}` is not the provider's: {why}"))
        })
    }
}

impl Config {
    /// The digest of that name, or the only one.
    ///
    /// # Errors
    /// Says which digests there are.
    pub fn digest(&self, name: Option<&str>) -> Result<&Digest, Diagnostic> {
        let names = || self.digests.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match (name, &self.digests.values().collect::<Vec<_>>()[..]) {
            (Some(name), _) => self.digests.get(name).ok_or_else(|| {
                Diagnostic::new(format!("no digest `{name}`")).hint(format!("the config has {}", names()))
            }),
            (None, [only]) => Ok(only),
            (None, _) => Err(Diagnostic::new("which digest?").hint(format!("add `--digest NAME`, one of {}", names()))),
        }
    }

    /// The digest's name for readers. Without one it is the publication's, with its own where there are several such.
    pub fn digest_title<'a>(&'a self, digest: &'a str) -> Cow<'a, str> {
        let title = self.digests.get(digest).and_then(|digest| digest.title.as_deref());
        let name = &self.publication.name;
        let untitled = || self.digests.values().filter(|digest| digest.title.is_none()).count();
        match title {
            Some(title) => title.into(),
            None if untitled() > 1 => format!("{name} · {digest}").into(),
            None => name.into(),
        }
    }

    /// What making an edition of `digest` needs.
    pub fn plan<'a>(&'a self, digest: &'a Digest, sources: &'a [Source]) -> Plan<'a> {
        Plan {
            digest,
            publication: &self.publication,
            sources,
            limits: &self.fetch,
            templates: &self.templates,
            public_url: self.public_url.as_ref(),
            has_unsubscribe: self.public_url.is_some() || self.unsubscribe_mailto.is_some(),
            // Whoever names no model needs no key.
            llm: self.llm.as_ref().filter(|_| digest.teaser.from.contains(&TeaserMethod::Llm)).map(Llm::access),
        }
    }

    /// The same for who only looks: what a language model once said is known, and nothing new is asked or paid for.
    pub fn plan_without_llm_requests<'a>(&'a self, digest: &'a Digest, sources: &'a [Source]) -> Plan<'a> {
        let plan = self.plan(digest, sources);
        let llm = plan.llm.map(|access| Access { may_ask: false, ..access });
        Plan { llm, ..plan }
    }

    /// The sources of one digest, in the order of the file.
    pub fn sources_of(&self, digest: &Digest) -> Vec<Source> {
        let wanted = |source: &&Source| digest.sources.as_ref().is_none_or(|names| names.contains(&source.name));
        self.sources.iter().filter(wanted).cloned().collect()
    }

    /// What all messages share.
    pub fn sender(&self, keys: Keys) -> Sender {
        Sender {
            keys,
            public_url: self.public_url.clone(),
            unsubscribe_mailto: self.unsubscribe_mailto.clone(),
            return_path: self.return_path.clone(),
            signers: Arc::clone(&self.signers),
            echoes: self.echoes(),
        }
    }

    /// The fields that the providers' events give back, each once.
    fn echoes(&self) -> Vec<EchoField> {
        let mut echoes: Vec<EchoField> = Vec::new();
        for field in self.webhooks.values().filter_map(|webhook| webhook.provider.echo_field()) {
            if !echoes.contains(&field) {
                echoes.push(field);
            }
        }
        echoes
    }

    /// Where a key is set: the file with line and column, as near as it comes to it, or the variable.
    pub fn place_of_key(&self, keys: &[&str]) -> Place {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let variables: Vec<(String, String)> =
            self.variables.iter().map(|name| (name.clone(), String::new())).collect();
        Document { file: &self.path, text: &text, variables: &variables }.place(keys)
    }

    /// The error of a project whose mail nobody could leave (RFC 8058).
    pub fn no_unsubscribe_error(&self) -> Error {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let document = Document { file: &self.path, text: &text, variables: &[] };
        let wrong = document.value(&["smtp", "url"], "mail goes out, and nobody could unsubscribe");
        Error::Wrong(wrong.hint("set `web.public_url`, or `smtp.unsubscribe_mailto`"))
    }

    /// Where mail is handed over, with the password read from where the config says it is.
    ///
    /// # Errors
    /// When the password cannot be had.
    pub fn open_destination(&self, variables: &[(String, String)]) -> Result<Destination, Error> {
        let mut destination = self.destination.clone();
        if let Destination::Smtp(relay) = &mut destination
            && let Some(login) = &self.login
        {
            relay.credentials =
                Some((login.username.clone(), login.password.read(&secret::PASSWORD, variables, &self.root)?));
        }
        Ok(destination)
    }

    /// The password of the mailbox, as it is now.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn mailbox_password(
        &self,
        password: &Secret,
        variables: &[(String, String)],
    ) -> Result<SecretString, secret::Error> {
        password.read(&secret::MAILBOX, variables, &self.root)
    }
}
