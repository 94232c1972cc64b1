//! The headers that every answer of ours has.

use axum::http::{HeaderMap, HeaderValue, header};

/// Forbids browsers to guess what an answer is, to tell others of its address, and to do more than `policy` allows,
/// where the answer has no policy of its own.
pub(super) fn set_security_headers(headers: &mut HeaderMap, policy: &'static str) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
}
