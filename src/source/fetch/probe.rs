//! Is it there? A question of HEAD, and of GET where a server takes no HEAD; no body is read.

use reqwest::{Client, Method, StatusCode, header::CONTENT_TYPE};
use url::Url;

use crate::{
    diagnostic::{Diagnostic, Explain as _},
    source::address_guard,
};

use super::{
    explain::{explain_error, header_text, no_answer},
    fetcher::{Fetcher, send},
};

/// What a server said of an address, after redirects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It answered.
    Status {
        /// The status.
        code: u16,
        /// The media type that it named.
        kind: Option<String>,
    },
    /// Nothing came of it.
    Failed(Diagnostic),
}

impl Fetcher {
    /// Asks whether an address is there, as politely and as guarded as [`Fetcher::get`].
    pub async fn probe(&self, url: &Url) -> Probe {
        if let Err(refusal) = address_guard::check(url, self.limits.allow_private) {
            return Probe::Failed(refusal.diagnostic());
        }
        let client = match self.client() {
            Ok(client) => client,
            Err(error) => return Probe::Failed(error.clone()),
        };
        let host = self.host(url);
        // The semaphores are never closed; without a permit the request would only be less polite.
        let _at_host = host.acquire().await.ok();
        let _at_all = self.all.acquire().await.ok();
        let asked = async {
            match self.ask_for(client, Method::HEAD, url).await {
                // Many servers refuse a HEAD, or answer it as if the page were not there.
                Probe::Status { code, .. } if code >= 400 && code != StatusCode::GONE.as_u16() => {
                    self.ask_for(client, Method::GET, url).await
                }
                answer => answer,
            }
        };
        match tokio::time::timeout(self.limits.timeout, asked).await {
            Ok(answer) => answer,
            Err(_) => Probe::Failed(no_answer(self.limits.timeout)),
        }
    }

    async fn ask_for(&self, client: &Client, method: Method, url: &Url) -> Probe {
        match send(client.request(method, url.clone())).await {
            Ok(answer) => {
                Probe::Status { code: answer.status().as_u16(), kind: header_text(answer.headers(), CONTENT_TYPE) }
            }
            Err(error) => Probe::Failed(explain_error(&error, self.limits.timeout)),
        }
    }
}
