//! The tables of `tidings.toml` as they are written.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer};
use serde_path_to_error::Segment;
use toml::Value;
use url::Url;

use super::document::{Document, nearest};
use crate::{
    bounce::{MailboxAuth, Provider},
    deliver::{InDoubt, Tls},
    diagnostic::Diagnostic,
    digest::Digest,
    edition::Publication,
    schedule,
    source::Selectors,
    subscriber::Address,
    zone::Zone,
};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// Who publishes. Required.
    pub(super) publication: Publication,
    /// Where posts come from: one `[[source]]` for each place. Required.
    pub(super) source: Vec<SourceTable>,
    /// The recurring publications: one `[digest.NAME]` for each. Required.
    pub(super) digest: BTreeMap<String, Digest>,
    /// Where mail is handed over, and how. Required.
    pub(super) smtp: Smtp,
    /// The keys that sign: one `[[dkim]]` for each. Default: none, mail is not signed.
    #[serde(default)]
    pub(super) dkim: Vec<Dkim>,
    /// The pages behind a mail's links, and who is told of trouble. Default: as each key says.
    #[serde(default)]
    pub(super) web: Web,
    /// What comes back, and what readers write. Default: as each key says.
    #[serde(default)]
    pub(super) bounce: Bounce,
    /// Where the state is. Default: as its key says.
    #[serde(default)]
    pub(super) store: Store,
    /// Limits of each request for a feed, a page or a picture. Default: as each key says.
    #[serde(default)]
    pub(super) fetch: Fetch,
    /// Where subscribers come from. Default: only from the `subscribers` command.
    #[serde(default)]
    pub(super) subscribers: Subscribers,
    /// A language model that may write teasers; asked only where a `teaser.from` names `llm`. Default: none.
    pub(super) llm: Option<Llm>,
    /// What `check` takes for granted about your readers. Default: as each key says.
    #[serde(default)]
    pub(super) check: Check,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    /// What the source is called, here and in `digest.NAME.sources`. Required.
    pub(super) name: String,
    /// The URL or path of an RSS, Atom, RDF or JSON Feed. Default: none; exactly one of `feed`, `folder`, `page` and
    /// `listing` is given.
    pub(super) feed: Option<String>,
    /// A folder of posts: `**/*.md`, `*.mdx`, `*.html` and `*.txt`. Default: none.
    pub(super) folder: Option<String>,
    /// The URL or path of one article. Default: none.
    pub(super) page: Option<String>,
    /// The URL or path of a page that lists posts. Default: none.
    pub(super) listing: Option<String>,
    /// The address of the site that a folder belongs to. Default: as the config of its generator says; where there is
    /// none, posts without a URL of their own have no link.
    pub(super) base_url: Option<Url>,
    /// How the addresses of a folder's posts are made, in the tokens of Hugo and Jekyll: `/:year/:month/:day/:slug/`.
    /// Default: as the site's generator makes them; without one, of the path.
    pub(super) permalink: Option<String>,
    /// Globs of paths in a folder that are no posts: `about.md`, `drafts/**`. Default: none.
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    /// What becomes of a folder's pages without a date: `skip`, or `first-seen`, which takes the day on which they were
    /// first seen. Default: `skip`.
    #[serde(default)]
    pub(super) undated: Undated,
    /// Keys of front matter that name a post's picture, before those that are known: `cover.image`. Default: none.
    #[serde(default)]
    pub(super) image_keys: Vec<String>,
    /// Tags that all its posts get besides their own. Default: none.
    #[serde(default)]
    pub(super) tags: Vec<String>,
    /// Whether each post's page is fetched for its text. Default: `false`.
    #[serde(default)]
    pub(super) full_text: bool,
    /// The CSS selectors of a listing. Default: guessed.
    pub(super) select: Option<Selectors>,
}

