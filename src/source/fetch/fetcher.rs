//! Fetches documents, guarded and politely.
//!
//! In go a URL and what its server said last time, out comes a document or what happened instead. Every
//! request has one deadline for everything, a limit on the octets after decompression, and at most five
//! redirects; the address that was checked is the address that is connected to. Cookies live through one request's redirects, and no longer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    cookie::{CookieStore, Jar},
    header::{
        CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
    },
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout_at},
};
use url::Url;

use crate::{
    diagnostic::{Diagnostic, Explain as _},
    source::{
        address_guard,
        budget::{Reservation, SMALL},
        document::{Document, Validator},
    },
};

use super::explain::{explain_error, explain_status, header_text, no_answer};

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
#[derive(Debug)]
pub enum FetchResult {
    /// The server gave the document; ask with this validator the next time, and keep what is reserved while the document lives.
    Document(Document, Validator, Reservation),
    /// What the server gave last time still holds.
    Unchanged(Validator),
    /// The server asked to be left alone for now.
    Later(Validator, Diagnostic),
    /// The resource is gone for good.
    Gone(Validator, Diagnostic),
    /// Nothing came of it.
    Failed(Diagnostic),
}

/// At most so many requests at the same time.
const MAX_REQUESTS: usize = 16;
/// At most so many of them to one host.
const MAX_REQUESTS_PER_HOST: usize = 4;
/// Nobody is believed who asks for more than this.
const MAX_RETRY_AFTER: chrono::Duration = chrono::Duration::days(7);

