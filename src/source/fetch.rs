//! HTTP, guarded: the only file that speaks it.
//!
//! In go a URL and what its server said last time, out comes a document or what happened instead. Every
//! request has one deadline for everything, a limit on the octets after decompression, and at most five
//! redirects; the address that was checked is the address that is connected to.

mod octets;
mod post;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use reqwest::{
    Client, Response, StatusCode,
    header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER},
};
use tokio::sync::Semaphore;
use url::Url;

pub use octets::Octets;
pub use post::{Posted, Poster};

use super::{Document, Validator, guard};

/// Limits of fetching, `[fetch]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// From the start of a request to the last octet of its body.
    pub timeout: Duration,
    /// Octets of decoded body.
    pub max_bytes: usize,
    /// May fetch from loopback and private addresses.
    pub allow_private: bool,
    /// The User-Agent.
    pub user_agent: String,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20),
            max_bytes: 10_000_000,
            allow_private: false,
            user_agent: concat!("tidings/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// How a request ended; the reasons are in plain words and hold no password.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The server gave the document; ask with this validator the next time.
    Document(Document, Validator),
    /// What the server gave last time still holds.
    Unchanged(Validator),
    /// The server asked to be left alone for now.
    Later(Validator, String),
    /// The resource is gone for good.
    Gone(Validator, String),
    /// Nothing came of it.
    Failed(String),
}

/// A URL for people: without a password.
pub(super) fn shown(url: &url::Url) -> String {
    let mut url = url.clone();
    if url.password().is_some() {
        let _ = url.set_password(Some("***"));
    }
    url.to_string()
}

/// At most so many requests at the same time.
const AT_ONCE: usize = 16;
/// At most so many of them to one host.
const AT_ONE_HOST: usize = 4;
/// Nobody is believed who asks for more than this.
const LONGEST_WAIT: chrono::Duration = chrono::Duration::days(7);

