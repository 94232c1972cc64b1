//! A file that somebody else serves, whole or only its beginning, and whether there is any hope of it.

use futures::StreamExt as _;
use reqwest::{StatusCode, header::RANGE};
use url::Url;

use crate::{
    diagnostic::{Diagnostic, Explain as _},
    source::address_guard,
};

use super::{
    explain::{explain_error, explain_status, no_answer},
    fetcher::{Fetcher, send},
};

/// What came of asking for a file; the reasons are in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchedFile {
    /// The file, or as much of it as was asked for.
    Got(Vec<u8>),
    /// Nobody gets it: it is private, gone, refused, too large, or its host does not exist.
    Refused(Diagnostic),
    /// It could not be had now.
    Failed(Diagnostic),
}

impl Fetcher {
    /// Fetches a whole file.
    pub async fn whole(&self, url: &Url) -> FetchedFile {
        self.octets(url, None, |_| false).await
    }

    /// Fetches a file's first octets: `most` of them, or fewer where `enough` is content with what there is.
    pub async fn start(&self, url: &Url, most: usize, enough: impl Fn(&[u8]) -> bool) -> FetchedFile {
        self.octets(url, Some(most), enough).await
    }

    async fn octets(&self, url: &Url, most: Option<usize>, enough: impl Fn(&[u8]) -> bool) -> FetchedFile {
        let allow_private = self.limits.allow_private;
        if address_guard::is_reserved(url, allow_private) {
            return FetchedFile::Refused(format!("there is no host `{}`", url.host_str().unwrap_or_default()).into());
        }
        if let Err(refusal) = address_guard::check(url, allow_private) {
            return FetchedFile::Refused(refusal.diagnostic());
        }
        let host = self.host(url);
        // As for documents: without a permit the request would only be less polite.
        let _at_host = host.acquire().await.ok();
        let _at_all = self.all.acquire().await.ok();
        let asked = self.ask_for_octets(url, most, enough);
        match tokio::time::timeout(self.limits.timeout, asked).await {
            Ok(octets) => octets,
            Err(_) => FetchedFile::Failed(no_answer(self.limits.timeout)),
        }
    }

    async fn ask_for_octets(&self, url: &Url, most: Option<usize>, enough: impl Fn(&[u8]) -> bool) -> FetchedFile {
        let client = match self.client() {
            Ok(client) => client,
            Err(error) => return FetchedFile::Failed(error.clone()),
        };
        let mut request = client.get(url.clone());
        if let Some(last) = most.and_then(|most| most.checked_sub(1)) {
            request = request.header(RANGE, format!("bytes=0-{last}"));
        }
        let response = match send(request).await {
            Ok(response) => response,
            Err(error) => return self.failed(&error),
        };
        let status = response.status();
        if !status.is_success() {
            let may_pass = status.is_server_error()
                || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS]
                    .contains(&status);
            let words = explain_status(status);
            return if may_pass { FetchedFile::Failed(words) } else { FetchedFile::Refused(words) };
        }
        let mut octets = Vec::new();
        let mut body = response.bytes_stream();
        while let Some(part) = body.next().await {
            match part {
                Ok(part) => octets.extend_from_slice(&part),
                Err(error) => return self.failed(&error),
            }
            match most {
                Some(most) if octets.len() >= most => break,
                Some(_) if enough(&octets) => break,
                None if octets.len() > self.limits.max_bytes => {
                    return FetchedFile::Refused(format!("it is larger than {} octets", self.limits.max_bytes).into());
                }
                _ => {}
            }
        }
        octets.truncate(most.unwrap_or(usize::MAX));
        FetchedFile::Got(octets)
    }

    fn failed(&self, error: &reqwest::Error) -> FetchedFile {
        let words = explain_error(error, self.limits.timeout);
        if is_final(error) { FetchedFile::Refused(words) } else { FetchedFile::Failed(words) }
    }
}

/// Tells what will not change by itself: an address that is refused, a host that does not exist.
fn is_final(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        // The resolver of the system says in words only whether a name is unknown or could not be asked for.
        let unknown = |said: &str| {
            ["Name or service not known", "No address associated", "nodename nor servname"]
                .iter()
                .any(|known| said.contains(known))
        };
        if error.is::<address_guard::AddressRefused>() || (error.is::<std::io::Error>() && unknown(&error.to_string()))
        {
            return true;
        }
        cause = error.source();
    }
    false
}
