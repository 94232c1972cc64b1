//! What is true of every request and answer: limits, the prefix of `public_url`, headers, the count.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, Version, header, uri::PathAndQuery},
    response::Response,
};
use tower::ServiceExt as _;

use crate::web::serve::set_security_headers;

use super::{
    extract::{MAX_BODY, MAX_EVENTS, PageError, closing_response, drain},
    message_page::MessagePage,
    state::PublicState,
};

/// What every answer may do that says nothing else.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The first parts of our paths.
const OWN_PATHS: [&str; 7] = ["u", "a", "bounces", "archive", "feed.xml", "healthz", "metrics"];

/// Wraps the pages: every request goes through this before it comes to one, and its answer after.
pub(super) fn wrap(state: Arc<PublicState>, pages: Router) -> Router {
    Router::new().fallback(move |mut request: Request| {
        let (state, pages) = (Arc::clone(&state), pages.clone());
        async move {
            let prefix = state.page_context().base.path().trim_end_matches('/').to_owned();
            if let Some(path) = without_prefix(&prefix, request.uri()) {
                *request.uri_mut() = path;
            }
            let path = request.uri().path().to_owned();
            let mut response = match refusal(&request) {
                Some(status) => refuse(status, request).await,
                None => pages.oneshot(request).await.unwrap_or_else(|never| match never {}),
            };
            if let Some(error) = response.extensions().get::<PageError>() {
                response = error_page(&state, *error);
            }
            set_headers(&path, &mut response);
            state.counts.add(&path, response.status());
            response
        }
    })
}

/// Makes the page of an error; those to come again later are told when.
fn error_page(state: &PublicState, error: PageError) -> Response {
    let context = state.page_context();
    let words = context.words(None);
    let (key, status) = match error {
        PageError::NotFound => ("missing", StatusCode::NOT_FOUND),
        PageError::UnknownToken if state.admits_unsigned() => ("unknown", StatusCode::NOT_FOUND),
        PageError::UnknownToken | PageError::Busy => ("busy", StatusCode::TOO_MANY_REQUESTS),
        PageError::Unavailable => ("failed", StatusCode::SERVICE_UNAVAILABLE),
    };
    let mut page = MessagePage { title: words.word(&format!("{key}_title")).to_owned(), ..MessagePage::default() };
    if error == PageError::NotFound {
        page.links.push((context.link("archive/"), words.word("archive").to_owned()));
    } else {
        page.paragraphs.push(words.with(key, &[("contact", &context.contact())]));
    }
    let mut response = page.respond(&context, &words, None, status);
    if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// Says why a request comes to no page.
fn refusal(request: &Request) -> Option<StatusCode> {
    let headers = request.headers();
    let hosts = headers.get_all(header::HOST).iter().count();
    // RFC 9112 3.2: one and no more; older clients may have none.
    if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
        return Some(StatusCode::BAD_REQUEST);
    }
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    let max = if request.uri().path().starts_with("/bounces/") { MAX_EVENTS } else { MAX_BODY };
    (length > max as u64).then_some(StatusCode::PAYLOAD_TOO_LARGE)
}

/// Refuses a request, and lets its client come to the answer.
async fn refuse(status: StatusCode, request: Request) -> Response {
    drain(request).await;
    closing_response(status)
}

/// Gives the address without the prefix of `public_url`, where it has it: a proxy may keep it or take it off.
fn without_prefix(prefix: &str, uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let rest = path.strip_prefix(prefix).filter(|_| !prefix.is_empty())?;
    let rest = if rest.is_empty() { "/" } else { rest };
    let first = rest.strip_prefix('/')?.split('/').next()?;
    if !first.is_empty() && !OWN_PATHS.contains(&first) {
        return None;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(Uri::from(format!("{rest}{query}").parse::<PathAndQuery>().ok()?))
}

/// Sets the headers that every answer has.
fn set_headers(path: &str, response: &mut Response) {
    let headers = response.headers_mut();
    set_security_headers(headers, POLICY);
    if ["/u", "/a", "/bounces"]
        .iter()
        .any(|own| path == *own || path.strip_prefix(own).is_some_and(|rest| rest.starts_with('/')))
    {
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(prefix: &str, path: &str, expect: Option<&str>) {
        let uri: Uri = path.parse().unwrap();
        assert_eq!(without_prefix(prefix, &uri).map(|uri| uri.to_string()).as_deref(), expect, "{prefix} {path}");
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
                let _ = without_prefix(&prefix, &uri);
            }
        }
    }
}
