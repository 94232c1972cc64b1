//! Who may ask: a browser on this machine, and of its pages only ours.
//!
//! A page of somebody else's must not read the preview (a name of theirs that leads to this machine is no name of ours),
//! nor send a mail with it (a POST needs the token that only our page holds), nor show it in a frame.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use subtle::ConstantTimeEq as _;

use crate::web::serve::set_security_headers;

/// The header that carries the token.
const TOKEN_HEADER: &str = "x-tidings-token";

/// What the page itself may do: nothing but show what we serve.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; \
                    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the mail may do: show pictures and letters. No script runs in it, whatever it holds; the frame around it says so
/// again.
pub(super) const MAIL_POLICY: &str = "default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline' https:; \
                               font-src data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
                               sandbox allow-same-origin";

/// The names that we go by, and the token of this run.
#[derive(Debug)]
pub(super) struct OriginGuard {
    names: Vec<String>,
    /// Listening on every address of the machine, each of them is a name; a page of somebody else's is never at one.
    is_any_address: bool,
    pub(super) token: String,
}

impl OriginGuard {
    /// Takes the address that was asked for: `127.0.0.1`, `preview.example`, `0.0.0.0`.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub(super) fn new(host: &str) -> Result<Self, getrandom::Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let is_any_address = host.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified());
        let names = ["localhost", "127.0.0.1", "::1", host].map(str::to_ascii_lowercase);
        Ok(Self {
            names: names.into(),
            is_any_address,
            token: random.iter().map(|octet| format!("{octet:02x}")).collect(),
        })
    }

    /// Says what is wrong with a request, where something is.
    fn refusal(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(host) = text("host") else { return Some((StatusCode::BAD_REQUEST, "no Host")) };
        if !self.is_ours(host) {
            return Some((StatusCode::MISDIRECTED_REQUEST, "not a name of this server"));
        }
        let came_from = text("sec-fetch-site").unwrap_or("none");
        let is_ours = matches!(came_from, "none" | "same-origin");
        // A link to the page is followed from anywhere; nothing else is.
        let follows = method == Method::GET && path == "/" && text("sec-fetch-mode") == Some("navigate");
        if !is_ours && !follows {
            return Some((StatusCode::FORBIDDEN, "asked by another page"));
        }
        if method != Method::GET && method != Method::HEAD {
            let origin = text("origin").map(|origin| origin.strip_prefix("http://").unwrap_or_default());
            if origin.is_some_and(|origin| !origin.eq_ignore_ascii_case(host)) {
                return Some((StatusCode::FORBIDDEN, "asked by another page"));
            }
            let given = text(TOKEN_HEADER).unwrap_or_default();
            if !bool::from(given.as_bytes().ct_eq(self.token.as_bytes())) {
                return Some((StatusCode::FORBIDDEN, "without the token of this page: load it again"));
            }
        }
        None
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => host.rsplit_once(':').map_or(host, |(name, _)| name),
        };
        let is_address = self.is_any_address && name.parse::<IpAddr>().is_ok();
        is_address || self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Lets pass what may, and tells browsers how to treat the answer.
pub(super) async fn enforce(State(guard): State<Arc<OriginGuard>>, request: Request, next: Next) -> Response {
    let refusal = guard.refusal(request.method(), request.uri().path(), request.headers());
    let mut response = match refusal {
        Some((status, words)) => (status, format!("{words}\n")).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    set_security_headers(headers, PAGE_POLICY);
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, method: &Method, path: &str, headers: &[(&str, &str)], expect: Option<u16>) {
        let guard = OriginGuard { token: "secret".to_owned(), ..OriginGuard::new(host).unwrap() };
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
        }
        let got = guard.refusal(method, path, &map).map(|(status, _)| status.as_u16());
        assert_eq!(got, expect, "{method} {path} {headers:?}");
    }

    #[test]
    fn only_our_own_names_are_answered() {
        for host in ["localhost:8788", "127.0.0.1:1", "[::1]:8788", "LOCALHOST"] {
            check("127.0.0.1", &Method::GET, "/", &[("host", host)], None);
        }
        for host in ["evil.example", "127.0.0.1.evil.example:8788", "192.168.1.2", "[::2]", ""] {
            check("127.0.0.1", &Method::GET, "/", &[("host", host)], Some(421));
        }
        check("127.0.0.1", &Method::GET, "/", &[], Some(400));
        check("preview.example", &Method::GET, "/", &[("host", "preview.example:80")], None);
        check("0.0.0.0", &Method::GET, "/", &[("host", "192.168.1.2:8788")], None);
        check("0.0.0.0", &Method::GET, "/", &[("host", "evil.example")], Some(421));
    }

    #[test]
    fn other_pages_may_link_here_and_no_more() {
        let host = ("host", "localhost");
        let from = |site| ("sec-fetch-site", site);
        let follows = ("sec-fetch-mode", "navigate");
        check("127.0.0.1", &Method::GET, "/look", &[host, from("same-origin")], None);
        check("127.0.0.1", &Method::GET, "/look", &[host, from("cross-site")], Some(403));
        check("127.0.0.1", &Method::GET, "/look", &[host, from("same-site"), follows], Some(403));
        check("127.0.0.1", &Method::GET, "/", &[host, from("cross-site"), follows], None);
    }

    #[test]
    fn a_post_needs_the_token_and_our_own_page() {
        let (host, token) = (("host", "localhost:8788"), (TOKEN_HEADER, "secret"));
        let post = |headers: &[(&str, &str)], expect| check("127.0.0.1", &Method::POST, "/test", headers, expect);
        post(&[host, token], None);
        post(&[host, token, ("origin", "http://localhost:8788")], None);
        post(&[host], Some(403));
        post(&[host, (TOKEN_HEADER, "other")], Some(403));
        post(&[host, token, ("origin", "http://evil.example")], Some(403));
        post(&[host, token, ("origin", "null")], Some(403));
        post(&[host, token, ("sec-fetch-site", "cross-site")], Some(403));
    }

    #[test]
    fn every_run_has_a_token_of_its_own() {
        assert_ne!(OriginGuard::new("localhost").unwrap().token, OriginGuard::new("localhost").unwrap().token);
    }
}
