//! How many requests came, by page and kind of answer.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

/// The pages that are told apart.
const PAGES: [&str; 7] = ["unsubscribe", "approval", "archive", "feed", "healthz", "metrics", "other"];

/// The kinds of answers.
const KINDS: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// Requests by page and kind of answer.
#[derive(Debug, Default)]
pub(super) struct RequestCounts([[AtomicU64; KINDS.len()]; PAGES.len()]);

impl RequestCounts {
    /// Counts an answer to a request for `path`.
    pub(super) fn add(&self, path: &str, status: StatusCode) {
        let page = match path.split('/').nth(1).unwrap_or_default() {
            "u" => 0,
            "a" => 1,
            "archive" | "" => 2,
            "feed.xml" => 3,
            "healthz" => 4,
            "metrics" => 5,
            _ => 6,
        };
        let kind = usize::from(status.as_u16() / 100).clamp(2, 5) - 2;
        self.0[page][kind].fetch_add(1, Ordering::Relaxed);
    }

    /// Gives all counts: page, kind, requests.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        PAGES.iter().zip(&self.0).flat_map(|(page, kinds)| {
            KINDS.iter().zip(kinds).map(move |(kind, count)| (*page, *kind, count.load(Ordering::Relaxed)))
        })
    }
}