/// What becomes of pages without a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Undated {
    /// They are no posts.
    #[default]
    Skip,
    /// They are posts of the day on which they were first seen.
    FirstSeen,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Smtp {
    /// Where mail is handed over: `smtp://HOST:587`, `smtps://HOST`, `file:FOLDER` (writes `.eml` files) or
    /// `sendmail:/usr/sbin/sendmail`. Required.
    pub(super) url: String,
    /// How the connection is encrypted: `required` (STARTTLS or nothing), `implicit` (TLS from the start) or `none`.
    /// Default: `required` for `smtp://`, `implicit` for `smtps://`.
    pub(super) tls: Option<Tls>,
    /// The PEM file of one more root certificate, for a relay of one's own. Default: none.
    pub(super) tls_ca: Option<String>,
    /// The user name for the relay. Default: none, no login.
    pub(super) username: Option<String>,
    /// The file that holds the password; nobody else may be able to read it. `TIDINGS_SMTP__PASSWORD` and
    /// `TIDINGS_SMTP__PASSWORD_FILE` come before it. Default: none.
    pub(super) password_file: Option<String>,
    /// A shell command that prints the password. Default: none.
    pub(super) password_command: Option<String>,
    /// The name that we give in EHLO. Default: the host name.
    pub(super) helo: Option<String>,
    /// How many connections are open at a time. Default: `4`.
    pub(super) connections: Option<u16>,
    /// A ceiling, as `50/s`, `600/m` or `9000/h`. Default: none.
    #[serde(default, deserialize_with = "rate")]
    pub(super) rate: Option<f64>,
    /// Where bounces go; with `{{ token }}` in it each message has a return path of its own (VERP). Default: the From
    /// address.
    pub(super) return_path: Option<String>,
    /// A mailbox for leaving; mails to it are given to `bounce`. Default: none.
    #[serde(default, deserialize_with = "address")]
    pub(super) unsubscribe_mailto: Option<Address>,
    /// What becomes of a message whose reply never came: `resend` (with the same Message-ID) or `hold` (for a person to
    /// settle). Default: `resend`.
    pub(super) in_doubt: Option<InDoubt>,
    /// How long to wait before each further try after a temporary refusal (4xx). Default: `["1m", "5m", "30m", "2h",
    /// "6h"]`.
    pub(super) retry: Option<Vec<humantime_serde::Serde<Duration>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dkim {
    /// The domain that signs. Required.
    pub(super) domain: String,
    /// The name of the key below `_domainkey` of the domain. Required.
    pub(super) selector: String,
    /// The PEM file of the private key (PKCS#1 or PKCS#8): RSA from 2048 bits on, or Ed25519; nobody else may be able
    /// to read it. Required.
    pub(super) key_file: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Web {
    /// Where `run` answers requests; put a web server with a certificate in front of it. Default: `127.0.0.1:8787`.
    pub(super) listen: Option<std::net::SocketAddr>,
    /// Where the links of a mail lead, as the public sees it. Default: none; then mail goes out only with
    /// `smtp.unsubscribe_mailto`.
    pub(super) public_url: Option<Url>,
    /// Who is mailed when something due did not happen. Default: nobody.
    #[serde(deserialize_with = "address")]
    pub(super) alert: Option<Address>,
    /// An address that is called (GET) after each run that went well, also one with nothing to send. Default: none.
    pub(super) ping: Option<Url>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Bounce {
    /// Who gets what only a person understands: the letters of readers, bounces that cannot be read. Default: `web.alert`,
    /// and where that is left out as well, it is kept in `unread/` beside the store.
    #[serde(deserialize_with = "address")]
    pub(super) forward: Option<Address>,
    /// Where bounces and mails for leaving are fetched from, by `run` and by `bounce --fetch`: `imaps://USER@HOST/FOLDER`,
    /// `imap://` (STARTTLS, port 143), or a Maildir. Default: none.
    pub(super) mailbox: Option<String>,
    /// The file that holds the mailbox's password, or its access token; nobody else may be able to read it.
    /// `TIDINGS_BOUNCE__MAILBOX_PASSWORD` and `TIDINGS_BOUNCE__MAILBOX_PASSWORD_FILE` come before it. Default: none.
    pub(super) mailbox_password_file: Option<String>,
    /// A shell command that prints it, run again at each login. Default: none.
    pub(super) mailbox_password_command: Option<String>,
    /// How to log in to the mailbox: `password`, or `xoauth2` with an access token in the password's place. Default:
    /// `password`.
    pub(super) mailbox_auth: Option<MailboxAuth>,
    /// The PEM file of one more root certificate, for a mail server of one's own. Default: none.
    pub(super) mailbox_tls_ca: Option<String>,
    /// The folder that a mail is moved to once it is applied or kept for a person. Default: `Tidings`.
    pub(super) done_folder: Option<String>,
    /// What the relay's provider posts to `web.public_url` + `/bounces/NAME`: one table for each provider. Default: none,
    /// nothing is taken.
    pub(super) webhook: BTreeMap<String, BounceWebhook>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BounceWebhook {
    /// Who posts: `ses`, `mailgun`, `postmark`, `sendgrid`, `brevo` or `resend`. Default: the table's name.
    pub(super) provider: Option<Provider>,
    /// The file that holds what the provider signs with, one a line while it changes; nobody else may be able to read
    /// it. Mailgun's signing key, SendGrid's public key, Resend's `whsec_…`; for Postmark and Brevo a secret of your own.
    /// Default: none; required but for `ses`.
    pub(super) secret_file: Option<String>,
    /// The ARN of the SNS topic that SES publishes to. Default: none; required for `ses`.
    pub(super) topic: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Store {
    /// The store, `sqlite:FILE`. Default: `sqlite:tidings.db`.
    pub(super) url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Fetch {
    /// How long one request may take. Default: `20s`.
    #[serde(with = "humantime_serde")]
    pub(super) timeout: Option<Duration>,
    /// How large an answer may be. Default: `10MB`.
    #[serde(deserialize_with = "octets")]
    pub(super) max_bytes: Option<usize>,
    /// Whether loopback and private addresses may be fetched. Default: `false`.
    #[serde(default)]
    pub(super) allow_private: bool,
    /// Who we say we are. Default: the program's name and version.
    pub(super) user_agent: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Subscribers {
    /// A CSV file with the header `email,name,language,timezone,tags,status`, read before each send; who is not in it
    /// any more gets no mail. Default: none.
    pub(super) file: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Llm {
    /// The endpoint, OpenAI-compatible, as `http://127.0.0.1:11434/v1`. Required.
    pub(super) base_url: Url,
    /// The model's name there. Required.
    pub(super) model: String,
    /// The file that holds the key; nobody else may be able to read it. `TIDINGS_LLM__API_KEY` and
    /// `TIDINGS_LLM__API_KEY_FILE` come before it. Default: none.
    pub(super) api_key_file: Option<String>,
    /// A shell command that prints the key. Default: none.
    pub(super) api_key_command: Option<String>,
    /// How long one request may take as a whole. Default: `20s`.
    #[serde(default, with = "humantime_serde")]
    pub(super) timeout: Option<Duration>,
    /// How many requests an edition may cost. Default: `20`.
    pub(super) requests: Option<usize>,
    /// How many tokens an edition may cost. Default: `40000`.
    pub(super) tokens: Option<u64>,
    /// How many requests are made at the same time. Default: `2`.
    pub(super) at_once: Option<usize>,
    /// How large an answer may be. Default: `256KB`.
    #[serde(default, deserialize_with = "octets")]
    pub(super) max_bytes: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Check {
    /// What your readers read mail with, in any measure, as `{ gmail = 40, outlook_windows = 10 }`. Default: `{
    /// apple_mail = 46, gmail = 28, outlook_windows = 8, … }`, public figures.
    pub(super) clients: Option<BTreeMap<String, f64>>,
    /// How many percent of the readers may miss a thing that the page uses before `check` warns of it. Default: `5`.
    pub(super) tolerate: Option<f64>,
}

/// Reads a rate: `50/s`, `600/m`, `9000/h`; messages per second.
fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let seconds = |unit| match unit {
        "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3_600.0),
        "d" => Some(86_400.0),
        _ => None,
    };
    let read = || {
        let (count, unit) = text.split_once('/')?;
        let rate = count.trim().parse::<f64>().ok()? / seconds(unit.trim())?;
        (rate.is_finite() && rate > 0.0).then_some(rate)
    };
    read().map(Some).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no rate like `50/s`")))
}

/// Reads a size: `10MB`, `512KB`, `100000`; octets.
fn octets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match text[digits.len()..].to_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => 0,
    };
    let octets = digits.trim().parse::<usize>().ok().and_then(|count| count.checked_mul(factor));
    match octets.filter(|octets| *octets > 0) {
        Some(octets) => Ok(Some(octets)),
        None => Err(serde::de::Error::custom(format!("`{text}` is no size like `10MB`"))),
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Address>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

/// Reads the tables; what is wrong is shown where it stands.
pub(super) fn read(config: Value, document: &Document<'_>) -> Result<File, Diagnostic> {
    serde_path_to_error::deserialize(config).map_err(|error| {
        let keys = error.path().iter().filter_map(|segment| match segment {
            Segment::Map { key } => Some(key.clone()),
            Segment::Seq { index } => Some(index.to_string()),
            _ => None,
        });
        let keys: Vec<String> = keys.collect();
        let path: Vec<&str> = keys.iter().map(String::as_str).collect();
        explain(path, &error.path().to_string(), error.inner().message().trim(), document)
    })
}

/// Says whether the one key of a config does not take a string. It lacks much else; that does not count.
pub(super) fn refuses_text(config: Value) -> bool {
    File::deserialize(config).is_err_and(|error| error.message().starts_with("invalid type: string"))
}

/// Puts serde's error into our words; `dotted` is the path as people write it.
fn explain<'a>(mut path: Vec<&'a str>, dotted: &str, message: &'a str, document: &Document<'_>) -> Diagnostic {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let first = quoted.next().unwrap_or_default();
    if message.starts_with("unknown field") {
        if path.last() != Some(&first) {
            path.push(first);
        }
        return document.unknown(&path, quoted);
    }
    if message.starts_with("missing field") {
        return match path[..] {
            [] => document.whole(format!("`{first}` is missing")),
            _ => document.value(&path, format!("`{dotted}.{first}` is missing")),
        };
    }
    let wrong = document.value(&path, format!("`{dotted}`: {message}"));
    let zones;
    let near = match path.last() {
        _ if message.starts_with("unknown variant") => nearest(first, quoted),
        Some(&"schedule") => return wrong.hint(format!("write {}", schedule::GRAMMAR)),
        Some(&"timezone") => {
            zones = Zone::names();
            nearest(first, zones.iter().map(String::as_str))
        }
        _ => None,
    };
    match near {
        Some(near) => wrong.hint(format!("did you mean `{near}`?")),
        None => wrong,
    }
}