/// Fetches, politely: one for a whole run.
#[derive(Debug)]
pub struct Fetcher {
    /// Made when something is fetched: it reads every root certificate of the system.
    client: OnceLock<Result<Client, Diagnostic>>,
    pub(super) limits: Limits,
    pub(super) all: Semaphore,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Fetcher {
    /// Fetches within these limits.
    pub fn new(limits: &Limits) -> Self {
        let client = OnceLock::new();
        Self { client, limits: limits.clone(), all: Semaphore::new(MAX_REQUESTS), hosts: Mutex::default() }
    }

    pub(super) fn client(&self) -> &Result<Client, Diagnostic> {
        self.client.get_or_init(|| client(&self.limits))
    }

    /// Fetches one URL, unless its server said that there is no point yet.
    pub async fn get(&self, url: &Url, past: Option<&Validator>, now: DateTime<Utc>) -> FetchResult {
        if let Some(past) = past {
            if past.gone {
                return FetchResult::Gone(
                    past.clone(),
                    "the server said that it is gone for good (410); it is not asked again".into(),
                );
            }
            if let Some(until) = past.not_before.filter(|until| *until > now) {
                let words = format!("the server asked not to be asked before {}", until.format("%Y-%m-%d %H:%M UTC"));
                return FetchResult::Later(past.clone(), words.into());
            }
        }
        if let Err(refusal) = address_guard::check(url, self.limits.allow_private) {
            return FetchResult::Failed(refusal.diagnostic());
        }
        let host = self.host(url);
        // The semaphores are never closed; without a permit the request would only be less polite.
        let _at_host = host.acquire().await.ok();
        let _at_all = self.all.acquire().await.ok();
        let deadline = Instant::now() + self.limits.timeout;
        match timeout_at(deadline, self.ask(url, past, now)).await {
            Ok(Ok(response)) => self.document(response, deadline).await,
            Ok(Err(other)) => other,
            Err(_) => FetchResult::Failed(no_answer(self.limits.timeout)),
        }
    }

    pub(super) fn host(&self, url: &Url) -> Arc<Semaphore> {
        let name = url.host_str().unwrap_or_default().to_owned();
        let mut hosts = self.hosts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        hosts.entry(name).or_insert_with(|| Arc::new(Semaphore::new(MAX_REQUESTS_PER_HOST))).clone()
    }

    async fn ask(&self, url: &Url, past: Option<&Validator>, now: DateTime<Utc>) -> Result<Response, FetchResult> {
        let client = self.client().as_ref().map_err(|error| FetchResult::Failed(error.clone()))?;
        let mut request = client.get(url.clone());
        for (name, value) in [
            (IF_NONE_MATCH, past.and_then(|past| past.etag.as_deref())),
            (IF_MODIFIED_SINCE, past.and_then(|past| past.last_modified.as_deref())),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let sent = send(request).await;
        let response = sent.map_err(|error| FetchResult::Failed(explain_error(&error, self.limits.timeout)))?;
        let status = response.status();
        let past = past.cloned().unwrap_or_default();
        let later = retry_after(response.headers(), now);
        Err(match status {
            StatusCode::NOT_MODIFIED => FetchResult::Unchanged(Validator { not_before: None, ..past }),
            StatusCode::GONE => FetchResult::Gone(
                Validator { gone: true, ..Validator::default() },
                "the server says that it is gone for good (410); it is not asked again".into(),
            ),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE if later.is_some() => {
                let until = later.map(|until| until.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
                let words =
                    format!("the server is busy ({}) and asked not to be asked before {until}", status.as_u16());
                FetchResult::Later(Validator { not_before: later, ..past }, words.into())
            }
            status if status.is_success() => return Ok(response),
            status => FetchResult::Failed(explain_status(status)),
        })
    }

    /// Reads the body; the time that it waits for its turn is not the server's.
    async fn document(&self, response: Response, mut deadline: Instant) -> FetchResult {
        let Limits { timeout, max_bytes, .. } = self.limits;
        let validator = Validator {
            etag: header_text(response.headers(), ETAG),
            last_modified: header_text(response.headers(), LAST_MODIFIED),
            ..Validator::default()
        };
        let charset = header_text(response.headers(), CONTENT_TYPE).and_then(|kind| charset(&kind));
        let url = response.url().clone();
        let mut octets = Vec::new();
        let mut reserved = Reservation::default();
        let mut body = response.bytes_stream();
        loop {
            let part = match timeout_at(deadline, body.next()).await {
                Ok(Some(Ok(part))) => part,
                Ok(Some(Err(error))) => return FetchResult::Failed(explain_error(&error, timeout)),
                Ok(None) => break,
                Err(_) => return FetchResult::Failed(no_answer(timeout)),
            };
            let length = octets.len() + part.len();
            if length > max_bytes {
                let words = format!("it is larger than {max_bytes} octets");
                return FetchResult::Failed(Diagnostic::new(words).hint("raise `fetch.max_bytes`"));
            }
            if octets.len() <= SMALL && length > SMALL {
                let start = Instant::now();
                reserved = Reservation::to_read(max_bytes).await;
                deadline += start.elapsed();
            }
            octets.extend_from_slice(&part);
        }
        reserved.shrink_to(octets.len());
        FetchResult::Document(Document { octets, charset, url: Some(url) }, validator, reserved)
    }
}

fn client(limits: &Limits) -> Result<Client, Diagnostic> {
    // Whoever comes second finds the provider installed, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let allow_private = limits.allow_private;
    Client::builder()
        .user_agent(&limits.user_agent)
        .no_proxy()
        .referer(false)
        .cookie_provider(Arc::new(RequestCookies))
        .redirect(address_guard::redirects(allow_private))
        .dns_resolver(Arc::new(address_guard::Resolver { allow_private }))
        .connect_timeout(limits.timeout)
        .build()
        .map_err(|error| explain_error(&error, limits.timeout))
}

fn charset(content_type: &str) -> Option<String> {
    let at = content_type.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let name = content_type[at..].split(';').next()?.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// Reads `Retry-After` (RFC 9110 10.2.3): seconds, or a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let value = header_text(headers, RETRY_AFTER)?;
    let until = match value.trim().parse::<u32>() {
        Ok(seconds) => now + chrono::Duration::seconds(i64::from(seconds)),
        Err(_) => DateTime::parse_from_rfc2822(value.trim()).ok()?.to_utc(),
    };
    (until > now).then(|| until.min(now + MAX_RETRY_AFTER))
}

tokio::task_local! {
    /// What the request under way was given.
    static JAR: Jar;
}

/// Sends a request with a jar of its own.
///
/// # Errors
/// As [`RequestBuilder::send`].
pub(super) async fn send(request: RequestBuilder) -> reqwest::Result<Response> {
    JAR.scope(Jar::default(), request.send()).await
}

/// The store of a client that many requests share: each finds its own jar behind it.
#[derive(Debug)]
pub(super) struct RequestCookies;

impl CookieStore for RequestCookies {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        // Outside a request of ours there is no jar, and nothing to keep.
        let _ = JAR.try_with(|jar| jar.set_cookies(headers, url));
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        JAR.try_with(|jar| jar.cookies(url)).ok().flatten()
    }
}

#[cfg(test)]
mod tests;
