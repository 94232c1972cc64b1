//! Conditional requests: answers that a client may keep: what it has already is not sent again (RFC 9110 13).

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

/// The media type of a page.
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// The form of dates in HTTP.
const DATE_FORMAT: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// Answers with `body`, or says that the client has it. `modified` is when it last changed.
pub(super) fn respond(
    request: &HeaderMap,
    media_type: &'static str,
    policy: &str,
    modified: Option<DateTime<Utc>>,
    body: String,
) -> Response {
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..12]));
    let is_unmodified = is_unmodified(request, &tag, modified);
    let mut response = if is_unmodified {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type)], body).into_response()
    };
    let headers = response.headers_mut();
    let mut set = |name, value: &str| value.parse().map(|value| headers.insert(name, value));
    let _ = set(header::ETAG, &tag);
    let _ = set(header::CACHE_CONTROL, "public, max-age=60");
    let _ = set(header::CONTENT_SECURITY_POLICY, policy);
    if let Some(modified) = modified {
        let _ = set(header::LAST_MODIFIED, &modified.format(DATE_FORMAT).to_string());
    }
    response
}

/// Says whether the client has it: by its tag, or where it names none by the time.
fn is_unmodified(request: &HeaderMap, tag: &str, modified: Option<DateTime<Utc>>) -> bool {
    let text = |name| request.get(name).and_then(|value| value.to_str().ok());
    if let Some(tags) = text(header::IF_NONE_MATCH) {
        return tags
            .split(',')
            .map(|known| known.trim().trim_start_matches("W/"))
            .any(|known| known == tag || known == "*");
    }
    let since = text(header::IF_MODIFIED_SINCE).and_then(|since| DateTime::parse_from_rfc2822(since).ok());
    since.zip(modified).is_some_and(|(since, modified)| modified.timestamp() <= since.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    fn status(request: &HeaderMap) -> (StatusCode, String) {
        let at = DateTime::from_timestamp(1_700_000_000, 5);
        let response = respond(request, "text/plain", "", at, "x".to_owned());
        (response.status(), response.headers()[header::ETAG].to_str().unwrap().to_owned())
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let (status_of_new, tag) = status(&HeaderMap::new());
        assert_eq!(status_of_new, StatusCode::OK);
        for (tags, known) in
            [(tag.clone(), true), (format!("\"a\", W/{tag}"), true), ("*".into(), true), ("\"a\"".into(), false)]
        {
            assert_eq!(status(&request(header::IF_NONE_MATCH, &tags)).0 == StatusCode::NOT_MODIFIED, known, "{tags}");
        }
        for (since, known) in
            [("Tue, 14 Nov 2023 22:13:20 GMT", true), ("Tue, 14 Nov 2023 22:13:19 GMT", false), ("yesterday", false)]
        {
            assert_eq!(
                status(&request(header::IF_MODIFIED_SINCE, since)).0 == StatusCode::NOT_MODIFIED,
                known,
                "{since}"
            );
        }
    }

    proptest! {
        #[test]
        fn odd_headers_do_not_panic(value in "[ -~]{0,60}") {
            status(&request(header::IF_NONE_MATCH, &value));
            status(&request(header::IF_MODIFIED_SINCE, &value));
        }
    }
}
