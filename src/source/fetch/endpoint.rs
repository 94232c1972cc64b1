//! One question to one endpoint that the operator chose: JSON, a form or nothing out, octets back.
//!
//! The endpoint may be on this machine, so the guard against private addresses does not look here; in return
//! nothing leads anywhere else: no redirect is followed and no proxy is asked.

use std::time::Duration;

use futures::StreamExt as _;
use reqwest::{
    Client, RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::explain::{explain_error, no_answer};

/// What became of a question; no text of it holds the secret or what the server wrote beside a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointReply {
    /// A success, whole.
    Answer(Vec<u8>),
    /// Another status.
    Status(u16),
    /// A success that is larger than allowed.
    TooLarge,
    /// No whole answer, in plain words.
    Failed(String),
}

/// Asks one endpoint, with one deadline for each request as a whole.
#[derive(Debug)]
pub struct EndpointClient {
    client: Result<Client, String>,
    timeout: Duration,
    max_bytes: usize,
}

impl EndpointClient {
    /// Prepares a client with these limits.
    pub fn new(timeout: Duration, max_bytes: usize) -> Self {
        // Whoever comes second finds the provider installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("tidings/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .referer(false)
            .redirect(Policy::none())
            .build()
            .map_err(|error| explain_error(&error, timeout).message);
        Self { client, timeout, max_bytes }
    }

    /// Sends JSON, and the secret to nobody but `url`.
    pub async fn post(&self, url: &Url, bearer: Option<&SecretString>, body: String) -> EndpointReply {
        self.in_time(self.post_as(url, "application/json", bearer, body)).await
    }

    /// Fetches what is there.
    pub async fn get(&self, url: &Url) -> EndpointReply {
        let asked = async {
            match &self.client {
                Ok(client) => self.answer(client.get(url.clone())).await,
                Err(error) => EndpointReply::Failed(error.clone()),
            }
        };
        self.in_time(asked).await
    }

    /// Sends the fields of a form, as mail providers do for a reader who leaves (RFC 8058 3.2).
    pub async fn post_form(&self, url: &Url, body: &str) -> EndpointReply {
        self.in_time(self.post_as(url, "application/x-www-form-urlencoded", None, body.to_owned())).await
    }

    async fn in_time(&self, asked: impl Future<Output = EndpointReply>) -> EndpointReply {
        match tokio::time::timeout(self.timeout, asked).await {
            Ok(posted) => posted,
            Err(_) => EndpointReply::Failed(no_answer(self.timeout).message),
        }
    }

    async fn post_as(
        &self,
        url: &Url,
        kind: &'static str,
        bearer: Option<&SecretString>,
        body: String,
    ) -> EndpointReply {
        let client = match &self.client {
            Ok(client) => client,
            Err(error) => return EndpointReply::Failed(error.clone()),
        };
        let mut request = client.post(url.clone()).header(CONTENT_TYPE, kind).body(body);
        if let Some(secret) = bearer {
            let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {}", secret.expose_secret())) else {
                return EndpointReply::Failed("the key holds characters that no header can carry".to_owned());
            };
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        self.answer(request).await
    }

    async fn answer(&self, request: RequestBuilder) -> EndpointReply {
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return EndpointReply::Failed(explain_error(&error, self.timeout).message),
        };
        if !response.status().is_success() {
            return EndpointReply::Status(response.status().as_u16());
        }
        let mut octets = Vec::new();
        let mut parts = response.bytes_stream();
        while let Some(part) = parts.next().await {
            match part {
                Ok(part) if octets.len() + part.len() > self.max_bytes => return EndpointReply::TooLarge,
                Ok(part) => octets.extend_from_slice(&part),
                Err(error) => return EndpointReply::Failed(explain_error(&error, self.timeout).message),
            }
        }
        EndpointReply::Answer(octets)
    }
}
