//! Cookies live through one request's redirects, and no longer: some servers send a visitor round until one comes back.

use reqwest::{
    RequestBuilder, Response,
    cookie::{CookieStore, Jar},
    header::HeaderValue,
};
use url::Url;

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