/// Fetches, politely: one for a whole run.
#[derive(Debug)]
pub struct Fetcher {
    /// Made when something is fetched: it reads every root certificate of the system.
    client: OnceLock<Result<Client, String>>,
    limits: Limits,
    all: Semaphore,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Fetcher {
    /// Fetches within these limits.
    pub fn new(limits: &Limits) -> Self {
        let client = OnceLock::new();
        Self { client, limits: limits.clone(), all: Semaphore::new(AT_ONCE), hosts: Mutex::default() }
    }

    pub(super) fn client(&self) -> &Result<Client, String> {
        self.client.get_or_init(|| client(&self.limits))
    }

    /// Fetches one URL, unless its server said that there is no point yet.
    pub async fn get(&self, url: &Url, past: Option<&Validator>, now: DateTime<Utc>) -> Answer {
        if let Some(past) = past {
            if past.gone {
                return Answer::Gone(
                    past.clone(),
                    "the server said that it is gone for good (410); it is not asked again".to_owned(),
                );
            }
            if let Some(until) = past.not_before.filter(|until| *until > now) {
                let words = format!("the server asked not to be asked before {}", until.format("%Y-%m-%d %H:%M UTC"));
                return Answer::Later(past.clone(), words);
            }
        }
        if let Err(refusal) = guard::check(url, self.limits.allow_private) {
            return Answer::Failed(refusal.to_string());
        }
        let host = self.host(url);
        // The semaphores are never closed; without a permit the request would only be less polite.
        let _at_host = host.acquire().await.ok();
        let _at_all = self.all.acquire().await.ok();
        match tokio::time::timeout(self.limits.timeout, self.ask(url, past, now)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Failed(format!("no whole answer within {}", seconds(self.limits.timeout))),
        }
    }

    fn host(&self, url: &Url) -> Arc<Semaphore> {
        let name = url.host_str().unwrap_or_default().to_owned();
        let mut hosts = self.hosts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        hosts.entry(name).or_insert_with(|| Arc::new(Semaphore::new(AT_ONE_HOST))).clone()
    }

    async fn ask(&self, url: &Url, past: Option<&Validator>, now: DateTime<Utc>) -> Answer {
        let client = match self.client() {
            Ok(client) => client,
            Err(error) => return Answer::Failed(error.clone()),
        };
        let mut request = client.get(url.clone());
        for (name, value) in [
            (IF_NONE_MATCH, past.and_then(|past| past.etag.as_deref())),
            (IF_MODIFIED_SINCE, past.and_then(|past| past.last_modified.as_deref())),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Answer::Failed(words(&error, self.limits.timeout)),
        };
        let status = response.status();
        let past = past.cloned().unwrap_or_default();
        let later = retry_after(response.headers(), now);
        match status {
            StatusCode::NOT_MODIFIED => Answer::Unchanged(Validator { not_before: None, ..past }),
            StatusCode::GONE => Answer::Gone(
                Validator { gone: true, ..Validator::default() },
                "the server says that it is gone for good (410); it is not asked again".to_owned(),
            ),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE if later.is_some() => {
                let until = later.map(|until| until.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
                let words =
                    format!("the server is busy ({}) and asked not to be asked before {until}", status.as_u16());
                Answer::Later(Validator { not_before: later, ..past }, words)
            }
            status if status.is_success() => self.document(response).await,
            status => Answer::Failed(refused(status)),
        }
    }

    async fn document(&self, response: Response) -> Answer {
        let validator = Validator {
            etag: text(response.headers(), ETAG),
            last_modified: text(response.headers(), LAST_MODIFIED),
            ..Validator::default()
        };
        let charset = text(response.headers(), CONTENT_TYPE).and_then(|kind| charset(&kind));
        let url = response.url().clone();
        let mut octets = Vec::new();
        let mut body = response.bytes_stream();
        while let Some(part) = body.next().await {
            match part {
                Ok(part) if octets.len() + part.len() > self.limits.max_bytes => {
                    return Answer::Failed(format!(
                        "it is larger than {} octets\nhint: raise `fetch.max_bytes`",
                        self.limits.max_bytes
                    ));
                }
                Ok(part) => octets.extend_from_slice(&part),
                Err(error) => return Answer::Failed(words(&error, self.limits.timeout)),
            }
        }
        Answer::Document(Document { octets, charset, url: Some(url) }, validator)
    }
}

fn client(limits: &Limits) -> Result<Client, String> {
    // Whoever comes second finds the provider installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let allow_private = limits.allow_private;
    Client::builder()
        .user_agent(&limits.user_agent)
        .no_proxy()
        .referer(false)
        .redirect(guard::redirects(allow_private))
        .dns_resolver(Arc::new(guard::Resolver { allow_private }))
        .connect_timeout(limits.timeout)
        .build()
        .map_err(|error| words(&error, limits.timeout))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= 1_000).then(|| value.to_owned())
}

fn charset(content_type: &str) -> Option<String> {
    let at = content_type.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let name = content_type[at..].split(';').next()?.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// Reads `Retry-After` (RFC 9110 10.2.3): seconds, or a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let value = text(headers, RETRY_AFTER)?;
    let until = match value.trim().parse::<u32>() {
        Ok(seconds) => now + chrono::Duration::seconds(i64::from(seconds)),
        Err(_) => DateTime::parse_from_rfc2822(value.trim()).ok()?.to_utc(),
    };
    (until > now).then(|| until.min(now + LONGEST_WAIT))
}

fn refused(status: StatusCode) -> String {
    let number = status.as_u16();
    match number {
        401 | 403 => format!("the server refused ({number}): it wants a login or does not like us"),
        404 => "the server does not have it (404)\nhint: check the address".to_owned(),
        429 => "the server says that we ask too often (429)".to_owned(),
        300..400 => format!("the server answered with a redirect that leads nowhere ({number})"),
        400..500 => format!("the server refused the request ({number})"),
        _ => format!("the server has trouble of its own ({number})"),
    }
}

/// Puts an error of the client into plain words, without the URL, which may hold a password.
fn words(error: &reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() {
        return format!("no whole answer within {}", seconds(timeout));
    }
    let mut chain = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<guard::Refusal>() {
            return refusal.to_string();
        }
        if let Some(io) =
            error.downcast_ref::<std::io::Error>().filter(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
        {
            return format!("nobody answers there: {io}");
        }
        chain.push(error.to_string());
        cause = error.source();
    }
    let last = chain.pop().unwrap_or_default();
    let all = format!("{} {last}", chain.join(" ")).to_lowercase();
    if all.contains("dns error") || all.contains("lookup address") || all.contains("no such host") {
        format!("its host name is not known: {last}")
    } else if ["certificate", "tls", "handshake", "corrupt message"].iter().any(|word| all.contains(word)) {
        format!("no secure connection: {last}")
    } else if error.is_redirect() {
        format!("too many redirects: {last}")
    } else if error.is_connect() {
        format!("no connection: {last}")
    } else if error.is_decode() || error.is_body() {
        format!("the answer broke off or is damaged: {last}")
    } else {
        format!("the server's answer makes no sense: {last}")
    }
}

fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{} s", time.as_secs()) } else { format!("{} ms", time.as_millis()) }
}

#[cfg(test)]
mod tests;
