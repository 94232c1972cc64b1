//! What is true of every request and answer: limits, the prefix of `public_url`, headers, the count.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, Version, header, uri::PathAndQuery},
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use tokio::time::timeout;
use tower::ServiceExt as _;

use super::state::Public;

/// Nothing that anybody has to say here is longer, octets.
const BODY: usize = 64 * 1024;

/// How long a body may take.
const SLOW: Duration = Duration::from_secs(10);

/// So much of a body that is refused is still read, and for so long: who writes does not read yet, and would never
/// see the answer.
const DRAIN: (usize, Duration) = (16 << 20, Duration::from_secs(2));

/// The first parts of our paths.
const OWN: [&str; 6] = ["u", "a", "archive", "feed.xml", "healthz", "metrics"];

/// Every request goes through this before it comes to a page, and its answer after.
pub(super) fn before(public: Arc<Public>, pages: Router) -> Router {
    Router::new().fallback(move |request: Request| {
        let (public, pages) = (Arc::clone(&public), pages.clone());
        async move {
            let mut request = request;
            let prefix = public.present().base.path().trim_end_matches('/').to_owned();
            if let Some(path) = without(&prefix, request.uri()) {
                *request.uri_mut() = path;
            }
            let path = request.uri().path().to_owned();
            let mut answer = match refusal(&request) {
                Some(status) => refuse(status, request).await,
                None => pages.oneshot(request).await.unwrap_or_else(|never| match never {}),
            };
            dress(&path, &mut answer);
            public.count.note(&path, answer.status());
            answer
        }
    })
}

/// The answer to OPTIONS where a page is only looked at.
pub(super) async fn allow_get() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, "GET,HEAD,OPTIONS")]).into_response()
}

/// The same where something can be done.
pub(super) async fn allow_post() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, "GET,HEAD,OPTIONS,POST")]).into_response()
}

/// The whole body.
///
/// # Errors
/// An answer where it is too long, too slow or broken off.
pub(super) async fn body(body: Body) -> Result<Bytes, Response> {
    match timeout(SLOW, to_bytes(body, BODY)).await {
        Ok(Ok(octets)) => Ok(octets),
        Ok(Err(_)) => Err(closing(StatusCode::PAYLOAD_TOO_LARGE)),
        Err(_) => Err(closing(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// Why a request comes to no page.
fn refusal(request: &Request) -> Option<StatusCode> {
    let headers = request.headers();
    let hosts = headers.get_all(header::HOST).iter().count();
    // RFC 9112 3.2: one and no more; older clients may have none.
    if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
        return Some(StatusCode::BAD_REQUEST);
    }
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    (length > BODY as u64).then_some(StatusCode::PAYLOAD_TOO_LARGE)
}

/// Refuses a request, and lets its client come to the answer.
async fn refuse(status: StatusCode, request: Request) -> Response {
    if !request.headers().contains_key(header::EXPECT) {
        let (mut read, mut octets) = (0, request.into_body().into_data_stream());
        let drain = async {
            while let Some(Ok(piece)) = octets.next().await {
                read += piece.len();
                if read > DRAIN.0 {
                    break;
                }
            }
        };
        let _ = timeout(DRAIN.1, drain).await;
    }
    closing(status)
}

/// A short answer, and the end of the connection.
fn closing(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or_default();
    (status, [(header::CONNECTION, "close")], format!("{reason}\n")).into_response()
}

/// The address without the prefix of `public_url`, where it has it: a proxy may keep it or take it off.
fn without(prefix: &str, uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let rest = path.strip_prefix(prefix).filter(|_| !prefix.is_empty())?;
    let rest = if rest.is_empty() { "/" } else { rest };
    let first = rest.strip_prefix('/')?.split('/').next()?;
    if !first.is_empty() && !OWN.contains(&first) {
        return None;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(Uri::from(format!("{rest}{query}").parse::<PathAndQuery>().ok()?))
}

/// Sets the headers that every answer has.
fn dress(path: &str, answer: &mut Response) {
    let headers = answer.headers_mut();
    let value = HeaderValue::from_static;
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, value("nosniff"));
    headers.insert(header::REFERRER_POLICY, value("no-referrer"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(value("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"));
    if ["/u", "/a"].iter().any(|own| path == *own || path.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'))) {
        headers.insert("x-robots-tag", value("noindex, nofollow"));
        headers.insert(header::CACHE_CONTROL, value("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(prefix: &str, path: &str, expect: Option<&str>) {
        let uri: Uri = path.parse().unwrap();
        assert_eq!(without(prefix, &uri).map(|uri| uri.to_string()).as_deref(), expect, "{prefix} {path}");
    }

    #[test]
    fn the_prefix_goes_where_it_stands() {
        check("/news", "/news/u/x", Some("/u/x"));
        check("/news", "/news/archive/?page=2", Some("/archive/?page=2"));
        check("/news", "/news/", Some("/"));
        check("/news", "/u/x", None);
        check("/news", "/newsroom/u/x", None);
        check("/u", "/u/x", None);
        check("/u", "/u/u/x", Some("/u/x"));
        check("", "/u/x", None);
        check("/a/b", "http://elsewhere.example/a/b/feed.xml", Some("/feed.xml"));
    }

    proptest! {
        #[test]
        fn no_path_panics(path in "/[ -~]{0,40}", prefix in "(/[a-z%.]{0,5}){0,3}") {
            if let Ok(uri) = path.replace([' ', '#'], "").parse::<Uri>() {
                let _ = without(&prefix, &uri);
            }
        }
    }
}
